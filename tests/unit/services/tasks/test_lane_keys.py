"""A task queued with one key is not sent with another one without a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.account import Fingerprint, fingerprint_of
from runway_desktop.domain.errors import NotTaken, StoreError
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode
from runway_desktop.domain.task import HoldCode, State, TaskId
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, TaskSource
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import TaskSender
from tests.rigs.engine_rig import Rig, request
from tests.rigs.engines import engine_of
from tests.rigs.fake_runway import limited, remote_id
from tests.rigs.fakes import settle
from tests.rigs.rows import task

WANTED = request()


def a_rig(**more) -> Rig:
    return Rig(loops=("lane", "poller", "account"), **more)


def door(rig: Rig, folder: Path) -> TaskSender:
    return TaskSender(engine_of(rig, folder / "library"))


async def queued(rig: Rig, sending: TaskSender, amount: int = 1) -> tuple[TaskId, ...]:
    await rig.pricing.learn(WANTED, 25.0)
    await rig.lane.pause()
    new = [NewTask(request=WANTED) for _ in range(amount)]
    ids = await sending.send(sending.prepare(new, Origin(TaskSource.SCRIPT)))
    await settle()
    return ids


def creates(rig: Rig) -> int:
    return len(rig.runway.named("create"))


async def codes(rig: Rig, ids: tuple[TaskId, ...]) -> set[HoldCode]:
    return {(await rig.task(task_id)).hold.code for task_id in ids}


async def test_queued_task_waits_for_the_person_after_a_change_of_keys(tmp_path: Path):
    async with a_rig() as rig:
        sending = door(rig, tmp_path)
        ids = await queued(rig, sending, 2)
        assert {(await rig.task(task_id)).key for task_id in ids} == {fingerprint_of("key_test")}
        await rig.account.use_key("key_of_another_studio", remember=False)
        await rig.lane.resume()
        await rig.clock.advance(600)
        assert creates(rig) == 0
        assert await codes(rig, ids) == {HoldCode.OTHER_KEY}
        told = [notice for notice in rig.told(EngineNotice) if notice.code is EngineNoticeCode.QUEUED_WITH_OTHER_KEY]
        assert len(told) == 1
        prepared = sending.prepare_release([await rig.task(task_id) for task_id in ids])
        assert prepared.asks == {Ask.OTHER_KEY}
        question = question_for(prepared, None)
        assert question is not None
        assert question.title == "Send 2 tasks with another key?"
        assert "of the profile “Test”, ends in udio" in question.text
        await sending.send(prepared, {Ask.OTHER_KEY})
        await rig.clock.advance(60)
        assert creates(rig) == len(ids)


async def test_queued_task_is_sent_after_the_same_key_is_entered_again(tmp_path: Path):
    async with a_rig() as rig:
        sending = door(rig, tmp_path)
        ids = await queued(rig, sending)
        await rig.account.use_key("key_test", remember=False)
        await rig.lane.resume()
        await settle()
        assert await rig.state(ids[0]) is State.PENDING


async def test_tasks_waiting_for_their_key_are_sent_when_it_returns(tmp_path: Path):
    async with a_rig() as rig:
        sending = door(rig, tmp_path)
        ids = await queued(rig, sending, 2)
        await rig.account.use_key("key_other", remember=False)
        await settle()
        assert await codes(rig, ids) == {HoldCode.OTHER_KEY}
        await rig.account.use_key("key_test", remember=False)
        await settle()
        assert await codes(rig, ids) == {HoldCode.ITS_TURN}
        assert creates(rig) == 0, "the queue is paused"
        await rig.lane.resume()
        await rig.clock.advance(60)
        assert creates(rig) == len(ids)


async def test_tasks_waiting_for_their_key_are_sent_in_the_next_run_with_it(tmp_path: Path):
    async with a_rig() as rig:
        ids = await queued(rig, door(rig, tmp_path))
        await rig.actions.remove(ids[1:])
        await rig.account.use_key("key_other", remember=False)
        await rig.lane.resume()
        await settle()
        assert await codes(rig, ids) == {HoldCode.OTHER_KEY}
        await rig.settings.flush()
    async with a_rig(store=rig.store, clock=rig.clock) as rig:
        await rig.clock.advance(60)
        assert creates(rig) == 1
        assert not rig.told(EngineNotice)


async def test_hold_of_the_person_outlasts_a_change_of_keys(tmp_path: Path):
    async with a_rig() as rig:
        ids = await queued(rig, door(rig, tmp_path))
        await rig.queue_acts.hold(ids)
        await rig.account.use_key("key_other", remember=False)
        await rig.lane.resume()
        await settle()
        await rig.account.use_key("key_test", remember=False)
        await rig.clock.advance(60)
        assert creates(rig) == 0
        assert await codes(rig, ids) == {HoldCode.WAITS_FOR_PERSON}


async def test_paused_queue_asks_in_the_next_run_with_another_key(tmp_path: Path):
    async with a_rig() as rig:
        ids = await queued(rig, door(rig, tmp_path))
    async with a_rig(store=rig.store, clock=rig.clock, secret="key_other") as rig:
        await rig.lane.resume()
        await rig.clock.advance(60)
        assert creates(rig) == 0
        assert await codes(rig, ids) == {HoldCode.OTHER_KEY}


async def test_task_queued_without_a_key_is_sent_with_the_first_key(tmp_path: Path):
    async with a_rig(secret=None) as rig:
        ids = await queued(rig, door(rig, tmp_path))
        await rig.lane.resume()
        await rig.account.use_key("key_test", remember=False)
        await settle()
        assert await rig.state(ids[0]) is State.PENDING


async def test_unwritable_list_sends_nothing_with_another_key_either(tmp_path: Path, monkeypatch):
    async with a_rig() as rig:
        await queued(rig, door(rig, tmp_path))

        async def full(*_arguments) -> None:
            raise StoreError("The disk is full.")

        monkeypatch.setattr(rig.store, "save_many", full)
        await rig.account.use_key("key_other", remember=False)
        await rig.lane.resume()
        await rig.clock.advance(60)
        assert creates(rig) == 0


async def test_reason_of_a_task_of_another_key_is_stored_once_the_list_is_writable(tmp_path: Path, monkeypatch):
    async with a_rig() as rig:
        ids = await queued(rig, door(rig, tmp_path))

        async def full(*_arguments) -> None:
            raise StoreError("The disk is full.")

        with monkeypatch.context() as patched:
            patched.setattr(rig.store, "save_many", full)
            await rig.account.use_key("key_other", remember=False)
            await rig.lane.resume()
            await rig.clock.advance(10)
        await rig.clock.advance(600)
        assert await codes(rig, ids) == {HoldCode.OTHER_KEY}


async def test_undoing_a_release_to_another_key_asks_again(tmp_path: Path):
    async with a_rig() as rig:
        sending = door(rig, tmp_path)
        ids = await queued(rig, sending)
        await rig.account.use_key("key_of_another_studio", remember=False)
        await settle()
        stood = rig.queue_acts.stood(ids)
        await sending.send(sending.prepare_release([await rig.task(ids[0])]), {Ask.OTHER_KEY})
        await rig.queue_acts.put_back(stood)
        again = sending.prepare_release([await rig.task(ids[0])])
        assert again.asks == {Ask.OTHER_KEY}


async def test_undoing_a_release_leaves_a_denied_task_to_the_key_that_sent_it(tmp_path: Path):
    async with a_rig() as rig:
        sending = door(rig, tmp_path)
        ids = await queued(rig, sending)
        await rig.account.use_key("key_of_another_studio", remember=False)
        await settle()
        stood = rig.queue_acts.stood(ids)
        rig.runway.then("create", NotTaken("Runway did not take it."))
        await sending.send(sending.prepare_release([await rig.task(ids[0])]), {Ask.OTHER_KEY})
        await rig.lane.resume()
        await rig.clock.advance(5)
        assert (await rig.task(ids[0])).was_denied
        await rig.queue_acts.put_back(stood)
        task = await rig.task(ids[0])
        assert (task.hold.code, task.key) == (HoldCode.OTHER_KEY, fingerprint_of("key_of_another_studio"))
        made = creates(rig)
        for secret in ("key_test", "key_of_another_studio"):
            await rig.account.use_key(secret, remember=False)
            await rig.clock.advance(60)
        assert creates(rig) == made, "its release was undone"


async def test_full_model_continues_once_its_tasks_belong_to_another_key():
    async with Rig(loops=("lane", "poller"), runway=limited(concurrent=1)) as rig:
        rig.runway.give("key_other", "another organization")
        await rig.account.refresh()
        await rig.submit(request("0"))
        await rig.account.use_key("key_other", remember=False)
        await rig.account.refresh()
        [waiting] = await rig.submit(request("1"))
        assert await rig.state(waiting) is State.QUEUED
        await rig.clock.advance(300)
        assert await rig.state(waiting) is State.PENDING


@pytest.mark.parametrize("key", ["", "key_test"])
def test_task_belongs_to_the_key_it_was_queued_with_and_without_one_to_all(key: str):
    held = task(1, State.QUEUED, key=fingerprint_of(key))
    assert held.is_for(fingerprint_of("key_test"))
    assert held.is_for(Fingerprint("another")) is (key == "")


async def test_key_changed_right_before_a_sending_does_not_send_unasked(tmp_path: Path):
    async with a_rig() as rig:
        ids = await queued(rig, door(rig, tmp_path))
        gate = rig.runway.hold("organization")
        rig.runway.calls.clear()
        await rig.clock.advance(60)
        await rig.lane.resume()
        await settle()
        await rig.account.use_key("key_other", remember=False)
        gate.open()
        await rig.clock.advance(60)
        assert creates(rig) == 0
        assert await codes(rig, ids) == {HoldCode.OTHER_KEY}


async def test_slot_that_another_task_turns_out_to_occupy_is_not_given_away():
    async with Rig(loops=("lane",), runway=limited(concurrent=1)) as rig:
        await rig.account.refresh()
        await rig.clock.advance(60)
        gate = rig.runway.hold("organization")
        [waiting] = await rig.submit(request())
        await gate.arrived()
        await rig.ledger.add([task(1, State.RUNNING, remote_id=remote_id(7), request=request("seen again"))], [])
        gate.open()
        await rig.clock.advance(60)
        assert creates(rig) == 0
        assert await rig.state(waiting) is State.QUEUED
