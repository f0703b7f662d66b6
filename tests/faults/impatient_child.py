"""A client without patience: says each wish twice at once, gives up after a moment, and says it again.

    python -m tests.faults.impatient_child FOLDER SEED FIRST LAST

Ends once each of its wishes, from FIRST to before LAST, has a task. Its wishes are those of every other such client:
two of them at once ask for the same. Where Runway is, and the key, are in the environment.
"""

from __future__ import annotations

import asyncio
import random
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from runway_desktop.domain.clients import COMMAND_LINE
from runway_desktop.remote.line import Line
from runway_desktop.remote.opening import Wanted, opened
from runway_desktop.usecases.clients.refusals import CallRefused, Code


def wish(number: int) -> dict[str, Any]:
    return {
        "endpoint": "text_to_image",
        "model": "gen4_image",
        "values": {"ratio": "1280:720"},
        "prompt": f"Wish {number}",
        "request_id": f"wish {number}",
        "max_credits": 1000.0,
    }


async def say(line: Line, number: int, chance: random.Random) -> None:
    """Until it is there: each time twice, and not for long."""
    while True:
        calls = [asyncio.create_task(line.call("create", wish(number))) for _ in range(2)]
        await asyncio.wait(calls, timeout=chance.choice((0.005, 0.05, 2.0)))
        for call in calls:
            call.cancel()
        for answer in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(answer, dict):
                return
            if isinstance(answer, CallRefused) and answer.code not in (Code.AGAIN, Code.MOVING):
                raise answer


async def main(folder: Path, seed: int, first: int, last: int) -> None:
    chance = random.Random(seed)
    numbers = list(range(first, last))
    chance.shuffle(numbers)
    async with opened(Wanted(folder=folder), COMMAND_LINE) as line:
        for number in numbers:
            await say(line, number, chance)
            with suppress(TimeoutError, CallRefused):
                await asyncio.wait_for(line.call("list", {"limit": 5}), 0.2)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *map(int, sys.argv[2:5])))
