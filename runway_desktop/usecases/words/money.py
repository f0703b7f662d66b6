"""What is said of money, in one place: prices, today's spending and
why a cost differs from its estimate. Pure."""

from __future__ import annotations

from runway_desktop.domain.task import State, Task
from runway_desktop.services.money.pricing import Price

from . import units


def today_words(spent: float, cap: float | None) -> str:
    """Such as "Today 640 of 1,500 credits"; without a cap "Today 640 credits"; empty while there is neither."""
    if cap is not None:
        return f"Today {units.number(round(spent, 1))} of {units.credits_in_words(cap)}"
    return f"Today {units.credits_in_words(round(spent, 1))}" if spent else ""


def price_detail(price: Price | None) -> str:
    """A price in dollars and where it comes from: "$0.60. What Runway estimated for a request like this." """
    if price is None:
        return "Runway has not estimated a request like this yet."
    about = "" if price.exact else "About "
    return f"{about}{units.dollars(price.credits)}. {price.why}".strip()


def cost_in_words(task: Task) -> str:
    """The actual cost beside its estimate, with the reason of a difference; empty while there is no cost."""
    actual, estimate = task.cost_credits, task.estimated_credits
    if actual is None:
        return ""
    said = units.credits_in_words(actual)
    if estimate is not None:
        why = f": {_difference(task, actual, estimate)}" if estimate != actual else ""
        said += f" (estimated {units.number(estimate)}{why})"
    return f"{said} · {units.dollars(actual)}"


def _difference(task: Task, actual: float, estimate: float) -> str:
    match task.state:
        case State.FAILED if actual == 0:
            return "given back, because it failed"
        case State.FAILED if task.failure is not None and task.failure.is_moderation:
            return "charged all the same, because moderation refused it"
        case State.FAILED:
            return "charged for what was made before it failed"
        case State.CANCELLED if actual == 0:
            return "nothing charged, because it was canceled in time"
        case State.CANCELLED:
            return "charged for what was made before it was canceled"
        case _ if actual < estimate:
            return "an estimate is the most that a task may cost"
        case _:
            return "more than estimated; Runway's support can say why"
