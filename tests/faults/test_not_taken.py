"""A 503 in which Runway says that it did not take a task is no proof: it may have made the task all the same, or makes
it later. It is sent again only once counts, read after it would stand in them, say that it was not made."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from runway_desktop.domain.errors import NotTaken
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.tasks.sendings import LATE
from runway_desktop.values import replace
from tests import sent
from tests.engine_rig import Rig, request
from tests.fakes import FakeClock, settle
from tests.slow_runway import SlowRunway

MODELS = ("gen4.5", "gen4_turbo", "veo3.1")
TASKS = 30


def count(rig: Rig, model: str = "gen4.5") -> None:
    """Runway makes a task of the model."""
    known = rig.runway.account
    used = {**known.daily_used, model: known.daily_used.get(model, 0) + 1}
    rig.runway.account = replace(known, daily_used=used, balance=known.balance - 25.0)


def counted_rig(**more) -> Rig:
    rig = Rig(loops=("lane", "account"), **more)
    for model in MODELS:
        rig.runway.limit(model, concurrent=2)
    return rig


async def denied(rig: Rig, **more) -> TaskId:
    rig.runway.then("create", NotTaken("Runway is busy."))
    [task_id] = await rig.submit(request(**more))
    assert await rig.state(task_id) is State.HELD
    return task_id


def creates(rig: Rig) -> int:
    return len(rig.runway.named("create"))


async def test_a_task_that_is_made_after_it_was_denied_is_not_sent_again():
    async with counted_rig() as rig:
        task_id = await denied(rig)
        await rig.clock.advance(5)
        # Somebody reads the counts before the slow server has made it.
        await rig.account.refresh()
        await rig.clock.advance(5)
        count(rig)
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_a_task_that_was_denied_is_uncertain_where_the_counts_cannot_tell():
    async with counted_rig() as rig:
        task_id = await denied(rig)
        # Two tasks more, of which this program knows nothing: one of them may be the denied one.
        count(rig)
        count(rig)
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_a_balance_that_did_not_move_is_no_permission_where_runway_tells_no_count():
    async with Rig(loops=("lane", "account")) as rig:
        await rig.pricing.learn(request(model="seedance2"), 25.0)
        # It is made all the same, and charged when it ends.
        task_id = await denied(rig, model="seedance2")
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_a_run_that_starts_right_after_a_task_was_denied_waits_for_a_slow_server():
    rig = counted_rig()
    async with rig:
        task_id = await denied(rig)
    async with counted_rig(store=rig.store, runway=rig.runway, clock=rig.clock) as rig:
        await rig.clock.advance(LATE - 5)
        assert creates(rig) == 1
        count(rig)
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_a_run_that_starts_right_after_a_task_was_not_taken_sends_it_once_that_is_sure():
    rig = counted_rig()
    async with rig:
        task_id = await denied(rig)
    async with counted_rig(store=rig.store, runway=rig.runway, clock=rig.clock) as rig:
        await rig.clock.advance(LATE - 5)
        assert creates(rig) == 1
        await rig.clock.advance(20)
        assert await rig.state(task_id) is State.PENDING
        assert creates(rig) == 2


async def test_counts_of_another_key_say_nothing_of_a_denied_task_to_the_next_run():
    rig = counted_rig()
    async with rig:
        task_id = await denied(rig)
        count(rig)
    rig.runway.account = replace(rig.runway.account, daily_used={})
    async with counted_rig(store=rig.store, runway=rig.runway, clock=rig.clock, secret="key_other") as rig:
        rig.runway.use_secret("key_other")
        await sent.release(rig, task_id)
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_a_denied_task_that_is_edited_to_another_model_is_judged_by_the_counts_of_its_first():
    async with counted_rig() as rig:
        for _ in range(3):
            count(rig, "veo3.1")
        task_id = await denied(rig)
        count(rig)
        # As many of this model as of the first one before it was sent.
        rig.runway.account = replace(rig.runway.account, daily_used={"gen4.5": 1, "veo3.1": 0})
        await sent.edit(rig, task_id, request(model="veo3.1"))
        await rig.clock.advance(600)
        assert creates(rig) == 1
        assert await rig.state(task_id) is State.UNCERTAIN


async def test_a_task_that_was_not_taken_and_is_edited_to_another_model_is_sent_once_that_is_sure():
    async with counted_rig() as rig:
        for _ in range(3):
            count(rig, "veo3.1")
        task_id = await denied(rig)
        await sent.edit(rig, task_id, request(model="veo3.1"))
        await rig.clock.advance(LATE - 5)
        assert creates(rig) == 1
        await rig.clock.advance(20)
        assert await rig.state(task_id) is State.PENDING


async def test_a_denied_task_that_is_canceled_is_not_said_to_cost_nothing():
    async with counted_rig() as rig:
        task_id = await denied(rig)
        await rig.actions.cancel([task_id])
        task = await rig.task(task_id)
        assert task.state is State.CANCELLED
        assert task.cost_credits is None
        assert task.was_denied


async def test_a_task_that_was_never_sent_costs_nothing_when_it_is_canceled():
    async with counted_rig() as rig:
        await rig.lane.pause()
        [task_id] = await rig.submit(request())
        await rig.actions.cancel([task_id])
        task = await rig.task(task_id)
        assert (task.cost_credits, task.was_denied) == (0.0, False)


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
    held = [task for task in rig.ledger.open() if task.state is State.HELD and not task.waits_for_person]
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
            await rig.lane.hold([task.id])
        case 2:
            await sent.release(rig, task.id)
        case _:
            await rig.actions.cancel([task.id])
    await settle()


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_is_denied_is_made_once_at_most_and_nothing_waits_for_ever(seed):
    life = await lives(seed, killed=seed % 4, acts=seed % 3 == 0)
    assert [prompt for prompt, times in life.made.items() if times > 1] == []
    assert life.stalled == []
