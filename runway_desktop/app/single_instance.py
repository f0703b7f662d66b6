"""One window per profile: a second start hands its files and ids to the first and ends. GUI thread.

A local socket named after the profile's folder; the first to listen is the one that stays. What is handed over is
one JSON list of the command line's words, at most 1 MB.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE_MS = 1500
_MOST_BYTES = 1_000_000


def _name(folder: Path) -> str:
    return "runway-desktop-" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]


def hand_over(folder: Path, words: Sequence[str]) -> bool:
    """Gives the words to a program that runs with this profile; False when none does. Blocking, at most a few
    seconds."""
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    if not socket.waitForConnected(_PATIENCE_MS):
        return False
    socket.write(json.dumps(list(words)).encode() + b"\n")
    socket.waitForBytesWritten(_PATIENCE_MS)
    # The answer proves that a living program took them, and not a socket file that a crash left.
    taken = socket.waitForReadyRead(_PATIENCE_MS) and bytes(socket.readAll().data()).startswith(b"ok")
    socket.disconnectFromServer()
    return taken


class Doorbell(QObject):
    """Listens for later starts. `rung(words)` carries their command lines; an empty list just wants the window."""

    rung = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        if not self._server.listen(_name(folder)):
            # A crash leaves the socket's file; hand_over has found nobody behind it.
            QLocalServer.removeServer(_name(folder))
            self._server.listen(_name(folder))

    def close(self) -> None:
        self._server.close()

    def _greet(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _MOST_BYTES:
                socket.abort()
            return
        line = bytes(socket.readLine(_MOST_BYTES).data())
        socket.write(b"ok\n")
        socket.flush()
        try:
            words = json.loads(line)
        except ValueError:
            return
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            self.rung.emit(words)
