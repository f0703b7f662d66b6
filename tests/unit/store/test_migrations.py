"""Older lists of tasks become newer ones without loss, newer ones are left alone, strangers' are never touched."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from runway_desktop.domain.backups import TASK_IDS
from runway_desktop.domain.errors import DamagedList, StoreError
from runway_desktop.domain.library import Bounds, Document, Filter, GroupBy, Listing, Page, SortKey
from runway_desktop.domain.outputs import Looked
from runway_desktop.domain.permissions import Client, ClientRequest, Suggestion
from runway_desktop.domain.task import NEVER_LOOKED, Hold, HoldCode, Look, Presence, Request, Task, TaskId
from runway_desktop.store import SqliteStore
from runway_desktop.store.migrations import MIGRATIONS, Migration, Version, backup_path
from runway_desktop.store.snapshots import SqliteSnapshots
from runway_desktop.values import replace
from tests.rigs.libraries import fill
from tests.rigs.newer_lists import MAJOR, MINOR, NEWER_MINOR, NOW
from tests.unit.store.tasks_on_disk import on_disk


def rename_titles(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE tasks SET title = 'was: ' || prompt")


def break_off(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM settings")
    connection.execute("SELECT * FROM a_table_that_is_not_there")


REMOTE = "17f20503-6c24-4c16-946b-35dbbce2af2f"
NEWER_MAJOR = (*NEWER_MINOR, Migration(MAJOR, rename_titles))
BROKEN = (*NEWER_MINOR, Migration(Version(NOW.major, 91), break_off))


async def an_old_one(path: Path) -> None:
    store = await SqliteStore.open(path, migrations=MIGRATIONS)
    await fill(store, 50)
    await store.set_settings({"theme": "dark"})
    await store.close()


def version_of(path: Path) -> Version:
    with closing(sqlite3.connect(path)) as connection:
        return Version.of(connection)


async def test_new_file_has_the_newest_version_and_no_backup(tmp_path: Path):
    store = await SqliteStore.open(tmp_path / "p.db", migrations=NEWER_MAJOR)
    await store.close()
    assert version_of(tmp_path / "p.db") == MAJOR
    assert [file.name for file in tmp_path.iterdir()] == ["p.db"]


async def test_old_file_is_backed_up_and_migrated(tmp_path: Path):
    path = tmp_path / "p.db"
    await an_old_one(path)
    store = await SqliteStore.open(path, migrations=NEWER_MAJOR)
    unfinished = await store.unfinished()
    assert unfinished
    assert all(task.title == f"was: {task.request.prompt}" for task in unfinished)
    assert await store.settings() == {"theme": "dark"}
    await store.close()
    backup = backup_path(path, NOW)
    assert backup.name == f"p.db.backup-v{NOW}"
    assert sys.platform == "win32" or backup.stat().st_mode & 0o077 == 0
    assert version_of(backup) == NOW
    store = await SqliteStore.open(backup)
    assert [task.title for task in await store.unfinished()] == [""] * len(unfinished)
    await store.close()


async def test_reopening_a_migrated_list_makes_no_other_backup(tmp_path: Path):
    path = tmp_path / "p.db"
    await an_old_one(path)
    await (await SqliteStore.open(path, migrations=NEWER_MINOR)).close()
    backup_path(path, NOW).unlink()
    await (await SqliteStore.open(path, migrations=NEWER_MINOR)).close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["p.db"]


async def test_failed_step_of_a_migration_changes_nothing_and_is_repeated(tmp_path: Path):
    path = tmp_path / "p.db"
    await an_old_one(path)
    with pytest.raises(StoreError, match="could not be brought up to date") as caught:
        await SqliteStore.open(path, migrations=BROKEN)
    assert "a_table_that_is_not_there" in caught.value.detail
    assert version_of(path) == MINOR
    store = await SqliteStore.open(path, migrations=NEWER_MAJOR)
    assert await store.settings() == {"theme": "dark"}
    await store.close()
    assert version_of(path) == MAJOR


async def test_newer_minor_version_is_accepted(tmp_path: Path):
    path = tmp_path / "p.db"
    store = await SqliteStore.open(path, migrations=NEWER_MINOR)
    await store.close()
    store = await SqliteStore.open(path, migrations=MIGRATIONS)
    await store.set_settings({"a": 1})
    await store.close()
    assert version_of(path) == MINOR


async def test_newer_major_version_is_refused_with_a_sentence(tmp_path: Path):
    path = tmp_path / "p.db"
    store = await SqliteStore.open(path, migrations=NEWER_MAJOR)
    await store.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer version of this program") as caught:
        await SqliteStore.open(path)
    assert "Install the newest version" in caught.value.advice
    assert path.read_bytes() == before


async def test_foreign_database_is_never_changed(tmp_path: Path):
    path = tmp_path / "p.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="not a list of tasks"):
        await SqliteStore.open(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


async def test_migration_that_cannot_be_backed_up_is_not_started(tmp_path: Path):
    path = tmp_path / "p.db"
    await an_old_one(path)
    backup_path(path, NOW).mkdir()
    with pytest.raises(StoreError, match="could not be backed up"):
        await SqliteStore.open(path, migrations=NEWER_MINOR)
    assert version_of(path) == NOW


FIRST = Path(__file__).parent / "version_4_2.sql"
"""Written by the first form, and as it is whatever comes after."""
BEFORE = Path(__file__).parent / "version_1_0.sql"
"""Written before the first release."""


def written(path: Path, statements: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statements.read_text(encoding="utf-8"))
    return path


async def test_content_of_the_first_version_is_still_read(tmp_path: Path):
    told: list[str] = []
    path = written(tmp_path / "p.db", FIRST)
    store = await SqliteStore.open(path, renewing=lambda: told.append("renewing"))
    assert told == ["renewing"]
    task = await store.get(TaskId("0f1e2d3c4b5a69788796a5b4c3d2e1f0"))
    assert task is not None
    assert (task.request.prompt, task.request.values["duration"], task.cost_credits) == ("A lighthouse, 猫", 5, 60.0)
    assert (task.trims, task.marks, await store.documents(Document.CUT)) == ((), (), [])
    assert [output.path for output in await store.outputs(task.id)] == ["/films/lighthouse.mp4"]
    assert [entry.kind for entry in await store.ledger(task.id)] == ["made", "sent"]
    assert (await store.counts()).batches == (("b1", "shots.csv", 1),)
    assert await store.amount(Filter(length=Bounds(5, 5), text=task.project)) == 1
    assert len(await store.list(Listing(group=GroupBy.PROMPT, sort=SortKey.RATING))) == 1
    [file] = await store.kept_files(None, 10)
    assert (file.path, file.look) == ("/films/lighthouse.mp4", NEVER_LOOKED)
    assert await store.note_looks([Looked(file=file, look=Look(presence=Presence.MISSING, at=1.0))])
    assert await store.amount(Filter(page=Page.MISSING)) == 1
    await store.check(whole=True)
    await store.close()
    assert version_of(path) == NOW


async def test_pre_release_list_is_left_unchanged_and_its_ids_are_written_to_a_file(tmp_path: Path):
    path = written(tmp_path / "p.db", BEFORE)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TEMP TABLE lost AS SELECT * FROM tasks;
            UPDATE lost SET number = 2, id = 't2', state = 'uncertain', remote_id = NULL, prompt = 'A fox' || char(10);
            INSERT INTO main.tasks SELECT * FROM lost;
        """)
    before = path.read_bytes()
    for opening in (SqliteStore.open(path), SqliteStore.open(path, is_expected=True)):
        with pytest.raises(DamagedList, match="before the first release") as caught:
            await opening
        assert str(tmp_path / TASK_IDS) in caught.value.advice
        [known, doubtful] = (tmp_path / TASK_IDS).read_text().splitlines()
        assert known == REMOTE
        assert doubtful == "# uncertain, 2025-06-15 15:06 UTC, gen4.5: A fox"
    for look in (SqliteSnapshots().look, SqliteSnapshots().bring_up_to_date):
        with pytest.raises(StoreError, match="before the first release"):
            look(path)
    with closing(sqlite3.connect(path)) as connection:
        assert Version.of(connection) == Version(1, 0)
        assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (2,)
    assert path.stat().st_size == len(before)
    assert not list(tmp_path.glob("*.backup-*"))


