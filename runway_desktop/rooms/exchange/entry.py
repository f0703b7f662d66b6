"""Entry point of the import and export windows; asks for files first. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from runway_desktop.domain.task import TaskId
from runway_desktop.rooms.exchange.model.export import ExportModel
from runway_desktop.rooms.exchange.model.folder_import import FolderImportModel
from runway_desktop.rooms.exchange.model.id_import import IdImportModel, TaskIds
from runway_desktop.texts import _
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.file_dialogs import choose_files, choose_folder
from runway_desktop.ui.room import ExchangeWish, Export, Import
from runway_desktop.usecases.question import Phase
from runway_desktop.viewmodels.system import documents

from .export_window import ExportWindow
from .import_window import ExchangeWindow, FolderImportWindow, IdImportWindow, ImportWindow, Model

_PATTERNS = "(*.log *.txt *.csv *.tsv *.json *.jsonl *.ndjson *.out *.err)"


def open_room(desk: Desk, wish: ExchangeWish | Export | Import) -> None:
    windows = desk.window.findChild(ExchangeWindows) or ExchangeWindows(desk)
    match wish:
        case ExchangeWish.IDS_FROM_FILE:
            windows.choose_log()
        case ExchangeWish.IDS_FROM_CLIPBOARD:
            windows.paste_ids()
        case ExchangeWish.FOLDER:
            windows.choose_folder()
        case Export(task_ids):
            windows.export(task_ids)
        case Import(Path() as folder, otherwise):
            windows.import_folder(folder, otherwise)
        case Import(ids, otherwise):
            windows.import_ids(ids, otherwise)


class ExchangeWindows(QObject):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._theme = desk.theme
        self._window = desk.window
        self._commands = desk.models.task_commands

    def choose_log(self) -> None:
        texts, every = _("Logs, tables and JSON"), _("All files")
        choose_files(
            self._window,
            _("Choose files with task IDs"),
            lambda paths: self.import_ids(IdImportModel.ids_in(paths)),
            near=documents(),
            filters=f"{texts} {_PATTERNS};;{every} (*)",
        )

    def paste_ids(self) -> None:
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self.import_ids(IdImportModel.ids_in((), text))
        else:
            self._commands.tell(_("The clipboard has no text."), problem=True)

    def choose_folder(self) -> None:
        choose_folder(self._window, _("Choose a folder of results"), self.import_folder, near=documents())

    def import_ids(self, ids: TaskIds, otherwise: Callable[[], object] | None = None) -> IdImportWindow:
        """Opens a preview of found task ids. `otherwise` uses the same text as prompts instead."""
        model = IdImportModel(self._desk.cases, self._desk.models.bridge, self._desk.runner, ids, self)
        words = _("Use as prompts instead") if otherwise is not None else ""
        window = IdImportWindow(model, self._theme, self._window, otherwise=words)
        self._import(window, model, otherwise)
        return window

    def import_folder(self, folder: Path, otherwise: Callable[[], object] | None = None) -> FolderImportWindow:
        """Opens a preview of a folder's results. `otherwise` uses the files as inputs instead."""
        model = FolderImportModel(self._desk.cases, self._desk.runner, folder, self)
        words = _("Use as inputs instead") if otherwise is not None else ""
        model.undo_offered.connect(self._desk.models.activity.act)
        window = FolderImportWindow(model, self._theme, self._window, otherwise=words)
        self._import(window, model, otherwise)
        return window

    def _import(
        self, window: ImportWindow, model: IdImportModel | FolderImportModel, otherwise: Callable[[], object] | None
    ) -> None:
        self._open(window, model)
        model.finished.connect(self._commands.show_wanted)
        if otherwise is not None:
            window.otherwise_wanted.connect(otherwise)
        model.begin()

    def export(self, chosen: Sequence[TaskId]) -> ExportWindow:
        """Opens the export of these tasks, or of all listed ones if `chosen` is empty."""
        listing = self._desk.models.rows.listing
        model = ExportModel(self._desk.cases, self._desk.runner, listing, chosen, self)
        window = ExportWindow(model, self._theme, self._window)
        window.folder_wanted.connect(self._commands.folder_wanted)
        window.file_wanted.connect(lambda path: self._commands.selection_wanted.emit([path]))
        self._open(window, model)
        # Once the window is closed, the outcome is shown as a notice.
        tell = self._commands.tell
        window.finished.connect(lambda _code: model.reported.connect(lambda said, bad: tell(said, problem=bad)))
        model.begin()
        return window

    def _open(self, window: ExchangeWindow, model: Model) -> None:
        """Shows the window. The model is kept until its work has ended, even without the window."""
        model.setParent(self)
        self._desk.give_help(window, "exchange")
        window.finished.connect(lambda _code: _let_go(model))
        window.resize(window.sizeHint())
        window.show()


def _let_go(model: Model) -> None:
    def look() -> bool:
        if model.phase in (Phase.READY, Phase.DONE):
            model.leave()
            model.deleteLater()
            return True
        return False

    if not look():
        model.changed.connect(look)
