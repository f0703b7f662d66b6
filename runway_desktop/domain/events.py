"""What the engine tells the rest of the program. Facts that have already been stored, as small frozen values."""

from __future__ import annotations

from enum import Enum, auto

from runway_desktop.values import Struct

from .account import Connectivity, KeyStatus, Organization
from .caps import Cap, HeldBack
from .errors import RunwayDesktopError
from .folders import FileMove, FolderHealth, MoveProgress
from .task import Output, Task, TaskId


class TasksAdded(Struct, frozen=True):
    """They are stored, and new."""

    tasks: tuple[Task, ...]


class TaskChanged(Struct, frozen=True):
    """`before` allows a listener to see what moved."""

    task: Task
    before: Task


class TasksMoved(Struct, frozen=True):
    """Positions in the lane changed."""

    task_ids: tuple[TaskId, ...]


class OutputChanged(Struct, frozen=True):
    """A result is there, on its way, saved, judged, missing, or gone."""

    output: Output


class DownloadProgressed(Struct, frozen=True):
    """Bytes of one output. `total` is None where the server did not say."""

    task_id: TaskId
    index: int
    received: int
    total: int | None


class DownloadsCounted(Struct, frozen=True):
    """How many downloads run and wait, and bytes a second over the last seconds."""

    running: int
    waiting: int
    speed: float


class UploadProgressed(Struct, frozen=True):
    """Bytes of the files of one task."""

    task_id: TaskId
    sent: int
    total: int


class ConnectionChanged(Struct, frozen=True):
    """The program stands with Runway in another way than before."""

    connection: Connectivity


class OrganizationChanged(Struct, frozen=True):
    """Balance or limits moved; None while nobody knows them."""

    organization: Organization | None


class KeyChanged(Struct, frozen=True):
    """There is another key, or none, or it is kept elsewhere."""

    status: KeyStatus


class LaneChanged(Struct, frozen=True):
    """The lane was paused or resumed, or the reason why it sends nothing changed."""


class CapReached(Struct, frozen=True):
    """A cap holds tasks back from now on. Told once for each cap that is reached."""

    held: HeldBack


class CapRaised(Struct, frozen=True, kw_only=True):
    """The person raised a cap by its button; `project` where it is a project's."""

    cap: Cap
    project: str = ""
    before: float
    after: float


class LibraryFolderChanged(Struct, frozen=True):
    """The folder of the results came to another state, or is another folder. Once for each change."""

    health: FolderHealth
    before: FolderHealth


class LibraryMoveChanged(Struct, frozen=True):
    """Results are on their way to another folder, or have arrived. A few times a second at most."""

    progress: MoveProgress


class FilesMoving(Struct, frozen=True):
    """These files are moved next: whoever plays or shows one lets go of it."""

    paths: frozenset[str]


class FilesMoved(Struct, frozen=True):
    """These files lie elsewhere now. Told again after a kill, for what may have been told already."""

    moves: tuple[FileMove, ...]


class SettingsChanged(Struct, frozen=True):
    """These preferences have other values."""

    names: frozenset[str]


class ClientsChanged(Struct, frozen=True):
    """What other programs may do, who of them is connected, or the record of what they asked for."""


class Notice(Struct, frozen=True):
    """Something that no row or field can say. Calm words; `detail` is small print. `section` is that of the
    preferences where it is settled."""

    message: str
    detail: str = ""
    is_problem: bool = False
    section: str = ""


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
    QUEUED_WITH_OTHER_KEY = auto()
    """Queued tasks wait for the person, because another key came into use."""
    CLIENT_READS_ONLY = auto()
    """The program `names[0]` wants to make something, and may only read."""
    SETTINGS_NOT_SAVED = auto()
    """`error`."""
    DRIVE_AWAY = auto()
    """The drive or folder `names[0]`, in which saved files lie."""
    KEPT_ELSEWHERE = auto()
    """The library cannot be used, and results are kept in the folder `names[0]` until then."""
    MOVE_GOES_ON = auto()
    """`move` was begun by an earlier run."""
    MOVE_ENDED = auto()


class EngineNotice(Struct, frozen=True):
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
    | CapRaised
    | LibraryFolderChanged
    | LibraryMoveChanged
    | FilesMoving
    | FilesMoved
    | SettingsChanged
    | ClientsChanged
    | Notice
    | EngineNotice
)
