"""Questions before something can be lost or paid for twice. Pure.

Each gets the tasks that the command applies to, at least one, and mentions their number.
"""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import State
from runway_desktop.texts import Text, _, in_turn, ngettext
from runway_desktop.usecases.question import Question


def canceling(rows: Sequence[Row]) -> Question:
    amount = len(rows)
    running = sum(row.task.state is State.RUNNING for row in rows)
    if running == amount:
        money = ngettext(
            "It is running, so Runway doesn't refund it.", "They are running, so Runway doesn't refund them.", amount
        )
    elif running:
        money = ngettext(
            "{n} is running, so Runway doesn't refund it. A refund isn't guaranteed for the others.",
            "{n} are running, so Runway doesn't refund them. A refund isn't guaranteed for the others.",
            running,
        )
    else:
        money = _("A refund isn't guaranteed, and Runway doesn't refund running tasks.")
    kept = _("Tasks that finish first are kept and saved; one that finishes at this very moment may be lost.")
    return Question(
        ngettext("Cancel {n} task on Runway?", "Cancel {n} tasks on Runway?", amount),
        str(in_turn(money, kept)),
        ngettext("Cancel {n} task", "Cancel {n} tasks", amount),
        _("Keep running"),
    )


def deleting_remotely(rows: Sequence[Row]) -> Question:
    amount = len(rows)
    unsaved = sum(any(not output.is_here for output in row.outputs) for row in rows)
    for_good = ngettext(
        "Runway deletes it permanently: it can't be fetched again, and nothing is refunded.",
        "Runway deletes them permanently: they can't be fetched again, and nothing is refunded.",
        amount,
    )
    if not unsaved:
        loss = _("Files saved on this computer stay.")
    elif amount == 1:
        loss = _("It isn't saved on this computer and would be lost.")
    else:
        loss = ngettext(
            "{n} of them isn't saved on this computer and would be lost.",
            "{n} of them aren't saved on this computer and would be lost.",
            unsaved,
        )
    return Question(
        ngettext("Delete {n} result from Runway?", "Delete {n} results from Runway?", amount),
        str(in_turn(for_good, loss)),
        ngettext("Delete {n} result", "Delete {n} results", amount),
    )


def deleting_files(rows: Sequence[Row]) -> Question:
    files = sum(output.is_here for row in rows for output in row.outputs)
    back = ngettext("You can put it back from there.", "You can put them back from there.", files)
    stays = ngettext("The task stays in the list.", "The tasks stay in the list.", len(rows))
    kept = _("Runway may no longer have the results: how long it keeps them isn't published.")
    return Question(
        ngettext("Move {n} file to the trash?", "Move {n} files to the trash?", files),
        str(in_turn(back, stays, kept)),
        ngettext("Move {n} file to the trash", "Move {n} files to the trash", files),
    )


def other_file(wanted: str, chosen: str, *, is_input: bool) -> Question:
    """Before a file with different content replaces the missing one. Both are file names."""
    if is_input:
        said = Text(
            "Its content differs from {file} as used before. All tasks that wait for that file will use this one."
        )
    else:
        said = Text(
            "Its content differs from {file} as saved. It becomes the task's result; prompt, rating and tags stay."
        )
    return Question(
        _("{file} is a different file. Use it anyway?", file=chosen),
        str(said.with_(file=wanted)),
        _("Use this file"),
        _("Keep looking"),
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
    said = [
        *([_SENDING.of(sending)] if sending else ()),
        *([_SAVING.of(saving)] if saving else ()),
        *([Text("Long transfers continue at the next start.")] if sending or saving else ()),
        *([Text("Closing waits for Runway's answer to what is being sent.")] if sending else ()),
        *(
            [Text("A backup or restore is in progress. Closing cancels it and leaves nothing behind.")]
            if makes_backup
            else ()
        ),
        *([_queued_words(queued, is_paused=is_paused, has_tray=has_tray)] if queued else ()),
        *([_BLOCKED.of(kept)] if queued and kept else ()),
    ]
    if not said:
        return None
    title = (
        ngettext("Close with {n} unsent task?", "Close with {n} unsent tasks?", queued) if queued else _("Close now?")
    )
    text = in_turn(*said, Text("Tasks continue on Runway and are picked up at the next start."))
    return Question(
        title, str(text), _("Close"), _("Stay"), _("Keep running in the tray") if queued and has_tray else ""
    )


_SENDING = Text("{n} task is being sent.", "{n} tasks are being sent.")
_SAVING = Text("{n} result is being saved.", "{n} results are being saved.")
_BLOCKED = Text("A cap or the balance holds {n} of them back.", "A cap or the balance holds {n} of them back.")


def _queued_words(queued: int, *, is_paused: bool, has_tray: bool) -> Text:
    """What is needed for queued tasks to be sent."""
    match is_paused, has_tray:
        case False, False:
            said = Text(
                "{n} queued task is only sent while the program runs and the computer is awake.",
                "{n} queued tasks are only sent while the program runs and the computer is awake.",
            )
        case False, True:
            said = Text(
                "{n} queued task is only sent while the program runs, in a window or the tray, and the computer is "
                "awake.",
                "{n} queued tasks are only sent while the program runs, in a window or the tray, and the computer is "
                "awake.",
            )
        case True, False:
            said = Text(
                "Sending is paused. Resume it and stay open to send {n} queued task.",
                "Sending is paused. Resume it and stay open to send {n} queued tasks.",
            )
        case _:
            said = Text(
                "Sending is paused. Resume it, and stay open or keep running in the tray, to send {n} queued task.",
                "Sending is paused. Resume it, and stay open or keep running in the tray, to send {n} queued tasks.",
            )
    return said.of(queued)


def closing_words(*, sending: int, saving: int) -> str:
    """What closing waits for, and the consequence of closing at once."""
    said: list[Text] = []
    if sending:
        said.append(_SENDING.of(sending))
        said.append(Text("Closing waits for Runway's answer, because it may be charged."))
        uncertain = Text(
            "If you close now, the task is uncertain at the next start.",
            "If you close now, the tasks are uncertain at the next start.",
        )
        said.append(uncertain.of(sending))
    if saving:
        said.append(_SAVING.of(saving))
        said.append(Text("Unfinished downloads continue at the next start."))
    return str(in_turn(*said)) or _("Saving your changes.")
