"""Texts of the library's folder: its problems, what the user can do, and progress of a move. Pure."""

from __future__ import annotations

from enum import StrEnum

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
from runway_desktop.values import Struct

from . import units
from .failures import cause_words
from .states import Tone


class Remedy(StrEnum):
    """Actions for a problem, with the texts of their buttons."""

    TRY_AGAIN = "Try again"
    MAKE_AGAIN = "Create it again"
    SHOW_FOLDER = "Show the folder"
    KEEP_HERE = "Keep in the profile for now"
    CHOOSE = "Choose another folder…"


class FolderTrouble(Struct, frozen=True):
    """A problem of the library's folder, with possible actions."""

    message: str
    detail: str
    ways: tuple[Remedy, ...]

    @property
    def short(self) -> str:
        """The message without the folder, for narrow places."""
        return self.message.partition(": ")[0]


def trouble_of(health: FolderHealth, *, waiting: int, rescues: bool) -> FolderTrouble | None:
    """The message about the folder's state; None if there is no problem. `waiting` results cannot be saved; `rescues`:
    after a while they are saved elsewhere."""
    folder = health.folder
    match health.state:
        case FolderState.ABSENT:
            if health.can_be_made:
                message, first = f"The library's folder was moved or deleted: {folder}", Remedy.MAKE_AGAIN
                advice = "Create it again, or choose where it is."
            else:
                message, first = f"The library's folder is not there: {folder}", Remedy.TRY_AGAIN
                advice = "Connect its drive."
        case FolderState.READ_ONLY:
            message, first = f"Nothing may be written in the library's folder: {folder}", Remedy.TRY_AGAIN
            advice = "Allow it, or choose another folder."
        case FolderState.FULL:
            message, first = f"The disk of the library is full: {folder}", Remedy.SHOW_FOLDER
            advice = f"Free up space: {units.size(SPARE)} always stay free, for the list of tasks."
        case FolderState.SLOW:
            message, first = f"The library's folder does not answer: {folder}", Remedy.TRY_AGAIN
            advice = "Check its drive or network."
        case FolderState.NEARLY_FULL:
            return _nearly_full(health)
        case FolderState.UNKNOWN | FolderState.FINE:
            return None
    ways = [first, Remedy.CHOOSE]
    if waiting:
        ways.insert(1, Remedy.KEEP_HERE)
    return FolderTrouble(message, f"{advice} {_waiting_words(waiting, rescues=rescues)}", tuple(ways))


def state_words(health: FolderHealth) -> tuple[str, Tone]:
    """State of the folder for the preferences: a short sentence, empty before the first check."""
    free = f"{units.size(health.free)} are free." if health.free is not None else ""
    match health.state:
        case FolderState.FINE:
            return free, Tone.PLAIN
        case FolderState.NEARLY_FULL:
            return f"Its disk is nearly full: {free}", Tone.WARN
        case FolderState.FULL:
            return f"Its disk is full. Nothing is saved until more than {units.size(SPARE)} are free.", Tone.BAD
        case FolderState.READ_ONLY:
            return "Nothing may be written in it. Nothing is saved until that is allowed.", Tone.BAD
        case FolderState.ABSENT if health.can_be_made:
            return "It was moved or deleted. Nothing is saved until it is there again.", Tone.BAD
        case FolderState.ABSENT:
            return "It is not there. Nothing is saved until its drive is connected.", Tone.BAD
        case FolderState.SLOW:
            return "It does not answer. Nothing is saved until it does.", Tone.WARN
        case FolderState.UNKNOWN:
            return "", Tone.PLAIN


def plan_words(plan: MovePlan) -> str:
    """The question before a move, or why it is not possible."""
    size, source, target = units.size(plan.size), plan.source, plan.target
    match plan.problem:
        case None:
            return units.count(
                plan.files,
                f"result ({size}) is in {source}. Move it to {target}?",
                f"results ({size}) are in {source}. Move them to {target}?",
            )
        case PlanProblem.SAME_FOLDER:
            return "This is the library's folder already."
        case PlanProblem.INSIDE_SOURCE:
            return f"This folder lies inside {source}. Choose one outside of it."
        case PlanProblem.TARGET_REFUSES:
            refusal = of_state(target, plan.target_state)
            return f"{refusal.message if refusal is not None else ''} Choose another folder.".strip()
        case PlanProblem.SOURCE_ABSENT:
            return f"The folder {source} is not there, so nothing can be moved out of it."
        case PlanProblem.SOURCE_UNREADABLE:
            return f"The folder {source} cannot be opened. {plan.detail}".strip()
        case PlanProblem.NO_ROOM:
            return f"They do not fit into {target}. {size} are to be moved, and {units.size(plan.free)} are free there."


