"""The request put into an MP4, MOV or M4A while it arrives: its description (the box `moov`) is held back until it is
complete, and passed on with the note in it. Nothing is read or written twice, wherever the description stands.

The tags go into the description alone (`tags.described`); what lies behind it is moved by its growth, which is counted
in. A film in fragments, one whose description is not understood or larger than `LARGEST`, passes as it is. Blocks for
a moment where the description ends; raises nothing.
"""

from __future__ import annotations

import logging
import math
import struct

from runway_desktop.values import Struct

from . import tags
from .note import Note

log = logging.getLogger(__name__)

LARGEST = 16 * 1024 * 1024
"""Bytes of a description that are held in memory."""
ENDINGS = frozenset({"mp4", "m4v", "m4a", "mov"})
_HEAD = 8
_LONG_HEAD = 16


class Place(Struct, frozen=True):
    """Where the description begins, and its bytes as they came and with the note."""

    start: int
    came: int
    written: int


class FilmStream:
    """`feed` it all that comes, in order; what it gives is what is to be written."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._passes = False
        """All that is still to come is passed on as it is."""
        self._held = bytearray()
        """The beginning of a box whose header is not complete, or of the description."""
        self._wanted = 0
        """Bytes of the description; 0 outside of it."""
        self._left: float = 0
        """Bytes of the present box that are still to be passed on."""
        self._at = 0
        """Where `_held` begins."""
        self.place: Place | None = None

    def feed(self, block: bytes) -> bytes:
        return self._take(block, may_hold=True)

    def pass_over(self, block: bytes) -> None:
        """For what an earlier attempt wrote."""
        self._take(block, may_hold=False)

    def pass_on(self) -> None:
        """The note is in: the rest comes as it is."""
        self._passes = True

    def rest(self) -> bytes:
        """What is still held where the film ends in the midst of a box."""
        held, self._held = bytes(self._held), bytearray()
        self._passes = True
        return held

    def anew(self) -> FilmStream:
        return FilmStream(self._note)

    def _take(self, block: bytes, *, may_hold: bool) -> bytes:
        if self._passes:
            return block
        given: list[bytes | memoryview] = []
        start, whole = 0, memoryview(block)
        while start < len(block):
            if self._is_over():
                given.append(whole[start:])
                break
            if self._left:
                end = int(min(len(block), start + self._left))
                self._left -= end - start
                self._at += end - start
                given.append(whole[start:end])
            else:
                end = min(len(block), start + self._missing())
                self._held += block[start:end]
                if not self._missing():
                    given.append(self._complete(may_hold))
            start = end
        # Of most blocks of a large film nothing is held.
        is_all = len(given) == 1 and isinstance(given[0], memoryview) and len(given[0]) == len(block)
        return block if is_all else b"".join(given)

    def _is_over(self) -> bool:
        return self._passes

    def _missing(self) -> int:
        """Bytes that `_held` lacks to be a header, or the description."""
        if self._wanted:
            return self._wanted - len(self._held)
        is_long = len(self._held) >= _HEAD and self._held[:4] == b"\0\0\0\1"
        return (_LONG_HEAD if is_long else _HEAD) - len(self._held)

    def _complete(self, may_hold: bool) -> bytes:
        """A header, or the description, is here."""
        if not self._wanted:
            length, kind = struct.unpack(">I4s", self._held[:_HEAD])
            if length == 1:
                (length,) = struct.unpack(">Q", self._held[_HEAD:])
            if kind == b"moov" and may_hold and len(self._held) <= length <= LARGEST:
                self._wanted = length
                return b"" if self._missing() else self._described()
            self._left = math.inf if length == 0 else length - len(self._held)
            # A header that says what cannot be: nothing that follows is understood.
            self._passes = self._left < 0
            return self._let_go()
        return self._described()

    def _described(self) -> bytes:
        came = bytes(self._held)
        self._held.clear()
        self._passes = True
        try:
            written = tags.described(came, self._at, self._note)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's file leads to; the film itself is what counts
            log.info("The request does not go into the film's description: %r", error)
            return came
        if written is None:
            return came
        self.place = Place(self._at, len(came), len(written))
        return written

    def _let_go(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        self._at += len(held)
        return held
