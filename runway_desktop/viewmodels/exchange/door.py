"""Makes the view-models of import and export. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from runway_desktop.domain.library import Listing
from runway_desktop.domain.task import TaskId
from runway_desktop.services.exchange.exchange import TaskIds
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

from .export import ExportModel
from .folder_import import FolderImportModel
from .id_import import IdImportModel


class ExchangeDoor(Model):
    """`listing` gives what the list shows now."""

    def __init__(
        self,
        cases: UseCases,
        bridge: Bridge,
        runner: Runner,
        listing: Callable[[], Listing],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(cases, runner, parent)
        self._bridge = bridge
        self._listing = listing

    def id_import(self, ids: TaskIds) -> IdImportModel:
        return IdImportModel(self._cases, self._bridge, self._runner, ids, self)

    def ids_in(self, paths: Sequence[Path], text: str) -> IdImportModel:
        """Whatever ids stand in these files, or else in the text."""
        return self.id_import(TaskIds(Dropped(paths=tuple(paths), text=text)))

    def folder_import(self, folder: Path) -> FolderImportModel:
        return FolderImportModel(self._cases, self._runner, folder, self)

    def export(self, chosen: Sequence[TaskId]) -> ExportModel:
        return ExportModel(self._cases, self._runner, self._listing(), chosen, self)
