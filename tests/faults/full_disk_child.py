"""Sends a task while no file can grow, and exits once the failed write of its id is reported.

    python -m tests.faults.full_disk_child FOLDER

The list of tasks is FOLDER/profile.db, as in the program, with the file of accepted ids next to it. Uses the machine's
clock.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import sys
from pathlib import Path
from typing import Any, cast

from runway_desktop.services.clock import SystemClock
from runway_desktop.store import SqliteStore
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.notices import notices

DIED = 9


async def main(folder: Path) -> None:
    store = await SqliteStore.open(folder / "profile.db")
    rig = Rig(store=cast(Any, store), clock=cast(Any, SystemClock()), ids=folder / "accepted-ids.txt")
    await rig.__aenter__()
    gate = rig.runway.hold("create")
    await sent.submit(rig, [request()])
    await gate.arrived()
    # What is there may be written over; nothing may be written behind it.
    room = (folder / "accepted-ids.txt").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    gate.open()
    while not any(remote_id(1) in str(notice.detail) for notice in notices(rig.events)):
        await asyncio.sleep(0.01)
    os._exit(DIED)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(asyncio.wait_for(main(Path(sys.argv[1])), 60))
