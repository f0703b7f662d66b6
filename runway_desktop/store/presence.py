"""What the disk said of saved files: read in pages, and noted. Functions of a connection, on its thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from runway_desktop.domain.kept_files import KeptFile, Looked
from runway_desktop.domain.presence import Presence
from runway_desktop.domain.task import Output, TaskId

from . import writing
from .reading import OUTPUTS
from .records import KEPT_COLUMNS, LOOK_COLUMNS, Cell, kept_file_of, look_cells, output_of, to_cell

KEPT = f"SELECT {', '.join(KEPT_COLUMNS)} FROM outputs"
_IS_KEPT = "state = 'saved' AND (path <> '' OR binned_from <> '')"
_STILL_SO = "task_id = ? AND \"index\" = ? AND state = 'saved' AND path = ? AND sha256 = ?"
_NOTE = f"UPDATE outputs SET {', '.join(f'{column} = ?' for column in LOOK_COLUMNS)} WHERE {_STILL_SO}"
# Leaves the presence out, which has an index and triggers.
_NOTE_SAME = f"UPDATE outputs SET {', '.join(f'{column} = ?' for column in LOOK_COLUMNS[1:])} WHERE {_STILL_SO}"
ONE = f'{OUTPUTS} WHERE task_id = ? AND "index" = ?'
# What the index leaves out is said as well: SQLite proves no more than it must.
MISSING = (
    f"{KEPT} WHERE presence = '{Presence.MISSING.value}' AND presence <> '' AND state = 'saved' AND path <> '' "
    'ORDER BY task_id, "index"'
)


def page_query(after: tuple[TaskId, int] | None, limit: int) -> tuple[str, tuple[Cell, ...]]:
    beyond = '(task_id, "index") > (?, ?) AND ' if after else ""
    return f'{KEPT} WHERE {beyond}{_IS_KEPT} ORDER BY task_id, "index" LIMIT {limit}', after or ()


def kept_files(connection: sqlite3.Connection, after: tuple[TaskId, int] | None, limit: int) -> list[KeptFile]:
    return [kept_file_of(row) for row in connection.execute(*page_query(after, limit))]


def missing(connection: sqlite3.Connection) -> list[KeptFile]:
    return [kept_file_of(row) for row in connection.execute(MISSING)]


def note_looks(connection: sqlite3.Connection, looks: Sequence[Looked]) -> list[Output]:
    """Notes what still holds; gives the results of which something else is true now, which is so too of one that was
    changed once more."""
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
