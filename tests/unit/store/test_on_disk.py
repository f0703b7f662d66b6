"""What only a store on disk promises: it outlives kills, says what is wrong with its file, and keeps the file."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from runway_desktop.domain import task as domain_task
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.library import LedgerEntry, Listing, Page
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Input, Output, State, TaskId
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.store import SqliteStore, records
from runway_desktop.store.connections import Answer, DatabaseThread, Work, WriteConnection
from runway_desktop.store.trouble import translated
from runway_desktop.values import replace
from tests.rigs.libraries import fill
from tests.unit.store.tasks_on_disk import a_task, on_disk


async def test_folder_and_file_are_created_private(tmp_path: Path):
    path = tmp_path / "new" / "profile.db"
    async with on_disk(path) as store:
        await store.add([a_task("a")], [], None, [])
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert stat.S_IMODE(path.with_name("profile.db-wal").stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["profile.db"]


async def test_media_kind_of_a_later_version_is_stored_unchanged(tmp_path: Path):
    path = tmp_path / "p.db"
    output = Output(task_id=TaskId("a"), index=0, url="", url_fetched_at=1.0)
    found = Input(task_id=TaskId("a"), field_path=("a",), uri="", media=Media.IMAGE, path="/a.png")
    async with on_disk(path) as store:
        await store.add([a_task("a")], [found], None, [])
        await store.save_outputs([output])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE outputs SET media = 'mesh'")
        connection.execute("UPDATE inputs SET media = 'mesh'")
    async with on_disk(path) as store:
        [row] = await store.rows([TaskId("a")])
        await store.save(row.task, inputs=await store.inputs(TaskId("a")))
        await store.save_outputs([replace(one, size=7) for one in row.outputs])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT media, size FROM outputs").fetchall() == [("mesh", 7)]
        assert connection.execute("SELECT media FROM inputs").fetchall() == [("mesh",)]
    async with on_disk(path) as store:
        await store.save_outputs([replace(output, media=Media.IMAGE)])
        await store.save_outputs([output])
        [row] = await store.rows([TaskId("a")])
        assert [one.media for one in row.outputs] == [Media.OTHER]


async def test_every_commit_is_synced_to_disk(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        asked = ("journal_mode", "synchronous", "fullfsync", "foreign_keys")
        found = await store._writer.run(
            lambda connection: [connection.execute(f"PRAGMA {name}").fetchone() for name in asked]
        )
        assert found == [("wal",), (2,), (1,), (1,)]


async def test_store_threads_have_names_and_end_with_the_store(tmp_path: Path):
    before = set(threading.enumerate())
    store = await SqliteStore.open(tmp_path / "p.db", threads=DiskThreads)
    started = set(threading.enumerate()) - before
    assert {thread.name for thread in started} == {f"store-{name} p.db 1" for name in ("write", "read", "sweep")}
    assert all(thread.daemon for thread in started), "one that hangs in a disk keeps no closed program alive"
    await asyncio.gather(store.close(), store.close())
    for thread in started:
        thread.join(60)
    assert not any(thread.is_alive() for thread in started)


@pytest.mark.parametrize("slow", ["store-write", "store-read", "store-sweep"])
async def test_canceled_opening_leaves_no_connection(tmp_path: Path, slow: str):
    path, may_go_on = tmp_path / "p.db", threading.Event()
    await (await SqliteStore.open(path)).close()

    def threads(most: int, name: str) -> ThreadPoolExecutor:
        executor = ThreadPoolExecutor(most, name)
        if name.startswith(slow):
            executor.submit(may_go_on.wait)
        return executor

    opening = asyncio.create_task(SqliteStore.open(path, threads=threads))
    await asyncio.sleep(0.2)
    opening.cancel()
    await asyncio.sleep(0)
    may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert [file.name for file in tmp_path.iterdir()] == ["p.db"]


async def test_closed_store_raises(tmp_path: Path):
    store = await SqliteStore.open(tmp_path / "p.db")
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.get(TaskId("a"))
    with pytest.raises(StoreError, match="closed"):
        await store.set_settings({"a": 1})


async def test_calls_made_before_closing_are_completed(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        writes = [asyncio.create_task(store.add([a_task(str(n))], [], None, [])) for n in range(20)]
        await asyncio.sleep(0)
    await asyncio.gather(*writes)
    async with on_disk(tmp_path / "p.db") as store:
        assert len(await store.list(Listing())) == 20


def _given(number: int, _: sqlite3.Connection) -> int:
    return number


async def test_waiting_writes_share_one_commit_independent_of_their_callers(tmp_path: Path):
    busy = threading.Event()
    turns: list[int] = []

    def count(_: sqlite3.Connection) -> None:
        turns.append(threading.get_ident())

    class Counting(DatabaseThread):
        async def run(self, work: Work[Answer]) -> Answer:
            turns.append(0)
            return await super().run(work)

    database = Counting(
        ThreadPoolExecutor(1), lambda: sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    )
    writer = WriteConnection(tmp_path, database)
    await writer.open()
    held = asyncio.create_task(writer.run(lambda _: busy.wait(5.0)))
    asking = asyncio.create_task(writer.write(count))
    others = [asyncio.create_task(writer.write(partial(_given, number))) for number in range(3)]
    await asyncio.sleep(0)
    asking.cancel()
    busy.set()
    assert await asyncio.gather(*others) == [0, 1, 2]
    await held
    assert turns.count(0) == 2, "one to keep it busy, one for all four"
    assert await writer.write(lambda _: "later") == "later"
    await writer.close()


async def test_writes_of_a_shared_commit_fail_individually(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        await store.add([a_task("a")], [], None, [])
        results = await asyncio.gather(
            store.save(a_task("a", "good")),
            store.save(a_task("missing")),
            store.add([a_task("b"), a_task("a")], [], None, []),
            store.add([a_task("c")], [], None, []),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [type(None), LookupError, ValueError, type(None)]
        assert [task.id for task in await store.get_many([TaskId(name) for name in "abc"])] == ["a", "c"]


async def test_canceled_caller_leaves_a_complete_write(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        task = asyncio.create_task(store.add([a_task("a"), a_task("b")], [], None, []))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await store.set_settings({"later": True})
        assert len(await store.list(Listing())) == 2


async def test_reading_continues_during_a_long_write(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        await store.add([a_task("a")], [], None, [])
        release = threading.Event()
        slow = asyncio.create_task(store._writer.write(lambda _connection: release.wait(60)))
        assert await store.get(TaskId("a")) == a_task("a")
        assert not slow.done()
        release.set()
        assert await slow


async def test_rows_do_not_wait_behind_spending_sums(tmp_path: Path):
    """Starting adds up a month of spending before anything may be sent; the first rows are on the screen by then."""
    async with on_disk(tmp_path / "p.db") as store:
        await store.add([a_task("a")], [], None, [])
        release = threading.Event()
        sweeping = asyncio.create_task(store._sweeper.ask(lambda _: release.wait(60)))
        sums = [
            asyncio.create_task(work)
            for work in (store.spending(0, 1), store.spent_tasks(0, 1), store.spent_by_project(["a"]), store.counts())
        ]
        await asyncio.sleep(0)
        assert [row.task.id for row in (await store.beginning(Listing(), 200, 30))[1]] == ["a"]
        assert not any(one.done() for one in sums)
        release.set()
        await asyncio.gather(sweeping, *sums)


async def test_abandoned_query_is_interrupted(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def begin() -> None:
            loop.call_soon_threadsafe(begun.set)

        def ask_for_ever(connection: sqlite3.Connection) -> None:
            connection.create_function("begin", 0, begin)
            numbers = (
                "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT begin() FROM n WHERE n < 2"
            )
            connection.execute(numbers).fetchall()

        endless = asyncio.create_task(store._sweeper.ask(ask_for_ever))
        waiting = [asyncio.create_task(store._sweeper.ask(ask_for_ever)) for _ in range(3)]
        await begun.wait()
        for task in (endless, *waiting):
            task.cancel()
        assert (await store.counts()).pages[Page.ALL] == 0


async def test_ledger_cannot_be_rewritten(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        await store.add([a_task("a")], [], None, [LedgerEntry(task_id=TaskId("a"), at=1.0, kind="made", detail={})])
    with closing(sqlite3.connect(tmp_path / "p.db")) as connection:
        for statement in ("UPDATE ledger SET kind = 'x'", "DELETE FROM ledger"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)


async def test_columns_of_a_newer_program_are_kept(tmp_path: Path):
    path = tmp_path / "p.db"
    async with on_disk(path) as store:
        await store.add([a_task("a")], [], None, [])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE tasks ADD COLUMN mood INTEGER NOT NULL DEFAULT 0")
        connection.execute("UPDATE tasks SET mood = 5")
        connection.commit()
    async with on_disk(path) as store:
        await store.save(replace(a_task("a"), title="named"))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT title, mood FROM tasks").fetchone() == ("named", 5)


KILLED = """
import asyncio, sys
from pathlib import Path
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Request, Task, TaskId
from runway_desktop.store import SqliteStore

