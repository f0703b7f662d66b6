"""One program per profile: a second start hands its files and ids to the first and ends. Blocking until the loop runs,
then GUI thread.

Whoever holds the profile's lock is the one. A local socket named after the profile's folder is its doorbell; both ends
speak with nobody but the same person's programs (`private_socket`). What is handed over is one JSON list of the command
line's words, at most 1 MB.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from runway_desktop.services.disk import private_socket
from runway_desktop.services.disk.profile_lock import Claim, claim

if TYPE_CHECKING:
    from .local_door import LocalDoor

log = logging.getLogger(__name__)

_PATIENCE_MS = 20_000
"""So long the first may take to answer: it may be starting itself, from a slow disk."""
_TRY_EVERY = 0.1
_MOST_BYTES = 1_000_000


class DoesNotAnswer(Exception):
    """Another program has this profile, and takes nothing."""


def enter(folder: Path, words: Sequence[str], *, patience_ms: int = _PATIENCE_MS) -> Claim | None:
    """Becomes the one program of this profile, or hands the words to it: then None. Blocking; raises DoesNotAnswer."""
    end = time.monotonic() + patience_ms / 1000
    while True:
        claimed = claim(folder)
        if claimed is not None and claimed.is_sure:
            return claimed
        # Two programs on one profile would send what waits there twice, so whoever answers keeps it.
        if hand_over(folder, words, patience_ms=patience_ms):
            if claimed is not None:
                claimed.release()
            return None
        if claimed is not None:
            return claimed
        if time.monotonic() > end:
            raise DoesNotAnswer
        time.sleep(_TRY_EVERY)


def hand_over(folder: Path, words: Sequence[str], *, patience_ms: int = _PATIENCE_MS) -> bool:
    """Gives the words to the program that has this profile; False when it does not take them."""
    return any(_give(place, words, patience_ms) for place in private_socket.places(folder))


def _give(place: str, words: Sequence[str], patience_ms: int) -> bool:
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(place)
    if not socket.waitForConnected(patience_ms) or not private_socket.peer_is_own(socket.socketDescriptor()):
        return False
    socket.write(json.dumps(list(words)).encode() + b"\n")
    socket.waitForBytesWritten(patience_ms)
    # Only the answer proves that a living program took them. One connection waits for it: a second one would hand
    # the same words over twice.
    taken = socket.waitForReadyRead(patience_ms) and bytes(socket.readAll().data()).startswith(b"ok")
    socket.disconnectFromServer()
    return taken


class InstanceSocket(QObject):
    """Listens for later starts once it is open; only for whoever has the claim. `rung(words)` carries their command
    lines; an empty list just wants the window. Whoever finds it closed tries again for a while."""

    rung = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._door: LocalDoor | None = None

    def open(self) -> None:
        """From now on it is heard; once more does nothing."""
        if self._door is not None:
            return
        # The first paint does not wait for it.
        from .local_door import LocalDoor

        try:
            self._door = LocalDoor(private_socket.place_for(self._folder), _MOST_BYTES, self)
        except OSError as error:
            log.warning("Later starts cannot be heard: %s", error)
            return
        self._door.heard.connect(self._heard)

    def close(self) -> None:
        if self._door is not None:
            self._door.close()

    def _heard(self, line: bytes) -> None:
        words = words_in(line)
        if words is not None:
            self.rung.emit(words)


def words_in(line: bytes) -> list[str] | None:
    """The words that a line hands over; None for anything else."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and all(isinstance(word, str) for word in found) else None
