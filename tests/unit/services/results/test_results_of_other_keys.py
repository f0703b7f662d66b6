"""Results that the key in use cannot ask for: they wait, none is lost, and all are taken up when their key is back."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.account import NO_KEY, KeySource, KeyStatus
from runway_desktop.domain.errors import NotSeen
from runway_desktop.domain.events import KeyChanged
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import OutputState, Task
from runway_desktop.services.tasks.schedule import LEAST_GAP
from runway_desktop.values import replace
from tests.rigs.downloads_bench import FRESH, LINK, Bench, clip
from tests.rigs.fakes import in_time, settle
from tests.unit.services.results.links_bench import HOUR
from tests.unit.services.results.links_bench import Bench as LinksDesk

MINE, THEIRS = "key_test", "key_theirs"


@pytest.fixture
def desk(tmp_path: Path) -> Bench:
    desk = Bench(tmp_path / "library")
    desk.runway.give(THEIRS, "theirs")
    return desk


async def use(desk: Bench, secret: str) -> None:
    desk.runway.use_secret(secret)
    desk.bus.tell(KeyChanged(KeyStatus(source=KeySource.MEMORY, fingerprint=desk.runway.key)))
    await settle()


async def waiting(desk: Bench) -> Task:
    """Of one that has succeeded, but whose link works no more by the time that it is to be saved."""
    task = await desk.live_task()
    desk.runway.say(str(task.remote_id), "RUNNING")
    await desk.succeed(task, LINK)
    return task


async def is_deleted(desk: Bench, task: Task) -> bool:
    known = await desk.ledger.task(task.id)
    assert known is not None
    return known.deleted_remotely


async def test_result_waits_for_its_key_and_is_saved_when_it_returns(desk: Bench):
    async with desk.running():
        task = await waiting(desk)
        await use(desk, THEIRS)
        await desk.clock.advance(5 * HOUR)
        output = await desk.output(task)
        assert output.state is OutputState.WAITING
        assert output.problem == Reason(ReasonCode.WAITS_FOR_ITS_KEY)
        assert not await is_deleted(desk, task)
        assert await desk.store.unsaved()
        desk.fetcher.serve(FRESH, clip())
        desk.runway.finish(str(task.remote_id), FRESH)
        await use(desk, MINE)
        await desk.clock.advance(LEAST_GAP)
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_valid_link_needs_no_key(desk: Bench):
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        await use(desk, THEIRS)
        task = await desk.tried()
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_runway_is_seldom_asked_for_results_hidden_from_this_key(desk: Bench):
    async with desk.running():
        await waiting(desk)
        await use(desk, THEIRS)
        before = len(desk.runway.named("task"))
        await desk.clock.advance(HOUR)
        assert len(desk.runway.named("task")) - before <= 4


async def test_result_expires_only_by_two_404s_under_its_own_key(desk: Bench):
    async with desk.running():
        task = await waiting(desk)
        desk.runway.vanish(str(task.remote_id))
        await settle()
        output = await desk.output(task)
        assert (output.state, output.problem) == (OutputState.WAITING, Reason(ReasonCode.NOT_FOUND_YET))
        assert not await is_deleted(desk, task)
        await desk.clock.advance(40)
        lost = await desk.output(task)
        assert (lost.state, lost.problem) == (OutputState.EXPIRED, Reason(ReasonCode.KEPT_NO_LONGER))
        assert await is_deleted(desk, task)


async def test_single_mistaken_404_costs_no_result(desk: Bench):
    async with desk.running():
        task = await waiting(desk)
        known = desk.runway.answers.pop(str(task.remote_id))
        await settle()
        desk.runway.answers[str(task.remote_id)] = replace(known, output=(FRESH,))
        desk.fetcher.serve(FRESH, clip())
        await desk.clock.advance(40)
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_result_of_an_older_version_never_expires_by_a_404(desk: Bench):
    async with desk.running():
        task = await waiting(desk)
        await settle()
        # As a version left it that did not note the key.
        await desk.ledger.change(task.id, lambda known: replace(known, key=NO_KEY), "edited")
        desk.runway.vanish(str(task.remote_id))
        await desk.clock.advance(HOUR)
        assert (await desk.output(task)).state is OutputState.WAITING
        assert not await is_deleted(desk, task)


async def test_manual_fetch_under_another_key_says_so_and_changes_nothing(desk: Bench):
    async with desk.running():
        task = await waiting(desk)
        await use(desk, THEIRS)
        with pytest.raises(NotSeen, match="This key can't see this task"):
            await in_time(desk.clock, desk.downloads.fetch_again(task.id))
        assert (await desk.output(task)).state is OutputState.WAITING
        await use(desk, MINE)
        desk.runway.vanish(str(task.remote_id))
        with pytest.raises(NotSeen, match="Runway did not find this task"):
            await in_time(desk.clock, desk.downloads.fetch_again(task.id))
        assert not await is_deleted(desk, task)


async def test_links_of_another_keys_results_are_returned_while_valid_and_survive_404s():
    async with LinksDesk() as desk:
        task_id = await desk.succeeded()
        desk.runway.give(THEIRS, "theirs")
        await desk.account.use_key(THEIRS, remember=False)
        await desk.clock.advance(2 * HOUR)
        handed = await desk.links.hand_on([task_id])
        assert [output.url for output in handed.outputs] == ["https://out.example/1.mp4?sig=old"]
        await desk.clock.advance(60 * HOUR)
        handed = await desk.links.hand_on([task_id])
        assert "This key can't see this task." in str(handed.failed[task_id])
        assert not (await desk.task(task_id)).deleted_remotely
        await desk.account.use_key(MINE, remember=False)
        handed = await in_time(desk.clock, desk.links.hand_on([task_id]))
        assert handed.failed == {}
