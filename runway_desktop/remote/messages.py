"""Messages of the local socket: one JSON object a line, each line at most `LONGEST_LINE` bytes. Pure.

A connection begins with `Hello` and its answer `Welcome`, which every version understands; further messages require the
same `PROTOCOL`. Each `Call` has a number chosen by the client and gets one `CallAnswer` or `Trouble` with that number;
calls of a connection run concurrently.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.usecases.clients.refusals import Code
from runway_desktop.values import Struct, field

PROTOCOL: Final = 4
"""Must change if older programs would misread a message, but not for new calls and members."""
LONGEST_LINE: Final = 8_000_000
"""Bytes. Enough for a picture of 5 MB as a data URI."""
OPEN: Final = "open"
"""Call of a later start: its command-line arguments, for the open window."""
LEAVE: Final = "leave"
"""Call of a window that wants the profile, to a headless engine."""


class Hello(Struct, frozen=True, kw_only=True, tag_field="say", tag="hello"):
    protocol: int = PROTOCOL
    client: str = ""
    """The client's own name for itself."""
    key: Fingerprint = NO_KEY
    """Of the key that the client's own engine would use, if its environment names one. Never the key."""
    address: str = ""
    """Runway's address, if the client's environment names one."""


class Welcome(Struct, frozen=True, kw_only=True, tag_field="say", tag="welcome"):
    protocol: int = PROTOCOL
    program: str = ""
    has_window: bool = False
    is_leaving: bool = False
    """It was asked to hand over to a window, and finishes work in progress."""
    under_way: tuple[str, ...] = ()
    """Paid requests being sent, as text."""


class Call(Struct, frozen=True, kw_only=True, tag_field="say", tag="call"):
    number: int
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


class Stop(Struct, frozen=True, kw_only=True, tag_field="say", tag="stop"):
    """The client no longer needs the answer of a call."""

    number: int


class CallAnswer(Struct, frozen=True, kw_only=True, tag_field="say", tag="answer"):
    number: int
    result: Any = None


class Trouble(Struct, frozen=True, kw_only=True, tag_field="say", tag="trouble"):
    """`number` 0: about the connection, which is then closed."""

    number: int = 0
    code: int = Code.AGAIN.value
    message: str = ""
    advice: str = ""


Asked = Hello | Call | Stop
Said = Welcome | CallAnswer | Trouble

Message = TypeVar("Message")
_asked: msgspec.json.Decoder[Asked] = msgspec.json.Decoder(Asked)
_said: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)
_encoder = msgspec.json.Encoder()


class BadMessage(ValueError):
    """A line that is none of these messages."""


def line_of(message: Asked | Said) -> bytes:
    return _encoder.encode(message) + b"\n"


def asked_in(line: bytes) -> Asked:
    return _read(_asked, line)


def said_in(line: bytes) -> Said:
    return _read(_said, line)


def _read(decoder: msgspec.json.Decoder[Message], line: bytes) -> Message:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadMessage("This is no message of this program.") from error
