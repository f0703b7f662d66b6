"""One person's computer: profiles in folders, and the program as it is wired, against the simulator."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.simulator.app import Simulator
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address, build
from runway_desktop.wiring.stages import Supervisor, go_down
from tests.rigs import sent
from tests.rigs.engine_rig import request
from tests.rigs.waiting import soon

PATIENCE = 60.0


MANY = 6


@dataclass(frozen=True)
class Computer:
    """One person's folders on one computer, with Runway on the other side."""

    root: Path
    simulator: Simulator

    @property
    def folder(self) -> Path:
        return self.root / "profile"

    @property
    def paid(self) -> int:
        return len(self.simulator.witness.accepted)

    @asynccontextmanager
    async def program(
        self, folder: Path | None = None, *, profile: Profile | None = None, sends: bool = True
    ) -> AsyncIterator[Engine]:
        """The program with the profile in `folder`, or another one, closed in the end as a session closes it. Without
        `sends` it is as before its loops are started."""
        profile = profile or environment.profile(demo=False, folder=folder or self.folder)
        mistakes: list[BaseException] = []
        supervisor = Supervisor(lambda _, error: mistakes.append(error))
        address = Address(base_url=self.simulator.base_url, secret=self.simulator.secret)
        with ThreadPoolExecutor(3) as workers, ThreadPoolExecutor(3) as file_workers:
            folders = environment.folders_of(profile)
            assembly = await build(profile, folders, address, workers, file_workers, state=self.root / "state")
            try:
                if sends:
                    supervisor.spawn(assembly.check(), "check list")
                    for name, work in await assembly.prepare():
                        supervisor.spawn(work(), name)
                    await assembly.engine.account.start()
                yield assembly.engine
            finally:
                await go_down(list(assembly.settling))
                await supervisor.close(5)
                await go_down(list(assembly.closing))
        assert mistakes == []

    async def queue(self) -> None:
        """Six tasks are stored and not sent, as if there had been no network; by a program that was used before."""
        async with self.program() as engine:
            await one_is_sent(engine)
        async with self.program(sends=False) as engine:
            await sent.submit(engine, [request(f"{number}") for number in range(MANY)])

    async def send_all(self, folder: Path | None = None) -> None:
        before = self.paid
        async with self.program(folder) as engine:
            await soon(lambda: self.paid == before + MANY and not engine.ledger.all_queued())

    async def put_back(self, kept: Path) -> None:
        """In place of what is there, with everything that a copy can keep."""
        shutil.rmtree(self.folder)
        shutil.copytree(kept, self.folder)


async def one_is_sent(engine: Engine) -> TaskId:
    """One more task, which is behind all that waits: when it is sent, everything before it had its turn."""
    [new] = await sent.submit(engine, [request("one more")])
    await soon(lambda: (task := engine.ledger.get_open(new)) is None or not task.state.is_local)
    return new
