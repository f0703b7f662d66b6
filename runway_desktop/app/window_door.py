"""The window's endpoint for other programs: later starts pass their command line, clients make calls. Loop's thread
only. Imported once a window is painted."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from runway_desktop import __version__
from runway_desktop.domain.events import Notice
from runway_desktop.remote.door import Door
from runway_desktop.remote.messages import OPEN, Hello, Welcome
from runway_desktop.services.disk import private_socket
from runway_desktop.texts import Text
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.use_cases import UseCases

from .single_instance import TOKEN

log = logging.getLogger(__name__)

OTHER_VERSION = Text("Runway Desktop {started} was started, but {running} is still open.")
CHANGE_OVER = Text("Quit this version, then start the other one.")
OTHER_KEY = Text("Runway Desktop was started with another key or address, but this window uses its own.")
QUIT_FIRST = Text("Quit this window, then start again.")
_LIST_WITHIN = 15.0
"""Seconds that a caller waits until the list of tasks is open."""


class Window(Protocol):
    """A session, as this module needs it."""

    @property
    def is_leaving(self) -> bool: ...
    @property
    def ready(self) -> asyncio.Event: ...
    @property
    def address(self) -> str: ...
    async def opened(self) -> UseCases: ...


class Life(Protocol):
    """The window's process: `window` is None while another window needs the user, before or instead of the session."""

    @property
    def window(self) -> Window | None: ...
    def ring(self, words: Sequence[str]) -> None: ...


class WindowDoor:
    def __init__(self, life: Life) -> None:
        self._life = life
        self._close: Callable[[], Awaitable[object] | None] | None = None
        self._door: Door | None = None

    async def open(self, folder: Path, listening: private_socket.Listening | None) -> None:
        """`folder` is the profile's. If the endpoint cannot be opened, the program goes on without it."""
        if sys.platform == "win32":
            from .windows_door import WindowsDoor

            try:
                self._close = WindowsDoor(folder, self.take_words).close
            except OSError as error:
                log.warning("Later starts cannot be heard: %s", error)
        elif listening is not None:
            door = self._door = Door(listening)
            await door.open(self)
            self._close = door.close

    async def close(self) -> None:
        if self._close is not None and (closing := self._close()) is not None:
            await closing

    def welcome(self) -> Welcome:
        window = self._life.window
        is_leaving = window is not None and window.is_leaving
        return Welcome(program=__version__, has_window=True, is_leaving=is_leaving)

    def take_words(self, line: bytes) -> bool:
        """On Windows."""
        words = words_in(line)
        if words is not None:
            self._life.ring(words)
        return words is not None

    async def call(self, caller: Hello, name: str, arguments: Mapping[str, Any]) -> object:
        if name == OPEN:
            if token := arguments.get("token"):
                os.environ[TOKEN] = str(token)
            self._life.ring([str(word) for word in arguments.get("words", ())])
            os.environ.pop(TOKEN, None)
            await self._tell_of_odds(caller, str(arguments.get("program", __version__)))
            return None
        window = self._life.window
        if window is None:
            raise CallRefused("Runway Desktop waits for its person.", "Look at its window first.", code=Code.PERSON)
        if window.is_leaving:
            raise CallRefused("The window is being closed.", code=Code.MOVING, advice="Try again in a moment.")
        try:
            async with asyncio.timeout(_LIST_WITHIN):
                cases = await window.opened()
        except TimeoutError:
            raise CallRefused("The window is not ready for it.", "Try again in a moment.", code=Code.AGAIN) from None
        if (door := self._door) is not None and cases.clients.connected is not door.connected:
            cases.clients.connected = door.connected
            door.count_changed = cases.clients.changed
            door.count_changed()
        # Imported late: it imports everything that clients can do, which the window does not need.
        from runway_desktop.remote.answers import answer

        there = cases.client_cases(window.ready.wait, window.address, has_window=True)
        return await answer(there, caller, name, arguments)

    async def _tell_of_odds(self, started: Hello, version: str) -> None:
        """After an update, a start of the new version only shows the window of the old one. So does one with another
        key or address: this window spends by its own."""
        window = self._life.window
        if window is None or not window.ready.is_set():
            return
        cases = await window.opened()
        if version != __version__:
            cases.bus.tell(Notice(OTHER_VERSION.with_(started=version, running=__version__), CHANGE_OVER))
        if started.key or started.address:
            there = cases.client_cases(window.ready.wait, window.address, has_window=True)
            if await there.difference(started.key, started.address, asks=False) is not None:
                cases.bus.tell(Notice(OTHER_KEY, QUIT_FIRST, is_problem=True))


def words_in(line: bytes) -> list[str] | None:
    """The words in a line of a later start; None for anything else."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and all(isinstance(word, str) for word in found) else None
