"""Submission of prepared requests: what is stored, and that nothing else is accepted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.catalog import Finding
from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.advance import NoAnswer, Sending
from runway_desktop.domain.caps import Cap, HeldBack, Limit
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import ITS_TURN, Batch, BatchId, Evidence, Hold, HoldCode, State, Task, TaskId
from runway_desktop.services.tasks.ledger import NoSuchTask
from runway_desktop.services.tasks.submission import (
    Ask,
    Edit,
    Intent,
    NewTask,
    NewTasks,
    Origin,
    Payer,
    Prepared,
    Release,
    SendAgain,
    Stamp,
    TaskSource,
)
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, idle, request, with_picture

PICTURE = ("promptImage",)


def prepared(stamp: Stamp, intent: Intent, *findings: tuple[Finding, ...], key: Fingerprint = NO_KEY) -> Prepared:
    return Prepared(
        stamp,
        intent,
        findings,
        PriceSum(),
        frozenset(),
        held_back=None,
        key=key,
        made_at=0.0,
        origin=Origin(TaskSource.SCRIPT),
    )


class Sender:
    """The one place that prepares what is sent."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.stamp = rig.submission.take_stamp()

    async def portions(self, intent: Intent, **more: Any) -> list[tuple[TaskId, ...]]:
        return [ids async for ids in self.rig.submission.carry_out(prepared(self.stamp, intent), **more)]

    async def add(self, *tasks: NewTask, **more: Any) -> list[Task]:
        [ids] = await self.portions(NewTasks(tasks=tasks, **more))
        return [await self.rig.task(task_id) for task_id in ids]

    async def inputs(self, task_id: TaskId) -> list[tuple[str, int, str]]:
        return [(Path(inp.path).name, inp.size, inp.sha256) for inp in await self.rig.store.inputs(task_id)]


@asynccontextmanager
async def a_sender() -> AsyncIterator[tuple[Rig, Sender]]:
    async with idle() as rig:
        yield rig, Sender(rig)


def new(prompt: str = "Fog", **more: Any) -> NewTask:
    return NewTask(request=request(prompt), **more)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(b"x" * 100)
    return path


def test_stamp_for_prepared_requests_is_given_out_once():
    rig = idle()
    assert isinstance(rig.submission.take_stamp(), Stamp)
    with pytest.raises(RuntimeError):
        rig.submission.take_stamp()


def test_prepared_request_has_everything_to_show_and_check():
    credits, asks, origin = PriceSum(amount=1, credits=25.0), frozenset({Ask.REPEAT}), Origin(TaskSource.SHEET, "row 1")
    held = HeldBack(limit=Limit(cap=Cap.DAY, limit=10.0))
    made = Prepared(
        Stamp(),
        NewTasks(tasks=(new(),)),
        ((),),
        credits,
        asks,
        held_back=held,
        kept=2,
        key=Fingerprint("mine"),
        made_at=5.0,
        origin=origin,
    )
    assert (made.sum, made.asks, made.held_back, made.key, made.made_at, made.origin) == (
        credits,
        asks,
        held,
        "mine",
        5.0,
        origin,
    )
    assert made.kept == 2
    assert made.is_valid
    assert not made.is_used


def test_defaults_of_a_prepared_request_hold_nothing_and_approve_no_payment():
    made = prepared(Stamp(), NewTasks(tasks=(new(),)))
    assert (made.kept, made.payer) == (0, Payer())


async def test_request_prepared_elsewhere_or_with_findings_is_refused():
    async with a_sender() as (rig, sender):
        wrong = Finding(("duration",), "It is too long.")
        for refused in (
            prepared(Stamp(), NewTasks(tasks=(new(),))),
            prepared(sender.stamp, NewTasks(tasks=(new(), new())), (), (wrong,)),
        ):
            with pytest.raises(RuntimeError):
                _ = [ids async for ids in rig.submission.carry_out(refused)]
        assert rig.ledger.open() == ()


