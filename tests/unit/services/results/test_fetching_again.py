"""A saved result that is fetched again: to its old path, next to a person's edit, or not at all if Runway no longer
keeps it; no known fact is lost by the attempt."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.errors import LinkExpired, NotThere
from runway_desktop.domain.outputs import Looked, kept_file
from runway_desktop.domain.task import Look, Output, OutputState, Presence, Signs, Task
from runway_desktop.services.tasks.schedule import LEAST_GAP
from runway_desktop.values import replace
from tests.rigs.downloads_bench import FRESH, LINK, Bench, clip
from tests.rigs.fakes import settle


@pytest.fixture
def desk(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "library")


async def saved(desk: Bench) -> tuple[Task, Output]:
    desk.fetcher.serve(LINK, clip())
    desk.fetcher.serve(FRESH, clip(seed=2))
    task = await desk.tried()
    # Runway has another link by now, and the file behind it has other bytes of its own.
    assert task.remote_id
    desk.runway.finish(task.remote_id, FRESH, cost=25)
    return task, await desk.output(task)


async def note(desk: Bench, output: Output, presence: Presence) -> None:
    file = kept_file(output)
    assert file is not None
    signs = Signs(4, 5) if presence is Presence.CHANGED else None
    await desk.store.note_looks([Looked(file=file, look=Look(presence=presence, at=1.0, signs=signs))])


async def test_result_fetched_again_returns_to_its_old_place_despite_a_new_template(desk: Bench):
    async with desk.running():
        task, before = await saved(desk)
        Path(before.path).unlink()
        await note(desk, before, Presence.MISSING)
        desk.settings.name_template = "{prompt} anew"
        await desk.downloads.fetch_again(task.id)
        await settle()
        now = await desk.output(task)
    assert (now.state, now.path, now.is_here) == (OutputState.SAVED, before.path, True)
    assert Path(now.path).read_bytes() == clip(seed=2)
    assert desk.files() == ["gen4.5_Fox.mp4"]


async def test_deleted_folder_of_a_result_is_created_again(desk: Bench):
    desk.settings.name_template = "{model}/{prompt}"
    async with desk.running():
        task, before = await saved(desk)
        for path in Path(before.path).parent.iterdir():
            path.unlink()
        Path(before.path).parent.rmdir()
        await desk.downloads.fetch_again(task.id)
        await settle()
    assert desk.files() == ["gen4.5/Fox.mp4"]


async def test_result_fetched_again_from_another_library_is_saved_in_the_present_one(desk: Bench, tmp_path: Path):
    async with desk.running():
        task, before = await saved(desk)
        await desk.store.save_output(replace(before, path=str(tmp_path / "gone" / "fox.mp4")))
        Path(before.path).unlink()
        await desk.downloads.fetch_again(task.id)
        await settle()
    assert desk.files() == ["gen4.5_Fox.mp4"]


async def test_file_that_has_returned_is_not_downloaded(desk: Bench):
    async with desk.running():
        task, before = await saved(desk)
        away = Path(before.path).rename(desk.library / "away.mp4")
        await note(desk, before, Presence.MISSING)
        opened = len(desk.fetcher.openings)
        await desk.downloads.fetch_again(task.id)
        away.rename(before.path)
        await settle()
        now = await desk.output(task)
    assert len(desk.fetcher.openings) == opened
    assert replace(now, url=before.url, url_fetched_at=before.url_fetched_at) == before
    [back] = [entry for entry in await desk.store.ledger(task.id) if entry.kind == "file there again"]
    assert (back.at, back.detail) == (desk.clock.now(), {"index": 0, "file": "gen4.5_Fox.mp4"})


async def test_original_fetched_again_is_saved_beside_the_persons_edit(desk: Bench):
    async with desk.running():
        task, before = await saved(desk)
        Path(before.path).write_bytes(b"edit")
        await note(desk, before, Presence.CHANGED)
        await desk.downloads.fetch_again(task.id)
        await settle()
        assert (await desk.output(task)).is_changed
        await desk.downloads.fetch_again(task.id, changed=True)
        await settle()
        now = await desk.output(task)
    assert Path(before.path).read_bytes() == b"edit"
    assert (Path(now.path).name, now.look.presence) == ("gen4.5_Fox (2).mp4", Presence.HERE)
    assert Path(now.path).read_bytes() == clip(seed=2)


async def test_trashed_result_is_fetched_again_to_its_place(desk: Bench):
    async with desk.running():
        task, before = await saved(desk)
        Path(before.path).unlink()
        await desk.store.save_output(replace(before, path="", binned_from=before.path))
        await desk.downloads.fetch_again(task.id)
        await settle()
        now = await desk.output(task)
    assert (now.path, now.binned_from, now.is_here) == (before.path, "", True)


async def test_404_leaves_a_missing_file_missing_so_that_it_can_be_searched(desk: Bench):
    async with desk.running():
        task, before = await saved(desk)
        Path(before.path).unlink()
        await note(desk, before, Presence.MISSING)
        known = await desk.output(task)
        await desk.vanish(task)
        with pytest.raises(NotThere, match=r"no longer keeps this result\.$"):
            await desk.downloads.fetch_again(task.id)
        assert await desk.output(task) == known
        changed = await desk.ledger.task(task.id)
    assert changed is not None
    assert changed.deleted_remotely


@pytest.mark.parametrize("was", ["missing", "changed", "in the trash"])
async def test_404_after_a_fetch_request_leaves_the_result_unchanged(desk: Bench, was: str):
    async with desk.running():
        task, before = await saved(desk)
        path = Path(before.path)
        if was == "changed":
            path.write_bytes(b"edit")
            await note(desk, before, Presence.CHANGED)
        elif was == "missing":
            path.unlink()
            await note(desk, before, Presence.MISSING)
        else:
            path.unlink()
            await desk.store.save_output(replace(before, path="", binned_from=before.path))
        desk.fetcher.refuse(FRESH, LinkExpired("The link is no longer good."))
        await desk.downloads.fetch_again(task.id, changed=True)
        await desk.vanish(task)
        await desk.clock.advance(LEAST_GAP)
        now = await desk.output(task)
    assert (now.state, now.sha256, now.saved_at) == (OutputState.SAVED, before.sha256, before.saved_at)
    match was:
        case "missing":
            assert (now.path, now.is_missing) == (before.path, True)
        case "changed":
            # The next look tells how.
            assert (now.path, now.is_missing) == (before.path, False)
        case _:
            assert (now.is_binned, now.binned_from) == (True, before.path)
