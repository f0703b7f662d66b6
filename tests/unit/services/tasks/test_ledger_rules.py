"""The ledger: what each change stores and signals, and which tasks count as being at Runway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.advance import Accepted, Answer, NoAnswer, NotFound, NotSent, Sending
from runway_desktop.domain.events import OutputChanged, TaskChanged, TasksAdded, TasksMoved
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Evidence,
    Hold,
    HoldCode,
    Input,
    Output,
    OutputState,
    Pick,
    RemoteId,
    State,
    Task,
    TaskId,
)
from runway_desktop.services.ports import Store
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, idle, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import settle

ONE, TWO, THREE = TaskId("one"), TaskId("two"), TaskId("three")
REMOTE = remote_id(1)
MINE, THEIRS = Fingerprint("mine"), Fingerprint("theirs")
PICTURE = Input(task_id=ONE, field_path=("promptImage",), uri="https://x.example/a.png", media=Media.IMAGE)
ROUND = Batch(id=BatchId("round"), name="Round 1", created_at=1.0)


def held(name: str = "one", model: str = "gen4.5", **more) -> Task:
    return Task(id=TaskId(name), request=request(model=model), created_at=1.0, **more)


def running(name: str = "one", number: int = 1, **more) -> Task:
    return held(
        name, **{"state": State.RUNNING, "remote_id": remote_id(number), "key": MINE, "running_since": 1.0, **more}
    )


def at_runway(name: str, number: int, **more) -> Task:
    return replace(running(name, number), running_since=None, **more)


def said(status: str, number: int = 1, **more) -> Answer:
    return Answer(remote_id=remote_id(number), status=status, **more)


def result(name: str = "one", index: int = 0, **more) -> Output:
    return Output(task_id=TaskId(name), index=index, url=f"https://x.example/{index}.mp4", url_fetched_at=5.0, **more)


@asynccontextmanager
async def one_held() -> AsyncIterator[Rig]:
    """With the task "one" in the queue."""
    async with idle() as rig:
        await rig.ledger.add([held()], [])
        yield rig


async def details(rig: Rig, task_id: TaskId = ONE) -> list[tuple[str, dict]]:
    return [(line.kind, dict(line.detail)) for line in await rig.store.ledger(task_id)]


async def times(rig: Rig, task_id: TaskId = ONE) -> list[float]:
    return [line.at for line in await rig.store.ledger(task_id)]


async def test_new_tasks_have_inputs_batch_and_a_ledger_line_of_origin():
    async with idle() as rig:
        adopted = running("two", adopted=True)
        await rig.ledger.add([held(batch_id=ROUND.id, parent_id=THREE), adopted], [PICTURE], ROUND)
        assert await rig.store.inputs(ONE) == [PICTURE]
        assert await rig.store.batch_names([ROUND.id]) == {ROUND.id: "Round 1"}
        assert await details(rig, ONE) == [("created", {"parent": THREE})]
        assert await details(rig, TWO) == [("adopted", {"remote_id": REMOTE})]
        assert await times(rig) == [rig.clock.now()]
        [told] = rig.told(TasksAdded)
        assert [task.id for task in told.tasks] == [ONE, TWO]
        assert {task.id for task in rig.ledger.open()} == {ONE, TWO}
        assert [task.id for task in rig.ledger.all_queued()] == [ONE]


async def test_adding_no_tasks_signals_nothing():
    async with idle() as rig:
        await rig.ledger.add([], [])
        await rig.ledger.take_in([], [])
        await rig.ledger.place({})
        assert await rig.ledger.change_many([], lambda task: task, "project") == []
        assert [event for event in rig.events if isinstance(event, TasksAdded | TasksMoved | TaskChanged)] == []


async def test_imported_task_brings_its_inputs_batch_and_origin():
    async with idle() as rig:
        done = running(state=State.SUCCEEDED, batch_id=ROUND.id, parent_id=TWO, ended_at=4.0)
        await rig.ledger.take_in([done], [], [PICTURE], ROUND, source="/old")
        assert await rig.store.inputs(ONE) == [PICTURE]
        assert await rig.store.batch_names([ROUND.id]) == {ROUND.id: "Round 1"}
        assert await details(rig) == [("imported", {"remote_id": REMOTE, "parent": TWO, "from": "/old"})]
        assert await times(rig) == [rig.clock.now()]


async def test_unknown_origin_of_an_imported_task_is_allowed():
    async with idle() as rig:
        await rig.ledger.take_in([running(state=State.FAILED)], [])
        assert await details(rig) == [("imported", {"remote_id": REMOTE, "from": ""})]


async def test_import_with_one_unfinished_task_is_refused_completely():
    async with idle() as rig:
        with pytest.raises(ValueError, match="ended"):
            await rig.ledger.take_in([running(state=State.FAILED), held("two")], [])
        assert await rig.store.get(ONE) is None


async def test_task_being_sent_at_exit_is_uncertain_with_the_reason_of_the_next_start():
    async with idle() as rig:
        await rig.ledger.add([held(), held("two"), running("three")], [])
        await rig.ledger.move(ONE, Sending())
        rig.kill()
    async with idle(store=rig.store) as rig:
        assert (await rig.task(ONE)).evidence == Evidence(cause=Reason(ReasonCode.PROGRAM_ENDED))
        assert {task.id: task.state for task in rig.ledger.open()} == {
            ONE: State.UNCERTAIN,
            TWO: State.QUEUED,
            THREE: State.RUNNING,
        }
        await rig.ledger.move(TWO, Sending())
        rig.kill()
    rig = idle(store=rig.store)
    await rig.ledger.load(sending=ReasonCode.BACKED_UP)
    assert (await rig.task(TWO)).evidence == Evidence(cause=Reason(ReasonCode.BACKED_UP))
    assert (await rig.task(ONE)).evidence == Evidence(cause=Reason(ReasonCode.PROGRAM_ENDED))


async def test_ledger_line_of_a_transition_keeps_additional_details():
    async with one_held() as rig:
        await rig.clock.advance(5)
        after = await rig.ledger.move(ONE, Sending(), by="the person")
        assert after == await rig.task(ONE) == rig.ledger.get_open(ONE)
        assert after.sent_at == rig.clock.now()
        assert (await details(rig))[-1] == ("sent", {"by": "the person"})
        assert (await times(rig))[-1] == rig.clock.now()
        [told] = rig.told(TaskChanged)
        assert (told.task, told.before) == (after, held())


async def test_results_of_a_success_are_stored_and_signaled():
    async with idle() as rig:
        await rig.ledger.add([running(), running("two", 2)], [])
        urls = ("https://x.example/1.mp4", "https://x.example/2.mp4")
        await rig.ledger.answer(ONE, said("RUNNING", progress=0.5, output=urls[:1]), MINE)
        assert await rig.store.outputs(ONE) == []
        await rig.ledger.answer(ONE, said("SUCCEEDED", output=urls), MINE)
        assert [output.url for output in await rig.store.outputs(ONE)] == list(urls)
        assert [event.output.url for event in rig.told(OutputChanged)] == list(urls)
        await rig.ledger.answer(TWO, said("RUNNING", 2, output=("https://x.example/early.mp4",)), MINE)
        assert await rig.store.outputs(TWO) == []


async def test_result_saved_while_its_task_was_thought_gone_is_unchanged():
    async with idle() as rig:
        saved = result(state=OutputState.SAVED, path="/a.mp4")
        await rig.ledger.take_in([running(state=State.GONE, ended_at=4.0)], [saved, result(index=1)])
        urls = tuple(f"https://x.example/new-{index}.mp4" for index in range(3))
        await rig.ledger.answer(ONE, said("SUCCEEDED", output=urls), MINE)
        assert [(output.index, output.path or output.url) for output in await rig.store.outputs(ONE)] == [
            (0, "/a.mp4"),
            (1, urls[1]),
            (2, urls[2]),
        ]
        assert [output.url_fetched_at for output in await rig.store.outputs(ONE)][1:] == [rig.clock.now()] * 2
        assert [event.output.index for event in rig.told(OutputChanged)] == [1, 2]


async def test_answer_belongs_to_the_key_that_asked():
    async with idle() as rig:
        await rig.ledger.add([running(key=THEIRS)], [])
        assert (await rig.ledger.answer(ONE, said("RUNNING"), MINE)).key == MINE
        assert (await rig.ledger.answer(ONE, said("RUNNING", progress=0.5))).key == MINE


async def test_answer_without_news_is_remembered_but_not_stored_or_signaled():
    async with idle() as rig:
        await rig.ledger.add([running()], [])
        await rig.clock.advance(5)
        after = await rig.ledger.answer(ONE, said("RUNNING"), MINE)
        assert after.asked_at == rig.clock.now()
        assert rig.ledger.get_open(ONE) == await rig.ledger.task(ONE) == after
        assert (await rig.store.get(ONE)).asked_at is None
        assert rig.told(TaskChanged) == []


async def test_transition_without_a_change_is_not_stored_or_signaled():
    async with idle() as rig:
        await rig.ledger.take_in([running(state=State.FAILED, asked_at=rig.clock.now())], [])
        await rig.ledger.move(ONE, NotFound(MINE), by="somebody")
        assert [kind for kind, _ in await details(rig)] == ["imported"]
        assert rig.told(TaskChanged) == []


async def test_edit_is_stored_with_its_ledger_word_and_inputs():
    async with one_held() as rig:
        await rig.clock.advance(5)
        after = await rig.ledger.change(
            ONE, lambda task: replace(task, title="Fog"), "edited", inputs=[PICTURE], by="the person"
        )
        assert after == await rig.task(ONE) == rig.ledger.get_open(ONE)
        assert after.title == "Fog"
        assert await rig.store.inputs(ONE) == [PICTURE]
        assert (await details(rig))[-1] == ("edited", {"by": "the person"})
        assert (await times(rig))[-1] == rig.clock.now()
        assert [(event.task.title, event.before.title) for event in rig.told(TaskChanged)] == [("Fog", "")]


async def test_edit_of_only_the_inputs_is_stored_and_an_empty_one_is_not():
    async with one_held() as rig:
        assert await rig.ledger.change(ONE, lambda task: task, "edited", inputs=[PICTURE]) == held()
        assert await rig.store.inputs(ONE) == [PICTURE]
        assert await rig.ledger.change(ONE, lambda task: task, "edited") == held()
        assert [kind for kind, _ in await details(rig)] == ["created", "edited"]
        assert rig.told(TaskChanged) == []


async def test_edit_of_many_tasks_signals_only_changed_ones():
    async with idle() as rig:
        await rig.ledger.add([held(), held("two", rating=4)], [])
        await rig.ledger.take_in([running("three", state=State.SUCCEEDED)], [])
        await rig.clock.advance(5)
        ids = [THREE, ONE, TWO, ONE, TaskId("nobody's")]
        changed = await rig.ledger.change_many(ids, lambda task: replace(task, rating=4), "rated")
        assert [task.id for task in changed] == [THREE, ONE]
        assert [(event.task.id, event.before.rating) for event in rig.told(TaskChanged)] == [(THREE, 0), (ONE, 0)]
        for task_id in (ONE, THREE):
            assert (await rig.task(task_id)).rating == 4
            assert (await details(rig, task_id))[-1] == ("rated", {})
            assert (await times(rig, task_id))[-1] == rig.clock.now()
        assert await details(rig, TWO) == [("created", {})]
        assert rig.ledger.get_open(ONE) == await rig.task(ONE)
        assert rig.ledger.get_open(THREE) is None


async def test_edit_of_many_tasks_without_a_change_writes_nothing():
    async with one_held() as rig:
        assert await rig.ledger.change_many([ONE], lambda task: replace(task, pick=Pick.NONE), "picked") == []
        assert [kind for kind, _ in await details(rig)] == ["created"]
        assert rig.told(TaskChanged) == []


async def test_only_queued_tasks_get_positions_and_only_changes_are_signaled():
    async with idle() as rig:
        await rig.ledger.add([held(position=1.0), held("two", position=2.0), running("three", position=3.0)], [])
        await rig.ledger.place({ONE: 9.0, TWO: 2.0, THREE: 1.0, TaskId("nobody's"): 5.0})
        assert [event.task_ids for event in rig.told(TasksMoved)] == [(ONE,)]
        assert [(await rig.task(task_id)).position for task_id in (ONE, TWO, THREE)] == [9.0, 2.0, 3.0]
        assert {task.position for task in rig.ledger.all_queued()} == {9.0, 2.0}
        await rig.ledger.place({ONE: 9.0})
        assert len(rig.told(TasksMoved)) == 1


async def test_change_of_many_tasks_waits_for_a_transition_of_one_of_them():
    async with idle() as rig:
        await rig.ledger.add([held(), held("two")], [])
        await asyncio.gather(
            rig.ledger.move(ONE, Sending()),
            rig.ledger.change_many([TWO, ONE], lambda task: replace(task, rating=4), "rated"),
            rig.ledger.change_many([ONE, TWO], lambda task: replace(task, title="Fog"), "named"),
            rig.ledger.place({TWO: 4.0, ONE: 5.0}),
        )
        first, second = await rig.task(ONE), await rig.task(TWO)
        assert (first.state, first.rating, first.title, first.position) == (State.SENDING, 4, "Fog", 0.0)
        assert (second.state, second.rating, second.title, second.position) == (State.QUEUED, 4, "Fog", 4.0)


class SlowDisk:
    """The same store; a write takes a turn of the loop."""

    def __init__(self, store: object) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def save(self, *arguments: Any) -> None:
        await asyncio.sleep(0)
        await self._store.save(*arguments)  # type: ignore[attr-defined]


async def test_simultaneous_transition_and_edit_are_both_kept():
    async with idle() as rig:
        ledger = Ledger(cast(Store, SlowDisk(rig.store)), rig.bus, rig.clock, Catalog.load().makes)
        await ledger.add([held(), held("two")], [])

        def named(task: Task) -> Task:
            return replace(task, title="Fog")

        await asyncio.gather(ledger.move(ONE, Sending()), ledger.change(ONE, named, "named"))
        await asyncio.gather(ledger.change(TWO, named, "named"), ledger.move(TWO, Sending()))
        for task_id in (ONE, TWO):
            task = await rig.task(task_id)
            assert (task.state, task.title) == (State.SENDING, "Fog")


async def test_only_sent_or_live_tasks_take_a_slot():
    async with idle() as rig:
        await rig.ledger.add([held(), held("two"), held("three", model="veo3.1")], [])
        assert (rig.ledger.at_runway("gen4.5"), rig.ledger.all_at_runway) == (0, 0)
        await rig.ledger.move(ONE, Sending())
        await rig.ledger.move(THREE, Sending())
        assert (rig.ledger.at_runway("gen4.5"), rig.ledger.at_runway("veo3.1"), rig.ledger.all_at_runway) == (1, 1, 2)
        await rig.ledger.move(TWO, Sending())
        assert rig.ledger.at_runway("gen4.5") == 2
        await rig.ledger.move(TWO, NotSent())
        await rig.ledger.move(ONE, Accepted(REMOTE))
        await rig.ledger.move(THREE, NoAnswer(Evidence()))
        assert (rig.ledger.at_runway("gen4.5"), rig.ledger.all_at_runway) == (1, 1), "an uncertain one takes none"
        await rig.ledger.move(ONE, NotFound(THEIRS))
        assert rig.ledger.at_runway("gen4.5") == 0, "another organization's takes none here"
        await rig.ledger.answer(ONE, said("RUNNING"), MINE)
        assert rig.ledger.at_runway("gen4.5") == 1
        await rig.ledger.answer(ONE, said("SUCCEEDED"), MINE)
        assert (rig.ledger.at_runway("gen4.5"), rig.ledger.all_at_runway) == (0, 0)
        assert {task.id for task in rig.ledger.open()} == {TWO, THREE}
        assert [task.id for task in rig.ledger.all_queued()] == [TWO]


async def test_queue_lists_waiting_tasks_in_order_after_every_change():
    async with idle() as rig:
        assert rig.ledger.queued() == ()
        await rig.ledger.add([held("one", position=2.0), held("two", position=1.0)], [])
        assert [task.id for task in rig.ledger.queued()] == [TWO, ONE]
        await rig.ledger.add([held("three", position=0.0)], [])
        assert [task.id for task in rig.ledger.queued()] == [THREE, TWO, ONE]
        await rig.ledger.place({THREE: 3.0})
        assert [task.id for task in rig.ledger.queued()] == [TWO, ONE, THREE]
        await rig.ledger.move(TWO, Sending())
        assert [task.id for task in rig.ledger.queued()] == [ONE, THREE]
        await rig.ledger.change(ONE, lambda task: replace(task, removed_at=5.0), "removed")
        assert [task.id for task in rig.ledger.queued()] == [THREE]
        await rig.ledger.move(TWO, NotSent())
        assert [task.id for task in rig.ledger.queued()] == [TWO, THREE]


async def test_finished_and_unfinished_tasks_are_found_by_id():
    async with one_held() as rig:
        done = running("two", state=State.FAILED)
        await rig.ledger.take_in([done], [])
        assert await rig.ledger.task(ONE) == held()
        assert await rig.ledger.task(TWO) == done
        assert await rig.ledger.task(THREE) is None
        assert rig.ledger.get_open(TWO) is None


async def test_known_remote_ids_and_tasks_sent_in_a_period_are_found():
    async with idle() as rig:
        sent = [running(name, number, sent_at=float(number)) for number, name in enumerate(("one", "two", "three"), 1)]
        await rig.ledger.add(sent, [])
        assert await rig.ledger.find_remote([REMOTE, RemoteId("another")]) == {REMOTE: ONE}
        assert [task.id for task in await rig.ledger.sent_between(2.0, 3.0)] == [TWO]
        assert [task.id for task in await rig.ledger.sent_between(1.0, 9.0)] == [ONE, TWO, THREE]


@pytest.mark.parametrize("ending", [Accepted(REMOTE), NoAnswer(Evidence()), NotSent()])
async def test_ledger_lines_tell_when_a_sending_was_answered_or_given_up(ending):
    async with one_held() as rig:
        await rig.ledger.move(ONE, Sending())
        assert await rig.ledger.answered_at(ONE) is None
        await rig.clock.advance(7)
        at = rig.clock.now()
        await rig.ledger.move(ONE, ending)
        await rig.clock.advance(7)
        await rig.ledger.change(ONE, lambda task: replace(task, title="Fog"), "titled")
        assert await rig.ledger.answered_at(ONE) == at


async def test_last_answer_of_a_task_sent_several_times_counts():
    async with one_held() as rig:
        for _ in range(2):
            await rig.ledger.move(ONE, Sending())
            await rig.clock.advance(7)
            at = rig.clock.now()
            await rig.ledger.move(
                ONE, NotSent(Hold(HoldCode.NOT_SENT, cause=Reason(ReasonCode.OTHER_ERROR, words="Too many requests.")))
            )
            assert await rig.ledger.answered_at(ONE) == at


async def test_ledger_lines_of_a_task_record_the_start_of_each_sending():
    async with one_held() as rig:
        created = rig.clock.now()
        await rig.clock.advance(7)
        first = rig.clock.now()
        await rig.ledger.move(ONE, Sending())
        await rig.clock.advance(7)
        await rig.ledger.move(ONE, NotSent())
        await rig.clock.advance(7)
        second = rig.clock.now()
        await rig.ledger.move(ONE, Sending())
        for known in (first, second, first + 0.001, second - 0.001):
            assert await rig.ledger.was_sent(ONE, known)
        for other in (created, first + 7, first + 1, second - 1, first + 0.02):
            assert not await rig.ledger.was_sent(ONE, other)
        assert not await rig.ledger.was_sent(TWO, first)


async def test_recovery_finds_only_tasks_ended_by_404s_since_then():
    async with idle() as rig:
        day = 86_400.0
        now = 100 * day
        gone = {"state": State.GONE, "ended_at": now, "created_at": now - 60}
        missed = [
            at_runway("gone", 1, **gone),
            at_runway("canceled by 404s", 2, **{**gone, "state": State.CANCELLED}, not_found_at=now - 99),
            at_runway("made six days before", 3, **{**gone, "created_at": now - 6 * day}),
            at_runway("gone at that moment", 4, **{**gone, "ended_at": now - 10}),
        ]
        others = [
            at_runway("canceled by a DELETE", 5, **{**gone, "state": State.CANCELLED}),
            at_runway("failed", 6, **{**gone, "state": State.FAILED}),
            at_runway("given up", 7, **gone, remote_id=None),
            at_runway("gone before", 8, **{**gone, "ended_at": now - 11}),
            at_runway("removed", 9, **gone, removed_at=now),
        ]
        await rig.ledger.take_in([*missed, *others], [])
        found = await rig.ledger.missed(now - 10)
        assert {task.id for task in found} == {task.id for task in missed}


async def test_settling_waits_for_every_started_write():
    async with idle() as rig:
        await rig.ledger.add([held(), held("two")], [])
        writing = [asyncio.create_task(rig.ledger.move(task_id, Sending())) for task_id in (ONE, TWO)]
        await asyncio.sleep(0)
        await rig.ledger.settle()
        assert [await rig.state(task_id) for task_id in (ONE, TWO)] == [State.SENDING, State.SENDING]
        await asyncio.gather(*writing)
        await settle()
