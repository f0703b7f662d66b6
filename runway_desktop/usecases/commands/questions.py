"""The questions that are asked before something can be lost or paid for twice. Pure.

Each is given the tasks that the command will be carried out on, at least one, so that it names their number.
"""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.library import Row
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


def letting_go(_: Sequence[Row]) -> Question:
    return Question(
        "Dismiss it?",
        "The program stops asking about it. If Runway made it, its result cannot be found again without its id.",
        "Let 1 task go",
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
