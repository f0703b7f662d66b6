"""The program may be killed at any step of moving the library, and of bringing rescued results home. At the next start
every result is whole in the place that the list says, and the move comes to its end by itself."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.folders import MovePhase
from runway_desktop.domain.task import Output, OutputState, State, Task, TaskId
from runway_desktop.services.library.file_moving import Disk
from runway_desktop.services.library.move_plan import JOURNAL
from runway_desktop.services.results import sidecar
from runway_desktop.store import SqliteStore
from tests.rigs.engine_rig import request, with_picture
from tests.rigs.fakes import FakeClock, MemoryStore, settle
from tests.rigs.moving_house import House, files, is_whole

RESULTS = 3


class Killed(BaseException):
    """The program is gone: whoever goes on after an error does not go on after it."""


class Death:
    """Comes at one moment among many, counted as they pass. From then on nothing happens any more."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.moments = 0

    @property
    def came(self) -> bool:
        return self.moments >= self.at

    def moment(self) -> None:
        self.moments += 1
        if self.came:
            raise Killed


def mortal(store: MemoryStore, death: Death | None) -> None:
    """Each write has a moment before and a moment after it reaches the disk; None: no more."""

    async def moment() -> None:
        if death is not None:
            death.moment()

    store.before = store.after = moment


class MortalDisk(Disk):
    """Each step that changes something has a moment before and a moment after it, and a copy has them in between."""

    def __init__(self, death: Death, *, one_drive: bool) -> None:
        super().__init__()
        self.death = death
        self.one_drive = one_drive

    def device(self, folder: Path) -> int:
        return super().device(folder) + (0 if self.one_drive else 1)

    def make_folder(self, folder: Path) -> None:
        self._step(super().make_folder, folder)

    def rename(self, source: Path, target: Path) -> None:
        self._step(super().rename, source, target)

    def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
        def told(count: int) -> None:
            self.death.moment()
            progress(count)

        return self._step(super().copy, source, target, told)

    def write(self, path: Path, content: bytes) -> None:
        self._step(super().write, path, content)

    def remove(self, path: Path) -> None:
        self._step(super().remove, path)

    def remove_folder(self, folder: Path) -> None:
        self._step(super().remove_folder, folder)

    def _step(self, work: Callable[..., Any], *arguments: Any) -> Any:
        self.death.moment()
        result = work(*arguments)
        self.death.moment()
        return result


class Life:
    """A library with a task that uses one of its pictures, until death comes at that moment of its move."""

    def __init__(self, folder: Path, moment: int, *, one_drive: bool) -> None:
        self.folder, self.one_drive = folder, one_drive
        self.death = Death(moment)
        self.store = MemoryStore()
        self.clock = FakeClock()
        disk = MortalDisk(self.death, one_drive=one_drive)
        self.house = House(folder, store=self.store, clock=self.clock, disk=disk)
        self.house.old.mkdir()

    async def moves(self) -> None:
        house = self.house
        async with house.open():
            self.outputs = [await house.result(number) for number in range(RESULTS)]
            still = await house.result(9, "still.png")
            self.outputs.append(still)
            [self.held] = await house.rig.submit(with_picture(Path(still.path).as_uri()), send_now=False)
            mortal(self.store, self.death)
            plan = await house.move.plan(house.new)
            try:
                await house.move.begin(plan)
            except Killed:
                return
            await settle()
            mortal(self.store, None)

    async def next_start(self) -> House:
        mortal(self.store, None)
        disk = MortalDisk(Death(10_000), one_drive=self.one_drive)
        return House(self.folder, store=self.store, clock=self.clock, disk=disk)


@pytest.mark.parametrize("one_drive", [True, False], ids=["one drive", "two drives"])
@pytest.mark.parametrize("moment", range(1, 70))
async def test_library_move_killed_at_any_moment_is_completed_at_the_next_start(tmp_path, moment, one_drive):
    life = Life(tmp_path, moment, one_drive=one_drive)
    await life.moves()
    began = (await life.store.settings()).get(JOURNAL) is not None or files(life.house.new)
    house = await life.next_start()
    async with house.open():
        outputs = [await house.now(output) for output in life.outputs]
        assert {output.state for output in outputs} == {OutputState.SAVED}
        assert all([await is_whole(house, output) for output in life.outputs]), "a result is lost"
        if not began:
            assert moment <= 2, "what was begun is forgotten"
            return
        assert {output.path for output in outputs} == {
            str(house.new / Path(output.path).relative_to(house.old)) for output in life.outputs
        }
        assert files(house.old) == [], "something of ours was left behind"
        assert len(files(house.new)) == 2 * len(outputs), "a copy too many, or half of one"
        values = (await house.rig.task(life.held)).request.values
        assert values["promptImage"] == (house.new / "still.png").as_uri()
        assert (await life.store.settings())[JOURNAL] is None
        assert life.death.came or (house.move.progress is None or house.move.progress.phase is MovePhase.DONE)


