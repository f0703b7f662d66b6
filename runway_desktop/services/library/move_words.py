"""What a move says when it goes on after a restart, and when it is over. Pure."""

from __future__ import annotations

from runway_desktop.domain.events import Notice
from runway_desktop.domain.folders import FolderState, MovePhase

from .move_journal import Journal


def waiting_words(folder: str, state: FolderState) -> str:
    """What a move waits for while a folder is like that; empty where it need not."""
    match state:
        case FolderState.ABSENT:
            return f"The folder {folder} is not there. Connect its drive; moving goes on by itself."
        case FolderState.READ_ONLY:
            return f"Nothing may be written in {folder}. Allow it; moving goes on by itself."
        case FolderState.FULL:
            return f"The disk of {folder} is full. Make room; moving goes on by itself."
        case FolderState.SLOW:
            return f"The folder {folder} does not answer. Moving goes on by itself."
        case FolderState.UNKNOWN | FolderState.FINE | FolderState.NEARLY_FULL:
            return ""


def resumed_words(journal: Journal) -> Notice:
    done = f"{_files(journal.files)} {_are(journal.files)} there already." if journal.files else ""
    return Notice(f"Moving the library to {journal.target} goes on.", done)


def ended_words(journal: Journal, phase: MovePhase) -> Notice | None:
    """None where there is nothing to tell."""
    files, stayed = journal.files, len(journal.stayed)
    if journal.is_homecoming:
        if not files:
            return None
        return Notice(f"{_files(files)} that {_were(files)} kept in the profile's folder moved home to the library.")
    if phase is MovePhase.STOPPED:
        rest = f"The others stay in {journal.source}. All of them stay in the list."
        return Notice(f"Moving the library was stopped. {_files(files)} {_are(files)} in {journal.target}.", rest)
    moved = f"The library is in {journal.target} now. {_files(files)} {_were(files)} moved."
    if not stayed:
        return Notice(moved)
    told = "; ".join(f"{known.path}: {known.reason}" for known in journal.stayed[:3])
    more = f" and {stayed - 3:,} more" if stayed > 3 else ""
    return Notice(f"{moved} {_files(stayed)} stayed where {_they(stayed)}.", f"{told}{more}", is_problem=True)


def _files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _they(count: int) -> str:
    return "it was" if count == 1 else "they were"
