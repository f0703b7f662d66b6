"""Readings of counts and balance that prove nothing about a sending, or would mislead."""

from __future__ import annotations

import asyncio

import pytest

from runway_desktop.domain.account import Organization
from runway_desktop.domain.errors import NoReply, ServerTrouble
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.usecases.words.uncertain import verdict_words
from runway_desktop.values import replace
from tests.faults.counts import count, counted_rig, evidence_of, made_but_cut
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fake_runway import FakeRunway, remote_id
from tests.rigs.fakes import settle

ALL_LOOKS = 120.0
"""Seconds after which nobody looks any more."""


async def likelihood_of(rig: Rig, task_id: TaskId) -> Likelihood:
    return verdict(await evidence_of(rig, task_id)).likelihood


async def test_sending_in_progress_during_a_count_reading_is_not_counted_twice():
    async with counted_rig(loops=("lane",)) as rig:
        gate = rig.runway.hold("create")
        await rig.submit(request("first"))
        # It is counted already, and its answer is on its way.
        count(rig)
        await rig.account.refresh()
        gate.open()
        await settle()
        rig.runway.then("create", made_but_cut(rig))
        [task_id] = await rig.submit(request("second"))
        await rig.clock.advance(ALL_LOOKS)
        assert await likelihood_of(rig, task_id) is Likelihood.MADE


