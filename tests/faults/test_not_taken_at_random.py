"""Whatever Runway denies, truly or not, is made once at most: many tasks, deaths of the program, acts of the person."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from runway_desktop.domain.task import State
from runway_desktop.services.clock import LATE
from runway_desktop.values import replace
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fakes import FakeClock, settle
from tests.rigs.slow_runway import SlowRunway

MODELS = ("gen4.5", "gen4_turbo", "veo3.1")
TASKS = 30


@dataclass
class Life:
    made: Counter[str] = field(default_factory=Counter)
    stalled: list[str] = field(default_factory=list)


async def lives(seed: int, *, killed: int = 0, acts: bool = False) -> Life:
    """Sends tasks of several models; a fifth is denied, truly or not, some get no answer. `killed`: how often the
    program dies meanwhile. `acts`: the person edits, holds, releases and cancels what waits."""
    rng, clock = random.Random(seed), FakeClock()
    runway = SlowRunway(clock, random.Random(seed + 1), lost=0.05, denied=0.4, counted=MODELS, late=LATE - 0.5)
    rig = Rig(runway=runway, clock=clock, loops=("lane", "poller", "account"), seed=seed)
    deaths = sorted(rng.sample(range(1, TASKS), killed))
    for first, last in zip([0, *deaths], [*deaths, TASKS], strict=True):
        await rig.__aenter__()
        for number in range(first, last):
            await rig.submit(request(f"prompt {number}", model=rng.choice(MODELS)))
            if acts:
                await act(rig, rng)
            await clock.advance(rng.choice((rng.uniform(0.0, 2.0), rng.uniform(2.0, 40.0))))
            await rig.lane.resume()
        if last < TASKS:
            rig = rig.kill()
            await clock.advance(rng.uniform(0.0, 30.0))
    for _ in range(60):
        await clock.advance(10)
        await rig.lane.resume()
    held = [task for task in rig.ledger.open() if task.state is State.QUEUED and not task.waits_for_person]
    await rig.close()
    return Life(runway.made, [task.request.prompt for task in held])


async def act(rig: Rig, rng: random.Random) -> None:
    held = [task for task in rig.ledger.queued() if task.was_denied]
    if not held or rng.random() < 0.5:
        return
    task = rng.choice(held)
    match rng.randrange(4):
        case 0:
            await sent.edit(rig, task.id, replace(task.request, model=rng.choice(MODELS)))
        case 1:
            await rig.queue_acts.hold([task.id])
        case 2:
            await sent.release(rig, task.id)
        case _:
            await rig.actions.cancel([task.id])
    await settle()


@pytest.mark.parametrize("seed", range(12))
async def test_rejected_tasks_are_made_at_most_once_and_none_waits_forever(seed):
    life = await lives(seed, killed=seed % 4, acts=seed % 3 == 0)
    assert [prompt for prompt, times in life.made.items() if times > 1] == []
    assert life.stalled == []