async def test_prepared_request_is_submitted_once():
    async with idle() as rig:
        once = prepared(Sender(rig).stamp, NewTasks(tasks=(new(),)), ())
        _ = [ids async for ids in rig.submission.carry_out(once)]
        with pytest.raises(NotPossible):
            _ = [ids async for ids in rig.submission.carry_out(once)]
        assert len(rig.ledger.open()) == 1


async def test_new_task_has_all_submitted_values():
    async with a_sender() as (rig, sender):
        mine = new(id=TaskId("mine"), project="Aurora", shot="010", title="Dawn", parent_id=TaskId("parent"))
        [task] = await sender.add(mine)
        assert task == Task(
            id=TaskId("mine"),
            request=mine.request,
            created_at=rig.clock.now(),
            project="Aurora",
            shot="010",
            title="Dawn",
            parent_id=TaskId("parent"),
            position=1.0,
        )


async def test_new_task_stores_the_key_it_was_prepared_with():
    async with idle() as rig:
        mine = new()
        asking = prepared(Sender(rig).stamp, NewTasks(tasks=(mine,)), key=Fingerprint("mine"))
        assert [ids async for ids in rig.submission.carry_out(asking)] == [(mine.id,)]
        assert (await rig.task(mine.id)).key == "mine"


class AtMidnight:
    """A sheet that is sent in several presses, around a midnight of this computer."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.sender = rig, Sender(rig)
        day = local_time(rig.clock.now()) + timedelta(days=1)
        self.midnight = day.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()

    async def at(self, seconds: float) -> float:
        """Goes on to so many seconds after midnight, which it returns."""
        await self.rig.clock.advance(self.midnight + seconds - self.rig.clock.now())
        return self.rig.clock.now()

    async def made(self, *batches: BatchId | None, **more: Any) -> float:
        """When the tasks of one more press count as made."""
        [at] = {task.created_at for task in await self.sender.add(*(new(batch_id=one, **more) for one in batches))}
        return at


@pytest.mark.parametrize("later", [1.0, 59.5, 61.0, 3_661.25, 12 * 3_600.0])
async def test_additional_sheet_rows_have_the_time_of_the_first_of_the_day(later):
    async with idle() as rig:
        sheet = AtMidnight(rig)
        await sheet.at(-1.0)
        [first] = await sheet.sender.add(new(), batch_name="Fog")
        midnight = await sheet.at(0.0)
        assert await sheet.made(first.batch_id) == midnight, "what was sent yesterday stays there"
        await sheet.at(later)
        assert await sheet.made(first.batch_id, first.batch_id) == midnight
        await sheet.at(later + 1)
        assert await sheet.made(first.batch_id) == midnight


async def test_task_outside_of_a_sheet_is_dated_by_its_own_submission():
    async with idle() as rig:
        sheet = AtMidnight(rig)
        await sheet.at(60.0)
        [fog] = await sheet.sender.add(new(), batch_name="Fog")
        [rain] = await sheet.sender.add(new(), batch_name="Rain")
        now = await sheet.at(120.0)
        assert await sheet.made(None) == now
        assert await sheet.made(fog.batch_id, again_of=fog) == now, "a retry"
        assert await sheet.made(fog.batch_id, rain.batch_id) == now, "of two sheets"


async def test_clock_set_back_never_dates_a_row_in_the_future(monkeypatch):
    async with idle() as rig:
        sheet = AtMidnight(rig)
        await sheet.at(600.0)
        [first] = await sheet.sender.add(new(), batch_name="Fog")
        monkeypatch.setattr(rig.clock, "now", lambda: sheet.midnight + 300.0)
        assert await sheet.made(first.batch_id) == sheet.midnight + 300.0


async def test_several_or_named_tasks_form_a_batch_unless_they_have_one():
    async with a_sender() as (rig, sender):
        [alone] = await sender.add(new())
        [named] = await sender.add(new(), batch_name="Fog")
        two = await sender.add(new(), new())
        assert alone.batch_id is None
        assert two[0].batch_id == two[1].batch_id
        assert named.batch_id is not None
        assert two[0].batch_id is not None
        unnamed = Batch(id=two[0].batch_id, name="", created_at=rig.clock.now())
        assert await rig.store.batch_names([named.batch_id, unnamed.id]) == {
            named.batch_id: "Fog",
            unnamed.id: unnamed.title,
        }
        own = await sender.add(new(batch_id=named.batch_id), new(), batch_name="Ignored")
        assert [task.batch_id for task in own] == [named.batch_id, None]
        [single] = await sender.add(new(batch_id=named.batch_id))
        assert single.batch_id == named.batch_id


async def test_new_tasks_are_positioned_in_order_behind_all_others():
    async with a_sender() as (rig, sender):
        first = await sender.add(new(), new(), new())
        assert [task.position for task in first] == [1.0, 2.0, 3.0]
        await rig.ledger.place({first[0].id: 10.0})
        second = await sender.add(new(), new())
        assert [task.position for task in second] == [11.0, 12.0]
        for task in second:
            await rig.ledger.move(task.id, Sending())
        await rig.ledger.place({first[0].id: 1.0})
        assert [task.position for task in await sender.add(new())] == [13.0]


async def test_tasks_stored_in_portions_have_one_batch_and_time():
    async with a_sender() as (rig, sender):
        tasks = tuple(new(f"{number}", id=TaskId(f"{number}")) for number in range(5))
        asking = rig.submission.carry_out(
            prepared(sender.stamp, NewTasks(tasks=tasks, batch_name="Fog", steps=(2, 2, 1)))
        )
        portions = []
        async for ids in asking:
            portions.append(ids)
            assert len(rig.ledger.open()) == sum(len(portion) for portion in portions)
            await rig.clock.advance(1)
        assert portions == [("0", "1"), ("2", "3"), ("4",)]
        stored = [await rig.task(task.id) for task in tasks]
        assert [task.request.prompt for task in stored] == ["0", "1", "2", "3", "4"]
        assert [task.position for task in stored] == [1.0, 2.0, 3.0, 4.0, 5.0]
        assert {task.created_at for task in stored} == {rig.clock.now() - 3}
        [batch_id] = {task.batch_id for task in stored}
        assert batch_id is not None
        assert await rig.store.batch_names([batch_id]) == {batch_id: "Fog"}


async def test_files_moved_while_portions_are_stored_are_followed(picture, tmp_path):
    async with a_sender() as (rig, sender):
        old = tmp_path / "old.png"
        tasks = tuple(NewTask(request=with_picture(old.as_uri())) for _ in range(2))
        moved: dict[str, str] = {}
        asking = rig.submission.carry_out(
            prepared(sender.stamp, NewTasks(tasks=tasks, steps=(1, 1))), lambda: dict(moved)
        )
        async for _ in asking:
            moved[old.as_uri()] = picture.as_uri()
        assert [await sender.inputs(task.id) for task in tasks] == [[("old.png", 0, "")], [("a.png", 100, "")]]
        assert [(await rig.task(task.id)).request.values["promptImage"] for task in tasks] == [
            old.as_uri(),
            picture.as_uri(),
        ]


async def test_retry_takes_over_the_hashes_of_its_files_and_a_new_task_does_not(picture):
    async with a_sender() as (rig, sender):
        [old] = await sender.add(NewTask(request=with_picture(picture.as_uri())))
        [noted] = await rig.store.inputs(old.id)
        await rig.ledger.change(old.id, lambda task: task, "read", inputs=[replace(noted, sha256="digest")])
        link = with_picture("https://x.example/b.png")
        again = NewTask(request=old.request, again_of=old)
        another = NewTask(request=old.request)
        [first, second, third] = await sender.add(again, another, NewTask(request=link, again_of=old))
        assert await sender.inputs(first.id) == [("a.png", 100, "digest")]
        assert await sender.inputs(second.id) == [("a.png", 100, "")]
        assert [inp.uri for inp in await rig.store.inputs(third.id)] == ["https://x.example/b.png"]


async def test_uncertain_task_is_dismissed_for_its_replacement():
    async with a_sender() as (rig, sender):
        [old] = await sender.add(new())
        await rig.ledger.move(old.id, Sending())
        old = await rig.ledger.move(old.id, NoAnswer(Evidence()))
        again = new("Fog", parent_id=old.id)
        assert await sender.portions(SendAgain(old, again)) == [(again.id,)]
        assert (await rig.task(old.id)).let_go
        assert (await rig.task(again.id)).state is State.QUEUED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Hold(HoldCode.FILE_MISSING, file="a.png"), ITS_TURN),
        (Hold(HoldCode.RESTORED), Hold(HoldCode.RESTORED)),
        (ITS_TURN, ITS_TURN),
    ],
)
async def test_edited_task_is_queued_unless_it_waits_for_the_person(before, after, picture):
    async with a_sender() as (rig, sender):
        [task] = await sender.add(new())
        await rig.ledger.change(task.id, lambda known: replace(known, hold=before), "waits")
        wanted = with_picture(picture.as_uri())
        assert await sender.portions(Edit(task, wanted)) == [(task.id,)]
        assert await rig.task(task.id) == replace(task, request=wanted, hold=after)
        assert await sender.inputs(task.id) == [("a.png", 100, "")]
        assert (await rig.kinds(task.id))[-1] == "edited"


async def test_edit_of_a_task_being_sent_is_refused_with_advice():
    async with a_sender() as (rig, sender):
        [task] = await sender.add(new())
        await rig.ledger.move(task.id, Sending())
        with pytest.raises(NotPossible) as refused:
            await sender.portions(Edit(task, request("Rain")))
        assert refused.value.in_words() == "This task is already being sent. To send another, edit a copy of it."
        assert (await rig.task(task.id)).request == task.request


async def test_unknown_task_cannot_be_edited():
    async with idle() as rig:
        nobodys = Task(id=TaskId("nobody's"), request=request(), created_at=1.0)
        with pytest.raises(NoSuchTask, match="nobody's"):
            await Sender(rig).portions(Edit(nobodys, request("Rain")))


async def test_released_tasks_go_first():
    async with a_sender() as (rig, sender):
        first, second, third = await sender.add(new(), new(), new())
        second, third = [
            await rig.ledger.change(task.id, lambda known: replace(known, hold=Hold(HoldCode.COPIED)), "held")
            for task in (second, third)
        ]
        assert await sender.portions(Release((third, second))) == [(third.id, second.id)]
        order = sorted(rig.ledger.all_queued(), key=lambda task: task.position)
        assert [(task.id, task.hold) for task in order] == [
            (third.id, ITS_TURN),
            (second.id, ITS_TURN),
            (first.id, ITS_TURN),
        ]


async def test_located_file_is_stored_for_its_input_only_and_keeps_its_hash(picture, tmp_path):
    async with a_sender() as (rig, sender):
        [task] = await sender.add(NewTask(request=with_picture((tmp_path / "gone.png").as_uri())))
        missing = Hold(HoldCode.FILE_MISSING, file="gone.png")
        await rig.ledger.change(task.id, lambda known: replace(known, hold=missing), "waits")
        uri = picture.as_uri()
        await rig.submission.give_files(task.id, {PICTURE: uri, ("promptText",): uri}, {str(picture): "digest"})
        given = await rig.task(task.id)
        assert given == replace(
            task, request=replace(task.request, values={**task.request.values, "promptImage": uri}), hold=ITS_TURN
        )
        assert await sender.inputs(task.id) == [("a.png", 100, "digest")]


async def test_missing_file_is_noted_without_a_size_and_its_neighbors_with_one(picture, tmp_path):
    async with a_sender() as (rig, sender):
        gone = NewTask(request=with_picture((tmp_path / "0.png").as_uri()))
        here = NewTask(request=with_picture(picture.as_uri()))
        link = NewTask(request=with_picture("https://x.example/b.png"))
        tasks = await sender.add(gone, here, link)
        assert [await sender.inputs(task.id) for task in tasks] == [
            [("0.png", 0, "")],
            [("a.png", 100, "")],
            [("", 0, "")],
        ]
        inputs = [inp for task in tasks for inp in await rig.store.inputs(task.id)]
        assert [inp.task_id for inp in inputs] == [task.id for task in tasks]