async def test_library_move_scenario_has_enough_moments_to_kill(tmp_path):
    for one_drive in (True, False):
        folder = tmp_path / str(one_drive)
        folder.mkdir()
        life = Life(folder, 10_000, one_drive=one_drive)
        await life.moves()
        assert 30 < life.death.moments < 70


@pytest.mark.parametrize("moment", range(1, 40))
async def test_move_of_rescued_results_killed_midway_is_completed_at_the_next_start(tmp_path, moment):
    store, clock, death = MemoryStore(), FakeClock(), Death(moment)
    house = House(tmp_path, store=store, clock=clock, disk=MortalDisk(death, one_drive=False))
    house.old.mkdir()
    outputs = [await house.result(number, f"fox {number}.mp4", folder=house.rescued) for number in range(2)]
    mortal(store, death)
    try:
        async with house.open():
            await settle()
    except Killed:
        pass
    mortal(store, None)
    again = House(tmp_path, store=store, clock=clock, disk=MortalDisk(Death(10_000), one_drive=False))
    async with again.open():
        await settle()
        assert all([await is_whole(again, output) for output in outputs])
        assert {(await again.now(output)).path for output in outputs} == {
            str(again.old / f"fox {number}.mp4") for number in range(2)
        }
        assert files(again.rescued) == []
        assert len(files(again.old)) == 4


KILLS = 6


async def test_real_program_killed_repeatedly_completes_its_library_move(tmp_path):
    """SIGKILL in the middle of real copying, each time a file and a few milliseconds further on; then one that is let
    live."""
    old, new, database = tmp_path / "old", tmp_path / "new", tmp_path / "profile.db"
    store = await SqliteStore.open(database)
    saved: dict[str, str] = {}
    for number in range(30):
        path, content = old / f"day {number % 3}" / f"fox {number}.mp4", bytes([number]) * 3_000_000
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        task = Task(id=TaskId(f"t{number}"), request=request("Fox"), created_at=1.0, state=State.SUCCEEDED)
        digest = hashlib.sha256(content).hexdigest()
        output = Output(
            task_id=task.id, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, path=str(path),
            size=len(content), sha256=digest,
        )  # fmt: skip
        saved[task.id] = digest
        await store.add([task], [], None, [])
        await store.save_output(output)
        sidecar.write(path, sidecar.compose(task, output, []))
    await store.close()
    for number in range(KILLS):
        child = await _child(database, old, new, stdin=asyncio.subprocess.PIPE)
        assert child.stdin is not None
        assert child.stdout is not None
        for _ in range(number + 1):
            assert await child.stdout.readline() == b"copy\n"
            child.stdin.write(b"\n")
        await asyncio.sleep(0.003 * number)
        assert child.returncode is None
        child.kill()
        await child.communicate()
        store = await SqliteStore.open(database)
        for task_id, digest in saved.items():
            [output] = await store.outputs(TaskId(task_id))
            places = (Path(output.path), new / Path(output.path).relative_to(old) if output.path.startswith(str(old))
                      else old / Path(output.path).relative_to(new))  # fmt: skip
            whole = [path for path in places if path.is_file() and _digest(path) == digest]
            assert whole, f"{output.path} is lost"
        await store.close()
    child = await _child(database, old, new, stdin=asyncio.subprocess.DEVNULL)
    said, _ = await child.communicate()
    assert child.returncode == 0
    assert said.startswith(b"copy\n"), "it was over before it could be killed"
    assert said.endswith(b"done\n")
    store = await SqliteStore.open(database)
    for task_id, digest in saved.items():
        [output] = await store.outputs(TaskId(task_id))
        assert Path(output.path).is_relative_to(new)
        assert _digest(Path(output.path)) == digest
    await store.close()
    assert files(old) == []
    assert len(files(new)) == 2 * len(saved)


async def _child(database: Path, old: Path, new: Path, *, stdin: int) -> asyncio.subprocess.Process:
    arguments = ("-m", "tests.faults.moving_child", str(database), str(old), str(new))
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=stdin, stdout=asyncio.subprocess.PIPE)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
