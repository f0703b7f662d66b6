"""The price of a request, learned from Runway's estimates for similar requests and from published or reported prices.

In this order: Runway's estimate for exactly this shape, including its inputs; a published price, unless estimates
contradict it; a price per second, picture or character, derived from estimates for the same endpoint and model; else no
price. Loop's thread only; StoreError passes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from statistics import median
from typing import TYPE_CHECKING, Any

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.account import model_listed
from runway_desktop.domain.library import Estimate
from runway_desktop.domain.prices import (
    ANY,
    SAME,
    Measure,
    PriceSum,
    PublishedPrice,
    Unit,
    addresses_in,
    contradicted,
    derived,
    inputs_in,
    price_shape,
    published,
)
from runway_desktop.domain.task import Request, State, Task
from runway_desktop.domain.workflows.routing import GENERATE
from runway_desktop.domain.workflows.runs import WORKFLOW

if TYPE_CHECKING:
    from runway_desktop.services.ports import Clock, Store

log = logging.getLogger(__name__)


class PriceBasis(Enum):
    """Source of a price."""

    UNKNOWN = auto()
    ESTIMATED = auto()
    """Runway estimated exactly this request before."""
    ESTIMATED_ALIKE = auto()
    """Runway estimated a similar request, with other inputs."""
    WORKED_OUT = auto()
    """Derived from Runway's estimates for other requests of the model."""
    EARLIER_RUNS = auto()
    """The median of what earlier runs of this version of a workflow cost."""
    CEILING = auto()
    """The most that its router allows."""
    PUBLISHED = auto()
    """Published by Runway or reported by others; Runway has not estimated a similar request of ours yet."""


@dataclass(frozen=True, slots=True)
class Price:
    """Credits. `exact`: Runway estimated exactly this request and its inputs cost nothing extra; else "about".
    `at_least`: it may be more. `at_most`: it is no more. `sources`: of
    a published price. `reports`: number of third parties that report it; 0 if Runway itself does."""

    credits: float
    exact: bool
    at_least: bool = False
    at_most: bool = False
    basis: PriceBasis = field(default=PriceBasis.UNKNOWN, compare=False)
    sources: tuple[str, ...] = field(default=(), compare=False)
    reports: int = field(default=0, compare=False)

    @property
    def is_of_runway(self) -> bool:
        """Runway estimated such a request before."""
        return self.basis in (PriceBasis.ESTIMATED, PriceBasis.ESTIMATED_ALIKE)


