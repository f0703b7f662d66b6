"""Counts of tasks for the left pane, maintained by triggers, so that the library need not be counted.

One row per kind and name: how many tasks in the list (not removed) have it. Triggers update the rows, so writers of
tasks need not. The statements are part of the first form of the list; `counts` is a function of a reading connection,
on its thread.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from runway_desktop.domain.library import Page, PageCounts
from runway_desktop.domain.task import LIVE, LOCAL, MemberId, Pick

from .conditions import SUGGESTED, UNSAVED
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
    Page.PICKS.value: ("''", f"{{row}}pick = '{Pick.PICK.value}'"),
    Page.NEEDS_ATTENTION.value: ("''", "{row}attention"),
    # Tasks with missing files have a page of their own.
    Page.SAVED.value: ("''", "{row}saved AND NOT {row}missing"),
    Page.MISSING.value: ("''", "{row}missing"),
    Page.CHANGED.value: ("''", "{row}changed"),
}
"""SQL for each kind: the task's name, and whether the task counts."""
_COLUMNS = (
    "endpoint", "model", "project", "rank", "rating", "shot", "batch_id", "pick", "attention", "saved", "missing",
    "changed", "removed_at",
)  # fmt: skip
_PAGES = (Page.SAVED, Page.PICKS, Page.MISSING, Page.CHANGED)
_BATCHES = """
    SELECT id, batches.name, created_at, amount FROM tally JOIN batches ON id = tally.name
    WHERE kind = 'batch' AND amount > 0 ORDER BY created_at DESC, id DESC
"""
"""Batches with tasks, latest first."""
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


def _of_each(kind: str, names: str, column: str, triggers: tuple[str, str, str]) -> tuple[str, ...]:
    """Triggers for the table `names`, which has several lines a task."""
    of_removed, added, taken = triggers
    return (
        f"""
    CREATE TRIGGER {of_removed} AFTER UPDATE OF removed_at ON tasks
    WHEN (OLD.removed_at IS NULL) <> (NEW.removed_at IS NULL) BEGIN
        INSERT INTO tally SELECT '{kind}', {column}, iif(NEW.removed_at IS NULL, 1, -1) FROM {names}
        WHERE task = NEW.number {_ADDED};
    END
    """,
        *(
            f"""
        CREATE TRIGGER {name} AFTER {event} ON {names} BEGIN
            INSERT INTO tally SELECT '{kind}', {row}.{column}, {way}1 FROM tasks
            WHERE number = {row}.task AND removed_at IS NULL {_ADDED};
        END
        """
            for name, event, row, way in ((added, "INSERT", "NEW", ""), (taken, "DELETE", "OLD", "-"))
        ),
    )


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
"""Recounts everything but the cast."""
_COUNTED_CAST = """
    INSERT INTO tally SELECT 'cast', member, count(*) FROM task_cast
    WHERE task NOT IN (SELECT number FROM tasks WHERE removed_at IS NOT NULL) GROUP BY member
"""

TALLY = (
    # Names have the types of the tasks' columns: texts, numbers, blobs.
    "CREATE TABLE tally (kind TEXT NOT NULL, name NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (kind, name)) "
    "WITHOUT ROWID",
    f"CREATE TRIGGER tally_made AFTER INSERT ON tasks BEGIN {_moved(_lines('NEW.', ''))} END",
    f"""
    CREATE TRIGGER tally_moved AFTER UPDATE OF {", ".join(_COLUMNS)} ON tasks WHEN NOT ({_SAME}) BEGIN
        {_moved(f"{_lines('OLD.', '-')}, {_lines('NEW.', '')}")}
    END
    """,
    *_of_each("tag", "task_tags", "tag", ("tally_of_tags", "tally_tagged", "tally_untagged")),
)
OF_CAST = _of_each("cast", "task_cast", "member", ("tally_of_cast", "tally_cast", "tally_uncast"))
"""Added by version 4.5."""


