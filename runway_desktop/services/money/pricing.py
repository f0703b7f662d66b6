"""What a request will cost, learned from what Runway estimated for like requests, and from prices it has published.

What Runway estimated for a like request counts; where there is none it is derived per second, picture or character
from others of the same endpoint and model; a published price is the last resort, and gives way as soon as one estimate
contradicts it. What none of these knows has no price. Loop's thread only; StoreError passes through.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.ledger import Estimate
from runway_desktop.domain.prices import (
    PublishedPrice,
    Unit,
    contradicted,
    derived,
    follows_inputs,
    price_shape,
    published,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runway_desktop.domain.task import Request
    from runway_desktop.services.ports import Clock, Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Price:
    """Credits. `exact`: Runway has estimated just this request before; else it is "about" that much."""

    credits: float
    exact: bool
    is_published: bool = field(default=False, compare=False)
    """Runway has said it in public, but not yet of a request of ours."""
    why: str = field(default="", compare=False)
    """Where it comes from, in a sentence."""


class Pricing:
    def __init__(self, store: Store, clock: Clock, prices: tuple[PublishedPrice, ...] = ()) -> None:
        self._store = store
        self._clock = clock
        self._prices: dict[str, list[PublishedPrice]] = {}
        for price in prices:
            self._prices.setdefault(price.model, []).append(price)
        self._by_pair: dict[tuple[str, str], dict[str, float]] = {}
        self._contradicted: dict[tuple[str, str], bool] = {}
        self._worked_out: dict[tuple[str, str], dict[str, Price | None]] = {}

    async def load(self) -> None:
        """Reads what was learned. Call once at start."""
        for (endpoint, model, shape), credits in (await self._store.learned()).items():
            self._by_pair.setdefault((endpoint, model), {})[shape] = credits

    def price(self, request: Request) -> Price | None:
        """The price of a request, or None where it is not known."""
        pair, shape = (request.endpoint, request.model), price_shape(request)
        known = self._by_pair.get(pair, {})
        credits = known.get(shape)
        if credits is not None:
            if follows_inputs(request):
                return Price(credits, exact=False, why="What Runway estimated for the last one like it.")
            return Price(credits, exact=True, why="What Runway estimated for a request like this.")
        # A sheet asks for the same few shapes thousands of times.
        worked_out = self._worked_out.setdefault(pair, {})
        if shape not in worked_out:
            worked_out[shape] = self._work_out(pair, shape, known)
        return worked_out[shape]

    async def learn(self, request: Request, credits: float) -> None:
        """Remembers an estimate that Runway gave."""
        shape = price_shape(request)
        known = self._by_pair.setdefault((request.endpoint, request.model), {})
        if known.get(shape) == credits:
            return
        known[shape] = credits
        self._contradicted.pop((request.endpoint, request.model), None)
        self._worked_out.pop((request.endpoint, request.model), None)
        await self._store.learn(request.endpoint, request.model, shape, Estimate(credits=credits, at=self._clock.now()))

    def _work_out(self, pair: tuple[str, str], shape: str, known: Mapping[str, float]) -> Price | None:
        credits = derived(known, shape)
        if credits is not None:
            return Price(credits, exact=False, why="Worked out from what Runway estimated for others of this model.")
        return self._published(pair, shape, known)

    def _published(self, pair: tuple[str, str], shape: str, known: Mapping[str, float]) -> Price | None:
        prices = self._prices.get(pair[1])
        if not prices:
            return None
        if pair not in self._contradicted:
            self._contradicted[pair] = contradicted(prices, *pair, known)
        said = None if self._contradicted[pair] else published(prices, *pair, shape)
        if said is None:
            return None
        credits, source = said
        return Price(credits, exact=False, is_published=True, why=f"Published: {source}.")


def read_published() -> tuple[PublishedPrice, ...]:
    """The published prices that ship with the program. Blocks on the disk. A file that is missing or makes no sense
    means no published prices: they are a convenience."""
    try:
        held = json.loads(resource("prices.json").read_text(encoding="utf-8"))
        sources = {name: _source_words(found) for name, found in held["sources"].items()}
        return tuple(_price(entry, sources) for entry in held["prices"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("The published prices could not be read: %s", error)
        return ()


def _price(entry: Mapping[str, Any], sources: Mapping[str, str]) -> PublishedPrice:
    return PublishedPrice(
        model=entry["model"],
        unit=Unit(entry["per"]),
        credits=float(entry["credits"]),
        endpoints=frozenset(entry.get("endpoints", ())),
        when={name: frozenset(choices) for name, choices in entry.get("when", {}).items()},
        extra=bool(entry.get("extra", False)),
        source=sources[entry["source"]],
    )


def _source_words(source: Mapping[str, str]) -> str:
    """{"title": "Runway's own API reference", "date": "2026-04-21"} → "Runway's own API reference, 21 April 2026"."""
    return f"{source['title']}, {_day_words(source['date'])}"


def _day_words(text: str) -> str:
    if text.count("-") == 1:
        return f"{date.fromisoformat(f'{text}-01'):%B %Y}"
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"