class Pricing:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        prices: tuple[PublishedPrice, ...] = (),
        ceiling: Callable[[Request], float | None] = lambda _: None,
    ) -> None:
        """`ceiling`: the most credits of a request whose model a router chooses, if that is known."""
        self._ceiling = ceiling
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
        self._runs: dict[str, list[float]] = {}
        """Costs of runs by the version of their workflow."""
        self.learned = 0
        """Number of price changes in this run."""

    async def load(self) -> None:
        """Reads the learned prices. Call once at start."""
        for (endpoint, model, shape), credits in (await self._store.learned()).items():
            self._by_pair.setdefault((endpoint, model), {})[shape] = credits
        for version, credits in await self._store.costs_of_runs():
            self._runs.setdefault(version, []).append(credits)

    def measured(self, address: str, measure: Measure) -> None:
        """Stores the measured length or size of an input file."""
        if self._measures.get(address) != measure:
            self._measures[address] = measure
            self.learned += 1

    def unmeasured(self, requests: Iterable[Request]) -> list[str]:
        """Files not measured yet on which the requests' prices depend."""
        found = (
            address
            for request in requests
            for name in self._paid_inputs(request.model) & request.values.keys()
            for address in addresses_in(request.values[name])
        )
        return [one for one in dict.fromkeys(found) if one.startswith("file:") and one not in self._measures]

    def price(self, request: Request, assumed: Measure | None = None) -> Price | None:
        """The price of a request, or None if unknown. `assumed`: measure of files that are not measured."""
        if request.endpoint == WORKFLOW:
            costs = self._runs.get(request.model)
            return Price(median(costs), exact=False, basis=PriceBasis.EARLIER_RUNS) if costs else None
        if request.endpoint in GENERATE:
            most = self._ceiling(request)
            return Price(most, exact=False, at_most=True, basis=PriceBasis.CEILING) if most is not None else None
        unseen = {one: assumed for one in addresses_in(request.values)} if assumed is not None else {}
        measures = unseen | self._measures if unseen else self._measures
        pair, shape = (request.endpoint, request.model), self._shape(request, measures)
        known = self._by_pair.get(pair, {})
        credits = known.get(shape)
        if credits is not None:
            exact = self._is_whole(request.model, inputs_in(shape).keys())
            return Price(credits, exact, basis=PriceBasis.ESTIMATED if exact else PriceBasis.ESTIMATED_ALIKE)
        # Cached: a sheet asks for the same few shapes thousands of times.
        worked_out = self._worked_out.setdefault(pair, {})
        if shape not in worked_out:
            worked_out[shape] = self._work_out(pair, shape, known)
        return worked_out[shape]

    def sum(self, requests: Iterable[Request]) -> PriceSum:
        """Their number, and what they cost at present prices."""
        prices = [self.price(request) for request in requests]
        known = [price for price in prices if price is not None]
        return PriceSum(
            amount=len(prices),
            credits=sum(price.credits for price in known),
            unknown=len(prices) - len(known),
            exact=all(price.exact for price in known),
            at_least=any(price.at_least for price in known),
            at_most=any(price.at_most for price in known),
        )

    def most(self, request: Request) -> float | None:
        """The most that is known of what the request may cost: of several sources that are not exact, the highest.
        None if its price is unknown. A price that is `at_least` has no most."""
        price = self.price(request)
        if price is None or price.exact or price.at_most:
            return price.credits if price is not None else None
        pair, shape = (request.endpoint, request.model), self._shape(request, self._measures)
        said = published(self._prices.get(request.model, []), *pair, shape, inputs_in(shape))
        other = derived(self._by_pair.get(pair, {}), shape)
        return max(price.credits, said[0] if said is not None else 0.0, other or 0.0)

    def learn_run(self, task: Task) -> None:
        """The cost of a run. One that failed, or was free, says nothing about the next."""
        if task.state is State.SUCCEEDED and task.cost_credits:
            self._runs.setdefault(task.request.model, []).append(task.cost_credits)
            self.learned += 1

    def is_learned(self, request: Request, credits: float) -> bool:
        """Whether Runway's latest estimate for such a request was this."""
        known = self._by_pair.get((request.endpoint, request.model), {})
        return known.get(self._shape(request, self._measures)) == credits

    async def learn(self, request: Request, credits: float) -> None:
        """Stores an estimate of Runway."""
        if self.is_learned(request, credits):
            return
        shape = self._shape(request, self._measures)
        self._by_pair.setdefault((request.endpoint, request.model), {})[shape] = credits
        self.learned += 1
        self._contradicted.pop((request.endpoint, request.model), None)
        self._worked_out.pop((request.endpoint, request.model), None)
        await self._store.learn(request.endpoint, request.model, shape, Estimate(credits=credits, at=self._clock.now()))

    def _shape(self, request: Request, measures: Mapping[str, Measure]) -> str:
        return price_shape(request, measures, by_size=request.model in self._by_size)

    def _paid_inputs(self, model: str) -> frozenset[str]:
        return frozenset().union(*(price.inputs | price.without for price in self._prices.get(model, ())))

    def _is_whole(self, model: str, inputs: Collection[str]) -> bool:
        """Whether the shape determines the whole price: no inputs that may cost extra, and no length known only from
        the result."""
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
    """The published prices that ship with the program. Blocks. A missing or invalid file gives none, because they are
    optional."""
    try:
        held = json.loads(resource("prices.json").read_text(encoding="utf-8"))
        sources = {name: f"{found['title']}, {found['date']}" for name, found in held["sources"].items()}
        return tuple(_price(entry, sources) for entry in held["prices"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("The published prices could not be read: %s", error)
        return ()


def _price(entry: Mapping[str, Any], sources: Mapping[str, str]) -> PublishedPrice:
    return PublishedPrice(
        model=model_listed(entry["model"]),
        unit=Unit(entry["per"]),
        credits=float(entry["credits"]),
        endpoints=frozenset(entry.get("endpoints", ())),
        when={name: frozenset(choices) for name, choices in entry.get("when", {}).items()},
        inputs=frozenset(entry.get("inputs", ())),
        without=frozenset(entry.get("without", ())),
        each=float(entry.get("each", 1.0)),
        pixels=tuple(entry.get("pixels", ANY)),
        side=tuple(entry.get("side", ANY)),
        left_out=entry.get("left_out"),
        minimum=float(entry.get("minimum", 0.0)),
        extra=bool(entry.get("extra", False)),
        at_least=bool(entry.get("at_least", False)),
        source="; ".join(sources[name] for name in entry["sources"]),
        reports=int(entry.get("reports", 0)),
    )
