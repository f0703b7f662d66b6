"""Single writes. Functions of the writing connection, inside a transaction that `connections` begins and ends.

Raise LookupError for a missing task; SQLite's errors are translated there.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterable, Sequence

from runway_desktop.domain.inputs import value_at
from runway_desktop.domain.library import Estimate, LedgerEntry, searched_text
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Batch, BatchId, Input, Output, Task, TaskId

from .records import (
    INPUT_COLUMNS,
    LOOK_COLUMNS,
    OUTPUT_COLUMNS,
    TASK_COLUMNS,
    Cell,
    from_json,
    input_cells,
    ledger_cells,
    output_cells,
    task_cells,
    to_cell,
    to_text,
)

_KINDS = ", ".join(f"'{kind.value}'" for kind in Media)
_IS_LATER_KIND = f"excluded.media = '{Media.OTHER.value}' AND media NOT IN ({_KINDS})"


def _insertion(table: str, columns: tuple[str, ...], key: tuple[str, ...] = ()) -> str:
    """An INSERT; with a key, an upsert. Unlike REPLACE it keeps columns that this program does not know, and a later
    version's kind of media, which is read as OTHER."""
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    if key:
        updates = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in key)
        kept = f"media = CASE WHEN {_IS_LATER_KIND} THEN media ELSE excluded.media END"
        updates = updates.replace("media = excluded.media", kept)
        statement += f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {updates}"
    return statement


_ADD_TASK = _insertion("tasks", TASK_COLUMNS)
_PUT_BATCH = _insertion("batches", ("id", "name", "created_at"), ("id",))
_PUT_OUTPUT_AND_LOOK = _insertion("outputs", OUTPUT_COLUMNS, ("task_id", '"index"'))
_IS_OTHER_FILE = " OR ".join(f"excluded.{column} <> {column}" for column in ("path", "sha256", "size", "state"))
# A saved output may be older than the last file check, which is kept while the file is the same.
_PUT_OUTPUT = functools.reduce(
    lambda statement, column: statement.replace(
        f"{column} = excluded.{column}",
        f"{column} = CASE WHEN {_IS_OTHER_FILE} THEN excluded.{column} ELSE {column} END",
    ),
    LOOK_COLUMNS,
    _PUT_OUTPUT_AND_LOOK,
)
_FIND_PATH = 'SELECT path FROM outputs WHERE task_id = ? AND "index" = ?'
_PUT_INPUT = _insertion("inputs", INPUT_COLUMNS, ("task_id", "place"))
_ADD_ENTRY = """
    INSERT INTO ledger (task, at, kind, detail) VALUES (coalesce((SELECT number FROM tasks WHERE id = ?), -1), ?, ?, ?)
"""
"""An unknown task gets the number -1, which violates the foreign key."""
_PUT_ESTIMATE = _insertion("estimates", ("endpoint", "model", "shape", "credits", "at"), ("endpoint", "model", "shape"))
_PUT_SETTING = _insertion("settings", ("name", "value"), ("name",))
_FIND_TASK = f"SELECT number, {', '.join(TASK_COLUMNS)} FROM tasks WHERE id = ?"
_SEARCHED = ("prompt", "title", "model", "id", "remote_id", "note", "tags", "project", "shot")
_TAGS = _SEARCHED.index("tags")
_FIND_SEARCHED = f"""
    SELECT number, (SELECT words FROM searched WHERE rowid = number), {", ".join(_SEARCHED)} FROM tasks WHERE id = ?
"""


def add_tasks(
    connection: sqlite3.Connection, tasks: Sequence[Task], inputs: Iterable[Input], outputs: Iterable[Output] = ()
) -> None:
    connection.executemany(_ADD_TASK, map(task_cells, tasks))
    put_outputs(connection, outputs)
    put_inputs(connection, inputs)
    for task in tasks:
        renew_search(connection, task.id)
        if task.tags:
            _renew_tags(connection, task)
        if task.cast:
            _renew_cast(connection, task)


def update_task(connection: sqlite3.Connection, task: Task) -> None:
    """Updates only the columns that differ, so that a poll's answer does not rewrite indexes."""
    row = connection.execute(_FIND_TASK, (task.id,)).fetchone()
    if row is None:
        raise LookupError(f"No task {task.id}")
    number, *before = row
    changed = {
        column: cell for column, cell, old in zip(TASK_COLUMNS, task_cells(task), before, strict=True) if cell != old
    }
    if not changed:
        return
    assignments = ", ".join(f"{column} = ?" for column in changed)
    connection.execute(f"UPDATE tasks SET {assignments} WHERE number = ?", (*changed.values(), number))
    if "request_values" in changed:
        _drop_stale_inputs(connection, task)
    if "tags" in changed:
        _renew_tags(connection, task)
    if "cast_members" in changed:
        _renew_cast(connection, task)
    if not changed.keys().isdisjoint((*_SEARCHED, "request_values")):
        renew_search(connection, task.id)


