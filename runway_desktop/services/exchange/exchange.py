"""All that goes in and out, as one value for the window; and what a drop is, of which it may be an import."""

from __future__ import annotations

import contextlib
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.catalog import Catalog
from runway_desktop.domain.errors import DiskError
from runway_desktop.services.bus import Bus
from runway_desktop.services.catalog_renewal import claims_to_be_catalog
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.intake import Dropped, Gathered, Intake
from runway_desktop.services.intake.reading import Source, Unreadable
from runway_desktop.services.intake.vocabulary import Vocabulary
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.results.sidecar import Sidecar
from runway_desktop.services.settings import Settings
from runway_desktop.services.tasks.actions import TaskActions
from runway_desktop.services.tasks.adoption import Adoption
from runway_desktop.services.tasks.ledger import Ledger

from .file_export import FileExport
from .folder_import import FolderImport
from .folder_reading import holds_results
from .id_import import IdImport
from .id_search import IdSearch
from .imported_tasks import local_id
from .list_export import ListExport
from .recognizing import searches_of_record


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """A newer catalog of models."""

    source: Source


@dataclass(frozen=True, slots=True, eq=False)
class TaskIds:
    """A record of task ids, of which the person wants a preview. `searches`: those of its files, or of its text, as far
    as they were begun; none where nobody had to tell what it is."""

    dropped: Dropped
    searches: tuple[IdSearch, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultsFolder:
    """A folder of results that are not all known."""

    path: Path


Brought = CatalogFile | TaskIds | ResultsFolder | Gathered


class Exchange:
    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        adoption: Adoption,
        actions: TaskActions,
        catalog: Catalog,
        settings: Settings,
        bus: Bus,
        clock: Clock,
        intake: Intake,
        executor: Executor,
    ) -> None:
        self._store = store
        self._intake = intake
        self._executor = executor
        self.ids = IdImport(adoption, store, intake, executor)
        self.folders = FolderImport(ledger, store, actions, catalog, settings, bus, clock, executor)
        self.files = FileExport(store, executor)
        self.lists = ListExport(store, catalog, executor)

    async def gather(
        self, dropped: Dropped, *, prefer: tuple[str, str] | None = None, for_import: bool = True
    ) -> Brought:
        """What was dropped or pasted, parsed: its files are read once. `for_import`: it may be something of which a
        preview is shown; else it is gathered as requests, inputs and a few ids. StoreError."""
        found = await self._recognized(dropped, for_import=for_import)
        return found or await self._intake.gather(dropped, prefer=prefer)

    async def _recognized(self, dropped: Dropped, *, for_import: bool) -> CatalogFile | TaskIds | ResultsFolder | None:
        """Results that are all here already are inputs, as they always were."""
        words = self._intake.words if for_import else None
        found = await in_worker(self._executor, _recognized, dropped, words)
        if not isinstance(found, list):
            return found
        ids = [task_id for told in found if (task_id := local_id(told.task_id)) is not None]
        known = {task.id for task in await self._store.get_many(ids) if task.removed_at is None}
        return ResultsFolder(dropped.paths[0]) if any(told.task_id not in known for told in found) else None


def _recognized(dropped: Dropped, words: Vocabulary | None) -> CatalogFile | TaskIds | list[Sidecar] | None:
    """A folder of results is given by its first sidecars. Without words a catalog alone is recognized."""
    path = dropped.paths[0] if len(dropped.paths) == 1 else None
    if path is not None and path.suffix.lower() == ".json":
        with contextlib.suppress(DiskError, Unreadable, ValueError):
            if claims_to_be_catalog((source := dropped.source(path)).head):
                return CatalogFile(source)
    if words is None:
        return None
    if path is not None and path.is_dir():
        return holds_results(path)
    searches = searches_of_record(dropped, words)
    return TaskIds(dropped, searches) if searches else None
