"""Paid commands state their price, and consent covers only what was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Hold, HoldCode, Output, OutputState, State, Task, TaskId
from runway_desktop.services.money.pricing import Price
from runway_desktop.usecases.commands.commands import Commands
from runway_desktop.usecases.commands.ending import CANCEL, DELETE_REMOTELY, REMOVE
from runway_desktop.usecases.commands.queued import RELEASE, SEND_NEXT
from runway_desktop.usecases.commands.requests import EDIT_AND_SEND, NEW_SEED, RENAME, RETRY, SEND_AGAIN
from runway_desktop.usecases.commands.task_command import ComposerDraft, Given, Report, TaskCommand
from runway_desktop.usecases.sending.sending import MOMENT, NotAnswered, TaskSender
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, request
from tests.rigs.engines import engine_of
from tests.rigs.rows import saved, task

PRICE = 60.0
RESTORED = Hold(HoldCode.RESTORED)


class Till:
    """A face at which every sum above ten credits is asked about."""

    def __init__(self, rig: Rig, commands: Commands) -> None:
        self.rig, self.commands = rig, commands

    async def put(self, *tasks: Task, outputs: tuple[Output, ...] = ()) -> list[Row]:
        await self.rig.store.add(tasks, (), None, (), outputs)
        await self.rig.ledger.load()
        return list(await self.rig.store.rows([one.id for one in tasks]))

    def yes(self, command: TaskCommand, rows: list[Row]) -> Given:
        """The answer to the question of a command."""
        asked = self.commands.question(command, rows)
        assert asked is not None
        return Given(prepared=asked.prepared)

    @property
    def order(self) -> list[str]:
        return [row.task.id for row in self.commands.queued()]


@asynccontextmanager
async def a_till(tmp_path: Path) -> AsyncIterator[Till]:
    async with Rig(loops=()) as rig:
        engine = engine_of(rig, tmp_path / "library")
        rig.settings.confirm_above = 10.0
        await rig.pricing.learn(task(1).request, PRICE)
        yield Till(rig, Commands(engine, TaskSender(engine)))


async def test_price_of_a_command_is_that_of_all_its_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with a_till(tmp_path) as till:
        rows = await till.put(task(1, State.CANCELLED), task(2, State.CANCELLED), task(3, State.RUNNING))
        assert till.commands.price(RETRY, rows) == "120 credits"
        [done] = await till.put(task(4, State.SUCCEEDED))
        assert till.commands.price(NEW_SEED, [done]) == "60 credits"
        monkeypatch.setattr(till.rig.pricing, "price", lambda _: Price(PRICE, exact=False))
        assert till.commands.price(RETRY, rows) == "about 120 credits"


async def test_free_command_or_unknown_price_states_no_price(tmp_path: Path):
    async with a_till(tmp_path) as till:
        unknown = replace(task(2, State.CANCELLED), request=request(model="kling3.0_pro"))
        rows = await till.put(task(1, State.CANCELLED), unknown)
        assert till.commands.price(REMOVE, rows) == ""
        assert till.commands.price(RETRY, rows) == ""
        assert till.commands.price(RETRY, []) == ""


async def test_consent_covers_only_the_questioned_tasks_and_counts_once(tmp_path: Path):
    async with a_till(tmp_path) as till:
        first, second = await till.put(task(1, State.CANCELLED), task(2, State.CANCELLED))
        yes = till.yes(RETRY, [first])
        for others in ([second], [first, second]):
            with pytest.raises(NotAnswered):
                await till.commands.do(RETRY, others, yes)
        assert len((await till.commands.do(RETRY, [first], yes)).changed) == 1
        with pytest.raises(NotPossible, match="sent already"):
            await till.commands.do(RETRY, [first], yes)
        await till.rig.clock.advance(MOMENT)
        with pytest.raises(NotAnswered):
            await till.commands.do(RETRY, [first])
        assert len(till.order) == 1


@pytest.mark.parametrize(
    ("command", "state"),
    [(RETRY, State.CANCELLED), (SEND_AGAIN, State.UNCERTAIN), (RELEASE, State.QUEUED), (SEND_NEXT, State.QUEUED)],
)
async def test_asking_a_question_is_no_consent(tmp_path: Path, command: TaskCommand, state: State):
    async with a_till(tmp_path) as till:
        rows = await till.put(task(1, state, hold=RESTORED))
        assert till.commands.question(command, rows) is not None
        with pytest.raises(NotAnswered):
            await till.commands.do(command, rows)
        kept = await till.rig.task(TaskId("t1"))
        assert (kept.state, kept.hold, kept.let_go) == (state, RESTORED, False)
        assert till.order == (["t1"] if state is State.QUEUED else [])


async def test_consent_covers_only_the_questioned_command(tmp_path: Path):
    async with a_till(tmp_path) as till:
        rows = await till.put(task(1, State.QUEUED, hold=RESTORED))
        with pytest.raises(NotAnswered):
            await till.commands.do(SEND_NEXT, rows, till.yes(RELEASE, rows))
        assert (await till.rig.task(TaskId("t1"))).hold == RESTORED


async def test_command_that_would_send_nothing_asks_nothing(tmp_path: Path):
    async with a_till(tmp_path) as till:
        invalid = replace(task(2, State.CANCELLED), request=request(duration=600))
        for row in await till.put(invalid, task(3, State.RUNNING)):
            assert till.commands.question(RETRY, [row]) is None
            with pytest.raises(NotPossible):
                await till.commands.do(RETRY, [row])
        assert till.order == []


async def test_command_repeated_right_after_sending_does_not_ask_again(tmp_path: Path):
    async with a_till(tmp_path) as till:
        rows = await till.put(task(1, State.CANCELLED))
        await till.commands.do(RETRY, rows, till.yes(RETRY, rows))
        assert till.commands.question(RETRY, rows) is None
        assert (await till.commands.do(RETRY, rows)).changed == ()
        assert len(till.order) == 1


@pytest.mark.parametrize(("command", "order"), [(SEND_NEXT, ["t2", "t1"]), (RELEASE, ["t1", "t2"])])
async def test_task_goes_to_the_place_stated_by_its_command_after_consent(tmp_path: Path, command: TaskCommand, order):
    async with a_till(tmp_path) as till:
        rows = await till.put(task(1, State.QUEUED), task(2, State.QUEUED, hold=RESTORED))
        report = await till.commands.do(command, rows[1:], till.yes(command, rows[1:]))
        assert (report.changed, till.order) == (("t2",), order)


async def test_only_the_cancel_question_can_be_disabled(tmp_path: Path):
    async with a_till(tmp_path) as till:
        done = task(1, State.SUCCEEDED)
        rows = await till.put(done, task(2, State.RUNNING), outputs=(saved(done, state=OutputState.SAVED),))
        assert till.commands.question(CANCEL, rows[1:]) is not None
        till.rig.settings.ask_before_cancel = False
        assert till.commands.question(CANCEL, rows[1:]) is None
        assert till.commands.question(DELETE_REMOTELY, rows[:1]) is not None
        assert till.commands.question(RENAME, rows[:1]) is None


async def test_drafts_and_commands_without_undo_change_nothing(tmp_path: Path):
    async with a_till(tmp_path) as till:
        rows = await till.put(task(1, State.CANCELLED))
        report = await till.commands.do(EDIT_AND_SEND, rows)
        assert report == Report(draft=ComposerDraft(request=rows[0].task.request, parent=TaskId("t1")))
        assert await till.commands.undo(RETRY, [TaskId("t1")]) == Report()
        assert till.order == []


async def test_queue_is_in_sending_order_without_removed_tasks(tmp_path: Path):
    async with a_till(tmp_path) as till:
        await till.put(
            task(1, State.QUEUED, position=3.0),
            task(2, State.QUEUED, position=1.0),
            task(3, State.QUEUED, position=2.0, removed_at=1.0),
        )
        assert till.order == ["t2", "t1"]
