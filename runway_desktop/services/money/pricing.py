"""What a request will cost, learned from what Runway estimated for like requests, and from prices that it has published
or that others report.

What Runway estimated for a like request counts; where there is none it is derived per second, picture or character
from others of the same endpoint and model; a published price is the last resort, and gives way as soon as one estimate
contradicts it. What none of these knows has no price. Loop's thread only; StoreError passes through.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.library import Estimate
from runway_desktop.domain.prices import (
    PublishedPrice,
    Unit,
    contradicted,
    derived,
    follows_inputs,
    inputs_of,
    price_shape,
    published,
)
from runway_desktop.values import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runway_desktop.domain.task import Request
    from runway_desktop.services.ports import Clock, Store

log = logging.getLogger(__name__)


class PriceBasis(Enum):
    """Where a price comes from."""

    UNKNOWN = auto()
    ESTIMATED = auto()
    """Runway estimated just this request before."""
    ESTIMATED_ALIKE = auto()
    """Runway estimated one like it, with other inputs."""
    WORKED_OUT = auto()
    """From what Runway estimated for other requests of the model."""
    PUBLISHED = auto()
    """Runway has said it in public, or others report it, but Runway has not estimated a like request of ours yet."""


@dataclass(frozen=True, slots=True)
class Price:
    """Credits. `exact`: Runway has estimated just this request before; else it is "about" that much. `sources` are
    those of a published one; `reports`: so many third parties report it, 0 where Runway says it itself."""

    credits: float
    exact: bool
    basis: PriceBasis = field(default=PriceBasis.UNKNOWN, compare=False)
    sources: tuple[str, ...] = field(default=(), compare=False)
    reports: int = field(default=0, compare=False)

    @property
    def is_published(self) -> bool:
        return self.basis is PriceBasis.PUBLISHED


class LikePrices(Struct, frozen=True):
    """What other models of an endpoint cost for as much as is asked for, in credits."""

    endpoint: str
    least: float
    most: float


class Pricing:
    def __init__(self, store: Store, clock: Clock, prices: tuple[PublishedPrice, ...] = ()) -> None:
        self._store = store
        self._clock = clock
        self._prices: dict[str, list[PublishedPrice]] = {}
        for price in prices:
            self._prices.setdefault(price.model, []).append(price)
        self._by_pair: dict[tuple[str, str], dict[str, float]] = {}
        self._contradicted: dict[tuple[str, str], bool] = {}
        self._worked_out: dict[tuple[str, str], dict[object, Price | None]] = {}
        self.learned = 0
        """How often a price became another one in this run."""

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
                return Price(credits, exact=False, basis=PriceBasis.ESTIMATED_ALIKE)
            return Price(credits, exact=True, basis=PriceBasis.ESTIMATED)
        # A sheet asks for the same few shapes thousands of times.
        worked_out = self._worked_out.setdefault(pair, {})
        inputs = inputs_of(request)
        key = (shape, frozenset(inputs.items()))
        if key not in worked_out:
            worked_out[key] = self._work_out(pair, shape, inputs, known)
        return worked_out[key]

    async def learn(self, request: Request, credits: float) -> None:
        """Remembers an estimate that Runway gave."""
        shape = price_shape(request)
        known = self._by_pair.setdefault((request.endpoint, request.model), {})
        if known.get(shape) == credits:
            return
        known[shape] = credits
        self.learned += 1
        self._contradicted.pop((request.endpoint, request.model), None)
        self._worked_out.pop((request.endpoint, request.model), None)
        await self._store.learn(request.endpoint, request.model, shape, Estimate(credits=credits, at=self._clock.now()))

    def _work_out(
        self, pair: tuple[str, str], shape: str, inputs: Mapping[str, int], known: Mapping[str, float]
    ) -> Price | None:
        credits = derived(known, shape)
        if credits is not None:
            return Price(credits, exact=False, basis=PriceBasis.WORKED_OUT)
        prices = self._prices.get(pair[1])
        if not prices:
            return None
        if pair not in self._contradicted:
            self._contradicted[pair] = contradicted(prices, *pair, known)
        said = None if self._contradicted[pair] else published(prices, *pair, shape, inputs)
        if said is None:
            return None
        return Price(
            said[0],
            exact=False,
            basis=PriceBasis.PUBLISHED,
            sources=tuple(dict.fromkeys(price.source for price in said[1])),
            reports=min((price.reports for price in said[1] if price.reports), default=0),
        )


def read_published() -> tuple[PublishedPrice, ...]:
    """The published prices that ship with the program. Blocks on the disk. A file that is missing or makes no sense
    means no published prices: they are a convenience."""
    try:
        held = json.loads(resource("prices.json").read_text(encoding="utf-8"))
        sources = {name: f"{found['title']}, {found['date']}" for name, found in held["sources"].items()}
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
        inputs=frozenset(entry.get("inputs", ())),
        without=frozenset(entry.get("without", ())),
        minimum=float(entry.get("minimum", 0.0)),
        extra=bool(entry.get("extra", False)),
        source="; ".join(sources[name] for name in entry["sources"]),
        reports=int(entry.get("reports", 0)),
    )
