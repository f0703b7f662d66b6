"""The poller polls every open task, seldom, and loses none after any failure."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from runway_desktop.domain.account import Link
from runway_desktop.domain.errors import (
    BadReply,
    KeyRefused,
    Misrouted,
    NoReply,
    NotReached,
    ServerTrouble,
    SlowDown,
    StoreError,
)
from runway_desktop.domain.task import OutputState, State
from runway_desktop.services.account import OFFLINE_GAP
from runway_desktop.services.tasks.poller import SPREAD_OVER
from runway_desktop.services.tasks.schedule import LEAST_GAP, LONGEST
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fake_runway import limited, remote_id
from tests.rigs.fakes import settle
from tests.unit.services.tasks.polled import Times, adopt, finish, polled, poller


async def test_adopted_task_is_polled_at_once_and_followed_to_its_end():
    async with polled() as (rig, task_id):
        assert await rig.state(task_id) is State.RUNNING
        rig.runway.finish(remote_id(1_000), "https://x.example/a.mp4", "https://x.example/b.mp4")
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.SUCCEEDED
        assert [output.state for output in await rig.store.outputs(task_id)] == [OutputState.WAITING] * 2


async def test_new_picture_task_is_first_polled_after_5_seconds_and_a_clip_later():
    async with Rig() as rig:
        times = Times(rig)
        await rig.submit(request(model="gen4_image", endpoint="text_to_image"))
        await rig.clock.advance(4.9)
        assert times.all == []
        await rig.clock.advance(1)
        assert len(times.all) == 1
    async with Rig() as rig:
        times = Times(rig)
        await rig.submit(request())
        await rig.clock.advance(10)
        assert times.all == []
        await rig.clock.advance(2)
        assert len(times.all) == 1


async def test_only_the_viewed_task_is_polled_closely():
    async with poller() as rig:
        looked_at, other = await adopt(rig, 2, "THROTTLED")
        await rig.clock.advance(1)
        rig.poller.look_at([looked_at])
        await rig.clock.advance(30)
        asked = Counter(call.arguments[0] for call in rig.runway.named("task"))
        assert asked[remote_id(1_000)] == 6
        assert asked[remote_id(1_001)] == 1
        assert other != looked_at
        rig.poller.look_at([])
        await rig.clock.advance(30)
        assert Counter(call.arguments[0] for call in rig.runway.named("task"))[remote_id(1_000)] <= 8


async def test_polling_keeps_5_seconds_per_task_and_at_most_8_at_once():
    async with poller() as rig:
        times = Times(rig)
        await adopt(rig, 40)
        for _ in range(20):
            rig.poller.ask_now()
            await rig.clock.advance(3)
        assert times.most <= 8
        assert len(times.of) == 40
        for asked in times.of.values():
            assert all(later - earlier >= 4.999 for earlier, later in pairwise(asked))


async def test_at_most_8_polls_run_at_once_even_when_answers_hang():
    async with poller() as rig:
        gate = rig.runway.hold("task")
        await adopt(rig, 30)
        await rig.clock.advance(120)
        assert gate.waiting == 8
        gate.open()
        await settle()


async def test_ended_tasks_are_not_polled():
    async with poller() as rig:
        await adopt(rig, 3, "FAILED")
        await rig.clock.advance(10)
        asked = len(rig.runway.named("task"))
        await rig.clock.advance(3_600)
        assert len(rig.runway.named("task")) == asked == 3


async def test_poller_sleeps_without_open_tasks():
    async with poller() as rig:
        assert rig.clock.sleeping == 0
        await rig.clock.advance(3_600)
        assert rig.runway.calls == []


async def test_task_of_unknown_status_is_shown_and_polled():
    async with poller() as rig:
        [task_id] = await adopt(rig, status="DREAMING")
        await rig.clock.advance(1)
        assert (await rig.task(task_id)).remote_status == "DREAMING"
        finish(rig)
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.SUCCEEDED


async def test_invented_id_is_gone_within_seconds_by_two_404s():
    async with poller() as rig:
        times = Times(rig)
        [task_id] = (await rig.adoption.adopt([remote_id(1_000)])).added
        await rig.clock.advance(4)
        assert await rig.state(task_id) is State.PENDING, "not before Runway said it twice"
        await rig.clock.advance(4)
        assert await rig.state(task_id) is State.GONE
        assert len(times.all) == 2


@pytest.mark.parametrize(
    "error",
    [
        NoReply("The connection was cut."),
        BadReply("The answer makes no sense."),
        Misrouted("A proxy or gateway answered instead of Runway."),
        ServerTrouble("Runway is in trouble.", status=502),
        SlowDown("Too many requests."),
        NotReached("There is no network."),
        RuntimeError("our own mistake"),
    ],
)
async def test_task_survives_failed_polls(error, mistakes):
    async with polled() as (rig, task_id):
        before = await rig.task(task_id)
        rig.runway.always("task", error)
        await rig.clock.advance(600)
        assert await rig.task(task_id) == before
        asked = len(rig.runway.named("task"))
        assert asked < (600 / OFFLINE_GAP + 5 if isinstance(error, NotReached) else 40)
        rig.runway.always("task", ...)
        finish(rig)
        await rig.clock.advance(100)
        assert await rig.state(task_id) is State.SUCCEEDED
    if isinstance(error, RuntimeError):
        mistakes.take("our own mistake")


async def test_retry_after_delays_all_polls():
    async with poller() as rig:
        await adopt(rig, 20)
        await rig.clock.advance(2)
        times = Times(rig)
        rig.runway.then("task", SlowDown("Too many requests.", retry_after=120.0))
        rig.poller.ask_now()
        await rig.clock.advance(30)
        first = times.all[0]
        assert len([at for at in times.all if at < first + 119]) <= 8
        await rig.clock.advance(200)
        assert len(times.of) == 20


async def test_one_poll_is_tried_every_few_seconds_while_offline():
    async with poller() as rig:
        await adopt(rig, 50)
        await rig.clock.advance(5)
        rig.runway.always("task", NotReached("There is no network."))
        times = Times(rig)
        await rig.clock.advance(60)
        assert rig.account.connection.link is Link.OFFLINE
        begun = len(times.all)
        await rig.clock.advance(600)
        assert len(times.all) - begun <= 600 / OFFLINE_GAP + 2
        assert times.most == 1
        gaps = [later - earlier for earlier, later in pairwise(times.all[begun:])]
        assert max(gaps) <= OFFLINE_GAP + 0.1


@pytest.mark.parametrize("outage", [10.0, 60.0, 600.0])
async def test_polls_resume_within_seconds_of_the_networks_return_and_are_spread(outage: float):
    async with poller() as rig:
        await adopt(rig, 200)
        await rig.clock.advance(15)
        rig.runway.always("task", NotReached("There is no network."))
        await rig.clock.advance(outage)
        rig.runway.always("task", ...)
        back = rig.clock.monotonic()
        times = Times(rig)
        await rig.clock.advance(90)
        firsts = sorted(asked[0] - back for asked in times.of.values())
        assert len(firsts) == 200
        assert firsts[0] <= OFFLINE_GAP + 0.1
        assert firsts[-1] <= OFFLINE_GAP + LONGEST + 1.0
        overdue = firsts[: int(min(outage, 45.0) / 45.0 * 200 * 0.9)]
        assert overdue[-1] <= OFFLINE_GAP + SPREAD_OVER + 1.0
        assert times.most <= 8
        assert max(Counter(int(at) for at in times.all).values()) <= 60, "not all in the same second"


async def test_task_that_failed_alone_is_polled_with_the_others_after_an_outage():
    async with poller() as rig:
        [task_id] = await adopt(rig)
        await rig.clock.advance(15)
        rig.runway.then("task", *[NoReply("Runway did not answer.")] * 6)
        rig.runway.always("task", NotReached("There is no network."))
        await rig.clock.advance(400)
        assert rig.account.connection.link is Link.OFFLINE
        finish(rig)
        rig.runway.always("task", ...)
        await rig.clock.advance(OFFLINE_GAP + 0.1)
        assert await rig.state(task_id) is State.SUCCEEDED


async def test_retry_after_of_runway_is_obeyed_after_an_outage():
    async with poller() as rig:
        await adopt(rig, 20)
        await rig.clock.advance(15)
        rig.runway.then("task", SlowDown("Too many requests.", retry_after=300.0))
        rig.poller.ask_now()
        await rig.clock.advance(20)
        rig.account.note_failure(NotReached("There is no network."))
        times = Times(rig)
        await rig.clock.advance(30)
        rig.account.note_success()
        await rig.clock.advance(200)
        assert times.all == []


async def test_refused_key_stops_all_polls_and_loses_nothing():
    async with poller() as rig:
        ids = await adopt(rig, 12)
        await rig.clock.advance(5)
        before = [await rig.task(task_id) for task_id in ids]
        rig.runway.always("task", KeyRefused("The key was refused.", status=401))
        await rig.clock.advance(60)
        asked = len(rig.runway.named("task"))
        await rig.clock.advance(3_600)
        assert len(rig.runway.named("task")) == asked
        assert [await rig.task(task_id) for task_id in ids] == before
        assert rig.account.connection.link is Link.KEY_REFUSED
        rig.runway.always("task", ...)
        finish(rig, 12)
        await rig.account.use_key("key_new", remember=False)
        await rig.clock.advance(60)
        assert {await rig.state(task_id) for task_id in ids} == {State.SUCCEEDED}


async def test_accepted_key_resumes_all_polls_spread_over_time():
    async with poller() as rig:
        ids = await adopt(rig, 200)
        await rig.clock.advance(15)
        rig.account.note_failure(KeyRefused("The key was refused.", status=401))
        await rig.clock.advance(120)
        finish(rig, 200)
        times = Times(rig)
        await rig.account.try_now()
        await rig.clock.advance(SPREAD_OVER + 1.0)
        assert {await rig.state(task_id) for task_id in ids} == {State.SUCCEEDED}
        assert max(Counter(int(at) for at in times.all).values()) <= 60


async def test_all_tasks_are_polled_within_seconds_after_the_computer_slept():
    async with poller() as rig:
        ids = await adopt(rig, 10, "THROTTLED")
        await rig.clock.advance(10)
        finish(rig, 10)
        rig.clock.jump(8 * 3_600)
        await rig.clock.advance(16)
        assert {await rig.state(task_id) for task_id in ids} == {State.SUCCEEDED}


async def test_clock_set_back_before_a_start_stops_no_poll():
    rig = Rig()
    async with rig:
        await rig.submit(request())
        remote = next(iter(rig.runway.answers))
    rig.clock.jump(-3_600)
    async with rig.kill() as rig:
        await rig.clock.advance(10)
        rig.runway.say(remote, "RUNNING")
        await rig.clock.advance(60)
        rig.runway.finish(remote, "https://x.example/a.mp4")
        await rig.clock.advance(60)
        assert {task.state for task in rig.store.tasks.values()} == {State.SUCCEEDED}


async def test_clock_set_back_stops_no_poll():
    async with polled() as (rig, task_id):
        rig.clock.jump(-86_400)
        finish(rig)
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.SUCCEEDED


async def test_oldest_throttled_task_is_polled_when_one_of_its_model_ends():
    async with Rig(runway=limited(concurrent=None)) as rig:
        ids = await rig.submit(*(request(f"{n}") for n in range(4)))
        remotes = [(await rig.task(task_id)).remote_id or "" for task_id in ids]
        rig.runway.say(remotes[0], "RUNNING", progress=0.1)
        for remote in remotes[1:]:
            rig.runway.say(remote, "THROTTLED")
        await rig.clock.advance(12)
        assert await rig.state(ids[1]) is State.THROTTLED
        rig.runway.finish(remotes[0], "https://x.example/a.mp4")
        rig.runway.say(remotes[1], "RUNNING", progress=0.01)
        asked = Counter(call.arguments[0] for call in rig.runway.named("task"))
        rig.poller.ask_now([ids[0]])
        await rig.clock.advance(7)
        assert await rig.state(ids[0]) is State.SUCCEEDED
        assert await rig.state(ids[1]) is State.RUNNING
        later = Counter(call.arguments[0] for call in rig.runway.named("task")) - asked
        assert later[remotes[3]] == 0


async def test_throttled_task_started_out_of_order_is_found():
    async with Rig(runway=limited(concurrent=None)) as rig:
        ids = await rig.submit(*(request(f"{n}") for n in range(4)))
        remotes = [(await rig.task(task_id)).remote_id or "" for task_id in ids]
        rig.runway.say(remotes[0], "RUNNING", progress=0.1)
        for remote in remotes[1:]:
            rig.runway.say(remote, "THROTTLED")
        await rig.clock.advance(12)
        rig.runway.finish(remotes[0], "https://x.example/a.mp4")
        rig.runway.say(remotes[3], "RUNNING", progress=0.01)
        rig.poller.ask_now([ids[0]])
        await rig.clock.advance(12)
        assert await rig.state(ids[3]) is State.RUNNING


async def test_answer_that_cannot_be_stored_is_polled_again():
    async with polled() as (rig, task_id):
        finish(rig)
        rig.store.trouble = StoreError("The disk is full.")
        await rig.clock.advance(60)
        rig.store.trouble = None
        await rig.clock.advance(61)
        assert await rig.state(task_id) is State.SUCCEEDED


async def test_unfinished_tasks_are_polled_at_the_next_start():
    async with poller() as rig:
        ids = await adopt(rig, 5)
        await rig.clock.advance(5)
    finish(rig, 5)
    async with poller(store=rig.store, runway=rig.runway, clock=rig.clock) as rig:
        await rig.clock.advance(1)
        assert {await rig.state(task_id) for task_id in ids} == {State.SUCCEEDED}


async def test_hundreds_of_open_tasks_are_all_followed():
    async with poller() as rig:
        ids = await adopt(rig, 400)
        await rig.clock.advance(15)
        finish(rig, 400)
        await rig.clock.advance(60)
        assert Counter([await rig.state(task_id) for task_id in ids]) == {State.SUCCEEDED: 400}
        assert len(rig.runway.named("task")) < 2_400


async def test_refresh_polls_one_task_as_soon_as_allowed():
    async with poller() as rig:
        times = Times(rig)
        [task_id] = await adopt(rig, status="THROTTLED")
        await rig.clock.advance(1)
        rig.poller.ask_now([task_id])
        await rig.clock.advance(6)
        assert len(times.all) == 2


async def test_refresh_ends_our_own_poll_delay_but_not_runways_retry_after():
    async with poller() as rig:
        ids = await adopt(rig, 10)
        await rig.clock.advance(15)
        rig.runway.always("task", NoReply("Runway did not answer."))
        await rig.clock.advance(600)
        asked = len(rig.runway.named("task"))
        while len(rig.runway.named("task")) == asked:
            await rig.clock.advance(1)
        rig.runway.always("task", ...)
        finish(rig, 10)
        rig.poller.ask_now()
        await rig.clock.advance(LEAST_GAP + 1.0)
        assert {await rig.state(task_id) for task_id in ids} == {State.SUCCEEDED}
    async with poller() as rig:
        await adopt(rig, 10)
        await rig.clock.advance(15)
        rig.runway.then("task", SlowDown("Too many requests.", retry_after=300.0))
        rig.poller.ask_now()
        await rig.clock.advance(20)
        times = Times(rig)
        rig.poller.ask_now()
        await rig.clock.advance(200)
        assert times.all == []


async def test_closing_leaves_no_poll_unfinished():
    rig = poller()
    async with rig:
        gate = rig.runway.hold("task")
        [task_id] = await adopt(rig)
        await rig.clock.advance(1)
        assert gate.waiting == 1
    assert await rig.state(task_id) is State.PENDING
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
