"""What the engine tells the rest of the program. Facts that have already been stored, as small frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .account import Connection, KeyStatus, Organization
    from .caps import HeldBack
    from .errors import RunwayDesktopError
    from .folders import FileMove, FolderHealth, MoveProgress
    from .task import Output, Task, TaskId


@dataclass(frozen=True, slots=True)
class TasksAdded:
    """They are stored, and new."""

    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """`before` allows a listener to see what moved."""

    task: Task
    before: Task


@dataclass(frozen=True, slots=True)
class TasksMoved:
    """Positions in the lane changed."""

    task_ids: tuple[TaskId, ...]


@dataclass(frozen=True, slots=True)
class OutputChanged:
    """A result is there, on its way, saved, judged, missing, or gone."""

    output: Output


@dataclass(frozen=True, slots=True)
class DownloadProgressed:
    """Bytes of one output. `total` is None where the server did not say."""

    task_id: TaskId
    index: int
    received: int
    total: int | None


@dataclass(frozen=True, slots=True)
class DownloadsCounted:
    """How many downloads run and wait, and bytes a second over the last seconds."""

    running: int
    waiting: int
    speed: float


@dataclass(frozen=True, slots=True)
class UploadProgressed:
    """Bytes of the files of one task."""

    task_id: TaskId
    sent: int
    total: int


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The program stands with Runway in another way than before."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class OrganizationChanged:
    """Balance or limits moved; None while nobody knows them."""

    organization: Organization | None


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """There is another key, or none, or it is kept elsewhere."""

    status: KeyStatus


@dataclass(frozen=True, slots=True)
class LaneChanged:
    """The lane was paused or resumed, or the reason why it sends nothing changed."""


@dataclass(frozen=True, slots=True)
class CapReached:
    """A cap holds tasks back from now on. Told once for each cap that is reached."""

    held: HeldBack


@dataclass(frozen=True, slots=True)
class LibraryFolderChanged:
    """The folder of the results came to another state, or is another folder. Once for each change."""

    health: FolderHealth
    before: FolderHealth


@dataclass(frozen=True, slots=True)
class LibraryMoveChanged:
    """Results are on their way to another folder, or have arrived. A few times a second at most."""

    progress: MoveProgress


@dataclass(frozen=True, slots=True)
class FilesMoving:
    """These files are moved next: whoever plays or shows one lets go of it."""

    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class FilesMoved:
    """These files lie elsewhere now. Told again after a kill, for what may have been told already."""

    moves: tuple[FileMove, ...]


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """These preferences have other values."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that no row or field can say. Calm words; `detail` is small print."""

    message: str
    detail: str = ""
    is_problem: bool = False


class EngineNoticeCode(Enum):
    DATABASE_REFUSES = auto()
    """Nothing is sent, because it cannot be written down: `error`."""
    COPY_NOT_CHECKED = auto()
    """Nothing is sent, because it cannot be written down whether this list of tasks is a copy: `error`."""
    COPY_NOT_NOTED = auto()
    """What was sent cannot be noted in the folder `names[0]`, by which a copy is recognized."""
    ACCEPTED_NOT_WRITTEN = auto()
    """Runway accepted a task with the id `names[0]`, and the database cannot be written."""
    OUTCOME_NOT_WRITTEN = auto()
    """`error`; where that is None, a mistake of the program of the class `names[0]`."""
    UNKNOWN_IDS = auto()
    """An earlier run was given ids by Runway that no task of the list has: `names`."""
    OTHER_KEYS_TASKS = auto()
    """Tasks were made with another key, and cannot be checked with this one."""
    SETTINGS_NOT_SAVED = auto()
    """`error`."""
    DRIVE_AWAY = auto()
    """The drive or folder `names[0]`, in which saved files lie."""
    KEPT_ELSEWHERE = auto()
    """The library cannot be used, and results are kept in the folder `names[0]` until then."""
    MOVE_GOES_ON = auto()
    """`move` was begun by an earlier run."""
    MOVE_ENDED = auto()


@dataclass(frozen=True, slots=True)
class EngineNotice:
    """The same, told by the engine: `usecases.words.notices` says it in words."""

    code: EngineNoticeCode
    names: tuple[str, ...] = ()
    error: RunwayDesktopError | None = None
    move: MoveProgress | None = None


Event = (
    TasksAdded
    | TaskChanged
    | TasksMoved
    | OutputChanged
    | DownloadProgressed
    | DownloadsCounted
    | UploadProgressed
    | ConnectionChanged
    | OrganizationChanged
    | KeyChanged
    | LaneChanged
    | CapReached
    | LibraryFolderChanged
    | LibraryMoveChanged
    | FilesMoving
    | FilesMoved
    | SettingsChanged
    | Notice
    | EngineNotice
)
