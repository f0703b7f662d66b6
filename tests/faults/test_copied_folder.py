"""A profile's folder that is copied, or put back from a copy, sends nothing a second time. The engine as the program
wires it, with its real client and database, against the simulator over real HTTP."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.copies import Verdict
from runway_desktop.domain.profiles import Color, Profile
from runway_desktop.domain.task import HoldCode, TaskId
from runway_desktop.services.backup.packing import PackOptions
from runway_desktop.services.backup.restoring import WhichResults, Wishes
from runway_desktop.services.backup.watching import Watch
from runway_desktop.services.engine import Engine
from runway_desktop.services.tasks import after_restore
from runway_desktop.simulator.app import Simulator
from runway_desktop.simulator.knobs import Knobs
from runway_desktop.simulator.server import running_simulator
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address, build, finish_restore
from runway_desktop.wiring.stages import Supervisor, go_down
from tests.rigs import sent
from tests.rigs.engine_rig import CATALOG, request

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
            await until(lambda: self.paid == before + MANY and not engine.ledger.held())

    async def put_back(self, kept: Path) -> None:
        """In place of what is there, with everything that a copy can keep."""
        shutil.rmtree(self.folder)
        shutil.copytree(kept, self.folder)


@asynccontextmanager
async def a_computer(root: Path) -> AsyncIterator[Computer]:
    async with running_simulator(Knobs(seed=3, concurrency=MANY + 2), catalog=CATALOG) as simulator:
        yield Computer(root, simulator)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


async def one_is_sent(engine: Engine) -> TaskId:
    """One more task, which is behind all that waits: when it is sent, everything before it had its turn."""
    [new] = await sent.submit(engine, [request("one more")])
    await until(lambda: (task := engine.ledger.get_open(new)) is None or not task.state.is_local)
    return new


def waiting(engine: Engine) -> list[HoldCode]:
    return [task.hold.code for task in engine.ledger.held()]


async def is_told(engine: Engine) -> after_restore.Restored:
    await until(lambda: after_restore.to_tell(engine.settings) is not None)
    found = after_restore.to_tell(engine.settings)
    assert found is not None
    return found


async def test_a_copy_that_is_opened_beside_the_original_sends_nothing_of_it(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        shutil.copytree(computer.folder, tmp_path / "copy")
        before = computer.paid
        async with computer.program() as original, computer.program(tmp_path / "copy") as copy:
            await until(lambda: not original.ledger.held())
            await is_told(copy)
            await copy.lane.resume()
            await one_is_sent(copy)
            assert computer.paid - before == MANY + 1
            assert waiting(copy) == [HoldCode.COPIED] * MANY
            assert waiting(original) == []


async def test_a_folder_that_is_put_back_after_its_tasks_were_sent_sends_none_of_them(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        shutil.copytree(computer.folder, tmp_path / "kept")
        await computer.send_all()
        await computer.put_back(tmp_path / "kept")
        before = computer.paid
        async with computer.program() as engine:
            await is_told(engine)
            await engine.lane.resume()
            await one_is_sent(engine)
            assert computer.paid - before == 1
            assert waiting(engine) == [HoldCode.COPIED] * MANY


async def test_a_folder_that_is_put_back_without_its_note_in_the_state_folder_sends_none_of_them(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        shutil.copytree(computer.folder, tmp_path / "kept")
        await computer.send_all()
        await computer.put_back(tmp_path / "kept")
        shutil.rmtree(tmp_path / "state")
        before = computer.paid
        async with computer.program() as engine:
            assert (await is_told(engine)).copied is Verdict.NOT_COUNTED
            await engine.lane.resume()
            await one_is_sent(engine)
            assert computer.paid - before == 1
            assert waiting(engine) == [HoldCode.COPIED] * MANY


async def test_a_state_folder_that_was_wiped_asks_nothing_where_runway_counts_what_the_list_knows(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        shutil.rmtree(tmp_path / "state")
        await computer.send_all()
        async with computer.program() as engine:
            assert after_restore.to_tell(engine.settings) is None


async def test_a_copy_made_while_the_program_runs_is_known_when_it_is_put_back(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        async with computer.program() as engine:
            await one_is_sent(engine)
            await engine.lane.pause()
            await sent.submit(engine, [request(f"{number}") for number in range(MANY)])
            await engine.settings.flush()
            shutil.copytree(computer.folder, tmp_path / "kept")
            await engine.lane.resume()
            await until(lambda: not engine.ledger.held())
        await computer.put_back(tmp_path / "kept")
        before = computer.paid
        async with computer.program() as engine:
            await is_told(engine)
            await engine.lane.resume()
            await one_is_sent(engine)
            assert computer.paid - before == 1
            assert waiting(engine) == [HoldCode.COPIED] * MANY


async def test_it_is_told_once(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        shutil.copytree(computer.folder, tmp_path / "kept")
        await computer.send_all()
        await computer.put_back(tmp_path / "kept")
        async with computer.program() as engine:
            found = await is_told(engine)
            assert (found.copied, found.held) == (Verdict.PUT_BACK, MANY)
            after_restore.told(engine.settings)
            await engine.lane.resume()
            # Nothing is sent before the check has written its marker.
            await one_is_sent(engine)
        async with computer.program() as engine:
            await one_is_sent(engine)
            assert after_restore.to_tell(engine.settings) is None
            assert waiting(engine) == [HoldCode.COPIED] * MANY


async def test_a_renamed_folder_asks_nothing_and_sends_what_waits(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        computer.folder.rename(tmp_path / "renamed")
        await computer.send_all(tmp_path / "renamed")
        async with computer.program(tmp_path / "renamed") as engine:
            await one_is_sent(engine)
            assert after_restore.to_tell(engine.settings) is None


async def test_a_restore_by_the_program_asks_what_it_always_asked(tmp_path: Path):
    async with a_computer(tmp_path) as computer:
        await computer.queue()
        backup = tmp_path / "backup.zip"
        async with computer.program(sends=False) as engine:
            assert engine.backups is not None
            assert engine.restores is not None
            await engine.backups.back_up(backup, PackOptions())
            wishes = Wishes(put_back=WhichResults.NONE, library=tmp_path / "films")
            other = await engine.restores.into_new(backup, "Other", Color.RED, wishes)
            await engine.restores.into_this(backup, wishes)
            await engine.restores.say_yes()
        assert other is not None
        assert finish_restore(environment.profile(demo=False, folder=computer.folder), Watch())
        before = computer.paid
        for restored in (None, other):
            async with computer.program(profile=restored) as engine:
                found = await is_told(engine)
                assert (found.copied, found.held) == (None, MANY)
                after_restore.told(engine.settings)
                await engine.lane.resume()
                await one_is_sent(engine)
                assert waiting(engine) == [HoldCode.RESTORED] * MANY
            async with computer.program(profile=restored) as engine:
                await one_is_sent(engine)
                assert after_restore.to_tell(engine.settings) is None
        assert computer.paid - before == 4
