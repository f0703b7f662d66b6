"""Older lists of tasks become newer ones without loss, newer ones are left alone, strangers' are never touched."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from runway_desktop.domain.account import NO_KEY, fingerprint_of
from runway_desktop.domain.clients import ClientRequest
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.library import Filter, GroupBy, Listing, Place, SortKey, Span
from runway_desktop.domain.outputs import Looked
from runway_desktop.domain.presence import NEVER_LOOKED, Look, Presence
from runway_desktop.domain.task import ITS_TURN, Hold, HoldCode, Pick, Request, State, Task, TaskId
from runway_desktop.store import SqliteStore
from runway_desktop.store.migrations import MIGRATIONS, Migration, Version, backup_path, bring_up_to_date
from runway_desktop.values import replace
from tests.unit.store.libraries import fill


def add_mood(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE tasks ADD COLUMN mood INTEGER NOT NULL DEFAULT 0")


def rename_titles(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE tasks SET title = 'was: ' || prompt")


def break_off(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM settings")
    connection.execute("SELECT * FROM a_table_that_is_not_there")


REMOTE = "17f20503-6c24-4c16-946b-35dbbce2af2f"
NOW = MIGRATIONS[-1].to
MINOR, MAJOR = Version(NOW.major, 90), Version(NOW.major + 1, 0)
NEWER_MINOR = (*MIGRATIONS, Migration(MINOR, add_mood))
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


async def test_a_new_file_gets_the_newest_version_and_no_backup(tmp_path: Path):
    store = await SqliteStore.open(tmp_path / "p.db", migrations=NEWER_MAJOR)
    await store.close()
    assert version_of(tmp_path / "p.db") == MAJOR
    assert [file.name for file in tmp_path.iterdir()] == ["p.db"]


async def test_an_old_file_is_backed_up_and_brought_up_to_date(tmp_path: Path):
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


async def test_opening_again_migrates_nothing(tmp_path: Path):
    path = tmp_path / "p.db"
    await an_old_one(path)
    for _ in range(2):
        store = await SqliteStore.open(path, migrations=NEWER_MINOR)
        await store.close()
        backup_path(path, NOW).unlink(missing_ok=True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["p.db"]


async def test_a_step_that_breaks_off_leaves_the_file_as_it_was_and_is_done_again(tmp_path: Path):
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


async def test_a_newer_minor_version_is_worked_with(tmp_path: Path):
    path = tmp_path / "p.db"
    store = await SqliteStore.open(path, migrations=NEWER_MINOR)
    await store.close()
    store = await SqliteStore.open(path, migrations=MIGRATIONS)
    await store.set_settings({"a": 1})
    await store.close()
    assert version_of(path) == MINOR


async def test_a_newer_major_version_is_refused_with_a_sentence(tmp_path: Path):
    path = tmp_path / "p.db"
    store = await SqliteStore.open(path, migrations=NEWER_MAJOR)
    await store.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer version of this program") as caught:
        await SqliteStore.open(path)
    assert "Install the newest version" in caught.value.advice
    assert path.read_bytes() == before


async def test_a_strangers_database_is_never_touched(tmp_path: Path):
    path = tmp_path / "p.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="not a list of tasks"):
        await SqliteStore.open(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


async def test_without_room_for_a_backup_nothing_is_migrated(tmp_path: Path):
    path = tmp_path / "p.db"
    await an_old_one(path)
    backup_path(path, NOW).mkdir()
    with pytest.raises(StoreError, match="could not be backed up"):
        await SqliteStore.open(path, migrations=NEWER_MINOR)
    assert version_of(path) == NOW


async def test_what_version_one_wrote_is_still_read(tmp_path: Path):
    """The statements beside this test were written by version 1.0 and stay as they are, whatever comes after."""
    path = tmp_path / "p.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "version_1_0.sql").read_text(encoding="utf-8"))
    store = await SqliteStore.open(path)
    task = await store.get(TaskId("0f1e2d3c4b5a69788796a5b4c3d2e1f0"))
    assert task is not None
    assert (task.request.prompt, task.request.values["duration"], task.cost_credits) == ("A lighthouse, 猫", 5, 60.0)
    assert [output.path for output in await store.outputs(task.id)] == ["/films/lighthouse.mp4"]
    assert [entry.kind for entry in await store.ledger(task.id)] == ["made", "sent"]
    assert (await store.counts()).batches == (("b1", "shots.csv", 1),)
    assert await store.amount(Filter(length=Span(5, 5), text=task.project)) == 1
    assert len(await store.list(Listing(group=GroupBy.PROMPT, sort=SortKey.RATING))) == 1
    [file] = await store.kept_files(None, 10)
    assert (file.path, file.look) == ("/films/lighthouse.mp4", NEVER_LOOKED)
    assert await store.note_looks([Looked(file=file, look=Look(presence=Presence.MISSING, at=1.0))])
    assert await store.amount(Filter(place=Place.MISSING)) == 1
    await store.close()


async def an_old_list(path: Path, before: Version, total: int) -> None:
    """As a program wrote it that knew no later version; of tasks of every kind."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bring_up_to_date(connection, path, [migration for migration in MIGRATIONS if migration.to < before])
    new = path.with_name("new.db")
    store = await SqliteStore.open(new)
    await fill(store, total)
    await store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("ATTACH ? AS new", (str(new),))
        for table in ("batches", "tasks", "outputs", "task_tags"):
            found = connection.execute(f"PRAGMA main.table_info ({table})")
            names = ", ".join(f'"{name}"' for _, name, *_ in found)
            connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new.{table}")  # noqa: S608 - our own
        connection.execute("INSERT INTO searched (rowid, words) SELECT id, c0 FROM new.searched_content")
        connection.execute(
            "INSERT INTO ledger (number, task_id, at, kind, detail) SELECT new.ledger.number, id, at, kind, detail "
            "FROM new.ledger JOIN new.tasks ON task = new.tasks.number"
        )
    new.unlink()


