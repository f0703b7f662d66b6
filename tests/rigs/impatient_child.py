"""A client without patience: says each wish twice at once, gives up after a moment, and says it again.

    python -m tests.rigs.impatient_child line|mcp FOLDER SEED FIRST LAST

"line" speaks with the engine as commands do; "mcp" is a host that starts a server of its own, and kills it now and
then. Ends once each of its wishes, from FIRST to before LAST, has a task. Its wishes are those of every other such
client: two of them at once ask for the same. Where Runway is, and the key, are in the environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from runway_desktop.domain.permissions import COMMAND_LINE
from runway_desktop.remote.engine_client import EngineClient
from runway_desktop.remote.opening import opened
from runway_desktop.usecases.clients.refusals import CallRefused, Code

PATIENCE = (0.005, 0.05, 2.0)
"""Seconds, one of which each call has."""
KILLS = 0.03
"""Part of the calls after which a host kills its server."""
HOST = "impatient"

Call = Callable[[str, dict[str, Any]], Coroutine[Any, Any, dict[str, Any]]]
"""Raises CallRefused."""


class Gone(Exception):
    """The server has ended."""


def wish(number: int) -> dict[str, Any]:
    return {
        "endpoint": "text_to_image",
        "model": "gen4_image",
        "values": {"ratio": "1280:720"},
        "prompt": f"Wish {number}",
        "request_id": f"wish {number}",
    }


async def say(call: Call, number: int, chance: random.Random, kill: Callable[[], None]) -> None:
    """Until it is there: each time twice, and not for long."""
    while True:
        calls = [asyncio.create_task(call("create", wish(number))) for _ in range(2)]
        await asyncio.wait(calls, timeout=chance.choice(PATIENCE))
        kill()
        for one in calls:
            one.cancel()
        for answer in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(answer, dict):
                return
            if isinstance(answer, CallRefused) and answer.code not in (Code.AGAIN, Code.MOVING):
                raise answer
            if isinstance(answer, Gone):
                raise answer


async def say_all(call: Call, left: list[int], chance: random.Random, kill: Callable[[], None]) -> None:
    """Takes from `left` what has a task."""
    while left:
        await say(call, left[-1], chance, kill)
        left.pop()
        with suppress(TimeoutError, CallRefused):
            await asyncio.wait_for(call("list", {"limit": 5}), 0.2)


async def through_line(folder: Path, left: list[int], chance: random.Random) -> None:
    async with opened(Namespace(demo=False, profile=None, profile_dir=folder, verbose=False), COMMAND_LINE) as line:
        await say_all(_commanding(line), left, chance, lambda: None)


def _commanding(line: EngineClient) -> Call:
    async def call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        agreed = {"max_credits": 1000.0} if name == "create" else {}
        found: dict[str, Any] = await line.call(name, arguments | agreed)
        return found

    return call


async def through_mcp(folder: Path, left: list[int], chance: random.Random) -> None:
    from mcp.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp.shared.exceptions import MCPError
    from mcp_types import Implementation

    words = ["-m", "tests.rigs.hurried", "mcp", "--profile-dir", str(folder)]
    server = StdioServerParameters(command=sys.executable, args=words, env=dict(os.environ))

    def kill() -> None:
        if chance.random() < KILLS:
            for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)

    def calling(client: Any) -> Call:
        async def call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
            try:
                result = await client.call_tool("search" if name == "list" else name, arguments)
            except MCPError as error:
                raise Gone from error
            if result.is_error:
                raise CallRefused(result.content[0].text, code=Code.AGAIN)
            found: dict[str, Any] = json.loads(result.content[0].text)
            return found

        return call

    while left:
        async with Client(stdio_client(server), client_info=Implementation(name=HOST, version="1")) as client:
            with suppress(Gone):
                await say_all(calling(client), left, chance, kill)


def main() -> None:
    how, folder, *numbers = sys.argv[1:]
    seed, first, last = map(int, numbers)
    chance = random.Random(seed)
    left = list(range(first, last))
    chance.shuffle(left)
    through = through_mcp if how == "mcp" else through_line
    asyncio.run(through(Path(folder), left, chance))


if __name__ == "__main__":
    main()
