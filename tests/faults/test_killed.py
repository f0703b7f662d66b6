"""The program may be killed at any moment. At the next start every task is where its last word on disk says, no paid
request is sent twice, and no id that this program was given is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from runway_desktop.domain.task import State
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
    """Runs the main job until death comes at that moment; says whether it came, and of what the program had ids."""
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


@pytest.mark.parametrize("moment", range(1, 41))
async def test_killed_at_any_moment_nothing_is_paid_twice_and_nothing_is_lost(moment, tmp_path):
    died, rig, told = await lives_until(moment, tmp_path / "accepted-ids.txt")
    made_before = Counter(body["promptText"] for _, body in rig.runway.requests.values())
    async with rig:
        await rig.clock.advance(200)
        stored = [await rig.task(entry) for entry in rig.store.tasks]
        made = Counter(body["promptText"] for _, body in rig.runway.requests.values())
        assert all(times == 1 for times in made.values()), "a paid request was sent twice"
        if not stored:
            assert moment == 1, "what was written down is lost"
            return
        assert {task.state for task in stored} <= {State.SUCCEEDED, State.UNCERTAIN}
        known = {task.remote_id for task in stored if task.remote_id is not None}
        lost = [body["promptText"] for remote, (_, body) in rig.runway.requests.items() if remote not in known]
        uncertain = [task.request.prompt for task in stored if task.state is State.UNCERTAIN]
        assert set(lost) <= set(uncertain), "a task at Runway is neither known nor said to be uncertain"
        assert told.isdisjoint(uncertain), "an id that the program was given is lost"
        assert len(uncertain) <= 1 or died
        assert set(made_before) <= set(made)
        for task in stored:
            if task.state is State.SUCCEEDED:
                assert len(await rig.store.outputs(task.id)) == 1


async def test_unkilled_the_main_job_has_moments_enough(tmp_path):
    died, rig, _ = await lives_until(10_000, tmp_path / "accepted-ids.txt")
    assert not died
    assert len(rig.runway.requests) == len(PROMPTS)
    assert all(task.state is State.SUCCEEDED for task in rig.store.tasks.values())
