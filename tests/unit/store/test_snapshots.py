"""A task list is copied while in use, without secrets, and prepared for another folder."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from runway_desktop.domain.backups import NewerFormat
from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.library import Document, Filter, KeptSheet, LedgerEntry
from runway_desktop.domain.task import Input, Output, OutputState, State, Task, TaskId
from runway_desktop.store import SqliteStore
from runway_desktop.store.migrations import MIGRATIONS
from runway_desktop.store.snapshots import SqliteSnapshots
from runway_desktop.values import replace
from tests.rigs.libraries import fill
from tests.rigs.newer_lists import NEWER_MINOR
from tests.unit.store.tasks_on_disk import a_task, on_disk

KEY = "key_" + "0123456789abcdef" * 8
SIGNATURE = "eyJhbGciOiJIUzI1NiJ9.c2lnbmF0dXJl.abcdef0123456789"
SIGNED = f"https://out.example/a/b.mp4?_jwt={SIGNATURE}"

snapshots = SqliteSnapshots()


def quietly(_done: int, _total: int) -> None:
    pass


async def a_list(path: Path, size: int = 200) -> SqliteStore:
    store = await SqliteStore.open(path)
    await fill(store, size)
    return store


def output(task: Task, **members) -> Output:
    return Output(task_id=task.id, index=0, url=SIGNED, url_fetched_at=2.0, **members)


async def test_snapshot_of_a_list_in_use_is_consistent(tmp_path: Path):
    store = await a_list(tmp_path / "p.db")
    await store.save_sheet(KeptSheet(id="s", name="Shots", changed_at=1.0, rows=2, text="{}"))
    found = snapshots.take(tmp_path / "p.db", tmp_path / "copy.db", quietly)
    await store.add([a_task("later")], [], None, [])
    states = [task.state for task in await store.unfinished()]
    await store.close()
    assert found == snapshots.look(tmp_path / "copy.db")
    assert (found.version, found.tasks, found.sheets) == (str(MIGRATIONS[-1].to), 200, 1)
    assert found.queued == states.count(State.QUEUED) - 1
    assert found.live == sum(state.is_live for state in states)
    copy = await SqliteStore.open(tmp_path / "copy.db")
    assert await copy.amount(Filter()) == 200
    assert await copy.amount(Filter(text="lagoon")) > 0
    await copy.close()


async def test_snapshot_is_private_and_leaves_no_temporary_files(tmp_path: Path):
    store = await a_list(tmp_path / "p.db", 20)
    (tmp_path / "backup").mkdir()
    snapshots.take(tmp_path / "p.db", tmp_path / "backup" / "copy.db", quietly)
    await store.close()
    assert [file.name for file in (tmp_path / "backup").iterdir()] == ["copy.db"]
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "backup" / "copy.db").stat().st_mode) == 0o600


async def test_equal_lists_give_equal_snapshots(tmp_path: Path):
    store = await a_list(tmp_path / "p.db")
    for name in ("a.db", "b.db"):
        snapshots.take(tmp_path / "p.db", tmp_path / name, quietly)
    await store.set_settings({"theme": "dark"})
    snapshots.take(tmp_path / "p.db", tmp_path / "c.db", quietly)
    await store.close()
    async with on_disk(tmp_path / "p.db") as store:
        snapshots.take(tmp_path / "p.db", tmp_path / "d.db", quietly)
    first, second, third, fourth = ((tmp_path / f"{name}.db").read_bytes() for name in "abcd")
    assert first == second != third == fourth


async def test_snapshot_is_independent_of_the_lists_folder_and_starts(tmp_path: Path):
    store = await a_list(tmp_path / "p.db")
    for run in range(3):
        snapshots.take(tmp_path / "p.db", tmp_path / f"{run}.db", quietly)
        await store.set_settings({IDENTITY: {"machine": "a name", "folder": str(tmp_path), "runs": run}})
    assert snapshots.setting(tmp_path / "p.db", IDENTITY) == {"machine": "a name", "folder": str(tmp_path), "runs": 2}
    await store.close()
    assert snapshots.setting(tmp_path / "2.db", IDENTITY) is None
    first, second, third = ((tmp_path / f"{run}.db").read_bytes() for run in range(3))
    assert first == second == third


async def test_snapshot_has_nothing_that_is_run_when_something_happens(tmp_path: Path):
    store = await a_list(tmp_path / "p.db")
    await store.set_settings({"hook": {"list": "ab", "words": ["https://x.example/token"], "happenings": ["saved"]}})
    await store.close()
    snapshots.take(tmp_path / "p.db", tmp_path / "copy.db", quietly)
    assert snapshots.setting(tmp_path / "copy.db", "hook") is None
    assert b"x.example" not in (tmp_path / "copy.db").read_bytes()


async def test_setting_of_a_list_is_read_while_another_program_has_it_open(tmp_path: Path):
    store = await a_list(tmp_path / "p.db", 1)
    await store.set_settings({"folder": "ü \udcff", "nothing": None})
    assert [snapshots.setting(tmp_path / "p.db", name) for name in ("folder", "nothing", "none")] == [
        "ü \udcff",
        None,
        None,
    ]
    await store.close()
    assert snapshots.setting(tmp_path / "p.db", "folder") == "ü \udcff"
    with closing(sqlite3.connect(tmp_path / "p.db")) as connection:
        connection.execute("UPDATE settings SET value = '{' WHERE name = 'folder'")
        connection.commit()
    with pytest.raises(StoreError, match="damaged"):
        snapshots.setting(tmp_path / "p.db", "folder")
    with pytest.raises(StoreError):
        snapshots.setting(tmp_path / "none.db", "folder")


@pytest.mark.usefixtures("survived_mistakes")
async def test_snapshot_contains_no_key_and_no_signed_link_even_on_free_pages(tmp_path: Path):
    store = await a_list(tmp_path / "p.db")
    task = a_task("secretive", f"I pasted my {KEY} by mistake")
    values = {"promptText": f"see {KEY}", "promptImage": SIGNED, "seed": 7}
    task = replace(task, request=replace(task.request, values=values), note=SIGNED, title=KEY)
    given = Input(task_id=task.id, field_path=("promptImage",), uri=SIGNED, upload_uri=f"runway://{SIGNATURE}")
    entry = LedgerEntry(task_id=task.id, at=1.0, kind="noted", detail={"link": SIGNED, "key": KEY})
    await store.add([task], [given], None, [entry])
    await store.save_output(output(task))
    await store.save_sheet(KeptSheet(id="s", name=KEY, changed_at=1.0, text=f'{{"link": "{SIGNED}"}}'))
    await store.save_sheet(KeptSheet(id="gone", name="x", changed_at=1.0, text=f'{{"a": "{SIGNED}"}}' * 500))
    await store.delete_sheet("gone")
    await store.set_settings({"composer.draft": {"prompt": KEY, "promptImage": SIGNED}})
    snapshots.take(tmp_path / "p.db", tmp_path / "copy.db", quietly)
    assert KEY.encode() in (tmp_path / "p.db-wal").read_bytes(), "the test puts it where it would be found"
    await store.close()
    written = (tmp_path / "copy.db").read_bytes()
    for secret in (KEY[4:], SIGNATURE, SIGNATURE.lower()):
        assert secret.encode() not in written
    copy = await SqliteStore.open(tmp_path / "copy.db")
    found = await copy.get(task.id)
    assert found.request.values == {"promptText": "see key_…", "promptImage": "https://out.example/a/b.mp4", "seed": 7}
    assert (found.title, found.request.prompt) == ("key_…", "I pasted my key_… by mistake")
    assert await copy.amount(Filter(text="mistake")) == 1
    assert [one.url for one in await copy.outputs(task.id)] == [""]
    assert [one.detail["key"] for one in await copy.ledger(task.id)] == ["key_…"]
    with pytest.raises(StoreError) as caught:
        await copy._writer.write(lambda connection: connection.execute("UPDATE ledger SET kind = 'x'"))
    assert "append-only" in caught.value.detail
    await copy.close()


async def test_changes_during_a_snapshot_are_not_blocked_and_not_included(tmp_path: Path):
    path = tmp_path / "p.db"
    store = await a_list(path, 500)
    begun, go_on = threading.Event(), threading.Event()

    def pause(_done: int, _total: int) -> None:
        if not begun.is_set():
            begun.set()
            assert go_on.wait(60)

    taking = threading.Thread(target=snapshots.take, args=(path, tmp_path / "copy.db", pause))
    taking.start()
    assert begun.wait(60)
    await store.add([a_task("meanwhile")], [], None, [])
    go_on.set()
    taking.join(60)
    assert snapshots.look(tmp_path / "copy.db").tasks == 500
    assert snapshots.look(path).tasks == 501
    await store.close()


class CalledOff(Exception):
    pass


async def test_snapshot_canceled_at_any_moment_leaves_nothing(tmp_path: Path):
    store = await a_list(tmp_path / "p.db", 500)
    await store.close()
    (tmp_path / "backup").mkdir()
    looks, last = 0, [1_000_000]

    def stop(_done: int, _total: int) -> None:
        nonlocal looks
        looks += 1
        if looks >= last[0]:
            raise CalledOff

    snapshots.take(tmp_path / "p.db", tmp_path / "whole.db", stop)
    for end in sorted({1, looks // 2, looks}):
        looks, last = 0, [end]
        with pytest.raises(CalledOff):
            snapshots.take(tmp_path / "p.db", tmp_path / "backup" / "copy.db", stop)
        assert list((tmp_path / "backup").iterdir()) == []


def test_foreign_or_missing_list_is_refused_and_not_created(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "recipes.db")) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    for look in (snapshots.look, snapshots.bring_up_to_date):
        with pytest.raises(StoreError, match="not a list of tasks"):
            look(tmp_path / "recipes.db")
    with pytest.raises(StoreError, match="There is no list of tasks"):
        snapshots.look(tmp_path / "gone.db")
    assert not (tmp_path / "gone.db").exists()
    (tmp_path / "torn.db").write_bytes(b"SQLite format 3\0" + b"x" * 4000)
    with pytest.raises(StoreError):
        snapshots.bring_up_to_date(tmp_path / "torn.db")


async def test_older_list_is_migrated_and_a_newer_one_left_unchanged(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript((Path(__file__).parent / "version_4_2.sql").read_text(encoding="utf-8"))
    assert snapshots.look(tmp_path / "old.db").version == "4.2"
    snapshots.bring_up_to_date(tmp_path / "old.db")
    assert snapshots.look(tmp_path / "old.db").version == str(MIGRATIONS[-1].to)
    store = await SqliteStore.open(tmp_path / "new.db", migrations=NEWER_MINOR)
    await store.close()
    before = (tmp_path / "new.db").read_bytes()
    with pytest.raises(NewerFormat):
        snapshots.bring_up_to_date(tmp_path / "new.db")
    assert (tmp_path / "new.db").read_bytes() == before


async def test_moved_list_has_updated_paths(tmp_path: Path):
    old, new = Path("/old/profile/inputs"), tmp_path / "inputs"
    task, clip = a_task("a"), a_task("b")
    picture = old / "ab" / "Mein Bild ü.png"
    request = replace(
        task.request, values={"promptImage": picture.as_uri(), "references": [{"uri": "file:///other.png"}]}
    )
    given = Input(task_id=task.id, field_path=("promptImage",), uri=picture.as_uri(), path=str(picture))
    poster = tmp_path / "poster.jpg"
    poster.write_bytes(b"x")
    async with on_disk(tmp_path / "p.db") as store:
        await store.add([replace(task, request=request), clip], [given], None, [])
        await store.save_outputs(
            [
                output(clip, state=OutputState.SAVED, path="/films/old clip.mp4", poster="/old/posters/x.jpg"),
                output(task, state=OutputState.SAVED, path="/films/still.png", poster=str(poster)),
            ]
        )
        await store.set_settings({"composer.draft": {"inputs": [str(picture)]}, "theme": "dark"})
        await store.save_document(Document.CUT, "Aurora", "Aurora", 1.0, json.dumps({"path": str(old / "wind.wav")}))
    assert [found.path for found in snapshots.results(tmp_path / "p.db")] == ["/films/still.png", "/films/old clip.mp4"]
    snapshots.settle(
        tmp_path / "p.db",
        settings={"theme": None, "mark": {"at": 1}},
        results={(clip.id, 0): tmp_path / "new clip.mp4", (TaskId("none"), 0): tmp_path / "x"},
        folders=[(str(old), str(new)), (old.as_uri(), new.as_uri())],
    )
    async with on_disk(tmp_path / "p.db") as store:
        [cut] = await store.documents(Document.CUT)
        assert json.loads(cut) == {"path": str(new / "wind.wav")}
        found = await store.get(task.id)
        assert found.request.values == {
            "promptImage": (new / "ab" / "Mein Bild ü.png").as_uri(),
            "references": [{"uri": "file:///other.png"}],
        }
        [moved] = await store.inputs(task.id)
        assert (moved.path, moved.uri) == (str(new / "ab" / "Mein Bild ü.png"), found.request.values["promptImage"])
        [there] = await store.outputs(clip.id)
        assert (there.path, there.poster) == (str(tmp_path / "new clip.mp4"), "")
        assert [one.poster for one in await store.outputs(task.id)] == [str(poster)]
        assert await store.amount(Filter(text="new clip")) == 1
        assert await store.settings() == {
            "composer.draft": {"inputs": [str(new / "ab" / "Mein Bild ü.png")]},
            "theme": None,
            "mark": {"at": 1},
        }
