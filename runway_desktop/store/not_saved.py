"""Which results are not on this disk though Runway may still have them, the most urgent first. Functions of a
connection, on its thread.
"""

from __future__ import annotations

import sqlite3

from runway_desktop.domain.expiry import AT_LATEST
from runway_desktop.domain.library import NotSaved
from runway_desktop.domain.presence import Presence
from runway_desktop.domain.task import TaskId

from .reading import rows

# Each half has an index of its own that is as small as it should be: most results are saved, and are where they were.
_WANTED = f"""
    WITH wanted AS (
        SELECT task_id, "index", url_fetched_at, 1 AS never_saved FROM outputs WHERE state NOT IN ('saved', 'expired')
        UNION ALL
        SELECT task_id, "index", url_fetched_at, 0 FROM outputs
        WHERE presence = '{Presence.MISSING.value}' AND presence <> '' AND state = 'saved' AND path <> ''
    )
"""
_FROM = """
    FROM wanted CROSS JOIN tasks ON tasks.id = wanted.task_id
    WHERE tasks.state = 'succeeded' AND NOT tasks.deleted_remotely
        AND (wanted.never_saved OR tasks.removed_at IS NULL)
"""
# A link that has expired waits for nobody: of those the youngest first, where asking is likeliest to help.
FIRST = f"""
    {_WANTED} SELECT wanted.task_id, wanted."index", count(*) OVER () {_FROM}
    ORDER BY url_fetched_at <= ?1, abs(url_fetched_at - ?1), wanted.task_id, wanted."index" LIMIT ?2
"""


def not_saved(connection: sqlite3.Connection, now: float, limit: int) -> NotSaved:
    keys = connection.execute(FIRST, (now - AT_LATEST, limit)).fetchall()
    total = keys[0][2] if keys else 0
    by_task = {row.task.id: row for row in rows(connection, list(dict.fromkeys(TaskId(key) for key, *_ in keys)))}
    found = []
    for task_id, index, _ in keys:
        row = by_task[TaskId(task_id)]
        found.append((row, next(output for output in row.outputs if output.index == index)))
    return NotSaved(total=total, results=tuple(found))
