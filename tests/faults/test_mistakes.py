"""An exception that no port promises is a mistake of the program: it is reported once, and no brake fails by it.
Nothing is sent twice, the lane pauses itself, what was sent is looked after, and every loop goes on."""

from __future__ import annotations

import sqlite3
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from runway_desktop.domain.errors import NoReply
from runway_desktop.domain.task import HoldCode, State
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.usecases.words.holds import lane_words
from tests.faults.counts import evidence_of
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fake_runway import FakeRunway, remote_id
from tests.rigs.fakes import MemoryStore, settle

MISTAKES = (
    ssl.SSLError(1, "decryption failed or bad record mac"),
    RecursionError("maximum recursion depth exceeded"),
    RuntimeError("ours"),
    ValueError("ours"),
    sqlite3.DatabaseError("database disk image is malformed"),
    MemoryError(),
)


def named(mistake: Exception) -> str:
    return type(mistake).__name__


def raises(mistake: Exception) -> Callable[..., Any]:
    """A fresh one each time, as the world makes them."""

    def fails(*_arguments: object) -> None:
        raise type(mistake)(*mistake.args)

    return fails


pytestmark = pytest.mark.usefixtures("survived_mistakes")


@pytest.mark.parametrize("mistake", MISTAKES, ids=named)
async def test_sending_that_raises_is_uncertain_and_three_of_them_pause_the_lane(mistake, mistakes):
    async with Rig() as rig:
        rig.runway.limit("gen4.5", concurrent=None)
        rig.runway.always("create", raises(mistake))
        ids = await rig.submit(*(request(f"{n}") for n in range(20)))
        await rig.clock.advance(3_600)
        assert len(rig.runway.named("create")) == 3
        assert rig.lane.paused
        assert lane_words(rig.lane.reason) == "Paused: no answers"
        states = [await rig.state(task_id) for task_id in ids]
        assert states == [State.UNCERTAIN] * 3 + [State.QUEUED] * 17
        mistakes.take("while sending a task")


@pytest.mark.parametrize("mistake", MISTAKES, ids=named)
async def test_counts_are_read_again_after_a_sending_that_raised(mistake):
    async with Rig() as rig:
        rig.runway.limit("gen4.5", concurrent=None)
        rig.runway.then("create", raises(mistake))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(60)
        evidence = await evidence_of(rig, task_id)
        assert (evidence.daily_before, evidence.daily_after) == (0, 0)
        assert verdict(evidence).likelihood is Likelihood.NOT_MADE
        [following] = await rig.submit(request("the next"))
        await rig.clock.advance(5)
        assert await rig.state(following) is State.PENDING


@pytest.mark.parametrize("mistake", MISTAKES, ids=named)
async def test_balance_is_read_again_after_an_exception(mistake, mistakes):
    async with Rig(loops=("lane", "poller", "account")) as rig:
        rig.runway.always("organization", raises(mistake))
        rig.account.want_refresh()
        [first] = await rig.submit(request("first"))
        await rig.clock.advance(600)
        # It is known from the start; what is sent does not wait for it.
        assert await rig.state(first) is State.PENDING
        asked = len(rig.runway.named("organization"))
        assert asked > 5
        mistakes.take("while asking for the balance")
        rig.runway.always("organization", ...)
        before = rig.account.organization
        rig.runway.account = FakeRunway().account
        await rig.clock.advance(61)
        assert len(rig.runway.named("organization")) > asked
        assert rig.account.organization is not before


async def test_exception_while_processing_an_answer_leaves_no_task_in_sending(monkeypatch):
    async with Rig(loops=("lane",)) as rig:
        rig.runway.limit("gen4.5", concurrent=None)
        monkeypatch.setattr(rig.account, "note_failure", raises(RuntimeError("ours")))
        rig.runway.always("create", NoReply("The connection was cut."))
        ids = await rig.submit(*(request(f"{n}") for n in range(5)))
        await rig.clock.advance(3_600)
        states = [await rig.state(task_id) for task_id in ids]
        assert states == [State.UNCERTAIN] * 3 + [State.QUEUED] * 2


async def test_exception_after_an_id_was_stored_does_not_change_it(monkeypatch):
    async with Rig(loops=("lane",)) as rig:
        monkeypatch.setattr(rig.account, "note_success", raises(RuntimeError("ours")))
        [task_id] = await rig.submit(request())
        await rig.clock.advance(60)
        assert (await rig.task(task_id)).remote_id == remote_id(1)
        assert len(rig.runway.named("create")) == 1


async def test_count_reading_that_raised_is_repeated():
    async with Rig() as rig:
        rig.runway.limit("gen4.5", concurrent=None)
        rig.runway.then("create", raises(MISTAKES[0]))
        [task_id] = await rig.submit(request())
        rig.runway.then("organization", *(raises(MISTAKES[0]) for _ in range(3)))
        await rig.clock.advance(120)
        assert verdict(await evidence_of(rig, task_id)).likelihood is Likelihood.NOT_MADE


