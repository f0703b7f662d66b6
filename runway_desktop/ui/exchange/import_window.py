"""What an import found, to be looked at and ticked before anything happens; then how far it is, and what came of it.

One window for ids and one for folders; they differ in their words and in what can be chosen beside. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QProgressBar, QPushButton, QWidget

from runway_desktop.ui.building import STRETCH, Dialog, add_all, hbox, push_button, vbox
from runway_desktop.ui.dialogs.findings import FindingsList
from runway_desktop.ui.labels import ElidedLabel, announce, say, tip, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.phase import Phase
from runway_desktop.viewmodels.exchange.folder_import import FolderImportModel
from runway_desktop.viewmodels.exchange.id_import import IdImportModel

from .preview_view import PreviewView


class ImportWindow(Dialog):
    otherwise_wanted = Signal()
    """The person meant prompts, or inputs: take the same things in as those."""

    def __init__(
        self,
        model: IdImportModel | FolderImportModel,
        theme: Theme,
        parent: QWidget,
        *,
        title: str,
        widths: tuple[int, ...],
        stretch: int,
        otherwise: str = "",
    ) -> None:
        """`otherwise` names the other thing that can be done with what was brought."""
        super().__init__(title, parent)
        self.model = model
        self._theme = theme
        self._shown_phase = Phase.LOOKING
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.view = PreviewView(model.table, theme, widths, stretch, self)
        self.view.setAccessibleName("What was found")
        self._build(otherwise)
        model.changed.connect(self.show_model)
        FollowsTheme(theme, self, self._restyle)
        self.show_model()

    def sizeHint(self) -> QSize:
        wanted = QSize(140 * GRID, 76 * GRID)
        return wanted.boundedTo(self.parentWidget().window().size() - QSize(4 * GRID, 8 * GRID))

    def done(self, result: int) -> None:
        self.model.leave()
        super().done(result)

    def show_model(self) -> None:
        """Everything but the table, which looks after itself."""
        model, phase = self.model, self.model.phase
        say(self._head, model.headline())
        say(self._note, model.note(), "bad" if model.problem else "muted")
        self._findings.show_messages(model.troubles)
        done, total = model.progress
        self._progress.setVisible(phase in (Phase.LOOKING, Phase.WORKING))
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        deciding = phase in (Phase.LOOKING, Phase.READY)
        can_tick = phase is Phase.READY and bool(model.table.lines)
        self._all.setVisible(can_tick)
        self._none.setVisible(can_tick)
        self.go.setVisible(deciding)
        self.go.setText(model.button_words())
        self.go.setEnabled(not model.reason())
        self.go.setToolTip(tip(model.reason()))
        self._otherwise.setVisible(bool(self._otherwise.text()) and deciding)
        self.leave.setText("Cancel" if deciding else "Close")
        self.leave.setToolTip("It goes on without this window." if phase is Phase.WORKING else "")
        if phase is not self._shown_phase:
            self._shown_phase = phase
            self._phase_changed(phase)

    def begin_work(self) -> None:
        raise NotImplementedError

    def add_option(self, widget: QWidget) -> None:
        """Something that can be chosen, below the table."""
        self._options.addWidget(widget)

    def add_end(self, button: QPushButton) -> None:
        """A button that is there once the work is done."""
        button.setAutoDefault(False)
        self._foot.insertWidget(self._foot.count() - 2, button)

    def _build(self, otherwise: str) -> None:
        column = vbox(on=self, margins=2 * GRID)
        self._head = words(self)
        self.source = ElidedLabel(self)
        self.source.setProperty("tone", "faint")
        self._findings = FindingsList((), self._theme, self)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Progress")
        self._note = words(self, tone="muted")
        self._options = vbox(spacing=GRID // 2)
        add_all(
            column, self._head, self.source, self._findings, (self.view, 1), self._progress, self._options, self._note
        )
        self._all = push_button(self, "Tick all", lambda: self.model.table.tick(lambda _: True), kind="flat")
        self._none = push_button(self, "Tick none", lambda: self.model.table.tick(lambda _: False), kind="flat")
        self._otherwise = push_button(self, otherwise, self._take_otherwise, kind="flat")
        self.leave = push_button(self, "Cancel", self.reject)
        self.go = push_button(self, "", self.begin_work, kind="primary", default=True)
        self._foot = hbox(self._all, self._none, self._otherwise, STRETCH, self.leave, self.go)
        column.addLayout(self._foot)

    def _take_otherwise(self) -> None:
        self.otherwise_wanted.emit()
        self.accept()

    def _phase_changed(self, phase: Phase) -> None:
        match phase:
            case Phase.READY:
                self.view.setFocus(Qt.FocusReason.OtherFocusReason)
                announce(self, self.model.headline())
            case Phase.DONE:
                self.leave.setDefault(True)
                self.leave.setFocus(Qt.FocusReason.OtherFocusReason)
                announce(self, self.model.note())
            case Phase.LOOKING | Phase.WORKING:
                pass

    def _restyle(self) -> None:
        self._head.setFont(self._theme.tabular(self._theme.strong_font()))
        self.source.setFont(self._theme.small_font())


class IdImportWindow(ImportWindow):
    def __init__(self, model: IdImportModel, theme: Theme, parent: QWidget, *, otherwise: str = "") -> None:
        self._ids = model
        self._gone: QPushButton | None = None
        super().__init__(
            model,
            theme,
            parent,
            title="Import task ids",
            widths=(38, 23, 20, 10, 18, 11, 6),
            stretch=2,
            otherwise=otherwise,
        )
        self.source.setText(model.source_words())
        self._gone = QPushButton(self)
        self._gone.clicked.connect(model.remove_not_there)
        self.add_end(self._gone)
        self.show_model()

    def show_model(self) -> None:
        super().show_model()
        if self._gone is not None:
            amount = len(self._ids.not_there) if self._ids.phase is Phase.DONE else 0
            self._gone.setVisible(bool(amount))
            self._gone.setText(f"Remove {amount:,} from the list")

    def begin_work(self) -> None:
        self._ids.adopt()


class FolderImportWindow(ImportWindow):
    def __init__(self, model: FolderImportModel, theme: Theme, parent: QWidget, *, otherwise: str = "") -> None:
        self._results = model
        self._copies: QCheckBox | None = None
        super().__init__(
            model,
            theme,
            parent,
            title="Import a folder of results",
            widths=(38, 22, 24, 11, 12, 17),
            stretch=2,
            otherwise=otherwise,
        )
        self.source.setText(str(model.folder))
        self._copies = QCheckBox(self)
        self._copies.toggled.connect(model.set_copies)
        self.add_option(self._copies)
        self._stop = QPushButton("Stop", self)
        self._stop.clicked.connect(model.stop)
        self._undo = QPushButton("Undo import", self)
        self._undo.clicked.connect(model.undo)
        for button in (self._stop, self._undo):
            self.add_end(button)
        self.show_model()

    def show_model(self) -> None:
        super().show_model()
        if self._copies is not None:
            phase = self._results.phase
            self._copies.setVisible(phase is Phase.READY and bool(self._results.table.lines))
            self._copies.setText(self._results.copies_words())
            self._copies.setToolTip(tip(self._results.library_words()))
            self._stop.setVisible(phase in (Phase.LOOKING, Phase.WORKING))
            self._undo.setVisible(self._results.can_be_undone)

    def begin_work(self) -> None:
        self._results.take_in()
