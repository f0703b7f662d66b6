"""How many tasks hold what the left pane lists, kept with each change, so that nobody has to count a library.

A line for each name of each kind: how many tasks of the list, without removed ones, have it. Triggers keep the lines,
so that whoever writes a task need not know of them. The statements are run by a migration; `counts` is a function of a
reading connection, on its thread.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from runway_desktop.domain.library import Place, PlaceCounts
from runway_desktop.domain.task import LIVE, LOCAL, Batch, BatchId, Pick

from .records import batch_of, state_of, to_text
from .sheets import partly_sent

_TRAITS = {
    "all": ("''", "1"),
    "endpoint": ("{row}endpoint", "1"),
    "model": ("{row}model", "1"),
    "project": ("{row}project", "{row}project <> ''"),
    "rank": ("{row}rank", "1"),
    "rating": ("{row}rating", "1"),
    "shot": ("{row}shot", "{row}shot <> ''"),
    "batch": ("{row}batch_id", "{row}batch_id IS NOT NULL"),
    Place.PICKS.value: ("''", f"{{row}}pick = '{Pick.PICK.value}'"),
    Place.NEEDS_ATTENTION.value: ("''", "{row}attention"),
    # What is missing counts among what is not saved.
    Place.SAVED.value: ("''", "{row}saved AND NOT {row}missing"),
    Place.MISSING.value: ("''", "{row}missing"),
    Place.CHANGED.value: ("''", "{row}changed"),
}
"""The name that a task has of each kind, and when it has one."""
_COLUMNS = (
    "endpoint", "model", "project", "rank", "rating", "shot", "batch_id", "pick", "attention", "saved", "missing",
    "changed", "removed_at",
)  # fmt: skip
_PLACES = (Place.NEEDS_ATTENTION, Place.SAVED, Place.PICKS, Place.MISSING, Place.CHANGED)
_ADDED = "ON CONFLICT (kind, name) DO UPDATE SET amount = amount + excluded.amount"


def _lines(row: str, way: str) -> str:
    return ", ".join(
        f"('{kind}', {name.format(row=row)}, {way}({row}removed_at IS NULL AND {holds.format(row=row)}))"
        for kind, (name, holds) in _TRAITS.items()
    )


def _moved(lines: str) -> str:
    return f"""
        INSERT INTO tally (kind, name, amount)
        SELECT column1, column2, sum(column3) FROM (VALUES {lines}) GROUP BY 1, 2 HAVING sum(column3) <> 0 {_ADDED};
    """


_SAME = " AND ".join(f"OLD.{column} IS NEW.{column}" for column in _COLUMNS)

COUNTED = (
    "DELETE FROM tally",
    *(
        f"INSERT INTO tally SELECT '{kind}', {name.format(row='')}, count(*) FROM tasks INDEXED BY tasks_by_made "
        f"WHERE removed_at IS NULL AND {holds.format(row='')} GROUP BY 1, 2"
        for kind, (name, holds) in _TRAITS.items()
    ),
    """
    INSERT INTO tally SELECT 'tag', tag, count(*) FROM task_tags
    WHERE task NOT IN (SELECT number FROM tasks WHERE removed_at IS NOT NULL) GROUP BY tag
    """,
)
"""Counts all anew."""

TALLY = (
    # Names are what the columns of the tasks hold: texts, numbers, bytes.
    "CREATE TABLE tally (kind TEXT NOT NULL, name NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (kind, name)) "
    "WITHOUT ROWID",
    *COUNTED,
    f"CREATE TRIGGER tally_made AFTER INSERT ON tasks BEGIN {_moved(_lines('NEW.', ''))} END",
    f"""
    CREATE TRIGGER tally_moved AFTER UPDATE OF {", ".join(_COLUMNS)} ON tasks WHEN NOT ({_SAME}) BEGIN
        {_moved(f"{_lines('OLD.', '-')}, {_lines('NEW.', '')}")}
    END
    """,
    f"""
    CREATE TRIGGER tally_of_tags AFTER UPDATE OF removed_at ON tasks
    WHEN (OLD.removed_at IS NULL) <> (NEW.removed_at IS NULL) BEGIN
        INSERT INTO tally SELECT 'tag', tag, iif(NEW.removed_at IS NULL, 1, -1) FROM task_tags
        WHERE task = NEW.number {_ADDED};
    END
    """,
    *(
        f"""
        CREATE TRIGGER tally_{name} AFTER {event} ON task_tags BEGIN
            INSERT INTO tally SELECT 'tag', {row}.tag, {way}1 FROM tasks
            WHERE number = {row}.task AND removed_at IS NULL {_ADDED};
        END
        """
        for name, event, row, way in (("tagged", "INSERT", "NEW", ""), ("untagged", "DELETE", "OLD", "-"))
    ),
)
"""Added by version 4.0."""


def count_anew(connection: sqlite3.Connection) -> None:
    """After a change that no trigger saw. Inside a transaction of a writing connection; nothing where the list is
    older than the tally."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tally'").fetchone():
        for statement in COUNTED:
            connection.execute(statement)


