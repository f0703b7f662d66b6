"""The export: which tasks, as files or as a list, and how far it is. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QWidget,
)

from runway_desktop.ui.building import Dialog, add_all, hbox, push_button, vbox
from runway_desktop.ui.dialogs.findings import FindingsList
from runway_desktop.ui.file_dialogs import choose_target
from runway_desktop.ui.labels import announce, say, tip, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.phase import Phase
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.exchange.export import ExportModel, ListForm, Scope, What

from .export_files_page import ExportFilesPage
from .export_list_page import ExportListPage

_PAGES = ((What.FILES, "Files"), (What.LIST, "List"))
_FILTERS = {ListForm.CSV: "CSV files (*.csv)", ListForm.JSON: "JSON files (*.json)"}


class ExportWindow(Dialog):
    folder_wanted = Signal(object)
    """Path of a folder to open in the system's file manager."""
    file_wanted = Signal(object)
    """Path of a file to point at there."""

    def __init__(self, model: ExportModel, theme: Theme, parent: QWidget) -> None:
        super().__init__("Export", parent)
        self.model = model
        self._theme = theme
        self._shown_phase = Phase.LOOKING
        self._build()
        model.changed.connect(self._show)
        self._show()
        self._pages[model.what].setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        wanted = QSize(96 * GRID, 88 * GRID)
        return wanted.boundedTo(self.parentWidget().window().size() - QSize(4 * GRID, 6 * GRID))

    def done(self, result: int) -> None:
        self.model.leave()
        super().done(result)

    def choose_file(self) -> None:
        """Asks where the list goes, and writes it."""
        model = self.model
        start = model.documents() / model.list_name()
        choose_target(self, "Export the list", model.export_list, start, _FILTERS[model.form])

    def _build(self) -> None:
        column = vbox(self._build_scope(), self._build_pages(), on=self, margins=2 * GRID, spacing=GRID + GRID // 2)
        self._stack = QStackedWidget(self)
        self.files = ExportFilesPage(self.model, self._theme, self._stack)
        self.list = ExportListPage(self.model, self._stack)
        self._stack.addWidget(self.files)
        self._stack.addWidget(self.list)
        self._failures = FindingsList((), self._theme, self)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Progress")
        self._said = words(self)
        add_all(column, (self._stack, 1), self._failures, self._progress, self._said, self._build_foot())

    def _build_scope(self) -> QHBoxLayout:
        row = hbox(spacing=3 * GRID)
        self._scopes = {scope: QRadioButton(self) for scope in Scope}
        for scope, button in self._scopes.items():
            button.setChecked(scope is self.model.scope)
            button.toggled.connect(lambda on, scope=scope: self.model.set("scope", scope) if on else None)
            row.addWidget(button)
        self._scopes[Scope.CHOSEN].setVisible(bool(self.model.chosen_count))
        row.addStretch()
        return row

    def _build_pages(self) -> QHBoxLayout:
        row = hbox(spacing=GRID // 2)
        self._page_group = QButtonGroup(self)
        self._pages: dict[What, QPushButton] = {}
        for what, text in _PAGES:
            button = push_button(
                self,
                text,
                lambda _=False, what=what: self.model.set("what", what),
                kind="pill",
                spoken=f"Export as {text.lower()}",
                checkable=True,
            )
            self._page_group.addButton(button)
            self._pages[what] = button
            row.addWidget(button)
        row.addStretch()
        return row

    def _build_foot(self) -> QHBoxLayout:
        self._amount = words(self, tone="muted")
        self._stop = QPushButton("Stop", self)
        self._stop.clicked.connect(self.model.stop)
        self._folder = QPushButton("Show in folder", self)
        self._folder.clicked.connect(self._show_folder)
        self.leave = QPushButton("Cancel", self)
        self.leave.clicked.connect(self.reject)
        for button in (self._stop, self._folder, self.leave):
            button.setAutoDefault(False)
        self.go = push_button(self, "", self._go, kind="primary", default=True)
        return hbox((self._amount, 1), self._stop, self._folder, self.leave, self.go)

    def _go(self) -> None:
        if self.model.what is What.LIST:
            self.choose_file()
        else:
            self.files.take_over()
            self.model.export_files()

    def _show_folder(self) -> None:
        wanted = self.file_wanted if self.model.what is What.LIST else self.folder_wanted
        wanted.emit(self.model.done_at)

    def _show(self) -> None:
        model, phase = self.model, self.model.phase
        chosen, listed = model.chosen_count, model.listed_count
        self._scopes[Scope.CHOSEN].setText(units.count(chosen, "selected task"))
        self._scopes[Scope.LISTED].setText(f"All {units.count(listed, 'task')} that the list shows")
        self._pages[model.what].setChecked(True)
        self._stack.setCurrentIndex(0 if model.what is What.FILES else 1)
        busy = phase is Phase.WORKING
        for widget in (self._stack, *self._scopes.values(), *self._pages.values()):
            widget.setEnabled(not busy)
        done, total = model.progress
        self._progress.setVisible(busy)
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        self._failures.show_messages(model.failures)
        self._show_words(busy, done, total)
        self._stop.setVisible(busy)
        self._folder.setVisible(phase is Phase.DONE and model.done_at is not None)
        self.leave.setText("Close" if busy or phase is Phase.DONE else "Cancel")
        self.leave.setToolTip("It continues without this window." if busy else "")
        self.go.setVisible(not busy)
        self.go.setText(model.button_words())
        self.go.setEnabled(not model.reason())
        self.go.setToolTip(tip(model.reason()))
        if phase is not self._shown_phase:
            self._shown_phase = phase
            if phase is Phase.DONE:
                announce(self, model.report)

    def _show_words(self, busy: bool, done: int, total: int) -> None:
        model = self.model
        if model.problem:
            say(self._said, f"{model.report} {model.problem}".strip(), "bad")
        elif busy:
            say(self._said, f"{done:,} of {total:,}…", "muted")
        else:
            say(self._said, model.report, "good")
        self._amount.setText(model.list_words() if model.what is What.LIST else model.amount_words())
