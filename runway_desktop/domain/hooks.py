"""What the person wants to be run when something happens: a program, or a POST to an address. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .errors import RunwayDesktopError

_HERE = ("localhost", "127.0.0.1", "::1")
LONGEST_RUN = 30.0
"""Seconds after which a program is stopped, and an address is no longer waited for."""


class Happening(StrEnum):
    """The values are stored, and are the event's name for programs: they must not change."""

    SAVED = "saved"
    """All results of a task are saved."""
    FAILED = "failed"
    """A task failed, or a result of it could not be saved."""
    NEEDS_ME = "needs_me"
    """A task is uncertain or waits for the person, or a cap, the balance or the key keeps tasks."""
    QUEUE_EMPTY = "queue_empty"
    """Nothing is queued, at Runway or still to be saved, apart from tasks that wait for the person."""


class Hook(Struct, frozen=True, kw_only=True):
    """Valid only in the list with the identity `list`. `words`: an address alone, or the absolute path of a program
    with its arguments; empty: nothing is run."""

    list: str = ""
    words: tuple[str, ...] = ()
    happenings: frozenset[Happening] = frozenset(Happening)

    @classmethod
    def read(cls, found: Any) -> Self:
        """From JSON that may have been edited by hand. Raises ValueError or TypeError."""
        match found:
            case {"list": str(of), "words": [*words], "happenings": [*names]}:
                return cls(list=of, words=tuple(map(str, words)), happenings=frozenset(map(Happening, names)))
            case Mapping() if not found:
                return cls()
            case _:
                raise TypeError

    @property
    def address(self) -> str:
        return self.words[0] if self.words and "://" in self.words[0] else ""

    @property
    def name(self) -> str:
        """The host or the program, without what may be a secret."""
        first = self.words[0] if self.words else ""
        return (urlsplit(first).hostname or "") if self.address else first.replace("\\", "/").rpartition("/")[2]


class HookFailed(RunwayDesktopError):
    """The program or the address did not take the event. `detail`: the beginning of what the program said."""


def check_address(address: str) -> None:
    """HookFailed unless it is https, or http to this machine."""
    try:
        parts = urlsplit(address)
        is_fine = bool(parts.hostname) and (parts.port or 1) > 0 and address.isprintable() and " " not in address
    except ValueError:
        is_fine = False
    if not is_fine or parts.scheme not in ("http", "https") or (parts.scheme == "http" and parts.hostname not in _HERE):
        raise HookFailed(Text("The address must begin with https. Plain http is for this computer only."))
