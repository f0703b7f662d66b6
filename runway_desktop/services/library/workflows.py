"""The organization's workflows: each version is read from Runway once, kept in the list, and learned by the catalog.

Those of earlier runs are learned at the start, before anything is sent, so that a queued run works offline and after a
restart. Loop's thread only.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import Executor

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.graph import Version, read_version
from runway_desktop.domain.errors import NotThere
from runway_desktop.domain.library import Document
from runway_desktop.domain.workflows.runs import WORKFLOW
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.ports import Clock, Runway, Store
from runway_desktop.values import Struct, replace

log = logging.getLogger(__name__)

MOST_VERSIONS = 5
"""Newest versions of a workflow that are read and offered: each is a request, and some have hundreds."""


class Workflow(Struct, frozen=True, kw_only=True):
    """`versions`: newest first, at least one."""

    name: str
    versions: tuple[Version, ...]


class Workflows:
    def __init__(self, store: Store, runway: Runway, catalog: Catalog, clock: Clock, executor: Executor) -> None:
        self._store = store
        self._runway = runway
        self._catalog = catalog
        self._clock = clock
        self._executor = executor
        self.versions: dict[str, Version] = {}
        """By id, those that are gone included."""

    async def learn(self, texts: Iterable[str]) -> None:
        """Takes versions as Runway tells them; what is none is left out."""
        read = [await in_worker(self._executor, read_version, text) for text in texts]
        self._take({version.id: version for version in read if version is not None})

    def all(self) -> list[Workflow]:
        """By name, those without a version at Runway last."""
        names: dict[str, list[Version]] = {}
        for version in self.versions.values():
            names.setdefault(version.name, []).append(version)
        found = [
            Workflow(name=name, versions=tuple(sorted(of, key=lambda one: (one.pair.is_gone, -one.number))))
            for name, of in names.items()
        ]
        return sorted(found, key=lambda one: (one.versions[0].pair.is_gone, one.name.casefold()))

    async def refresh(self) -> None:
        """Asks Runway for the list, and for those of the newest versions that were never read. Raises ApiError and
        StoreError; what was read before that is kept."""
        here: set[str] = set()
        for workflow in await self._runway.workflows():
            here.update(told.id for told in workflow.versions)
            for told in workflow.versions[:MOST_VERSIONS]:
                if told.id not in self.versions:
                    await self._read(told.id)
        moved = {
            version.id: replace(version, pair=replace(version.pair, is_gone=version.id not in here))
            for version in self.versions.values()
            if version.pair.is_gone is (version.id in here)
        }
        if moved:
            self._take(moved)

    async def _read(self, version_id: str) -> None:
        try:
            text = await self._runway.workflow(version_id)
        except NotThere:
            # It was taken back meanwhile.
            return
        version = await in_worker(self._executor, read_version, text)
        if version is None or version.id != version_id:
            log.warning("The version %s of a workflow cannot be read", version_id)
            return
        await self._store.save_document(Document.WORKFLOW, version.id, version.name, self._clock.now(), text)
        self._take({version.id: version})

    def _take(self, found: dict[str, Version]) -> None:
        self.versions |= found
        self._catalog.learn(WORKFLOW, [one.pair for one in self.versions.values()])