async def main():
    store = await SqliteStore.open(Path(sys.argv[1]))
    for number in range(100_000):
        request = Request(endpoint="text_to_image", model="gen4_image", prompt=f"prompt {number}")
        task = Task(id=TaskId(str(number)), request=request, created_at=float(number))
        line = LedgerEntry(task_id=task.id, at=1.0, kind="made", detail={})
        await store.add([task], [], None, [line])
        print(number, flush=True)

asyncio.run(main())
"""


async def test_killed_program_loses_no_committed_data(tmp_path: Path):
    path = tmp_path / "p.db"
    saved = -1
    for _round in range(2):
        path.unlink(missing_ok=True)
        for rest in ("-wal", "-shm"):
            path.with_name(path.name + rest).unlink(missing_ok=True)
        with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                saved = int(line)
                if saved >= 40 + 13 * _round:
                    process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
                    break
            rest_of_it = process.stdout.read().split()
        saved = max([saved, *(int(word) for word in rest_of_it if word.isdigit())])
        async with on_disk(path) as store:
            names = set((await store.list(Listing())).ids)
            assert {str(number) for number in range(saved)} <= names
            assert all([await store.ledger(TaskId(name)) for name in names])
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# Trouble, in words


async def test_damaged_file_is_named_and_kept(tmp_path: Path):
    path = tmp_path / "profile.db"
    path.write_bytes(b"this was never a database, not at all" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"“profile\.db” is damaged") as caught:
        await SqliteStore.open(path)
    assert "backup" in caught.value.advice
    assert str(path) in caught.value.detail
    assert path.read_bytes() == before


async def test_damaged_page_in_the_database_is_reported_when_read(tmp_path: Path):
    path = tmp_path / "profile.db"
    async with on_disk(path) as store:
        await fill(store, 300)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * (size - 4096 * 3))

    async def read_it_all() -> None:
        async with on_disk(path) as store:
            await store.list(Listing())
            await store.unfinished()

    with pytest.raises(StoreError, match="damaged"):
        await read_it_all()
    assert path.stat().st_size == size


async def test_nonsensical_row_is_reported_as_damage(tmp_path: Path):
    path = tmp_path / "profile.db"
    async with on_disk(path) as store:
        await store.add([a_task("a")], [], None, [])
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE tasks SET request_values = 'no json'")
            connection.commit()
        with pytest.raises(StoreError, match="damaged"):
            await store.get(TaskId("a"))


@pytest.mark.parametrize(
    "odd",
    [
        '{"text":"Retry","many":"Retry {n}","n":1e999}',
        '{"text":"{file:>900000000}","values":{"file":"a"}}',
        '{"text":"in {a}","values":{"a":' * 400 + '"it"' + "}}" * 400,
    ],
    ids=["endless number", "width", "400 levels"],
)
async def test_unusual_text_is_no_damage(tmp_path: Path, odd: str):
    path = tmp_path / "profile.db"
    async with on_disk(path) as store:
        await store.add([a_task("a")], [], None, [])
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE tasks SET failure = ?", (f'{{"code":"INTERNAL","words":{odd}}}',))
            connection.commit()
        found = await store.get(TaskId("a"))
        assert found is not None
        assert found.failure is not None
        assert str(found.failure.words).startswith(("Retry", "{file:", "in in "))


async def test_full_disk_is_reported_and_nothing_is_partially_written(tmp_path: Path):
    async with on_disk(tmp_path / "p.db") as store:
        await store.add([a_task("a")], [], None, [])
        await store._writer.run(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchone())
        with pytest.raises(StoreError, match="disk is full") as caught:
            await store.add([a_task(str(n), "long " * 5_000) for n in range(50)], [], None, [])
        assert "still there" in caught.value.advice
        assert await store.get(TaskId("1")) is None
        await store._writer.run(lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchone())
        await store.add([a_task("b")], [], None, [])
        assert len(await store.list(Listing())) == 2


async def test_impossible_folder_is_reported(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be opened for writing") as caught:
        await SqliteStore.open(tmp_path / "file" / "profile.db")
    assert "folder" in caught.value.advice


async def test_read_only_file_is_reported(tmp_path: Path):
    path = tmp_path / "p.db"
    store = await SqliteStore.open(path)
    await store.close()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("DELETE FROM settings")
        assert "cannot be opened for writing" in str(translated(caught.value, path))


async def test_file_locked_by_another_program_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("runway_desktop.store.sqlite_store._PATIENCE_WITH_OTHERS", 0.01)
    async with on_disk(tmp_path / "p.db") as store:
        with closing(sqlite3.connect(tmp_path / "p.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="in use by another program"):
                await store.set_settings({"a": 1})
            other.rollback()
        await store.set_settings({"a": 1})


@pytest.mark.usefixtures("survived_mistakes")
async def test_program_errors_are_not_reported_as_disk_errors(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    async with on_disk(tmp_path / "p.db") as store:
        with pytest.raises(StoreError, match="Something went wrong in the program") as caught:
            await store._reader.run(lambda connection: connection.execute("SELECT * FROM recipes"))
        assert "no such table" in caught.value.detail
        assert "no such table" in caplog.text


def test_stored_state_rank_equals_that_of_the_domain(monkeypatch):
    """And not the place of the state in the enum: shown with ranks that are anything but that."""
    others = {state: 100 - 7 * number for number, state in enumerate(State)}
    monkeypatch.setattr(domain_task, "RANKS", others)
    spec = importlib.util.spec_from_file_location("runway_desktop.store.records_anew", records.__file__)
    assert spec is not None
    assert spec.loader is not None
    anew = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(anew)
    for state, rank in others.items():
        cells = dict(zip(records.TASK_COLUMNS, anew.task_cells(replace(a_task("one"), state=state)), strict=True))
        assert cells["rank"] == rank
        assert anew.state_of(rank) is state


async def test_checkpoint_writes_committed_data_into_the_database_file(tmp_path: Path):
    path = tmp_path / "profile.db"
    log = path.with_name("profile.db-wal")
    async with on_disk(path) as store:
        await store.check()
        await store.add([a_task("t1")], [], None, ())
        assert log.stat().st_size
        assert await store.checkpoint()
        assert log.stat().st_size == 0
        (tmp_path / "copy").mkdir()
        shutil.copy(path, tmp_path / "copy" / path.name)
        await store.add([a_task("t2")], [], None, ())
    alone = await SqliteStore.open(tmp_path / "copy" / path.name)
    try:
        assert await alone.get(TaskId("t1"))
    finally:
        await alone.close()


async def test_checkpoint_delayed_by_a_reader_blocks_no_writer(tmp_path: Path):
    path = tmp_path / "profile.db"
    store = await SqliteStore.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    try:
        await store.check()
        await store.add([a_task("t1")], [], None, ())
        other.execute("BEGIN")
        other.execute("SELECT * FROM tasks").fetchall()
        await store.add([a_task("t2")], [], None, ())
        assert not await asyncio.wait_for(store.checkpoint(), 2)
        await store.add([a_task("t3")], [], None, ())
        other.execute("COMMIT")
        assert await store.checkpoint()
    finally:
        other.close()
        await store.close()


async def test_file_of_an_unchecked_list_is_not_written(tmp_path: Path):
    path = tmp_path / "profile.db"
    async with on_disk(path) as store:
        await store.add([a_task("t1")], [], None, ())
        before = path.read_bytes()
        assert not await store.checkpoint()
        assert path.read_bytes() == before


async def test_checkpoint_does_not_start_while_the_window_reads(tmp_path: Path, monkeypatch):
    path = tmp_path / "profile.db"
    store = await SqliteStore.open(path)
    began, go_on = threading.Event(), threading.Event()

    def read(*_: object) -> None:
        began.set()
        go_on.wait(10)

    monkeypatch.setattr("runway_desktop.store.listing.entries", read)
    try:
        await store.check()
        await store.add([a_task("t1")], [], None, ())
        before = path.read_bytes()
        reading = asyncio.create_task(store.list(Listing(), 5))
        await asyncio.to_thread(began.wait, 10)
        assert not await store.checkpoint()
        assert path.read_bytes() == before
        go_on.set()
        await reading
        assert await store.checkpoint()
        assert await store.get(TaskId("t1"))
    finally:
        go_on.set()
        await store.close()
