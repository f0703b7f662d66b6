"""What is written down of a move of results before each step, so that a kill at any point is followed by its end, and
what is said of a move that goes on after a restart or is over.

It stands in the profile's settings under `JOURNAL`. The group in hand is noted before its first file is touched; the
store moves their paths and notes the same group again; when its files are finished the next group takes its place.
Pure. `read` never raises for what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
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
            **asdict(replace(self, group=(), stayed=())),
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
    done = f"{_files(journal.files, 'is', 'are')} there already." if journal.files else ""
    return Notice(f"Moving the library to {journal.target} goes on.", done)


def ended_words(journal: Journal, phase: MovePhase) -> Notice | None:
    """None where there is nothing to tell."""
    files, stayed = journal.files, len(journal.stayed)
    if journal.is_homecoming:
        if not files:
            return None
        return Notice(
            f"{_files(files, 'that was', 'that were')} kept in the profile's folder moved home to the library."
        )
    if phase is MovePhase.STOPPED:
        rest = f"The others stay in {journal.source}. All of them stay in the list."
        return Notice(f"Moving the library was stopped. {_files(files, 'is', 'are')} in {journal.target}.", rest)
    moved = f"The library is in {journal.target} now. {_files(files, 'was', 'were')} moved."
    if not stayed:
        return Notice(moved)
    told = "; ".join(f"{known.path}: {known.reason}" for known in journal.stayed[:3])
    more = f" and {stayed - 3:,} more" if stayed > 3 else ""
    return Notice(
        f"{moved} {_files(stayed, 'stayed where it was', 'stayed where they were')}.",
        f"{told}{more}",
        is_problem=True,
    )


def _files(count: int, one: str, more: str) -> str:
    """So many files, with the words that follow on one or on several."""
    return f"{count:,} file {one}" if count == 1 else f"{count:,} files {more}"