def plan_remark(plan: MovePlan) -> str:
    """A remark about the move; empty if there is none."""
    if plan.problem is not None or not plan.holds_files:
        return ""
    return "There are files in it already. They stay as they are; where a name is taken, the moved file gets a number."


def headline_of(progress: MoveProgress) -> str:
    """ "Moving 312 of 1,204 files"."""
    counted = f"{progress.files:,} of {units.count(progress.files_total, 'file')}"
    match progress.phase:
        case MovePhase.RUNNING:
            return f"Moving {counted}"
        case MovePhase.WAITING:
            return f"Move paused: {counted}"
        case MovePhase.STOPPING:
            return "Stopping after this file…"
        case MovePhase.STOPPED:
            return f"Stopped: {counted} moved"
        case MovePhase.DONE:
            return f"{units.count(progress.files, 'file')} moved"


def detail_of(progress: MoveProgress, seconds_left: float | None) -> str:
    """Why it waits; otherwise size, target and remaining time."""
    if progress.waits is not None:
        return _move_waits(progress.waits)
    parts = [f"To {progress.target}"]
    if not progress.phase.is_over:
        parts.append(f"{units.size(progress.size)} of {units.size(progress.size_total)}")
        if seconds_left is not None:
            parts.append(units.left(seconds_left))
        if progress.is_resumed:
            parts.append("begun before the last restart")
    return " · ".join(parts)


def stayed_words(progress: MoveProgress) -> str:
    """ "3 files stayed where they were"; empty if none did."""
    count = len(progress.stayed)
    if not count:
        return ""
    return units.count(count, "file stayed where it was:", "files stayed where they were:")


def refusal_words(found: FolderRefusal | None) -> str:
    """Why the selected folder cannot hold results; empty if it can."""
    if found is None:
        return ""
    match found.problem:
        case FolderProblem.NOT_WHOLE:
            return "Give the whole path of the folder, from the drive or the root on."
        case FolderProblem.ABSENT:
            return "This drive or folder is not there."
        case FolderProblem.FILE:
            return f"“{found.at}” is a file, not a folder."
        case FolderProblem.NOT_WRITABLE:
            return f"You may not write into “{found.at}”. Choose another folder."
        case FolderProblem.NOT_READABLE:
            return "This folder cannot be opened. Choose another one."
        case FolderProblem.SILENT:
            return "This folder does not answer. Choose another one, or try again later."


def stayed_reason(stayed: Stayed) -> str:
    """Why a file was not moved."""
    match stayed.code:
        case StayedCode.UNKNOWN | StayedCode.REFUSED:
            return str(stayed.words)
        case StayedCode.CHANGED:
            return "It was changed since it was saved."
        case StayedCode.MISSING:
            return "It was no longer there."
        case StayedCode.UNREADABLE:
            return f"It could not be read. {stayed.words}".strip()
        case StayedCode.CHANGED_MEANWHILE:
            return "It was changed while it was moved. What was there before is in the new folder."
        case StayedCode.IN_USE:
            return "A copy is in the new folder. This one is in use, and could not be removed."


def _move_waits(waits: MoveWait) -> str:
    match waits.code:
        case MoveWaitCode.DOWNLOADS:
            return "Waiting for downloads that are being saved in the old folder."
        case MoveWaitCode.ERROR:
            return f"{cause_words(waits.cause)} The move continues automatically."
        case MoveWaitCode.FOLDER if waits.state is FolderState.READ_ONLY:
            return f"Nothing may be written in {waits.folder}. Allow it; the move continues automatically."
        case MoveWaitCode.FOLDER if waits.state is FolderState.FULL:
            return f"The disk of {waits.folder} is full. Free up space; the move continues automatically."
        case MoveWaitCode.FOLDER if waits.state is FolderState.SLOW:
            return f"The folder {waits.folder} does not answer. The move continues automatically."
        case MoveWaitCode.FOLDER:
            return f"The folder {waits.folder} is not there. Connect its drive; the move continues automatically."


def _nearly_full(health: FolderHealth) -> FolderTrouble:
    message = f"The disk of the library is nearly full: {units.size(health.free or 0)} are free in {health.folder}"
    expected = health.to_come > (health.free or 0)
    detail = f"About {units.size(health.to_come)} are to come." if expected else "Saving continues while there is room."
    return FolderTrouble(message, detail, (Remedy.SHOW_FOLDER, Remedy.CHOOSE))


def _waiting_words(waiting: int, *, rescues: bool) -> str:
    if not waiting:
        return "New results wait until then."
    said = units.count(waiting, "result waits for it.", "results wait for it.")
    return f"{said} What waits for an hour is kept in the profile's folder until then." if rescues else said
