"""The window lists connected client programs, from their first call until their connections close."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from runway_desktop import __version__
from runway_desktop.app.single_instance import TOKEN, hand_over
from runway_desktop.app.window_door import OTHER_KEY, WindowDoor
from runway_desktop.domain.account import fingerprint_of
from runway_desktop.domain.events import ClientsChanged, Notice
from runway_desktop.remote.client import Connection, connect
from runway_desktop.services.disk import private_socket
from runway_desktop.usecases.clients.programs import programs
from runway_desktop.usecases.use_cases import UseCases
from tests.rigs.clients_desk import Desk, a_desk
from tests.rigs.fakes import settle

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has named pipes, which Qt serves")


class Window:
    """A window whose list is open; also the process that it lives in."""

    is_leaving = False
    address = "https://api.example"

    def __init__(self, desk: Desk) -> None:
        self.ready = asyncio.Event()
        self.ready.set()
        self._cases = desk.use_cases
        self.window = self

    async def opened(self) -> UseCases:
        return self._cases

    def ring(self, _: object) -> None:
        raise AssertionError("no other start was expected")


async def connected(desk: Desk) -> list[str]:
    return [one.client.name for one in await programs(desk.use_cases.clients) if one.is_connected]


async def come(folder: Path, name: str) -> Connection:
    connection = await connect(folder, name)
    assert connection is not None
    await connection.call("list", {})
    return connection


async def test_client_is_listed_while_its_connections_are_open(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        told: list[ClientsChanged] = []
        desk.engine.bus.listen(lambda event: told.append(event) if isinstance(event, ClientsChanged) else None)
        door, folder = WindowDoor(Window(desk)), tmp_path / "profile"
        await door.open(folder, private_socket.Listening(folder, 8))
        first, second, other = [await come(folder, name) for name in ("claude-code", "claude-code", "cursor")]
        assert await connected(desk) == ["claude-code", "cursor"]
        await first.close()
        await settle(50)
        assert await connected(desk) == ["claude-code", "cursor"], "it has another connection"
        told.clear()
        await second.close()
        await settle(50)
        assert await connected(desk) == ["cursor"]
        assert told, "the preferences read it again"
        await other.close()
        await door.close()
        assert await connected(desk) == []


async def test_connection_without_a_hello_is_not_listed(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        door, folder = WindowDoor(Window(desk)), tmp_path / "profile"
        await door.open(folder, private_socket.Listening(folder, 8))
        silent = await connect(folder, "stranger")
        assert silent is not None
        assert "stranger" not in [one.client.name for one in await programs(desk.use_cases.clients)]
        await silent.close()
        await door.close()


async def test_later_start_passes_its_activation_token_to_the_running_window(tmp_path: Path, monkeypatch):
    told: list[tuple[list[str], str | None]] = []
    async with a_desk(tmp_path) as desk:
        window, folder = Window(desk), tmp_path / "profile"
        monkeypatch.setattr(window, "ring", lambda words: told.append((words, os.environ.get(TOKEN) or None)))
        door = WindowDoor(window)
        await door.open(folder, private_socket.Listening(folder, 8))
        for token in ("granted", ""):
            monkeypatch.setenv(TOKEN, token)
            words = ["--token", token]
            await asyncio.to_thread(hand_over, folder, words)
            monkeypatch.delenv(TOKEN, raising=False)
        await door.close()
    assert told == [(["--token", "granted"], "granted"), (["--token", ""], None)]


async def test_window_reports_the_start_of_another_version(tmp_path: Path, monkeypatch):
    told: list[str] = []
    async with a_desk(tmp_path) as desk:
        window, folder = Window(desk), tmp_path / "profile"
        monkeypatch.setattr(window, "ring", lambda _words: None)
        desk.engine.bus.listen(lambda event: told.append(str(event.message)) if isinstance(event, Notice) else None)
        door = WindowDoor(window)
        await door.open(folder, private_socket.Listening(folder, 8))
        await asyncio.to_thread(hand_over, folder, [])
        assert told == [], "the same version"
        monkeypatch.setattr("runway_desktop.app.single_instance.__version__", "9.0.1")
        await asyncio.to_thread(hand_over, folder, [])
        await door.close()
    assert told == [f"Runway Desktop 9.0.1 was started, but {__version__} is still open."]


async def test_window_reports_a_start_with_another_key_or_address(tmp_path: Path, monkeypatch):
    told: list[str] = []
    async with a_desk(tmp_path) as desk:
        # Another one, whose address is this window's.
        desk.use_cases = UseCases(desk.engine)
        window, folder = Window(desk), tmp_path / "profile"
        monkeypatch.setattr(window, "ring", lambda _words: None)
        desk.engine.bus.listen(lambda event: told.append(str(event.message)) if isinstance(event, Notice) else None)
        door = WindowDoor(window)
        await door.open(folder, private_socket.Listening(folder, 8))
        key = desk.engine.account.key.fingerprint
        await asyncio.to_thread(hand_over, folder, [], key=key, address=window.address)
        assert told == [], "the same key and address"
        await asyncio.to_thread(hand_over, folder, [], key=fingerprint_of("key_another"))
        await asyncio.to_thread(hand_over, folder, [], address="http://127.0.0.1:9")
        await door.close()
    assert told == [str(OTHER_KEY)] * 2
