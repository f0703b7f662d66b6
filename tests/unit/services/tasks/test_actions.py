"""Cancel, delete, remove and delete file: four verbs, and no paid result is lost by one of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.domain.errors import Misrouted, NoReply, NotReached, NotThere, RequestRefused, StoreError
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.failures import WhyNot
from runway_desktop.domain.task import Hold, HoldCode, OutputState, State, TaskId
from runway_desktop.services.tasks.schedule import LEAST_GAP
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, idle, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import in_time, settle

REMOTE = remote_id(9)
NOT_KNOWN = NotThere("Runway did not find this.", status=404)
GATEWAY = Misrouted("A proxy or gateway answered instead of Runway.", status=404)


async def live(rig: Rig) -> TaskId:
    rig.runway.say(REMOTE, "RUNNING", progress=0.4)
    [task_id] = (await rig.adoption.adopt([REMOTE])).added
    return task_id


@asynccontextmanager
async def a_live_task() -> AsyncIterator[tuple[Rig, TaskId]]:
    async with idle() as rig:
        yield rig, await live(rig)


@asynccontextmanager
async def a_followed_task() -> AsyncIterator[tuple[Rig, TaskId]]:
    """A live one that Runway was asked for once."""
    async with Rig(loops=("poller",)) as rig:
        task_id = await live(rig)
        await rig.clock.advance(1)
        yield rig, task_id


async def succeeded(rig: Rig, path: Path | None = None) -> TaskId:
    task_id = await live(rig)
    rig.runway.finish(REMOTE, "https://x.example/a.mp4")
    await rig.ledger.answer(task_id, rig.runway.answers[REMOTE])
    if path is not None:
        [output] = await rig.store.outputs(task_id)
        await rig.store.save_output(replace(output, state=OutputState.SAVED, path=str(path)))
    return task_id


async def test_queued_task_is_canceled_without_contacting_runway():
    async with idle() as rig:
        [task_id] = await rig.submit(request())
        report = await rig.actions.cancel([task_id])
        assert report.done == [task_id]
        assert rig.runway.calls == []


async def test_running_task_is_polled_and_then_canceled():
    async with a_live_task() as (rig, task_id):
        report = await rig.actions.cancel([task_id])
        assert report.done == [task_id]
        assert [call.name for call in rig.runway.calls] == ["task", "delete"]
        assert await rig.state(task_id) is State.CANCELLED


async def test_just_finished_task_is_kept_instead_of_canceled():
    async with a_live_task() as (rig, task_id):
        rig.runway.finish(REMOTE, "https://x.example/a.mp4")
        report = await rig.actions.cancel([task_id])
        assert report.kept == [task_id]
        assert rig.runway.named("delete") == []
        assert await rig.state(task_id) is State.SUCCEEDED
        assert len(await rig.store.outputs(task_id)) == 1


async def test_result_that_arrives_during_a_cancel_is_kept():
    async with a_live_task() as (rig, task_id):
        gate = rig.runway.hold("delete")
        canceling = asyncio.create_task(rig.actions.cancel([task_id]))
        await gate.arrived()
        rig.runway.finish(REMOTE, "https://x.example/a.mp4")
        await rig.ledger.answer(task_id, rig.runway.answers[REMOTE])
        gate.open()
        assert (await canceling).kept == [task_id]
        task = await rig.task(task_id)
        assert (task.state, task.deleted_remotely) == (State.SUCCEEDED, True)
        assert len(await rig.store.outputs(task_id)) == 1


async def test_delete_follows_the_poll_answer_without_delay():
    """What is written to the database, waits for a turn, or lets others run makes the moment longer in which a result
    that has just finished is deleted."""
    async with a_live_task() as (rig, task_id):
        happened: list[str] = []
        save, ask, delete = rig.store.save, rig.runway.task, rig.runway.delete

        async def noted_save(*arguments, **more):
            happened.append("written")
            await save(*arguments, **more)

        async def noted_ask(remote):
            answer = await ask(remote)
            asyncio.get_running_loop().call_soon(happened.append, "others had a turn")
            happened.append("answered")
            return answer

        async def noted_delete(remote):
            happened.append("deleted")
            await delete(remote)

        rig.store.save = noted_save  # type: ignore[method-assign]
        rig.runway.task, rig.runway.delete = noted_ask, noted_delete  # type: ignore[method-assign]
        assert (await rig.actions.cancel([task_id])).done == [task_id]
        answered = happened.index("answered")
        assert happened[answered : answered + 2] == ["answered", "deleted"]
        assert "written" in happened[answered:], "what it was before it was canceled is kept"


@pytest.mark.parametrize(("status", "ran"), [("RUNNING", True), ("PENDING", False), ("THROTTLED", False)])
async def test_canceled_task_still_tells_whether_it_ran(status: str, ran: bool):
    async with idle() as rig:
        rig.runway.say(REMOTE, "PENDING")
        [task_id] = (await rig.adoption.adopt([REMOTE])).added
        rig.runway.say(REMOTE, status)
        await rig.actions.cancel([task_id])
        task = await rig.task(task_id)
        assert (task.state, task.running_since is not None) == (State.CANCELLED, ran)


async def test_canceled_task_of_unknown_cost_counts_its_possible_cost():
    async with Rig(loops=("lane",)) as rig:
        [task_id] = await rig.submit(request())
        await in_time(rig.clock, rig.actions.cancel([task_id]))
        task = await rig.task(task_id)
        assert (task.state, task.cost_credits, rig.budget.spent_today) == (State.CANCELLED, None, 25.0)


async def test_task_without_runways_estimate_counts_its_price_even_if_canceled():
    async with Rig(loops=("lane",)) as rig:
        await rig.pricing.learn(request(), 40.0)
        rig.runway.estimate = None
        [task_id] = await rig.submit(request())
        assert rig.budget.spent_today == 40.0
        await in_time(rig.clock, rig.actions.cancel([task_id]))
        assert (await rig.state(task_id), rig.budget.spent_today) == (State.CANCELLED, 40.0)


async def test_cancel_of_a_task_not_found_yet_is_sent_once_it_appears():
    async with a_live_task() as (rig, task_id):
        rig.runway.then("task", NOT_KNOWN, NOT_KNOWN, NOT_KNOWN)
        report = await in_time(rig.clock, rig.actions.cancel([task_id]), 3 * LEAST_GAP)
        assert report.done == [task_id]
        assert [call.name for call in rig.runway.calls] == [*["task"] * 4, "delete"]


@pytest.mark.parametrize("error", [NOT_KNOWN, GATEWAY])
async def test_cancel_of_a_task_not_found_for_a_minute_is_reported_and_stays_asked(error):
    async with a_live_task() as (rig, task_id):
        rig.runway.always("task", error)
        report = await in_time(rig.clock, rig.actions.cancel([task_id]), 60 + 2 * LEAST_GAP)
        assert report.failed == {task_id: WhyNot.NOT_FOUND_YET}
        assert 12 <= len(rig.runway.named("task")) <= 14
        task = await rig.task(task_id)
        assert (task.state, task.cancel_asked) == (State.PENDING, True)
        assert rig.runway.named("delete") == []


@pytest.mark.parametrize("error", [NOT_KNOWN, GATEWAY])
async def test_404_for_a_delete_cancels_nothing_and_the_delete_is_repeated(error):
    async with a_live_task() as (rig, task_id):
        rig.runway.then("delete", error)
        report = await in_time(rig.clock, rig.actions.cancel([task_id]))
        assert report.done == [task_id]
        assert [call.name for call in rig.runway.calls] == ["task", "delete", "task", "delete"]


async def test_task_that_appears_after_a_minute_is_canceled_then():
    async with a_followed_task() as (rig, task_id):
        known = rig.runway.answers[REMOTE]
        rig.runway.vanish(REMOTE)
        await in_time(rig.clock, rig.actions.cancel([task_id]), 60 + 3 * LEAST_GAP)
        assert (await rig.state(task_id)).is_live
        rig.runway.answers[REMOTE] = known
        await rig.clock.advance(40)
        assert await rig.state(task_id) is State.CANCELLED
        assert len(rig.runway.named("delete")) == 1


@pytest.mark.parametrize("error", [NOT_KNOWN, GATEWAY])
async def test_pending_cancel_survives_a_kill_and_is_sent_in_the_next_run(error):
    async with a_followed_task() as (rig, task_id):
        rig.runway.always("task", error)
        canceling = asyncio.create_task(rig.actions.cancel([task_id]))
        await rig.clock.advance(8)
        assert not canceling.done()
        next_run = rig.kill()
        rig.runway.always("task", ...)
        async with next_run:
            await next_run.clock.advance(40)
            assert await next_run.state(task_id) is State.CANCELLED
            assert len(next_run.runway.named("delete")) == 1


async def test_result_that_appears_with_the_task_is_kept_instead_of_deleted():
    async with a_followed_task() as (rig, task_id):
        rig.runway.vanish(REMOTE)
        await in_time(rig.clock, rig.actions.cancel([task_id]), 60 + 3 * LEAST_GAP)
        rig.runway.finish(REMOTE, "https://x.example/a.mp4")
        await rig.clock.advance(40)
        assert await rig.state(task_id) is State.SUCCEEDED
        assert rig.runway.named("delete") == []


async def test_task_surely_gone_at_runway_counts_as_canceled():
    async with a_followed_task() as (rig, task_id):
        rig.runway.vanish(REMOTE)
        await in_time(rig.clock, rig.actions.cancel([task_id]), 60 + 3 * LEAST_GAP)
        await rig.clock.advance(60)
        task = await rig.task(task_id)
        assert (task.state, task.cancel_asked) == (State.CANCELLED, True)


async def test_pending_cancels_delay_no_other_cancel():
    async with idle() as rig:
        remotes = [remote_id(100 + number) for number in range(12)]
        for remote in remotes:
            rig.runway.say(remote, "RUNNING")
        ids = (await rig.adoption.adopt(remotes)).added
        for remote in remotes[:-1]:
            rig.runway.vanish(remote)
        canceling = asyncio.create_task(rig.actions.cancel(ids))
        await rig.clock.advance(1)
        assert await rig.state(ids[-1]) is State.CANCELLED
        await rig.clock.advance(60 + 3 * LEAST_GAP)
        report = await canceling
        assert (report.done, set(report.failed)) == ([ids[-1]], set(ids[:-1]))


async def test_task_that_fails_during_a_cancel_is_not_reported_as_kept():
    async with a_live_task() as (rig, task_id):
        rig.runway.fail(REMOTE, "INTERNAL")
        report = await rig.actions.cancel([task_id])
        assert (report.done, report.kept, report.without_result) == ([], [], [task_id])


async def test_task_that_became_uncertain_during_its_cancel_is_followed_once_its_id_is_known():
    async with Rig() as rig:
        gate = rig.runway.hold("create")
        rig.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await rig.submit(request())
        canceling = asyncio.create_task(rig.actions.cancel([task_id]))
        await settle()
        gate.open()
        assert (await canceling).failed == {task_id: WhyNot.UNDECIDED}
        rig.runway.say(REMOTE, "RUNNING")
        await rig.adoption.settle_with(task_id, REMOTE)
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.RUNNING
        assert rig.runway.named("delete") == []


async def test_cancel_that_never_reached_runway_is_not_recorded_as_asked():
    async with a_live_task() as (rig, task_id):
        rig.runway.then("task", NotReached("There is no network."))
        report = await rig.actions.cancel([task_id])
        assert [str(why) for why in report.failed.values()] == ["There is no network."]
        assert not (await rig.task(task_id)).cancel_asked
        [line] = [line for line in await rig.store.ledger(task_id) if line.kind == "not cancelled"]
        assert line.detail == {"error": "not reached", "said": ""}


async def test_404_after_a_delete_with_a_lost_answer_counts_as_canceled():
    async with a_followed_task() as (rig, task_id):
        rig.runway.then("delete", NoReply("The connection was cut."))
        report = await in_time(rig.clock, rig.actions.cancel([task_id]))
        assert [str(why) for why in report.failed.values()] == ["The connection was cut."]
        rig.runway.vanish(REMOTE)
        await rig.clock.advance(120)
        assert await rig.state(task_id) is State.CANCELLED


async def test_delete_with_a_lost_answer_is_repeated_while_the_task_runs():
    async with a_followed_task() as (rig, task_id):
        rig.runway.then("delete", NoReply("The connection was cut."))
        await in_time(rig.clock, rig.actions.cancel([task_id]))
        assert (await rig.task(task_id)).is_canceling
        await rig.clock.advance(50)
        assert await rig.state(task_id) is State.CANCELLED
        assert len(rig.runway.named("delete")) == 2


async def test_delete_refused_by_runway_is_reported_and_not_repeated():
    async with a_followed_task() as (rig, task_id):
        rig.runway.always("delete", RequestRefused("This task cannot be canceled.", status=409))
        report = await in_time(rig.clock, rig.actions.cancel([task_id]))
        assert [str(why) for why in report.failed.values()] == ["This task cannot be canceled."]
        await rig.clock.advance(120)
        assert len(rig.runway.named("delete")) == 1
        assert not (await rig.task(task_id)).is_canceling


async def test_repeated_delete_that_runway_refuses_is_not_sent_again():
    async with a_followed_task() as (rig, task_id):
        rig.runway.then("delete", NoReply("The connection was cut."))
        rig.runway.always("delete", RequestRefused("This task cannot be canceled.", status=409))
        await in_time(rig.clock, rig.actions.cancel([task_id]))
        await rig.clock.advance(120)
        assert len(rig.runway.named("delete")) == 2
        assert not (await rig.task(task_id)).is_canceling


async def test_failed_write_of_a_finished_cancel_does_not_stop_polling():
    async with a_followed_task() as (rig, task_id):
        rig.runway.then("delete", NoReply("The connection was cut."))
        await in_time(rig.clock, rig.actions.cancel([task_id]))
        rig.store.trouble = StoreError("The disk is full.")
        await rig.clock.advance(60)
        rig.store.trouble = None
        await rig.clock.advance(240)
        assert await rig.state(task_id) is State.CANCELLED


async def test_404_of_a_gateway_does_not_count_as_deleted_at_runway(tmp_path: Path):
    async with idle() as rig:
        task_id = await succeeded(rig, tmp_path / "a.mp4")
        rig.runway.then("delete", GATEWAY)
        report = await rig.actions.delete_remotely([task_id])
        assert list(report.failed) == [task_id]
        assert not (await rig.task(task_id)).deleted_remotely


async def test_task_being_sent_is_canceled_once_it_has_its_id():
    async with Rig(loops=("lane",)) as rig:
        gate = rig.runway.hold("create")
        [task_id] = await rig.submit(request())
        canceling = asyncio.create_task(rig.actions.cancel([task_id]))
        await settle()
        assert not canceling.done()
        gate.open()
        assert (await canceling).done == [task_id]
        assert len(rig.runway.named("delete")) == 1


async def test_uncertain_task_cannot_be_canceled_and_says_why():
    async with Rig(loops=("lane",)) as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await rig.submit(request())
        report = await rig.actions.cancel([task_id])
        assert report.failed == {task_id: WhyNot.UNDECIDED}


async def test_each_of_many_canceled_tasks_gets_its_outcome():
    async with idle() as rig:
        held = await rig.submit(*(request(f"{n}") for n in range(20)))
        running = await live(rig)
        report = await rig.actions.cancel([*held, running, *held])
        assert set(report.done) == {*held, running}


async def test_unsaved_result_is_not_deleted_at_runway():
    async with idle() as rig:
        task_id = await succeeded(rig)
        report = await rig.actions.delete_remotely([task_id])
        assert report.failed == {task_id: WhyNot.RESULT_NOT_SAVED}
        assert rig.runway.named("delete") == []


async def test_saved_result_can_be_deleted_at_runway(tmp_path: Path):
    async with idle() as rig:
        task_id = await succeeded(rig, tmp_path / "a.mp4")
        report = await rig.actions.delete_remotely([task_id])
        assert report.done == [task_id]
        task = await rig.task(task_id)
        assert (task.state, task.deleted_remotely) == (State.SUCCEEDED, True)


async def test_running_task_is_not_deleted_by_delete_at_runway():
    async with a_live_task() as (rig, task_id):
        assert task_id in (await rig.actions.delete_remotely([task_id])).failed
        assert rig.runway.named("delete") == []


async def test_restored_rows_are_unchanged_but_queued_ones_wait_for_the_person():
    async with idle() as rig:
        ids = [*await rig.submit(request()), await live(rig)]
        before = [await rig.task(task_id) for task_id in ids]
        await rig.actions.remove(ids)
        assert all([(await rig.task(task_id)).removed_at for task_id in ids])
        await rig.actions.restore(ids)
        held, running = [await rig.task(task_id) for task_id in ids]
        assert running == before[1]
        assert held == replace(before[0], hold=Hold(HoldCode.WAITS_FOR_PERSON)), "nothing is sent by coming back"


async def test_removed_running_task_is_polled_until_it_succeeds():
    async with Rig(loops=("poller",)) as rig:
        task_id = await live(rig)
        await rig.actions.remove([task_id])
        rig.runway.finish(REMOTE, "https://x.example/a.mp4")
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.SUCCEEDED


async def test_deleted_files_go_to_the_trash_with_sidecars_and_the_row_stays(tmp_path: Path):
    clip, sidecar = tmp_path / "a.mp4", tmp_path / "a.mp4.json"
    clip.write_bytes(b"clip")
    sidecar.write_text("{}")
    async with idle() as rig:
        task_id = await succeeded(rig, clip)
        assert (await rig.trash.throw([task_id])).done == (task_id,)
        assert rig.bin.thrown == [clip, sidecar]
        [output] = await rig.store.outputs(task_id)
        assert (output.state, output.path) == (OutputState.SAVED, "")
        assert await rig.state(task_id) is State.SUCCEEDED
        assert rig.told(OutputChanged)[-1].output == output
        assert rig.runway.named("delete") == []


async def test_failed_trash_leaves_the_file_in_place(tmp_path: Path):
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"clip")
    async with idle() as rig:
        task_id = await succeeded(rig, clip)
        rig.bin.trouble = "There is no trash on this disk."
        assert (await rig.trash.throw([task_id])).failed == {task_id: "There is no trash on this disk."}
        [output] = await rig.store.outputs(task_id)
        assert output.path == str(clip)


async def test_title_is_one_line_and_a_blank_one_removes_it():
    async with idle() as rig:
        [task_id] = await rig.submit(request())
        assert (await rig.actions.rename(task_id, "  The\nfirst   take ")).title == "The first take"
        assert (await rig.actions.rename(task_id, " ")).title == ""


async def test_cancel_that_cannot_be_stored_raises_before_runway_is_contacted():
    async with a_live_task() as (rig, task_id):
        rig.store.trouble = StoreError("The disk is full.")
        outcome = await asyncio.gather(rig.actions.cancel([task_id]), return_exceptions=True)
        assert isinstance(outcome[0], StoreError)
        assert rig.runway.calls == []


async def test_restored_task_of_another_key_waits_for_the_person():
    async with Rig(loops=()) as rig:
        [one] = await rig.submit(request())
        await rig.ledger.change(one, lambda task: replace(task, hold=Hold(HoldCode.OTHER_KEY)), "key changed")
        await rig.actions.remove([one])
        await rig.actions.restore([one])
        assert (await rig.task(one)).hold == Hold(HoldCode.WAITS_FOR_PERSON)
