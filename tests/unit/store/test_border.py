"""The store raises only documented errors, whatever SQLite, its threads, the disk or the rows do."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest

from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.library import Document, Estimate, Filter, GroupBy, KeptSheet
from runway_desktop.domain.outputs import KeptFile, Looked
from runway_desktop.domain.permissions import Client, ClientRequest, RecordLine, Suggestion
from runway_desktop.domain.task import Batch, BatchId, Look, OutputState, Presence, RemoteId, Source, StepId, TaskId
from runway_desktop.services.ports import Snapshots, Store
from runway_desktop.store import SqliteStore
from runway_desktop.store.snapshots import SqliteSnapshots
from runway_desktop.values import replace
from tests.rigs.cast import member
from tests.rigs.libraries import NOON, a_line, a_task, an_input, an_output, flat
from tests.rigs.samples import pairs
from tests.unit.store.tasks_on_disk import on_disk

Call = Callable[[Store], Awaitable[Any]]

KEPT = KeptFile(task_id=TaskId("t1"), index=0, path="/a.mp4", size=5, sha256="f00")
MEMBER = member("Maya", "maya.png")
SHEET = KeptSheet(id="s", name="Shots", changed_at=NOON, rows=1, text="{}")
WISH = ClientRequest(
    client="claude", request_id="1", digest="d", task_id=TaskId("t1"), credits=5, at=NOON, request=a_task().request
)
READS: dict[str, Call] = {
    "amount": lambda store: store.amount(Filter()),
    "batch_names": lambda store: store.batch_names([BatchId("b")]),
    "beginning": lambda store: store.beginning(flat(), 10, 5),
    "documents": lambda store: store.documents(Document.CUT, "Aurora"),
    "client_record": lambda store: store.client_record(0, 5),
    "clients": lambda store: store.clients("list"),
    "client_request": lambda store: store.client_request("claude", "1"),
    "client_requests": lambda store: store.client_requests([TaskId("t1")]),
    "continued": lambda store: store.continued([Source(TaskId("t1"), 0)], [StepId("s")]),
    "counts": lambda store: store.counts(),
    "find_remote": lambda store: store.find_remote([RemoteId("r")]),
    "get": lambda store: store.get(TaskId("t1")),
    "get_many": lambda store: store.get_many([TaskId("t1")]),
    "groups": lambda store: store.groups(replace(flat(), group=GroupBy.MODEL)),
    "inputs": lambda store: store.inputs(TaskId("t1")),
    "inputs_of": lambda store: store.inputs_of([TaskId("t1")]),
    "kept_files": lambda store: store.kept_files(None, 5),
    "learned": lambda store: store.learned(),
    "ledger": lambda store: store.ledger(TaskId("t1")),
    "latest_client_requests": lambda store: store.latest_client_requests("claude", "d", 5),
    "list": lambda store: store.list(flat()),
    "missing_files": lambda store: store.missing_files(),
    "not_saved": lambda store: store.not_saved(NOON, 5),
    "suggestions": lambda store: store.suggestions(TaskId("t1")),
    "members": lambda store: store.members(),
    "outputs": lambda store: store.outputs(TaskId("t1")),
    "outputs_in": lambda store: store.outputs_in("/library"),
    "outputs_with": lambda store: store.outputs_with(["f00"]),
    "recent_prompts": lambda store: store.recent_prompts(5),
    "refused_prompts": lambda store: store.refused_prompts(),
    "last_sending": lambda store: store.last_sending(),
    "reserved_since": lambda store: store.reserved_since("claude", 0),
    "result_facts": lambda store: store.result_facts(TaskId("t1")),
    "runs_without_cost": lambda store: store.runs_without_cost(),
    "costs_of_runs": lambda store: store.costs_of_runs(),
    "rows": lambda store: store.rows([TaskId("t1")]),
    "settings": lambda store: store.settings(),
    "sheet": lambda store: store.sheet("s"),
    "sheet_of_batch": lambda store: store.sheet_of_batch(BatchId("b")),
    "sheets": lambda store: store.sheets(5),
    "spending": lambda store: store.spending(0, NOON),
    "spent_by_member": lambda store: store.spent_by_member(0, NOON),
    "spent_by_project": lambda store: store.spent_by_project(["Aurora"]),
    "spent_tasks": lambda store: store.spent_tasks(0, NOON),
    "takes": lambda store: store.takes(TaskId("t1")),
    "timings": lambda store: store.timings("e", "m", "s"),
    "unfinished": lambda store: store.unfinished(),
    "unsaved": lambda store: store.unsaved(),
    "upload_of": lambda store: store.upload_of("f00", NO_KEY, 0, NOON),
    "uses_of": lambda store: store.uses_of(["f00"]),
}
WRITES: dict[str, Call] = {
    "add": lambda store: store.add([a_task("t2")], [], Batch(id=BatchId("b"), name="b", created_at=NOON), [a_line()]),
    "change_output": lambda store: store.change_output(TaskId("t1"), 0, lambda output: replace(output, size=7)),
    "delete_sheet": lambda store: store.delete_sheet("s"),
    "change_sheet": lambda store: store.change_sheet("s", str.upper),
    "take_void_permissions": lambda store: store.take_void_permissions("list"),
    "learn": lambda store: store.learn("e", "m", "s", Estimate(credits=5, at=NOON)),
    "move_outputs": lambda store: store.move_outputs(
        [FileMove(task_id=TaskId("t1"), index=0, source="/a.mp4", target="/b.mp4")], {"library": "/b"}
    ),
    "delete_document": lambda store: store.delete_document(Document.CHAIN, "c"),
    "note_client_request": lambda store: store.note_client_request(WISH),
    "note_refusal": lambda store: store.note_refusal([TaskId("t1")], "No", False, False),
    "rename_batch": lambda store: store.rename_batch(BatchId("b"), "Dawn"),
    "suggest": lambda store: store.suggest([TaskId("t1")], Suggestion(client="claude", reason="", at=NOON)),
    "record_call": lambda store: store.record_call(RecordLine(at=NOON, client="claude", call="list")),
    "save_document": lambda store: store.save_document(Document.CHAIN, "d", "Film", NOON, "{}"),
    "save_client": lambda store: store.save_client(Client(name="claude"), "list"),
    "note_looks": lambda store: store.note_looks([Looked(file=KEPT, look=Look(presence=Presence.MISSING, at=NOON))]),
    "renew_links": lambda store: store.renew_links([an_output()]),
    "save": lambda store: store.save(a_task(prompt="Another"), a_line(), [an_output()], [an_input()]),
    "save_many": lambda store: store.save_many([a_task(prompt="Another")], [a_line()]),
    "save_output": lambda store: store.save_output(an_output(), a_line()),
    "save_outputs": lambda store: store.save_outputs([an_output(size=9)]),
    "save_member": lambda store: store.save_member(MEMBER, NOON),
    "save_sheet": lambda store: store.save_sheet(SHEET),
    "set_settings": lambda store: store.set_settings({"theme": "dark"}),
}

pytestmark = pytest.mark.usefixtures("survived_mistakes")


def sqlite_error(kind: type[sqlite3.Error], text: str, code: int) -> sqlite3.Error:
    error = kind(text)
    error.sqlite_errorcode = code
    return error


KINDS = (
    "ERROR", "INTERNAL", "PERM", "ABORT", "BUSY", "LOCKED", "NOMEM", "READONLY", "INTERRUPT", "IOERR", "CORRUPT",
    "NOTFOUND", "FULL", "CANTOPEN", "PROTOCOL", "SCHEMA", "TOOBIG", "MISMATCH", "MISUSE", "NOLFS", "AUTH", "FORMAT",
    "RANGE", "NOTADB", "IOERR_FSYNC", "BUSY_SNAPSHOT", "CORRUPT_VTAB", "READONLY_DBMOVED", "CANTOPEN_FULLPATH",
)  # fmt: skip
CONSTRAINTS = ("CHECK", "NOTNULL", "TRIGGER", "FOREIGNKEY", "UNIQUE", "PRIMARYKEY")
ERRORS: tuple[Exception, ...] = (
    sqlite3.Error("x"),
    sqlite3.Warning("You can only execute one statement at a time."),
    sqlite3.InterfaceError("Error binding parameter 0 - probably unsupported type."),
    sqlite3.DatabaseError("file is not a database"),
    sqlite3.DataError("string or blob too big"),
    sqlite3.OperationalError("no such table: tasks"),
    sqlite3.OperationalError("Could not decode to UTF-8 column 'prompt' with text 'x'"),
    sqlite3.OperationalError("user-defined function raised exception"),
    sqlite3.IntegrityError("CHECK constraint failed"),
    sqlite3.InternalError("x"),
    sqlite3.ProgrammingError("Cannot operate on a closed database."),
    sqlite3.NotSupportedError("x"),
    OverflowError("Python int too large to convert to SQLite INTEGER"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    ValueError("Connection closed"),
    TypeError("x"),
    KeyError("code"),
    IndexError("x"),
    AttributeError("x"),
    RecursionError("maximum recursion depth exceeded"),
    MemoryError(),
    OSError(5, "Input/output error"),
    RuntimeError("can't start new thread"),
    ZeroDivisionError(),
    *(sqlite_error(sqlite3.OperationalError, kind, getattr(sqlite3, f"SQLITE_{kind}")) for kind in KINDS),
    *(
        sqlite_error(sqlite3.IntegrityError, kind, getattr(sqlite3, f"SQLITE_CONSTRAINT_{kind}"))
        for kind in CONSTRAINTS
    ),
    # No future takes it: whoever asked would wait for ever.
    StopIteration(),
)
PROMISED_BY_CODE = (
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY,
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
)
"""What says that something is not there, or there already."""
TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Failing(sqlite3.Connection):
    """A connection that raises `error` where `fails` says so."""

    error: Exception | None = None

    fails: ClassVar[Callable[[str], bool]]
    """Which statements."""

    unclosed: ClassVar[list[Failing]]

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.unclosed.append(self)

    def close(self) -> None:
        super().close()
        self.unclosed.remove(self)

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        self._may_fail(statement)
        return super().execute(statement, *parameters)

    def executemany(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        self._may_fail(statement)
        return super().executemany(statement, *parameters)

    @classmethod
    def _may_fail(cls, statement: str) -> None:
        if cls.error is not None and cls.fails(statement):
            raise cls.error


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> type[Failing]:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **more: connect(*given, **more, factory=Failing))
    monkeypatch.setattr(Failing, "error", None)
    monkeypatch.setattr(Failing, "fails", lambda _: True, raising=False)
    monkeypatch.setattr(Failing, "unclosed", [], raising=False)
    return Failing


async def a_store(path: Path) -> SqliteStore:
    store = await SqliteStore.open(path)
    kept = an_output(state=OutputState.SAVED, path="/a.mp4", size=5, sha256="f00")
    await store.add([a_task()], [an_input()], None, [a_line()], [kept])
    await store.save_sheet(SHEET)
    await store.save_member(MEMBER, NOON)
    await store.save_document(Document.CHAIN, "c", "Film", NOON, "{}")
    return store


def ended_since(before: set[threading.Thread]) -> None:
    """All threads that were started since."""
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
        assert not thread.is_alive(), thread.name


def promised(error: Exception) -> tuple[type[Exception], ...]:
    if isinstance(error, sqlite3.IntegrityError) and getattr(error, "sqlite_errorcode", 0) in PROMISED_BY_CODE:
        return (LookupError, ValueError)
    return (StoreError,)


def test_every_store_call_is_fuzzed() -> None:
    assert {*READS, *WRITES, "checkpoint", "close"} == {name for name in vars(Store) if not name.startswith("_")}
    assert {*LISTS} == {name for name in vars(Snapshots) if not name.startswith("_")}


async def test_reading_raises_only_documented_errors(tmp_path: Path, failing: type[Failing]) -> None:
    store = await a_store(tmp_path / "p.db")
    for error, name in pairs(ERRORS, list(READS), one_in=8):
        failing.error = error
        with pytest.raises(promised(error)) as caught:
            async with asyncio.timeout(30):
                await READS[name](store)
        assert caught.value is not error, name
    failing.error = None
    assert await store.get(TaskId("t1")) is not None
    await store.close()


@pytest.mark.parametrize("when", ["at once", "in the middle", "at the end"])
async def test_writing_raises_only_documented_errors_and_then_wrote_nothing(
    when: str, tmp_path: Path, failing: type[Failing]
) -> None:
    store = await a_store(tmp_path / "p.db")
    before = await everything(store)
    failing.fails = {
        "at once": lambda _: True,
        "in the middle": lambda statement: not statement.startswith(TRANSACTIONS),
        "at the end": lambda statement: statement == "COMMIT",
    }[when]
    for error, name in pairs(ERRORS, list(WRITES), one_in=6):
        failing.error = error
        with pytest.raises(promised(error)) as caught:
            async with asyncio.timeout(30):
                await WRITES[name](store)
        assert caught.value is not error, name
        failing.error = None
        assert await everything(store) == before, name
    await WRITES["add"](store)
    await store.close()


async def test_checkpoint_raises_only_documented_errors(tmp_path: Path, failing: type[Failing]) -> None:
    store = await a_store(tmp_path / "p.db")
    await store.check()
    for error in ERRORS:
        failing.error = error
        with pytest.raises(StoreError):
            async with asyncio.timeout(30):
                await store.checkpoint()
    failing.error = None
    assert await store.checkpoint()
    await store.close()


async def everything(store: Store) -> tuple[Any, ...]:
    return await store.unfinished(), await store.outputs(TaskId("t1")), await store.sheets(9), await store.settings()


async def test_store_that_cannot_be_opened_raises_and_leaves_no_connection(
    tmp_path: Path, failing: type[Failing]
) -> None:
    store = await a_store(tmp_path / "p.db")
    await store.close()
    before = set(threading.enumerate())
    for error in ERRORS:
        failing.error = error
        with pytest.raises(StoreError):
            await SqliteStore.open(tmp_path / "p.db")
        failing.error = None
        ended_since(before)
        assert failing.unclosed == []
    async with on_disk(tmp_path / "p.db") as store:
        assert await store.get(TaskId("t1")) is not None


async def test_every_caller_of_a_failed_shared_commit_gets_the_error(tmp_path: Path, failing: type[Failing]) -> None:
    store = await a_store(tmp_path / "p.db")
    failing.error = sqlite_error(sqlite3.OperationalError, "disk I/O error", sqlite3.SQLITE_IOERR)
    failing.fails = lambda statement: statement.startswith(("COMMIT", "ROLLBACK"))
    writes = [store.set_settings({str(number): number}) for number in range(5)]
    results = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(result) for result in results] == [StoreError] * 5
    failing.error = None
    assert await store.settings() == {}
    await store.set_settings({"theme": "dark"})
    assert await store.settings() == {"theme": "dark"}
    await store.close()


async def test_connection_that_cannot_be_closed_leaves_no_thread(
    tmp_path: Path, failing: type[Failing], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(threading.enumerate())
    store = await a_store(tmp_path / "p.db")

    def close(connection: sqlite3.Connection) -> None:
        # Nobody else could: it belongs to its thread, which ends.
        sqlite3.Connection.close(connection)
        raise sqlite3.OperationalError("unable to close due to unfinalized statements")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(failing, "close", close)
        with pytest.raises(StoreError):
            await store.close()
    ended_since(before)


async def test_missing_threads_of_the_system_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(StoreError):
        await SqliteStore.open(tmp_path / "p.db")


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


ODD: dict[str, Call] = {
    "a number that SQLite does not have": lambda store: store.save_output(an_output(size=2**70)),
    "an id with half a character": lambda store: store.save_output(an_output("\ud800")),
    "asked for by half a character": lambda store: store.get(TaskId("\ud800")),
    "asked for by a huge number": lambda store: store.sheets(2**70),
    "an object in the settings": lambda store: store.set_settings({"a": object()}),
    "settings nested without end": lambda store: store.set_settings({"a": nested(100_000)}),
    "values nested without end": lambda store: store.add([a_task("t2", values={"a": nested(100_000)})], [], None, []),
    "settings of a move": lambda store: store.move_outputs([], {"a": object()}),
    "an edit that raises": lambda store: store.change_output(TaskId("t1"), 0, lambda _: 1 / 0),  # type: ignore[arg-type,return-value]
    "an edit that gives something else": lambda store: store.change_output(TaskId("t1"), 0, lambda _: "x"),  # type: ignore[arg-type,return-value]
}


@pytest.mark.parametrize("name", ODD)
async def test_values_impossible_in_a_database_are_program_errors_and_change_nothing(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = await a_store(tmp_path / "p.db")
    before = await everything(store)
    with pytest.raises(StoreError, match="Something went wrong in the program"):
        await ODD[name](store)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert await everything(store) == before
    await store.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE tasks SET request_values = 'no json'",
        "UPDATE tasks SET request_values = printf('%.*c', 100000, '[')",
        "UPDATE tasks SET request_values = '[1]'",
        "UPDATE tasks SET prompt = CAST(x'ff' AS TEXT)",
        "UPDATE tasks SET prompt = x'ff'",
        "UPDATE tasks SET state = 'nowhere'",
        "UPDATE tasks SET refusals = '[[1]]'",
        "UPDATE tasks SET failure = '{}'",
        "UPDATE tasks SET evidence = '[]'",
    ],
)
async def test_reading_nonsensical_rows_raises_nothing_but_store_errors(damage: str, tmp_path: Path) -> None:
    store = await a_store(tmp_path / "p.db")
    with closing(sqlite3.connect(tmp_path / "p.db")) as connection:
        connection.execute(damage)
        connection.commit()
    for name in ("get", "get_many", "rows", "unfinished", "beginning"):
        with suppress(StoreError):
            await READS[name](store)
    await store.close()


# Snapshots.

LISTS: dict[str, Callable[[SqliteSnapshots, Path], Any]] = {
    "bring_up_to_date": lambda lists, path: lists.bring_up_to_date(path),
    "carry_over": lambda lists, path: lists.carry_over(path, path),
    "check": lambda lists, path: lists.check(path, lambda _done, _total: None),
    "look": lambda lists, path: lists.look(path),
    "make_empty": lambda lists, path: lists.make_empty(path),
    "results": lambda lists, path: lists.results(path),
    "setting": lambda lists, path: lists.setting(path, "theme"),
    "settle": lambda lists, path: lists.settle(
        path, settings={"a": 1}, results={(TaskId("t1"), 0): Path("/b.mp4")}, folders=[("/a", "/b")]
    ),
    "take": lambda lists, path: lists.take(path, path.with_name("copy.db"), lambda _done, _total: None),
}


async def test_snapshots_raise_only_documented_errors(tmp_path: Path, failing: type[Failing]) -> None:
    store = await a_store(tmp_path / "p.db")
    await store.close()
    for error, name in pairs(ERRORS, list(LISTS), one_in=4):
        failing.error = error
        with pytest.raises(StoreError) as caught:
            LISTS[name](SqliteSnapshots(), tmp_path / "p.db")
        assert caught.value is not error, name
        failing.error = None
        assert SqliteSnapshots().look(tmp_path / "p.db").tasks == 1
        assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("error", [ValueError("off"), OSError("off"), sqlite3.OperationalError("off"), KeyError("off")])
async def test_exception_of_a_progress_callback_is_passed_on(error: Exception, tmp_path: Path) -> None:
    store = await a_store(tmp_path / "p.db")
    await store.close()

    def watch(_done: int, _total: int) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        SqliteSnapshots().take(tmp_path / "p.db", tmp_path / "copy.db", watch)
    assert caught.value is error


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE outputs SET state = 'saved', media = 'smell'",
        "UPDATE outputs SET path = CAST(x'ff' AS TEXT)",
        "UPDATE outputs SET path = x'ff'",
        "UPDATE outputs SET task_id = 7, duration = 'long'",
        "DROP TABLE outputs",
    ],
)
@pytest.mark.parametrize("name", LISTS)
async def test_snapshots_of_impossible_content_raise_nothing_but_store_errors(
    name: str, damage: str, tmp_path: Path
) -> None:
    store = await a_store(tmp_path / "p.db")
    await store.close()
    with closing(sqlite3.connect(tmp_path / "p.db")) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(damage)
        connection.commit()
    with suppress(StoreError):
        LISTS[name](SqliteSnapshots(), tmp_path / "p.db")
