"""Recognizes a press that only repeats the last sending by accident: a double click, or a key pressed twice. Pure but
for the clock; nothing raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from runway_desktop.services.ports import Clock

MOMENT = 2.0
"""Seconds after a sending within which the same again is taken for an accident."""

Door = TypeVar("Door")


class RepeatGuard(Generic[Door]):
    """Remembers for each door what went through it last. `what` is anything that equals another asking for the same."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[Door, tuple[object, float]] = {}

    def note(self, door: Door, what: object) -> None:
        """This was sent now."""
        self._last[door] = (what, self._clock.monotonic() + MOMENT)

    def forget(self, door: Door) -> None:
        """It was not sent after all."""
        self._last.pop(door, None)

    def is_too_soon(self, door: Door, what: object) -> bool:
        """Whether asking for it now is more likely an accident than a wish."""
        sent, until = self._last.get(door, (None, 0.0))
        return sent is not None and sent == what and self._clock.monotonic() < until
