"""The import windows, and the base of theirs and the export window: a preview with checkable rows, then progress, then
the outcome. One class for task ids and one for folders. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from runway_desktop.rooms.exchange.model.export import ExportModel
from runway_desktop.rooms.exchange.model.folder_import import FolderImportModel
from runway_desktop.rooms.exchange.model.id_import import IdImportModel
from runway_desktop.rooms.exchange.model.import_model import PreviewTable
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, Dialog, Item, hbox, make_plain, progress_bar, push_button, vbox
from runway_desktop.ui.dialogs.findings import FindingsList
from runway_desktop.ui.labels import SECOND_INKS, ElidedLabel, announce, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.ending import removing
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.words.plain import tip

Model = IdImportModel | FolderImportModel | ExportModel


class ExchangeWindow(Dialog):
    """Subclasses build their widgets, connect `show_model` to the model, and implement `begin_work` and
    `phase_changed`."""

    def __init__(
        self,
        model: Model,
        theme: Theme,
        parent: QWidget,
        *,
        title: str,
        size: QSize,
    ) -> None:
        super().__init__(title, parent)
        self._work = model
        self.theme = theme
        self._size = size
        self._shown_phase = Phase.LOOKING
        self.progress = progress_bar(self)

    def sizeHint(self) -> QSize:
        return self._size.boundedTo(self.parentWidget().window().size() - QSize(4 * GRID, 8 * GRID))

    def done(self, result: int) -> None:
        self._work.leave()
        super().done(result)

    def begin_work(self) -> None:
        raise NotImplementedError

    def show_model(self) -> None:
        """Shows progress and button text; calls `phase_changed` once for each phase."""
        model, phase = self._work, self._work.phase
        done, total = model.progress
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.go.setText(model.button_words())
        self.go.setEnabled(not model.reason())
        self.go.setToolTip(tip(model.reason()))
        self.leave.setToolTip(tip(_("It continues in the background.") if phase is Phase.WORKING else ""))
        if phase is not self._shown_phase:
            self._shown_phase = phase
            self.phase_changed(phase)

    def phase_changed(self, phase: Phase) -> None:
        raise NotImplementedError

    def build_foot(self, *before: Item) -> QHBoxLayout:
        self.leave = push_button(self, _("Cancel"), self.reject)
        self.go = push_button(self, "", self.begin_work, kind="primary", default=True)
        return hbox(*before, self.leave, self.go)


class ImportWindow(ExchangeWindow):
    otherwise_wanted = Signal()
    """Use the same content as prompts or inputs instead."""

    def __init__(
        self,
        model: IdImportModel | FolderImportModel,
        theme: Theme,
        parent: QWidget,
        *,
        title: str,
        source: str,
        widths: tuple[int, ...],
        otherwise: str = "",
    ) -> None:
        """`otherwise` is the text of the button for the alternative use; empty for none."""
        super().__init__(model, theme, parent, title=title, size=QSize(140 * GRID, 76 * GRID))
        self.model = model
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.view = PreviewView(model.table, theme, widths, self)
        self._build(source, otherwise)
        model.changed.connect(self.show_model)
        FollowsTheme(theme, self, self._restyle)
        self.show_model()

    def show_model(self) -> None:
        """Shows everything except the table, which follows its own model."""
        super().show_model()
        model, phase = self.model, self.model.phase
        say(self._head, model.headline())
        say(self._note, model.note(), "bad" if model.problem else "muted")
        self._findings.show_messages(model.troubles)
        self.progress.setVisible(phase in (Phase.LOOKING, Phase.WORKING))
        deciding = phase in (Phase.LOOKING, Phase.READY)
        can_tick = phase is Phase.READY and bool(model.table.lines)
        self._all.setVisible(can_tick)
        self._none.setVisible(can_tick)
        self.go.setVisible(deciding)
        self._otherwise.setVisible(bool(self._otherwise.text()) and deciding)
        self.leave.setText(_("Cancel") if deciding else _("Close"))

    def build_options(self) -> list[QWidget]:
        """Widgets for options below the table."""
        return []

    def build_ends(self) -> list[QPushButton]:
        """Additional buttons before those to leave and start."""
        raise NotImplementedError

    def _build(self, source: str, otherwise: str) -> None:
        self._head = words(self)
        self._source = ElidedLabel(self, tone="faint")
        self._source.setText(source)
        self._findings = FindingsList((), self.theme, self)
        self._note = words(self, tone="muted")
        options = vbox(*self.build_options(), spacing=GRID // 2)
        self._all = push_button(self, _("Select all"), lambda: self.model.table.tick(lambda _row: True), kind="flat")
        self._none = push_button(self, _("Select none"), lambda: self.model.table.tick(lambda _row: False), kind="flat")
        self._otherwise = push_button(self, otherwise, self.otherwise_wanted, kind="flat")
        self._otherwise.clicked.connect(self.accept)
        foot = self.build_foot(self._all, self._none, self._otherwise, STRETCH, *self.build_ends())
        above = (self._head, self._source, self._findings, (self.view, 1))
        vbox(*above, self.progress, options, self._note, foot, on=self, margins=2 * GRID)

    def phase_changed(self, phase: Phase) -> None:
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
        self._head.setFont(self.theme.tabular(self.theme.strong_font()))
        self._source.setFont(self.theme.small_font())


class IdImportWindow(ImportWindow):
    def __init__(self, model: IdImportModel, theme: Theme, parent: QWidget, *, otherwise: str = "") -> None:
        self._ids = model
        source, widths = model.source_words(), (42, 22, 20, 15, 20, 11, 6)
        super().__init__(
            model, theme, parent, title=_("Import task IDs"), source=source, widths=widths, otherwise=otherwise
        )

    def build_ends(self) -> list[QPushButton]:
        self._gone = push_button(self, "", self._ids.remove_not_there)
        return [self._gone]

    def show_model(self) -> None:
        super().show_model()
        amount = len(self._ids.not_there) if self._ids.phase is Phase.DONE else 0
        self._gone.setVisible(bool(amount))
        self._gone.setText(str(removing(amount, are_queued=False)))

    def begin_work(self) -> None:
        self._ids.adopt()


class FolderImportWindow(ImportWindow):
    def __init__(self, model: FolderImportModel, theme: Theme, parent: QWidget, *, otherwise: str = "") -> None:
        self._results = model
        title, source, widths = _("Import a folder of results"), str(model.folder), (34, 22, 24, 16, 12, 23)
        super().__init__(model, theme, parent, title=title, source=source, widths=widths, otherwise=otherwise)

    def build_options(self) -> list[QWidget]:
        self._copies = QCheckBox(self)
        self._copies.toggled.connect(self._results.set_copies)
        return [self._copies]

    def build_ends(self) -> list[QPushButton]:
        self._stop = push_button(self, _("Stop"), self._results.stop)
        self._undo = push_button(self, _("Undo import"), self._results.undo)
        return [self._stop, self._undo]

    def show_model(self) -> None:
        super().show_model()
        phase = self._results.phase
        self._copies.setVisible(phase is Phase.READY and bool(self._results.table.lines))
        self._copies.setText(self._results.copies_words())
        self._copies.setToolTip(tip(self._results.library_words()))
        self._stop.setVisible(phase in (Phase.LOOKING, Phase.WORKING))
        self._undo.setVisible(self._results.can_be_undone)

    def begin_work(self) -> None:
        self._results.take_in()


ROW = 3 * GRID + GRID // 2
_WIDEST = 2


class _Cell(QStyledItemDelegate):
    """Colors a row by its tone; rows that cannot be checked are faint."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = self._theme.tabular(option.font)
        tone, is_fixed = index.data(PreviewTable.TONE), index.data(PreviewTable.FIXED)
        role = SECOND_INKS[tone] if tone is not None else Role.MUTED if is_fixed else Role.TEXT
        option.palette.setColor(QPalette.ColorRole.Text, self._theme.color(role))
        if is_fixed and index.column() == 0:
            option.palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text, self._theme.color(role))
            option.state &= ~QStyle.StateFlag.State_Enabled


class PreviewView(QTableView):
    def __init__(self, model: PreviewTable, theme: Theme, widths: tuple[int, ...], parent: QWidget) -> None:
        """`widths`: one per column, in multiples of `GRID`. The third column stretches."""
        super().__init__(parent)
        self._table = model
        # Set before the model: the header reads this property when it receives the model.
        self.setProperty("cells", "plain")
        self.setModel(model)
        self.setItemDelegate(_Cell(theme, self))
        make_plain(self, _("Found items"))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(5 * GRID)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width * GRID)
        header.setSectionResizeMode(_WIDEST, QHeaderView.ResizeMode.Stretch)
        FollowsTheme(theme, self, lambda: self.viewport().update())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._turn()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _turn(self) -> None:
        """Checks or unchecks all selected rows, opposite to the current one."""
        lines = self._table.lines
        rows = {index.row() for index in self.selectionModel().selectedRows()} | {self.currentIndex().row()}
        rows = {row for row in rows if 0 <= row < len(lines) and not lines[row].fixed}
        if not rows:
            return
        at = self.currentIndex().row()
        on = not lines[at if at in rows else min(rows)].is_ticked
        self._table.tick(lambda row: on if row in rows else lines[row].is_ticked)
