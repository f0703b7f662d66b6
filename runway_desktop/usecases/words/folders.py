"""Texts of the library's folder: its problems, what the user can do, and progress of a move. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from runway_desktop.domain.folders import (
    SPARE,
    FolderHealth,
    FolderProblem,
    FolderRefusal,
    FolderState,
    MovePhase,
    MovePlan,
    MoveProgress,
    MoveWait,
    MoveWaitCode,
    PlanProblem,
    Stayed,
    StayedCode,
)
from runway_desktop.services.disk.disk_words import of_state
from runway_desktop.texts import Text, _, in_turn, ngettext
from runway_desktop.values import Struct

from . import units
from .failures import cause_words
from .states import Tone


class Remedy(Enum):
    """Actions for a problem, with the texts of their buttons."""

    TRY_AGAIN = Text("Try again")
    MAKE_AGAIN = Text("Create it again")
    SHOW_FOLDER = Text("Show folder")
    KEEP_HERE = Text("Save in the profile for now")
    CHOOSE = Text("Choose another folder…")


class FolderTrouble(Struct, frozen=True):
    """A problem of the library's folder, with possible actions. `short` is for narrow places."""

    short: str
    message: str
    detail: str
    ways: tuple[Remedy, ...]


def trouble_of(health: FolderHealth, *, waiting: int, rescues: bool) -> FolderTrouble | None:
    """The message about the folder's state; None if there is no problem. `waiting` results cannot be saved; `rescues`:
    after a while they are saved elsewhere."""
    match health.state:
        case FolderState.ABSENT if health.can_be_made:
            short, first = Text("The library's folder was moved or deleted"), Remedy.MAKE_AGAIN
            advice = _("Create it again, or choose where it is.")
        case FolderState.ABSENT:
            short, first = Text("The library's folder is missing"), Remedy.TRY_AGAIN
            advice = _("Connect its drive.")
        case FolderState.READ_ONLY:
            short, first = Text("The library's folder is read-only"), Remedy.TRY_AGAIN
            advice = _("Allow writing, or choose another folder.")
        case FolderState.FULL:
            short, first = Text("The library's disk is full"), Remedy.SHOW_FOLDER
            advice = _("Free up space: {size} always stay free for the list of tasks.", size=units.size(SPARE))
        case FolderState.SLOW:
            short, first = Text("The library's folder doesn't respond"), Remedy.TRY_AGAIN
            advice = _("Check its drive or network.")
        case FolderState.NEARLY_FULL:
            return _nearly_full(health)
        case FolderState.UNKNOWN | FolderState.FINE:
            return None
    ways = [first, Remedy.CHOOSE]
    if waiting:
        ways.insert(1, Remedy.KEEP_HERE)
    detail = str(in_turn(advice, _waiting_words(waiting, rescues=rescues)))
    return FolderTrouble(str(short), _at_folder(short, health.folder), detail, tuple(ways))


def _at_folder(short: Text, folder: str) -> str:
    # Translators: {what} is a whole message, such as "The library's disk is full".
    return _("{what}: {folder}", what=short, folder=folder)


def state_words(health: FolderHealth) -> tuple[str, Tone]:
    """State of the folder for the preferences: a short sentence, empty before the first check."""
    free = _("{size} free.", size=units.size(health.free)) if health.free is not None else ""
    match health.state:
        case FolderState.FINE:
            return free, Tone.PLAIN
        case FolderState.NEARLY_FULL:
            return str(in_turn(_("The disk is nearly full."), free)), Tone.WARN
        case FolderState.FULL:
            size = units.size(SPARE)
            return _("The disk is full. Nothing is saved until more than {size} are free.", size=size), Tone.BAD
        case FolderState.READ_ONLY:
            return _("This folder is read-only. Nothing is saved until writing is allowed."), Tone.BAD
        case FolderState.ABSENT if health.can_be_made:
            return _("This folder was moved or deleted. Nothing is saved until it is back."), Tone.BAD
        case FolderState.ABSENT:
            return _("This folder is missing. Nothing is saved until its drive is connected."), Tone.BAD
        case FolderState.SLOW:
            return _("This folder doesn't respond. Nothing is saved until it does."), Tone.WARN
        case FolderState.UNKNOWN:
            return "", Tone.PLAIN


def plan_words(plan: MovePlan) -> str:
    """The question before a move, or why it is not possible."""
    size, source, target = units.size(plan.size), plan.source, plan.target
    match plan.problem:
        case None:
            return ngettext(
                "Move {n} result ({size}) from {source} to {target}?",
                "Move {n} results ({size}) from {source} to {target}?",
                plan.files, size=size, source=source, target=target,
            )  # fmt: skip
        case PlanProblem.SAME_FOLDER:
            return _("This already is the library's folder.")
        case PlanProblem.INSIDE_SOURCE:
            return _("This folder is inside {folder}. Choose one outside of it.", folder=source)
        case PlanProblem.TARGET_REFUSES:
            refusal = of_state(target, plan.target_state)
            return str(in_turn(refusal.message if refusal is not None else "", _("Choose another folder.")))
        case PlanProblem.SOURCE_ABSENT:
            return _("The folder {folder} is missing, so nothing can be moved.", folder=source)
        case PlanProblem.SOURCE_UNREADABLE:
            return str(in_turn(_("The folder {folder} can't be opened.", folder=source), plan.detail))
        case PlanProblem.NO_SPACE:
            return _(
                "Not enough space in {folder}: {size} to move, {free} free.",
                folder=target, size=size, free=units.size(plan.free),
            )  # fmt: skip


