"""On Windows: a later start passes its command line to the open window through a named pipe. GUI thread.

Commands and MCP servers are not supported there yet. A caller that sends more than `MOST` bytes without an end of line
is disconnected.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from runway_desktop.services.disk import private_socket

ANSWER = b"ok\n"
MOST = 1_000_000


def give(address: str, words: Sequence[str], patience: float) -> bool:
    """Blocking. Only the answer proves that a living program received the words. A single connection is used: a second
    one would pass the words twice."""
    socket, milliseconds = QLocalSocket(), round(patience * 1000)
    socket.connectToServer(address)
    if not socket.waitForConnected(milliseconds) or not private_socket.peer_is_own(socket.socketDescriptor()):
        return False
    socket.write(json.dumps(list(words)).encode() + b"\n")
    socket.waitForBytesWritten(milliseconds)
    taken = socket.waitForReadyRead(milliseconds) and bytes(socket.readAll().data()).startswith(ANSWER.strip())
    socket.disconnectFromServer()
    return taken


class WindowsDoor(QObject):
    """`take` is called with the line of each later start."""

    def __init__(self, folder: Path, take: Callable[[bytes], object]) -> None:
        """Raises OSError if the pipe cannot be opened."""
        super().__init__()
        self._take = take
        self._server = server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._greet)
        if not server.listen(private_socket.address_for(folder)):
            raise OSError(server.errorString())

    def close(self) -> None:
        self._server.close()

    def _greet(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            # Owned by this object; otherwise Python would delete it a second time.
            socket.setParent(self)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.canReadLine():
            line = bytes(socket.readLine(MOST).data())
            socket.write(ANSWER)
            socket.flush()
            self._take(line)
        elif socket.bytesAvailable() > MOST:
            socket.abort()
