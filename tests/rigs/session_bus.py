"""A private session bus, and services on it that a test answers for, each on a thread of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from steps.installed import SESSION_BUS

needs_bus = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")

Answer = tuple[str, tuple[Any, ...]] | None
"""Signature and values; None: no answer at all."""


@contextmanager
def private_bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No service starts by itself on it."""
    with TemporaryDirectory() as folder:
        configuration = Path(folder, "bus.conf")
        configuration.write_text(SESSION_BUS.format(address=f"unix:dir={folder}"))
        command = ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address=1"]
        daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
            yield
        finally:
            daemon.kill()
            daemon.communicate()


class FakeService:
    """`answers` has a function for each method, which gets the values of the call. What is asked otherwise is answered
    with an error. `calls` keeps all calls."""

    def __init__(self, name: str, answers: dict[str, Callable[..., Answer]]) -> None:
        from jeepney import message_bus
        from jeepney.io.blocking import Proxy, open_dbus_connection

        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.gone: set[str] = set()
        """Unique names of programs that left the bus."""
        self._name = name
        self._answers = answers
        self._connection = open_dbus_connection(bus=os.environ["DBUS_SESSION_BUS_ADDRESS"], enable_fds=True)
        Proxy(message_bus, self._connection).RequestName(name)
        watch = "type='signal',interface='org.freedesktop.DBus',member='NameOwnerChanged'"
        Proxy(message_bus, self._connection).AddMatch(watch)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def named(self, method: str) -> list[tuple[Any, ...]]:
        return [values for name, values in self.calls if name == method]

    def tell(self, path: str, interface: str, signal: str, signature: str, *values: object) -> None:
        from jeepney import DBusAddress, new_signal

        self._connection.send(new_signal(DBusAddress(path, interface=interface), signal, signature, values))

    def close(self) -> None:
        with suppress(OSError):
            self._connection.sock.shutdown(2)
        self._thread.join(10)
        self._connection.close()

    def _serve(self) -> None:
        from jeepney import HeaderFields, MessageType, new_error, new_method_return

        while True:
            try:
                message = self._connection.receive()
            except (OSError, EOFError):
                return
            member = message.header.fields.get(HeaderFields.member)
            if message.header.message_type is MessageType.signal:
                if member == "NameOwnerChanged" and not message.body[2]:
                    self.gone.add(message.body[0])
                continue
            self.calls.append((member, message.body))
            answer = self._answers[member](*message.body) if member in self._answers else ("error", ())
            if answer == ("error", ()):
                reply = new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")
            elif answer is None:
                continue
            else:
                reply = new_method_return(message, *answer)
            self._connection.send(reply)
