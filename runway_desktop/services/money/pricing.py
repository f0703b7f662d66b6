"""What a request will cost, learned from what Runway estimated for like requests, and from prices that it has published
or that others report.

What Runway estimated for just this shape counts, what is put in included; then a published price, unless estimates
contradict it; then what is derived per second, picture or character from estimates of the same endpoint and model. What
none of these knows has no price. Loop's thread only; StoreError passes through.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.library import Estimate
from runway_desktop.domain.prices import (
    ANY,
    SAME,
    Measure,
    PublishedPrice,
    Unit,
    addresses_in,
    contradicted,
    derived,
    inputs_in,
    price_shape,
    published,
)
from runway_desktop.domain.task import Request
from runway_desktop.values import Struct

if TYPE_CHECKING:
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
    """Credits. `exact`: Runway has estimated just this request before, and nothing put in is paid for; else it is
    "about" that much. `at_least`: it may be more. `sources` are those of a published one; `reports`: so many third
    parties report it, 0 where Runway says it itself."""

    credits: float
    exact: bool
    at_least: bool = False
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


class OpenPrice(Struct, frozen=True):
    """What a request may cost that leaves open how much is made, in credits; for a second of it where `a_second`."""

    least: float
    most: float
    a_second: bool


class Sum(Struct, frozen=True, kw_only=True):
    """What an intent costs in credits. `unknown` of its `amount` tasks have no known price and are not counted."""

    amount: int = 0
    credits: float = 0.0
    unknown: int = 0
    exact: bool = True
    at_least: bool = False
    """It may be more: of one task only the least is known."""
    between: OpenPrice | None = None
    """Of each of those of no known price, where all of them ask for the same."""
    like: LikePrices | None = None
    """For those of no known price, where all of them ask for as much of the same."""


class Pricing:
    def __init__(self, store: Store, clock: Clock, prices: tuple[PublishedPrice, ...] = ()) -> None:
        self._store = store
        self._clock = clock
        self._prices: dict[str, list[PublishedPrice]] = {}
        for price in prices:
            self._prices.setdefault(price.model, []).append(price)
        self._by_size = {price.model for price in prices if price.is_measured}
        self._by_pair: dict[tuple[str, str], dict[str, float]] = {}
        self._contradicted: dict[tuple[str, str], list[tuple[PublishedPrice, ...]]] = {}
        self._worked_out: dict[tuple[str, str], dict[str, Price | None]] = {}
        self._measures: dict[str, Measure] = {}
        self.learned = 0
        """How often a price became another one in this run."""

    async def load(self) -> None:
        """Reads what was learned. Call once at start."""
        for (endpoint, model, shape), credits in (await self._store.learned()).items():
            self._by_pair.setdefault((endpoint, model), {})[shape] = credits

    def measured(self, address: str, measure: Measure) -> None:
        """What a file turned out to be that may be put in."""
        if self._measures.get(address) != measure:
            self._measures[address] = measure
            self.learned += 1

    def unmeasured(self, requests: Iterable[Request]) -> list[str]:
        """The files that some requests' prices hang on, as far as nobody has looked at them."""
        found = (
            address
            for request in requests
            for name in self._paid_inputs(request.model) & request.values.keys()
            for address in addresses_in(request.values[name])
        )
        return [one for one in dict.fromkeys(found) if one.startswith("file:") and one not in self._measures]

    def price(self, request: Request, assumed: Measure | None = None) -> Price | None:
        """The price of a request, or None where it is not known. `assumed` stands for files that nobody measured."""
        unseen = {one: assumed for one in addresses_in(request.values)} if assumed is not None else {}
        measures = unseen | self._measures if unseen else self._measures
        pair, shape = (request.endpoint, request.model), self._shape(request, measures)
        known = self._by_pair.get(pair, {})
        credits = known.get(shape)
        if credits is not None:
            exact = self._is_whole(request.model, inputs_in(shape).keys())
            return Price(credits, exact, basis=PriceBasis.ESTIMATED if exact else PriceBasis.ESTIMATED_ALIKE)
        # A sheet asks for the same few shapes thousands of times.
        worked_out = self._worked_out.setdefault(pair, {})
        if shape not in worked_out:
            worked_out[shape] = self._work_out(pair, shape, known)
        return worked_out[shape]

    async def learn(self, request: Request, credits: float) -> None:
        """Remembers an estimate that Runway gave."""
        shape = self._shape(request, self._measures)
        known = self._by_pair.setdefault((request.endpoint, request.model), {})
        if known.get(shape) == credits:
            return
        known[shape] = credits
        self.learned += 1
        self._contradicted.pop((request.endpoint, request.model), None)
        self._worked_out.pop((request.endpoint, request.model), None)
        await self._store.learn(request.endpoint, request.model, shape, Estimate(credits=credits, at=self._clock.now()))

    def _shape(self, request: Request, measures: Mapping[str, Measure]) -> str:
        return price_shape(request, measures, by_size=request.model in self._by_size)

    def _paid_inputs(self, model: str) -> frozenset[str]:
        return frozenset().union(*(price.inputs | price.without for price in self._prices.get(model, ())))

    def _is_whole(self, model: str, inputs: Collection[str]) -> bool:
        """Whether a shape tells all that is paid for: nothing put in, as far as anybody knows, and no length that only
        the result has."""
        prices = self._prices.get(model, [])
        are_free = bool(prices) and self._paid_inputs(model).isdisjoint(inputs)
        return (not inputs or are_free) and not any(price.at_least for price in prices)

    def _work_out(self, pair: tuple[str, str], shape: str, known: Mapping[str, float]) -> Price | None:
        said, credits = self._published(pair, shape, known), derived(known, shape)
        if said is not None and (credits is None or (abs(credits - said.credits) > SAME and not said.at_least)):
            return said
        return Price(credits, exact=False, basis=PriceBasis.WORKED_OUT) if credits is not None else None

    def _published(self, pair: tuple[str, str], shape: str, known: Mapping[str, float]) -> Price | None:
        prices = self._prices.get(pair[1], [])
        said = published(prices, *pair, shape, inputs_in(shape))
        if said is None:
            return None
        if pair not in self._contradicted:
            self._contradicted[pair] = contradicted(prices, *pair, known)
        if any(all(price in said[1] for price in wrong) for wrong in self._contradicted[pair]):
            return None
        return Price(
            said[0],
            exact=False,
            at_least=any(price.at_least for price in said[1]),
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
        each=float(entry.get("each", 1.0)),
        pixels=tuple(entry.get("pixels", ANY)),
        side=tuple(entry.get("side", ANY)),
        minimum=float(entry.get("minimum", 0.0)),
        extra=bool(entry.get("extra", False)),
        at_least=bool(entry.get("at_least", False)),
        source="; ".join(sources[name] for name in entry["sources"]),
        reports=int(entry.get("reports", 0)),
    )
