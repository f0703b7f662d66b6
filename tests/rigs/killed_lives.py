"""The main workflow on fakes, killed at a random moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.rigs import sent
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fake_runway import FakeRunway
from tests.rigs.fakes import FakeClock, MemoryStore, settle

PROMPTS = ("one", "two", "three", "four")


class Death:
    """Comes at one moment among many, counted as they pass. From then on nothing that is begun ever ends."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.moments = 0
        self.came = asyncio.Event()

    async def moment(self) -> None:
        self.moments += 1
        if self.moments >= self.at:
            self.came.set()
            await asyncio.Event().wait()


class MortalRunway(FakeRunway):
    """A POST has a moment before and a moment after it is made at Runway. A task is done 20 seconds after it was
    made."""

    death: Death | None = None
    clock: FakeClock

    def __init__(self) -> None:
        super().__init__()
        self.told: set[str] = set()
        """Prompts of what the program has an id of."""

    async def create(self, endpoint, body):
        if self.death is not None:
            await self.death.moment()
        created = await super().create(endpoint, body)
        self.finish(created.remote_id, f"https://x.example/{body['promptText']}.mp4")
        if self.death is not None:
            await self.death.moment()
        self.told.add(body["promptText"])
        return created


async def lives_until(moment: int, ids: Path) -> tuple[bool, Rig, set[str]]:
    """Runs the main job until death comes at that moment; gives whether it came, the next run on the same
    disk, and of what the program had ids."""
    store, runway, death = MemoryStore(), MortalRunway(), Death(moment)
    runway.limit("gen4.5", concurrent=2)
    store.before = store.after = death.moment
    runway.death = death
    rig = Rig(store=store, runway=runway, ids=ids)

    async def main_job() -> None:
        async with rig:
            await sent.submit(rig, [request(prompt) for prompt in PROMPTS])
            await rig.clock.advance(120)

    job = asyncio.create_task(main_job())
    dying = asyncio.create_task(death.came.wait())
    await asyncio.wait((job, dying), return_when=asyncio.FIRST_COMPLETED)
    died = death.came.is_set()
    for task in asyncio.all_tasks():
        if task is not asyncio.current_task():
            task.cancel()
    await asyncio.gather(job, dying, return_exceptions=True)
    await settle()
    store.before = store.after = runway.death = None
    return died, Rig(store=store, runway=runway, clock=rig.clock, ids=ids), set(runway.told)