class LatePosts(FakeRunway):
    """A reading shows the numbers of the moment at which it was asked for, however long it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.way_back = asyncio.Event()
        self.way_back.set()

    async def organization(self) -> Organization:
        await self._arrive("organization")
        seen = self.account
        await self.way_back.wait()
        return seen


async def test_reading_requested_before_the_sending_is_no_evidence():
    runway = LatePosts()
    async with counted_rig(runway=runway, loops=("lane",)) as rig:
        await rig.submit(request("first"))
        count(rig)
        runway.way_back.clear()
        asking = asyncio.create_task(rig.account.refresh())
        await settle()
        rig.runway.then("create", made_but_cut(rig))
        [task_id] = await rig.submit(request("second"))
        await rig.clock.advance(5)
        runway.way_back.set()
        await asking
        await rig.clock.advance(1)
        assert await likelihood_of(rig, task_id) is Likelihood.MADE
        await rig.clock.advance(ALL_LOOKS)
        assert await likelihood_of(rig, task_id) is Likelihood.MADE


async def test_counts_of_another_key_are_not_compared():
    async with counted_rig(loops=("lane",)) as rig:
        rig.runway.then("create", made_but_cut(rig))
        [task_id] = await rig.submit(request())
        await rig.account.use_key("key_other", remember=False)
        rig.runway.account = Organization(balance=7.0)
        await rig.clock.advance(ALL_LOOKS)
        evidence = await evidence_of(rig, task_id)
        assert (evidence.daily_after, evidence.balance_after) == (None, None)
        assert verdict(evidence).likelihood is Likelihood.UNKNOWN


async def test_task_that_was_sent_and_ended_before_a_kill_is_remembered_as_evidence():
    async with counted_rig(loops=("lane", "poller", "account")) as killed:
        await killed.clock.advance(2)
        await killed.submit(request("first"))
        count(killed)
        killed.runway.finish(remote_id(1), "https://x.example/1.mp4")
        await killed.clock.advance(20)
        killed.runway.hold("create")
        [task_id] = await killed.submit(request("second"))
        rig = killed.kill()
    rig.runway._gates.clear()
    async with rig:
        await rig.clock.advance(ALL_LOOKS)
        evidence = await evidence_of(rig, task_id)
        assert (evidence.daily_before, evidence.daily_after, evidence.accepted_between) == (0, 1, 1)
        assert verdict(evidence).likelihood is Likelihood.NOT_MADE


async def test_evidence_from_an_older_version_treats_recent_sendings_as_doubtful():
    async with counted_rig() as killed:
        await killed.submit(request("first"))
        count(killed)
        await killed.clock.advance(5)
        killed.runway.hold("create")
        [task_id] = await killed.submit(request("second"))
        rig = killed.kill()
    rig.runway._gates.clear()
    task = await rig.task(task_id)
    assert task.evidence is not None
    await rig.store.save(replace(task, evidence=replace(task.evidence, asked_before=None, answered_before=None)))
    async with rig:
        await rig.clock.advance(ALL_LOOKS)
        assert await likelihood_of(rig, task_id) is Likelihood.UNKNOWN


async def test_tasks_leaving_the_daily_count_do_not_prove_that_nothing_was_made():
    async with counted_rig() as rig:
        await rig.submit(request("yesterday"))
        count(rig)
        await rig.clock.advance(86_400 - 10)
        rig.runway.then("create", made_but_cut(rig, credits=0.0))
        [task_id] = await rig.submit(request("today"))
        count(rig, by=-1, credits=0.0)
        await rig.clock.advance(ALL_LOOKS)
        evidence = await evidence_of(rig, task_id)
        assert (evidence.daily_before, evidence.daily_after) == (1, 1)
        assert verdict(evidence).likelihood is Likelihood.UNKNOWN


@pytest.mark.parametrize("is_seen", [True, False])
async def test_refund_of_another_task_does_not_prove_that_nothing_was_made(is_seen):
    async with Rig(loops=("lane", "poller") if is_seen else ("lane",)) as rig:
        known = rig.runway.account
        [first] = await rig.submit(request("first"))
        await rig.clock.advance(60)
        rig.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await rig.submit(request("second"))
        # The one is made and charged, the other fails and is refunded.
        rig.runway.account = known
        rig.runway.fail(remote_id(1), "INTERNAL")
        await rig.clock.advance(ALL_LOOKS)
        assert (await rig.state(first) is State.FAILED) is is_seen
        evidence = await evidence_of(rig, task_id)
        assert evidence.balance_before == evidence.balance_after
        assert verdict(evidence).likelihood is Likelihood.UNKNOWN


async def test_two_sendings_without_an_answer_leave_each_other_uncertain():
    async with counted_rig(loops=("lane", "account")) as rig:
        rig.runway.then("create", made_but_cut(rig), NoReply("The connection was cut."))
        [made] = await rig.submit(request("made"))
        # Nothing can be read meanwhile, so the next one goes.
        rig.runway.always("organization", ServerTrouble("Runway is in trouble.", status=500))
        [not_made] = await rig.submit(request("not made"))
        await rig.clock.advance(20)
        assert await rig.state(not_made) is State.UNCERTAIN
        rig.runway.always("organization", ...)
        await rig.clock.advance(ALL_LOOKS)
        assert await likelihood_of(rig, made) is Likelihood.UNKNOWN
        assert await likelihood_of(rig, not_made) is not Likelihood.MADE


async def test_sendings_of_a_burst_share_one_count_reading():
    async with counted_rig(loops=("lane", "account")) as rig:
        await rig.submit(*(request(f"{n}") for n in range(20)))
        await rig.clock.advance(5)
        assert len(rig.runway.named("create")) == 20
        assert len(rig.runway.named("organization")) <= 2


async def test_slow_server_that_may_still_make_the_task_gets_no_verdict():
    async with counted_rig(loops=("lane",)) as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(10)
        evidence = await evidence_of(rig, task_id)
        assert evidence.daily_after == 0
        assert verdict(evidence).likelihood is Likelihood.UNKNOWN
        assert "too early to tell" in verdict_words(evidence)
        await rig.clock.advance(ALL_LOOKS)
        assert await likelihood_of(rig, task_id) is Likelihood.NOT_MADE


async def test_count_reading_interrupted_by_a_kill_is_repeated():
    async with counted_rig(loops=("lane",)) as killed:
        killed.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await killed.submit(request())
        await killed.clock.advance(10)
        rig = killed.kill()
    async with rig:
        await rig.clock.advance(ALL_LOOKS)
        assert await likelihood_of(rig, task_id) is Likelihood.NOT_MADE


async def test_next_run_does_not_repeat_readings_that_were_already_stored():
    rig = counted_rig(loops=("lane",))
    async with rig:
        rig.runway.then("create", made_but_cut(rig))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(4)
        assert await likelihood_of(rig, task_id) is Likelihood.MADE
    async with counted_rig(runway=rig.runway, store=rig.store, clock=rig.clock, loops=("lane",)) as rig:
        asked = len(rig.runway.named("organization"))
        await rig.clock.advance(60)
        assert len(rig.runway.named("organization")) - asked < 10
