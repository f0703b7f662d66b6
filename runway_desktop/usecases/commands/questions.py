"""The questions that are asked before something can be lost or paid for twice. Pure.

Each is given the tasks that the command will be carried out on, at least one, so that it names their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import HoldCode, State
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words import units


def canceling(rows: Sequence[Row]) -> Question:
    amount = units.count(len(rows), "task")
    return Question(
        f"Cancel {amount} on Runway?",
        "What has been made so far is thrown away, and it may still be charged. A task that has finished "
        "in the meantime is kept and saved.",
        f"Cancel {amount}",
        "Keep going",
    )


def deleting_remotely(rows: Sequence[Row]) -> Question:
    unsaved = sum(any(not output.is_here for output in row.outputs) for row in rows)
    amount = units.count(len(rows), "result")
    one = len(rows) == 1
    if not unsaved:
        loss = "What is saved stays on this computer."
    elif one:
        loss = "It is not saved on this computer and would be lost."
    else:
        are = "is" if unsaved == 1 else "are"
        loss = f"{unsaved:,} of them {are} not saved on this computer and would be lost."
    what = "Runway deletes it for good; it" if one else "Runway deletes them for good; they"
    return Question(f"Delete {amount} from Runway?", f"{what} cannot be fetched again. {loss}", f"Delete {amount}")


def deleting_files(rows: Sequence[Row]) -> Question:
    files = sum(output.is_here for row in rows for output in row.outputs)
    amount = units.count(files, "file")
    it, them = ("It", "it") if files == 1 else ("They", "them")
    whose = "the task stays" if len(rows) == 1 else "the tasks stay"
    return Question(
        f"Move {amount} to the bin?",
        f"{it} can be put back from there, and {whose} in the list. Runway may have {them} no longer: how "
        "long it keeps results is not published.",
        f"Move {amount} to the bin",
    )


def sending_again(_: Sequence[Row]) -> Question:
    return Question(
        "Send it again?",
        "No answer came to the first sending, so it may have been made and charged already. Sending "
        "again may be charged a second time.",
        "Send 1 task again",
        "Do not send",
    )


def letting_go(_: Sequence[Row]) -> Question:
    return Question(
        "Dismiss it?",
        "The program stops asking about it. If Runway made it, its result cannot be found again without its id.",
        "Let 1 task go",
    )


def retrying(rows: Sequence[Row]) -> Question | None:
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


def sending_next(held: Sequence[Row]) -> Question | None:
    """What waited when a backup was made, or a folder was copied, may have been sent by whoever went on without it."""
    doubtful = [row.task for row in held if row.task.may_be_sent_already]
    if not doubtful:
        return None
    whose = "It was" if len(held) == 1 else "They were"
    if len(doubtful) < len(held):
        whose = f"{len(doubtful):,} of them {'was' if len(doubtful) == 1 else 'were'}"
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


def other_file(wanted: str, chosen: str, *, is_input: bool) -> Question:
    """Before a file with other bytes is taken for the missing one. Both are names of files."""
    if is_input:
        then = "used before. Every task that waits for that file would get this one."
    else:
        then = "saved. The task keeps its prompt, rating and tags, and this becomes its result."
    return Question(
        f"{chosen} is another file. Use it anyway?",
        f"Its content is not that of {wanted} as it was {then}",
        "Use this file",
        "Keep looking",
    )


def together(first: Question | None, sums: Question | None) -> Question | None:
    """Two reasons to ask as one question; title and buttons are those of the sum."""
    return replace(sums, text=f"{first.text} {sums.text}") if first is not None and sums is not None else first or sums


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


def _under_way(what: str, number: int, doing: str) -> str:
    """ "2 results are being saved"; empty for none."""
    return f"{units.count(number, what)} {'is' if number == 1 else 'are'} being {doing}" if number else ""