async def test_refusal_of_a_pre_release_list_names_no_id_file_that_is_not_there(tmp_path: Path):
    path = written(tmp_path / "p.db", BEFORE)
    (tmp_path / f"{TASK_IDS}.part").mkdir()
    with pytest.raises(DamagedList, match="before the first release") as caught:
        await SqliteStore.open(path)
    assert "IDs" not in caught.value.advice


async def test_hold_code_of_a_newer_version_waits_for_the_person(tmp_path: Path):
    path = tmp_path / "p.db"
    written(path, FIRST)
    with closing(sqlite3.connect(path)) as connection:
        change = "UPDATE tasks SET state = 'held', ended_at = NULL, hold = 'something new', hold_detail = ?"
        connection.execute(change, ('{"file":"a","more":1}',))
        connection.commit()
    async with on_disk(path) as store:
        [task] = await store.unfinished()
    assert task.hold == Hold(HoldCode.ASK_PERSON, file="a")


async def test_migrated_list_stores_client_requests_and_suggestions_from_then_on(tmp_path: Path):
    path = written(tmp_path / "p.db", FIRST)
    async with on_disk(path) as store:
        wanted = Request(endpoint="text_to_image", model="gen4_image", values={"promptText": "A fox"}, prompt="A fox")
        asked = ClientRequest(
            client="claude", request_id="1", digest="f0", task_id=TaskId("new"), credits=25.0, at=10.0, request=wanted
        )
        assert await store.note_client_request(asked) == asked
        other = replace(asked, task_id=TaskId("another"), digest="f1")
        assert await store.note_client_request(other) == asked, "the first of one id stays"
    async with on_disk(path) as store:
        assert await store.client_request("claude", "1") == asked
        assert await store.latest_client_requests("claude", "f0", 5) == [asked]
        assert await store.latest_client_requests("codex", "f0", 5) == []
        assert await store.client_requests([TaskId("new"), TaskId("none")]) == {TaskId("new"): asked}
        assert await store.reserved_since("claude", 10.0) == 0.0, "its task was never stored"
        await store.add([Task(id=TaskId("new"), request=wanted, created_at=10.0)], [], None, [])
        await store.save_client(Client(name="claude"), "")
        suggestion = Suggestion(client="claude", reason="sharp", at=2.0)
        await store.suggest([TaskId("new")], suggestion)
        assert await store.suggestions(TaskId("new")) == [suggestion]
        assert (await store.reserved_since("claude", 10.0), await store.reserved_since("claude", 11.0)) == (25.0, 0.0)
