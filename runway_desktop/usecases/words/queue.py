"""Texts of the queue: results of commands for queued tasks, and start times. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.library import Row
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.texts import Text, _, in_turn, ngettext
from runway_desktop.values import Struct

from . import units

SOON = 3.0
"""Shorter times are not shown."""
REORDERED = Text("Queue reordered.")
NOT_MOVED = Text("Nothing moved: the order is the same.")
OTHER_LANE = Text("Each model has its own queue. Drop it among tasks of its model.")
TOO_LATE = Text("Already being sent. Cancel it at Runway instead.")
_HELD = Text("Held 1 task.", "Held {n} tasks.")
_HELD_INSTEAD = Text(
    "1 task is held: only a cap had kept it here.", "{n} tasks are held: only a cap had kept them here."
)
_LEFT = Text("1 task has left already.", "{n} tasks have left already.")
SENT_INSTEAD = Text("Remove the task from the queue, or cancel it at Runway.")
_APPROVED = Text("Request approved.", "{n} requests approved.")
_RELEASED = Text("1 task released.", "{n} tasks released.")
_MOVED = Text("1 task moved in the queue.", "{n} tasks moved in the queue.")
_REMOVED = Text(
    "1 task removed from the queue. Nothing is charged.", "{n} tasks removed from the queue. Nothing is charged."
)


class InQueue(Struct, frozen=True, kw_only=True):
    """What is known of a queued task's turn."""

    position: int | None = None
    """Position among those of its model, from 1; None: not counted."""
    start: tuple[float, float] | None = None
    """Seconds until it is sent, as a range."""
    before: tuple[float, float] | None = None
    """The same without the move being previewed."""
    is_moving: bool = False
    """A move is previewed, not made yet."""
    is_queue: bool = False
    """It is shown on the queue's page, where the start time comes first."""


def about(low: float, high: float) -> str:
    """ "about 14 min", "40–70 s"."""
    said = units.span(low, high)
    return said if "–" in said else _("about {time}", time=said)


def start_words(start: tuple[float, float]) -> str:
    """ "in about 40 s", "in 40–70 s", "now"."""
    return _start_as(start, Text("now"), Text("in {time}"), Text("in about {time}"))


def start_headline(start: tuple[float, float]) -> str:
    """The same at the beginning of a line."""
    return _start_as(start, Text("Now"), Text("In {time}"), Text("In about {time}"))


def earlier_words(start: tuple[float, float]) -> str:
    """The start before a move: "was in about 14 min"."""
    return _start_as(start, Text("was now"), Text("was in {time}"), Text("was in about {time}"))


def _start_as(start: tuple[float, float], soon: Text, between: Text, roughly: Text) -> str:
    if start[1] < SOON:
        return str(soon)
    said = units.span(*start)
    return str((between if "–" in said else roughly).with_(time=said))


def turn_words(position: int) -> str:
    # Translators: the position in a queue.
    return _("Next in line") if position == 1 else _("Place {position} in line", position=position)


def lifted_words(positions: Sequence[int], starts: Sequence[tuple[float, float]]) -> str:
    """Target position of a drag: "Places 2 to 3 · in about 1 min"."""
    if not positions:
        return ""
    first, last = min(positions), max(positions)
    where = _("Place {first}", first=first) if first == last else _("Places {first} to {last}", first=first, last=last)
    when = start_words((min(low for low, __ in starts), max(high for __, high in starts))) if starts else ""
    return " · ".join(filter(None, (where, when)))


def moving_words(amount: int) -> tuple[str, str]:
    """Text and hint during a drag of rows."""
    return (
        ngettext("Moving {n} task", "Moving {n} tasks", amount),
        ngettext("Esc puts it back", "Esc puts them back", amount),
    )


def held(amount: int) -> Text:
    return _HELD.of(amount)


def held_again(amount: int, left: int) -> Text | str:
    """Result of undoing a release; empty for a move. `left`: tasks that have left the queue since."""
    if left and not amount:
        return TOO_LATE
    return in_turn(_HELD.of(amount) if amount else "", _LEFT.of(left) if left else "")


def held_instead(amount: int) -> Text | str:
    """After an undo that would have let tasks leave; empty if there are none."""
    return _HELD_INSTEAD.of(amount) if amount else ""


def released(rows: Sequence[Row]) -> Text | str:
    """Empty if none was held for the user: the rows show the result."""
    amount = sum(row.task.waits_for_person for row in rows)
    said = _APPROVED if any(waits_for_approval(row.task) for row in rows) else _RELEASED
    return said.of(amount) if amount else ""


def no_undo(name: str, instead: Text) -> Text | str:
    """Message of undo if the last act cannot be undone."""
    return in_turn(_("“{command}” has no undo.", command=name), instead)


def moved(amount: int) -> Text:
    return _MOVED.of(amount)


def removed(amount: int) -> Text:
    return _REMOVED.of(amount)
