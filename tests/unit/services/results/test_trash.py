"""*Delete file* moves to the trash, and Undo brings back: the file, its sidecar, and what the row says of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.library import Page
from runway_desktop.domain.task import Output, OutputState, TaskId
from runway_desktop.services.results.own_folders import OWN, note
from runway_desktop.services.results.sidecar import path_for
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import settle


async def kept(rig: Rig, *paths: Path) -> TaskId:
    """A task whose results lie at these paths."""
    rig.runway.finish(remote_id(1), *(f"https://x.example/{path.name}" for path in paths))
    [task_id] = (await rig.adoption.adopt([remote_id(1)])).added
    await rig.ledger.answer(task_id, rig.runway.answers[remote_id(1)])
    outputs = await rig.store.outputs(task_id)
    for path, output in zip(paths, outputs, strict=True):
        path.write_bytes(path.name.encode())
        path_for(path).write_text("{}")
        saved = replace(output, state=OutputState.SAVED, path=str(path), size=path.stat().st_size, sha256=path.name)
        await rig.store.save_output(saved)
    return task_id


async def the_output(rig: Rig, task_id: TaskId) -> Output:
    [output] = await rig.store.outputs(task_id)
    return output


async def test_undo_restores_file_and_sidecar_from_the_trash(tmp_path: Path):
    path = tmp_path / "a.mp4"
    async with Rig(loops=()) as rig:
        task_id = await kept(rig, path)
        before = await the_output(rig, task_id)
        report = await rig.trash.throw([task_id])
        assert (report.done, report.files, report.can_undo) == ((task_id,), 1, True)
        thrown = await the_output(rig, task_id)
        assert (thrown.is_binned, thrown.binned_from, thrown.is_missing) == (True, str(path), False)
        assert not path.exists()

        assert (await rig.trash.put_back([task_id])).files == 1
        assert await the_output(rig, task_id) == before
        assert path.read_bytes() == b"a.mp4"
        assert path_for(path).read_text() == "{}"
        assert rig.told(OutputChanged)[-1].output == before
        assert (await rig.kinds(task_id))[-2:] == ["file deleted", "file put back"]


async def test_trashed_file_is_not_missing(tmp_path: Path):
    async with Rig(loops=()) as rig:
        await rig.trash.throw([await kept(rig, tmp_path / "a.mp4")])
        assert (await rig.store.counts()).pages[Page.MISSING] == 0


async def test_file_without_a_known_place_in_the_trash_is_restored_by_the_person(tmp_path: Path):
    path = tmp_path / "a.mp4"
    async with Rig(loops=()) as rig:
        rig.bin.tells = False
        task_id = await kept(rig, path)
        assert not (await rig.trash.throw([task_id])).can_undo
        said = (await rig.trash.put_back([task_id])).failed[task_id]
        assert "“a.mp4” was not found in the trash." in str(said)
        path.write_bytes(b"a.mp4")
        assert (await rig.trash.put_back([task_id])).files == 1
        assert (await the_output(rig, task_id)).is_here


async def test_missing_file_is_not_reported_as_trashed(tmp_path: Path):
    path = tmp_path / "a.mp4"
    async with Rig(loops=()) as rig:
        task_id = await kept(rig, path)
        path.unlink()
        report = await rig.trash.throw([task_id])
        assert "“a.mp4” is not where it was saved" in str(report.failed[task_id])
        assert (await the_output(rig, task_id)).path == str(path)


async def test_emptied_trash_is_reported_and_the_row_stays(tmp_path: Path):
    path = tmp_path / "a.mp4"
    async with Rig(loops=()) as rig:
        task_id = await kept(rig, path)
        await rig.trash.throw([task_id])
        rig.bin.contents.clear()
        assert "not in the trash any more" in str((await rig.trash.put_back([task_id])).failed[task_id])
        assert (await the_output(rig, task_id)).is_binned


async def test_each_of_several_results_is_trashed_and_restored(tmp_path: Path):
    paths = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    async with Rig(loops=()) as rig:
        task_id = await kept(rig, *paths)
        assert (await rig.trash.throw([task_id])).files == 2
        paths[1].write_bytes(b"another film of that name")
        report = await rig.trash.put_back([task_id])
        # The second is in its place by name; the next look at the disk tells whether it is the same.
        assert report.files == 2
        assert paths[0].read_bytes() == b"a.mp4"


async def test_paths_in_the_trash_are_left_out_of_support_details(tmp_path: Path):
    from runway_desktop.usecases.words.support import support_details

    async with Rig(loops=()) as rig:
        task_id = await kept(rig, tmp_path / "a.mp4")
        await rig.trash.throw([task_id])
        text = support_details(await rig.task(task_id), await rig.store.ledger(task_id))
        assert "file deleted" in text
        assert "/bin/" not in text
        assert str(tmp_path) not in text


async def test_file_being_moved_is_trashed_from_its_new_place(tmp_path: Path):
    path, arrived = tmp_path / "a.mp4", tmp_path / "new" / "a.mp4"
    arrived.parent.mkdir()
    async with Rig(loops=()) as rig:
        task_id = await kept(rig, path)
        before = await the_output(rig, task_id)
        async with rig.folder.locks.hold([(task_id, before.index)]):
            throwing = asyncio.create_task(rig.trash.throw([task_id]))
            await settle()
            path.rename(arrived)
            await rig.store.save_output(replace(before, path=str(arrived)))
        assert (await throwing).files == 1
        assert not arrived.exists()
        assert (await the_output(rig, task_id)).binned_from == str(arrived)


async def test_file_outside_of_the_programs_folders_in_a_restored_list_is_not_deleted(tmp_path: Path):
    library, thesis = tmp_path / "library", tmp_path / "thesis.odt"
    library.mkdir()
    async with Rig(loops=()) as rig:
        rig.settings.set("library_folder", str(library))
        rig.settings.set(OWN, [str(tmp_path / "old library")])
        roundabout = library / ".." / "diary.txt"
        task_id = await kept(rig, thesis)
        report = await rig.trash.throw([task_id])
        assert (report.done, report.files) == ((), 0)
        assert "“thesis.odt” comes from a backup and is outside the library" in str(report.failed[task_id])
        assert thesis.read_bytes() == b"thesis.odt"
        assert (await the_output(rig, task_id)).is_here

        await rig.store.save_output(replace(await the_output(rig, task_id), path=str(roundabout)))
        roundabout.write_text("secret")
        assert (await rig.trash.throw([task_id])).failed
        assert roundabout.read_text() == "secret"


async def test_symbolic_link_out_of_the_library_is_not_followed(tmp_path: Path):
    library, private = tmp_path / "library", tmp_path / "private"
    private.mkdir()
    library.mkdir()
    (library / "inside").symlink_to(private, target_is_directory=True)
    async with Rig(loops=()) as rig:
        rig.settings.set("library_folder", str(library))
        rig.settings.set(OWN, [])
        task_id = await kept(rig, library / "inside" / "a.mp4")
        assert (await rig.trash.throw([task_id])).failed
        assert (private / "a.mp4").exists()


async def test_file_inside_the_programs_folders_in_a_restored_list_is_deleted_normally(tmp_path: Path):
    paths = [tmp_path / folder / "a.mp4" for folder in ("library", "library before")]
    for path in paths:
        path.parent.mkdir()
    async with Rig(loops=()) as rig:
        rig.settings.set("library_folder", str(tmp_path / "library"))
        rig.settings.set(OWN, [str(tmp_path / "library before")])
        task_id = await kept(rig, *paths)
        assert (await rig.trash.throw([task_id])).done == (task_id,)
        assert not any(path.exists() for path in paths)


async def test_folder_used_for_saving_since_the_restore_is_the_programs(tmp_path: Path):
    async with Rig(loops=()) as rig:
        note(rig.settings, tmp_path / "never restored")
        assert rig.settings.get(OWN) is None
        rig.settings.set(OWN, [])
        note(rig.settings, tmp_path / "library")
        note(rig.settings, tmp_path / "library")
        assert rig.settings.get(OWN) == [str(tmp_path / "library")]


async def test_restored_list_cannot_choose_where_trashed_files_are_restored(tmp_path: Path):
    library, autostart = tmp_path / "library", tmp_path / "autostart"
    library.mkdir()
    autostart.mkdir()
    async with Rig(loops=()) as rig:
        rig.settings.set("library_folder", str(library))
        task_id = await kept(rig, autostart / "a.mp4")
        assert (await rig.trash.throw([task_id])).done
        rig.settings.set(OWN, [])
        assert "comes from a backup" in str((await rig.trash.put_back([task_id])).failed[task_id])
        assert not (autostart / "a.mp4").exists()
