"""Texts of profiles: the question before one is removed, and the notice after one was restored or copied. Pure."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.domain.backups import ENDING
from runway_desktop.domain.copies import Verdict
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.profiles.profiles import Inside
from runway_desktop.services.tasks.after_restore import Restored
from runway_desktop.usecases.question import Question

from . import units

_COPIED = {
    Verdict.PUT_BACK: "This profile's folder was put back to an earlier state.",
    Verdict.COPIED: "This profile's folder is a copy.",
    Verdict.OTHER_MACHINE: "This profile's folder comes from another computer.",
    Verdict.NOT_COUNTED: "Runway may have made more than this list knows of.",
}
MAKING_WORDS = "The demo is being set up. A moment…"
STUDIO_WORDS = (
    "A made-up studio.",
    "Runway is simulated on this computer: send, judge and delete what you like, nothing costs anything.",
)
"""Notice after the demo's content was made: sentence and small print."""
EMPTY_QUESTION = Question(
    "Start with an empty demo?",
    "Every task of this demo, its files, ratings and settings are deleted for good. The program closes and opens again "
    "with an empty list.",
    "Start empty",
    "Keep the demo",
)
_COPIED_SOMEHOW = "This profile's folder was copied or put back."


def restored_words(found: Restored) -> tuple[str, str]:
    """The message, and what the user must decide, in small print."""
    if found.copied is not None:
        return f"{_COPIED.get(found.copied, _COPIED_SOMEHOW)} Sending is paused.", _waiting_in_a_copy(found)
    said = []
    if found.held:
        said.append(units.count(found.held, "task is queued until you send it", "tasks are queued until you send them"))
    if found.uncertain:
        said.append(units.count(found.uncertain, "is uncertain", "are uncertain"))
    if found.live:
        said.append(units.count(found.live, "at Runway is checked", "at Runway are checked"))
    when = f" of {units.full_time(found.made_at)}" if found.made_at else ""
    message = f"Restored from the backup{when}. Sending is paused."
    details = [f"{', '.join(said)}."] if said else []
    if found.held or found.uncertain:
        details.append("What was sent after the backup was made would be paid for twice.")
    if found.before:
        is_backup = found.before.endswith(ENDING)
        details.append(f"{'What was here before' if is_backup else 'The damaged list'} is kept: {found.before}")
    return message, " ".join(details)


def _waiting_in_a_copy(found: Restored) -> str:
    waits = units.count(
        found.held,
        "queued task waits for you, because it may have been sent already",
        "queued tasks wait for you, because they may have been sent already",
    )
    copied = found.copied in (Verdict.COPIED, Verdict.OTHER_MACHINE)
    return f"{waits}, or may still be sent from the original." if copied else f"{waits}."


def removal_question(profile: Profile, inside: Inside) -> Question:
    """Says what will be removed and what stays."""
    said = [_holds(inside)]
    size = units.size(inside.size)
    if inside.results_inside:
        said.append(f"Its folder goes to the trash, {size}, with {units.count(inside.results_inside, 'result')} in it.")
    else:
        said.append(f"Its folder goes to the trash, {size}.")
    outside = (inside.contents.results if inside.contents is not None else 0) - inside.results_inside
    if outside > 0:
        where = _short(profile.library)
        said.append(units.count(outside, f"result in {where} stays.", f"results in {where} stay."))
    said.append("Then its key is deleted from the keychain.")
    return Question(f"Remove the profile “{profile.name}”?", " ".join(said), f"Remove “{profile.name}”")


def _holds(inside: Inside) -> str:
    contents = inside.contents
    if not inside.was_opened:
        return "It was never opened, and nothing was made with it."
    if contents is None:
        return "It has no list of tasks that could be read."
    if not contents.tasks:
        return "There is no task in it."
    parts = [f"It holds {units.count(contents.tasks, 'task')}"]
    if contents.held:
        parts.append(f"{contents.held:,} not sent yet")
    if contents.live:
        parts.append(f"{contents.live:,} still at Runway, which will no longer be followed")
    if contents.uncertain or contents.sending:
        parts.append(f"{contents.uncertain + contents.sending:,} uncertain")
    return f"{', '.join(parts)}."


def _short(folder: Path) -> str:
    return f"“{folder.name}”"
