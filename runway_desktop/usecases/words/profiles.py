"""Texts of profiles: names, keys, the question before one is removed, and the notice after one was restored or copied.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runway_desktop.domain.backups import ENDING
from runway_desktop.domain.copies import Verdict
from runway_desktop.domain.errors import SecretStoreError
from runway_desktop.domain.profiles import LONGEST_NAME, NameProblem, Profile, name_problem
from runway_desktop.services.profiles.profile_folders import Inside
from runway_desktop.services.tasks.after_restore import Restored
from runway_desktop.texts import Text, _, in_turn, listed, ngettext
from runway_desktop.usecases.question import Question

from . import units

_COPIED = {
    Verdict.PUT_BACK: Text("This profile's folder was set back to an earlier state."),
    Verdict.COPIED: Text("This profile's folder is a copy."),
    Verdict.OTHER_MACHINE: Text("This profile's folder comes from another computer."),
    Verdict.NOT_COUNTED: Text("Runway may have created tasks that aren't in this list."),
}
MAKING_WORDS = Text("Setting up the demo…")
STUDIO_WORDS = (
    Text("Demo studio"),
    Text("Runway is simulated on this computer. Send, rate and delete anything; nothing costs credits."),
)
"""Notice after the demo's content was made: sentence and small print."""
_COPIED_SOMEHOW = Text("This profile's folder was copied or set back.")


_NAMES: Mapping[NameProblem, Text] = {
    NameProblem.EMPTY: Text("Enter a name."),
    NameProblem.TOO_LONG: Text("A name can have up to {n} characters.").with_(n=LONGEST_NAME),
    NameProblem.IS_DEMO: Text("The demo has this name."),
    NameProblem.TAKEN: Text("Another profile has this name."),
}


def name_words(name: str, taken: Iterable[str] = ()) -> str:
    """What is wrong with a profile's name; empty if nothing. `taken`: names of the others."""
    problem = name_problem(name, taken)
    return str(_NAMES[problem]) if problem is not None else ""


def key_not_stored(error: SecretStoreError | None) -> str:
    """For a new profile; empty if the keychain has its key."""
    return str(in_turn(error.said, _("Enter the key in the new profile's window."))) if error is not None else ""


def key_not_deleted(error: SecretStoreError | None) -> str:
    """For a removed profile; empty if its key is deleted."""
    if error is None:
        return ""
    return str(in_turn(_("Its key is still in the keychain."), error.said, _("You can delete it there.")))


def empty_question() -> Question:
    return Question(
        _("Start with an empty demo?"),
        _("All tasks, files, ratings and settings of this demo are deleted for good. The program restarts."),
        _("Start empty"),
        _("Keep the demo"),
    )


def restored_words(found: Restored) -> tuple[str, str]:
    """The message, and what the user must decide, in small print."""
    if found.ids:
        said = _("The tasks of the former list can be found again by their IDs.")
        return said, _("They are in {file}. Results that were saved can be imported as a folder.", file=found.ids)
    # Stays true after the person has resumed: the notice is there until it is answered.
    paused = _("Sending was paused.")
    if found.copied is not None:
        return str(in_turn(_COPIED.get(found.copied, _COPIED_SOMEHOW), paused)), _waiting_in_a_copy(found)
    if found.made_at:
        message = _("Restored the backup of {time}.", time=units.full_time(found.made_at))
    else:
        message = _("Backup restored.")
    details = in_turn(
        ngettext("{n} task is held until you release it.", "{n} tasks are held until you release them.", found.held)
        if found.held
        else "",
        ngettext("{n} task is uncertain.", "{n} tasks are uncertain.", found.uncertain) if found.uncertain else "",
        ngettext("{n} task at Runway is checked.", "{n} tasks at Runway are checked.", found.live)
        if found.live
        else "",
        _("Tasks sent after the backup was made would be paid for twice.") if found.held or found.uncertain else "",
        _kept(found.before) if found.before else "",
    )
    return str(in_turn(message, paused)), str(details)


def _kept(before: str) -> str:
    if before.endswith(ENDING):
        return _("What was here before is kept: {file}", file=before)
    return _("The damaged list is kept: {file}", file=before)


def _waiting_in_a_copy(found: Restored) -> str:
    if found.copied in (Verdict.COPIED, Verdict.OTHER_MACHINE):
        return ngettext(
            "{n} queued task is held, because it may have been sent already, or may be sent from the original.",
            "{n} queued tasks are held, because they may have been sent already, or may be sent from the original.",
            found.held,
        )
    return ngettext(
        "{n} queued task is held, because it may have been sent already.",
        "{n} queued tasks are held, because they may have been sent already.",
        found.held,
    )


def removal_question(profile: Profile, inside: Inside) -> Question:
    """Says what will be removed and what stays."""
    size, outside = units.size(inside.size), _outside(inside)
    said = in_turn(
        _holds(inside),
        ngettext(
            "Its folder ({size}) with {n} result is moved to the trash.",
            "Its folder ({size}) with {n} results is moved to the trash.",
            inside.results_inside,
            size=size,
        )
        if inside.results_inside
        else _("Its folder ({size}) is moved to the trash.", size=size),
        ngettext(
            "{n} result in “{folder}” stays.", "{n} results in “{folder}” stay.", outside, folder=profile.library.name
        )
        if outside > 0
        else "",
        _("Its key is deleted from the keychain."),
    )
    return Question(
        _("Remove the profile “{profile}”?", profile=profile.title),
        str(said),
        _("Remove “{profile}”", profile=profile.title),
    )


def _outside(inside: Inside) -> int:
    """Number of its results in a library elsewhere."""
    return (inside.contents.results if inside.contents is not None else 0) - inside.results_inside


def _holds(inside: Inside) -> str:
    contents = inside.contents
    if not inside.was_opened:
        return _("It was never opened.")
    if contents is None:
        return _("It has no readable list of tasks.")
    if not contents.tasks:
        return _("It has no tasks.")
    uncertain = contents.uncertain + contents.sending
    parts = [ngettext("{n} task", "{n} tasks", contents.tasks)]
    if contents.queued:
        parts.append(ngettext("{n} not sent yet", "{n} not sent yet", contents.queued))
    if contents.live:
        parts.append(
            ngettext(
                "{n} still at Runway, no longer followed", "{n} still at Runway, no longer followed", contents.live
            )
        )
    if uncertain:
        parts.append(ngettext("{n} uncertain", "{n} uncertain", uncertain))
    return _("It has {tasks}.", tasks=listed(parts))
