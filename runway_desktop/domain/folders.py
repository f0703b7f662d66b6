"""State of the results' folder, moves of the library, and sizes as text. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum, auto
from pathlib import Path

from runway_desktop.texts import Text, number
from runway_desktop.values import Struct

from .failures import Reason
from .task import TaskId

SPARE = 200_000_000
"""Bytes kept free on a disk. The database, its journal and the log still need space when no more results are saved; a
large database is copied before a migration, and a full disk breaks other programs."""


class FolderState(StrEnum):
    UNKNOWN = "unknown"
    """Not checked yet. Treated as FINE until a check or an error says otherwise."""
    FINE = "fine"
    NEARLY_FULL = "nearly full"
    """Some space is left, but little, or less than the expected results need."""
    FULL = "full"
    READ_ONLY = "read-only"
    """Write-protected, or no write permission."""
    ABSENT = "absent"
    """Unplugged, unmounted, moved or deleted."""
    SLOW = "slow"
    """No answer within the time allowed for a disk: a network drive that hangs, or a drive that spins up."""

    @property
    def can_write(self) -> bool:
        return self in (FolderState.UNKNOWN, FolderState.FINE, FolderState.NEARLY_FULL)

    @property
    def can_read(self) -> bool:
        """Whether files there can be checked; only then does "not found" mean that a file is missing."""
        return self not in (FolderState.ABSENT, FolderState.SLOW)


class FolderHealth(Struct, frozen=True, kw_only=True):
    """Result of the last check. `since` is when this state began, in Unix seconds; `free` in bytes, None if unknown;
    `to_come` is roughly how many bytes are still to be saved; `detail` is small print."""

    folder: str
    state: FolderState = FolderState.UNKNOWN
    free: int | None = None
    to_come: int = 0
    since: float = 0.0
    can_be_made: bool = False
    """Absent, but can be created again at its old path: it was deleted rather than unplugged."""
    detail: str = ""


class FileMove(Struct, frozen=True, kw_only=True):
    """The move of one file. `task_id` is empty for a pasted picture, which is no result."""

    task_id: TaskId
    index: int
    source: str
    target: str


def moved_uris(moves: Iterable[FileMove]) -> dict[str, str]:
    """The URIs of moved files, old to new."""
    return {Path(move.source).as_uri(): Path(move.target).as_uri() for move in moves}


def moved_on(so_far: Mapping[str, str], moved: Mapping[str, str]) -> dict[str, str]:
    """Combines earlier moves with a new one: old to new URIs. Files that came back to their first path are left out."""
    latest = {old: moved.get(new, new) for old, new in so_far.items()} | dict(moved)
    arrived = set(moved.values())
    return {old: new for old, new in latest.items() if old != new and old not in arrived}


class MovePhase(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"
    """Waits for a drive or for free space. Continues automatically."""
    STOPPING = "stopping"
    STOPPED = "stopped"
    """Stopped by the user. Moved files stay moved, the rest stays where it is."""
    DONE = "done"

    @property
    def is_over(self) -> bool:
        return self in (MovePhase.STOPPED, MovePhase.DONE)


class LeftBehind(Struct, frozen=True):
    """Results left in a folder that was the library before."""

    folder: str
    files: int
    size: int


class FolderProblem(Enum):
    """Why the folder that the user selected cannot hold results."""

    NOT_WHOLE = auto()
    """Not an absolute path."""
    ABSENT = auto()
    """No part of the path exists, not even its drive."""
    FILE = auto()
    NOT_WRITABLE = auto()
    NOT_READABLE = auto()
    SILENT = auto()
    """No answer in time."""


class FolderRefusal(Struct, frozen=True):
    """`at` is the nearest existing folder or file."""

    problem: FolderProblem
    at: str = ""


NO_ANSWER: FolderRefusal | None = FolderRefusal(FolderProblem.SILENT)


class PlanProblem(Enum):
    """Why files cannot be moved."""

    SAME_FOLDER = auto()
    INSIDE_SOURCE = auto()
    TARGET_REFUSES = auto()
    """Results cannot be saved in the target: `MovePlan.target_state`."""
    SOURCE_ABSENT = auto()
    SOURCE_UNREADABLE = auto()
    """The system's message is in `MovePlan.detail`."""
    NO_SPACE = auto()
    """Only `MovePlan.free` bytes are free in the target."""


class MovePlan(Struct, frozen=True, kw_only=True):
    """`source` holds `files` of this program with `size` bytes. `holds_files`: `target` is not empty."""

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
    """Why a file was not moved. Values are stored and must not change."""

    UNKNOWN = "unknown"
    """Written by another version: `Stayed.words` is shown as it was written."""
    CHANGED = "changed"
    """Changed by another program since it was saved."""
    MISSING = "missing"
    UNREADABLE = "unreadable"
    CHANGED_MEANWHILE = "changed meanwhile"
    """Changed during the move: the copy of its old content is in the new folder."""
    IN_USE = "in use"
    """A copy is in the new folder; the original could not be removed."""
    REFUSED = "refused"
    """The disk refused; its message is in `Stayed.words`."""


class Stayed(Struct, frozen=True):
    """A file that was not moved, and why. `words` is an error's message."""

    path: str
    code: StayedCode
    words: Text | str = ""


class MoveWaitCode(Enum):
    FOLDER = auto()
    """`folder` is not usable: `state`."""
    DOWNLOADS = auto()
    """Results are still being saved in the old folder."""
    ERROR = auto()
    """The database or a disk refused; its message is in `cause`. Retried."""


class MoveWait(Struct, frozen=True):
    """What a move of results waits for."""

    code: MoveWaitCode
    folder: str = ""
    state: FolderState = FolderState.UNKNOWN
    cause: Reason | None = None


class MoveProgress(Struct, frozen=True, kw_only=True):
    """Progress of a move of results. Sizes in bytes; `waits` says what it waits for."""

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
    """Begun in an earlier run."""
    is_homecoming: bool = False
    """Rescued results return to the library automatically; not started by the user."""


_UNITS = ("B", "kB", "MB", "GB")


class Size(Struct, frozen=True):
    """Bytes as a value of a `Text`: written when the text is read."""

    amount: int

    def __str__(self) -> str:
        return size_in_words(self.amount)


def size_in_words(amount: int) -> str:
    """Bytes in decimal units, as file managers show them: 2083000 → "2.1 MB", 310400 → "310 kB"."""
    value = float(amount)
    for unit in _UNITS:
        if round(value) < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    whole = unit in ("B", "kB") or round(value, 1) >= 10
    said = number(value, 0) if whole else number(value, 1, fixed=True)
    return f"{said} {unit}"
