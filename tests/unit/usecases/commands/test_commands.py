"""Commands for tasks without a window: availability, reasons, questions, execution."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.domain.advance import Sending
from runway_desktop.domain.errors import NoReply, NotPossible
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import HoldCode, Output, OutputState, State, Task, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.usecases.commands import questions
from runway_desktop.usecases.commands.approval import APPROVE
from runway_desktop.usecases.commands.commands import Commands
from runway_desktop.usecases.commands.ending import CANCEL, DELETE_FILE, DELETE_REMOTELY, REMOVE
from runway_desktop.usecases.commands.handing_on import COPY_SUPPORT, USE_AS_INPUT
from runway_desktop.usecases.commands.queued import FIND_FILE, HOLD, MOVE_DOWN, MOVE_UP, PUT_BEFORE, RELEASE, SEND_NEXT
from runway_desktop.usecases.commands.requests import ADOPT_ID, RENAME, RETRY, SAME, SEND_AGAIN
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.commands.tasks import TASKS
from runway_desktop.usecases.words.states import Around, describe
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, with_picture
from tests.rigs.engines import Unasked, engine_of
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import settle
from tests.rigs.rows import saved, task


class Script:
    """A face without a window, as a script or an agent is one."""

    def __init__(self, rig: Rig, engine: Engine) -> None:
        self.rig = rig
        self.engine = engine
        self.commands = Commands(engine, Unasked(engine))

    async def rows(self, *numbers: int) -> list[Row]:
        return list(await self.rig.store.rows([TaskId(f"t{number}") for number in numbers]))

    async def put(self, *tasks: Task, outputs: Sequence[Output] = ()) -> list[Row]:
        await self.rig.store.add(tasks, (), None, ())
        for output in outputs:
            await self.rig.store.save_output(output)
        await self.rig.ledger.load()
        return list(await self.rig.store.rows([one.id for one in tasks]))

    async def state(self, number: int) -> State:
        return await self.rig.state(TaskId(f"t{number}"))


@asynccontextmanager
async def a_script(folder: Path, loops: tuple[str, ...] = ()) -> AsyncIterator[Script]:
    rig = Rig(loops=loops)
    engine = engine_of(rig, folder / "library")
    async with rig:
        yield Script(rig, engine)


def test_only_commands_that_open_a_menu_are_run_by_the_interface():
    assert {command for command in TASKS if command.does is None} == {USE_AS_INPUT}


def test_only_paid_commands_are_prepared_first():
    assert {command for command in TASKS if command.prepares} == {command for command in TASKS if command.pays}


def test_only_commands_that_send_pay():
    assert {command for command in TASKS if command.pays} == {APPROVE, RELEASE, RETRY, SAME, SEND_AGAIN, SEND_NEXT}


async def test_canceling_asks_first_and_reports_canceled_and_kept_tasks(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, State.RUNNING), task(2, State.RUNNING), task(3, State.QUEUED))
        script.rig.runway.say(remote_id(1), "RUNNING")
        script.rig.runway.finish(remote_id(2), "https://out.example/2.mp4")
        assert CANCEL.text(rows) == "Cancel 2 on Runway…"
        asked = script.commands.question(CANCEL, rows)
        assert asked is not None
        assert asked.yes == "Cancel 2 tasks"
        report = await script.commands.do(CANCEL, rows)
        assert (report.changed, report.problems) == (("t1",), ())
        assert str(report.said) == (
            "1 task canceled: running, so no refund. 1 task had already finished. Its result is kept."
        )
        assert await script.state(3) is State.QUEUED
        [canceled] = await script.rows(1)
        shown = describe(canceled, Around())
        assert (shown.headline, shown.detail) == ("Canceled", "running, so no refund")


async def test_pending_cancel_is_reported_with_the_programs_next_step(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, State.RUNNING), task(2, State.RUNNING))
        script.rig.runway.say(remote_id(1), "RUNNING")
        script.rig.runway.say(remote_id(2), "RUNNING")
        script.rig.runway.then("delete", NoReply("The connection was cut."))
        report = await script.commands.do(CANCEL, rows)
        assert len(report.changed) == 1
        assert report.problems == ("The connection was cut. Retrying automatically.",)


async def test_task_that_fails_during_its_cancel_is_not_reported_as_kept(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, State.RUNNING), task(2, State.RUNNING))
        script.rig.runway.fail(remote_id(1), "INTERNAL")
        script.rig.runway.finish(remote_id(2), "https://out.example/2.mp4")
        report = await script.commands.do(CANCEL, rows)
        assert (report.changed, report.problems) == ((), ())
        assert str(report.said) == ("1 task had already finished. Its result is kept. 1 task had already failed.")


@pytest.mark.parametrize(
    ("states", "money"),
    [
        ([State.RUNNING], "It is running, so Runway doesn't refund it."),
        ([State.RUNNING, State.RUNNING], "They are running, so Runway doesn't refund them."),
        ([State.PENDING], "A refund isn't guaranteed, and Runway doesn't refund running tasks."),
        ([State.THROTTLED, State.OTHER], "A refund isn't guaranteed, and Runway doesn't refund running tasks."),
        (
            [State.PENDING, State.RUNNING],
            "1 is running, so Runway doesn't refund it. A refund isn't guaranteed for the others.",
        ),
    ],
)
def test_cancel_question_states_possible_cost_and_loss(states, money):
    asked = questions.canceling([Row(task=task(number, state)) for number, state in enumerate(states)])
    assert asked.text == (
        f"{money} Tasks that finish first are kept and saved; one that finishes at this very moment may be lost."
    )


@pytest.mark.parametrize("amount", [1, 3])
def test_delete_at_runway_question_says_that_nothing_is_refunded(amount):
    asked = questions.deleting_remotely([Row(task=task(number, State.SUCCEEDED)) for number in range(amount)])
    assert "can't be fetched again, and nothing is refunded." in asked.text


async def test_disabled_cancel_question_is_not_asked(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, State.RUNNING))
        script.engine.settings.ask_before_cancel = False
        assert script.commands.question(CANCEL, rows) is None


async def test_retry_makes_linked_tasks_once_and_shows_them(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, State.CANCELLED), task(2, State.SUCCEEDED))
        report = await script.commands.do(RETRY, rows)
        [made] = report.show
        assert (await script.rig.task(made)).parent_id == "t1"
        again = await script.commands.do(RETRY, rows)
        assert again.changed == ()
        assert str(again.said) == "Just sent again. To send another, choose “Retry” once more."


@pytest.mark.parametrize(
    ("command", "state"), [(RETRY, State.CANCELLED), (SAME, State.SUCCEEDED), (SEND_AGAIN, State.UNCERTAIN)]
)
async def test_every_repeated_payment_asks_about_its_price(command, state, tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, state))
        await script.engine.pricing.learn(rows[0].task.request, 60)
        script.engine.settings.confirm_above = 10
        asked = script.commands.question(command, rows)
        assert asked is not None
        assert asked.title == "Send 1 task for 60 credits?"


async def test_uncertain_task_is_sent_again_or_resolved_by_its_id(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, State.UNCERTAIN), task(2, State.UNCERTAIN))
        with pytest.raises(NotPossible):
            await script.commands.do(SEND_AGAIN, rows[:1])
        assert await script.state(1) is State.UNCERTAIN, "nobody was asked"
        asked = script.commands.question(SEND_AGAIN, rows[:1])
        assert asked is not None
        with pytest.raises(NotPossible):
            await script.commands.do(SEND_AGAIN, rows[:1])
        assert await script.state(1) is State.UNCERTAIN, "a question is no answer"
        report = await script.commands.do(SEND_AGAIN, rows[:1], Given(prepared=asked.prepared))
        assert (await script.rig.task(report.show[0])).parent_id == "t1"
        prompt = script.commands.prompt(ADOPT_ID, rows[1:])
        assert prompt is not None
        assert prompt.problem("no id")
        assert not prompt.problem(remote_id(7))
        await script.commands.do(ADOPT_ID, rows[1:], Given(text=remote_id(7)))
        assert (await script.rig.task(TaskId("t2"))).remote_id == remote_id(7)


async def test_removed_task_comes_back_by_undo(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, State.FAILED), task(2, State.RUNNING))
        report = await script.commands.do(REMOVE, rows)
        assert str(report.said) == "1 task removed. Files stay."
        assert (await script.rig.task(TaskId("t1"))).removed_at is not None
        back = await script.commands.undo(REMOVE, report.undo)
        assert back.show == ("t1",)
        assert (await script.rig.task(TaskId("t1"))).removed_at is None


async def test_deleted_file_comes_back_by_undo(tmp_path):
    async with a_script(tmp_path) as script:
        clip, one = tmp_path / "clip.mp4", task(1, State.SUCCEEDED)
        clip.write_bytes(b"clip")
        rows = await script.put(one, outputs=[saved(one, str(clip))])
        report = await script.commands.do(DELETE_FILE, rows)
        assert (str(report.said), report.undo) == ("1 file moved to the trash.", ("t1",))
        assert not clip.exists()
        back = await script.commands.undo(DELETE_FILE, report.undo)
        assert str(back.said) == "1 file put back from the trash."
        assert clip.exists()


async def test_task_is_renamed(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1))
        await script.commands.do(RENAME, rows, Given(text="Opening shot"))
        assert (await script.rig.task(TaskId("t1"))).title == "Opening shot"


async def test_deletion_at_runway_says_why_some_results_cannot_be_deleted(tmp_path):
    async with a_script(tmp_path) as script:
        first, second = task(1, State.SUCCEEDED), task(2, State.SUCCEEDED)
        rows = await script.put(
            first, second, outputs=[saved(first, "/library/1.mp4"), saved(second, "", state=OutputState.FAILED)]
        )
        report = await script.commands.do(DELETE_REMOTELY, rows)
        assert report.changed == ("t1",)
        assert report.problems == ("A result of this task isn't saved yet.",)


async def test_missing_input_is_requested_checked_and_stored(tmp_path):
    async with a_script(tmp_path, loops=("lane",)) as script:
        rig, old = script.rig, tmp_path / "still.png"
        old.write_bytes(b"a picture")
        await script.engine.lane.pause()
        [task_id] = await sent.submit(rig, [with_picture(old.as_uri())])
        await rig.missing_inputs.note()
        old.unlink()
        await script.engine.lane.resume()
        await settle()
        assert (await rig.task(task_id)).hold.code is HoldCode.FILE_MISSING
        rows = list(await rig.store.rows([task_id]))
        report = await script.commands.do(FIND_FILE, rows)
        assert report.wants is not None
        assert report.wants.path == old
        other, found = tmp_path / "other.png", tmp_path / "moved.png"
        other.write_bytes(b"another picture")
        found.write_bytes(b"a picture")
        report = await script.commands.do(FIND_FILE, rows, Given(path=other))
        assert report.asks is not None
        assert report.asks.title == "other.png is a different file. Use it anyway?"
        report = await script.commands.do(FIND_FILE, rows, Given(path=found))
        assert (report.changed, str(report.said)) == ((task_id,), "Found 1 file for 1 task.")


async def test_support_details_omit_the_prompt(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, State.RUNNING, prompt="My secret idea"))
        report = await script.commands.do(COPY_SUPPORT, rows)
        assert remote_id(1) in report.text
        assert "secret idea" not in report.text
        told = await script.commands.do(COPY_SUPPORT, rows, Given(with_prompt=True))
        assert "secret idea" in told.text


async def test_support_details_contain_no_key_in_use_and_no_local_path(tmp_path):
    async with a_script(tmp_path) as script:
        engine = script.engine
        engine.secrecy.add("a-key-of/another+form")
        library = engine.settings.library
        words = f"refused a-key-of/another+form, a-key-of%2Fanother%2Bform in {library / 'Aurora' / 'fox.mp4'}"
        rows = await script.put(task(1, State.FAILED, failure=Failure(code="INTERNAL", words=words)))
        report = await script.commands.do(COPY_SUPPORT, rows)
        assert "Runway's words: refused key_…, key_… in <results folder>" in report.text
        assert str(tmp_path) not in report.text


async def test_impossible_command_is_refused_with_its_reason(tmp_path):
    async with a_script(tmp_path) as script:
        rows = await script.put(task(1, State.RUNNING))
        assert REMOVE.reason(rows) == "Still running. Cancel it before removing."
        with pytest.raises(NotPossible, match="Still running"):
            await script.commands.do(REMOVE, rows)
        for command in (command for command in TASKS if not command.takes_none):
            with pytest.raises(NotPossible, match="Select a task"):
                await script.commands.do(command, [])
        assert (await script.rig.task(TaskId("t1"))).removed_at is None


def order(script: Script) -> list[str]:
    return [row.task.id for row in script.commands.queued()]


@pytest.mark.parametrize(
    ("command", "chosen", "given", "there"),
    [
        (MOVE_UP, 3, Given(), ["t1", "t3", "t2"]),
        (MOVE_DOWN, 1, Given(), ["t2", "t1", "t3"]),
        (SEND_NEXT, 3, Given(), ["t3", "t1", "t2"]),
        (PUT_BEFORE, 3, Given(before=TaskId("t1")), ["t3", "t1", "t2"]),
        (PUT_BEFORE, 1, Given(), ["t2", "t3", "t1"]),
    ],
)
async def test_move_in_the_queue_is_undone_in_one_step(tmp_path, command, chosen, given, there):
    async with a_script(tmp_path) as script:
        await script.put(*(task(n, State.QUEUED, position=float(n)) for n in (1, 2, 3)))
        report = await script.commands.do(command, await script.rows(chosen), given)
        assert order(script) == there
        await script.commands.undo(command, report.stood)
        assert order(script) == ["t1", "t2", "t3"]


async def test_hold_has_no_undo_and_undoing_a_release_holds_again(tmp_path):
    async with a_script(tmp_path) as script:
        await script.put(task(1, State.QUEUED), task(2, State.QUEUED))
        await script.rig.pricing.learn(task(1, State.QUEUED).request, 25.0)
        held = await script.commands.do(HOLD, script.commands.queued())
        assert (str(held.said), held.undo, held.stood) == ("Held 2 tasks.", (), None)
        assert script.commands.text(RELEASE, script.commands.queued()) == "Release 2 · 50 credits"
        released = await script.commands.do(RELEASE, script.commands.queued())
        assert (str(released.said), released.stood.positions) == ("2 tasks released.", {})
        await script.commands.undo(RELEASE, released.stood)
        assert all(row.task.waits_for_person for row in script.commands.queued())


async def test_holding_the_whole_queue_holds_a_task_being_sent_should_it_come_back(tmp_path):
    async with a_script(tmp_path) as script:
        await script.put(*(task(n, State.QUEUED, position=float(n)) for n in (1, 2, 3)))
        await script.rig.ledger.move(TaskId("t1"), Sending())
        [first, _] = script.commands.queued()
        await script.commands.do(HOLD, [first])
        assert not (await script.rig.task(TaskId("t1"))).waits_for_person, "more than that one is queued"
        report = await script.commands.do(HOLD, script.commands.queued())
        assert str(report.said) == "Held 1 task."
        assert (await script.rig.task(TaskId("t1"))).waits_for_person


async def test_task_removed_from_the_queue_is_not_sent_and_comes_back_held(tmp_path):
    async with a_script(tmp_path, loops=("lane",)) as script:
        await script.rig.lane.pause()
        rows = await script.put(task(1, State.QUEUED))
        report = await script.commands.do(REMOVE, rows)
        assert str(report.said) == "1 task removed from the queue. Nothing is charged."
        await script.rig.lane.resume()
        await settle()
        await script.commands.undo(REMOVE, report.undo)
        await settle()
        assert script.rig.runway.named("create") == []
        assert [row.task.waits_for_person for row in script.commands.queued()] == [True]
