"""A 404 counts for the key of its request: another organization's ends no task, its own must be repeated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

from runway_desktop.domain.account import NO_KEY, Link
from runway_desktop.domain.errors import KeyRefused, NoReply, NotThere
from runway_desktop.domain.task import State, TaskId
from runway_desktop.usecases.words.failures import why_not_words
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import in_time, settle
from tests.rigs.notices import notices
from tests.unit.services.tasks.polled import Times, adopt

MINE, MINE_TOO, THEIRS = "key_mine", "key_mine_too", "key_theirs"
HOUR = 3_600.0
NOWHERE = NotThere("Runway knows no such task.", detail="HTTP 404", status=404)


def two_organizations(*loops: str, **more) -> Rig:
    rig = Rig(loops=loops or ("lane", "poller"), secret=MINE, **more)
    rig.runway.give(THEIRS, "theirs")
    return rig


async def use(rig: Rig, secret: str) -> None:
    await rig.account.use_key(secret, remember=False)
    await settle()


async def sent(rig: Rig, *names: str) -> list[TaskId]:
    """Tasks that were sent with the key in use, and run."""
    ids = list(await rig.submit(*(request(name) for name in names or ("one",))))
    await rig.clock.advance(60)
    for task_id in ids:
        remote = (await rig.task(task_id)).remote_id
        assert remote is not None
        rig.runway.say(remote, "RUNNING", progress=0.1)
    await rig.clock.advance(60)
    assert [await rig.state(task_id) for task_id in ids] == [State.RUNNING] * len(ids)
    return ids


@asynccontextmanager
async def one_sent(then: str = MINE) -> AsyncIterator[tuple[Rig, TaskId]]:
    """A task that was sent with my key and runs, and the key that is used then."""
    async with two_organizations() as rig:
        [task_id] = await sent(rig)
        if then != MINE:
            await use(rig, then)
        yield rig, task_id


async def questions(rig: Rig, seconds: float) -> int:
    """How many tasks are asked for in this time."""
    before = len(rig.runway.named("task"))
    await rig.clock.advance(seconds)
    return len(rig.runway.named("task")) - before


async def test_running_tasks_survive_an_hour_under_another_key_and_end_under_their_own():
    async with two_organizations() as rig:
        ids = await sent(rig, "one", "two")
        await use(rig, THEIRS)
        await rig.clock.advance(HOUR)
        assert [await rig.state(task_id) for task_id in ids] == [State.RUNNING] * 2
        assert all([(await rig.task(task_id)).is_hidden for task_id in ids])
        for task_id in ids:
            rig.runway.finish(str((await rig.task(task_id)).remote_id), "https://out.example/a.mp4")
        await use(rig, MINE)
        await rig.clock.advance(15)
        assert [await rig.state(task_id) for task_id in ids] == [State.SUCCEEDED] * 2


async def test_other_key_of_the_same_organization_takes_over():
    async with one_sent() as (rig, task_id):
        await use(rig, MINE_TOO)
        await rig.clock.advance(60)
        task = await rig.task(task_id)
        assert not task.is_hidden
        rig.runway.vanish(str(task.remote_id))
        await rig.clock.advance(120)
        assert await rig.state(task_id) is State.GONE, "its word is as good as that of the key that sent it"


async def test_single_404_under_its_own_key_ends_no_task():
    async with one_sent() as (rig, task_id):
        rig.runway.then("task", NOWHERE)
        await rig.clock.advance(50)
        assert (await rig.task(task_id)).state is State.RUNNING
        await rig.clock.advance(HOUR)
        task = await rig.task(task_id)
        assert (task.state, task.not_found_at) == (State.RUNNING, None)


async def test_second_404_half_a_minute_later_under_its_own_key_ends_the_task():
    async with one_sent() as (rig, task_id):
        times = Times(rig)
        rig.runway.always("task", NOWHERE)
        await rig.clock.advance(HOUR)
        assert await rig.state(task_id) is State.GONE
        first, second, *later = times.all
        assert 30.0 <= second - first <= 40.0
        assert len(later) <= 6, "it is asked for seldom after its end"
        assert (await rig.kinds(task_id))[-2:] == ["not found", "not found"]


async def test_repeated_polls_by_the_person_count_as_one_404():
    async with one_sent() as (rig, task_id):
        rig.runway.always("task", NOWHERE)
        rig.poller.ask_now()
        await rig.clock.advance(10)
        for _ in range(3):
            rig.poller.ask_now()
            await rig.clock.advance(6)
        assert await rig.state(task_id) is State.RUNNING
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.GONE


async def test_answer_is_judged_by_the_key_of_its_request():
    async with one_sent(THEIRS) as (rig, task_id):
        gate = rig.runway.hold("task")
        rig.poller.ask_now()
        await rig.clock.advance(10)
        assert gate.waiting == 1
        await use(rig, MINE)
        gate.open()
        await settle()
        task = await rig.task(task_id)
        assert (task.state, task.not_found_at) == (State.RUNNING, None), "the foreign key's 404 came under its own"
        await rig.clock.advance(10)
        assert not (await rig.task(task_id)).is_hidden, "it was asked for again, with its own"


async def test_task_of_another_key_is_polled_seldom():
    async with two_organizations() as rig:
        await sent(rig, "one", "two")
        await use(rig, THEIRS)
        await rig.clock.advance(60)
        assert await questions(rig, HOUR) <= 2 * 5


async def test_task_of_another_key_is_not_polled_faster_when_shown():
    async with one_sent(THEIRS) as (rig, task_id):
        await rig.clock.advance(60)
        rig.poller.look_at([task_id])
        assert await questions(rig, 120) == 0


async def test_returned_key_polls_at_once_and_never_twice_in_5_seconds():
    async with two_organizations() as rig:
        await sent(rig, "one")
        times = Times(rig)
        for secret in (THEIRS, MINE, THEIRS, MINE, THEIRS, MINE):
            await use(rig, secret)
            await rig.clock.advance(2)
        await rig.clock.advance(10)
        asked = times.all
        assert asked, "another key is a reason to ask"
        assert all(later - earlier >= 4.999 for earlier, later in pairwise(asked))


async def test_task_of_another_key_takes_no_slot():
    async with two_organizations() as rig:
        rig.runway.limit("gen4.5", concurrent=2)
        await sent(rig, "one", "two")
        await use(rig, THEIRS)
        await rig.clock.advance(60)
        assert rig.ledger.at_runway("gen4.5") == 0
        [mine] = await rig.submit(request("three"))
        assert (await rig.state(mine)).is_live


async def test_return_of_its_own_key_releases_a_task_before_runway_answers():
    async with one_sent(THEIRS) as (rig, task_id):
        await rig.clock.advance(60)
        rig.runway.hold("task")
        await use(rig, MINE)
        assert not (await rig.task(task_id)).is_hidden
        assert rig.ledger.at_runway("gen4.5") == 1


async def test_invisible_tasks_are_reported_once_per_change_of_key():
    async with two_organizations() as rig:
        await sent(rig, "one", "two")
        for _ in range(2):
            await use(rig, THEIRS)
            await rig.clock.advance(HOUR)
            [told] = notices(rig.events)
            assert "aren't visible to this key" in str(told.message)
            assert "Nothing is lost" in str(told.detail)
            rig.events.clear()
            await use(rig, MINE)
            await rig.clock.advance(60)
            assert notices(rig.events) == []


async def test_task_without_a_key_ends_by_no_404_until_it_learns_its_key():
    async with two_organizations("poller") as rig:
        [task_id] = await adopt(rig)
        await rig.clock.advance(60)
        # As a version left it that did not note the key.
        await rig.ledger.change(task_id, _without_key, "edited")
        await use(rig, THEIRS)
        await rig.clock.advance(HOUR)
        assert await rig.state(task_id) is State.RUNNING
        await use(rig, MINE)
        await rig.clock.advance(60)
        rig.runway.vanish(remote_id(1_000))
        await rig.clock.advance(120)
        assert await rig.state(task_id) is State.GONE, "now it is known whose it is"


async def test_adopting_a_gone_task_restores_it_with_ratings_and_results():
    async with one_sent() as (rig, task_id):
        remote = str((await rig.task(task_id)).remote_id)
        known = rig.runway.answers[remote]
        rig.runway.vanish(remote)
        await rig.ledger.change(task_id, _rated, "rated")
        await rig.clock.advance(240)
        assert await rig.state(task_id) is State.GONE
        rig.runway.answers[remote] = known
        adoption = await rig.adoption.adopt([remote])
        assert adoption.known == (task_id,)
        back = await rig.task(task_id)
        assert (back.state, back.ended_at, back.rating, back.removed_at) == (State.PENDING, None, 4, None)
        await rig.clock.advance(10)
        assert await rig.state(task_id) is State.RUNNING
        rig.runway.finish(remote, "https://out.example/a.mp4")
        await rig.clock.advance(120)
        task = await rig.task(task_id)
        assert task.state is State.SUCCEEDED
        assert task.ended_at is not None
        assert task.ended_at > rig.clock.now() - 120


async def test_task_adopted_again_is_not_polled_twice_in_5_seconds():
    async with one_sent() as (rig, task_id):
        remote = str((await rig.task(task_id)).remote_id)
        rig.runway.always("task", NOWHERE)
        times = Times(rig)
        while await rig.state(task_id) is not State.GONE:
            await rig.clock.advance(1)
        await rig.adoption.adopt([remote])
        await rig.clock.advance(30)
        assert len(times.all) > 2
        assert times.all[2] - times.all[1] >= 4.999


async def test_adopting_a_task_invisible_to_this_key_polls_it_at_once():
    async with one_sent(THEIRS) as (rig, task_id):
        await rig.clock.advance(120)
        assert await questions(rig, 60) == 0
        before = len(rig.runway.named("task"))
        adoption = await rig.adoption.adopt([str((await rig.task(task_id)).remote_id)])
        assert adoption.known == (task_id,)
        await rig.clock.advance(10)
        assert len(rig.runway.named("task")) == before + 1
        assert (await rig.task(task_id)).is_hidden, "it is still the other key's, and no 404 of this one ends it"


async def test_canceling_a_task_invisible_to_this_key_says_so_and_cancels_nothing():
    async with one_sent(THEIRS) as (rig, task_id):
        report = await in_time(rig.clock, rig.actions.cancel([task_id]))
        assert report.done == []
        assert "This key can't see this task." in why_not_words(report.failed[task_id])
        task = await rig.task(task_id)
        assert (task.state, task.cancel_asked) == (State.RUNNING, False)
        assert rig.runway.named("delete") == []


async def test_key_changed_during_a_cancel_cancels_nothing():
    async with one_sent() as (rig, task_id):
        rig.runway.then("delete", NOWHERE)
        gate = rig.runway.hold("task")
        canceling = asyncio.create_task(rig.actions.cancel([task_id]))
        await gate.arrived()
        await use(rig, THEIRS)
        gate.open()
        report = await canceling
        assert "This key can't see this task." in why_not_words(report.failed[task_id])
        assert await rig.state(task_id) is State.RUNNING


async def test_unanswered_cancel_counts_only_once_its_own_key_confirms_it():
    async with one_sent() as (rig, task_id):
        remote = str((await rig.task(task_id)).remote_id)
        rig.runway.then("delete", NoReply("The connection was cut."))
        await in_time(rig.clock, rig.actions.cancel([task_id]))
        rig.runway.vanish(remote)
        await use(rig, THEIRS)
        await rig.clock.advance(1_800)
        task = await rig.task(task_id)
        assert (task.state, task.is_hidden) == (State.RUNNING, True)
        await use(rig, MINE)
        await rig.clock.advance(120)
        assert await rig.state(task_id) is State.CANCELLED


async def test_request_prepared_with_one_key_is_not_submitted_with_another(monkeypatch):
    async with two_organizations("lane") as rig:
        switches = [THEIRS]

        async def switch_once() -> None:
            if switches:
                await rig.account.use_key(switches.pop(), remember=False)

        monkeypatch.setattr(rig.copies, "note_sending", switch_once)
        [task_id] = await rig.submit(request())
        await rig.clock.advance(5)
        # Prepared again for the new key, then sent.
        assert await rig.kinds(task_id) == ["created", "sent", "not sent", "sent", "accepted"]
        assert len(rig.runway.named("create")) == 1


async def test_deleting_a_task_invisible_to_this_key_says_so_and_marks_nothing_deleted():
    async with one_sent() as (rig, task_id):
        rig.runway.fail(str((await rig.task(task_id)).remote_id), "INTERNAL")
        await rig.clock.advance(120)
        await use(rig, THEIRS)
        report = await rig.actions.delete_remotely([task_id])
        assert report.done == []
        assert "This key can't see this task." in why_not_words(report.failed[task_id])
        assert not (await rig.task(task_id)).deleted_remotely


async def test_late_401_of_a_former_key_does_not_refuse_the_new_key():
    async with one_sent() as (rig, task_id):
        gate = rig.runway.hold("task")
        rig.runway.then("task", KeyRefused("Runway did not accept the key.", status=401))
        rig.poller.ask_now()
        await rig.clock.advance(10)
        await use(rig, MINE_TOO)
        gate.open()
        await settle()
        assert rig.account.connection.link is not Link.KEY_REFUSED
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.RUNNING
        assert await questions(rig, 60) > 0


async def test_balance_of_another_organization_is_no_evidence_about_a_sending():
    async with two_organizations("lane", "poller", "account") as rig:
        rig.runway.then("create", NoReply("The connection was cut."))
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.UNCERTAIN
        await use(rig, THEIRS)
        rig.runway.account = replace(rig.runway.account, balance=5.0)
        await rig.clock.advance(HOUR)
        evidence = (await rig.task(task_id)).evidence
        assert evidence is not None
        assert (evidence.balance_before, evidence.balance_after) == (1000.0, None)
        other = await rig.submit(request("two"))
        assert (await rig.task(other[0])).state.is_live, "it keeps nobody waiting"


def _without_key(task):
    return replace(task, key=NO_KEY)


def _rated(task):
    return replace(task, rating=4)
