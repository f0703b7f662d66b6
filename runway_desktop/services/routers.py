"""The organization's model routers: read from Runway seldom, kept in the list, and learned by the catalog.

`learn` makes those of earlier runs known before anything is sent; `refresh` asks Runway when the person is about to
choose a model. A router that is gone stays known, so that its tasks keep their names, but is not offered. Loop's thread
only. Raises StoreError; `refresh` raises nothing for failures of the outside world.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.errors import ApiError, StoreError
from runway_desktop.domain.library import Document
from runway_desktop.domain.task import Request
from runway_desktop.domain.workflows.routing import GENERATE, RequestList, RoutedRequest, Router
from runway_desktop.texts import Text
from runway_desktop.values import as_json, convert, replace

from .ports import Clock, Runway, Store

log = logging.getLogger(__name__)

AGAIN_AFTER = 60.0
"""Seconds for which what Runway said is taken as it is."""


class Routers:
    def __init__(self, store: Store, runway: Runway, catalog: Catalog, clock: Clock) -> None:
        self._store = store
        self._runway = runway
        self._catalog = catalog
        self._clock = clock
        self._known: dict[str, Router] = {}
        """By slug, those that are gone included."""
        self._here: tuple[str, ...] = ()
        self._asked_at: float | None = None
        self._key = runway.key
        self._asking = asyncio.Lock()

    def learn(self, texts: Iterable[str]) -> None:
        """Takes the routers of earlier runs, as they were stored. Call once, before the lane runs."""
        found = [(convert(one["router"], Router), bool(one["is_gone"])) for one in map(json.loads, texts)]
        self._known = {router.slug: router for router, _ in found}
        self._learn(router.slug for router, is_gone in found if not is_gone)

    async def refresh(self, *, at_once: bool = False) -> bool:
        """Asks Runway, unless it was asked with this key just now, or there is none. True if anything changed."""
        async with self._asking:
            key, now = self._runway.key, self._clock.monotonic()
            is_fresh = self._asked_at is not None and now - self._asked_at < AGAIN_AFTER and key == self._key
            if key == NO_KEY or (is_fresh and not at_once):
                return False
            try:
                found = {router.slug: router for router in await self._runway.routers()}
                self._asked_at, self._key = self._clock.monotonic(), key
                return await self._take(found)
            except (ApiError, StoreError) as error:
                log.warning("The routers could not be read: %s", error)
                return False

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

    async def _take(self, found: Mapping[str, Router]) -> bool:
        now, gone = self._clock.now(), self._known.keys() - found.keys()
        changed = [slug for slug, router in found.items() if self._known.get(slug) != router]
        changed += [slug for slug in {*found} ^ {*self._here} if slug not in changed]
        self._known |= found
        for slug in changed:
            kept: dict[str, Any] = {"router": as_json(self._known[slug]), "is_gone": slug in gone}
            await self._store.save_document(Document.ROUTER, slug, self._known[slug].name, now, json.dumps(kept))
        self._learn(found)
        return bool(changed)

    def _learn(self, here: Iterable[str]) -> None:
        """Tells the catalog all of them, and which are here."""
        self._here = tuple(here)
        for endpoint in GENERATE:
            pair = self._catalog.pair(endpoint, "")
            if pair is None:
                continue
            made = [
                replace(
                    pair,
                    model=slug,
                    # Translators: a model that Runway chooses, by the settings with this name.
                    label=str(Text("Automatic: {name}").with_(name=router.name)),
                    fixed={"configId": slug},
                    inside="input",
                    is_gone=slug not in self._here,
                )
                for slug, router in self._known.items()
            ]
            self._catalog.learn(endpoint, made)
