"""What is written down of a move of results before each step, so that a kill at any point is followed by its end, and
what is said of a move that goes on after a restart or is over.

It stands in the profile's settings under `JOURNAL`. The group in hand is noted before its first file is touched; the
store moves their paths and notes the same group again; when its files are finished the next group takes its place.
Pure. `read` never raises for what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from runway_desktop.domain.events import Notice
from runway_desktop.domain.folders import FileMove, FolderState, MovePhase, Stayed
from runway_desktop.domain.task import TaskId

JOURNAL = "library.move"
MOST_STAYED = 1_000
"""Files that stayed and are told by name; the rest is only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """`files` and `size` are what has arrived so far. `is_homecoming` as in MoveProgress."""

    source: str
    target: str
    begun_at: float
    is_homecoming: bool = False
    is_stopped: bool = False
    """The person stopped it: only the group in hand is brought to an end."""
    files: int = 0
    size: int = 0
    group: tuple[FileMove, ...] = ()
    stayed: tuple[Stayed, ...] = ()

    def stay(self, path: str, reason: str) -> Journal:
        if len(self.stayed) >= MOST_STAYED or any(known.path == path for known in self.stayed):
            return self
        return replace(self, stayed=(*self.stayed, Stayed(path, reason)))

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "target": self.target,
            "begun_at": self.begun_at,
            "is_homecoming": self.is_homecoming,
            "is_stopped": self.is_stopped,
            "files": self.files,
            "size": self.size,
            "group": [[move.task_id, move.index, move.source, move.target] for move in self.group],
            "stayed": [[known.path, known.reason] for known in self.stayed],
        }


def read(stored: object) -> Journal | None:
    """What an earlier run wrote; None when there is nothing, or nothing that makes sense."""
    if not isinstance(stored, Mapping):
        return None
    try:
        return Journal(
            source=str(stored["source"]),
            target=str(stored["target"]),
            begun_at=float(stored["begun_at"]),
            is_homecoming=bool(stored.get("is_homecoming")),
            is_stopped=bool(stored.get("is_stopped")),
            files=int(stored.get("files", 0)),
            size=int(stored.get("size", 0)),
            group=tuple(
                FileMove(task_id=TaskId(task_id), index=int(index), source=source, target=target)
                for task_id, index, source, target in stored.get("group", ())
            ),
            stayed=tuple(Stayed(path, reason) for path, reason in stored.get("stayed", ())),
        )
    except (KeyError, TypeError, ValueError):
        return None


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
