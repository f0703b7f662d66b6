"""Whoever opens the windows for import and export, and asks for files first. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.file_dialogs import choose_files, choose_folder
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.phase import Phase
from runway_desktop.viewmodels.exchange.door import ExchangeDoor
from runway_desktop.viewmodels.exchange.folder_import import FolderImportModel
from runway_desktop.viewmodels.exchange.id_import import IdImportModel

from .exchange_window import ExchangeWindow, Model
from .export_window import ExportWindow
from .import_window import FolderImportWindow, IdImportWindow, ImportWindow

_TEXTS = "Logs, tables and JSON (*.log *.txt *.csv *.tsv *.json *.jsonl *.ndjson *.out *.err);;All files (*)"


class ExchangeHost(QObject):
    show_wanted = Signal(object)
    """Task ids to select in the list."""
    folder_wanted = Signal(object)
    """Path of a folder to open in the system's file manager."""
    file_wanted = Signal(object)
    """Path of a file to point at there."""
    told = Signal(str, bool)
    """A sentence for the person, and whether it is a problem."""
    undo_offered = Signal(str, object)
    """A sentence, and what undoes it."""

    def __init__(self, door: ExchangeDoor, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.door = door
        self._theme = theme
        self._window = window

    def choose_log(self) -> None:
        title = "Choose files with task ids"
        choose_files(
            self._window,
            title,
            lambda paths: self.import_ids(self.door.ids_in(paths, "")),
            near=_documents(),
            filters=_TEXTS,
        )

    def paste_ids(self) -> None:
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self.import_ids(self.door.ids_in((), text))
        else:
            self.told.emit("There is no text in the clipboard.", True)

    def choose_folder(self) -> None:
        choose_folder(self._window, "Choose a folder of results", self.import_folder, near=_documents())

    def import_ids(self, model: IdImportModel, otherwise: Callable[[], object] | None = None) -> IdImportWindow:
        """Shows what ids stand there. `otherwise` takes the same in as prompts."""
        words = "Use as prompts instead" if otherwise is not None else ""
        window = IdImportWindow(model, self._theme, self._window, otherwise=words)
        self._import(window, model, otherwise)
        return window

    def import_folder(self, folder: Path, otherwise: Callable[[], object] | None = None) -> FolderImportWindow:
        """Shows what results lie there. `otherwise` takes the same in as inputs."""
        model = self.door.folder_import(folder)
        words = "Use as inputs instead" if otherwise is not None else ""
        model.undo_offered.connect(self.undo_offered)
        window = FolderImportWindow(model, self._theme, self._window, otherwise=words)
        self._import(window, model, otherwise)
        return window

    def _import(
        self, window: ImportWindow, model: IdImportModel | FolderImportModel, otherwise: Callable[[], object] | None
    ) -> None:
        self._open(window, model)
        model.finished.connect(self.show_wanted)
        if otherwise is not None:
            window.otherwise_wanted.connect(otherwise)
        model.begin()

    def export(self, chosen: Sequence[TaskId]) -> ExportWindow:
        """Of these tasks, or of all that the list shows."""
        model = self.door.export(chosen)
        window = ExportWindow(model, self._theme, self._window)
        window.folder_wanted.connect(self.folder_wanted)
        window.file_wanted.connect(self.file_wanted)
        self._open(window, model)
        # Without its window a notice says what came of it.
        window.finished.connect(lambda _: model.reported.connect(self.told))
        model.begin()
        return window

    def _open(self, window: ExchangeWindow, model: Model) -> None:
        """The model outlives its window while there is still something to do."""
        model.setParent(self)
        window.finished.connect(lambda _: _let_go(model))
        window.resize(window.sizeHint())
        window.show()


def _documents() -> Path:
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())


def _let_go(model: Model) -> None:
    def look() -> bool:
        if model.phase in (Phase.READY, Phase.DONE):
            model.leave()
            model.deleteLater()
            return True
        return False

    if not look():
        model.changed.connect(look)