def count_anew(connection: sqlite3.Connection) -> None:
    """Recounts after a change without triggers. Inside a transaction of a writing connection."""
    for statement in COUNTED:
        connection.execute(statement)
    # A copy of an older list has no cast.
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'task_cast'").fetchone() is not None:
        connection.execute(_COUNTED_CAST)


_CLIENTS = """
    WITH RECURSIVE one (name) AS (
        SELECT min(client) FROM client_requests
        UNION ALL
        SELECT (SELECT min(client) FROM client_requests WHERE client > name) FROM one WHERE name IS NOT NULL
    )
    SELECT name FROM one WHERE name IS NOT NULL
"""
"""Distinct names, by one index lookup each."""

_ROUNDS = "SELECT name, count(*) FROM documents WHERE kind = 'round' GROUP BY name"


def counts(connection: sqlite3.Connection) -> PageCounts:
    """The counts of the left pane. Takes time by the number of names, not of tasks."""
    amounts: dict[str, dict[Any, int]] = {}
    for kind, name, amount in connection.execute(
        "SELECT kind, name, amount FROM tally WHERE amount > 0 AND kind NOT IN ('batch', 'cast')"
    ):
        amounts.setdefault(kind, {})[name] = amount

    def of(kind: str) -> dict[Any, int]:
        return amounts.get(kind, {})

    def named(kind: str) -> dict[str, int]:
        return {to_text(name): amount for name, amount in of(kind).items()}

    states = {state_of(rank): amount for rank, amount in of("rank").items()}
    return PageCounts(
        pages={
            Page.ALL: of("all").get("", 0),
            Page.LIVE: sum(amount for state, amount in states.items() if state in LIVE),
            Page.WAITING_HERE: sum(amount for state, amount in states.items() if state in LOCAL),
            **{page: of(page.value).get("", 0) for page in _PAGES},
            Page.SUGGESTED: connection.execute(_SUGGESTED).fetchone()[0],
            Page.NOT_SAVED: connection.execute(_NOT_SAVED).fetchone()[0],
            Page.NEEDS_ATTENTION: _attention(connection, of(Page.NEEDS_ATTENTION.value), of(Page.MISSING.value)),
        },
        projects=named("project"),
        batches=tuple(
            (batch.id, batch.title, amount)
            for *cells, amount in connection.execute(_BATCHES)
            for batch in (batch_of(cells),)
        ),
        models=named("model"),
        endpoints={name: amount for name, amount in named("endpoint").items() if name},
        tags=named("tag"),
        states=states,
        ratings=of("rating"),
        shots=named("shot"),
        cast=tuple((MemberId(member), to_text(name), amount) for member, name, amount in connection.execute(_CAST)),
        clients=tuple(to_text(name) for (name,) in connection.execute(_CLIENTS)),
        rounds={to_text(project): amount for project, amount in connection.execute(_ROUNDS)},
        unsent=tuple(partly_sent(connection)),
    )


_CAST = """
    SELECT id, members.name, amount FROM tally JOIN members ON id = tally.name
    WHERE kind = 'cast' AND amount > 0 ORDER BY amount DESC, members.name
"""
_SUGGESTED = f"SELECT count(DISTINCT task_id) {SUGGESTED} AND removed_at IS NULL"
_NOT_SAVED = f"SELECT count(DISTINCT task_id) {UNSAVED} AND removed_at IS NULL"
_ATTENTION_AND_MISSING = """
    SELECT count(DISTINCT task_id) FROM outputs CROSS JOIN tasks ON id = task_id
    WHERE presence <> '' AND removed_at IS NULL AND attention AND missing
"""
"""Looks only at results whose file is not as it was saved, by their index."""


def _attention(connection: sqlite3.Connection, troubled: dict[Any, int], missing: dict[Any, int]) -> int:
    """Tasks in trouble and tasks with a missing file, each task once."""
    amount, more = troubled.get("", 0), missing.get("", 0)
    both = connection.execute(_ATTENTION_AND_MISSING).fetchone()[0] if amount and more else 0
    return amount + more - both
