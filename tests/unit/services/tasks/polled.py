"""The poller with the times of its polls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runway_desktop.domain.advance import Answer
from runway_desktop.domain.task import RemoteId, TaskId
from tests.rigs.engine_rig import Rig
from tests.rigs.fake_runway import remote_id


def poller(**more) -> Rig:
    return Rig(loops=("poller",), **more)


class Times:
    """Writes down when each task is asked for, and how many questions are under way."""

    def __init__(self, rig: Rig) -> None:
        self.of: dict[str, list[float]] = {}
        self.most = 0
        ask = rig.runway.task

        async def noted(remote_id: RemoteId) -> Answer:
            self.of.setdefault(remote_id, []).append(rig.clock.monotonic())
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                return await ask(remote_id)
            finally:
                self.now -= 1

        self.now = 0
        rig.runway.task = noted  # type: ignore[method-assign]

    @property
    def all(self) -> list[float]:
        return sorted(at for times in self.of.values() for at in times)


async def adopt(rig: Rig, count: int = 1, status: str = "RUNNING") -> list[TaskId]:
    remotes = [remote_id(1_000 + n) for n in range(count)]
    for remote in remotes:
        rig.runway.say(remote, status)
    return list((await rig.adoption.adopt(remotes)).added)


@asynccontextmanager
async def polled() -> AsyncIterator[tuple[Rig, TaskId]]:
    """A task that runs at Runway and was asked for once."""
    async with poller() as rig:
        [task_id] = await adopt(rig)
        await rig.clock.advance(1)
        yield rig, task_id


def finish(rig: Rig, amount: int = 1) -> None:
    """Runway is done with so many of those that were adopted."""
    for number in range(amount):
        rig.runway.finish(remote_id(1_000 + number), "https://x.example/a.mp4")
