"""Commands for queued tasks: send next, hold, release, reorder. Sending and releasing pay."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.library import Row
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.domain.task import HoldCode, State
from runway_desktop.services.tasks.queue_acts import Stood
from runway_desktop.texts import Text
from runway_desktop.usecases.words import queue
from runway_desktop.values import replace

from . import questions
from .command import LIST, Command, Scope, Surface
from .task_command import Context, Given, Report, TaskCommand, Wanted, ids_of, is_queued

if TYPE_CHECKING:
    from runway_desktop.services.tasks.submission import Prepared

NOT_QUEUED = Text("It isn't in the queue.")
_ASKED_FOR = Text("A program requested it. Approve or refuse it.")
_SEND_NEXT, _SEND_NEXT_ASKED = Text("Send next"), Text("Send next…")
_RELEASE, _RELEASE_ASKED = Text("Release", "Release {n}"), Text("Release…", "Release {n}…")


def prepared_release(context: Context, rows: Sequence[Row], *, is_next: bool = False) -> Prepared:
    return context.sending.prepare_release([row.task for row in rows], is_next=is_next)


async def release(context: Context, rows: Sequence[Row], given: Given, *, is_next: bool = False) -> Report:
    """Releases tasks, which are then sent in turn or next; also those that wait for the user."""
    stood = context.engine.queue_acts.stood(ids_of(rows))
    changed = await context.sending.send(*given.answering(prepared_release(context, rows, is_next=is_next)))
    await context.engine.clients.note_release([row.task.id for row in rows if row.task.waits_for_person])
    return Report(changed=changed, stood=stood if is_next else replace(stood, positions={}), said=queue.released(rows))


async def _hold(context: Context, rows: Sequence[Row], _: Given) -> Report:
    engine, ids = context.engine, ids_of(rows)
    if all(task.id in ids or task.waits_for_person for task in engine.ledger.queued()):
        # The whole queue is held: a task that is being sent now and refused must not return to the queue to be sent.
        ids += [task.id for task in engine.ledger.open() if task.state is State.SENDING]
    tasks = [task for i in await engine.queue_acts.hold(ids) if (task := engine.ledger.get_open(i)) is not None]
    held = sum(task.state is State.QUEUED for task in tasks)
    return Report(changed=tuple(task.id for task in tasks), said=queue.held(held) if held else queue.TOO_LATE)


async def _step(context: Context, rows: Sequence[Row], _: Given, *, up: bool) -> Report:
    return _moved(rows, await context.engine.queue_acts.step(ids_of(rows), up=up))


async def _put_before(context: Context, rows: Sequence[Row], given: Given) -> Report:
    """Moves tasks, in the given order, before another task of the queue or to its end."""
    stood = await context.engine.queue_acts.move(ids_of(rows), given.before)
    return replace(_moved(rows, stood), said=queue.moved(len(rows)) if stood.positions else queue.NOT_MOVED)


def _moved(rows: Sequence[Row], stood: Stood) -> Report:
    """Without a message: the rows themselves show it."""
    return Report(changed=tuple(ids_of(rows)), stood=stood or None)


async def stand_back(context: Context, stood: Stood) -> Report:
    """Undoes a move or a release."""
    held = await context.engine.queue_acts.put_back(stood)
    queued = {task.id for task in context.engine.ledger.all_queued()}
    left = sum(one not in queued for one in stood.holds)
    return Report(changed=tuple(dict.fromkeys((*stood.positions, *stood.holds))), said=queue.held_again(held, left))


async def _find_file(context: Context, rows: Sequence[Row], given: Given) -> Report:
    """Assigns the file at the path to the first missing input of a queued task. All tasks that miss it get it, and
    other missing files that moved with it are found too."""
    engine, ids = context.engine, ids_of(rows)
    missing = await engine.missing_inputs.missing(ids[0])
    if not missing:
        await engine.queue_acts.send_next(ids)
        return Report(changed=tuple(ids), said=Text("The file is there again."))
    if given.path is None:
        return Report(wants=Wanted(path=missing[0]))
    back = await engine.missing_inputs.put_back(missing[0], given.path, anyway=given.anyway)
    if back.is_other:
        return Report(asks=questions.other_file(missing[0].name, given.path.name, is_input=True))
    files = Text("{n} file", "{n} files").of(back.files)
    said = Text("Found {files} for {n} task.", "Found {files} for {n} tasks.").of(len(back.tasks))
    return Report(changed=back.tasks, said=said.with_(files=files))


def _is_held(row: Row) -> bool:
    """Held until the user releases it. Requests of clients are approved instead."""
    return is_queued(row) and row.task.waits_for_person and not waits_for_approval(row.task)


def _is_asked_about(row: Row) -> bool:
    return row.task.may_be_sent_already or row.task.hold.code is HoldCode.OTHER_KEY


def _send_next_words(rows: Sequence[Row]) -> Text:
    return _SEND_NEXT_ASKED if any(map(_is_asked_about, rows)) else _SEND_NEXT


def _release_words(rows: Sequence[Row]) -> Text:
    held = list(filter(_is_held, rows))
    return (_RELEASE_ASKED if any(map(_is_asked_about, held)) else _RELEASE).of(max(len(held), 1))


def _absence(rows: Sequence[Row]) -> Text:
    return _ASKED_FOR if any(waits_for_approval(row.task) for row in rows) else NOT_QUEUED


_queued = partial(TaskCommand, concerns=is_queued, absence=_absence, undo=stand_back)
_in_order = partial(_queued, submenu=Text("In the queue"))
SEND_NEXT = _queued(
    id="queue.next",
    stored="send next",
    words=_SEND_NEXT,
    synonyms=Text("priority, urgent"),
    label=_send_next_words,
    does=partial(release, is_next=True),
    concerns=lambda row: is_queued(row) and not waits_for_approval(row.task),
    prepares=partial(prepared_release, is_next=True),
    icon="mdi6.arrow-collapse-up",
    keys=("Ctrl+Up",),
    pays=True,
)
HOLD_OR_RELEASE: Command[Sequence[Row]] = Command(
    id="queue.hold",
    words=Text("Hold or release"),
    section=LIST,
    scopes=frozenset({Scope.LIST}),
    keys=("H",),
    why_not=lambda rows: HOLD.reason(rows) and RELEASE.reason(rows),
)
"""One key for both: releases if all are held."""
HOLD: TaskCommand = _in_order(
    id="hold",
    words=Text("Hold", "Hold {n}"),
    synonyms=Text("pause, wait"),
    does=_hold,
    icon="mdi6.pause",
    given_by=HOLD_OR_RELEASE,
    concerns=lambda row: is_queued(row) and not row.task.waits_for_person,
    # An undo must never let a task leave. `RELEASE` does, at the present price.
    undo=None,
    instead=Text("Choose “Release” to send it."),
)
RELEASE: TaskCommand = _in_order(
    id="release",
    words=_RELEASE,
    synonyms=Text("resume, unhold"),
    label=_release_words,
    does=release,
    prepares=prepared_release,
    icon="mdi6.play",
    given_by=HOLD_OR_RELEASE,
    concerns=_is_held,
    pays=True,
)
MOVE_UP = _in_order(
    id="queue.up",
    stored="move up",
    words=Text("Move up"),
    synonyms=Text("sooner, earlier, raise priority"),
    does=partial(_step, up=True),
    icon="mdi6.arrow-up",
    keys=("Alt+Up",),
    repeats=True,
)
MOVE_DOWN = _in_order(
    id="queue.down",
    stored="move down",
    words=Text("Move down"),
    synonyms=Text("later, lower priority"),
    does=partial(_step, up=False),
    icon="mdi6.arrow-down",
    keys=("Alt+Down",),
    repeats=True,
)
PUT_BEFORE = _queued(id="put before", words=Text("Move in the queue"), does=_put_before, left_out_of=frozenset(Surface))
"""Only by dragging."""
FIND_FILE = TaskCommand(
    id="find file",
    words=Text("Find the file…"),
    does=_find_file,
    takes_one=True,
    concerns=lambda row: misses_file(row.task),
)
