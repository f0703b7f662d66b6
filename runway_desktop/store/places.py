"""Where the files of results lie: which lie in a folder, and giving them another path. Functions of a connection, on
its thread; `move_outputs` runs inside the lane's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.presence import NEVER_LOOKED
from runway_desktop.domain.task import Output

from . import writing
from .presence import ONE
from .reading import OUTPUTS, bounds_of
from .records import output_of, to_cell


def outputs_in(connection: sqlite3.Connection, folder: str) -> list[Output]:
    query = f'{OUTPUTS} WHERE path >= ? AND path < ? ORDER BY path, task_id, "index"'
    return [output_of(row) for row in connection.execute(query, bounds_of(folder))]


def move_outputs(connection: sqlite3.Connection, moves: Sequence[FileMove]) -> list[Output]:
    moved = []
    for move in moves:
        row = connection.execute(f"{ONE} AND path = ?", (move.task_id, move.index, to_cell(move.source))).fetchone()
        if row is not None:
            before = output_of(row)
            # Somebody may have looked for it in the moment between its moving and this.
            look = NEVER_LOOKED if before.is_missing else before.look
            moved.append(replace(before, path=move.target, look=look))
    writing.put_outputs(connection, moved, with_looks=True)
    for task_id in dict.fromkeys(output.task_id for output in moved):
        writing.renew_search(connection, task_id)
    return moved
