"""A moved file is asked for once; other files next to it are found too, and no other file is mistaken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.task import HoldCode, State, TaskId
from tests.rigs.engine_rig import Rig, request, with_picture

PNG = b"\x89PNG\r\n\x1a\n"


def picture(path: Path, content: bytes = b"pixels") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(PNG + content)
    return path


def move(path: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    return path.rename(to)


async def waiting(rig: Rig, *paths: Path) -> tuple[TaskId, ...]:
    """A queued task for each file, whose looks are known."""
    await rig.lane.pause()
    ids = await rig.submit(*(with_picture(path.as_uri()) for path in paths))
    await rig.missing_inputs.note()
    return ids


async def test_task_is_sent_once_its_moved_file_is_located(tmp_path):
    old = picture(tmp_path / "a.png")
    async with Rig() as rig:
        [task_id] = await waiting(rig, old)
        new = move(old, tmp_path / "elsewhere" / "renamed.png")
        await rig.lane.resume()
        await rig.clock.advance(1)
        assert misses_file(await rig.task(task_id))
        assert await rig.missing_inputs.missing(task_id) == (old,)
        put_back = await rig.missing_inputs.put_back(old, new)
        assert (put_back.tasks, put_back.files, put_back.is_other) == ((task_id,), 1, False)
        await rig.clock.advance(1)
        task = await rig.task(task_id)
        assert task.state is State.PENDING
        assert task.request.values["promptImage"] == new.as_uri()


async def test_other_files_of_the_task_keep_their_hashes(tmp_path):
    gone, stays = picture(tmp_path / "a.png", b"a"), picture(tmp_path / "b.png", b"b")
    async with Rig(paused=True) as rig:
        references = [{"uri": path.as_uri()} for path in (gone, stays)]
        [task_id] = await rig.submit(
            request(endpoint="text_to_image", model="gen4_image", ratio="1024:1024", referenceImages=references)
        )
        await rig.missing_inputs.note()
        before = {one.path: one.sha256 for one in await rig.store.inputs(task_id)}
        stays.write_bytes(b"exchanged")
        await rig.missing_inputs.put_back(gone, move(gone, tmp_path / "elsewhere" / "a.png"))
        after = {one.path: one.sha256 for one in await rig.store.inputs(task_id)}
    assert before[str(stays)] == after[str(stays)] != ""


async def test_other_missing_files_are_found_beside_a_located_one(tmp_path):
    names = ("a.png", "b.png", "c.png")
    olds = [picture(tmp_path / "shots" / name, name.encode()) for name in names]
    async with Rig() as rig:
        ids = await waiting(rig, *olds)
        news = [move(old, tmp_path / "new" / old.name) for old in olds]
        put_back = await rig.missing_inputs.put_back(olds[1], news[1])
        assert set(put_back.tasks) == set(ids)
        assert put_back.files == 3
        values = [(await rig.task(task_id)).request.values["promptImage"] for task_id in ids]
        assert values == [new.as_uri() for new in news]


async def test_files_in_a_moved_folder_tree_are_found(tmp_path):
    olds = [picture(tmp_path / "old" / day / "still.png", day.encode()) for day in ("monday", "tuesday")]
    async with Rig() as rig:
        ids = await waiting(rig, *olds)
        (tmp_path / "old").rename(tmp_path / "new")
        put_back = await rig.missing_inputs.put_back(olds[0], tmp_path / "new" / "monday" / "still.png")
        assert set(put_back.tasks) == set(ids)
        second = (await rig.task(ids[1])).request.values["promptImage"]
        assert second == (tmp_path / "new" / "tuesday" / "still.png").as_uri()


async def test_every_task_with_the_same_missing_file_gets_it(tmp_path):
    old = picture(tmp_path / "a.png")
    async with Rig() as rig:
        ids = await waiting(rig, old, old, old)
        put_back = await rig.missing_inputs.put_back(old, move(old, tmp_path / "new" / "a.png"))
        assert (set(put_back.tasks), put_back.files) == (set(ids), 1)


async def test_different_file_is_used_only_if_the_person_confirms(tmp_path):
    old = picture(tmp_path / "a.png", b"what was")
    async with Rig() as rig:
        [task_id] = await waiting(rig, old)
        old.unlink()
        other = picture(tmp_path / "new" / "a.png", b"another")
        put_back = await rig.missing_inputs.put_back(old, other)
        assert put_back.is_other
        assert put_back.tasks == ()
        assert (await rig.task(task_id)).request.values["promptImage"] == old.as_uri()
        put_back = await rig.missing_inputs.put_back(old, other, anyway=True)
        assert put_back.tasks == (task_id,)
        assert (await rig.task(task_id)).request.values["promptImage"] == other.as_uri()


async def test_file_of_equal_name_with_other_content_is_not_used(tmp_path):
    olds = [picture(tmp_path / "old" / name, name.encode()) for name in ("a.png", "b.png")]
    async with Rig() as rig:
        ids = await waiting(rig, *olds)
        new = move(olds[0], tmp_path / "new" / "a.png")
        olds[1].unlink()
        picture(tmp_path / "new" / "b.png", b"not it")
        assert (await rig.missing_inputs.put_back(olds[0], new)).tasks == (ids[0],)


async def test_existing_file_is_not_replaced_by_a_located_one(tmp_path):
    olds = [picture(tmp_path / "old" / name, name.encode()) for name in ("a.png", "b.png")]
    async with Rig() as rig:
        ids = await waiting(rig, *olds)
        new = move(olds[0], tmp_path / "new" / "a.png")
        picture(tmp_path / "new" / "b.png", b"b.png")
        await rig.missing_inputs.put_back(olds[0], new)
        assert (await rig.task(ids[1])).request.values["promptImage"] == olds[1].as_uri()


async def test_file_of_unknown_hash_is_recognized_by_name_and_size(tmp_path):
    old = picture(tmp_path / "a.png")
    async with Rig(paused=True) as rig:
        [task_id] = await rig.submit(with_picture(old.as_uri()))
        new = move(old, tmp_path / "new" / "a.png")
        assert (await rig.missing_inputs.put_back(old, picture(tmp_path / "b.png"))).is_other
        assert (
            await rig.missing_inputs.put_back(old, picture(tmp_path / "other" / "a.png", b"longer content"))
        ).is_other
        assert (await rig.missing_inputs.put_back(old, new)).tasks == (task_id,)


async def test_task_waiting_for_the_person_keeps_waiting_after_its_file_is_found(tmp_path):
    old = picture(tmp_path / "a.png")
    async with Rig() as rig:
        [task_id] = await rig.submit(with_picture(old.as_uri()), send_now=False)
        await rig.missing_inputs.put_back(old, move(old, tmp_path / "new" / "a.png"))
        assert (await rig.task(task_id)).hold.code is HoldCode.WAITS_FOR_PERSON


async def test_hash_of_a_located_file_stays_known(tmp_path):
    old = picture(tmp_path / "a.png")
    async with Rig() as rig:
        [task_id] = await waiting(rig, old)
        [before] = await rig.store.inputs(task_id)
        await rig.missing_inputs.put_back(old, move(old, tmp_path / "new" / "a.png"))
        [after] = await rig.store.inputs(task_id)
        assert (len(before.sha256), after.sha256) == (64, before.sha256)


async def test_hashes_of_queued_files_are_stored_after_a_while(tmp_path):
    async with Rig(loops=("lane", "missing_inputs"), paused=True) as rig:
        [task_id] = await rig.submit(with_picture(picture(tmp_path / "a.png").as_uri()))
        await rig.clock.advance(30)
        [noted] = await rig.store.inputs(task_id)
        assert len(noted.sha256) == 64
        [gone] = await rig.submit(with_picture((tmp_path / "gone.png").as_uri()))
        await rig.clock.advance(30)
        [noted] = await rig.store.inputs(gone)
        assert noted.sha256 == ""


async def test_unreadable_file_is_reported(tmp_path):
    async with Rig() as rig:
        await waiting(rig, tmp_path / "a.png")
        with pytest.raises(DiskError, match="cannot be read"):
            await rig.missing_inputs.put_back(tmp_path / "a.png", tmp_path / "nowhere.png")


async def test_only_queued_tasks_have_missing_files(tmp_path):
    async with Rig() as rig:
        path = picture(tmp_path / "a.png")
        [task_id] = await rig.submit(with_picture(path.as_uri()))
        path.unlink()
        assert await rig.state(task_id) is State.PENDING
        assert await rig.missing_inputs.missing(task_id) == ()
        assert await rig.missing_inputs.missing(TaskId("unknown")) == ()
