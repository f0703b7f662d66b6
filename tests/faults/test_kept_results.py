"""Kept results stay kept, on the simulator and through a kill at any moment: the next look at the disk tells the truth,
no file is lost by what was begun, and none that is there is called missing."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import pytest

from runway_desktop.domain.advance import GONE_AFTER
from runway_desktop.domain.errors import NotSeen, NotThere
from runway_desktop.domain.task import Output, OutputState, Presence, Request, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.file_locks import FileLocks
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.integrity import Integrity
from runway_desktop.services.results.own_folders import OwnFolders
from runway_desktop.services.results.relinking import Relinking
from runway_desktop.services.results.trash import Trash
from runway_desktop.services.settings import Settings
from runway_desktop.services.tasks.schedule import LEAST_GAP
from tests.rigs.engine_rig import AtOnce, Rig, request
from tests.rigs.fakes import FakeClock, MemoryBin, MemoryStore, settle
from tests.rigs.killed_lives import Death
from tests.rigs.known_folders import KnownFolders
from tests.rigs.on_the_simulator import all_tasks, engine, everything_saved, saving, simulated


async def noticed(rig: Rig) -> Output:
    """The one result, once the disk was looked at."""
    watch = Integrity(rig.store, KnownFolders(), rig.bus, cast(Any, rig.clock), AtOnce())
    await watch.look(await rig.store.kept_files(None, 10))
    [task] = await all_tasks(rig)
    [output] = await rig.store.outputs(task.id)
    return output


async def test_missing_file_is_downloaded_again_while_runway_keeps_it(tmp_path: Path):
    async with (
        simulated() as (simulator, clock),
        engine(simulator, clock, tmp_path / "db") as rig,
        saving(rig, clock, tmp_path / "library") as downloads,
    ):
        await rig.submit(request("Fox"))
        [path] = await everything_saved(rig, 1)
        saved = path.read_bytes()
        path.unlink()
        missing = await noticed(rig)
        assert missing.is_missing

        await downloads.fetch_again(missing.task_id)
        assert await everything_saved(rig, 1) == [path]
        assert (await noticed(rig)).is_here
        assert path.read_bytes() == saved

        path.unlink()
        await noticed(rig)
        [task] = await all_tasks(rig)
        assert task.remote_id
        await rig.runway.delete(task.remote_id)
        # A young answer would do.
        await clock.sleep(LEAST_GAP + 1)
        with pytest.raises(NotSeen, match="did not find this task"):
            await downloads.fetch_again(task.id)
        # Its own key has to say it twice.
        await clock.sleep(GONE_AFTER + 1)
        with pytest.raises(NotThere, match="no longer keeps this result"):
            await downloads.fetch_again(task.id)
        again = await noticed(rig)
        assert (again.state, again.is_missing, again.path) == (OutputState.SAVED, True, str(path))


class MortalBin(MemoryBin):
    """A file on its way has a moment after it moved and before anybody knows."""

    death: Death | None = None

    async def throw(self, path: Path) -> Path | None:
        place = await super().throw(path)
        if self.death is not None:
            await self.death.moment()
        return place

    async def take_back(self, binned: Path, place: Path) -> None:
        await super().take_back(binned, place)
        if self.death is not None:
            await self.death.moment()


class World:
    """One saved result, and what can be done with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "fox.mp4"
        self.store, self.bin = MemoryStore(), MortalBin()
        self.bus, self.clock = Bus(), FakeClock()
        self.settings = Settings(self.store, self.bus, self.clock, default_library=folder)
        self.integrity = Integrity(self.store, KnownFolders(), self.bus, self.clock, AtOnce())
        locks = FileLocks()
        self.binned = Trash(
            self.store, self.bin, self.bus, self.clock, locks, OwnFolders(self.settings, folder), AtOnce()
        )
        self.relinking = Relinking(
            self.store, self.integrity, self.bus, self.clock, self.settings, locks, AtOnce()
        )  # fmt: skip

    async def fill(self) -> None:
        task = Task(
            id=TaskId("t1"), request=Request(endpoint="text_to_video", model="gen4.5"), created_at=1.0,
            state=State.SUCCEEDED,
        )  # fmt: skip
        await self.store.add([task], [], None, [])
        self.path.write_bytes(b"fox")
        output = Output(
            task_id=task.id, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, path=str(self.path), size=3,
            sha256=hashlib.sha256(b"fox").hexdigest(),
        )  # fmt: skip
        await self.store.save_output(output)
        sidecar.write(self.path, sidecar.compose(task, output, []))
        await self.look()

    async def look(self) -> Output:
        """The next start: what the disk says."""
        await self.integrity.look(await self.store.kept_files(None, 10))
        [output] = await self.store.outputs(TaskId("t1"))
        return output

    async def dies_at(self, moment: int, work: Callable[[], Coroutine[Any, Any, object]]) -> bool:
        """Does the work until it is killed; returns whether it was."""
        self.bin.death = death = Death(moment)
        self.store.before = self.store.after = death.moment
        doing, dying = asyncio.ensure_future(work()), asyncio.ensure_future(death.came.wait())
        await asyncio.wait((doing, dying), return_when=asyncio.FIRST_COMPLETED)
        self.store.before = self.store.after = self.bin.death = None
        for task in (doing, dying):
            task.cancel()
        await asyncio.gather(doing, dying, return_exceptions=True)
        await settle()
        return death.came.is_set()


