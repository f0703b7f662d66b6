"""Refusals of client calls, in English whatever the language of the window that answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from runway_desktop.domain.errors import DamagedList, KeyRefused, ListClosed, NotThere, RunwayDesktopError
from runway_desktop.texts import Text, english

MOST_NESTED = 50
MOST_NAMED = 20
THE_KEY = "the key"
"""What a queued task waits for if the key is missing or refused."""


class Code(Enum):
    """Kind of refusal. The values are exit codes of the command line, and must not change."""

    FAILED = 1
    """The task failed; or a bug of this program."""
    INPUT = 2
    """The request is invalid and must be changed."""
    AGAIN = 3
    """A temporary problem: safe to retry."""
    KEY = 4
    """The key is missing, locked or refused, and nothing was made."""
    NOT_FOUND = 5
    UNCERTAIN = 6
    """Not known whether the task was created and charged: must not be repeated."""
    REFUSED = 7
    """By a cap, a missing grant, or the user."""
    NOT_YET = 8
    """Stored and not sent yet, or a wait timed out. The task goes on: it must not be made again."""
    PERSON = 9
    """The user has to open the program first."""
    OVER_MAX = 11
    """Made, and Runway's own price is above what the caller agreed to. Must not be repeated."""
    MOVING = 10
    """The engine is ending or handing over to a window: the next engine will answer the same call."""


EXITS: Mapping[Code, str] = {
    Code.FAILED: "the task failed, or the program did: stderr says what, and what is kept",
    Code.INPUT: "the request is wrong and has to be changed",
    Code.AGAIN: "temporary: safe to try again",
    Code.KEY: "no key, or it is locked or refused; nothing was made",
    Code.NOT_FOUND: "not found",
    Code.UNCERTAIN: "uncertain: maybe made and charged. Do not repeat it",
    Code.REFUSED: "refused by a cap, a missing grant, or the person",
    Code.NOT_YET: "under way: queued (waits_because says why), sent or still running. Do not repeat it; wait for it",
    Code.PERSON: "open Runway Desktop first: a restore, a damaged list, another version, a disk that cannot say "
    "whether the profile is open elsewhere",
    Code.OVER_MAX: "made, and Runway's own price is above --max-credits or --price-up-to (over_max_credits in "
    "the answer). Do not repeat it",
}
"""What each exit code of a command means."""


def listed(values: Sequence[Any]) -> str:
    """What is allowed, for a refusal: "4, 5 and 6", of numbers more than `MOST_NAMED` their range."""
    if len(values) <= MOST_NAMED:
        return ", ".join(map(str, values))
    if all(isinstance(value, int | float) for value in values):
        return f"{min(values):g} to {max(values):g}"
    return f"{', '.join(map(str, values[:MOST_NAMED]))} … and {len(values) - MOST_NAMED} more"


def in_english(said: object) -> str:
    """A text, or an error's message, as clients read it."""
    with english():
        return str(said)


class CallRefused(Exception):
    """One sentence, what to do instead, and the kind of refusal: unless named, the request has to be changed."""

    def __init__(self, message: Text | str, advice: Text | str = "", *, code: Code = Code.INPUT) -> None:
        self.message = in_english(message)
        self.advice = in_english(advice)
        super().__init__(self.message)
        self.code = code

    def in_words(self) -> str:
        return f"{self.message} {self.advice}".strip()


def refuse_nesting(arguments: object) -> None:
    """Raises CallRefused for a value in more than `MOST_NESTED` others, which recursion would not survive."""
    level = [arguments]
    for _ in range(MOST_NESTED):
        inner = [one.values() if isinstance(one, Mapping) else one for one in level if isinstance(one, Mapping | list)]
        if not (level := [value for values in inner for value in values]):
            return
    raise CallRefused(f"Values are nested in more than {MOST_NESTED} others.", "No request needs that.")


def refusal_of(error: RunwayDesktopError) -> CallRefused:
    match error:
        case KeyRefused():
            code = Code.KEY
        case NotThere():
            code = Code.NOT_FOUND
        case DamagedList():
            code = Code.PERSON
        case ListClosed():
            # A call that was under way when its engine began to end.
            code = Code.MOVING
        case _:
            code = Code.AGAIN if error.may_retry else Code.FAILED
    return CallRefused(error.said, code=code, advice=error.advises)
