"""Folders with a list of tasks each, as one person has them on one computer, for tests of what is copied and moved."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any, cast

from runway_desktop.domain.copies import Verdict
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.task import HoldCode, TaskId
from runway_desktop.services.ports import Snapshots
from runway_desktop.services.tasks import after_restore
from tests.rigs.engine_rig import Place, Rig, request
from tests.rigs.fake_runway import FakeRunway
from tests.rigs.fakes import FakeClock, MemoryStore

MANY = 6


class QuickRunway(FakeRunway):
    """A task is done as soon as somebody asks, and counted."""

    async def create(self, endpoint, body):
        created = await super().create(endpoint, body)
        self.count(body["model"])
        self.finish(created.remote_id, "https://x.example/a.mp4")
        return created


class Computer:
    """Folders with a list each, as one person has them on one computer. The lists are in memory, their folders real."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.runway = QuickRunway()
        self.clock = FakeClock()
        self.lists: dict[Path, MemoryStore] = {}
        self.machine = "this computer"
        self.locked = False
        self.state = root / "state"
        self.home = self.new("profile")

    def new(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir()
        (folder / "profile.db").touch()
        self.lists[folder] = MemoryStore()
        return folder

    def rig(self, folder: Path | None = None, *, loops: tuple[str, ...] = ("lane", "poller")) -> Rig:
        """The program with the list of a folder; without loops nothing of it is sent."""
        folder = folder or self.home
        place = Place(folder=folder, state=self.state, machine=self.machine, snapshots=lambda: cast(Snapshots, self))
        return Rig(store=self.lists[folder], runway=self.runway, clock=self.clock, loops=loops, place=place)

    async def used(self) -> None:
        """A first run, in which one task is sent and made."""
        async with self.rig() as rig:
            await rig.submit(request("the first"))
            await rig.clock.advance(60)

    async def queue(self) -> tuple[TaskId, ...]:
        async with self.rig(loops=()) as rig:
            return await rig.submit(*(request(f"{number}") for number in range(MANY)))

    def copied(self, name: str, of: Path | None = None) -> Path:
        """A copy of a folder, with the same list in it."""
        folder = self.root / name
        shutil.copytree(of or self.home, folder)
        self.lists[folder] = self.lists[of or self.home].copy()
        return folder

    def renamed(self, old: Path, name: str) -> Path:
        folder = self.root / name
        old.rename(folder)
        self.lists[folder] = self.lists.pop(old)
        return folder

    def put_back(self, kept: Path, place: Path | None = None) -> None:
        place = place or self.home
        if place.exists():
            shutil.rmtree(place)
        shutil.copytree(kept, place)
        self.lists[place] = self.lists[kept].copy()

    async def put_back_once_sent(self) -> None:
        """Copied, all of it sent, and the copy put back."""
        kept = self.copied("kept")
        await self.goes_on()
        self.put_back(kept)

    async def asks(self, why: Verdict, folder: Path | None = None) -> None:
        """A run, in which nothing of what waits goes by itself, and it is said why."""
        async with self.rig(folder) as rig:
            await assert_asks(rig, why)

    async def goes_on(self, folder: Path | None = None) -> None:
        """A run, in which nothing is asked and what waits is sent."""
        async with self.rig(folder) as rig:
            await assert_goes_on(rig)

    @property
    def sent_twice(self) -> list[str]:
        made = Counter(body["promptText"] for _, body in self.runway.requests.values())
        return [prompt for prompt, times in made.items() if times > 1]

    # As `Snapshots`.

    def setting(self, path: Path, name: str) -> Any:
        if self.locked:
            raise StoreError("It is locked.")
        found = self.lists.get(path.parent)
        return None if found is None else found.setting(name)


async def a_computer(root: Path) -> Computer:
    computer = Computer(root)
    await computer.used()
    return computer


async def a_queue(root: Path) -> Computer:
    """A computer whose list has tasks that wait."""
    computer = await a_computer(root)
    await computer.queue()
    return computer


def reasons(rig: Rig) -> list[HoldCode]:
    return [task.hold.code for task in rig.ledger.all_queued()]


async def assert_asks(rig: Rig, why: Verdict) -> None:
    """Nothing of what waits goes by itself, whatever is resumed, and it is said why."""
    told = after_restore.to_tell(rig.settings)
    assert told is not None
    assert (told.copied, told.held) == (why, MANY)
    assert rig.lane.paused
    sent = len(rig.runway.named("create"))
    await rig.lane.resume()
    await rig.clock.advance(600)
    assert len(rig.runway.named("create")) == sent
    assert reasons(rig) == [HoldCode.COPIED] * MANY


async def assert_goes_on(rig: Rig) -> None:
    """Nothing is asked, and what waits is sent."""
    assert after_restore.to_tell(rig.settings) is None
    assert not rig.lane.paused
    await rig.clock.advance(600)
    assert reasons(rig) == []
