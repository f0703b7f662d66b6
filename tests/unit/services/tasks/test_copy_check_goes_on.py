"""A task list that is no copy continues without a question, after any change of folder or disk."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import ModelLimits
from runway_desktop.domain.copies import IDENTITY, PLACED, Identity, Marker, Verdict
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import TaskChanged
from runway_desktop.domain.task import ITS_TURN, HoldCode, State, Task, TaskId
from runway_desktop.services.disk.list_markers import ListMarkers
from runway_desktop.services.tasks import after_restore
from runway_desktop.services.tasks.after_restore import FRESH
from runway_desktop.values import replace
from tests.rigs.copied_lists import MANY, Computer, a_computer, a_queue, assert_asks, assert_goes_on, reasons
from tests.rigs.engine_rig import Rig, request
from tests.rigs.notices import notices

# What is no copy


async def test_second_start_asks_no_question(tmp_path: Path):
    computer = await a_queue(tmp_path)
    async with computer.rig(loops=()) as rig:
        assert not rig.told(TaskChanged)
    await computer.goes_on()


async def test_remounted_drive_asks_no_question(tmp_path: Path):
    """The drive has another number, and so may its files, where the disk gives them out anew each time."""
    computer = await a_queue(tmp_path)
    kept = computer.copied("kept")
    computer.put_back(kept)
    await computer.goes_on()


async def test_renaming_the_folder_and_back_asks_no_question(tmp_path: Path):
    computer = await a_queue(tmp_path)
    renamed = computer.renamed(computer.home, "renamed")
    async with computer.rig(renamed, loops=()) as rig:
        assert not rig.told(TaskChanged)
    back = computer.renamed(renamed, "profile")
    await computer.goes_on(back)


async def test_folder_moved_to_another_disk_asks_no_question(tmp_path: Path):
    computer = await a_queue(tmp_path)
    moved = computer.copied("other disk")
    shutil.rmtree(computer.home)
    await computer.goes_on(moved)


async def test_folder_reached_by_another_path_asks_no_question(tmp_path: Path):
    computer = await a_queue(tmp_path)
    (tmp_path / "link").symlink_to(computer.home, target_is_directory=True)
    computer.lists[tmp_path / "link"] = computer.lists[computer.home]
    await computer.goes_on(tmp_path / "link")


async def test_upgrade_asks_no_question_and_creates_an_identity(tmp_path: Path):
    computer = await a_queue(tmp_path)
    await computer.lists[computer.home].set_settings({IDENTITY: None})
    shutil.rmtree(computer.state)
    await computer.goes_on()
    found = Identity.read(computer.lists[computer.home].setting(IDENTITY))
    assert found is not None
    assert (found.folder, found.runs) == (str(computer.home), 1)
    assert "this computer" not in str(found)


async def test_new_list_in_an_old_folder_asks_no_question_and_the_old_one_may_return(tmp_path: Path):
    computer = await a_queue(tmp_path)
    aside = computer.renamed(computer.home, "aside")
    fresh = computer.new("profile")
    async with computer.rig(fresh) as rig:
        await rig.submit(request("in the new list"))
        assert reasons(rig) == []
    computer.renamed(fresh, "fresh")
    back = computer.renamed(aside, "profile")
    await computer.goes_on(back)


async def test_deleted_state_folder_is_rewritten(tmp_path: Path):
    computer = await a_queue(tmp_path)
    shutil.rmtree(computer.state)
    await computer.put_back_once_sent()
    await computer.asks(Verdict.PUT_BACK)


async def test_list_restored_by_the_program_asks_only_the_restore_question(tmp_path: Path):
    computer = await a_queue(tmp_path)
    kept = computer.copied("kept")
    await computer.goes_on()
    last = computer.copied("last")
    computer.put_back(kept)
    await computer.lists[computer.home].set_settings({FRESH: {"made_at": 1.0}, IDENTITY: PLACED})
    async with computer.rig() as rig:
        told = after_restore.to_tell(rig.settings)
        assert told is not None
        assert (told.copied, told.held, told.made_at) == (None, MANY, 1.0)
        assert reasons(rig) == [HoldCode.RESTORED] * MANY
        after_restore.told(rig.settings)
        await rig.lane.resume()
        await rig.settings.flush()
    async with computer.rig() as rig:
        assert after_restore.to_tell(rig.settings) is None
        assert not rig.lane.paused
        assert reasons(rig) == [HoldCode.RESTORED] * MANY
    computer.put_back(last)
    async with computer.rig(loops=()) as rig:
        before = await rig.submit(request("none waited in it"))
        assert [(await rig.task(task_id)).hold for task_id in before] == [ITS_TURN]


# What is killed


class Killed(BaseException):
    pass


async def killed_before(step: int, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a start was killed just before its write of that number (from 1), else it came to its end: the list's
    settings and the markers outside are what it writes."""
    passed = 0

    def count() -> None:
        nonlocal passed
        passed += 1
        if passed == step:
            raise Killed

    write, set_settings = ListMarkers.write, rig.store.set_settings

    def write_marker(markers: ListMarkers, list_id: str, marker: Marker) -> None:
        count()
        write(markers, list_id, marker)

    async def put(values: Mapping[str, Any]) -> None:
        count()
        await set_settings(values)

    with monkeypatch.context() as patch:
        patch.setattr(ListMarkers, "write", write_marker)
        patch.setattr(rig.store, "set_settings", put, raising=False)
        try:
            async with rig:
                pass
        except Killed:
            return True
    return False


