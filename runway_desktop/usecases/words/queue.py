"""What was done to queued tasks, and when one of them starts, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import units

if TYPE_CHECKING:
    from runway_desktop.domain.library import Row

REORDERED = "Order of the queue changed."
TOO_LATE = "Being sent already. Cancel it at Runway instead."


def held(amount: int) -> str:
    return f"{units.count(amount, 'task')} held. {units.plural(amount, 'It is', 'They are')} not sent until released."


def released(rows: Sequence[Row]) -> str:
    """Empty where none waited for the person: the rows show where they went."""
    amount = sum(row.task.waits_for_person for row in rows)
    return f"{units.count(amount, 'task')} released." if amount else ""


def moved(amount: int) -> str:
    return f"{units.count(amount, 'task')} moved in the queue."


def removed(amount: int) -> str:
    return f"{units.count(amount, 'task')} removed from the queue. Nothing is charged."
