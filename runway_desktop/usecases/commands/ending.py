"""Commands that end or remove something. Four different ones: cancel at Runway, delete at Runway, remove from the list,
and move files to the trash. A queued task is not canceled but "not sent"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runway_desktop.domain.failures import WhyNot
from runway_desktop.domain.library import Row
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.domain.task import State, TaskId
from runway_desktop.texts import Text, in_turn
from runway_desktop.usecases.words import queue
from runway_desktop.usecases.words.failures import why_not_words
from runway_desktop.usecases.words.states import KEEPS_TRYING, canceled_words, ended_words
from runway_desktop.usecases.words.tasks import removed_words

from . import questions
from .command import Standard
from .task_command import (
    Context,
    Given,
    Report,
    TaskCommand,
    can_be_fetched,
    each_once,
    ids_of,
    is_here,
    is_queued,
)

if TYPE_CHECKING:
    from runway_desktop.services.results.trash import TrashReport
    from runway_desktop.services.tasks.actions import Done

_DELETE = Text("Delete")
_TRASHED = Text("{n} file moved to the trash.", "{n} files moved to the trash.")
_TRASHED_FOR_GOOD = Text(
    "{n} file moved to the trash. To undo, put it back from there.",
    "{n} files moved to the trash. To undo, put them back from there.",
)
_PUT_BACK = Text("{n} file put back from the trash.", "{n} files put back from the trash.")
_REMOVE = {False: Text("Remove from list"), True: Text("Remove from queue")}
_REMOVE_SOME = {
    False: Text("Remove {n} from list", "Remove {n} from list"),
    True: Text("Remove {n} from queue", "Remove {n} from queue"),
}
"""Whether they are queued."""


async def _cancel(context: Context, rows: Sequence[Row], _: Given) -> Report:
    engine = context.engine
    done = await engine.actions.cancel(ids_of(rows))
    failed = _why_not(done)
    found = [await engine.ledger.task(task_id) for task_id in done.done]
    canceled = canceled_words([task for task in found if task is not None])
    for task_id in failed:
        left = await engine.ledger.task(task_id)
        if left is not None and left.is_canceling:
            failed[task_id] = str(in_turn(failed[task_id], KEEPS_TRYING))
    return Report(
        changed=tuple(done.done),
        said=in_turn(canceled, ended_words(len(done.kept), len(done.without_result))),
        problems=each_once(failed),
    )


async def _delete_remotely(context: Context, rows: Sequence[Row], _: Given) -> Report:
    done = await context.engine.actions.delete_remotely(ids_of(rows))
    failed = _why_not(done)
    return Report(changed=tuple(done.done), problems=each_once(failed))


def _why_not(done: Done) -> dict[TaskId, str]:
    return {task_id: why_not_words(why) for task_id, why in done.failed.items()}


async def _remove(context: Context, rows: Sequence[Row], _: Given) -> Report:
    ids = tuple(ids_of(rows))
    await context.engine.actions.remove(ids)
    says = queue.removed if all(map(is_queued, rows)) else removed_words
    return Report(changed=ids, undo=ids, said=says(len(ids)))


async def _restore(context: Context, task_ids: Sequence[TaskId]) -> Report:
    await context.engine.actions.restore(task_ids)
    return Report(changed=tuple(task_ids), show=tuple(task_ids))


async def _delete_files(context: Context, rows: Sequence[Row], _: Given) -> Report:
    done = await context.engine.trash.throw(ids_of(rows))
    return _of_trash(done, _TRASHED if done.can_undo else _TRASHED_FOR_GOOD, can_undo=done.can_undo)


async def _put_files_back(context: Context, task_ids: Sequence[TaskId]) -> Report:
    done = await context.engine.trash.put_back(list(task_ids))
    return _of_trash(done, _PUT_BACK, can_undo=False)


def _of_trash(done: TrashReport, said: Text, *, can_undo: bool) -> Report:
    failed = {task_id: str(why) for task_id, why in done.failed.items()}
    return Report(
        changed=done.done,
        said=said.of(done.files) if done.files else "",
        problems=each_once(failed),
        undo=done.done if can_undo and done.files else (),
    )


def _can_be_canceled(row: Row) -> bool:
    return row.task.state.is_live and not row.task.is_hidden and not row.task.is_run


def _why_not_canceled(rows: Sequence[Row]) -> Text | str:
    if any(map(_can_be_canceled, rows)):
        return ""
    if all(row.task.is_run for row in rows):
        return why_not_words(WhyNot.RUN_IS_NOT_CANCELED)
    return Text("It can't be canceled with this API key.")


def _can_be_removed(row: Row) -> bool:
    """A task hidden from this key can be removed: it may never be visible again. A removed queued task is not sent."""
    return row.task.state.is_final or row.task.is_hidden or is_queued(row)


def _remove_words(rows: Sequence[Row]) -> Text:
    removable = list(filter(_can_be_removed, rows))
    of_list = [row for row in removable if not is_queued(row)]
    are_queued = bool(removable) and not of_list
    meant = removable if are_queued else of_list
    return removing(len(meant), are_queued=are_queued) if meant and len(rows) > 1 else _REMOVE[are_queued]


def removing(amount: int, *, are_queued: bool) -> Text:
    """Text for a number of tasks, removed from the list or the queue."""
    return _REMOVE_SOME[are_queued].of(amount)


def _why_it_stays(rows: Sequence[Row]) -> Text | str:
    states = {row.task.state for row in rows}
    if any(map(_can_be_removed, rows)):
        return ""
    if states == {State.UNCERTAIN}:
        return Text("It isn't known whether this was created. Decide that first.")
    if states == {State.SENDING}:
        return Text("It is being sent.")
    if all(row.task.is_run for row in rows):
        return Text("Still running.")
    return Text("Still running. Cancel it before removing.")


CANCEL = TaskCommand(
    id="task.cancel",
    stored="cancel",
    words=Text("Cancel on Runway…", "Cancel {n} on Runway…"),
    synonyms=Text("stop, abort, kill"),
    does=_cancel,
    icon="mdi6.cancel",
    keys=("Ctrl+.",),
    begins=True,
    concerns=_can_be_canceled,
    is_listed=lambda row: row.task.state.is_live or row.task.is_hidden,
    why_not=_why_not_canceled,
    asks=lambda settings: settings.ask_before_cancel,
    question=questions.canceling,
    is_dangerous=True,
)
DO_NOT_SEND = TaskCommand(
    id="do not send",
    words=Text("Do not send", "Do not send {n}"),
    synonyms=Text("cancel, unqueue, remove from queue"),
    does=_cancel,
    concerns=lambda row: is_queued(row) and not waits_for_approval(row.task),
    is_dangerous=True,
)
REMOVE = TaskCommand(
    id="task.remove",
    stored="remove",
    words=_REMOVE[False],
    synonyms=Text("hide, clear, delete from list"),
    label=_remove_words,
    does=_remove,
    icon="mdi6.playlist-minus",
    keys=(Standard.DELETE,),
    concerns=_can_be_removed,
    # With a mixed selection, remove only ended tasks, not queued ones.
    prefers=lambda row: not is_queued(row),
    is_listed=lambda _: True,
    why_not=_why_it_stays,
    is_dangerous=True,
    undo=_restore,
)
DELETE_FILE = TaskCommand(
    id="delete file",
    words=Text("Delete file…", "Delete files…"),
    synonyms=Text("trash, move to trash, delete, bin"),
    does=_delete_files,
    moves_files=True,
    icon="mdi6.trash-can-outline",
    submenu=_DELETE,
    outputs=is_here,
    question=questions.deleting_files,
    is_dangerous=True,
    undo=_put_files_back,
)
DELETE_REMOTELY = TaskCommand(
    id="delete remotely",
    words=Text("Delete from Runway…"),
    synonyms=Text("erase from runway"),
    does=_delete_remotely,
    icon="mdi6.cloud-remove-outline",
    submenu=_DELETE,
    concerns=lambda row: can_be_fetched(row) and bool(row.task.remote_id) and not row.task.is_run,
    question=questions.deleting_remotely,
    is_dangerous=True,
)
PUT_BACK = TaskCommand(
    id="put back",
    words=Text("Put back from the trash", "Put {n} back from the trash"),
    synonyms=Text("undelete, untrash, restore file"),
    does=lambda context, rows, _: _put_files_back(context, ids_of(rows)),
    icon="mdi6.delete-restore",
    outputs=lambda one: one.is_binned and bool(one.binned_from),
)