async def test_list_of_before_version_four_becomes_small_and_stays_what_it_was(tmp_path: Path):
    path = tmp_path / "p.db"
    await an_old_list(path, Version(4, 0), 600)
    size = path.stat().st_size
    with closing(sqlite3.connect(path)) as connection:
        ids = [task_id for (task_id,) in connection.execute("SELECT id FROM tasks ORDER BY number")]
        ledger = connection.execute("SELECT task_id, at, kind, detail FROM ledger ORDER BY number").fetchall()
        [found] = connection.execute("SELECT count(*) FROM searched WHERE searched MATCH 'lighthouse'").fetchone()
        states = dict(connection.execute("SELECT state, count(*) FROM tasks WHERE removed_at IS NULL GROUP BY 1"))
    told: list[str] = []
    store = await SqliteStore.open(path, renewing=lambda: told.append("renewing"))
    assert told == ["renewing"]
    assert await store.amount(Filter(text="lighthouse")) == found > 0
    assert {state.value: amount for state, amount in (await store.counts()).states.items()} == states
    kept = [entry for task_id in ids for entry in await store.ledger(TaskId(task_id))]
    assert sorted((entry.task_id, entry.at, entry.kind) for entry in kept) == sorted(line[:3] for line in ledger)
    await store.check(whole=True)
    await store.close()
    assert path.stat().st_size < 0.75 * size
    again = await SqliteStore.open(path, renewing=lambda: told.append("again"))
    await again.close()
    assert told == ["renewing"]


async def test_list_that_cannot_be_written_anew_keeps_its_free_pages(tmp_path: Path):
    path = tmp_path / "p.db"
    await an_old_list(path, Version(4, 0), 20)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # The file that is written in its place cannot be made, as on a full disk.
        connection.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK
        )
        bring_up_to_date(connection, path)
        assert connection.execute("PRAGMA freelist_count").fetchone() > (0,)
    assert version_of(path) == NOW


