"""Plain httpx that saves links: each to a file, synced, under its name; as many at once as the program does.

    python -m tests.benchmarks.plain_child FOLDER LINKS.json AT_ONCE

Says "ready"; begins at the first line on its input; says "saved" with the seconds and the CPU that it took. Ends by
itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import httpx

from tests.benchmarks.children import say


async def _run(folder: Path, links: list[str], at_once: int) -> None:
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(limits=limits, timeout=60.0, trust_env=False) as client:
        todo = list(enumerate(links))[::-1]

        async def work() -> None:
            while todo:
                place, link = todo.pop()
                part = folder / f"{place}.part"
                with part.open("wb") as file:
                    async with client.stream("GET", link) as answer:
                        answer.raise_for_status()
                        async for piece in answer.aiter_raw():
                            file.write(piece)
                    file.flush()
                    await asyncio.to_thread(os.fsync, file.fileno())
                part.rename(folder / f"{place}.mp4")

        say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work() for _ in range(at_once)))
        say("saved", took=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def main() -> None:
    folder, links, at_once = sys.argv[1:]
    Path(folder).mkdir()
    asyncio.run(_run(Path(folder), json.loads(Path(links).read_text()), int(at_once)))


if __name__ == "__main__":
    main()