@pytest.mark.parametrize("starts", [1, 3])
@pytest.mark.parametrize("step", [1, 2, 3])
async def test_killed_starts_cause_no_question_though_the_key_is_used_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, starts: int
):
    computer = await a_queue(tmp_path)
    was_killed = [await killed_before(step, computer.rig(loops=()), monkeypatch) for _ in range(starts)]
    assert was_killed[0] is (step < 3)
    computer.runway.count("gen4.5")
    await computer.goes_on()


@pytest.mark.parametrize("step", [1, 2, 3, 4])
async def test_list_is_recognized_only_if_its_killed_first_start_stored_an_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
):
    computer = Computer(tmp_path)
    assert await killed_before(step, computer.rig(loops=()), monkeypatch) is (step < 4)
    store = computer.lists[computer.home]
    # Stored by a program of this list that was killed again before it checked anything.
    await store.add([Task(id=TaskId("queued"), request=request(), created_at=computer.clock.now())], [], None, [])
    computer.runway.count("gen4.5")
    computer.runway.account = replace(computer.runway.account, limits={"gen4.5": ModelLimits(concurrent=5, daily=100)})
    async with computer.rig() as rig:
        if step > 2:
            await assert_goes_on(rig)
        else:
            # A list without an identity may be an old one.
            await rig.clock.advance(60)
            assert reasons(rig) == [HoldCode.COPIED]


async def test_sending_killed_before_its_marker_causes_no_question(tmp_path: Path):
    computer = await a_queue(tmp_path)
    rig = computer.rig()
    rig.copies.note_sending = asyncio.Event().wait  # type: ignore[method-assign, assignment]
    await rig.__aenter__()
    await rig.clock.advance(10)
    assert len(rig.ledger.all_queued()) < MANY
    rig.kill()
    computer.runway.count("gen4.5")
    await computer.goes_on()


# What is noted


async def test_sending_is_recorded_outside_of_the_profile_before_its_first_byte(tmp_path: Path):
    computer = await a_computer(tmp_path)
    markers = ListMarkers(computer.state)
    gate = computer.runway.hold("create")
    async with computer.rig() as rig:
        found = Identity.read(rig.settings.get(IDENTITY))
        assert found is not None
        [task_id] = await rig.submit(request("on its way"))
        state, marker, sent = await rig.state(task_id), markers.read(found.id), await rig.store.last_sending()
        gate.open()
    assert state is State.SENDING
    assert marker is not None
    assert (marker.runs, marker.sent) == (found.runs, sent)


async def test_every_run_is_recorded_even_if_it_sends_nothing(tmp_path: Path):
    computer = await a_computer(tmp_path)
    for run in range(2, 5):
        async with computer.rig():
            pass
        found = Identity.read(computer.lists[computer.home].setting(IDENTITY))
        assert found is not None
        marker = ListMarkers(computer.state).read(found.id)
        assert marker is not None
        assert (found.runs, marker.runs) == (run, run)


# What the disk does


async def test_unwritable_state_folder_blocks_nothing_and_is_reported_once(tmp_path: Path):
    computer = Computer(tmp_path)
    computer.state.write_text("not a folder")
    for run in range(2):
        async with computer.rig() as rig:
            await rig.submit(*(request(f"{run} {number}") for number in range(3)))
            await rig.clock.advance(60)
            assert reasons(rig) == []
            [notice] = [one for one in notices(rig.events) if "would not be recognized" in str(one.message)]
            assert str(computer.state) in str(notice.detail)
            assert after_restore.to_tell(rig.settings) is None
    assert len(computer.runway.requests) == 6


async def test_state_folder_that_becomes_writable_again_is_updated(tmp_path: Path):
    computer = await a_computer(tmp_path)
    kept_state = computer.root / "state kept"
    computer.state.rename(kept_state)
    computer.state.write_text("not a folder")
    async with computer.rig() as rig:
        await rig.submit(request("unnoted"))
        computer.state.unlink()
        kept_state.rename(computer.state)
        kept = computer.copied("kept")
        await rig.submit(request("noted"))
    async with computer.rig() as rig:
        assert after_restore.to_tell(rig.settings) is None
    computer.put_back(kept)
    async with computer.rig(loops=()) as rig:
        await rig.submit(request("unfit"))
        found = Identity.read(rig.settings.get(IDENTITY))
        assert found is not None
        assert found.runs == 1


async def test_copy_check_that_cannot_be_stored_is_repeated_until_it_is(tmp_path: Path):
    computer = await a_queue(tmp_path)
    twin = computer.copied("copy")
    store = computer.lists[twin]
    rig = computer.rig(twin)
    await rig.settings.load()
    await rig.ledger.load()
    store.trouble = StoreError("The disk is full.")
    with pytest.raises(StoreError):
        await rig.copies.check()
    with pytest.raises(StoreError):
        await rig.copies.check()
    assert not rig.copies.is_checked
    store.trouble = None
    await rig.copies.check()
    assert rig.copies.is_checked
    await assert_asks(rig, Verdict.COPIED)


async def test_list_with_an_unreadable_ledger_sends_nothing(tmp_path: Path):
    computer = await a_computer(tmp_path)
    async with computer.rig() as rig:
        made = len(computer.runway.requests)

        async def refuse() -> int:
            raise StoreError("The disk is broken.")

        rig.store.last_sending = refuse  # type: ignore[method-assign]
        [task_id] = await rig.submit(request("not now"))
        assert len(computer.runway.requests) == made
        assert await rig.state(task_id) is State.QUEUED
        del rig.store.last_sending
        await rig.clock.advance(600)
        assert await rig.state(task_id) is State.SUCCEEDED
