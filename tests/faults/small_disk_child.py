"""Saves four results of unknown length at once on a disk that has no room for them, with the list of tasks on it too.

    unshare -Urm python -m tests.faults.small_disk_child FOLDER

FOLDER becomes a small disk in memory, for this process alone. Prints a line of JSON: the least that was free, how many
results were paused while the list of tasks could be written, and how many were saved once there was room.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast

from runway_desktop.domain.folders import SPARE
from runway_desktop.domain.task import OutputState
from runway_desktop.services.clock import SystemClock
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.store import SqliteStore
from tests.rigs.downloads_bench import Bench, clip

LENGTH = 24_000_000
BALLAST = 70_000_000
URLS = [f"https://out.example.com/{number}.mp4" for number in range(4)]


async def main(folder: Path) -> None:
    room = SPARE + BALLAST + 2 * LENGTH
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(folder)], check=True)
    ballast = folder / "somebody's film"
    ballast.write_bytes(bytes(BALLAST))
    store = await SqliteStore.open(folder / "profile.db")
    desk = Bench(folder / "library", store=cast(Any, store), clock=cast(Any, SystemClock()), threads=DiskThreads)
    desk.settings.sidecars = False
    for number, url in enumerate(URLS):
        desk.fetcher.serve(url, clip(LENGTH, seed=number), etag='"1"', says_length=False)
    least = room

    async def states(wanted: OutputState, count: int) -> int:
        nonlocal least
        until = time.monotonic() + 30
        while True:
            least = min(least, shutil.disk_usage(folder).free)
            found = [(await desk.output(task)).state for task in tasks].count(wanted)
            if found >= count or time.monotonic() > until:
                return found
            await asyncio.sleep(0.01)

    async with desk.running():
        tasks = [await desk.finished_task(url, prompt=f"Fox {number}") for number, url in enumerate(URLS)]
        await states(OutputState.FAILED, 2)
        while desk.downloads.running:
            await states(OutputState.FAILED, 0)
            await asyncio.sleep(0.01)
        paused = await states(OutputState.FAILED, 1)
        await store.set_settings({"written": "on a full disk"})
        ballast.unlink()
        await desk.folder.look()
        desk.downloads.resume_waiting()
        saved = await states(OutputState.SAVED, 4)
    await store.close()
    sys.stdout.write(json.dumps({"least": least, "paused": paused, "saved": saved}))


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(Path(sys.argv[1])), 120))
