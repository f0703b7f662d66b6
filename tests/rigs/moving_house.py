"""A library that moves from one folder to another."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runway_desktop.domain.folders import MoveProgress
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, OutputState, State, Task, TaskId
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.library.file_moving import Disk
from runway_desktop.services.library.library_move import LibraryMove
from runway_desktop.services.library.move_group import GroupMover
from runway_desktop.services.results import sidecar
from runway_desktop.services.tasks.missing_inputs import InputFollowing
from tests.rigs.engine_rig import AtOnce, Rig, request
from tests.rigs.fakes import FakeClock, MemoryStore, settle
from tests.rigs.notices import notices


class Hands:
    """What the downloads have under way."""

    def __init__(self) -> None:
        self.owners: set[Owner] = set()
        self.in_old_folder = False

    def is_under_way(self, owner: Owner) -> bool:
        return owner in self.owners

    def any_under_way_in(self, folder: Path) -> bool:
        return self.in_old_folder


class House:
    """An engine with a library of real files on a fake clock."""

    def __init__(
        self,
        folder: Path,
        *,
        store: MemoryStore | None = None,
        clock: FakeClock | None = None,
        disk: Disk | None = None,
    ) -> None:
        self.old, self.new, self.rescued = folder / "old", folder / "new", folder / "Rescued"
        if store is None:
            self.old.mkdir(exist_ok=True)
        self.rig = Rig(store=store, clock=clock, loops=())
        self.hands = Hands()
        rig = self.rig
        rig.settings.library_folder = str(self.old)
        mover = GroupMover(rig.store, rig.bus, rig.folder, InputFollowing(rig.ledger, rig.store), AtOnce(), disk)
        self.move = LibraryMove(
            rig.store, rig.bus, rig.clock, rig.settings, rig.folder, self.hands, mover, self.rescued
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[House]:
        async with self.rig:
            loops = [asyncio.create_task(work()) for work in (self.rig.folder.run, self.move.run)]
            await settle()
            try:
                yield self
            finally:
                for loop in loops:
                    loop.cancel()
                await asyncio.gather(*loops, return_exceptions=True)

    async def result(self, number: int, name: str = "", *, folder: Path | None = None, **more: Any) -> Output:
        """A saved result with its file and its sidecar."""
        task = Task(
            id=TaskId(f"t{number}"), request=request(f"Fox {number}"), created_at=self.rig.clock.now() + number,
            state=State.SUCCEEDED,
        )  # fmt: skip
        path = (folder or self.old) / (name or f"Lighthouse/fox {number}.mp4")
        content = f"clip {number} ".encode() * 1_000
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        output = Output(
            task_id=task.id, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, media=Media.VIDEO,
            path=str(path), size=len(content), sha256=hashlib.sha256(content).hexdigest(), saved_at=1.0, **more,
        )  # fmt: skip
        await self.rig.store.add([task], [], None, [])
        await self.rig.store.save_output(output)
        sidecar.write(path, sidecar.compose(task, output, []))
        return output

    async def results(self, count: int) -> list[Output]:
        return [await self.result(number) for number in range(count)]

    @property
    def progress(self) -> MoveProgress:
        """Of the move that was begun."""
        assert self.move.progress is not None
        return self.move.progress

    async def begin(self) -> None:
        plan = await self.move.plan(self.new)
        assert plan.problem is None
        await self.move.begin(plan)
        await settle()

    async def now(self, output: Output) -> Output:
        return next(one for one in await self.rig.store.outputs(output.task_id) if one.index == output.index)

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.rig.events if isinstance(event, kind)]

    @property
    def said(self) -> list[str]:
        return [str(notice.message) for notice in notices(self.rig.events)]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


async def is_whole(house: House, output: Output) -> bool:
    """The file is where the store says, and holds the bytes that were saved."""
    return hashlib.sha256(Path((await house.now(output)).path).read_bytes()).hexdigest() == output.sha256
