"""Tells the press that only repeats what was just sent (a double click, a nervous second key) from one that means it.

Everything that is paid for asks here before it is stored again. Pure but for the clock; nothing raises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runway_desktop.services.ports import Clock

MOMENT = 2.0
"""Seconds after a sending within which the same again is taken for an accident."""


class JustSent:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._what: object = None
        self._until = 0.0

    def note(self, what: object) -> None:
        """This was sent now. `what` is anything that equals another asking for the same."""
        self._what, self._until = what, self._clock.monotonic() + MOMENT

    def recall(self, what: object) -> None:
        """This was sent last, some time ago."""
        self._what, self._until = what, 0.0

    def forget(self) -> None:
        """It was not sent after all."""
        self._what, self._until = None, 0.0

    def is_another(self, what: object) -> bool:
        """Whether the same was sent last: one more of it is another take."""
        return self._what is not None and what == self._what

    def is_too_soon(self, what: object) -> bool:
        """Whether asking for it now is more likely an accident than a wish."""
        return self.is_another(what) and self._clock.monotonic() < self._until
