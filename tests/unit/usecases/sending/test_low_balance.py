"""What is ordered above the balance: sent as far as the likely prices fit, the rest waits for credits until the person
releases it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runway_desktop.domain.prices import PublishedPrice, Unit
from runway_desktop.domain.task import HoldCode, State, Task, TaskId
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, TaskSource
from runway_desktop.usecases.requests.order import kept_text
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import TaskSender
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, held_by, request
from tests.rigs.engines import engine_of

SCRIPT = Origin(TaskSource.SCRIPT)
PUBLISHED = PublishedPrice(model="gen4.5", unit=Unit.REQUEST, credits=25.0)
"""Published: Runway itself has never estimated such a request of this list."""


@asynccontextmanager
async def a_door(tmp_path: Path, balance: float, *loops: str) -> AsyncIterator[tuple[Rig, TaskSender]]:
    async with Rig(loops=loops, prices=(PUBLISHED,)) as rig:
        rig.runway.limit("gen4.5", concurrent=50)
        await read(rig, balance)
        await rig.clock.advance(1)
        yield rig, TaskSender(engine_of(rig, tmp_path / "library"))


async def read(rig: Rig, balance: float) -> None:
    rig.runway.account = replace(rig.runway.account, balance=balance)
    await rig.account.refresh()


def new(amount: int, word: str = "fox") -> list[NewTask]:
    return [NewTask(request=request(f"{word} {number}")) for number in range(amount)]


async def order(rig: Rig, sending: TaskSender, amount: int, word: str = "fox") -> list[Task]:
    prepared = sending.prepare(new(amount, word), SCRIPT)
    return [await rig.task(task_id) for task_id in await sending.send(prepared, prepared.asks)]


async def codes(rig: Rig, tasks: list[Task]) -> list[HoldCode]:
    return [(await rig.task(task.id)).hold.code for task in tasks]


async def test_request_above_the_balance_is_questioned_at_a_published_price_too(tmp_path: Path):
    async with a_door(tmp_path, 80.0) as (_, sending):
        prepared = sending.prepare(new(5), SCRIPT)
        assert prepared.asks == {Ask.LOW_BALANCE}
        question = question_for(prepared, None)
        assert question is not None
        assert (question.title, question.yes) == ("Send 3, keep 2?", "Send 3, keep 2")
        assert question.text.startswith("Together they cost about 125 credits. Balance too low: 80 left")
        kept = sending.kept(new(5))
        assert kept is not None
        assert kept_text(kept, 5) == "Send 3, keep 2"


async def test_tasks_beyond_the_balance_wait_for_credits_and_the_person(tmp_path: Path):
    async with a_door(tmp_path, 80.0, "lane", "account") as (rig, sending):
        tasks = await order(rig, sending, 5)
        await rig.clock.advance(1)
        assert await codes(rig, tasks[3:]) == [HoldCode.CREDITS] * 2
        assert [await rig.state(task.id) for task in tasks].count(State.QUEUED) == 2
        await read(rig, 1_000.0)
        await rig.clock.advance(30)
        assert await codes(rig, tasks[3:]) == [HoldCode.CREDITS] * 2
        assert [await rig.state(task.id) for task in tasks[3:]] == [State.QUEUED] * 2


async def test_release_sends_what_the_balance_now_covers_without_a_question(tmp_path: Path):
    async with a_door(tmp_path, 80.0) as (rig, sending):
        tasks = await order(rig, sending, 5)
        await read(rig, 1_000.0)
        prepared = sending.prepare_release(tasks[3:])
        assert prepared.asks == frozenset()
        await sending.send(prepared)
        assert await codes(rig, tasks) == [HoldCode.ITS_TURN] * 5


async def test_consent_to_send_when_affordable_waits_only_for_the_balance(tmp_path: Path):
    async with a_door(tmp_path, 80.0, "lane", "account") as (rig, sending):
        tasks = await order(rig, sending, 5)
        await rig.clock.advance(1)
        release = sending.prepare_release([await rig.task(task.id) for task in tasks[3:]])
        question = question_for(release, None)
        assert question is not None
        assert (question.title, question.yes) == (
            "Send 2 tasks when the balance allows?",
            "Send when the balance allows",
        )
        await sending.send(release, release.asks)
        await rig.clock.advance(1)
        assert await codes(rig, tasks[3:]) == [HoldCode.WHEN_CREDITS] * 2
        assert [await rig.state(task.id) for task in tasks[3:]] == [State.QUEUED] * 2
        await read(rig, 1_000.0)
        await rig.clock.advance(30)
        assert State.QUEUED not in [await rig.state(task.id) for task in tasks[3:]]


async def test_send_next_overrides_a_probably_too_high_price(tmp_path: Path):
    async with a_door(tmp_path, 5.0, "lane") as (rig, sending):
        [task] = await order(rig, sending, 1)
        release = sending.prepare_release([task])
        await sending.send(release, release.asks)
        await rig.clock.advance(1)
        assert await rig.state(task.id) is State.QUEUED
        await sending.send(sending.prepare_release([await rig.task(task.id)], is_next=True))
        await rig.clock.advance(1)
        assert await rig.state(task.id) is not State.QUEUED, "others may report a price that is too high"


async def test_queued_tasks_count_although_a_release_precedes_them(tmp_path: Path):
    async with a_door(tmp_path, 110.0) as (rig, sending):
        queued = await order(rig, sending, 3)
        [held] = await rig.submit(request("held"), send_now=False)
        fits = sending.prepare_release([await rig.task(held)], is_next=True)
        assert fits.asks == frozenset()
        await order(rig, sending, 1, "hen")
        prepared = sending.prepare_release([await rig.task(held)], is_next=True)
        assert prepared.unpaid == {held}
        await sending.send(prepared, prepared.asks)
        assert await codes(rig, queued) == [HoldCode.ITS_TURN] * 3
        assert (await rig.task(held)).hold.code is HoldCode.CREDITS


async def test_tasks_sent_and_ended_since_the_balance_reading_count_as_spent(tmp_path: Path):
    async with a_door(tmp_path, 255.0, "lane") as (rig, sending):
        tasks = await order(rig, sending, 2)
        await rig.clock.advance(1)
        for task in tasks:
            sent = await rig.task(task.id)
            assert sent.remote_id is not None
            rig.runway.finish(sent.remote_id, "https://out.example/1.mp4", cost=25)
            await rig.asking.ask_for(sent)
        assert not rig.ledger.open()
        kept = sending.kept(new(10))
        assert kept is not None
        assert kept.tasks == 2, "50 of 255 are spent"


async def test_request_over_cap_and_balance_counts_completely_against_the_balance(tmp_path: Path):
    async with a_door(tmp_path, 80.0) as (rig, sending):
        rig.settings.day_cap = 50.0
        prepared = sending.prepare(new(5), SCRIPT)
        assert (prepared.kept, len(prepared.unpaid)) == (3, 2)
        question = question_for(prepared, None)
        assert question is not None
        assert question.yes == "Send 2, queue 1, keep 2", "a cap lets go tomorrow, the balance never"
        tasks = await order(rig, sending, 5)
        assert await codes(rig, tasks) == [HoldCode.ITS_TURN] * 3 + [HoldCode.CREDITS] * 2


async def test_raised_cap_frees_what_the_balance_covers_and_holds_the_rest(tmp_path: Path):
    async with a_door(tmp_path, 80.0) as (rig, sending):
        rig.settings.day_cap = 10.0
        tasks = [(await order(rig, sending, 1, f"fox {number}"))[0] for number in range(5)]
        held = held_by(rig, tasks[0].id)
        assert held is not None
        assert rig.lane.caps.prices(held).amount == 3
        await rig.queue_acts.raise_cap(held)
        assert await codes(rig, tasks) == [HoldCode.ITS_TURN] * 3 + [HoldCode.CREDITS] * 2


async def test_edit_beyond_the_balance_waits_for_credits(tmp_path: Path):
    async with a_door(tmp_path, 80.0) as (rig, sending):
        [task] = await order(rig, sending, 1)
        await rig.pricing.learn(request("costly", duration=10), 600.0)
        prepared = await sending.prepare_edit(task.id, request("costly", duration=10), SCRIPT)
        assert prepared.asks == {Ask.LOW_BALANCE}
        await sending.send(prepared, prepared.asks)
        assert await codes(rig, [task]) == [HoldCode.CREDITS]


async def test_balance_that_falls_while_the_question_is_open_holds_more_tasks(tmp_path: Path):
    async with a_door(tmp_path, 80.0) as (rig, sending):
        prepared = sending.prepare(new(5), SCRIPT)
        await read(rig, 30.0)
        ids = await sending.send(prepared, prepared.asks)
        held = [(await rig.task(TaskId(task_id))).hold.code for task_id in ids]
        assert held.count(HoldCode.CREDITS) == 4