async def test_nobody_knows_the_key_of_what_an_older_version_sent_and_uploaded(tmp_path: Path):
    path = tmp_path / "p.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "version_1_0.sql").read_text(encoding="utf-8"))
    before_keys = [migration for migration in MIGRATIONS if migration.to < Version(2, 2)]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bring_up_to_date(connection, path, before_keys)
        connection.execute("UPDATE tasks SET state = 'running', ended_at = NULL, remote_id = ?", (REMOTE,))
        connection.execute(
            "INSERT INTO inputs (task_id, place, uri, media, path, sha256, size, upload_uri, uploaded_at) "
            "SELECT id, '[\"x\"]', 'file:///a.png', 'image', '/a.png', 'f00', 7, 'runway://a', 1000.0 FROM tasks"
        )
    assert version_of(path) == Version(2, 1)
    store = await SqliteStore.open(path)
    [task] = await store.unfinished()
    assert (task.state, task.remote_id) == (State.RUNNING, REMOTE)
    assert (task.key, task.hidden_from, task.not_found_at) == (NO_KEY, NO_KEY, None)
    assert [asset.upload_key for asset in await store.inputs(task.id) if asset.upload_uri == "runway://a"] == [NO_KEY]
    for key in (NO_KEY, fingerprint_of("key_mine")):
        assert await store.upload_of("f00", key, 0.0, 2_000.0) is None
    known = replace(task, key=fingerprint_of("key_mine"), not_found_at=5.0)
    await store.save(known)
    assert await store.get(task.id) == known
    await store.close()


async def test_short_words_of_an_older_list_are_found_at_the_end_of_a_text(tmp_path: Path):
    path = tmp_path / "p.db"
    request = Request(endpoint="", model="gen4.5", values={}, prompt="A fox")
    store = await SqliteStore.open(path)
    await store.add([Task(id=TaskId("a"), request=request, created_at=1.0, shot="京都")], [], None, [])
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE endings")
        next(migration for migration in MIGRATIONS if migration.to == Version(1, 6)).run(connection)
        connection.commit()
    store = await SqliteStore.open(path)
    for word in ("京都", "都", "京"):
        assert await store.amount(Filter(text=word)) == 1
    await store.close()


RESTORED = "Restored from a backup; it may have been sent after the backup was made."
COPIED = "This profile's folder was copied or put back; this may have been sent already."


def not_sent(words: str) -> Hold:
    return Hold(HoldCode.NOT_SENT, words=words)


SENTENCES = {
    "": ITS_TURN,
    "Waits until you send it.": Hold(HoldCode.WAITS_FOR_PERSON),
    RESTORED: Hold(HoldCode.RESTORED),
    COPIED: Hold(HoldCode.COPIED),
    "“猫 1.png” is not there any more. Put it back, or edit the task and choose another.": Hold(
        HoldCode.FILE_MISSING, file="猫 1.png"
    ),
    "“a.png” is not there any more. Find it, put it back, or edit the task and choose another.": Hold(
        HoldCode.FILE_MISSING, file="a.png"
    ),
    "“a.png” cannot be read. Check it, or edit the task and choose another.": Hold(
        HoldCode.FILE_UNREADABLE, file="a.png"
    ),
    "“a.png” is empty. Edit the task and choose another file.": Hold(HoldCode.FILE_EMPTY, file="a.png"),
    "a.png cannot be read. Check that it is still there and may be read.": Hold(
        HoldCode.FILE_UNREADABLE, words="a.png cannot be read. Check that it is still there and may be read."
    ),
    "a.png became shorter while it was sent. Send it again.": Hold(
        HoldCode.FILE_UNREADABLE, words="a.png became shorter while it was sent. Send it again."
    ),
    "The upload did not work. Runway has trouble at the moment. Try again in a moment.": Hold(
        HoldCode.UPLOAD_FAILED, words="Runway has trouble at the moment. Try again in a moment."
    ),
    "The program made a mistake while preparing this. Choose “Send next” to try it again.": Hold(HoldCode.NOT_PREPARED),
    "The program made a mistake while preparing this. Choose “Send next” to try again; if that fails, copy the support "
    "details.": Hold(HoldCode.NOT_PREPARED),
    **{
        said: not_sent(said)
        for said in (
            "Runway could not be reached.",
            "Runway could not be reached in time.",
            "api.dev.runwayml.com was not found on the network.",
            "No trusted connection to Runway could be made.",
            "Too much was asked of Runway at once, and this waited too long for its turn.",
            "The program is closing, so nothing was sent.",
            "Runway did not accept the key.",
            "There is no key for Runway yet.",
            "The key for Runway holds characters that a key cannot have.",
            "Runway takes no more requests for now.",
            "Runway is overloaded and did not take the request.",
            "A copy of this profile's folder is in use. Close this window, then start the program again to go on here.",
            "The disk is full, so the list of tasks could not be saved. Free some space.",
        )
    },
}
"""What versions before 3.0 wrote about why a task waits, and what it is now."""
REWORDED = (
    RESTORED.replace("Restored", "Put back"),
    RESTORED.lower(),
    COPIED.removesuffix("."),
    f" {RESTORED}",
    "Waits until you send this.",
    "It came from a backup, and whether it was sent cannot be read. Ask.",
    "“a.png” is not there any more, and this task was restored.",
    "Who sent this was not found on the network.",
    "The balance is too low.",
    "-",
)


