"""A process that holds a profile, for tests of a second start.

    python -m tests.unit.app.holder_child FOLDER window|late|engine|busy|old|silent

Prints "mine" once it holds the profile, and then a line of JSON for each message it receives. `late` answers a second
later, `engine` gives the profile up on request, `busy` never does, `old` is of a version without these messages.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runway_desktop.app.window_door import WindowDoor
from runway_desktop.remote.door import Door
from runway_desktop.remote.messages import LEAVE, Hello, Welcome
from runway_desktop.services.disk.private_socket import Listening
from runway_desktop.services.disk.profile_lock import claim


def say(words: object) -> None:
    sys.stdout.write(f"{json.dumps(words)}\n")
    sys.stdout.flush()


class Life:
    """A window that is still to come."""

    window = None

    def ring(self, words: Sequence[str]) -> None:
        say(list(words))


class Engine:
    def __init__(self, *, is_busy: bool) -> None:
        self._is_busy = is_busy
        self.left = asyncio.Event()

    def welcome(self) -> Welcome:
        return Welcome(program="1.0", under_way=("Gen-4.5 for claude",) if self._is_busy else ())

    async def call(self, caller: Hello, name: str, arguments: Mapping[str, Any]) -> object:
        say([caller.client, name])
        if name == LEAVE and not self._is_busy:
            self.left.set()
        return None


async def old(listening: Listening) -> None:
    async def ok(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"ok\n")
        writer.close()

    await asyncio.start_unix_server(ok, sock=listening.socket)
    await asyncio.Event().wait()


async def window(folder: Path, *, is_late: bool) -> None:
    listening = Listening(folder, 8)
    say("mine")
    if is_late:
        await asyncio.sleep(1.0)
    await WindowDoor(Life()).open(folder, listening)
    await asyncio.Event().wait()


async def engine(folder: Path, *, is_busy: bool) -> None:
    found = Engine(is_busy=is_busy)
    door = Door(Listening(folder, 8))
    await door.open(found)
    say("mine")
    await found.left.wait()
    await door.close()


async def main(folder: Path, what: str) -> None:
    claimed = claim(folder)
    assert claimed is not None
    match what:
        case "window" | "late":
            await window(folder, is_late=what == "late")
        case "engine" | "busy":
            await engine(folder, is_busy=what == "busy")
        case "old":
            listening = Listening(folder, 8)
            say("mine")
            await old(listening)
        case _:
            say("mine")
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
