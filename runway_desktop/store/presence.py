"""Files of results: results of file checks, paths, and results that are not saved but may still be at Runway. Functions
of a connection, on its thread; writes run inside the transaction of `connections`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.moments import AT_LATEST
from runway_desktop.domain.outputs import KeptFile, Looked
from runway_desktop.domain.task import NEVER_LOOKED, Output, Presence, TaskId
from runway_desktop.values import replace

from . import writing
from .conditions import UNSAVED
from .reading import OUTPUTS, bounds_of
from .records import KEPT_COLUMNS, LOOK_COLUMNS, OUTPUT_COLUMNS, Cell, kept_file_of, look_cells, output_of, to_cell

KEPT = f"SELECT {', '.join(KEPT_COLUMNS)} FROM outputs"
_IS_KEPT = "state = 'saved' AND (path <> '' OR binned_from <> '')"
_STILL_SO = "task_id = ? AND \"index\" = ? AND state = 'saved' AND path = ? AND sha256 = ?"
_NOTE = f"UPDATE outputs SET {', '.join(f'{column} = ?' for column in LOOK_COLUMNS)} WHERE {_STILL_SO}"
# Without the presence column, which has an index and triggers.
_NOTE_SAME = f"UPDATE outputs SET {', '.join(f'{column} = ?' for column in LOOK_COLUMNS[1:])} WHERE {_STILL_SO}"
ONE = f'{OUTPUTS} WHERE task_id = ? AND "index" = ?'
# Repeats the condition of the partial index, or SQLite cannot use it.
_IS_MISSING = f"presence = '{Presence.MISSING.value}' AND presence <> '' AND state = 'saved' AND path <> ''"
MISSING = f'{KEPT} WHERE {_IS_MISSING} ORDER BY task_id, "index"'
# Expired links are last: Runway may no longer have those results.
UNSAVED_FIRST = f"""
    SELECT {", ".join(f"outputs.{column}" for column in OUTPUT_COLUMNS)} {UNSAVED}
    ORDER BY url_fetched_at <= ?, url_fetched_at, task_id, "index" LIMIT ?
"""


def page_query(after: tuple[TaskId, int] | None, limit: int) -> tuple[str, tuple[Cell, ...]]:
    beyond = '(task_id, "index") > (?, ?) AND ' if after else ""
    return f'{KEPT} WHERE {beyond}{_IS_KEPT} ORDER BY task_id, "index" LIMIT {limit}', after or ()


def kept_files(connection: sqlite3.Connection, after: tuple[TaskId, int] | None, limit: int) -> list[KeptFile]:
    return [kept_file_of(row) for row in connection.execute(*page_query(after, limit))]


def missing(connection: sqlite3.Connection) -> list[KeptFile]:
    return [kept_file_of(row) for row in connection.execute(MISSING)]


def note_looks(connection: sqlite3.Connection, looks: Sequence[Looked]) -> list[Output]:
    """Stores checks of unchanged results. Returns the results with a new presence, and changed files that changed
    again."""
    moved = []
    for looked in looks:
        file, cells = looked.file, look_cells(looked.look)
        still_so = (file.task_id, file.index, to_cell(file.path), to_cell(file.sha256))
        if looked.look.presence is file.look.presence:
            noted = connection.execute(_NOTE_SAME, (*cells[1:], *still_so)).rowcount
            if noted and looked.look.presence is Presence.CHANGED and looked.look.signs != file.look.signs:
                moved.append(output_of(connection.execute(ONE, file.key).fetchone()))
        elif connection.execute(_NOTE, (*cells, *still_so)).rowcount:
            if looked.entry is not None:
                writing.add_entries(connection, (looked.entry,))
            moved.append(output_of(connection.execute(ONE, file.key).fetchone()))
    return moved


def change_output(
    connection: sqlite3.Connection, task_id: TaskId, index: int, edit: Callable[[Output], Output | None]
) -> Output | None:
    row = connection.execute(ONE, (task_id, index)).fetchone()
    before = None if row is None else output_of(row)
    after = None if before is None else edit(before)
    if after is None or after == before:
        return None
    writing.put_outputs(connection, (after,), with_looks=True)
    writing.renew_search(connection, task_id)
    return after


def outputs_in(connection: sqlite3.Connection, folder: str) -> list[Output]:
    query = f'{OUTPUTS} WHERE path >= ? AND path < ? ORDER BY path, task_id, "index"'
    return [output_of(row) for row in connection.execute(query, bounds_of(folder))]


def move_outputs(connection: sqlite3.Connection, moves: Sequence[FileMove]) -> list[Output]:
    moved = []
    for move in moves:
        row = connection.execute(f"{ONE} AND path = ?", (move.task_id, move.index, to_cell(move.source))).fetchone()
        if row is not None:
            before = output_of(row)
            # A check may have run between the move and this update.
            look = NEVER_LOOKED if before.is_missing else before.look
            moved.append(replace(before, path=move.target, look=look))
    writing.put_outputs(connection, moved, with_looks=True)
    for task_id in dict.fromkeys(output.task_id for output in moved):
        writing.renew_search(connection, task_id)
    return moved


def not_saved(connection: sqlite3.Connection, now: float, limit: int) -> list[Output]:
    return [output_of(row) for row in connection.execute(UNSAVED_FIRST, (now - AT_LATEST, limit))]
