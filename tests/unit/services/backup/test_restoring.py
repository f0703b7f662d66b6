"""A restored profile equals its backup in a new place; the former state is unchanged or kept."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path

import pytest

from runway_desktop.domain.cast import MemberFile
from runway_desktop.domain.copies import IDENTITY, PLACED
from runway_desktop.domain.errors import BadBackup, DiskError, NotPossible, StoreError
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.media import Media
from runway_desktop.domain.outputs import KeptFile, Looked
from runway_desktop.domain.profiles import Color, Profile
from runway_desktop.domain.task import (
    NEVER_LOOKED,
    Batch,
    BatchId,
    Input,
    Look,
    Output,
    OutputState,
    Presence,
    RemoteId,
    Request,
    Signs,
    State,
    Task,
    TaskId,
)
from runway_desktop.services.backup import finishing
from runway_desktop.services.backup.packing import LIGHT, PackOptions, pack
from runway_desktop.services.backup.restores import Restores, ResultsIn
from runway_desktop.services.backup.restoring import WhichResults, Wishes, found_again
from runway_desktop.services.backup.unpacking import opened
from runway_desktop.services.backup.watching import Stopped, Watch, Workshop
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.library_folder import SEEN
from runway_desktop.services.disk.profile_folders import demo_profile
from runway_desktop.services.library.cast import CastKeeper
from runway_desktop.services.library.move_plan import JOURNAL
from runway_desktop.services.results.own_folders import OWN
from runway_desktop.services.tasks.after_restore import BEFORE, FRESH
from runway_desktop.store import SqliteStore
from runway_desktop.store.migrations import MIGRATIONS
from runway_desktop.store.snapshots import SqliteSnapshots
from runway_desktop.values import replace
from tests.rigs.cast import member
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fakes import FakeClock
from tests.rigs.newer_lists import NEWER_MINOR
from tests.rigs.profiles_on_disk import KEY, NOW, Made, a_profile, add_a_task, everything
from tests.rigs.short_names import refuse_long_names

ALL = PackOptions(results=True)


def restores(made: Made, profile: Profile | None = None, *results_in: ResultsIn) -> Restores:
    workshop, clock, rng = Workshop(AtOnce()), FakeClock(), random.Random(1)
    return Restores(profile or made.profile, made.folders, made.snapshots, workshop, clock, rng, *results_in)


async def a_backup(tmp_path: Path, choice: PackOptions = ALL, named: str = "clip") -> tuple[Made, Path]:
    made = await a_profile(tmp_path / "machine", named=named)
    path = tmp_path / "studio.zip"
    pack(made.profile, made.snapshots, path, choice, made.library, NOW, Watch())
    return made, path


async def into_this(made: Made, path: Path, wishes: Wishes) -> None:
    done = restores(made)
    assert await done.into_this(path, wishes) is not None
    await done.say_yes()
    assert finishing.finish(made.profile, made.snapshots, NOW)


async def into_a_new(made: Made, path: Path) -> Profile:
    """A profile with all results of a backup, in the folder that is proposed for them."""
    done = restores(made)
    wishes = Wishes(put_back=WhichResults.ALL, library=done.library_for("Client A"))
    found = await done.into_new(path, "Client A", Color.RED, wishes)
    assert found is not None
    return found


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file with its bytes, but what SQLite keeps beside a list for a while."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".db-wal", ".db-shm"))
    return {path: path.read_bytes() for path in files}


@asynccontextmanager
async def stored(profile: Profile) -> AsyncIterator[tuple[SqliteStore, CastKeeper]]:
    store = await SqliteStore.open(profile.database)
    yield store, CastKeeper(store, Bus(), FakeClock(), profile, AtOnce())
    await store.close()


async def test_inspecting_a_backup_changes_nothing_and_lists_its_contents(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    (made.library / "Aurora" / "clip 2.mp4").unlink()
    before = contents(tmp_path / "machine")
    found = await restores(made).look_at(path)
    assert found is not None
    assert (found.contents.tasks, found.contents.queued, found.contents.sending, found.contents.live) == (6, 1, 1, 1)
    assert (found.here, found.gone, found.packed, found.packed_gone) == (2, 1, 3, 1)
    assert (found.packed_bytes, found.packed_gone_bytes) == (21_000, 7_000)
    assert contents(tmp_path / "machine") == before


async def test_restored_results_get_shorter_names_where_the_disk_refuses_long_ones(tmp_path, monkeypatch):
    made, path = await a_backup(tmp_path, named="霧の中の灯台" * 9)
    refuse_long_names(monkeypatch, tmp_path / "machine")
    made_new = await into_a_new(made, path)
    results = made.snapshots.results(made_new.database)
    assert len({output.path for output in results}) == len(results) == 3
    for output in results:
        assert Path(output.path).is_file()
        assert Path(f"{output.path}.json").is_file()


async def test_profile_restored_as_new_has_its_own_folders_and_no_key(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    then = await everything(made.profile)
    library = restores(made).library_for("Client A")
    made_new = await into_a_new(made, path)
    found = await everything(made_new)
    assert found["tasks"].keys() == then["tasks"].keys()
    copy = made_new.inputs / "0a1b" / "harbour.png"
    assert found["tasks"]["t100"][1]["promptImage"] == copy.as_uri()
    assert (found["inputs"]["t100"], copy.read_bytes()) == ([str(copy)], b"a scaled copy")
    pasted = made.library / "Pasted pictures" / "pasted 2026-03-09.png"
    drafted = {"prompt": "a draft with key_…", "inputs": [str(copy), str(pasted)]}
    assert found["settings"]["composer.draft"] == drafted, "what was pasted is still where it was"
    for name in ("theme", "presets", "search.saved"):
        assert found["settings"][name] == then["settings"][name]
    assert (found["sheets"], found["ledger"]) == (then["sheets"], then["ledger"])
    for task_id, results in then["results"].items():
        for before, after in zip(results, found["results"][task_id], strict=True):
            assert before[:2] == after[:2]
            assert Path(after[2]).is_relative_to(made_new.posters)
            assert Path(after[2]).is_file()
    results = made.snapshots.results(made_new.database)
    assert all(Path(output.path).is_relative_to(library) for output in results)
    assert all(Path(f"{output.path}.json").is_file() for output in results)
    assert (made_new.name, made_new.color, made_new.library) == ("Client A", Color.RED, library)
    assert made_new.key_name != made.profile.key_name
    assert not made_new.accepted_ids.exists()
    assert KEY.encode() not in made_new.database.read_bytes()
    assert [profile.name for profile in made.folders.all()] == ["Studio", "Client A"]
    assert await everything(made.profile) == then


async def test_cast_is_restored_with_its_files_and_the_requests_that_name_them(tmp_path: Path):
    made = await a_profile(tmp_path / "machine")
    file = made.profile.cast / "0a1b" / "maya.png"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"Maya")
    maya = replace(member("Maya"), files=(MemberFile(path=str(file), media=Media.IMAGE, sha256="0a1b"),))
    async with stored(made.profile) as (store, cast):
        await cast.save(maya)
        request = Request(endpoint="image_to_video", model="gen4_turbo", values={"promptImage": file.as_uri()})
        await store.add([Task(id=TaskId("maya"), request=request, created_at=NOW, cast=(maya.id,))], [], None, [])
    path = tmp_path / "studio.zip"
    pack(made.profile, made.snapshots, path, ALL, made.library, NOW, Watch())
    profile = await into_a_new(made, path)
    async with stored(profile) as (store, cast):
        [found] = (await cast.load()).members
        task = await store.get(TaskId("maya"))
    assert Path(found.files[0].path).read_bytes() == b"Maya"
    assert Path(found.files[0].path).is_relative_to(profile.folder)
    assert task is not None
    assert task.request.values == {"promptImage": found.files[0].uri}


async def test_missing_pasted_pictures_are_restored_as_inputs(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    shutil.rmtree(made.library / "Pasted pictures")
    await into_this(made, path, Wishes(put_back=WhichResults.NONE, library=made.library))
    [_, pasted] = (await everything(made.profile))["settings"]["composer.draft"]["inputs"]
    assert Path(pasted).is_relative_to(made.profile.inputs)
    assert Path(pasted).read_bytes() == b"a pasted picture"


async def test_profile_restored_as_new_may_keep_results_in_its_own_folder(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    known = replace(made.folders, libraries=None)
    done = Restores(made.profile, known, made.snapshots, Workshop(AtOnce()), FakeClock(), random.Random(1))
    library = done.library_for("Client A")
    found = await done.into_new(path, "Client A", Color.RED, Wishes(put_back=WhichResults.ALL, library=library))
    assert found is not None
    assert library == found.library == found.folder / "results"
    places = [Path(output.path) for output in made.snapshots.results(found.database)]
    assert all(place.is_file() and place.is_relative_to(library) for place in places)
    assert not list(found.folder.rglob("*.part"))
    again = await done.into_new(
        path, "Client B", Color.RED, Wishes(put_back=WhichResults.ALL, library=done.library_for("Client B"))
    )
    assert again is not None
    assert again.library.is_relative_to(again.folder)


async def test_restored_results_replace_no_existing_files(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    library = made.library
    stranger = library / "Aurora" / "not ours.txt"
    stranger.write_text("mine")
    await into_this(made, path, Wishes(put_back=WhichResults.ALL, library=library))
    [folder] = library.glob("Restored *")
    assert sorted(one.name for one in folder.rglob("*.mp4")) == ["clip 0.mp4", "clip 1.mp4", "clip 2.mp4"]
    assert not list(folder.rglob(".runway*"))
    assert stranger.read_text() == "mine"


async def test_empty_drive_gets_one_folder_for_restored_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made, path = await a_backup(tmp_path)
    drive = tmp_path / "media" / "drive"
    drive.mkdir(parents=True)
    ismount = os.path.ismount
    monkeypatch.setattr(os.path, "ismount", lambda place: Path(place) == drive or ismount(place))
    assert await restores(made).into_this(path, Wishes(put_back=WhichResults.ALL, library=drive)) is not None
    [folder] = drive.iterdir()
    assert folder.name.startswith("Restored ")
    assert len(list(folder.rglob("*.mp4"))) == 3
    assert list(drive.parent.iterdir()) == [drive]


async def test_foreign_folder_with_the_name_of_an_unfinished_restore_is_harmless(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    day = datetime.fromtimestamp(FakeClock().now()).date()
    strange = made.library / f"Restored {day}.part"
    strange.mkdir()
    (strange / "notes.txt").write_text("mine")
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "empty.part").mkdir()
    for library in (made.library, empty):
        assert await restores(made).into_this(path, Wishes(put_back=WhichResults.ALL, library=library)) is not None
        [folder] = [found for found in library.glob("Restored*") if found != strange]
        assert len(list(folder.rglob("*.mp4"))) == 3
    assert (strange / "notes.txt").read_text() == "mine"
    assert (tmp_path / "empty.part").is_dir()


async def test_only_missing_results_are_restored(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    shutil.rmtree(tmp_path / "machine" / "elsewhere")
    await into_this(made, path, Wishes(put_back=WhichResults.MISSING, library=made.library))
    [folder] = made.library.glob("Restored *")
    places = {str(output.task_id): Path(output.path) for output in made.snapshots.results(made.profile.database)}
    assert places["t1"] == folder / "elsewhere" / "clip 1.mp4"
    assert places["t0"] == made.library / "Aurora" / "clip 0.mp4"
    assert places["t1"].read_bytes() == b"clip 1 " * 1_000


async def test_results_moved_by_hand_are_found_in_a_folder(tmp_path: Path):
    made, path = await a_backup(tmp_path, LIGHT)
    moved = tmp_path / "other disk"
    shutil.move(made.library, moved)
    (moved / "Aurora" / "clip 2.mp4").write_bytes(b"something else now")
    shutil.move(tmp_path / "machine" / "elsewhere" / "clip 1.mp4", moved / "clip 1.mp4")
    wishes = Wishes(put_back=WhichResults.MISSING, library=made.library, look_in=moved)
    await into_this(made, path, wishes)
    places = {str(output.task_id): output.path for output in made.snapshots.results(made.profile.database)}
    assert places["t0"] == str(moved / "Aurora" / "clip 0.mp4")
    assert places["t1"] == str(moved / "clip 1.mp4")
    assert places["t2"] == str(made.library / "Aurora" / "clip 2.mp4"), "other bytes are another file"


def test_result_is_found_by_content_among_files_of_equal_name_and_size(tmp_path: Path):
    for folder, content in (("a", b"wolf"), ("b", b"fox!"), ("c", b"hare")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "clip.mp4").write_bytes(content)
    fox, bear = (
        Output(
            task_id=TaskId(name), index=0, url="", url_fetched_at=NOW, state=OutputState.SAVED,
            path="/old/2026/clip.mp4", size=4, sha256=hashlib.sha256(content).hexdigest(),
        )
        for name, content in (("fox", b"fox!"), ("bear", b"bear"))
    )  # fmt: skip
    found = found_again([fox, bear], "/old", tmp_path, Watch())
    assert found == {("fox", 0): tmp_path / "b" / "clip.mp4"}
    assert found_again([bear], "/old", tmp_path / "a", Watch()) == {("bear", 0): tmp_path / "a" / "clip.mp4"}


async def test_restore_into_this_profile_keeps_a_copy_of_its_present_state(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    then = await everything(made.profile)
    await add_a_task(made.profile)
    await into_this(made, path, Wishes(put_back=WhichResults.NONE, library=made.library))
    found = await everything(made.profile)
    assert found["tasks"] == then["tasks"]
    assert found["results"] == then["results"]
    [kept] = made.profile.backups.iterdir()
    assert found["settings"][FRESH] == {"made_at": NOW, BEFORE: str(kept)}
    assert found["settings"][IDENTITY] == PLACED
    assert made.profile.accepted_ids.read_bytes() == b"ids that Runway gave", "what was sent since is not undone"
    assert kept.name.startswith("before-restore-")
    with opened(kept) as before:
        assert before.manifest.contents.tasks == 7


async def test_tasks_at_runway_and_unsaved_results_survive_a_restore(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    store = await SqliteStore.open(made.profile.database)
    [waited] = await store.get_many([TaskId("t100")])
    [going] = await store.get_many([TaskId("t102")])
    line = LedgerEntry(task_id=waited.id, at=NOW + 200, kind="accepted", detail={"remote_id": "r100"})
    await store.save(replace(waited, state=State.PENDING, sent_at=NOW + 199, remote_id=RemoteId("r100")), line)
    late = Batch(id=BatchId("b2"), name="Made since", created_at=NOW + 200)
    maya = member("Maya")
    await store.save_member(maya, NOW)
    new = replace(
        going, id=TaskId("t160"), remote_id=RemoteId("r160"), state=State.RUNNING, batch_id=late.id, cast=(maya.id,)
    )
    unsure = replace(new, id=TaskId("t161"), remote_id=None, state=State.UNCERTAIN)
    done = replace(new, id=TaskId("t162"), remote_id=RemoteId("r162"), state=State.SUCCEEDED, ended_at=NOW + 200)
    unsaved = Output(task_id=done.id, index=0, url="https://out.example/162.mp4", url_fetched_at=NOW)
    given = Input(task_id=new.id, field_path=("promptImage",), uri="file:///a.png", path="/a.png")
    await store.add([new, unsure, done], [given], late, [replace(line, task_id=new.id)], [unsaved])
    await store.close()
    await add_a_task(made.profile, 150)
    await into_this(made, path, Wishes(put_back=WhichResults.NONE, library=made.library))
    store = await SqliteStore.open(made.profile.database)
    tasks = {task.id: task for task in await store.get_many([TaskId(f"t{number}") for number in range(200)])}
    assert (tasks[waited.id].state, tasks[waited.id].remote_id) == (State.PENDING, "r100"), "it is not sent again"
    assert [entry.kind for entry in await store.ledger(waited.id)] == ["noted", "accepted"]
    assert (tasks[new.id], tasks[unsure.id], tasks[done.id]) == (new, unsure, done)
    assert [row.outputs for row in await store.unsaved()] == [(unsaved,)]
    assert await store.batch_names([late.id]) == {late.id: "Made since"}
    assert await store.inputs(new.id) == [given]
    assert await store.members() == [replace(maya, removed_at=new.created_at)], "its name is known"
    assert [entry.kind for entry in await store.ledger(new.id)] == ["accepted"]
    assert "t150" not in tasks, "what was never sent is in the backup of what was there"
    await store.close()


async def test_tasks_whose_remote_id_is_in_the_backup_are_restored_as_they_were_there(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    store = await SqliteStore.open(made.profile.database)
    tasks = await store.get_many([TaskId("t0"), TaskId("t102")])
    for task in tasks:
        await store.save(replace(task, state=State.UNCERTAIN, remote_id=None, sent_at=NOW))
    again = replace(tasks[0], id=TaskId("t170"), state=State.RUNNING)
    await store.add([again], [], None, [])
    await store.close()
    await into_this(made, path, Wishes(put_back=WhichResults.NONE, library=made.library))
    store = await SqliteStore.open(made.profile.database)
    assert await store.get_many([TaskId("t0"), TaskId("t102"), again.id]) == tasks
    await store.close()


async def test_unconfirmed_restore_changes_nothing_at_the_next_start(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    await add_a_task(made.profile)
    assert await restores(made).into_this(path, Wishes(put_back=WhichResults.NONE, library=made.library)) is not None
    assert not finishing.finish(made.profile, made.snapshots, NOW)
    assert "t150" in (await everything(made.profile))["tasks"]
    assert not made.profile.restoring.exists()


async def put_beside(made: Made, path: Path) -> Path:
    """A restore of all results into this profile, which is killed before the person said yes. Gives their folder."""
    wishes = Wishes(put_back=WhichResults.ALL, library=made.library)
    assert await restores(made).into_this(path, wishes) is not None
    assert not finishing.finish(made.profile, made.snapshots, NOW)
    [folder] = made.library.glob("Restored*")
    return folder


async def test_results_written_by_a_killed_restore_are_removed_at_the_next_start(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    before = contents(tmp_path / "machine")
    folder = await put_beside(made, path)
    [taken] = await restores(made).clean_up()
    assert (taken.folder, taken.files) == (folder, 6)
    assert contents(tmp_path / "machine") == before
    assert not folder.exists()
    assert not made.profile.restoring.exists()
    assert await restores(made).clean_up() == []


async def test_edited_results_of_a_killed_restore_are_kept(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    folder = await put_beside(made, path)
    used, changed, *_ = sorted(folder.rglob("*.mp4"))
    changed.write_bytes(b"cut")
    (folder / "notes.txt").write_text("mine")
    asked: list[str] = []

    async def results_in(place: str) -> list[Output]:
        asked.append(place)
        return [Output(task_id=TaskId("t0"), index=0, url="", url_fetched_at=NOW, path=str(used))]

    await restores(made, None, results_in).clean_up()
    assert asked == [str(folder)]
    names = sorted(file.name for file in folder.rglob("*") if file.is_file())
    assert names == sorted([used.name, f"{used.name}.json", changed.name, "notes.txt"])


async def test_results_of_a_killed_restore_on_a_missing_drive_are_removed_when_it_returns(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    folder = await put_beside(made, path)
    made.library.rename(tmp_path / "away")
    assert await restores(made).clean_up() == []
    (tmp_path / "away").rename(made.library)
    assert [taken.folder for taken in await restores(made).clean_up()] == [folder]


async def test_finished_restore_keeps_its_results(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    await into_this(made, path, Wishes(put_back=WhichResults.ALL, library=made.library))
    [folder] = made.library.glob("Restored*")
    assert await restores(made).clean_up() == []
    assert len(list(folder.rglob("*.mp4"))) == 3
    assert not list(folder.rglob("*.new"))


async def test_abandoned_restore_leaves_nothing(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    done = restores(made)
    for put_back in (WhichResults.NONE, WhichResults.ALL):
        await done.into_this(path, Wishes(put_back=put_back, library=made.library))
        await done.clean_up()
        assert not made.profile.restoring.exists()
        assert not list(made.library.glob("Restored*"))


async def test_restore_is_refused_if_the_present_state_cannot_be_backed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made, path = await a_backup(tmp_path)
    await add_a_task(made.profile)
    done = restores(made)
    await done.into_this(path, Wishes(put_back=WhichResults.NONE, library=made.library))
    await done.say_yes()
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
    with pytest.raises(DiskError, match="are needed"):
        finishing.finish(made.profile, made.snapshots, NOW)
    monkeypatch.undo()
    assert "t150" in (await everything(made.profile))["tasks"]
    assert not finishing.finish(made.profile, made.snapshots, NOW)


async def test_damaged_present_list_is_replaced_and_kept(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    torn = b"SQLite format 3\0" + b"torn" * 1_000
    made.profile.database.write_bytes(torn)
    await into_this(made, path, Wishes(put_back=WhichResults.NONE, library=made.library))
    assert len((await everything(made.profile))["tasks"]) == 6
    [aside] = made.profile.backups.glob("*.unreadable")
    assert (aside / "profile.db").read_bytes() == torn


async def test_lost_list_is_restored(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    for leftover in made.profile.folder.glob("profile.db*"):
        leftover.unlink()
    await into_this(made, path, Wishes(put_back=WhichResults.NONE, library=made.library))
    assert len((await everything(made.profile))["tasks"]) == 6


async def test_unwritten_log_of_the_old_list_never_reaches_the_restored_one(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    with closing(sqlite3.connect(made.profile.database)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE tasks SET title = 'not written down yet'")
        connection.commit()
        log = made.profile.database.with_name("profile.db-wal").read_bytes()
    made.profile.database.with_name("profile.db-wal").write_bytes(log)
    assert len(log) > 1_000
    await into_this(made, path, Wishes(put_back=WhichResults.NONE, library=made.library))
    store = await SqliteStore.open(made.profile.database)
    assert {task.title for task in await store.unfinished()} == {""}
    await store.close()


async def test_backup_of_an_older_version_is_migrated(tmp_path: Path):
    made = await a_profile(tmp_path / "machine")
    old = tmp_path / "old" / "profile.db"
    old.parent.mkdir()
    with closing(sqlite3.connect(old)) as connection:
        statements = Path(__file__).parents[2] / "store" / "version_4_2.sql"
        connection.executescript(statements.read_text(encoding="utf-8"))
    older = Profile(name="Old", folder=old.parent, library=tmp_path / "films", key_name="x")
    pack(older, made.snapshots, tmp_path / "old.zip", LIGHT, older.library, NOW, Watch())
    wishes = Wishes(put_back=WhichResults.NONE, library=tmp_path / "films")
    found = await restores(made).into_new(tmp_path / "old.zip", "Old", Color.BLUE, wishes)
    assert found is not None
    assert made.snapshots.look(found.database).version == str(MIGRATIONS[-1].to)
    assert sorted(one.name for one in found.folder.glob("profile.db*")) == ["profile.db"]
    store = await SqliteStore.open(found.database)
    assert (await store.get(TaskId("0f1e2d3c4b5a69788796a5b4c3d2e1f0"))).state is State.SUCCEEDED
    await store.close()


async def test_backup_of_a_newer_version_is_refused_before_any_change(tmp_path: Path):
    made = await a_profile(tmp_path / "machine")
    store = await SqliteStore.open(tmp_path / "new" / "profile.db", migrations=NEWER_MINOR)
    await store.close()
    newer = Profile(name="New", folder=tmp_path / "new", library=tmp_path / "films", key_name="x")
    pack(newer, SqliteSnapshots(), tmp_path / "new.zip", LIGHT, newer.library, NOW, Watch())
    wishes = Wishes(put_back=WhichResults.NONE, library=tmp_path / "films")
    done = restores(made)
    for work in (
        done.look_at(tmp_path / "new.zip"),
        done.into_this(tmp_path / "new.zip", wishes),
        done.into_new(tmp_path / "new.zip", "New", Color.BLUE, wishes),
    ):
        with pytest.raises(BadBackup, match="is newer than this one"):
            await work
    assert not made.profile.restoring.exists()
    assert len(made.folders.all()) == 1
    assert not list(made.folders.beside.iterdir())


async def test_damaged_backup_changes_nothing(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    content = bytearray(path.read_bytes())
    content[content.index(b"clip 2 clip 2")] ^= 1
    path.write_bytes(content)
    done = restores(made)
    library = done.library_for("Client A")
    for work in (
        done.into_this(path, Wishes(put_back=WhichResults.ALL, library=library)),
        done.into_new(path, "Client A", Color.RED, Wishes(put_back=WhichResults.ALL, library=library)),
    ):
        with pytest.raises(BadBackup, match="is damaged"):
            await work
    assert not made.profile.restoring.exists()
    assert not library.exists()
    assert not list(library.parent.glob(f"{library.name}*"))
    assert len(made.folders.all()) == 1


async def test_restore_canceled_at_any_moment_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made, path = await a_backup(tmp_path)
    library = restores(made).library_for("Client A")
    before = contents(tmp_path / "machine")
    looks, end = 0, [1_000_000]

    def look(_: Watch) -> None:
        nonlocal looks
        looks += 1
        if looks >= end[0]:
            raise Stopped

    monkeypatch.setattr(Watch, "look", look)
    wishes = Wishes(put_back=WhichResults.ALL, library=library)
    for end[0] in range(1, 1_000):
        looks = 0
        found = await restores(made).into_new(path, "Client A", Color.RED, wishes)
        if found is not None:
            break
        assert contents(tmp_path / "machine") == before
    assert end[0] > 10


async def test_demo_and_real_profiles_are_never_restored_into_each_other(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    demo = demo_profile(tmp_path / "demo", ("--demo",))
    shutil.copytree(made.profile.folder, demo.folder)
    of_demo = tmp_path / "demo.zip"
    pack(demo, made.snapshots, of_demo, LIGHT, demo.library, NOW, Watch())
    wishes = Wishes(put_back=WhichResults.NONE, library=demo.library)
    with pytest.raises(NotPossible, match="backup of the demo"):
        await restores(made).into_new(of_demo, "Client", Color.RED, wishes)
    with pytest.raises(NotPossible, match="backup of the demo"):
        await restores(made).into_this(of_demo, wishes)
    with pytest.raises(NotPossible, match="backup of a real profile"):
        await restores(made, demo).into_this(path, wishes)
    assert await restores(made, demo).into_this(of_demo, wishes) is not None


async def test_only_so_many_copies_of_the_state_before_restores_are_kept(tmp_path: Path):
    made, path = await a_backup(tmp_path)
    for number in range(finishing.BEFORE_KEPT + 2):
        done = restores(made)
        await done.into_this(path, Wishes(put_back=WhichResults.NONE, library=made.library))
        await done.say_yes()
        finishing.finish(made.profile, made.snapshots, NOW + number)
    assert len(list(made.profile.backups.iterdir())) == finishing.BEFORE_KEPT


async def test_machine_specific_and_temporary_settings_are_not_restored(tmp_path: Path):
    made = await a_profile(tmp_path / "machine")
    store = await SqliteStore.open(made.profile.database)
    await store.set_settings(
        {JOURNAL: {"target": "/elsewhere"}, SEEN: {"/drive": "/drive"}, "library_folder": "/drive"}
    )
    [output] = await store.outputs(TaskId("t0"))
    look = Look(presence=Presence.MISSING, at=NOW, signs=Signs(1, 2))
    file = KeptFile(task_id=output.task_id, index=0, path=output.path, size=output.size, sha256=output.sha256)
    await store.note_looks([Looked(file=file, look=look)])
    assert (await store.outputs(TaskId("t0")))[0].is_missing
    await store.close()
    path = tmp_path / "studio.zip"
    pack(made.profile, made.snapshots, path, ALL, made.library, NOW, Watch())
    found = await into_a_new(made, path)
    store = await SqliteStore.open(found.database)
    settings = await store.settings()
    assert (settings[JOURNAL], settings[SEEN], settings["library_folder"]) == (None, None, None)
    [output] = await store.outputs(TaskId("t0"))
    assert output.look == NEVER_LOOKED
    assert output.is_here
    await store.close()


async def test_missing_search_folder_is_reported(tmp_path: Path):
    made, path = await a_backup(tmp_path, LIGHT)
    wishes = Wishes(library=made.library, look_in=tmp_path / "gone")
    with pytest.raises(DiskError, match="is not there"):
        await restores(made).into_this(path, wishes)


async def test_library_folder_settings_of_a_hostile_backup_are_ignored(tmp_path: Path):
    made, _ = await a_backup(tmp_path)
    store = await SqliteStore.open(made.profile.database)
    await store.set_settings({"library_folder": "/home/person/Documents", OWN: ["/"]})
    await store.close()
    hostile = tmp_path / "hostile.zip"
    pack(made.profile, made.snapshots, hostile, ALL, made.library, NOW, Watch())
    store = await SqliteStore.open(made.profile.database)
    await store.set_settings({"library_folder": str(made.library), OWN: None})
    await store.close()
    await into_this(made, hostile, Wishes(put_back=WhichResults.NONE, library=made.library))
    for name, value in (("library_folder", str(made.library)), (OWN, [str(made.library)])):
        assert made.snapshots.setting(made.profile.database, name) == value

    library = tmp_path / "library"
    new = await restores(made).into_new(hostile, "New", Color.RED, Wishes(put_back=WhichResults.NONE, library=library))
    assert new is not None
    for name, value in (("library_folder", str(library)), (OWN, [str(library)])):
        assert made.snapshots.setting(new.database, name) == value


async def test_restored_paths_contain_no_step_to_a_parent_folder(tmp_path: Path):
    made, _ = await a_backup(tmp_path)
    with closing(sqlite3.connect(made.profile.database)) as connection, connection:
        roundabout = made.library / "Aurora" / ".." / ".." / "diary.txt"
        connection.execute("UPDATE outputs SET path = ? WHERE task_id = 't0'", (str(roundabout),))
    hostile = tmp_path / "hostile.zip"
    pack(made.profile, made.snapshots, hostile, LIGHT, made.library, NOW, Watch())
    await into_this(made, hostile, Wishes(put_back=WhichResults.NONE, library=made.library))
    paths = [output.path for output in made.snapshots.results(made.profile.database)]
    assert str(made.library.parent / "diary.txt") in paths
    assert not any(".." in path for path in paths)


ADDITIONS = {
    "trigger": "CREATE TRIGGER theirs AFTER UPDATE ON tasks BEGIN UPDATE outputs SET path = '/home/person/thesis'; END",
    "view": "CREATE VIEW theirs AS SELECT * FROM tasks",
    "virtual table": "CREATE VIRTUAL TABLE theirs USING fts5 (words)",
}


@pytest.mark.parametrize("kind", ADDITIONS)
async def test_list_with_a_trigger_view_or_virtual_table_is_not_restored(tmp_path: Path, kind: str):
    made, path = await a_backup(tmp_path)
    hostile = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(hostile, "w") as bad:
        manifest = json.loads(good.read("manifest.json"))
        [entry] = [member for member in manifest["members"] if member["kind"] == "database"]
        (tmp_path / "list.db").write_bytes(good.read(entry["name"]))
        with closing(sqlite3.connect(tmp_path / "list.db")) as connection:
            connection.execute(ADDITIONS[kind])
        content = (tmp_path / "list.db").read_bytes()
        entry |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        changed = {"manifest.json": json.dumps(manifest).encode(), entry["name"]: content}
        for name in good.namelist():
            bad.writestr(name, changed.get(name) or good.read(name))
    with pytest.raises(StoreError, match="contains code that is not from this program"):
        await restores(made).look_at(hostile)
    with pytest.raises(StoreError, match="contains code that is not from this program"):
        await restores(made).into_this(hostile, Wishes(put_back=WhichResults.NONE, library=made.library))
    assert not made.profile.restoring.exists()
