"""Sends tasks while the disk of the profile fills up, on which the log is as well, and makes room again.

    unshare -Urm python -m tests.faults.full_profile_child FOLDER

FOLDER becomes a small disk in memory, for this process alone. Prints a line of JSON: the states of the tasks, as they
are on the disk in the end, how many requests were made, and whether the log goes on after that.
"""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.domain.task import State
from runway_desktop.services.clock import SystemClock
from runway_desktop.store import SqliteStore
from runway_desktop.wiring import environment
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, request
from tests.rigs.notices import notices

ROOM = 8_000_000
MODELS = ("gen4.5", "gen4_turbo", "veo3.1")
PATIENCE = 20.0


async def main(folder: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], check=True)
    log = folder / "log.txt"
    environment.start_log(log, KnownSecrets(), verbose=False)
    store = await SqliteStore.open(folder / "profile.db")
    rig = Rig(store=cast(Any, store), clock=cast(Any, SystemClock()), ids=folder / "accepted-ids.txt")
    async with rig:
        gate = rig.runway.hold("create")
        ids = await sent.submit(rig, [request(model=model) for model in MODELS])
        logging.getLogger("runway_desktop").info("Before the disk is full")
        for _ in MODELS:
            await gate.arrived()
        ballast = folder / "somebody's film"
        _fill(ballast)
        # What is left of the page that the log ends in.
        _fill(log)
        gate.open()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not notices(rig.events):
                    await asyncio.sleep(0.01)
        ballast.unlink()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while [await rig.state(task_id) for task_id in ids].count(State.PENDING) < len(ids):
                    await asyncio.sleep(0.05)
        states = [(await rig.state(task_id)).value for task_id in ids]
    await store.close()
    logging.getLogger("runway_desktop").warning("Behind it")
    created = len(rig.runway.named("create"))
    sys.stdout.write(json.dumps({"states": states, "created": created, "goes_on": "Behind it" in log.read_text()}))


def _fill(path: Path) -> None:
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096) if path.suffix == "" else b"\n")


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(Path(sys.argv[1])), 120))
