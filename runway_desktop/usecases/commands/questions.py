"""Questions before something can be lost or paid for twice. Pure.

Each gets the tasks that the command applies to, at least one, and mentions their number.
"""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import State
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words import units


def canceling(rows: Sequence[Row]) -> Question:
    amount = units.count(len(rows), "task")
    running = sum(row.task.state is State.RUNNING for row in rows)
    if running == len(rows):
        are = units.plural(running, "It is", "They are")
        money = f"{are} running, so Runway refunds nothing."
    elif running:
        are = units.plural(running, "is", "are")
        money = f"{running:,} {are} running, for which Runway refunds nothing. For the others no refund is guaranteed."
    else:
        money = "No refund is guaranteed, and Runway refunds nothing once a task is running."
    return Question(
        f"Cancel {amount} on Runway?",
        f"{money} A task that has finished in the meantime is kept and saved; one that finishes at this very moment "
        "may be lost.",
        f"Cancel {amount}",
        "Keep going",
    )


def deleting_remotely(rows: Sequence[Row]) -> Question:
    unsaved = sum(any(not output.is_here for output in row.outputs) for row in rows)
    amount = units.count(len(rows), "result")
    if not unsaved:
        loss = "What is saved stays on this computer."
    elif len(rows) == 1:
        loss = "It is not saved on this computer and would be lost."
    else:
        loss = units.count(
            unsaved,
            "of them is not saved on this computer and would be lost.",
            "of them are not saved on this computer and would be lost.",
        )
    for_good = units.plural(
        len(rows),
        "Runway deletes it for good: it cannot be fetched again, and nothing is refunded.",
        "Runway deletes them for good: they cannot be fetched again, and nothing is refunded.",
    )
    return Question(f"Delete {amount} from Runway?", f"{for_good} {loss}", f"Delete {amount}")


def deleting_files(rows: Sequence[Row]) -> Question:
    files = sum(output.is_here for row in rows for output in row.outputs)
    amount = units.count(files, "file")
    back = units.plural(files, "It can be put back from there", "They can be put back from there")
    stays = units.plural(len(rows), "the task stays", "the tasks stay")
    kept = units.plural(files, "Runway may no longer have it", "Runway may no longer have them")
    return Question(
        f"Move {amount} to the trash?",
        f"{back}, and {stays} in the list. {kept}: how long it keeps results is not published.",
        f"Move {amount} to the trash",
    )


def other_file(wanted: str, chosen: str, *, is_input: bool) -> Question:
    """Before a file with different content replaces the missing one. Both are file names."""
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


def closing_question(
    *,
    sending: int,
    saving: int,
    makes_backup: bool,
    queued: int = 0,
    kept: int = 0,
    is_paused: bool = False,
    has_tray: bool = False,
) -> Question | None:
    """The question before closing; None if nothing is in progress. `sending`, `saving` and `queued` count tasks,
    results, and tasks that would be sent automatically, `kept` of which are blocked by a cap or the balance.
    `has_tray`: the program can go on in the tray."""
    sent = units.count(sending, "task is being sent", "tasks are being sent") if sending else ""
    saved = units.count(saving, "result is being saved", "results are being saved") if saving else ""
    parts = [part for part in (sent, saved) if part]
    said = []
    if parts:
        busy = " and ".join(parts)
        said.append(f"{busy[0].upper()}{busy[1:]}. Long transfers continue at the next start.")
    if sending:
        said.append("Runway's answer to what is being sent is waited for.")
    if makes_backup:
        said.append("A backup or a restore is being made. Closing cancels it, and leaves nothing of it behind.")
    if queued:
        said.append(_queued_words(queued, kept, is_paused=is_paused, has_tray=has_tray))
    if not said:
        return None
    title = f"Close with {units.count(queued, 'task')} not sent?" if queued else "Close now?"
    text = f"{' '.join(said)} Tasks continue at Runway and will be picked up."
    return Question(title, text, "Close", "Stay", "Keep running in the tray" if queued and has_tray else "")


def _queued_words(queued: int, kept: int, *, is_paused: bool, has_tray: bool) -> str:
    """What is needed for queued tasks to be sent."""
    amount = units.count(queued, "queued task is", "queued tasks are")
    them = units.plural(queued, "it", "them")
    how = "stay open, or keep the program running in the tray" if has_tray else "stay open"
    if is_paused:
        how = f"resume sending, and {how}"
    some = "All" if kept == queued > 1 else f"{kept:,}"
    cap = f" {some} of {them} also {units.plural(kept, 'waits', 'wait')} for a cap or the balance." if kept else ""
    return (
        f"{amount[0].upper()}{amount[1:]} sent only while the program runs and the computer is awake. "
        f"To have {them} sent, {how}.{cap}"
    )


def closing_words(*, sending: int, saving: int) -> str:
    """What closing waits for, and the consequence of closing at once."""
    said = []
    if sending:
        sent = units.count(sending, "task is being sent", "tasks are being sent")
        its = units.plural(sending, "its id", "their ids")
        said.append(f"{sent}, and may be charged. Runway's answer with {its} is waited for.")
        uncertain = units.plural(sending, "it is uncertain", "they are uncertain")
        said.append(f"If you close now, {uncertain} at the next start.")
    if saving:
        saved = units.count(saving, "result is being saved", "results are being saved")
        said.append(f"{saved}. What is not finished continues at the next start.")
    return " ".join(said) or "Your changes are being saved."
