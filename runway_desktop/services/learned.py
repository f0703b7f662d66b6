"""What the catalog learns at run time: the organization's model routers, and its workflows version by version.

Both are kept in the list as documents. `learn` takes those of earlier runs before anything is sent, so that a queued
request works offline and after a restart; `refresh` asks Runway. What is gone there stays known, so that its tasks keep
their names and forms, but is not offered. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

import msgspec

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.graph import Version, read_version
from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.errors import ApiError, NotThere, StoreError
from runway_desktop.domain.library import Document
from runway_desktop.domain.task import Request
from runway_desktop.domain.workflows.routing import GENERATE, RequestList, RoutedRequest, Router
from runway_desktop.domain.workflows.runs import WORKFLOW
from runway_desktop.texts import Text
from runway_desktop.values import Struct, as_json, convert, replace

from .disk.disk_threads import in_worker
from .ports import Clock, Runway, Store

log = logging.getLogger(__name__)

AGAIN_AFTER = 60.0
"""Seconds for which what Runway said of its routers is taken as it is."""
MOST_VERSIONS = 5
"""Newest versions of a workflow that are read and offered: each is a request, and some have hundreds."""


@dataclass(eq=False, repr=False)
class _Learned:
    _store: Store
    _runway: Runway
    _catalog: Catalog
    _clock: Clock


@dataclass(eq=False, repr=False)
class Routers(_Learned):
    def __post_init__(self) -> None:
        self._known: Mapping[str, Router] = {}
        """By slug, those that are gone included."""
        self._asked = (NO_KEY, 0.0)
        """With which key, and when by the monotonic clock."""
        self._asking = asyncio.Lock()

    def learn(self, texts: Iterable[str]) -> None:
        """Takes routers as they were stored. One that cannot be read is left out, and asked for again."""
        found = []
        for text in texts:
            try:
                found.append(convert(json.loads(text), Router))
            except (ValueError, msgspec.ValidationError) as error:
                log.warning("A stored router cannot be read: %s", error)
        self._take(found)

    async def refresh(self, *, at_once: bool = False) -> bool:
        """Asks Runway, unless it was asked with this key just now, or there is none. True if anything changed. Raises
        nothing for failures of the outside world."""
        async with self._asking:
            key, (asked, at) = self._runway.key, self._asked
            if key == NO_KEY or (key == asked and self._clock.monotonic() - at < AGAIN_AFTER and not at_once):
                return False
            try:
                found = {router.slug: router for router in await self._runway.routers()}
                self._asked = (key, self._clock.monotonic())
                gone = {slug: replace(one, is_gone=True) for slug, one in self._known.items() if slug not in found}
                changed = [one for slug, one in (found | gone).items() if self._known.get(slug) != one]
                for one in changed:
                    text = json.dumps(as_json(one))
                    await self._store.save_document(Document.ROUTER, one.slug, one.name, self._clock.now(), text)
            except (ApiError, StoreError) as error:
                log.warning("The routers could not be read: %s", error)
                return False
            self._take(changed)
            return bool(changed)

    def of(self, request: Request) -> Router | None:
        """The router of a request, also one that is gone; None for requests that name their model."""
        return self._known.get(request.model) if request.endpoint in GENERATE else None

    def most(self, request: Request) -> float | None:
        """The most credits that a request may cost by its router's ceiling; None without one."""
        router = self.of(request)
        ceiling = router.ceilings.get(GENERATE[request.endpoint]) if router is not None else None
        amount = request.values.get("outputCount") or 1
        return ceiling * amount if ceiling is not None and isinstance(amount, int | float) else None

    def fits(self, request: Request, entry: RoutedRequest) -> bool | None:
        """Whether an entry of its router's list may be this request; None if that cannot be told."""
        makes = self._catalog.makes
        kinds = {makes(pair.endpoint) for pair in self._catalog.pairs() if pair.model == entry.model}
        if kinds and makes(request.endpoint) not in kinds:
            return False
        most = self.most(request)
        is_priced = entry.credits is not None and (most is None or entry.credits <= most)
        return True if kinds and is_priced else None

    async def listed(self, router: Router, since: float) -> RequestList:
        """Its requests since then (Unix seconds); raises ApiError."""
        return await self._runway.router_requests(router.id, since)

    def _take(self, found: Iterable[Router]) -> None:
        self._known = {**self._known, **{router.slug: router for router in found}}
        for endpoint in GENERATE:
            if (pair := self._catalog.pair(endpoint, "")) is not None:
                self._catalog.learn(
                    endpoint,
                    [
                        replace(
                            pair,
                            model=slug,
                            # Translators: a model that Runway chooses, by the settings with this name.
                            label=str(Text("Automatic: {name}").with_(name=router.name)),
                            fixed={"configId": slug},
                            inside="input",
                            is_gone=router.is_gone,
                        )
                        for slug, router in self._known.items()
                    ],
                )


class Workflow(Struct, frozen=True, kw_only=True):
    """`versions`: newest first, at least one."""

    name: str
    versions: tuple[Version, ...]


@dataclass(eq=False, repr=False)
class Workflows(_Learned):
    _executor: Executor

    def __post_init__(self) -> None:
        self.versions: dict[str, Version] = {}
        """By id, those that are gone included."""

    async def learn(self, texts: Iterable[str]) -> None:
        """Takes versions as Runway tells them, each of which is read once; what is none is left out."""
        read = [await in_worker(self._executor, read_version, text) for text in texts]
        self._take(version for version in read if version is not None)

    def all(self) -> list[Workflow]:
        """By name, those without a version at Runway last."""
        names: defaultdict[str, list[Version]] = defaultdict(list)
        for version in sorted(self.versions.values(), key=lambda one: (one.pair.is_gone, -one.number)):
            names[version.name].append(version)
        found = [Workflow(name=name, versions=tuple(of)) for name, of in names.items()]
        return sorted(found, key=lambda one: (one.versions[0].pair.is_gone, one.name.casefold()))

    async def refresh(self) -> None:
        """Asks Runway for the list, and for those of the newest versions that were never read. Raises ApiError and
        StoreError; what was read before that is kept."""
        here: set[str] = set()
        for versions in await self._runway.workflows():
            here.update(versions)
            for version_id in versions[:MOST_VERSIONS]:
                if version_id not in self.versions:
                    await self._read(version_id)
        self._take(
            replace(version, pair=replace(version.pair, is_gone=version.id not in here))
            for version in self.versions.values()
            if version.pair.is_gone is (version.id in here)
        )

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
        self._take([version])

    def _take(self, found: Iterable[Version]) -> None:
        self.versions = {**self.versions, **{version.id: version for version in found}}
        self._catalog.learn(WORKFLOW, [one.pair for one in self.versions.values()])
