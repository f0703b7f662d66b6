"""What a request costs that leaves open how much is made: a range, or a price a second. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runway_desktop.catalog import Pair
from runway_desktop.domain.prices import Measure
from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import OpenPrice, Price
from runway_desktop.values import replace

_LENGTH = "duration"
_PLACEHOLDER = "file:///"
_MINUTE = 60
_SHORT, _LONG = 10, 20
"""Two lengths that tell what a second more costs."""
_SIDES = (1, 1 << 16)
"""Smaller, and larger, than any size at which a price changes."""


def open_price(
    pair: Pair, request: Request, price: Callable[[Request, Measure | None], Price | None]
) -> OpenPrice | None:
    """For a request whose price is not known: its length is left open, or nobody measured what is put in. None where a
    price hangs on more than that."""

    def cost(values: Mapping[str, Any], measure: Measure | None = None) -> float | None:
        found = price(replace(request, values={**request.values, **values}), measure)
        return found.credits if found is not None else None

    field = pair.field(_LENGTH)
    if field is not None and not isinstance(request.values.get(_LENGTH), int | float):
        numbers = [choice for choice in field.choices if isinstance(choice, int | float)]
        least, most = min(numbers, default=field.minimum), max(numbers, default=field.maximum)
        if least is not None and most is not None:
            return _between([cost({_LENGTH: least}), cost({_LENGTH: most})])
        return _rate([(cost({_LENGTH: _SHORT}), cost({_LENGTH: _LONG}))], _LONG - _SHORT)
    lacking = {one.name: _PLACEHOLDER for one in pair.asset_fields if one.required and one.name not in request.values}
    sizes = [
        [cost(lacking, Measure(width=side, height=side, duration=seconds)) for seconds in (_MINUTE, 2 * _MINUTE)]
        for side in _SIDES
    ]
    return _rate([(short, long) for short, long in sizes], _MINUTE) or _between([short for short, _ in sizes])


def _rate(costs: Sequence[tuple[float | None, float | None]], seconds: int) -> OpenPrice | None:
    """What a second more costs; None where it costs nothing."""
    known = [(long - short) / seconds for short, long in costs if short is not None and long is not None]
    return OpenPrice(min(known), max(known), a_second=True) if len(known) == len(costs) and min(known) > 0 else None


def _between(costs: Sequence[float | None]) -> OpenPrice | None:
    known = [cost for cost in costs if cost is not None]
    return OpenPrice(min(known), max(known), a_second=False) if len(known) == len(costs) else None
