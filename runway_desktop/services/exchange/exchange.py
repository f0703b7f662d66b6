"""All that goes in and out, as one value for the window."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from enum import StrEnum
from pathlib import Path

from runway_desktop.catalog import Catalog
from runway_desktop.services.bus import Bus
from runway_desktop.services.intake.vocabulary import Vocabulary
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.settings import Settings
from runway_desktop.services.tasks.actions import TaskActions
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.services.tasks.submission import Submission

from .file_export import FileExport
from .folder_import import FolderImport
from .folder_reading import holds_results
from .id_import import IdImport
from .imported_tasks import local_id
from .list_export import ListExport
from .recognizing import is_record


class Brought(StrEnum):
    """What was dropped or pasted is, for the import."""

    IDS = "ids"
    RESULTS = "results"
    """A folder of results that are not all known."""
    NOTHING = "nothing"
    """Of interest to it: prompts, inputs, a few ids."""


class Exchange:
    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        submission: Submission,
        actions: TaskActions,
        catalog: Catalog,
        settings: Settings,
        bus: Bus,
        clock: Clock,
        executor: Executor,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._executor = executor
        self._words: Vocabulary | None = None
        self.ids = IdImport(submission, store, self._vocabulary, executor)
        self.folders = FolderImport(ledger, store, actions, catalog, settings, bus, clock, executor)
        self.files = FileExport(store, executor)
        self.lists = ListExport(store, catalog, executor)

    async def recognize(self, paths: Sequence[Path], text: str) -> Brought:
        """What was dropped or pasted. Results that are all here already are inputs, as they always were."""
        loop = asyncio.get_running_loop()
        if len(paths) == 1 and await loop.run_in_executor(self._executor, paths[0].is_dir):
            sample = await loop.run_in_executor(self._executor, holds_results, paths[0])
            ids = [found for told in sample if (found := local_id(told.task_id)) is not None]
            known = {task.id for task in await self._store.get_many(ids) if task.removed_at is None}
            return Brought.RESULTS if any(told.task_id not in known for told in sample) else Brought.NOTHING
        is_one = await loop.run_in_executor(self._executor, is_record, tuple(paths), text, self._vocabulary())
        return Brought.IDS if is_one else Brought.NOTHING

    def _vocabulary(self) -> Vocabulary:
        """Made when it is first wanted: the catalog belongs to the loop's thread, its words to any."""
        if self._words is None:
            self._words = Vocabulary(self._catalog)
        return self._words