MOMENTS = range(1, 9)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_kill_while_moving_a_file_to_the_trash_leaves_it_here_or_in_the_trash(tmp_path: Path, moment: int):
    world = World(tmp_path)
    await world.fill()
    await world.dies_at(moment, lambda: world.binned.throw([TaskId("t1")]))
    output = await world.look()
    if world.path.exists():
        assert output.is_here
        assert output.look.presence is Presence.HERE
    else:
        assert output.is_binned
        assert not output.is_missing


@pytest.mark.parametrize("moment", MOMENTS)
async def test_kill_while_restoring_a_file_leaves_it_here_or_in_the_trash(tmp_path: Path, moment: int):
    world = World(tmp_path)
    await world.fill()
    await world.binned.throw([TaskId("t1")])
    await world.dies_at(moment, lambda: world.binned.put_back([TaskId("t1")]))
    output = await world.look()
    assert output.is_here if world.path.exists() else output.is_binned
    report = await world.binned.put_back([TaskId("t1")])
    assert not report.failed
    assert (await world.look()).is_here
    assert world.path.read_bytes() == b"fox"


@pytest.mark.parametrize("moment", MOMENTS)
async def test_kill_while_relinking_a_file_loses_neither_file_nor_sidecar(tmp_path: Path, moment: int):
    world = World(tmp_path)
    await world.fill()
    new = world.path.rename(tmp_path / "renamed.mp4")
    await world.look()
    await world.dies_at(moment, lambda: world.relinking.look_for([TaskId("t1")]))
    output = await world.look()
    assert output.is_missing or output.path == str(new)
    await world.relinking.look_for([TaskId("t1")])
    assert (await world.look()).path == str(new)
    assert sidecar.owner_of(sidecar.path_for(new)) == ("t1", 0)
    assert not sidecar.path_for(world.path).exists()


async def test_kept_results_scenario_has_enough_moments_to_kill(tmp_path: Path):
    world = World(tmp_path)
    await world.fill()
    assert await world.dies_at(MOMENTS[2], lambda: world.binned.throw([TaskId("t1")]))
    other = World(tmp_path / "other")
    (tmp_path / "other").mkdir()
    await other.fill()
    assert not await other.dies_at(MOMENTS[-1] + 1, lambda: other.binned.throw([TaskId("t1")]))
    assert not await other.dies_at(MOMENTS[-1] + 1, lambda: other.binned.put_back([TaskId("t1")]))
    assert (await other.look()).is_here
