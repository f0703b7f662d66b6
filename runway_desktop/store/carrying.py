"""What a list has paid for and not got yet, on its way into the list that takes its place. Functions of two
connections, one that reads and one that is inside a transaction. Raise SQLite's own errors."""

from __future__ import annotations

import sqlite3

from runway_desktop.domain.task import State, Task

from . import reading, writing
from .records import batch_of


def carry_over(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    paid = [task for task in reading.unfinished(old) if task.state is not State.HELD]
    paid += [row.task for row in reading.unsaved(old)]
    here = {task.id: task for task in reading.tasks(new, [task.id for task in paid])}
    owners = reading.by_remote_id(new, [task.remote_id for task in paid if task.remote_id is not None])
    for task in paid:
        known = here.get(task.id)
        if known is None and (task.remote_id is None or task.remote_id not in owners):
            _add(old, new, task)
        elif known is not None and _was_sent_since(task, known):
            writing.update_task(new, task)
            for task_id in writing.put_outputs(new, reading.outputs_of_task(old, task.id)):
                writing.renew_search(new, task_id)
        else:
            continue
        lines = {(line.at, line.kind) for line in reading.ledger_of_task(new, task.id)}
        entries = [line for line in reading.ledger_of_task(old, task.id) if (line.at, line.kind) not in lines]
        writing.add_entries(new, entries)


def _was_sent_since(task: Task, known: Task) -> bool:
    """Not so of one that both have at Runway, which is asked for anyway, nor of one that had ended in the other list,
    which may be the later one."""
    has_id = task.remote_id is not None and known.remote_id is None and not known.state.is_final
    return has_id or known.state is State.HELD


def _add(old: sqlite3.Connection, new: sqlite3.Connection, task: Task) -> None:
    for row in old.execute("SELECT id, name, created_at FROM batches WHERE id = ?", (task.batch_id,)):
        writing.put_batch(new, batch_of(row))
    writing.add_tasks(new, [task], reading.inputs_of_task(old, task.id), reading.outputs_of_task(old, task.id))
