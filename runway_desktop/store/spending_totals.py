"""Totals of credits. Functions of a reading connection, on its thread.

Gives the same totals as the functions of `domain.spending` for each task.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from runway_desktop.domain.spending_report import KEEPER_RATING, SUMS, SpendingLine, Sum
from runway_desktop.domain.task import BatchId, Task
from runway_desktop.values import replace

from .listing import Days
from .reading import all_batch_names
from .records import TASK_COLUMNS, task_of, to_cell, to_text

_AT = "coalesce(sent_at, remote_created_at)"
_UNCERTAIN = "state IN ('uncertain', 'sending')"
# Evidence with invalid Unicode is a blob, which SQLite would read as its binary JSON.
_PRICE = "CASE WHEN typeof(evidence) = 'text' THEN max(coalesce(json_extract(evidence, '$.price'), 0), 0) ELSE 0 END"
_CREDITS = f"CASE WHEN imported THEN 0 WHEN credits >= 0 THEN credits WHEN {_UNCERTAIN} THEN {_PRICE} ELSE 0 END"
_REFUSED = """
    state = 'failed' AND typeof(failure) = 'text' AND (
        json_extract(failure, '$.code') GLOB 'SAFETY*'
        OR json_extract(failure, '$.code') GLOB 'INPUT_PREPROCESSING.SAFETY*'
    )
"""
_KEEPER = f"NOT imported AND state = 'succeeded' AND (pick = 'pick' OR rating >= {KEEPER_RATING})"
_QUARTER = 900
"""Seconds. Days begin at a whole quarter of an hour in every time zone, so a quarter belongs to one day."""

_SUMS = f"""
        total(NOT imported), total({_CREDITS}), total({_UNCERTAIN}),
        total(CASE WHEN {_UNCERTAIN} THEN {_CREDITS} ELSE 0 END), total({_KEEPER}), total(coalesce({_REFUSED}, 0)),
        total(imported), total(CASE WHEN imported THEN max(credits, 0) ELSE 0 END)
"""
_IN_PERIOD = f"WHERE {_AT} IS NOT NULL AND {_AT} >= ? AND {_AT} < ?"
_LINES = f"""
    SELECT
        cast({_AT} / {_QUARTER} AS INTEGER) AS quarter, model, project, batch_id,
        {_SUMS}, {{asker}} AS asker
    FROM tasks
    {_IN_PERIOD}
    GROUP BY quarter, model, project, batch_id, asker
"""
_BY_MEMBER = f"""
    SELECT member, name, {_SUMS}
    FROM task_cast CROSS JOIN tasks ON number = task JOIN members ON members.id = member
    {_IN_PERIOD}
    GROUP BY member
"""
_ASKER = "coalesce((SELECT client FROM client_requests WHERE task_id = id), '')"


def lines(
    connection: sqlite3.Connection, since: float, until: float, zone: tzinfo | None, *, by_client: bool = False
) -> list[SpendingLine]:
    """By day, model, project and batch; `by_client` also separates clients. `zone` defines the day; None: this
    machine's."""
    day_of = Days(zone)
    query = _LINES.format(asker=_ASKER if by_client else "''")
    found: dict[tuple[str, str, str, str, str], SpendingLine] = {}
    names = all_batch_names(connection)
    for quarter, model, project, batch_id, *sums in connection.execute(query, (since, until)):
        *summed, asker = sums
        line = SpendingLine(
            day=day_of(quarter * _QUARTER),
            model=to_text(model),
            project=to_text(project),
            batch_id=None if batch_id is None else BatchId(batch_id),
            batch_name=names.get(batch_id, ""),
            client=to_text(asker),
            **_named(summed),
        )
        key = (line.day, line.model, line.project, batch_id or "", line.client)
        before = found.get(key)
        found[key] = line if before is None else _together(before, line)
    return [found[key] for key in sorted(found)]


def by_member(connection: sqlite3.Connection, since: float, until: float) -> list[Sum]:
    """By member of the cast; a task with several counts for each."""
    found = connection.execute(_BY_MEMBER, (since, until))
    return [Sum(key=member, title=to_text(name), **_named(sums)) for member, name, *sums in found]


def by_project(connection: sqlite3.Connection, projects: Sequence[str]) -> dict[str, float]:
    query = f"SELECT total({_CREDITS}) FROM tasks WHERE {_AT} IS NOT NULL AND project = ?"
    return {project: connection.execute(query, (to_cell(project),)).fetchone()[0] for project in projects}


def tasks(
    connection: sqlite3.Connection, since: float, until: float, project: str | None = None
) -> list[tuple[Task, str]]:
    """Oldest first, each with its batch's name."""
    query = f"""
        SELECT {", ".join(TASK_COLUMNS)} FROM tasks
        WHERE {_AT} IS NOT NULL AND {_AT} >= ? AND {_AT} < ? AND (? IS NULL OR project = ?)
        ORDER BY {_AT}, number
    """
    chosen = None if project is None else to_cell(project)
    found = connection.execute(query, (since, until, chosen, chosen))
    names = all_batch_names(connection)
    return [(task, names.get(task.batch_id or "", "")) for task in map(task_of, found)]


def _named(sums: Sequence[float]) -> dict[str, Any]:
    """The columns of `_SUMS` by their names."""
    tasks, credits, uncertain, uncertain_credits, keepers, refused, imported, imported_credits = sums
    return {
        "tasks": int(tasks),
        "credits": credits,
        "uncertain": int(uncertain),
        "uncertain_credits": uncertain_credits,
        "keepers": int(keepers),
        "refused": int(refused),
        "imported": int(imported),
        "imported_credits": imported_credits,
    }


def _together(one: SpendingLine, other: SpendingLine) -> SpendingLine:
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in SUMS})
