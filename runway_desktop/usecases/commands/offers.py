"""What can be done with the chosen tasks, in words that follow their states. Pure: rows in, offers out.

Four verbs stay apart: *Cancel on Runway*, *Delete from Runway*, *Remove from list*, *Delete file* (to the bin). What
still waits here is not canceled but *not sent*. A refused task offers *Edit and send*, never *Retry*. An offer that
cannot be taken says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from runway_desktop.domain.failures import Advice
from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Media, OutputState, State
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words import units

_PICTURED = (Media.IMAGE, Media.VIDEO)
"""What has a picture that can be copied as such."""
_NO_LONGER = "Runway keeps it no longer."


class TaskCommand(StrEnum):
    OPEN = "open"
    SHOW_FILE = "show file"
    OPEN_WITH_SYSTEM = "open with system"
    OPEN_WITH = "open with"
    """A program that the person chooses: the menu lists them, or the system asks."""
    FETCH_AGAIN = "fetch again"
    REFRESH = "refresh"
    """Asks Runway once more for what it, or the key in use, did not know."""
    EDIT_AND_SEND = "edit and send"
    NEW_SEED = "new seed"
    SAME = "same again"
    OTHER_MODEL = "other model"
    RETRY = "retry"
    EDIT_HELD = "edit held"
    FIND_FILE = "find file"
    LOOK_FOR = "look for file"
    """Of a result that is not where it was saved."""
    LOOK_IN = "look in folder"
    CHOOSE_FILE = "choose file"
    KEEP_CHANGE = "keep change"
    """Of a result that was changed outside."""
    FETCH_ORIGINAL = "fetch original"
    PUT_BACK = "put back"
    """Out of the bin."""
    SEND_NEXT = "send next"
    SEND_AGAIN = "send again"
    ADOPT_ID = "adopt id"
    LET_GO = "let go"
    USE_AS_INPUT = "use as input"
    """Opens what a result can become (`use_as_input`), which does it."""
    RENAME = "rename"
    COPY_PROMPT = "copy prompt"
    COPY_ID = "copy id"
    COPY_PATH = "copy path"
    COPY_FILE = "copy file"
    COPY_PICTURE = "copy picture"
    COPY_LINK = "copy link"
    COPY_SUPPORT = "copy support details"
    EXPORT = "export"
    DO_NOT_SEND = "do not send"
    CANCEL = "cancel"
    DELETE_REMOTELY = "delete remotely"
    REMOVE = "remove"
    DELETE_FILE = "delete file"


@dataclass(frozen=True, slots=True)
class Offer:
    """A deed as a menu or a button offers it."""

    verb: TaskCommand
    text: str
    reason: str = ""
    """Why it cannot be taken now; empty when it can."""
    dangerous: bool = False

    @property
    def enabled(self) -> bool:
        return not self.reason


def offers(rows: Sequence[Row]) -> list[list[Offer]]:
    """The menu, in groups. Only what makes sense for at least one of the rows is listed."""
    if not rows:
        return []
    one = len(rows) == 1
    states = {row.task.state for row in rows}
    only = rows[0] if one else None
    groups: list[list[Offer]] = []
    if only is not None and only.task.state is State.UNCERTAIN:
        groups.append(
            [
                Offer(TaskCommand.SEND_AGAIN, "Send again…", dangerous=True),
                Offer(TaskCommand.ADOPT_ID, "It was made: enter its id…"),
                Offer(TaskCommand.LET_GO, "Dismiss…"),
            ]
        )
    saved = [row for row in rows if any(output.is_here for output in row.outputs)]
    look = []
    if saved:
        nothing = "" if one else "Choose one task."
        look += [
            Offer(TaskCommand.OPEN, "Open result", nothing),
            Offer(TaskCommand.OPEN_WITH_SYSTEM, "Open with the system's program"),
            Offer(TaskCommand.OPEN_WITH, "Open with…"),
            Offer(TaskCommand.SHOW_FILE, "Show in folder"),
        ]
    fetching = _fetching(rows, saved)
    if fetching is not None:
        look.append(fetching)
    if concerned(TaskCommand.REFRESH, rows):
        look.append(Offer(TaskCommand.REFRESH, "Refresh"))
    groups.append(_astray(rows, only))
    groups.append(look)
    groups.append(_making(rows, states, only))
    groups.append(_copying(rows, saved))
    groups.append(_ending(rows, states))
    return [group for group in groups if group]


def _fetching(rows: Sequence[Row], saved: Sequence[Row]) -> Offer | None:
    """A first saving is not called one that is done again."""
    done = [row for row in rows if row.task.state is State.SUCCEEDED]
    if any(output.state is not OutputState.SAVED for row in done for output in row.outputs):
        return Offer(TaskCommand.FETCH_AGAIN, "Save now")
    gone = [row for row in done if any(not output.is_here for output in row.outputs)]
    wanted = gone or saved
    if not wanted:
        return None
    kept = _none(wanted, lambda row: not row.task.deleted_remotely, _NO_LONGER)
    return Offer(TaskCommand.FETCH_AGAIN, "Fetch again from Runway", kept)


def _astray(rows: Sequence[Row], only: Row | None) -> list[Offer]:
    """What can be done about files that are missing, changed, or in the bin."""
    found = []
    missing = sum(output.is_missing for row in rows for output in row.outputs)
    if missing:
        found += [
            Offer(TaskCommand.LOOK_FOR, "Look for the file" if missing == 1 else f"Look for {missing:,} files"),
            Offer(TaskCommand.LOOK_IN, "Look in a folder…"),
        ]
        if only is not None:
            found.append(Offer(TaskCommand.CHOOSE_FILE, "Choose the file…"))
    changed = sum(output.is_changed for row in rows for output in row.outputs)
    if changed:
        gone = _none(concerned(TaskCommand.FETCH_ORIGINAL, rows), lambda row: not row.task.deleted_remotely, _NO_LONGER)
        found += [
            Offer(TaskCommand.KEEP_CHANGE, "Keep the change" if changed == 1 else f"Keep {changed:,} changes"),
            Offer(TaskCommand.FETCH_ORIGINAL, f"Fetch the {'original' if changed == 1 else 'originals'} again", gone),
        ]
    binned = sum(output.is_binned and bool(output.binned_from) for row in rows for output in row.outputs)
    if binned:
        found.append(
            Offer(TaskCommand.PUT_BACK, "Put back from the bin" if binned == 1 else f"Put {binned:,} back from the bin")
        )
    return found


def _copying(rows: Sequence[Row], saved: Sequence[Row]) -> list[Offer]:
    one = len(rows) == 1
    found = [
        Offer(
            TaskCommand.COPY_PROMPT,
            "Copy prompt" if one else "Copy prompts",
            _none(rows, lambda row: bool(row.task.request.prompt), "There is no prompt."),
        ),
        Offer(
            TaskCommand.COPY_ID,
            "Copy task id" if one else "Copy task ids",
            _none(rows, lambda row: row.task.remote_id is not None, "Runway has given no id yet."),
        ),
    ]
    files = sum(output.is_here for row in rows for output in row.outputs)
    if files:
        found += [
            Offer(TaskCommand.COPY_FILE, "Copy file" if files == 1 else f"Copy {files:,} files"),
            Offer(TaskCommand.COPY_PATH, "Copy path" if files == 1 else "Copy paths"),
        ]
    if one and saved and any(output.media in _PICTURED for output in saved[0].outputs if output.is_here):
        frame = all(output.media is Media.VIDEO for output in saved[0].outputs if output.is_here)
        found.append(Offer(TaskCommand.COPY_PICTURE, "Copy this frame" if frame else "Copy picture"))
    linked = concerned(TaskCommand.COPY_LINK, rows)
    if linked:
        links = sum(len(row.outputs) for row in linked)
        gone = _none(linked, lambda row: not row.task.deleted_remotely, "It was deleted from Runway.")
        found.append(Offer(TaskCommand.COPY_LINK, "Copy link" if links == 1 else f"Copy {links:,} links", gone))
    found.append(Offer(TaskCommand.COPY_SUPPORT, "Copy support details"))
    found.append(Offer(TaskCommand.EXPORT, "Export…"))
    return found


def _making(rows: Sequence[Row], states: set[State], only: Row | None) -> list[Offer]:
    found = []
    if State.HELD in states:
        if only is not None:
            if misses_file(only.task):
                found.append(Offer(TaskCommand.FIND_FILE, "Find the file…"))
            found.append(Offer(TaskCommand.EDIT_HELD, "Edit"))
        asks = any(row.task.may_be_sent_already for row in rows)
        found.append(Offer(TaskCommand.SEND_NEXT, "Send next…" if asks else "Send next"))
    if only is not None and only.task.state is not State.HELD:
        nothing = "" if only.task.request.endpoint else "The request is not known: it was started elsewhere."
        found.append(Offer(TaskCommand.EDIT_AND_SEND, "Edit and send", nothing))
        if "seed" in only.task.request.values or only.task.state is State.SUCCEEDED:
            found.append(Offer(TaskCommand.NEW_SEED, "Same with a new seed", nothing))
        found.append(Offer(TaskCommand.OTHER_MODEL, "Same with another model", nothing))
        if only.task.state is State.SUCCEEDED:
            found.append(Offer(TaskCommand.SAME, "Same again", nothing))
    retried = len(concerned(TaskCommand.RETRY, rows))
    if retried:
        found.append(Offer(TaskCommand.RETRY, "Retry" if retried == 1 else f"Retry {retried:,}"))
    if only is not None and any(output.is_here for output in only.outputs):
        found.append(Offer(TaskCommand.USE_AS_INPUT, "Use as input"))
    if only is not None:
        found.append(Offer(TaskCommand.RENAME, "Rename"))
    return found


def why_not(verb: TaskCommand, rows: Sequence[Row]) -> str:
    """Why a verb that has a key is not offered for these rows, in words."""
    if not rows:
        return "Choose a task in the list first."
    states = {row.task.state for row in rows}
    match verb:
        case TaskCommand.RETRY if states == {State.SUCCEEDED}:
            return "It succeeded. “Same with a new seed” or “Same again” makes another take."
        case TaskCommand.RETRY if not any(state.is_final for state in states):
            return "It has not ended yet."
        case TaskCommand.RETRY:
            return "The same request would fail again. “Edit and send” sends another."
        case TaskCommand.COPY_FILE | TaskCommand.SHOW_FILE | TaskCommand.OPEN:
            return "No file of it is on this computer."
        case TaskCommand.COPY_LINK:
            return "There is no result that a link could lead to."
        case _ if len(rows) > 1:
            return "Choose one task."
        case _:
            return "That cannot be done with this task."


def may_retry(row: Row) -> bool:
    """Whether the same request may help again: not after a refusal, not while something runs."""
    task = row.task
    if not task.request.endpoint:
        return False
    if task.state is State.FAILED and task.failure is not None:
        return task.failure.meaning.advice is Advice.RETRY_LATER
    return task.state in (State.CANCELLED, State.GONE)


def _ending(rows: Sequence[Row], states: set[State]) -> list[Offer]:
    found = []
    live = len(concerned(TaskCommand.CANCEL, rows))
    hidden = "" if live else "It can't be canceled with this key."
    if live or any(row.task.is_hidden for row in rows):
        text = f"Cancel {live:,} on Runway…" if live > 1 else "Cancel on Runway…"
        found.append(Offer(TaskCommand.CANCEL, text, hidden, dangerous=True))
    held = len(concerned(TaskCommand.DO_NOT_SEND, rows))
    if held:
        found.append(Offer(TaskCommand.DO_NOT_SEND, "Do not send" if held == 1 else f"Do not send {held:,}"))
    if concerned(TaskCommand.DELETE_REMOTELY, rows):
        found.append(Offer(TaskCommand.DELETE_REMOTELY, "Delete from Runway…", dangerous=True))
    removable = concerned(TaskCommand.REMOVE, rows)
    text = "Remove from list" if len(rows) == 1 or not removable else f"Remove {len(removable):,} from list"
    found.append(Offer(TaskCommand.REMOVE, text, "" if removable else _why_it_stays(states)))
    if concerned(TaskCommand.DELETE_FILE, rows):
        found.append(
            Offer(TaskCommand.DELETE_FILE, "Delete file…" if len(rows) == 1 else "Delete files…", dangerous=True)
        )
    return found


def concerned(verb: TaskCommand, rows: Sequence[Row]) -> list[Row]:
    """Those of the rows that a verb is carried out on: the same ones whose number it names and asks for."""
    match verb:
        case TaskCommand.CANCEL:
            return [row for row in rows if row.task.state.is_live and not row.task.is_hidden]
        case TaskCommand.DO_NOT_SEND | TaskCommand.SEND_NEXT | TaskCommand.EDIT_HELD:
            return [row for row in rows if row.task.state is State.HELD]
        case TaskCommand.RETRY:
            return [row for row in rows if may_retry(row)]
        case TaskCommand.FETCH_AGAIN:
            done = [row for row in rows if row.task.state is State.SUCCEEDED and not row.task.deleted_remotely]
            unsaved = [row for row in done if any(not output.is_here for output in row.outputs)]
            return unsaved or done
        case TaskCommand.LOOK_FOR | TaskCommand.LOOK_IN | TaskCommand.CHOOSE_FILE:
            return [row for row in rows if any(output.is_missing for output in row.outputs)]
        case TaskCommand.KEEP_CHANGE | TaskCommand.FETCH_ORIGINAL:
            return [row for row in rows if any(output.is_changed for output in row.outputs)]
        case TaskCommand.PUT_BACK:
            return [row for row in rows if any(output.is_binned and output.binned_from for output in row.outputs)]
        case TaskCommand.COPY_LINK:
            return [row for row in rows if row.task.state is State.SUCCEEDED and row.task.remote_id and row.outputs]
        case TaskCommand.DELETE_REMOTELY:
            # A failed or canceled task has nothing at Runway that could be deleted.
            done = [row for row in rows if row.task.state is State.SUCCEEDED]
            return [row for row in done if row.task.remote_id and not row.task.deleted_remotely]
        case TaskCommand.REFRESH:
            return [row for row in rows if _may_be_known_after_all(row)]
        case TaskCommand.REMOVE:
            # Of one that this key cannot see nobody knows when it ends; it may never be seen again.
            return [row for row in rows if row.task.state.is_final or row.task.is_hidden]
        case TaskCommand.DELETE_FILE:
            return [row for row in rows if any(output.is_here for output in row.outputs)]
        case _:
            return list(rows)


def _may_be_known_after_all(row: Row) -> bool:
    """Runway, or the key in use, did not know it; asking once more costs nothing."""
    task = row.task
    lost = task.state is State.SUCCEEDED and task.deleted_remotely and any(not output.is_here for output in row.outputs)
    return task.is_hidden or lost or (task.state is State.GONE and not task.let_go)


def _why_it_stays(states: set[State]) -> str:
    if states == {State.UNCERTAIN}:
        return "Decide first what became of it."
    if states == {State.HELD}:
        return "Queued. Choose “Do not send” first."
    if states == {State.SENDING}:
        return "It is being sent."
    return "Still running. Cancel it before removing."


def question(verb: TaskCommand, rows: Sequence[Row]) -> Question | None:
    """What to ask first; None when nothing can be lost."""
    match verb:
        case TaskCommand.CANCEL:
            live = concerned(verb, rows)
            if not live:
                return None
            amount = units.count(len(live), "task")
            return Question(
                f"Cancel {amount} on Runway?",
                "What has been made so far is thrown away, and it may still be charged. A task that has finished "
                "in the meantime is kept and saved.",
                f"Cancel {amount}",
                "Keep going",
            )
        case TaskCommand.DELETE_REMOTELY:
            chosen = concerned(verb, rows)
            unsaved = sum(any(not output.is_here for output in row.outputs) for row in chosen)
            amount = units.count(len(chosen), "result")
            one = len(chosen) == 1
            if not unsaved:
                loss = "What is saved stays on this computer."
            elif one:
                loss = "It is not saved on this computer and would be lost."
            else:
                are = "is" if unsaved == 1 else "are"
                loss = f"{unsaved:,} of them {are} not saved on this computer and would be lost."
            deed = "Runway deletes it for good; it" if one else "Runway deletes them for good; they"
            return Question(
                f"Delete {amount} from Runway?", f"{deed} cannot be fetched again. {loss}", f"Delete {amount}"
            )
        case TaskCommand.DELETE_FILE:
            files = sum(output.is_here for row in rows for output in row.outputs)
            amount = units.count(files, "file")
            one_task = len(concerned(verb, rows)) == 1
            it, them = ("It", "it") if files == 1 else ("They", "them")
            whose = "the task stays" if one_task else "the tasks stay"
            return Question(
                f"Move {amount} to the bin?",
                f"{it} can be put back from there, and {whose} in the list. Runway may have {them} no longer: how "
                "long it keeps results is not published.",
                f"Move {amount} to the bin",
            )
        case TaskCommand.LET_GO:
            return Question(
                "Dismiss it?",
                "The program stops asking about it. If Runway made it, its result cannot be found again without "
                "its id.",
                "Let 1 task go",
            )
        case _:
            return None


def _none(rows: Sequence[Row], holds: Callable[[Row], bool], reason: str) -> str:
    return "" if any(holds(row) for row in rows) else reason


def closing_question(*, sending: int, saving: int, makes_backup: bool) -> Question | None:
    """None when nothing is under way. `sending` and `saving` count tasks and results."""
    parts = [part for part in (_under_way("task", sending, "sent"), _under_way("result", saving, "saved")) if part]
    said = []
    if parts:
        busy = " and ".join(parts)
        said.append(f"{busy[0].upper()}{busy[1:]}. What takes long goes on at the next start.")
    if makes_backup:
        said.append("A backup or a restore is being made. Closing calls it off, and leaves nothing of it behind.")
    if not said:
        return None
    return Question("Close now?", f"{' '.join(said)} Tasks go on at Runway and will be picked up.", "Close", "Stay")


def _under_way(what: str, number: int, deed: str) -> str:
    """ "2 results are being saved"; empty for none."""
    return f"{units.count(number, what)} {'is' if number == 1 else 'are'} being {deed}" if number else ""