def plan_remark(plan: MovePlan) -> str:
    """A remark about the move; empty if there is none."""
    if plan.problem is not None or not plan.holds_files:
        return ""
    return _("The folder isn't empty. Its files stay; a moved file gets a number where its name is taken.")


def headline_of(progress: MoveProgress) -> str:
    """ "Moving 312 of 1,204 files"."""
    files, total = progress.files, progress.files_total
    match progress.phase:
        case MovePhase.RUNNING:
            return ngettext("Moving {files} of {n} file", "Moving {files} of {n} files", total, files=files)
        case MovePhase.WAITING:
            return ngettext("Move paused: {files} of {n} file", "Move paused: {files} of {n} files", total, files=files)
        case MovePhase.STOPPING:
            return _("Stopping after this file…")
        case MovePhase.STOPPED:
            return ngettext(
                "Stopped: {files} of {n} file moved", "Stopped: {files} of {n} files moved", total, files=files
            )
        case MovePhase.DONE:
            return ngettext("{n} file moved", "{n} files moved", files)


def detail_of(progress: MoveProgress, seconds_left: float | None) -> str:
    """Why it waits; otherwise size, target and remaining time."""
    if progress.waits is not None:
        return _move_waits(progress.waits)
    parts = [_("To {folder}", folder=progress.target)]
    if not progress.phase.is_over:
        size, total = units.size(progress.size), units.size(progress.size_total)
        parts.append(_("{size} of {total}", size=size, total=total))
        if seconds_left is not None:
            parts.append(units.left(seconds_left))
        if progress.is_resumed:
            parts.append(_("started before the last restart"))
    return " · ".join(parts)


def stayed_words(progress: MoveProgress) -> str:
    """ "3 files stayed where they were"; empty if none did."""
    count = len(progress.stayed)
    if not count:
        return ""
    return ngettext("{n} file stayed where it was:", "{n} files stayed where they were:", count)


_REFUSALS: Mapping[FolderProblem, Text] = {
    FolderProblem.NOT_WHOLE: Text("Enter the full path of the folder."),
    FolderProblem.ABSENT: Text("This drive or folder is missing."),
    FolderProblem.FILE: Text("“{name}” is a file, not a folder."),
    FolderProblem.NOT_WRITABLE: Text("You can't write to “{name}”. Choose another folder."),
    FolderProblem.NOT_READABLE: Text("This folder can't be opened. Choose another one."),
    FolderProblem.SILENT: Text("This folder doesn't respond. Choose another one, or try again later."),
}


def refusal_words(found: FolderRefusal | None) -> str:
    """Why the selected folder cannot hold results; empty if it can."""
    return str(_REFUSALS[found.problem].with_(name=found.at)) if found is not None else ""


def stayed_reason(stayed: Stayed) -> str:
    """Why a file was not moved."""
    match stayed.code:
        case StayedCode.UNKNOWN | StayedCode.REFUSED:
            return str(stayed.words)
        case StayedCode.CHANGED:
            return _("It was changed after it was saved.")
        case StayedCode.MISSING:
            return _("It was no longer there.")
        case StayedCode.UNREADABLE:
            return str(in_turn(_("It couldn't be read."), stayed.words))
        case StayedCode.CHANGED_MEANWHILE:
            return _("It was changed during the move. Its earlier version is in the new folder.")
        case StayedCode.IN_USE:
            return _("A copy is in the new folder. This one is in use and couldn't be removed.")


_MOVE_WAITS: Mapping[FolderState | None, Text] = {
    FolderState.READ_ONLY: Text("{folder} is read-only. Allow writing; the move continues automatically."),
    FolderState.FULL: Text("The disk of {folder} is full. Free up space; the move continues automatically."),
    FolderState.SLOW: Text("{folder} doesn't respond. The move continues automatically."),
    FolderState.ABSENT: Text("{folder} is missing. Connect its drive; the move continues automatically."),
}


def _move_waits(waits: MoveWait) -> str:
    match waits.code:
        case MoveWaitCode.DOWNLOADS:
            return _("Waiting for downloads to the old folder.")
        case MoveWaitCode.ERROR:
            return str(in_turn(cause_words(waits.cause), _("The move continues automatically.")))
        case MoveWaitCode.FOLDER:
            return str(_MOVE_WAITS.get(waits.state, _MOVE_WAITS[FolderState.ABSENT]).with_(folder=waits.folder))


def _nearly_full(health: FolderHealth) -> FolderTrouble:
    free, short = units.size(health.free or 0), _("The library's disk is nearly full")
    message = _("The library's disk is nearly full: {size} free in {folder}", size=free, folder=health.folder)
    if health.to_come > (health.free or 0):
        detail = _("About {size} are still to be saved.", size=units.size(health.to_come))
    else:
        detail = _("Saving continues while there is space.")
    return FolderTrouble(short, message, detail, (Remedy.SHOW_FOLDER, Remedy.CHOOSE))


def _waiting_words(waiting: int, *, rescues: bool) -> str:
    if not waiting:
        return _("New results wait until then.")
    said = ngettext("{n} result is waiting.", "{n} results are waiting.", waiting)
    rescue = _("After an hour, results are saved in the profile's folder.") if rescues else ""
    return str(in_turn(said, rescue))
