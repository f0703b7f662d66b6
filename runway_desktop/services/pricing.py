"""What a request will cost, learned from what Runway estimated for requests of the same shape.

Prices are nowhere published for machines, so none is made up: a shape that was never sent has no price, unless every
shape of its pair cost the same. Loop's thread only; StoreError passes through.
"""

from __future__ import annotations

from dataclasses import dataclass

from runway_desktop.domain.shapes import shape_of
from runway_desktop.domain.task import Request

from .ports import Clock, Estimate, Store


@dataclass(frozen=True, slots=True)
class Price:
    """Credits. `exact`: Runway has estimated just this shape before; else it is what the model's other requests
    cost."""

    credits: float
    exact: bool


class Pricing:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._by_pair: dict[tuple[str, str], dict[str, float]] = {}

    async def load(self) -> None:
        """Reads what was learned. Call once at start."""
        for (endpoint, model, shape), credits in (await self._store.learned()).items():
            self._by_pair.setdefault((endpoint, model), {})[shape] = credits

    def price(self, request: Request) -> Price | None:
        """The price of a request, or None where it is not known."""
        known = self._by_pair.get((request.endpoint, request.model))
        if not known:
            return None
        credits = known.get(shape_of(request))
        if credits is not None:
            return Price(credits, exact=True)
        prices = set(known.values())
        return Price(prices.pop(), exact=False) if len(prices) == 1 and len(known) > 1 else None

    async def learn(self, request: Request, credits: float) -> None:
        """Remembers an estimate that Runway gave."""
        shape = shape_of(request)
        known = self._by_pair.setdefault((request.endpoint, request.model), {})
        if known.get(shape) == credits:
            return
        known[shape] = credits
        await self._store.learn(request.endpoint, request.model, shape, Estimate(credits=credits, at=self._clock.now()))
