"""How a mistake of the program is reported, and loops that go on after one.

A mistake is an exception that is none of `domain.errors`. Its traceback goes to the log, as an error: a fault of the
world is a warning at the most. Loop's thread only; nothing here raises.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .ports import Clock

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0


@dataclass(slots=True)
class Attempt:
    """A piece of work that may be given up by a mistake."""

    failed: bool = False


def report(doing: str, mistake: BaseException) -> None:
    """`doing` completes "A mistake of the program while …": "sending a task". Whoever runs the program tells the person
    of the first."""
    log.error("A mistake of the program while %s", doing, exc_info=mistake)


@contextmanager
def survived(doing: str) -> Iterator[Attempt]:
    """Reports a mistake that is made inside and goes on behind. Cancelling passes."""
    attempt = Attempt()
    try:
        yield attempt
    except Exception as mistake:  # noqa: BLE001 - reported with its traceback
        attempt.failed = True
        report(doing, mistake)


async def keep_going(doing: str, turn: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Awaits `turn` again and again until cancelled. After a turn that failed by a mistake there is a pause, a longer
    one each time in a row."""
    failures = 0
    while True:
        with survived(doing) as attempt:
            await turn()
        failures = failures + 1 if attempt.failed else 0
        if attempt.failed:
            await clock.sleep(min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 6)))
