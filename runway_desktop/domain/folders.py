"""The folder that holds the results, where results lie in it, and sizes in words. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum, auto
from pathlib import Path

from runway_desktop.values import Struct

from .task import TaskId

SPARE = 200_000_000
"""Bytes that are left free on a disk. The list of tasks, its journal and the log go on being written when results no
longer are: a large list is copied before it is changed, and a disk that is filled to the last byte breaks whatever else
runs on it."""


class FolderState(StrEnum):
    UNKNOWN = "unknown"
    """Nobody has looked yet. Taken for fine, until something says otherwise."""
    FINE = "fine"
    NEARLY_FULL = "nearly full"
    """Something fits still, but little, or not all that is to come."""
    FULL = "full"
    READ_ONLY = "read-only"
    """Write-protected, or this account may not write there."""
    ABSENT = "absent"
    """Unplugged, unmounted, moved or deleted."""
    SLOW = "slow"
    """It has not answered within the time that a disk may take: a network drive that hangs, a drive that wakes up."""

    @property
    def can_write(self) -> bool:
        return self in (FolderState.UNKNOWN, FolderState.FINE, FolderState.NEARLY_FULL)

    @property
    def can_read(self) -> bool:
        """Whether what is saved there can be looked at: a file that is not found is then really not there."""
        return self not in (FolderState.ABSENT, FolderState.SLOW)


class FolderHealth(Struct, frozen=True, kw_only=True):
    """What the last look saw. `since` is when it came to this state, in Unix seconds; `free` is in bytes, None where
    nobody knows; `to_come` is about how much is still to be saved; `detail` is small print."""

    folder: str
    state: FolderState = FolderState.UNKNOWN
    free: int | None = None
    to_come: int = 0
    since: float = 0.0
    can_be_made: bool = False
    """It is absent, and could be made again where it was: deleted, rather than unplugged."""
    detail: str = ""


class FileMove(Struct, frozen=True, kw_only=True):
    """A result's file goes from one path to another. `task_id` is empty for a file that is no result: a picture that
    was pasted."""

    task_id: TaskId
    index: int
    source: str
    target: str


def moved_uris(moves: Iterable[FileMove]) -> dict[str, str]:
    """The URIs of moved files, old to new."""
    return {Path(move.source).as_uri(): Path(move.target).as_uri() for move in moves}


def moved_on(so_far: Mapping[str, str], moved: Mapping[str, str]) -> dict[str, str]:
    """Where files are that lay somewhere once, old to new, after another move. What came back is where it was."""
    latest = {old: moved.get(new, new) for old, new in so_far.items()} | dict(moved)
    arrived = set(moved.values())
    return {old: new for old, new in latest.items() if old != new and old not in arrived}


class MovePhase(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"
    """For a drive, or for room. It goes on by itself."""
    STOPPING = "stopping"
    STOPPED = "stopped"
    """By the person. What was moved stays moved, the rest stays where it is."""
    DONE = "done"

    @property
    def is_over(self) -> bool:
        return self in (MovePhase.STOPPED, MovePhase.DONE)


class LeftBehind(Struct, frozen=True):
    """Results that lie in a folder that was the library before."""

    folder: str
    files: int
    size: int


class FolderProblem(Enum):
    """Why a folder that somebody chose cannot take results."""

    NOT_WHOLE = auto()
    """Its path begins neither at a drive nor at the root."""
    ABSENT = auto()
    """Nothing of it is there, not even its drive."""
    FILE = auto()
    NOT_WRITABLE = auto()
    NOT_READABLE = auto()
    SILENT = auto()
    """It does not answer in time."""


class FolderRefusal(Struct, frozen=True):
    """`at` is the nearest folder, or file, that is there."""

    problem: FolderProblem
    at: str = ""


NO_ANSWER: FolderRefusal | None = FolderRefusal(FolderProblem.SILENT)


class PlanProblem(Enum):
    """Why files cannot be moved."""

    SAME_FOLDER = auto()
    INSIDE_SOURCE = auto()
    TARGET_REFUSES = auto()
    """Nothing can be saved in it: `MovePlan.target_state`."""
    SOURCE_ABSENT = auto()
    SOURCE_UNREADABLE = auto()
    """As the system says in `MovePlan.detail`."""
    NO_ROOM = auto()
    """Only `MovePlan.free` bytes are free there."""


class MovePlan(Struct, frozen=True, kw_only=True):
    """`files` of ours, with `size` bytes, lie in `source`. `holds_files`: something lies in `target` already."""

    source: Path
    target: Path
    files: int = 0
    size: int = 0
    problem: PlanProblem | None = None
    target_state: FolderState = FolderState.UNKNOWN
    free: int = 0
    detail: str = ""
    holds_files: bool = False

    @property
    def can_save(self) -> bool:
        """New results can be saved in `target`, whether or not others can be moved there."""
        return self.problem not in (PlanProblem.SAME_FOLDER, PlanProblem.TARGET_REFUSES)


class StayedCode(Enum):
    """Why a file was not moved. The values are stored and must not change."""

    UNKNOWN = "unknown"
    """Written by another version: `Stayed.words` is shown as it was written."""
    CHANGED = "changed"
    """Somebody worked on it since it was saved."""
    MISSING = "missing"
    UNREADABLE = "unreadable"
    CHANGED_MEANWHILE = "changed meanwhile"
    """While it was moved: what was there before is in the new folder."""
    IN_USE = "in use"
    """A copy is in the new folder; this one could not be removed."""
    REFUSED = "refused"
    """The disk refused it, as `Stayed.words` says."""


class Stayed(Struct, frozen=True):
    """A file that was not moved, and why. `words` are what an error said."""

    path: str
    code: StayedCode
    words: str = ""


class MoveWaitCode(Enum):
    FOLDER = auto()
    """`folder` cannot be used: `state`."""
    DOWNLOADS = auto()
    """Results are still being saved in the old folder."""
    ERROR = auto()
    """The database or a disk refused, as `words` say. It is tried again."""


class MoveWait(Struct, frozen=True):
    """What a move of results waits for."""

    code: MoveWaitCode
    folder: str = ""
    state: FolderState = FolderState.UNKNOWN
    words: str = ""


class MoveProgress(Struct, frozen=True, kw_only=True):
    """How far results are on their way from one folder to another. Sizes in bytes; `waits` says what for."""

    source: str
    target: str
    files: int = 0
    files_total: int = 0
    size: int = 0
    size_total: int = 0
    phase: MovePhase = MovePhase.RUNNING
    waits: MoveWait | None = None
    stayed: tuple[Stayed, ...] = ()
    is_resumed: bool = False
    """It was begun in an earlier run."""
    is_homecoming: bool = False
    """Rescued results come back to the library; nobody asked for it and nobody needs to watch."""


_UNITS = ("B", "kB", "MB", "GB")


def size_in_words(amount: int) -> str:
    """Bytes in decimal units, as file managers show them: 2083000 → "2.1 MB", 310400 → "310 kB"."""
    value = float(amount)
    for unit in _UNITS:
        if round(value) < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    whole = unit in ("B", "kB") or round(value, 1) >= 10
    return f"{value:.0f} {unit}" if whole else f"{value:.1f} {unit}"
