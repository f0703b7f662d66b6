"""A copied, synced or restored task list sends nothing automatically, and says why once."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from runway_desktop.domain.account import ModelLimits, fingerprint_of
from runway_desktop.domain.copies import IDENTITY, Identity, Verdict
from runway_desktop.domain.errors import NoReply, ServerTrouble
from runway_desktop.domain.task import Evidence, HoldCode, State
from runway_desktop.services.tasks import after_restore
from runway_desktop.usecases.words.holds import hold_words
from runway_desktop.values import replace
from tests.rigs import sent
from tests.rigs.copied_lists import MANY, Computer, a_computer, a_queue, assert_asks, assert_goes_on, reasons
from tests.rigs.engine_rig import request


async def test_copied_list_beside_the_original_waits_and_the_original_continues(tmp_path: Path):
    computer = await a_queue(tmp_path)
    twin = computer.copied("copy")
    await computer.asks(Verdict.COPIED, twin)
    await computer.goes_on()
    assert computer.sent_twice == []


async def test_list_restored_from_before_its_sending_waits(tmp_path: Path):
    computer = await a_queue(tmp_path)
    await computer.put_back_once_sent()
    await computer.asks(Verdict.PUT_BACK)
    assert computer.sent_twice == []


async def test_copy_made_during_the_sending_run_is_recognized_when_restored(tmp_path: Path):
    computer = await a_computer(tmp_path)
    async with computer.rig() as rig:
        await rig.lane.pause()
        await rig.submit(*(request(f"{number}") for number in range(MANY)))
        rig.settings.set("lane.paused", False)
        await rig.settings.flush()
        kept = computer.copied("kept")
        await rig.lane.resume()
        await rig.clock.advance(60)
        assert reasons(rig) == []
    computer.put_back(kept)
    await computer.asks(Verdict.PUT_BACK)
    assert computer.sent_twice == []


async def test_restored_list_is_recognized_even_if_nothing_was_sent_since_its_copy(tmp_path: Path):
    computer = await a_computer(tmp_path)
    [*_, dropped] = await computer.queue()
    kept = computer.copied("kept")
    async with computer.rig(loops=()) as rig:
        await rig.actions.cancel([dropped])
    computer.put_back(kept)
    await computer.asks(Verdict.PUT_BACK)


async def test_profile_synced_to_another_computer_waits_there(tmp_path: Path):
    computer = await a_queue(tmp_path)
    (tmp_path / "other").mkdir()
    other = Computer(tmp_path / "other")
    other.runway, other.machine = computer.runway, "another computer"
    shutil.rmtree(other.home)
    shutil.copytree(computer.home, other.home)
    other.lists[other.home] = computer.lists[computer.home].copy()
    await other.asks(Verdict.OTHER_MACHINE)
    await computer.goes_on()
    assert computer.sent_twice == []


async def test_two_copies_used_in_turn_send_nothing_twice_and_ask_once(tmp_path: Path):
    computer = await a_queue(tmp_path)
    one, other = computer.copied("one"), computer.copied("other")
    shutil.rmtree(computer.home)
    # The original is gone, so the first that is opened is taken for it.
    await computer.goes_on(one)
    async with computer.rig(other) as rig:
        await assert_asks(rig, Verdict.PUT_BACK)
        after_restore.told(rig.settings)
        await rig.settings.flush()
    for folder in (one, other, one, other):
        async with computer.rig(folder) as rig:
            assert after_restore.to_tell(rig.settings) is None
            await rig.lane.resume()
            await rig.submit(request(f"new in {folder.name} {rig.clock.now()}"))
            await rig.clock.advance(60)
            assert reasons(rig) in ([], [HoldCode.COPIED] * MANY)
    assert computer.sent_twice == []


async def test_state_before_a_restore_is_recognized_when_it_is_restored_itself(tmp_path: Path):
    computer = await a_computer(tmp_path)
    early = computer.copied("early")
    ids = await computer.queue()
    last = computer.copied("last")
    computer.put_back(last)
    await computer.goes_on()
    computer.put_back(last)
    await computer.asks(Verdict.PUT_BACK)
    newest = computer.copied("newest")
    computer.put_back(early)
    async with computer.rig() as rig:
        await rig.submit(request("on the old list"))
    computer.put_back(newest)
    async with computer.rig() as rig:
        # Its marker is as it was left: but another list has been in its place since.
        assert {(await rig.task(task_id)).hold.code for task_id in ids} == {HoldCode.COPIED}
        await rig.lane.resume()
        await rig.clock.advance(60)
    assert computer.sent_twice == []


async def test_opening_a_copy_while_the_original_is_open_stops_the_original(tmp_path: Path):
    computer = await a_computer(tmp_path)
    twin = computer.copied("copy")
    async with computer.rig() as first:
        # As if the original's drive had been pulled out of its place, while it goes on through open files.
        computer.renamed(computer.home, "away")
        [held] = await first.submit(request("from both"), send_now=False)
        async with computer.rig(twin) as second:
            await second.submit(request("from the twin"))
            made = len(computer.runway.named("create"))
            await sent.release(first, held)
            await computer.clock.advance(600)
            assert len(computer.runway.named("create")) == made
            task = first.ledger.get_open(held)
            assert task is not None
            assert (task.state, task.hold.code) == (State.QUEUED, HoldCode.NOT_SENT)
            assert hold_words(task.hold).startswith("A copy of this profile's folder is in use.")


async def test_restored_list_of_an_older_version_waits(tmp_path: Path):
    computer = Computer(tmp_path)
    await computer.used()
    await computer.queue()
    kept = computer.copied("kept")
    await computer.lists[kept].set_settings({IDENTITY: None})
    await computer.goes_on()
    computer.put_back(kept)
    await computer.asks(Verdict.PUT_BACK)


async def test_copy_waits_while_the_folder_of_its_original_is_unreadable(tmp_path: Path):
    computer = await a_queue(tmp_path)
    twin = computer.copied("copy")

    computer.locked = True
    await computer.asks(Verdict.COPIED, twin)


async def test_copy_with_deleted_state_folder_and_original_waits(tmp_path: Path):
    computer = await a_queue(tmp_path)
    twin = computer.copied("copy")
    shutil.rmtree(computer.home)
    shutil.rmtree(computer.state)
    await computer.asks(Verdict.UNKNOWN, twin)


async def test_list_without_queued_tasks_causes_no_question(tmp_path: Path):
    computer = await a_computer(tmp_path)
    twin = computer.copied("copy")
    async with computer.rig(twin) as rig:
        assert after_restore.to_tell(rig.settings) is None
        assert not rig.lane.paused
        await rig.submit(request("from the copy"))
        assert reasons(rig) == []
    [one, other] = (Identity.read(computer.lists[folder].setting(IDENTITY)) for folder in (computer.home, twin))
    assert one is not None
    assert other is not None
    assert one.id != other.id


async def test_task_queued_after_the_warning_is_sent(tmp_path: Path):
    computer = await a_queue(tmp_path)
    twin = computer.copied("copy")
    async with computer.rig(twin) as rig:
        await assert_asks(rig, Verdict.COPIED)
        await rig.submit(request("after"))
        await sent.release(rig, rig.ledger.all_queued()[0].id)
        await rig.clock.advance(60)
        assert reasons(rig) == [HoldCode.COPIED] * (MANY - 1)
        assert len(computer.runway.requests) == 1 + 2


async def test_task_removed_before_the_copy_is_held_when_the_copy_restores_it(tmp_path: Path):
    computer = await a_computer(tmp_path)
    ids = await computer.queue()
    async with computer.rig(loops=()) as rig:
        await rig.actions.remove(ids)
    twin = computer.copied("copy")
    async with computer.rig(twin) as rig:
        assert after_restore.to_tell(rig.settings) is None
        await rig.actions.restore(ids)
        await rig.clock.advance(60)
        assert reasons(rig) == [HoldCode.COPIED] * MANY


async def test_task_held_by_the_person_is_held_as_copied_in_a_copy(tmp_path: Path):
    computer = await a_computer(tmp_path)
    async with computer.rig() as rig:
        await rig.submit(request("for later"), send_now=False)
        assert reasons(rig) == [HoldCode.WAITS_FOR_PERSON]
    twin = computer.copied("copy")
    async with computer.rig(twin) as rig:
        assert reasons(rig) == [HoldCode.COPIED]


# Without a marker


async def put_back_without_marker(root: Path) -> Computer:
    """Queued, copied, all of it sent, put back; and what told how far the list was is gone."""
    computer = await a_queue(root)
    await computer.put_back_once_sent()
    shutil.rmtree(computer.state)
    return computer


async def test_restored_list_without_its_marker_waits_when_runway_made_more_than_it_knows(tmp_path: Path):
    computer = await put_back_without_marker(tmp_path)
    async with computer.rig() as rig:
        await assert_asks(rig, Verdict.NOT_COUNTED)
        after_restore.told(rig.settings)
        await rig.settings.flush()
    async with computer.rig() as rig:
        assert after_restore.to_tell(rig.settings) is None
        await rig.submit(request("new"))
        await rig.clock.advance(60)
        assert reasons(rig) == [HoldCode.COPIED] * MANY
    assert computer.sent_twice == []


async def test_restored_list_waits_where_no_marker_can_be_written(tmp_path: Path):
    computer = Computer(tmp_path)
    computer.state.write_text("not a folder")
    await computer.used()
    await computer.queue()
    await computer.put_back_once_sent()
    await computer.asks(Verdict.NOT_COUNTED)
    assert computer.sent_twice == []


async def test_restored_list_waits_where_the_marker_could_not_be_updated(tmp_path: Path):
    computer = await a_computer(tmp_path)
    computer.state.rename(tmp_path / "state kept")
    computer.state.write_text("not a folder")
    await computer.queue()
    await computer.put_back_once_sent()
    computer.state.unlink()
    (tmp_path / "state kept").rename(computer.state)
    await computer.asks(Verdict.NOT_COUNTED)
    assert computer.sent_twice == []


async def test_start_that_sends_nothing_leaves_the_count_comparison_to_the_next(tmp_path: Path):
    computer = await put_back_without_marker(tmp_path)
    async with computer.rig(loops=()):
        pass
    await computer.asks(Verdict.NOT_COUNTED)
    assert computer.sent_twice == []


async def test_list_without_a_marker_sends_nothing_until_runway_reports_counts(tmp_path: Path):
    computer = await a_queue(tmp_path)
    shutil.rmtree(computer.state)
    made = len(computer.runway.requests)
    computer.runway.always("organization", ServerTrouble("Runway has trouble."))
    async with computer.rig() as rig:
        await rig.clock.advance(1)
        assert len(computer.runway.requests) == made
        assert reasons(rig) == [HoldCode.ITS_TURN] * MANY
        computer.runway.always("organization", ...)
        await assert_goes_on(rig)


async def test_person_decides_when_marker_and_counts_are_missing(tmp_path: Path):
    computer = await a_queue(tmp_path)
    shutil.rmtree(computer.state)
    computer.runway.always("organization", ServerTrouble("Runway has trouble."))
    async with computer.rig() as rig:
        await rig.clock.advance(600)
        await assert_asks(rig, Verdict.NOT_COUNTED)
        await sent.release(rig, rig.ledger.all_queued()[0].id)
        await rig.clock.advance(60)
        assert reasons(rig) == [HoldCode.COPIED] * (MANY - 1)


async def test_model_with_matching_count_continues_and_tasks_older_than_the_counts_wait(tmp_path: Path):
    computer = await a_computer(tmp_path)
    async with computer.rig(loops=()) as rig:
        [old] = await rig.submit(request("queued long ago", model="gen4_turbo"))
    await computer.clock.advance(2 * 86_400)
    async with computer.rig(loops=()) as rig:
        [counted] = await rig.submit(request("made since", model="veo3.1"))
        [free] = await rig.submit(request("not made since"))
    limits = {model: ModelLimits(concurrent=5, daily=100) for model in ("gen4_turbo", "veo3.1", "gen4.5")}
    computer.runway.account = replace(computer.runway.account, limits=limits, daily_used={"veo3.1": 1})
    shutil.rmtree(computer.state)
    async with computer.rig() as rig:
        await rig.lane.resume()
        await rig.clock.advance(60)
        assert [(await rig.task(one)).hold.code for one in (old, counted)] == [HoldCode.COPIED] * 2
        assert await rig.state(free) is State.SUCCEEDED


async def test_uncertain_sending_explains_no_count(tmp_path: Path):
    computer = await a_computer(tmp_path)
    async with computer.rig() as rig:
        computer.runway.then("create", NoReply("The connection was cut."))
        await rig.submit(request("perhaps made"))
        await rig.clock.advance(120)
    async with computer.rig(loops=()) as rig:
        await rig.submit(request("queued"))
    await computer.put_back_once_sent()
    shutil.rmtree(computer.state)
    async with computer.rig() as rig:
        await rig.clock.advance(600)
        assert reasons(rig) == [HoldCode.COPIED]
    assert computer.sent_twice == []


async def test_sending_proved_by_counts_and_balance_explains_a_later_count(tmp_path: Path):
    computer = await a_computer(tmp_path)
    async with computer.rig(loops=()) as rig:
        [lost, _] = await rig.submit(request("made, without an answer"), request("queued"))
        evidence = Evidence(daily_before=1, daily_after=2, price=60.0)
        edit = partial(replace, state=State.UNCERTAIN, sent_at=rig.clock.now(), evidence=evidence)
        await rig.ledger.change(lost, edit, "no answer")
    computer.runway.count("gen4.5")
    shutil.rmtree(computer.state)
    await computer.goes_on()


async def test_sending_that_may_belong_to_another_day_explains_no_count(tmp_path: Path):
    computer = await a_computer(tmp_path)
    assert computer.runway.account.daily_used == {"gen4.5": 1}
    await computer.clock.advance(86_400 - 60 + 30)
    await computer.queue()
    shutil.rmtree(computer.state)
    async with computer.rig() as rig:
        await rig.clock.advance(60)
        await assert_asks(rig, Verdict.NOT_COUNTED)


async def test_counts_of_one_key_explain_nothing_queued_with_another(tmp_path: Path):
    computer = await a_computer(tmp_path)
    ids = await computer.queue()
    async with computer.rig(loops=()) as rig:
        await rig.ledger.change_many(ids, lambda task: replace(task, key=fingerprint_of("key_test")), "queued")
        await rig.lane.pause()
    shutil.rmtree(computer.state)
    computer.runway.account = replace(computer.runway.account, daily_used={}, limits={"gen4.5": ModelLimits()})
    async with computer.rig() as rig:
        await rig.account.use_key("key_other", remember=False)
        await rig.submit(request("new"))
        await rig.lane.resume()
        await rig.clock.advance(60)
        assert reasons(rig) == [HoldCode.COPIED] * MANY
