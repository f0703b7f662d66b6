"""Why a client's call came to nothing. Pure."""

from __future__ import annotations

from enum import Enum

from runway_desktop.domain.errors import KeyRefused, NotThere, RunwayDesktopError

THE_KEY = "the key"
"""What a queued task waits for that the program has no key for, or a refused one."""


class Code(Enum):
    """What kind of trouble it is. The values are the exit codes of the command line, and never change."""

    FAILED = 1
    """The task failed; or the program made a mistake."""
    INPUT = 2
    """The request is wrong and has to be changed."""
    AGAIN = 3
    """A passing trouble: safe to try again."""
    KEY = 4
    NOT_FOUND = 5
    UNCERTAIN = 6
    """Nobody knows whether it was made and charged: it must not be repeated."""
    REFUSED = 7
    """By a cap, a grant that is missing, or the person."""
    NOT_YET = 8
    """A wait ran out. The task goes on."""
    PERSON = 9
    """The program has to be opened by its person first."""
    MOVING = 10
    """The engine makes room for a window: the same call is answered by that one."""


class CallRefused(Exception):
    """One sentence, what to do instead, and the kind of trouble."""

    def __init__(self, message: str, *, code: Code, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.code = code

    def in_words(self) -> str:
        return f"{self.message} {self.advice}".strip()


def refusal_of(error: RunwayDesktopError) -> CallRefused:
    match error:
        case KeyRefused():
            code = Code.KEY
        case NotThere():
            code = Code.NOT_FOUND
        case _:
            code = Code.AGAIN if error.may_retry else Code.FAILED
    return CallRefused(error.message, code=code, advice=error.advice)
