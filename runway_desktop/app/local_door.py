"""The listening end of a local socket: takes lines from other programs of the same person, and answers each with "ok".

By the system's own sockets, where there are some: Qt's network with its libraries would take 3 MB for as long as the
program runs. Windows has pipes instead, and Qt knows them. GUI thread. Whoever sends more than `most` bytes without an
end of line is cut off.
"""

from __future__ import annotations

import logging
import os
import sys

from PySide6.QtCore import QObject, Signal

from runway_desktop.services.disk import private_socket

log = logging.getLogger(__name__)

ANSWER = b"ok\n"


if sys.platform == "win32":
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

    class LocalDoor(QObject):
        heard = Signal(bytes)
        """A line, which is answered already."""

        def __init__(self, place: str, most: int, parent: QObject) -> None:
            """Raises OSError where nobody can listen there."""
            super().__init__(parent)
            self._most = most
            self._server = server = QLocalServer(self)
            server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
            server.newConnection.connect(self._greet)
            if not server.listen(place):
                raise OSError(server.errorString())

        def close(self) -> None:
            self._server.close()

        def _greet(self) -> None:
            while self._server.hasPendingConnections():
                socket = self._server.nextPendingConnection()
                # Ours, or Python deletes it a second time when the last name for it goes.
                socket.setParent(self)
                socket.readyRead.connect(lambda socket=socket: self._read(socket))
                socket.disconnected.connect(socket.deleteLater)
                self._read(socket)

        def _read(self, socket: QLocalSocket) -> None:
            if socket.canReadLine():
                line = bytes(socket.readLine(self._most).data())
                socket.write(ANSWER)
                socket.flush()
                self.heard.emit(line)
            elif socket.bytesAvailable() > self._most:
                socket.abort()

else:
    import socket
    from contextlib import suppress

    from PySide6.QtCore import QSocketNotifier

    _AT_ONCE = 64 * 1024

    class LocalDoor(QObject):
        heard = Signal(bytes)
        """A line, which is answered already."""

        def __init__(self, place: str, most: int, parent: QObject) -> None:
            """What lies at that place is taken away: nobody is behind it, since the profile is ours, and a crash leaves
            the socket's file. Raises OSError where nobody can listen there."""
            super().__init__(parent)
            self._place, self._most = place, most
            self._callers: set[_Caller] = set()
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                with suppress(FileNotFoundError):
                    os.unlink(place)
                self._socket.setblocking(False)
                self._socket.bind(place)
                # Its folder lets nobody else in either.
                os.chmod(place, 0o600)
                self._socket.listen()
            except OSError:
                self._socket.close()
                raise
            self._notifier = QSocketNotifier(self._socket.fileno(), QSocketNotifier.Type.Read, self)
            self._notifier.activated.connect(self._greet)

        def close(self) -> None:
            self._notifier.setEnabled(False)
            for caller in list(self._callers):
                caller.leave()
            self._socket.close()
            with suppress(OSError):
                os.unlink(self._place)

        def _greet(self) -> None:
            # Whoever knocked may have gone again by now, or there may be no file left for him.
            with suppress(OSError):
                connection, _ = self._socket.accept()
                if private_socket.peer_is_own(connection.fileno()):
                    connection.setblocking(False)
                    self._callers.add(_Caller(connection, self))
                else:
                    log.warning("Another user's program knocked and was not let in")
                    connection.close()

        def take(self, caller: _Caller, content: bytearray) -> None:
            """What a caller has said so far."""
            line, end, rest = content.partition(b"\n")
            if end:
                content[:] = rest
                caller.answer()
                self.heard.emit(bytes(line + end))
            elif len(content) > self._most:
                caller.leave()

        def forget(self, caller: _Caller) -> None:
            self._callers.discard(caller)

    class _Caller(QObject):
        def __init__(self, connection: socket.socket, door: LocalDoor) -> None:
            super().__init__(door)
            self._connection, self._door = connection, door
            self._content = bytearray()
            self._notifier = QSocketNotifier(connection.fileno(), QSocketNotifier.Type.Read, self)
            self._notifier.activated.connect(self._read)

        def answer(self) -> None:
            # Nobody else may be there any more.
            with suppress(OSError):
                self._connection.send(ANSWER)

        def leave(self) -> None:
            self._notifier.setEnabled(False)
            self._connection.close()
            self._door.forget(self)
            self.deleteLater()

        def _read(self) -> None:
            try:
                piece = self._connection.recv(_AT_ONCE)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            if not piece:
                self.leave()
                return
            self._content += piece
            self._door.take(self, self._content)