@pytest.mark.parametrize("mistake", MISTAKES, ids=named)
async def test_polling_continues_after_an_exception(mistake, mistakes):
    async with Rig() as rig:
        [task_id] = await rig.submit(request())
        rig.runway.then("task", *(raises(mistake) for _ in range(4)))
        rig.runway.finish(remote_id(1), "https://x.example/a.mp4")
        await rig.clock.advance(600)
        assert await rig.state(task_id) is State.SUCCEEDED
        mistakes.take("while asking for a task")


async def test_lane_continues_after_a_turn_that_raised(monkeypatch, mistakes):
    async with Rig(loops=("lane",)) as rig:
        failing = iter([True, True])

        async def catch_up() -> None:
            if next(failing, False):
                raise RuntimeError("ours")

        monkeypatch.setattr(rig.budget, "catch_up", catch_up)
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.QUEUED
        await rig.clock.advance(5)
        assert await rig.state(task_id) is State.PENDING
        mistakes.take("while sending tasks")


async def test_poller_continues_after_a_turn_that_raised(monkeypatch):
    async with Rig() as rig:
        failing = iter([True, True])
        drift = rig.clock.now

        def now() -> float:
            if next(failing, False):
                raise RuntimeError("ours")
            return drift()

        [task_id] = await rig.submit(request())
        rig.runway.finish(remote_id(1), "https://x.example/a.mp4")
        monkeypatch.setattr(rig.poller._clock, "now", now)
        await rig.clock.advance(120)
        assert await rig.state(task_id) is State.SUCCEEDED


async def test_task_whose_preparation_raises_blocks_no_other_task(monkeypatch, mistakes):
    async with Rig(loops=("lane",)) as rig:
        prepare = rig.inputs.prepare

        async def fails_once(task, key):
            if task.request.prompt == "first":
                raise RuntimeError("ours")
            return await prepare(task, key)

        monkeypatch.setattr(rig.inputs, "prepare", fails_once)
        first, second = await rig.submit(request("first"), request("second"))
        await rig.clock.advance(60)
        assert (await rig.task(first)).hold.code is HoldCode.NOT_PREPARED
        assert await rig.state(second) is State.PENDING
        mistakes.take("while preparing a task")
        monkeypatch.setattr(rig.inputs, "prepare", prepare)
        await rig.queue_acts.send_next([first])
        await rig.clock.advance(5)
        assert await rig.state(first) is State.PENDING


class Failing:
    """The write of that number raises what no store may raise."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0

    async def write(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise sqlite3.DatabaseError("database disk image is malformed")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("moment", range(2, 18))  # the first stores what was asked for, and tells whoever asked
async def test_exception_in_any_write_sends_nothing_twice_and_all_tasks_end(moment, after):
    store, failing = MemoryStore(), Failing(moment)
    setattr(store, "after" if after else "before", failing.write)
    async with Rig(store=store, loops=("lane", "poller", "account")) as rig:
        rig.runway.limit("gen4.5", concurrent=2)
        create = rig.runway.create

        async def made_and_done(endpoint, body):
            created = await create(endpoint, body)
            rig.runway.finish(created.remote_id, f"https://x.example/{created.remote_id}.mp4")
            return created

        rig.runway.create = made_and_done  # type: ignore[method-assign]
        ids = await rig.submit(*(request(f"{n}") for n in range(4)))
        rig.runway.then("create", ..., raises(MISTAKES[0]))
        await rig.clock.advance(600)
        assert len(rig.runway.named("create")) == 4
        made = Counter(body["promptText"] for _, body in rig.runway.requests.values())
        assert all(times == 1 for times in made.values())
        states = Counter([await rig.state(task_id) for task_id in ids])
        assert states == {State.SUCCEEDED: 3, State.UNCERTAIN: 1}
        assert failing.passed >= 14


async def test_unreadable_state_of_the_last_run_does_not_stop_the_start(monkeypatch):
    async with Rig() as rig:
        rig.runway.then("create", raises(MISTAKES[0]))
        [old] = await rig.submit(request("old"))
    again = Rig(store=rig.store, runway=rig.runway, clock=rig.clock)

    async def refuses(*_arguments: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(rig.store, "spent_tasks", refuses)
    async with again:
        await again.clock.advance(200)
        evidence = (await again.task(old)).evidence
        assert evidence is None or verdict(evidence).likelihood is Likelihood.UNKNOWN
        [new] = await again.submit(request("new"))
        await again.clock.advance(5)
        assert await again.state(new) is State.PENDING
        await settle()