_CLIENTS = """
    WITH RECURSIVE one (name) AS (
        SELECT min(client) FROM client_requests
        UNION ALL
        SELECT (SELECT min(client) FROM client_requests WHERE client > name) FROM one WHERE name IS NOT NULL
    )
    SELECT name FROM one WHERE name IS NOT NULL
"""
"""Each name once, by one look into the index for each."""


class KeptBatches:
    """What the batches of a list are called. There are thousands of them, and hardly ever a new one: SQLite tells
    within a few milliseconds whether they are the same, without the interpreter; only those that came are read."""

    def __init__(self) -> None:
        self._told = ""
        """All that was read, as one text."""
        self._batches: list[Batch] = []
        """As they were made."""
        self._latest_first: list[tuple[BatchId, str]] = []
        self._amounts = ""
        self._counted: tuple[tuple[BatchId, str, int], ...] = ()

    def counted(self, connection: sqlite3.Connection) -> tuple[tuple[BatchId, str, int], ...]:
        """Those that have tasks, with how many, latest first: the same object as long as nothing of it moved."""
        self._look(connection)
        query = "SELECT json_group_object(name, amount) FROM tally WHERE kind = 'batch' AND amount > 0"
        amounts: str = connection.execute(f"{query} AND typeof(name) = 'text'").fetchone()[0]
        if amounts != self._amounts:
            of = json.loads(amounts)
            self._counted = tuple((batch, title, of[batch]) for batch, title in self._latest_first if batch in of)
            self._amounts = amounts
        return self._counted

    def titles(self, connection: sqlite3.Connection) -> dict[str, str]:
        self._look(connection)
        return dict(self._latest_first)

    def _look(self, connection: sqlite3.Connection) -> None:
        """Reads what is new. What was counted then counts no more, whoever asked."""
        line = "id || ' ' || created_at || ' ' || hex(name)"
        query = f"SELECT group_concat(line, char(10)) FROM (SELECT {line} AS line FROM batches ORDER BY rowid)"
        told: str = connection.execute(query).fetchone()[0] or ""
        if told == self._told:
            return
        if not told.startswith(f"{self._told}\n"):
            self._batches = []
        rest = "SELECT id, name, created_at FROM batches ORDER BY rowid LIMIT -1 OFFSET ?"
        self._batches += map(batch_of, connection.execute(rest, (len(self._batches),)))
        latest_first = sorted(self._batches, key=lambda batch: (batch.created_at, batch.id), reverse=True)
        self._latest_first = [(batch.id, batch.title) for batch in latest_first]
        self._amounts = ""
        self._told = told


def counts(connection: sqlite3.Connection, batches: KeptBatches | None = None) -> PlaceCounts:
    """What the left pane shows. It takes as long as there are names, however many tasks have them. `batches`: those of
    the last time."""
    batches = batches or KeptBatches()
    amounts: dict[str, dict[Any, int]] = {}
    for kind, name, amount in connection.execute(
        "SELECT kind, name, amount FROM tally WHERE amount > 0 AND (kind < 'batch' OR kind > 'batch')"
    ):
        amounts.setdefault(kind, {})[name] = amount

    def of(kind: str) -> dict[Any, int]:
        return amounts.get(kind, {})

    def named(kind: str) -> dict[str, int]:
        return {to_text(name): amount for name, amount in of(kind).items()}

    states = {state_of(rank): amount for rank, amount in of("rank").items()}
    return PlaceCounts(
        places={
            Place.ALL: of("all").get("", 0),
            Place.LIVE: sum(amount for state, amount in states.items() if state in LIVE),
            Place.WAITING_HERE: sum(amount for state, amount in states.items() if state in LOCAL),
            **{place: of(place.value).get("", 0) for place in _PLACES},
        },
        projects=named("project"),
        batches=batches.counted(connection),
        models=named("model"),
        endpoints={name: amount for name, amount in named("endpoint").items() if name},
        tags=named("tag"),
        states=states,
        ratings=of("rating"),
        shots=named("shot"),
        clients=tuple(to_text(name) for (name,) in connection.execute(_CLIENTS)),
        unsent=tuple(partly_sent(connection)),
    )
