"""Price of a request whose length or size is open: a range, or a price per second. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runway_desktop.catalog import Pair
from runway_desktop.domain.prices import Measure, OpenPrice
from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import Price
from runway_desktop.values import replace

PriceOf = Callable[[Request, Measure | None], Price | None]
_LENGTH = "duration"
_SIZES = ("resolution", "ratio", "quality")
"""Settings that the price depends on. If omitted, it is not known which value Runway uses."""
_PLACEHOLDER = "file:///"
_MINUTE = 60
_MOSTLY = 1.05
"""A few credits for an input picture are negligible compared with the seconds."""
_SIDES = (1, 1 << 16)
"""Smaller and larger than any size at which a price changes."""


def open_price(pair: Pair, request: Request, price: PriceOf) -> OpenPrice | None:
    """For a request without a known price, since its length or size is open or its inputs are not measured. None if the
    price depends on more than that."""
    left = [field for name in _SIZES if (field := pair.field(name)) is not None and name not in request.values]
    ways: list[list[dict[str, Any]]] = [[{}], *([{field.name: choice} for choice in field.choices] for field in left)]
    for way in ways:
        found = [_at_size(pair, replace(request, values={**request.values, **chosen}), price) for chosen in way]
        known = [one for one in found if one is not None]
        if known and len(known) == len(found):
            return OpenPrice(min(one.least for one in known), max(one.most for one in known), known[0].a_second)
    return None


def _at_size(pair: Pair, request: Request, price: PriceOf) -> OpenPrice | None:
    lacking = {one.name: _PLACEHOLDER for one in pair.asset_fields if one.required}

    def cost(values: Mapping[str, Any], measure: Measure | None = None) -> float | None:
        found = price(replace(request, values={**lacking, **request.values, **values}), measure)
        return found.credits if found is not None else None

    field = pair.field(_LENGTH)
    if field is not None and not isinstance(request.values.get(_LENGTH), int | float):
        numbers = [choice for choice in field.choices if isinstance(choice, int | float)]
        least, most = min(numbers, default=field.minimum), max(numbers, default=field.maximum)
        if least is not None and most is not None:
            return _between([cost({_LENGTH: least}), cost({_LENGTH: most})])
        return _a_second([(cost({_LENGTH: _MINUTE}), cost({_LENGTH: 2 * _MINUTE}))])
    sizes = [[Measure(width=side, height=side, duration=times * _MINUTE) for times in (1, 2)] for side in _SIDES]
    costs = [(cost({}, short), cost({}, long)) for short, long in sizes]
    return _a_second(costs) or (_between([short for short, _ in costs]) if costs[0][0] == costs[0][1] else None)


def _a_second(costs: Sequence[tuple[float | None, float | None]]) -> OpenPrice | None:
    """From the prices of one minute and of two; None if the price is not roughly proportional to the length."""
    known = [(short, long - short) for short, long in costs if short is not None and long is not None]
    if len(known) < len(costs) or any(short > _MOSTLY * more for short, more in known):
        return None
    rates = [more / _MINUTE for _, more in known]
    return OpenPrice(min(rates), max(rates), a_second=True)


def _between(costs: Sequence[float | None]) -> OpenPrice | None:
    known = [cost for cost in costs if cost is not None]
    return OpenPrice(min(known), max(known), a_second=False) if len(known) == len(costs) else None
