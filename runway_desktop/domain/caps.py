"""Whether a task may be sent for the money that was allowed, and in which words it waits. Pure; credits are floats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

ENOUGH = 1e-6
"""Sums of floats are not compared closer than this."""


class Cap(StrEnum):
    SENDING = "sending"
    """What one task may cost."""
    DAY = "day"
    MONTH = "month"
    PROJECT = "project"
    """What a project may cost, from its first task on."""
    BALANCE = "balance"
    """Not chosen by the person: what is left at Runway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`spent` counts what was sent and what is on its way; 0 for a single sending. Of the balance, `limit` is what is
    left."""

    cap: Cap
    limit: float
    spent: float = 0.0
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """Why one task waits. `price` None: not known; `exact` as in a price."""

    limit: Limit
    price: float | None = None
    exact: bool = False

    @property
    def sentence(self) -> str:
        return f"Waiting: {self.reason}."

    @property
    def reason(self) -> str:
        """Why, without a full stop."""
        limit, most = self.limit, credits_words(self.limit.limit)
        match limit.cap:
            case Cap.SENDING:
                return f"a single sending may cost {most} at most ({self._this_one})"
            case Cap.BALANCE:
                return f"the balance is too low ({most} left, {self._this_one})"
            case Cap.DAY:
                whose = f"today's cap of {most}"
            case Cap.MONTH:
                whose = f"this month's cap of {most}"
            case Cap.PROJECT:
                whose = f"the cap of {most} for “{limit.project}”"
        return f"{whose} is reached ({number_words(limit.spent)} spent, {self._this_one})"

    @property
    def raised(self) -> float | None:
        """The next round cap that lets this task go; None where there is no cap to raise."""
        if self.limit.cap is Cap.BALANCE:
            return None
        needed = self.limit.spent + (self.price if self.price is not None else self.limit.limit * 0.1)
        return _round_up(max(needed, self.limit.limit + 1))

    @property
    def raise_words(self) -> str:
        """The words of the button; empty where there is nothing to raise."""
        if self.raised is None:
            return ""
        match self.limit.cap:
            case Cap.SENDING:
                return f"Allow {credits_words(self.raised)} a sending"
            case Cap.DAY:
                return f"Raise today's cap to {number_words(self.raised)}"
            case Cap.MONTH:
                return f"Raise this month's cap to {number_words(self.raised)}"
            case _:
                return f"Raise the project's cap to {number_words(self.raised)}"

    @property
    def _this_one(self) -> str:
        if self.price is None:
            return "the price of this one is not known"
        return (
            f"this one is {number_words(self.price)}" if self.exact else f"this one is about {number_words(self.price)}"
        )


def held_back(price: float | None, limits: Sequence[Limit], *, exact: bool = False) -> HeldBack | None:
    """The first limit that a task of this price would break; None: it may go. Without a price it goes for as long as
    anything is left."""
    for limit in limits:
        left = limit.limit - limit.spent
        if left + ENOUGH < price if price is not None else left < ENOUGH:
            return HeldBack(limit=limit, price=price, exact=exact)
    return None


def number_words(value: float) -> str:
    """8412.0 → "8,412"; 2.5 → "2.5"."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def credits_words(value: float) -> str:
    said = number_words(value)
    return f"{said} credit" if said == "1" else f"{said} credits"


def _round_up(value: float) -> float:
    """To the next ten below 200, the next hundred below 5,000, the next five hundred beyond."""
    step = 10 if value <= 200 else 100 if value <= 5_000 else 500
    return math.ceil(value / step - ENOUGH) * step
