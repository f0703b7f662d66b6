"""Reads of single tasks. Functions of a reading connection, on its thread."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.library import LedgerEntry, ResultFacts, Row, Takes, Timing
from runway_desktop.domain.task import BatchId, Input, Output, RemoteId, Task, TaskId
from runway_desktop.domain.workflows.runs import WORKFLOW

from .records import (
    INPUT_COLUMNS,
    OUTPUT_COLUMNS,
    TASK_COLUMNS,
    Cell,
    batch_of,
    from_json,
    input_of,
    ledger_entry_of,
    output_of,
    task_of,
    to_cell,
    to_text,
)
from .schema import FINAL

_PAGE = 512
"""Ids per query: SQLite limits the number of parameters and compiles a statement for each number."""

TASKS = f"SELECT {', '.join(TASK_COLUMNS)} FROM tasks"
_BATCHES = "SELECT id, name, created_at FROM batches"
OUTPUTS = f"SELECT {', '.join(OUTPUT_COLUMNS)} FROM outputs"
_INPUTS = f"SELECT {', '.join(INPUT_COLUMNS)} FROM inputs"
_TIMINGS = """
    SELECT sent_at, running_since, ended_at FROM tasks
    WHERE state = 'succeeded' AND sent_at IS NOT NULL AND ended_at IS NOT NULL AND endpoint = ? AND model = ?
"""
_TAKES = """
    WITH RECURSIVE
        above (id, parent_id) AS (
            SELECT id, parent_id FROM tasks WHERE id = ?
            UNION SELECT tasks.id, tasks.parent_id FROM above JOIN tasks ON tasks.id = above.parent_id
        ),
        family (id) AS (
            SELECT id FROM above UNION SELECT tasks.id FROM family JOIN tasks ON tasks.parent_id = family.id
        )
    SELECT id FROM tasks WHERE id IN family ORDER BY created_at, number
