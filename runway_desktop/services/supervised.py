"""How a mistake of the program is reported, and loops that go on after one.

A mistake is an exception that is none of `domain.errors`. Its traceback goes to the log each time, a notice to the
person once. Loop's thread only; nothing here raises.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from runway_desktop.domain.events import Notice

from .bus import Bus
from .ports import Clock

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0


@dataclass(slots=True)
class Attempt:
    """A piece of work that may be given up by a mistake."""

    failed: bool = False


def report(bus: Bus, doing: str, mistake: BaseException) -> None:
    """`doing` completes "The program made a mistake while …": "sending a task"."""
    log.error("A mistake of the program while %s", doing, exc_info=mistake)
    bus.tell_once(
        Notice(f"The program made a mistake while {doing}.", f"{type(mistake).__name__}; see the log.", is_problem=True)
    )


@contextmanager
def survived(bus: Bus, doing: str) -> Iterator[Attempt]:
    """Reports a mistake that is made inside and goes on behind. Cancelling passes."""
    attempt = Attempt()
    try:
        yield attempt
    except Exception as mistake:  # noqa: BLE001 - reported with its traceback
        attempt.failed = True
        report(bus, doing, mistake)


async def keep_going(doing: str, turn: Callable[[], Awaitable[None]], bus: Bus, clock: Clock) -> None:
    """Awaits `turn` again and again until cancelled. After a turn that failed by a mistake there is a pause, a longer
    one each time in a row."""
    failures = 0
    while True:
        with survived(bus, doing) as attempt:
            await turn()
        failures = failures + 1 if attempt.failed else 0
        if attempt.failed:
            await clock.sleep(min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 6)))
