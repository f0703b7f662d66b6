"""What the button says that sends a request: what it does, what that costs, why it cannot. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runway_desktop.services.money.pricing import OpenPrice, Price
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import about, open_words
from runway_desktop.values import Struct

if TYPE_CHECKING:
    from .sending import Kept


class Button(Struct, frozen=True):
    """What the send button says and may. `reasons` says why not, each a sentence."""

    text: str
    price: str
    reasons: tuple[str, ...]
    detail: str = ""
    """The price in dollars, and where it comes from."""
    note: str = ""
    """What to say beside it: why the last press sent nothing, or what a press would not send yet."""
    raising: str = ""
    """The button that makes room for it, such as "Raise today's cap to 2,600"; empty where nothing is in the way."""


def kept_text(kept: int, amount: int) -> str:
    """The button of tasks of which so many wait in the queue: "Send 4, queue 2", or "Queue 6"."""
    if kept < amount:
        return f"Send {amount - kept:,}, queue {kept:,}"
    return units.plural(amount, "Queue", f"Queue {amount:,}")


def waits_words(kept: Kept, amount: int) -> str:
    if kept.tasks < amount:
        return f"{kept.tasks:,} of {amount:,} wait in the queue"
    return units.plural(amount, "it waits in the queue", "they wait in the queue")


def too_soon_words(amount: int, *, has_seed: bool = False) -> str:
    """Why a press that repeats what was just sent sends nothing. A seed makes "similar results" (Runway's API
    reference), which a second take is seldom meant to be."""
    said = units.plural(
        amount,
        "Just sent. Press again to make another take.",
        f"Just sent. Press again to make {amount:,} more.",
    )
    return f"{said} With the same seed it will look much the same." if has_seed else said


def price_words(price: Price | None, amount: int = 1, between: OpenPrice | None = None) -> str:
    """What the button says of money: exact, "about", a range, or that it is not known before."""
    if price is None:
        return f"{open_words(between)}{' each' if amount > 1 else ''}" if between else "price shown after sending"
    return f"{about(price)}{units.credits_in_words(price.credits * amount)}"