async def written_by_2_2(path: Path, sentences: Sequence[str]) -> None:
    """A list with one held task for each sentence, by the statements that version 1.0 left and the steps up to 2.2."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "version_1_0.sql").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bring_up_to_date(connection, path, [step for step in MIGRATIONS if step.to <= Version(2, 2)])
        connection.execute("CREATE TEMP TABLE one AS SELECT * FROM tasks LIMIT 1")
        for number, sentence in enumerate(sentences):
            connection.execute(
                "UPDATE one SET number = ?, id = ?, state = 'held', remote_id = NULL, ended_at = NULL, hold_reason = ?",
                (100 + number, f"task {number}", sentence),
            )
            connection.execute("INSERT INTO tasks SELECT * FROM one")


async def holds_in(path: Path) -> dict[str, Task]:
    store = await SqliteStore.open(path)
    found = {task.id: task for task in await store.unfinished()}
    await store.close()
    return {task_id: found[TaskId(task_id)] for task_id in sorted(found, key=lambda name: int(name.split()[1]))}


async def test_every_sentence_that_was_ever_written_becomes_its_code(tmp_path: Path):
    path = tmp_path / "p.db"
    await written_by_2_2(path, list(SENTENCES))
    assert [task.hold for task in (await holds_in(path)).values()] == list(SENTENCES.values())


async def test_a_restored_or_copied_task_of_an_older_list_still_waits_for_the_person(tmp_path: Path):
    path = tmp_path / "p.db"
    await written_by_2_2(path, [RESTORED, COPIED])
    for task in (await holds_in(path)).values():
        assert task.waits_for_person
        assert task.may_be_sent_already


async def test_an_unknown_sentence_asks_the_person_and_is_kept(tmp_path: Path):
    path = tmp_path / "p.db"
    await written_by_2_2(path, REWORDED)
    found = await holds_in(path)
    assert [task.hold for task in found.values()] == [Hold(HoldCode.ASK_PERSON, words=said) for said in REWORDED]
    for task in found.values():
        assert task.waits_for_person
        assert task.may_be_sent_already


async def test_a_list_with_codes_is_refused_by_a_program_that_compares_sentences(tmp_path: Path):
    path = tmp_path / "p.db"
    await (await SqliteStore.open(path)).close()
    with pytest.raises(StoreError, match="newer version of this program"):
        await SqliteStore.open(path, migrations=[step for step in MIGRATIONS if step.to < Version(3, 0)])


async def test_a_code_of_a_newer_version_asks_the_person(tmp_path: Path):
    path = tmp_path / "p.db"
    await written_by_2_2(path, [RESTORED])
    await (await SqliteStore.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('UPDATE tasks SET hold = \'something new\', hold_detail = \'{"file":"a","more":1}\'')
        connection.commit()
    [task] = (await holds_in(path)).values()
    assert task.hold == Hold(HoldCode.ASK_PERSON, file="a")


async def test_a_name_that_the_program_made_for_a_batch_is_forgotten_and_a_persons_stays(tmp_path: Path):
    path = tmp_path / "p.db"
    made = ["12 tasks", "Batch of 5 November 2026", "Batch of 25 May 2025"]
    given = ["", "12 tasks for Aurora", "tasks", "Batch of 5", "Batch of 5 Novembre 2026", "Foxes", "twelve tasks"]
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "version_1_0.sql").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bring_up_to_date(connection, path, [step for step in MIGRATIONS if step.to <= Version(3, 1)])
        for number, name in enumerate([*made, *given]):
            connection.execute("INSERT INTO batches VALUES (?, ?, ?)", (f"m{number}", name, 1000.0))
        bring_up_to_date(connection, path)
        kept = connection.execute("SELECT name FROM batches WHERE id LIKE 'm%' ORDER BY rowid").fetchall()
    assert [name for (name,) in kept] == [""] * len(made) + given


async def test_a_sheet_of_an_older_version_says_how_many_rows_were_not_sent(tmp_path: Path):
    path = tmp_path / "p.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "version_1_0.sql").read_text(encoding="utf-8"))
    before = [migration for migration in MIGRATIONS if migration.to < Version(3, 3)]
    sent, unsent = '{"cells": {"a": 1}, "sent": [{"task": "t", "labels": []}]}', '{"cells": {"a": 1}}'
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bring_up_to_date(connection, path, before)
        connection.executemany(
            "INSERT INTO sheets (id, name, changed_at, rows, batch_id, text) VALUES (?, 'shots.csv', 1.0, 3, 'b1', ?)",
            [("whole", f'{{"rows": [{sent}, {unsent}, {unsent}]}}'), ("damaged", "{")],
        )
    backup_path(path, Version(1, 0)).unlink()
    store = await SqliteStore.open(path)
    assert [(kept.id, kept.unsent) for kept in (await store.counts()).unsent] == [("whole", 2)]
    await store.close()


async def test_a_list_of_version_4_0_has_what_people_judge_by_beside_the_stars(tmp_path: Path):
    path = tmp_path / "p.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "version_1_0.sql").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bring_up_to_date(connection, path, [step for step in MIGRATIONS if step.to <= Version(4, 0)])
        connection.execute("UPDATE tasks SET rating = 5, pick = 'pick' WHERE number = (SELECT min(number) FROM tasks)")
        (judged,) = connection.execute("SELECT id FROM tasks WHERE rating = 5").fetchone()
    store = await SqliteStore.open(path)
    wanted = Filter(rating=Span(5, 5), picks=frozenset({Pick.PICK}))
    assert list((await store.list(Listing(filter=wanted), 20)).ids) == [judged]
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        columns = [name for *_, name in connection.execute("PRAGMA index_info (tasks_by_rating_in_list)")]
    assert columns == ["rating", "created_at", "number", "pick", "project", "removed_at"]


@pytest.mark.parametrize(
    ("detail", "is_imported"), [('{"from":"/mnt/old"}', True), ('{"index":0,"file":"fox.mp4"}', False)]
)
async def test_what_was_imported_into_an_older_list_is_told_from_what_was_sent(
    tmp_path: Path, detail: str, is_imported: bool
):
    path = tmp_path / "p.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "version_1_0.sql").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bring_up_to_date(connection, path, [step for step in MIGRATIONS if step.to <= Version(4, 1)])
        task_id, number = connection.execute("SELECT id, number FROM tasks").fetchone()
        line = "INSERT INTO ledger (task, at, kind, detail) VALUES (?, 1.0, 'imported', ?)"
        connection.execute(line, (number, detail))
    store = await SqliteStore.open(path)
    [task] = await store.get_many([task_id])
    assert task.imported is is_imported
    await store.close()


async def test_an_older_list_keeps_what_clients_ask_for_from_then_on(tmp_path: Path):
    path = tmp_path / "p.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parent / "version_1_0.sql").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        bring_up_to_date(connection, path, [step for step in MIGRATIONS if step.to <= Version(4, 2)])
    store = await SqliteStore.open(path)
    wanted = Request(endpoint="text_to_image", model="gen4_image", values={"promptText": "A fox"}, prompt="A fox")
    asked = ClientRequest(
        client="claude", request_id="1", digest="f0", task_id=TaskId("new"), credits=25.0, at=10.0, request=wanted
    )
    assert await store.note_client_request(asked) == asked
    other = replace(asked, task_id=TaskId("another"), digest="f1")
    assert await store.note_client_request(other) == asked, "the first of one id stays"
    await store.close()
    store = await SqliteStore.open(path)
    assert await store.client_request("claude", "1") == asked
    assert await store.latest_client_requests("claude", "f0", 5) == [asked]
    assert await store.latest_client_requests("codex", "f0", 5) == []
    assert await store.client_requests([TaskId("new"), TaskId("none")]) == {TaskId("new"): asked}
    assert await store.reserved_since("claude", 10.0) == 0.0, "its task was never stored"
    await store.add([Task(id=TaskId("new"), request=wanted, created_at=10.0)], [], None, [])
    assert (await store.reserved_since("claude", 10.0), await store.reserved_since("claude", 11.0)) == (25.0, 0.0)
    await store.close()