"""
_ENOUGH_OF_A_SHAPE = 3


def tasks(connection: sqlite3.Connection, task_ids: Sequence[TaskId]) -> list[Task]:
    """In the order asked; unknown ids are left out."""
    found = {
        row[0]: task_of(row)
        for ids, marks in pages(task_ids)
        for row in connection.execute(f"{TASKS} WHERE id IN ({marks})", ids)
    }
    return [found[task_id] for task_id in task_ids if task_id in found]


def rows(connection: sqlite3.Connection, task_ids: Sequence[TaskId]) -> list[Row]:
    outputs: dict[str, list[Output]] = {}
    pictures: dict[str, str] = {}
    for ids, marks in pages(task_ids):
        for row in connection.execute(f"{OUTPUTS} WHERE task_id IN ({marks})", ids):
            outputs.setdefault(row[0], []).append(output_of(row))
        for task_id, path in connection.execute(
            f"SELECT task_id, path FROM inputs WHERE task_id IN ({marks}) AND media = 'image' AND path <> '' "
            "ORDER BY number",
            ids,
        ):
            pictures.setdefault(task_id, to_text(path))
    return [
        Row(
            task=task,
            outputs=tuple(sorted(outputs.get(task.id, ()), key=lambda output: output.index)),
            first_input_path=pictures.get(task.id, ""),
        )
        for task in tasks(connection, task_ids)
    ]


def takes(connection: sqlite3.Connection, task_id: TaskId) -> Takes:
    return Takes(ids=tuple(TaskId(name) for (name,) in connection.execute(_TAKES, (task_id,))))


def outputs_with(connection: sqlite3.Connection, hashes: Sequence[str]) -> list[Output]:
    return [
        output_of(row)
        for some, marks in pages([one for one in hashes if one])
        for row in connection.execute(
            f"{OUTPUTS} WHERE sha256 IN ({marks}) AND sha256 <> '' ORDER BY task_id, \"index\"", some
        )
    ]


def uses_of(connection: sqlite3.Connection, hashes: Sequence[str], folders: Sequence[str] = ()) -> list[Input]:
    found = {
        row[:2]: input_of(row)
        for some, marks in pages([one for one in hashes if one])
        for row in connection.execute(f"{_INPUTS} WHERE sha256 IN ({marks}) AND sha256 <> '' ORDER BY number", some)
    }
    for folder in folders:
        query = f"{_INPUTS} WHERE path >= ? AND path < ? AND path <> '' ORDER BY number"
        found |= {row[:2]: input_of(row) for row in connection.execute(query, bounds_of(folder))}
    return list(found.values())


def bounds_of(folder: str) -> tuple[Cell, Cell]:
    """Lower and upper bound of all paths in a folder; the upper bound has the character after the separator."""
    begin = folder.rstrip(os.sep) + os.sep
    return to_cell(begin), to_cell(begin[:-1] + chr(ord(os.sep) + 1))


def by_remote_id(connection: sqlite3.Connection, remote_ids: Sequence[RemoteId]) -> dict[RemoteId, TaskId]:
    return {
        RemoteId(remote_id): TaskId(task_id)
        for ids, marks in pages(remote_ids)
        for remote_id, task_id in connection.execute(
            f"SELECT remote_id, id FROM tasks WHERE remote_id IN ({marks}) ORDER BY number",
            ids,
        )
    }


def batch_names(connection: sqlite3.Connection, batch_ids: Sequence[BatchId]) -> dict[BatchId, str]:
    return {
        batch.id: batch.title
        for ids, marks in pages(batch_ids)
        for batch in map(batch_of, connection.execute(f"{_BATCHES} WHERE id IN ({marks})", ids))
    }


def all_batch_names(connection: sqlite3.Connection) -> dict[str, str]:
    return {batch.id: batch.title for batch in map(batch_of, connection.execute(_BATCHES))}


def unfinished(connection: sqlite3.Connection) -> list[Task]:
    query = f"{TASKS} WHERE state NOT IN {FINAL} ORDER BY position, created_at, number"
    return [task_of(row) for row in connection.execute(query)]


def runs_without_cost(connection: sqlite3.Connection) -> list[Task]:
    is_due = "(ended_at IS NULL OR instr(run, '\"cost_due\":null') = 0)"
    query = f"{TASKS} WHERE run IS NOT NULL AND {is_due} AND state <> 'held' AND cost_credits IS NULL"
    return [task_of(row) for row in connection.execute(query)]


def costs_of_runs(connection: sqlite3.Connection) -> list[tuple[str, float]]:
    found = connection.execute(
        """
        SELECT model, cost_credits FROM tasks
        WHERE run IS NOT NULL AND endpoint = ? AND state = 'succeeded' AND cost_credits > 0
        """,
        (WORKFLOW,),
    )
    return [(to_text(model), cost) for model, cost in found]


def unsaved(connection: sqlite3.Connection) -> list[Row]:
    found = connection.execute(
        """
        SELECT id FROM tasks
        WHERE (state = 'succeeded' OR run IS NOT NULL)
        AND id IN (SELECT task_id FROM outputs WHERE state NOT IN ('saved', 'expired'))
        ORDER BY created_at, number
        """
    ).fetchall()
    return rows(connection, [TaskId(task_id) for (task_id,) in found])


def outputs_of_task(connection: sqlite3.Connection, task_id: TaskId) -> list[Output]:
    return [output_of(row) for row in connection.execute(f'{OUTPUTS} WHERE task_id = ? ORDER BY "index"', (task_id,))]


def inputs_of_task(connection: sqlite3.Connection, task_id: TaskId) -> list[Input]:
    return [input_of(row) for row in connection.execute(f"{_INPUTS} WHERE task_id = ? ORDER BY number", (task_id,))]


def inputs_of(connection: sqlite3.Connection, task_ids: Sequence[TaskId]) -> list[Input]:
    return [
        input_of(row)
        for ids, marks in pages(task_ids)
        for row in connection.execute(f"{_INPUTS} WHERE task_id IN ({marks}) ORDER BY number", ids)
    ]


def result_facts(connection: sqlite3.Connection, task_id: TaskId) -> ResultFacts | None:
    found = tasks(connection, (task_id,))
    if not found:
        return None
    (task,) = found
    (count,) = connection.execute("SELECT count(*) FROM outputs WHERE task_id = ?", (task_id,)).fetchone()
    names = {} if task.batch_id is None else batch_names(connection, (task.batch_id,))
    batch = "" if task.batch_id is None else names.get(task.batch_id, "")
    return ResultFacts(task=task, count=count, inputs=inputs_of_task(connection, task_id), batch=batch)


def ledger_of_task(connection: sqlite3.Connection, task_id: TaskId) -> list[LedgerEntry]:
    query = "SELECT at, kind, detail FROM ledger WHERE task = (SELECT number FROM tasks WHERE id = ?) ORDER BY number"
    return [ledger_entry_of((task_id, *row)) for row in connection.execute(query, (task_id,))]


def upload_of(
    connection: sqlite3.Connection, sha256: str, key: Fingerprint, since: float, until: float
) -> tuple[str, float] | None:
    row = connection.execute(
        "SELECT upload_uri, uploaded_at FROM inputs "
        "WHERE sha256 = ? AND sha256 <> '' AND upload_uri <> '' AND uploaded_at > ? AND uploaded_at <= ? "
        "AND upload_key = ? AND upload_key <> '' ORDER BY uploaded_at DESC LIMIT 1",
        (to_cell(sha256), since, until, key),
    ).fetchone()
    return None if row is None else (to_text(row[0]), row[1])


def timings(connection: sqlite3.Connection, endpoint: str, model: str, shape: str, limit: int = 50) -> list[Timing]:
    kind = (to_cell(endpoint), to_cell(model))
    same_shape = f"{_TIMINGS} AND shape = ? ORDER BY ended_at DESC, number DESC LIMIT ?"
    found = connection.execute(same_shape, (*kind, to_cell(shape), max(limit, _ENOUGH_OF_A_SHAPE))).fetchall()
    if len(found) < _ENOUGH_OF_A_SHAPE:
        found = connection.execute(f"{_TIMINGS} ORDER BY ended_at DESC, number DESC LIMIT ?", (*kind, limit)).fetchall()
    return [_timing(*row) for row in found[:limit]]


def learned(connection: sqlite3.Connection) -> dict[tuple[str, str, str], float]:
    found = connection.execute("SELECT endpoint, model, shape, credits FROM estimates")
    return {(to_text(endpoint), to_text(model), to_text(shape)): price for endpoint, model, shape, price in found}


def last_sending(connection: sqlite3.Connection) -> int:
    # Backwards: the newest sending is usually near the end.
    query = "SELECT number FROM ledger WHERE kind = 'sent' ORDER BY number DESC LIMIT 1"
    found = connection.execute(query).fetchone()
    return 0 if found is None else int(found[0])


def settings(connection: sqlite3.Connection) -> dict[str, Any]:
    found = connection.execute("SELECT name, value FROM settings")
    return {to_text(name): from_json(value) for name, value in found}


def _timing(sent_at: float, running_since: float | None, ended_at: float) -> Timing:
    return Timing(
        ran=-1.0 if running_since is None else max(0.0, ended_at - running_since),
        total=max(0.0, ended_at - sent_at),
    )


def pages(ids: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    """Pages of ids with placeholders for `IN`. Each page is padded with its last id to a power of two: each number of
    ids would be a separate statement, which the connection parses and caches with some 15 kB."""
    for start in range(0, len(ids), _PAGE):
        page = list(ids[start : start + _PAGE])
        page += page[-1:] * ((1 << (len(page) - 1).bit_length()) - len(page))
        yield page, ", ".join("?" * len(page))