def put_batch(connection: sqlite3.Connection, batch: Batch) -> None:
    connection.execute(_PUT_BATCH, (batch.id, to_cell(batch.name), batch.created_at))


def rename_batch(connection: sqlite3.Connection, batch_id: BatchId, name: str) -> str:
    before = connection.execute("SELECT name FROM batches WHERE id = ?", (batch_id,)).fetchone()
    connection.execute("UPDATE batches SET name = ? WHERE id = ?", (to_cell(name), batch_id))
    return to_text(before[0]) if before is not None else ""


def put_outputs(connection: sqlite3.Connection, outputs: Iterable[Output], *, with_looks: bool = False) -> set[TaskId]:
    """`with_looks`: also writes the result of the last file check. Returns the tasks whose search text is outdated:
    those whose file has another name."""
    statement = _PUT_OUTPUT_AND_LOOK if with_looks else _PUT_OUTPUT
    stale = set()
    for output in outputs:
        before = connection.execute(_FIND_PATH, (output.task_id, output.index)).fetchone()
        if before is None or to_text(before[0]) != output.path:
            stale.add(output.task_id)
        connection.execute(statement, output_cells(output))
    return stale


def renew_links(connection: sqlite3.Connection, outputs: Iterable[Output]) -> None:
    connection.executemany(
        'UPDATE outputs SET url = ?, url_fetched_at = ? WHERE task_id = ? AND "index" = ?',
        [(to_cell(output.url), output.url_fetched_at, output.task_id, output.index) for output in outputs],
    )


def put_inputs(connection: sqlite3.Connection, inputs: Iterable[Input]) -> None:
    for asset in inputs:
        connection.execute(_PUT_INPUT, input_cells(asset))


def add_entries(connection: sqlite3.Connection, entries: Iterable[LedgerEntry]) -> None:
    connection.executemany(_ADD_ENTRY, map(ledger_cells, entries))


def put_estimate(connection: sqlite3.Connection, kind: tuple[str, str, str], estimate: Estimate) -> None:
    connection.execute(_PUT_ESTIMATE, (*map(to_cell, kind), estimate.credits, estimate.at))


def put_settings(connection: sqlite3.Connection, cells: Iterable[tuple[Cell, Cell]]) -> None:
    connection.executemany(_PUT_SETTING, cells)


def renew_search(connection: sqlite3.Connection, task_id: TaskId) -> None:
    """Updates the search text: the task's texts and file names."""
    row = connection.execute(_FIND_SEARCHED, (task_id,)).fetchone()
    if row is None:
        raise LookupError(f"No task {task_id}")
    number, before, *cells = row
    texts = [None if cell is None else to_text(cell) for cell in cells]
    texts[_TAGS] = (texts[_TAGS] or "").replace(",", " ")
    paths = connection.execute(
        "SELECT path FROM inputs WHERE task_id = ? UNION ALL SELECT path FROM outputs WHERE task_id = ?", (task_id,) * 2
    )
    words = searched_text(texts, (to_text(path) for (path,) in paths))
    connection.execute("INSERT OR IGNORE INTO endings VALUES (substr(?, -2))", (words,))
    if before is None:
        connection.execute("INSERT INTO searched (rowid, words) VALUES (?, ?)", (number, words))
    elif before != words:
        connection.execute("UPDATE searched SET words = ? WHERE rowid = ?", (words, number))


def _renew_tags(connection: sqlite3.Connection, task: Task) -> None:
    (number,) = connection.execute("SELECT number FROM tasks WHERE id = ?", (task.id,)).fetchone()
    connection.execute("DELETE FROM task_tags WHERE task = ?", (number,))
    connection.executemany("INSERT INTO task_tags (tag, task) VALUES (?, ?)", [(tag, number) for tag in task.tags])


def _renew_cast(connection: sqlite3.Connection, task: Task) -> None:
    (number,) = connection.execute("SELECT number FROM tasks WHERE id = ?", (task.id,)).fetchone()
    connection.execute("DELETE FROM task_cast WHERE task = ?", (number,))
    cells = [(member, number) for member in task.cast]
    connection.executemany("INSERT INTO task_cast (member, task) VALUES (?, ?)", cells)


def _drop_stale_inputs(connection: sqlite3.Connection, task: Task) -> None:
    kept = connection.execute("SELECT number, place FROM inputs WHERE task_id = ?", (task.id,)).fetchall()
    stale: list[tuple[Cell]] = [
        (number,) for number, field_path in kept if value_at(task.request, tuple(from_json(field_path))) is None
    ]
    connection.executemany("DELETE FROM inputs WHERE number = ?", stale)
