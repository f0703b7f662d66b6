"""Every command for selected tasks, an entry each: what it is called, for which tasks it is offered and why not, what
is asked first, and what carries it out. In the order of the menu. Pure.

Four commands stay apart: *Cancel on Runway*, *Delete from Runway*, *Remove from list*, *Delete file* (to the trash).
What is still queued is not canceled but *not sent*. A refused task is offered *Edit and send*, never *Retry*. A
command that cannot be given now says why.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum, auto
from typing import Any

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output
from runway_desktop.usecases.question import Question
from runway_desktop.values import Struct

from . import questions
from .conditions import (
    NO_FILE,
    NO_LONGER,
    NOT_QUEUED,
    can_be_canceled,
    can_be_deleted_remotely,
    can_be_fetched,
    can_be_linked,
    can_be_removed,
    can_have_a_new_seed,
    fetching_words,
    has,
    has_picture,
    has_prompt,
    has_remote_id,
    has_succeeded,
    is_changed,
    is_done,
    is_free,
    is_held,
    is_here,
    is_in_bin,
    is_kept_by_runway,
    is_missing,
    is_not_here,
    is_queued,
    is_uncertain,
    may_be_known_after_all,
    may_retry,
    picture_words,
    releasing_words,
    removing_words,
    sending_next_words,
    unless,
    wants_file,
    was_sent,
    why_it_stays,
    why_no_retry,
    why_not_fetched,
    why_request_unknown,
)
from .doing import Doing, Given, Report
from .task_command import TaskCommand


class Need(Enum):
    """What must be typed for a command."""

    TITLE = auto()
    TASK_ID = auto()


class Entry(Struct, frozen=True):
    """A command. Where a function is given several rows, they are those that are selected, at least one."""

    command: TaskCommand
    label: str | Callable[[Sequence[Row]], str]
    does: Callable[[Doing, Sequence[Row], Given], Awaitable[Report]] | None = None
    """Carries it out on the rows that it concerns. None: it is a matter of the face alone, as opening a window."""
    many: str = ""
    """The label for a number of things, with `{n}`; empty: it is the same for any number."""
    takes_one: bool = False
    """It is for a single task."""
    outputs: Callable[[Output], bool] | None = None
    """Which results it does its work on: it concerns the tasks that have some, and counts them."""
    concerns: Callable[[Row], bool] | None = None
    """Whether it is carried out on a row that is selected. None: on any."""
    prefers: Callable[[Row], bool] | None = None
    """Where it concerns rows that meet this, it is carried out on those alone."""
    is_listed: Callable[[Row], bool] | None = None
    """Whether a row has it listed, though perhaps with a reason why not. None: where it concerns the row."""
    why_not: Callable[[Sequence[Row]], str] = lambda _: ""
    """Why it is listed and cannot be given now."""
    absence: str | Callable[[Sequence[Row]], str] = ""
    """Why it is not listed, for those who press its key; empty: in general words."""
    question: Callable[[Sequence[Row]], Question | None] = lambda _: None
    """What is asked before it is carried out on these rows."""
    needs: Need | None = None
    is_shown: bool = False
    """Where to is shown by a drag, so that no menu lists it."""
    pays: bool = False
    """It sends what is paid for: what must be asked first, `usecases.sending` says."""
    is_dangerous: bool = False
    undo: Callable[[Doing, Any], Awaitable[Report]] | None = None
    """Is given what the report says that it is undone with."""

    def meant(self, rows: Sequence[Row]) -> list[Row]:
        """Those of the rows that it is carried out on: the same ones whose number it names and asks for."""
        found = list(filter(self._is_meant, rows))
        return (self.prefers and list(filter(self.prefers, found))) or found

    def text(self, rows: Sequence[Row]) -> str:
        if not isinstance(self.label, str):
            return self.label(rows)
        if not self.many:
            return self.label
        counted = rows if self.concerns is None else self.meant(rows)
        number = sum(self.outputs(one) for row in counted for one in row.outputs) if self.outputs else len(counted)
        return self.many.format(n=f"{number:,}") if number > 1 else self.label

    def is_for(self, rows: Sequence[Row]) -> bool:
        """Whether it makes sense for at least one of the rows."""
        return (len(rows) == 1 or not self.takes_one) and any(map(self.is_listed or self._is_meant, rows))

    def _is_meant(self, row: Row) -> bool:
        if self.concerns is not None and not self.concerns(row):
            return False
        return self.outputs is None or any(map(self.outputs, row.outputs))


class Available(Struct, frozen=True):
    """A command as a menu or a button shows it for the selected tasks."""

    command: TaskCommand
    text: str
    reason: str = ""
    """Why it cannot be given now; empty when it can."""
    is_dangerous: bool = False

    @property
    def enabled(self) -> bool:
        return not self.reason


_C = TaskCommand
GROUPS: tuple[tuple[Entry, ...], ...] = (
    (
        Entry(
            _C.SEND_AGAIN,
            "Send again…",
            Doing.again,
            takes_one=True,
            concerns=is_uncertain,
            why_not=why_request_unknown,
            pays=True,
            is_dangerous=True,
        ),
        Entry(
            _C.ADOPT_ID,
            "It was made: enter its id…",
            Doing.adopt_id,
            takes_one=True,
            concerns=is_uncertain,
            needs=Need.TASK_ID,
        ),
        Entry(
            _C.LET_GO, "Dismiss…", Doing.let_go, takes_one=True, concerns=is_uncertain, question=questions.letting_go
        ),
    ),
    (
        Entry(_C.LOOK_FOR, "Look for the file", Doing.look_for, many="Look for {n} files", outputs=is_missing),
        Entry(_C.LOOK_IN, "Look in a folder…", Doing.look_in, outputs=is_missing),
        Entry(_C.CHOOSE_FILE, "Choose the file…", Doing.choose_file, takes_one=True, outputs=is_missing),
        Entry(_C.KEEP_CHANGE, "Keep the change", Doing.keep_change, many="Keep {n} changes", outputs=is_changed),
        Entry(
            _C.FETCH_ORIGINAL,
            "Fetch the original again",
            Doing.fetch_original,
            many="Fetch the originals again",
            outputs=is_changed,
            why_not=unless(lambda row: has(is_changed)(row) and is_kept_by_runway(row), NO_LONGER),
        ),
        Entry(
            _C.PUT_BACK,
            "Put back from the trash",
            Doing.put_back,
            many="Put {n} back from the trash",
            outputs=is_in_bin,
        ),
    ),
    (
        Entry(
            _C.OPEN,
            "Open result",
            outputs=is_here,
            why_not=lambda rows: "" if len(rows) == 1 else "Select one task.",
            absence=NO_FILE,
        ),
        Entry(_C.OPEN_WITH_SYSTEM, "Open with the system's program", Doing.files, outputs=is_here),
        Entry(_C.OPEN_WITH, "Open with…", Doing.files, outputs=is_here),
        Entry(_C.SHOW_FILE, "Show in folder", Doing.files, outputs=is_here, absence=NO_FILE),
        Entry(
            _C.FETCH_AGAIN,
            fetching_words,
            Doing.fetch_again,
            concerns=can_be_fetched,
            prefers=has(is_not_here),
            is_listed=is_done,
            why_not=why_not_fetched,
        ),
        Entry(_C.REFRESH, "Refresh", Doing.refresh, concerns=may_be_known_after_all),
    ),
    (
        Entry(_C.FIND_FILE, "Find the file…", Doing.find_file, takes_one=True, concerns=wants_file),
        Entry(_C.EDIT_HELD, "Edit", takes_one=True, concerns=is_queued),
        Entry(
            _C.SEND_NEXT,
            sending_next_words,
            Doing.send_next,
            concerns=is_queued,
            absence=NOT_QUEUED,
            pays=True,
            undo=Doing.stand_back,
        ),
        Entry(
            _C.HOLD,
            "Hold",
            Doing.hold,
            many="Hold {n}",
            concerns=is_free,
            absence=NOT_QUEUED,
            undo=Doing.release_again,
        ),
        Entry(
            _C.RELEASE,
            releasing_words,
            Doing.release,
            concerns=is_held,
            absence=NOT_QUEUED,
            pays=True,
            undo=Doing.stand_back,
        ),
        Entry(_C.MOVE_UP, "Move up", Doing.move_up, concerns=is_queued, absence=NOT_QUEUED, undo=Doing.stand_back),
        Entry(
            _C.MOVE_DOWN, "Move down", Doing.move_down, concerns=is_queued, absence=NOT_QUEUED, undo=Doing.stand_back
        ),
        Entry(
            _C.PUT_BEFORE,
            "Move to another place",
            Doing.put_before,
            concerns=is_queued,
            absence=NOT_QUEUED,
            is_shown=True,
            undo=Doing.stand_back,
        ),
        Entry(_C.EDIT_AND_SEND, "Edit and send", takes_one=True, concerns=was_sent, why_not=why_request_unknown),
        Entry(
            _C.NEW_SEED,
            "Same with a new seed",
            takes_one=True,
            concerns=can_have_a_new_seed,
            why_not=why_request_unknown,
        ),
        Entry(
            _C.OTHER_MODEL, "Same with another model", takes_one=True, concerns=was_sent, why_not=why_request_unknown
        ),
        Entry(
            _C.SAME,
            "Same again",
            Doing.again,
            takes_one=True,
            concerns=has_succeeded,
            why_not=why_request_unknown,
            pays=True,
        ),
        Entry(
            _C.RETRY,
            "Retry",
            Doing.again,
            many="Retry {n}",
            concerns=may_retry,
            absence=why_no_retry,
            pays=True,
        ),
        Entry(_C.USE_AS_INPUT, "Use as input", takes_one=True, outputs=is_here),
        Entry(_C.RENAME, "Rename", Doing.rename, takes_one=True, needs=Need.TITLE),
    ),
    (
        Entry(
            _C.COPY_PROMPT,
            "Copy prompt",
            Doing.prompts,
            many="Copy prompts",
            why_not=unless(has_prompt, "There is no prompt."),
        ),
        Entry(
            _C.COPY_ID,
            "Copy task id",
            Doing.remote_ids,
            many="Copy task ids",
            why_not=unless(has_remote_id, "Runway has given no id yet."),
        ),
        Entry(_C.COPY_FILE, "Copy file", Doing.files, many="Copy {n} files", outputs=is_here, absence=NO_FILE),
        Entry(_C.COPY_PATH, "Copy path", Doing.paths, many="Copy paths", outputs=is_here),
        Entry(_C.COPY_PICTURE, picture_words, takes_one=True, concerns=has_picture),
        Entry(
            _C.COPY_LINK,
            "Copy link",
            Doing.links,
            many="Copy {n} links",
            outputs=lambda _: True,
            concerns=can_be_linked,
            why_not=unless(lambda row: can_be_linked(row) and is_kept_by_runway(row), "It was deleted from Runway."),
            absence="There is no result that a link could lead to.",
        ),
        Entry(_C.COPY_SUPPORT, "Copy support details", Doing.support),
        Entry(_C.EXPORT, "Export…"),
    ),
    (
        Entry(
            _C.CANCEL,
            "Cancel on Runway…",
            Doing.cancel,
            many="Cancel {n} on Runway…",
            concerns=can_be_canceled,
            is_listed=lambda row: row.task.state.is_live or row.task.is_hidden,
            why_not=unless(can_be_canceled, "It can't be canceled with this key."),
            question=questions.canceling,
            is_dangerous=True,
        ),
        Entry(_C.DO_NOT_SEND, "Do not send", Doing.cancel, many="Do not send {n}", concerns=is_queued),
        Entry(
            _C.DELETE_REMOTELY,
            "Delete from Runway…",
            Doing.delete_remotely,
            concerns=can_be_deleted_remotely,
            question=questions.deleting_remotely,
            is_dangerous=True,
        ),
        Entry(
            _C.REMOVE,
            removing_words,
            Doing.remove,
            concerns=can_be_removed,
            # Whoever clears what has ended does not mean what is still to be sent.
            prefers=lambda row: not is_queued(row),
            is_listed=lambda _: True,
            why_not=why_it_stays,
            undo=Doing.restore,
        ),
        Entry(
            _C.DELETE_FILE,
            "Delete file…",
            Doing.delete_files,
            many="Delete files…",
            outputs=is_here,
            question=questions.deleting_files,
            is_dangerous=True,
            undo=Doing.put_files_back,
        ),
    ),
)

TABLE = tuple(entry for group in GROUPS for entry in group)
ENTRIES = {entry.command: entry for entry in TABLE}


def available(rows: Sequence[Row]) -> list[list[Available]]:
    """The commands of a menu, in groups. Only what makes sense for at least one of the rows is listed."""
    found = ([_shown(entry, rows) for entry in group if not entry.is_shown and entry.is_for(rows)] for group in GROUPS)
    return [group for group in found if group]


def available_by_command(
    rows: Sequence[Row], commands: Sequence[TaskCommand] = tuple(ENTRIES)
) -> dict[TaskCommand, Available]:
    """Those of the commands that make sense for at least one of the rows."""
    return {command: _shown(entry, rows) for command in commands if (entry := ENTRIES[command]).is_for(rows)}


def concerned(command: TaskCommand, rows: Sequence[Row]) -> list[Row]:
    """Those of the rows that a command is carried out on."""
    return ENTRIES[command].meant(rows)


def why_not(command: TaskCommand, rows: Sequence[Row]) -> str:
    """Why a command cannot be given for these rows, listed or not; empty when it can."""
    if not rows:
        return "Select a task in the list first."
    entry = ENTRIES[command]
    if entry.is_for(rows):
        return entry.why_not(rows)
    absence = entry.absence if isinstance(entry.absence, str) else entry.absence(rows)
    return absence or ("Select one task." if len(rows) > 1 else "That cannot be done with this task.")


def question(command: TaskCommand, rows: Sequence[Row]) -> Question | None:
    """What is asked before something can be lost, or made twice; None when nothing can."""
    entry = ENTRIES[command]
    meant = entry.meant(rows)
    return entry.question(meant) if meant else None


def _shown(entry: Entry, rows: Sequence[Row]) -> Available:
    return Available(entry.command, entry.text(rows), entry.why_not(rows), entry.is_dangerous)
