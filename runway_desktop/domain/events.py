"""Events that the engine publishes: facts already stored, as small immutable values."""

from __future__ import annotations

from enum import Enum, auto

from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .account import Connectivity, KeyStatus, Organization
from .caps import Cap
from .cast import Cast
from .errors import RunwayDesktopError
from .folders import FileMove, FolderHealth, MoveProgress
from .task import Output, Task, TaskId


class TasksAdded(Struct, frozen=True):
    """New tasks were stored."""

    tasks: tuple[Task, ...]


class TaskChanged(Struct, frozen=True):
    """`before` is the task's previous value."""

    task: Task
    before: Task


class TaskFound(Struct, frozen=True):
    """A task without an answer was found in its router's list. `before`: as it was, to undo that."""

    task: Task
    before: Task


class TasksMoved(Struct, frozen=True):
    """Positions in the lane changed."""

    task_ids: tuple[TaskId, ...]


class OutputChanged(Struct, frozen=True):
    """A result was added, started downloading, was saved, rated, found missing, or removed."""

    output: Output


class DownloadProgressed(Struct, frozen=True):
    """Bytes of one output. `total` is None if the server gave no size."""

    task_id: TaskId
    index: int
    received: int
    total: int | None


class DownloadsCounted(Struct, frozen=True):
    """Number of running and waiting downloads, and bytes a second over the last seconds."""

    running: int
    waiting: int
    speed: float


class UploadProgressed(Struct, frozen=True):
    """Bytes uploaded of one task's files."""

    task_id: TaskId
    sent: int
    total: int


class ConnectionChanged(Struct, frozen=True):
    """The state of the connection to Runway changed."""

    connection: Connectivity


class OrganizationChanged(Struct, frozen=True):
    """Balance or limits changed; None while not known."""

    organization: Organization | None


class KeyChanged(Struct, frozen=True):
    """The key was replaced or removed, or is stored elsewhere."""

    status: KeyStatus


class LaneChanged(Struct, frozen=True):
    """The lane was paused or resumed, or the reason why its tasks are not sent changed."""


class CapRaised(Struct, frozen=True, kw_only=True):
    """The user raised a cap with its button; `project` names the project of a project's cap."""

    cap: Cap
    project: str = ""
    before: float
    after: float


class LibraryFolderChanged(Struct, frozen=True):
    """The state of the results' folder changed, or another folder is used. Once for each change."""

    health: FolderHealth
    before: FolderHealth


class LibraryMoveChanged(Struct, frozen=True):
    """Progress of moving results to another folder, its end included. A few times a second at most."""

    progress: MoveProgress


class FilesMoving(Struct, frozen=True):
    """These files are about to be moved: players and viewers must close them."""

    paths: frozenset[str]


class FilesMoved(Struct, frozen=True):
    """These files have moved. Published again after a crash, for moves that may have been published already."""

    moves: tuple[FileMove, ...]


class SettingsChanged(Struct, frozen=True):
    """These preferences changed."""

    names: frozenset[str]


class ClientsChanged(Struct, frozen=True):
    """Client permissions, connected clients or the log of their requests changed."""


class CastChanged(Struct, frozen=True):
    """The cast was read, or a member changed."""

    cast: Cast


class Notice(Struct, frozen=True):
    """A message that belongs to no row or field. `detail` is small print. `section` names the preferences' section
    where the problem can be solved. `remote_ids`: Runway ids to import."""

    message: Text | str
    detail: Text | str = ""
    is_problem: bool = False
    section: str = ""
    remote_ids: tuple[str, ...] = ()


class EngineNoticeCode(Enum):
    DATABASE_REFUSES = auto()
    """Nothing is sent, because the database refuses writes: `error`."""
    COPY_NOT_CHECKED = auto()
    """Nothing is sent, because the check for a copied list cannot be recorded: `error`."""
    COPY_NOT_NOTED = auto()
    """The marker that identifies copies cannot be written to the folder `names[0]`."""
    ACCEPTED_NOT_WRITTEN = auto()
    """Runway accepted a task with the id `names[0]`, and the database cannot be written."""
    OUTCOME_NOT_WRITTEN = auto()
    """`error`; if None, a bug of this program: an exception of the class `names[0]`."""
    UNKNOWN_IDS = auto()
    """Runway gave an earlier run the ids `names`, which no task of the list has."""
    OTHER_KEYS_TASKS = auto()
    """Tasks made with another key cannot be checked with this one."""
    QUEUED_WITH_OTHER_KEY = auto()
    """Queued tasks wait for the user, because the key changed."""
    CLIENT_READS_ONLY = auto()
    """The client `names[0]` tried to create something, but may only read."""
    CLIENT_SUGGESTS = auto()
    """The client `names[0]` suggests takes."""
    SETTINGS_NOT_SAVED = auto()
    """`error`."""
    DRIVE_AWAY = auto()
    """The drive or folder `names[0]`, which holds saved files."""
    KEPT_ELSEWHERE = auto()
    """The library is not usable; until it is, results are saved in the folder `names[0]`."""
    MOVE_GOES_ON = auto()
    """An earlier run began `move`."""
    MOVE_ENDED = auto()


class EngineNotice(Struct, frozen=True):
    """A message of the engine as a code; its text is in `usecases.words.notices`."""

    code: EngineNoticeCode
    names: tuple[str, ...] = ()
    error: RunwayDesktopError | None = None
    move: MoveProgress | None = None


Event = (
    TasksAdded
    | TaskChanged
    | TaskFound
    | TasksMoved
    | OutputChanged
    | DownloadProgressed
    | DownloadsCounted
    | UploadProgressed
    | ConnectionChanged
    | OrganizationChanged
    | KeyChanged
    | LaneChanged
    | CapRaised
    | LibraryFolderChanged
    | LibraryMoveChanged
    | FilesMoving
    | FilesMoved
    | SettingsChanged
    | ClientsChanged
    | CastChanged
    | Notice
    | EngineNotice
)
