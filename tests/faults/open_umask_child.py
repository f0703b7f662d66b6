"""A day of work under an umask that makes new files accessible to everybody, ended by a kill.

    python -m tests.faults.open_umask_child FOLDER

FOLDER/profile is the profile, FOLDER/state what this computer knows of it, FOLDER/library has the results.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import sys
from pathlib import Path

from runway_desktop.domain.profiles import Color
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.domain.task import OutputState
from runway_desktop.services.backup.packing import PackOptions
from runway_desktop.services.backup.restoring import Wishes
from runway_desktop.services.disk import profile_lock
from runway_desktop.services.disk.profile_folders import new_tail
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from runway_desktop.wiring import environment
from tests.faults.computers import Computer
from tests.rigs import sent
from tests.rigs.engine_rig import CATALOG, request
from tests.rigs.waiting import soon

DIED = 9


async def main(root: Path) -> None:
    profile = environment.profile(demo=False, folder=root / "profile")
    environment.start_log(profile.log, KnownSecrets(), verbose=False)
    logging.getLogger().handlers.pop()
    claimed = profile_lock.claim(profile.folder)
    async with (
        running_simulator(Knobs(seed=3, speed=60.0, concurrency=3), catalog=CATALOG) as simulator,
        Computer(root, simulator).program(profile=profile) as engine,
    ):
        engine.settings.library_folder = str(root / "library")
        await sent.submit(engine, [request(f"Fox {number}") for number in range(3)])
        saved: list[object] = []

        async def all_saved() -> bool:
            rows = [await engine._store.outputs(task.id) for task in tasks]
            saved[:] = [output for outputs in rows for output in outputs if output.state is OutputState.SAVED]
            return len(saved) >= 3

        tasks = list(engine.ledger.open())
        async with asyncio.timeout(60):
            while not await all_saved():
                engine.poller.ask_now()
                await asyncio.sleep(0.2)
        await soon(lambda: not engine.downloads.running)
        await engine.settings.flush()
        assert engine.backups is not None
        assert engine.restores is not None
        target = profile.backups / "asked for.zip"
        await engine.backups.back_up(target, PackOptions(results=True))
        await engine.restores.look_at(target)
        made = await engine.restores.into_new(target, "Client", Color.RED, Wishes(library=root / "restored"))
        assert made is not None
        await engine.restores.into_this(target, Wishes(library=root / "library"))
        environment.folders_of(profile).create("Other", Color.GREEN, new_tail(random.Random(1)), 0.0)
        try:
            raise ValueError("a mistake")
        except ValueError:
            logging.getLogger("runway_desktop.test").exception("It failed")
        assert claimed is not None
        os._exit(DIED)


if __name__ == "__main__":
    os.umask(0)
    asyncio.run(asyncio.wait_for(main(Path(sys.argv[1])), 100))
