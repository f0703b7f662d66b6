"""The first start after a restore sends nothing automatically, and lists pending decisions."""

from __future__ import annotations

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import TaskChanged
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import ITS_TURN, HoldCode, State, TaskId
from runway_desktop.services.settings import PAUSED
from runway_desktop.services.tasks import after_restore
from runway_desktop.services.tasks.after_restore import BEFORE, FRESH
from runway_desktop.usecases.words.holds import lane_words
from runway_desktop.values import replace
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fakes import MemoryStore

MADE_AT = 1_749_990_000.0


async def a_backup_restored() -> tuple[Rig, dict[str, TaskId]]:
    """A list of tasks as it was when the backup was made: one live, one being sent, two held."""
    async with Rig(loops=("lane",)) as before:
        [live] = await before.submit(request("live"))
        await before.lane.pause()
        held = await before.submit(request("held"), request("held too"))
        [sending] = await before.submit(request("sending"), send_now=False)
        task = await before.task(sending)
        await before.store.save(replace(task, state=State.SENDING, sent_at=before.clock.now(), hold=ITS_TURN))
        await before.lane.resume()
        before.settings.set(PAUSED, False)
        await before.settings.flush()
        await before.store.set_settings({FRESH: {"made_at": MADE_AT}})
    after = Rig(store=before.store, runway=before.runway, clock=before.clock)
    return after, {"live": live, "held": held[0], "held too": held[1], "sending": sending}


async def test_queued_tasks_are_not_sent_after_a_restore():
    rig, ids = await a_backup_restored()
    sent = len(rig.runway.named("create"))
    async with rig:
        await rig.clock.advance(600)
        assert len(rig.runway.named("create")) == sent
        assert lane_words(rig.lane.reason) == "Paused"
        assert (await rig.task(ids["held"])).hold.code is HoldCode.RESTORED


async def test_resuming_the_lane_releases_no_held_task():
    rig, ids = await a_backup_restored()
    sent = len(rig.runway.named("create"))
    async with rig:
        await rig.lane.resume()
        [fresh] = await rig.submit(request("made after the restore"))
        await rig.clock.advance(60)
        assert len(rig.runway.named("create")) == sent + 1
        assert (await rig.task(fresh)).state is not State.QUEUED
        assert (await rig.state(ids["held"])) is State.QUEUED


async def test_editing_a_restored_task_does_not_release_it():
    rig, ids = await a_backup_restored()
    async with rig:
        await rig.lane.resume()
        await sent.edit(rig, ids["held"], request("edited"))
        await rig.clock.advance(60)
        task = await rig.task(ids["held"])
        assert (task.state, task.hold.code, task.request.prompt) == (State.QUEUED, HoldCode.RESTORED, "edited")


async def test_person_releases_one_restored_task_and_the_others_stay():
    rig, ids = await a_backup_restored()
    async with rig:
        await sent.release(rig, ids["held"])
        await rig.lane.resume()
        await rig.clock.advance(5)
        assert (await rig.state(ids["held"])).is_live
        assert (await rig.state(ids["held too"])) is State.QUEUED


async def test_task_being_sent_when_backed_up_is_uncertain_after_the_restore():
    rig, ids = await a_backup_restored()
    async with rig:
        task = await rig.task(ids["sending"])
        assert task.state is State.UNCERTAIN
        assert task.evidence is not None
        assert task.evidence.cause == Reason(ReasonCode.BACKED_UP)


async def test_live_task_is_polled_after_a_restore():
    rig, ids = await a_backup_restored()
    async with rig:
        task = await rig.task(ids["live"])
        rig.runway.finish(task.remote_id, "https://x.example/a.mp4")
        await rig.clock.advance(60)
        assert await rig.state(ids["live"]) is State.SUCCEEDED


async def test_summary_of_a_restore_is_offered_until_it_was_told():
    rig, _ = await a_backup_restored()
    async with rig:
        found = after_restore.to_tell(rig.settings)
        assert found == after_restore.Restored(made_at=MADE_AT, held=2, uncertain=1, live=1)
        after_restore.told(rig.settings)
        assert after_restore.to_tell(rig.settings) is None


async def test_place_of_the_former_list_is_reported_though_the_first_start_was_killed():
    whole, _ = await a_backup_restored()
    await whole.store.set_settings({FRESH: {"made_at": MADE_AT, BEFORE: "/backups/before.zip"}})
    async with whole as rig:
        again = rig.kill()
    async with again:
        found = after_restore.to_tell(again.settings)
        assert found is not None
        assert found.before == "/backups/before.zip"


async def test_second_start_after_a_restore_does_not_hold_a_released_task_again():
    rig, ids = await a_backup_restored()
    async with rig:
        await sent.release(rig, ids["held"])
        assert (await rig.task(ids["held"])).hold == ITS_TURN
    again = Rig(store=rig.store, runway=rig.runway, clock=rig.clock, loops=())
    async with again:
        assert (await again.task(ids["held"])).hold == ITS_TURN
        assert not again.told(TaskChanged)


async def test_restore_follow_up_killed_at_any_write_is_repeated_at_the_next_start():
    for moment in range(5):
        whole, ids = await a_backup_restored()
        store = whole.store.copy()

        async def dies(store: MemoryStore = store, last: int = moment) -> None:
            if store.writes == last:
                raise StoreError("The program died.")

        store.before = dies
        died = False
        rig = Rig(store=store, runway=whole.runway, clock=whole.clock, loops=())
        await rig.settings.load()
        try:
            await after_restore.take_up(rig.ledger, rig.settings)
        except StoreError:
            died = True
        assert died is (moment < 4)
        store.before = None
        sent = len(whole.runway.named("create"))
        async with Rig(store=store, runway=whole.runway, clock=whole.clock) as again:
            await again.lane.resume()
            await again.clock.advance(60)
            assert len(whole.runway.named("create")) == sent
            assert (await again.task(ids["held"])).hold.code is HoldCode.RESTORED
            assert await again.state(ids["sending"]) is State.UNCERTAIN
