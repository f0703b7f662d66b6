"""Chains of steps, and which results were continued. Functions of a connection, on its thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from runway_desktop.domain.task import Source, StepId, Task

from .reading import TASKS
from .records import source_cell, task_of, to_cell, to_json, to_text


def chains(connection: sqlite3.Connection) -> list[str]:
    return [to_text(text) for (text,) in connection.execute("SELECT text FROM chains ORDER BY name, id")]


def put(connection: sqlite3.Connection, chain_id: str, name: str, at: float, text: str) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO chains (id, name, changed_at, text) VALUES (?, ?, ?, ?)",
        (chain_id, to_cell(name), at, to_cell(text)),
    )


def delete(connection: sqlite3.Connection, chain_id: str) -> None:
    connection.execute("DELETE FROM chains WHERE id = ?", (chain_id,))


def continued(connection: sqlite3.Connection, sources: Sequence[Source], steps: Sequence[StepId]) -> list[Task]:
    found = connection.execute(
        f"{TASKS} WHERE made_of IN (SELECT value FROM json_each(?)) AND step IN (SELECT value FROM json_each(?))",
        (to_json(list(map(source_cell, sources))), to_json(list(steps))),
    )
    return list(map(task_of, found))
