"""What can be done with the chosen tasks, in words that follow their states. Pure: rows in, offers out.

Four verbs stay apart: *Cancel on Runway*, *Delete from Runway*, *Remove from list*, *Delete file* (to the bin). What
still waits here is not canceled but *not sent*. A refused task offers *Edit and send*, never *Retry*. An offer that
cannot be taken says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from runway_desktop.domain.failures import Advice
from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import HoldCode, Media, OutputState, State
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words import units

_PICTURED = (Media.IMAGE, Media.VIDEO)
"""What has a picture that can be copied as such."""
_NO_LONGER = "Runway no longer keeps it."


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
            Offer(TaskCommand.LOOK_FOR, units.plural(missing, "Look for the file", f"Look for {missing:,} files")),
            Offer(TaskCommand.LOOK_IN, "Look in a folder…"),
        ]
        if only is not None:
            found.append(Offer(TaskCommand.CHOOSE_FILE, "Choose the file…"))
    changed = sum(output.is_changed for row in rows for output in row.outputs)
    if changed:
        gone = _none(concerned(TaskCommand.FETCH_ORIGINAL, rows), lambda row: not row.task.deleted_remotely, _NO_LONGER)
        found += [
            Offer(TaskCommand.KEEP_CHANGE, units.plural(changed, "Keep the change", f"Keep {changed:,} changes")),
            Offer(
                TaskCommand.FETCH_ORIGINAL,
                units.plural(changed, "Fetch the original again", "Fetch the originals again"),
                gone,
            ),
        ]
    binned = sum(output.is_binned and bool(output.binned_from) for row in rows for output in row.outputs)
    if binned:
        found.append(
            Offer(
                TaskCommand.PUT_BACK, units.plural(binned, "Put back from the bin", f"Put {binned:,} back from the bin")
            )
        )
    return found


def _copying(rows: Sequence[Row], saved: Sequence[Row]) -> list[Offer]:
    one = len(rows) == 1
    found = [
        Offer(
            TaskCommand.COPY_PROMPT,
            units.plural(len(rows), "Copy prompt", "Copy prompts"),
            _none(rows, lambda row: bool(row.task.request.prompt), "There is no prompt."),
        ),
        Offer(
            TaskCommand.COPY_ID,
            units.plural(len(rows), "Copy task id", "Copy task ids"),
            _none(rows, lambda row: row.task.remote_id is not None, "Runway has given no id yet."),
        ),
    ]
    files = sum(output.is_here for row in rows for output in row.outputs)
    if files:
        found += [
            Offer(TaskCommand.COPY_FILE, units.plural(files, "Copy file", f"Copy {files:,} files")),
            Offer(TaskCommand.COPY_PATH, units.plural(files, "Copy path", "Copy paths")),
        ]
    if one and saved and any(output.media in _PICTURED for output in saved[0].outputs if output.is_here):
        frame = all(output.media is Media.VIDEO for output in saved[0].outputs if output.is_here)
        found.append(Offer(TaskCommand.COPY_PICTURE, "Copy this frame" if frame else "Copy picture"))
    linked = concerned(TaskCommand.COPY_LINK, rows)
    if linked:
        links = sum(len(row.outputs) for row in linked)
        gone = _none(linked, lambda row: not row.task.deleted_remotely, "It was deleted from Runway.")
        found.append(Offer(TaskCommand.COPY_LINK, units.plural(links, "Copy link", f"Copy {links:,} links"), gone))
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
        found.append(Offer(TaskCommand.RETRY, units.plural(retried, "Retry", f"Retry {retried:,}")))
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
        text = units.plural(max(live, 1), "Cancel on Runway…", f"Cancel {live:,} on Runway…")
        found.append(Offer(TaskCommand.CANCEL, text, hidden, dangerous=True))
    held = len(concerned(TaskCommand.DO_NOT_SEND, rows))
    if held:
        found.append(Offer(TaskCommand.DO_NOT_SEND, units.plural(held, "Do not send", f"Do not send {held:,}")))
    if concerned(TaskCommand.DELETE_REMOTELY, rows):
        found.append(Offer(TaskCommand.DELETE_REMOTELY, "Delete from Runway…", dangerous=True))
    removable = concerned(TaskCommand.REMOVE, rows)
    text = "Remove from list" if len(rows) == 1 or not removable else f"Remove {len(removable):,} from list"
    found.append(Offer(TaskCommand.REMOVE, text, "" if removable else _why_it_stays(states)))
    if concerned(TaskCommand.DELETE_FILE, rows):
        found.append(
            Offer(TaskCommand.DELETE_FILE, units.plural(len(rows), "Delete file…", "Delete files…"), dangerous=True)
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
                loss = units.count(
                    unsaved,
                    "of them is not saved on this computer and would be lost.",
                    "of them are not saved on this computer and would be lost.",
                )
            for_good = units.plural(
                len(chosen),
                "Runway deletes it for good; it cannot be fetched again.",
                "Runway deletes them for good; they cannot be fetched again.",
            )
            return Question(f"Delete {amount} from Runway?", f"{for_good} {loss}", f"Delete {amount}")
        case TaskCommand.DELETE_FILE:
            files = sum(output.is_here for row in rows for output in row.outputs)
            amount = units.count(files, "file")
            back = units.plural(files, "It can be put back from there", "They can be put back from there")
            stays = units.plural(len(concerned(verb, rows)), "the task stays", "the tasks stay")
            kept = units.plural(files, "Runway may no longer have it", "Runway may no longer have them")
            return Question(
                f"Move {amount} to the bin?",
                f"{back}, and {stays} in the list. {kept}: how long it keeps results is not published.",
                f"Move {amount} to the bin",
            )
        case TaskCommand.RETRY:
            return _retrying_gone(concerned(verb, rows))
        case TaskCommand.SEND_NEXT:
            return _maybe_sent_already(concerned(verb, rows))
        case TaskCommand.SEND_AGAIN:
            return Question(
                "Send it again?",
                "No answer came to the first sending, so it may have been made and charged already. Sending "
                "again may be charged a second time.",
                "Send 1 task again",
                "Do not send",
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


def _retrying_gone(rows: Sequence[Row]) -> Question | None:
    """What Runway does not know any more may have been made all the same, and be there for another key."""
    gone = sum(row.task.state is State.GONE and not row.task.let_go for row in rows)
    if not gone:
        return None
    one = len(rows) == 1
    which = "this task" if one else f"{gone:,} of these tasks"
    amount = units.count(len(rows), "task")
    return Question(
        f"Send {amount} again?",
        f"Runway doesn't know {which} any more. With the key {'it was' if one else 'they were'} made with, “Refresh” "
        "may still find the result. Sending again is charged again.",
        f"Send {amount} again",
        "Do not send",
    )


def together(first: Question | None, sums: Question | None) -> Question | None:
    """Two reasons to ask as one question; title and buttons are those of the sum."""
    return replace(sums, text=f"{first.text} {sums.text}") if first is not None and sums is not None else first or sums


def _maybe_sent_already(held: Sequence[Row]) -> Question | None:
    """What waited when a backup was made, or a folder was copied, may have been sent by whoever went on without it."""
    doubtful = [row.task for row in held if row.task.may_be_sent_already]
    if not doubtful:
        return None
    whose = units.plural(len(held), "It was", "They were")
    if len(doubtful) < len(held):
        whose = units.count(len(doubtful), "of them was", "of them were")
    codes = {task.hold.code for task in doubtful}
    if HoldCode.COPIED in codes:
        when = "when this profile's folder was copied"
    elif HoldCode.RESTORED in codes:
        when = "when the backup was made"
    else:
        when = "for a reason that this version does not know"
    amount = units.count(len(held), "task")
    return Question(
        f"Send {amount}?",
        f"{whose} waiting {when}, and may have been sent since, from this program or another copy of it. What was sent "
        "already is charged a second time.",
        f"Send {amount}",
        "Keep waiting",
    )


def _none(rows: Sequence[Row], holds: Callable[[Row], bool], reason: str) -> str:
    return "" if any(holds(row) for row in rows) else reason


def closing_question(*, sending: int, saving: int, makes_backup: bool) -> Question | None:
    """None when nothing is under way. `sending` and `saving` count tasks and results."""
    sent = units.count(sending, "task is being sent", "tasks are being sent") if sending else ""
    saved = units.count(saving, "result is being saved", "results are being saved") if saving else ""
    parts = [part for part in (sent, saved) if part]
    said = []
    if parts:
        busy = " and ".join(parts)
        said.append(f"{busy[0].upper()}{busy[1:]}. Long transfers continue at the next start.")
    if makes_backup:
        said.append("A backup or a restore is being made. Closing cancels it, and leaves nothing of it behind.")
    if not said:
        return None
    return Question("Close now?", f"{' '.join(said)} Tasks continue at Runway and will be picked up.", "Close", "Stay")
