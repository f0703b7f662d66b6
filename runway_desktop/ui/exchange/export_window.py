"""The export: which tasks, as files or as a list, and how far it is. GUI thread only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from runway_desktop.ui.building import STRETCH, choices, hbox, push_button, vbox
from runway_desktop.ui.dialogs.findings import FindingsList
from runway_desktop.ui.file_dialogs import choose_target
from runway_desktop.ui.labels import announce, say, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.phase import Phase
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.exchange.export import ExportModel, ListForm, Scope, What

from .exchange_window import ExchangeWindow
from .export_files_page import ExportFilesPage
from .export_list_page import ExportListPage

_PAGES = ((What.FILES, "Files"), (What.LIST, "List"))
_FILTERS = {ListForm.CSV: "CSV files (*.csv)", ListForm.JSON: "JSON files (*.json)"}


class ExportWindow(ExchangeWindow):
    folder_wanted = Signal(object)
    """Path of a folder to open in the system's file manager."""
    file_wanted = Signal(object)
    """Path of a file to point at there."""

    def __init__(self, model: ExportModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(model, theme, parent, title="Export", size=QSize(96 * GRID, 88 * GRID))
        self.model = model
        self._build()
        model.changed.connect(self.show_model)
        self.show_model()
        self._pages[model.what].setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_file(self) -> None:
        """Asks where the list goes, and writes it."""
        model = self.model
        start = model.documents() / model.list_name()
        choose_target(self, "Export the list", model.export_list, start, _FILTERS[model.form])

    def _build(self) -> None:
        above = (self._build_scope(), self._build_pages())
        self._stack = QStackedWidget(self)
        self.files = ExportFilesPage(self.model, self.theme, self._stack)
        self.list = ExportListPage(self.model, self._stack)
        self._stack.addWidget(self.files)
        self._stack.addWidget(self.list)
        self._failures = FindingsList((), self.theme, self)
        self._said = words(self)
        self._amount = words(self, tone="muted")
        self._stop = push_button(self, "Stop", self.model.stop)
        self._folder = push_button(self, "Show in folder", self._show_folder)
        foot = self.build_foot((self._amount, 1), self._stop, self._folder)
        rows = (*above, (self._stack, 1), self._failures, self.progress, self._said, foot)
        vbox(*rows, on=self, margins=2 * GRID, spacing=GRID + GRID // 2)

    def _build_scope(self) -> QHBoxLayout:
        self._scopes = choices(self, ((scope, "") for scope in Scope), partial(self.model.set, "scope"), spoken="")
        self._scopes[self.model.scope].setChecked(True)
        self._scopes[Scope.CHOSEN].setVisible(bool(self.model.chosen_count))
        return hbox(*self._scopes.values(), STRETCH, spacing=3 * GRID)

    def _build_pages(self) -> QHBoxLayout:
        self._pages = choices(self, _PAGES, partial(self.model.set, "what"), pills=True)
        for button in self._pages.values():
            button.setAccessibleName(f"Export as {button.text().lower()}")
        return hbox(*self._pages.values(), STRETCH, spacing=GRID // 2)

    def begin_work(self) -> None:
        if self.model.what is What.LIST:
            self.choose_file()
        else:
            self.files.take_over()
            self.model.export_files()

    def _show_folder(self) -> None:
        wanted = self.file_wanted if self.model.what is What.LIST else self.folder_wanted
        wanted.emit(self.model.done_at)

    def show_model(self) -> None:
        super().show_model()
        model, phase = self.model, self.model.phase
        chosen, listed = model.chosen_count, model.listed_count
        self._scopes[Scope.CHOSEN].setText(units.count(chosen, "selected task"))
        self._scopes[Scope.LISTED].setText(f"All {units.count(listed, 'task')} that the list shows")
        self._pages[model.what].setChecked(True)
        self._stack.setCurrentIndex(0 if model.what is What.FILES else 1)
        busy = phase is Phase.WORKING
        for widget in (self._stack, *self._scopes.values(), *self._pages.values()):
            widget.setEnabled(not busy)
        self.progress.setVisible(busy)
        self._failures.show_messages(model.failures)
        self._show_words(busy)
        self._stop.setVisible(busy)
        self._folder.setVisible(phase is Phase.DONE and model.done_at is not None)
        self.leave.setText("Close" if busy or phase is Phase.DONE else "Cancel")
        self.go.setVisible(not busy)

    def phase_changed(self, phase: Phase) -> None:
        if phase is Phase.DONE:
            announce(self, self.model.report)

    def _show_words(self, busy: bool) -> None:
        model, (done, total) = self.model, self.model.progress
        if model.problem:
            say(self._said, f"{model.report} {model.problem}".strip(), "bad")
        elif busy:
            say(self._said, f"{done:,} of {total:,}…", "muted")
        else:
            say(self._said, model.report, "good")
        self._amount.setText(model.list_words() if model.what is What.LIST else model.amount_words())
