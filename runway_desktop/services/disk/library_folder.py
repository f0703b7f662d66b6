"""State of the library's folder: fine, nearly full, full, read-only, absent, or slow to answer.

It is checked at the start, before a save, after a failed save, and in slow rounds while it is not fine; each change of
state is one event. Checks, and work passed to `do`, run on threads of their own, so that a hanging network drive delays
nothing else. A folder that was seen once is remembered: if it or its drive is missing, it is absent, and is never
replaced by an empty folder of the same name.

Loop's thread only; nothing here blocks. Raises only the exceptions of work passed to `do`.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from runway_desktop.domain.events import Event, LibraryFolderChanged, SettingsChanged
from runway_desktop.domain.folders import FolderHealth, FolderState
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm, first_of
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import keep_going, survived
from runway_desktop.values import Struct, field, replace

from .disk_space import DiskSpace
from .disk_threads import DiskThreads, in_worker
from .file_locks import FileLocks
from .folder_look import FolderStatus, look_at

if TYPE_CHECKING:
    from runway_desktop.services.ports import Clock

log = logging.getLogger(__name__)

Result = TypeVar("Result")

ANSWER_WITHIN = 5.0
"""Time-out in seconds of a check or piece of work. After that the folder counts as slow until it answers."""
SOON = 1.0
"""Least seconds between two checks that no caller awaits."""
ROUND = 30.0
"""Seconds between two checks while the folder is not fine."""
ROUND_NEARLY_FULL = 300.0
ROUND_DELETED = 3.0
"""Seconds between two checks while the folder is deleted from a mounted drive: the check is cheap, and a person may
create the folder again at any moment."""
FRESH = 10.0
"""Seconds for which a check is valid before a save."""
LITTLE = 1024**3
"""Bytes. A disk with less free space is nearly full, even if nothing is expected."""
SEEN = "library.seen"
"""Setting with the folders seen: path and mount point, latest last."""
_MOST_SEEN = 20

MakeThreads = Callable[[int, str], Executor]


class _Watched(Struct):
    """State of one folder. `asking`: its running check; one at a time."""

    folder: Path
    threads: Executor
    health: FolderHealth
    looked_at: float = -math.inf
    asking: asyncio.Future[FolderStatus] | None = None
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when another folder becomes the library: no caller needs this one's check any more."""


class LibraryFolder:
    """`threads` makes a pool of so many threads with a name."""

    def __init__(
        self, settings: Settings, bus: Bus, clock: Clock, threads: MakeThreads = DiskThreads, *, most: int = 24
    ) -> None:
        self._settings = settings
        self._bus = bus
        self._clock = clock
        self._make_threads = threads
        self._most = most
        self.locks = FileLocks()
        """Locks of results' files in any folder."""
        self.space = DiskSpace()
        """Reservations on all disks, for writers of large files."""
        self._alarm = Alarm(clock)
        self._current = self._watch(settings.library)
        self._others: dict[Path, _Watched] = {}
        self._workers = threads(most, "library")
        self._elsewhere = threads(2, "beside the library")
        self._working: dict[object, float] = {}
        """Monotonic start times of running work."""
        self._is_doubted = False
        self._has_worked = False
        self._dozes = False
        self._to_come = 0
        bus.listen(self._hear)

    @property
    def health(self) -> FolderHealth:
        """As of the last check."""
        return self._current.health

    @property
    def known_mount(self) -> str | None:
        """Mount point of the folder when it was last seen; None if it was never seen."""
        return self.mount_known_of(self._current.folder)

    def mount_known_of(self, folder: Path) -> str | None:
        return self._seen().get(str(folder))

    @property
    def former(self) -> list[Path]:
        """Earlier library folders, latest first."""
        return [folder for folder in map(Path, reversed(self._seen())) if folder != self._current.folder]

    async def look(self, doubted: FolderState | None = None) -> FolderHealth:
        """Checks now. Never takes longer than `ANSWER_WITHIN`; after that the state is SLOW. `doubted`: the state that
        a failure implies, which is then tested by writing."""
        await self._look(self._current, doubted)
        return self.health

    async def ready(self) -> FolderHealth:
        """The state of a recent check; else checks now."""
        if self._clock.monotonic() - self._current.looked_at > FRESH:
            return await self.look()
        return self.health

    def doubt(self) -> None:
        """Requests a check: the person asks, or an operation failed unexpectedly."""
        self._is_doubted = True
        self._alarm.ring()

    def expect(self, size: int) -> None:
        """Sets the number of bytes expected, for the nearly-full warning."""
        self._to_come = size

    def accept(self) -> None:
        """The person confirms the folder as it is: created again if missing, used without its drive."""
        self._settings.set(SEEN, {name: mount for name, mount in self._seen().items() if name != self.health.folder})
        self.doubt()

    def holds(self, path: Path) -> bool:
        """Whether a path lies in the current library."""
        return path.is_relative_to(self._current.folder)

    async def is_away(self, path: Path) -> bool:
        """Whether a file is missing because its folder is: unplugged, unmounted, or not answering. Knows the current
        and earlier library folders."""
        folders = [one for one in (self._current.folder, *map(Path, self._seen())) if path.is_relative_to(one)]
        if not folders:
            return False
        folder = max(folders, key=lambda one: len(one.parts))
        watched = self._current if folder == self._current.folder else self._other(folder)
        if self._clock.monotonic() - watched.looked_at > FRESH:
            await self._look(watched)
        return not watched.health.state.can_read

    async def do(self, work: Callable[..., Result], *arguments: Any, elsewhere: bool = False) -> Result:
        """Runs work on the folder's threads. Slow work triggers a check of the folder. `elsewhere`: uses other threads,
        for work that does not access the folder and so must not wait for it."""
        if elsewhere:
            return await in_worker(self._elsewhere, work, *arguments)
        key = object()
        self._working[key] = self._clock.monotonic()
        self._has_worked = True
        if self._dozes:
            self._alarm.ring()
        future = asyncio.get_running_loop().run_in_executor(self._workers, work, *arguments)
        future.add_done_callback(lambda _: self._working.pop(key, None))
        return await future

    async def tidy(self, path: Path, work: Callable[[], object]) -> None:
        """Runs clean-up of `path` after canceled work. If its folder may hang, does not wait for it: it runs when the
        drive answers, or never."""
        if self.holds(path) and self.health.state.can_read:
            await self.do(work)
        else:
            self._make_threads(1, "left behind").submit(work)

    async def run(self) -> None:
        """Runs the checks until canceled. Once per program."""
        with survived("looking at the library's folder"):
            await self.look()
        await keep_going("looking at the library's folder", self._turn, self._clock)

    async def _turn(self) -> None:
        await self._alarm.wait(self._until_due())
        self._dozes = False
        if (due := self._due()) is not None and due <= self._clock.monotonic():
            await self.look()

    def shutdown(self) -> None:
        """Shuts down the threads, except those that hang."""
        self._workers.shutdown(wait=True)
        self._elsewhere.shutdown(wait=True)
        for watched in (self._current, *self._others.values()):
            watched.threads.shutdown(wait=False)

    def _until_due(self) -> float | None:
        """Seconds until the next check; None: until an event."""
        due = self._due()
        if due is not None:
            return max(0.05, due - self._clock.monotonic())
        # Cheap check for hanging work: wakes up every few seconds instead of for each piece of work.
        self._dozes, self._has_worked = not self._has_worked, False
        return None if self._dozes else ANSWER_WITHIN

    def _due(self) -> float | None:
        """Monotonic time of the next check; None: on an event."""
        watched = self._current
        if self._is_doubted or watched.looked_at == -math.inf:
            return watched.looked_at + SOON
        # Slow work causes checks at intervals, not continuously.
        due = [max(began, watched.looked_at) + ANSWER_WITHIN for began in self._working.values()]
        match watched.health.state:
            case FolderState.FINE | FolderState.UNKNOWN:
                pass
            case FolderState.NEARLY_FULL:
                due.append(watched.looked_at + ROUND_NEARLY_FULL)
            case FolderState.ABSENT if watched.health.can_be_made:
                due.append(watched.looked_at + ROUND_DELETED)
            case _:
                due.append(watched.looked_at + ROUND)
        return min(due, default=None)

    async def _look(self, watched: _Watched, doubted: FolderState | None = None) -> None:
        asking = watched.asking or self._ask(watched, doubted)
        await first_of(_end_of(asking), watched.left.wait(), self._clock.sleep(ANSWER_WITHIN))
        if not asking.done() and not watched.left.is_set():
            self._is(watched, replace(watched.health, state=FolderState.SLOW, can_be_made=False, detail=""))

    def _ask(self, watched: _Watched, doubted: FolderState | None) -> asyncio.Future[FolderStatus]:
        if watched is self._current:
            self._is_doubted = False
        known = self._seen().get(str(watched.folder))
        future = watched.threads.submit(look_at, watched.folder, known, doubted or watched.health.state)
        watched.asking = asking = asyncio.wrap_future(future)
        asking.add_done_callback(lambda done: self._looked(watched, done))
        return asking

    def _looked(self, watched: _Watched, asking: asyncio.Future[FolderStatus]) -> None:
        watched.asking = None
        if asking.cancelled():
            return
        error = asking.exception()
        if error is not None:
            log.error("The library's folder could not be looked at", exc_info=error)
            watched.looked_at = self._clock.monotonic()
            return
        found = asking.result()
        if found.mount is not None:
            self._remember(watched.folder, found.mount)
        state = found.state
        if state is FolderState.FINE and found.free is not None and self._is_little(watched, found.free):
            state = FolderState.NEARLY_FULL
        self._is(
            watched,
            replace(watched.health, state=state, free=found.free, can_be_made=found.can_be_made, detail=found.detail),
        )

    def _is_little(self, watched: _Watched, free: int) -> bool:
        wanted = max(LITTLE, self._to_come) if watched is self._current else 0
        # Hysteresis, or the warning would toggle.
        return free < wanted * (1.25 if watched.health.state is FolderState.NEARLY_FULL else 1.0)

    def _is(self, watched: _Watched, health: FolderHealth) -> None:
        before = watched.health
        watched.looked_at = self._clock.monotonic()
        if health.state is not before.state:
            health = replace(health, since=self._clock.now())
        watched.health = replace(health, to_come=self._to_come)
        if watched is self._current and health.state is not before.state:
            log.info("The library's folder is %s: %s %s", health.state, health.folder, health.detail)
            self._bus.tell(LibraryFolderChanged(watched.health, before))
            self._alarm.ring()

    def _watch(self, folder: Path) -> _Watched:
        health = FolderHealth(folder=str(folder), since=self._clock.now())
        return _Watched(folder, self._make_threads(1, "look at the library"), health)

    def _other(self, folder: Path) -> _Watched:
        if folder not in self._others:
            self._others[folder] = self._watch(folder)
        return self._others[folder]

    def _seen(self) -> dict[str, str]:
        found = self._settings.get(SEEN)
        return found if isinstance(found, dict) else {}

    def _remember(self, folder: Path, mount: str) -> None:
        others = {name: known for name, known in self._seen().items() if name != str(folder)}
        if self._seen().get(str(folder)) != mount:
            latest = list(others.items())[-(_MOST_SEEN - 1) :]
            self._settings.set(SEEN, {**dict(latest), str(folder): mount})

    def _hear(self, event: Event) -> None:
        is_ours = isinstance(event, SettingsChanged) and "library_folder" in event.names
        if is_ours and self._settings.library != self._current.folder:
            self._move_to(self._settings.library)

    def _move_to(self, folder: Path) -> None:
        before = self._current
        if self._working and not before.health.state.can_read:
            # The old threads hang in the old folder's drive; use new ones.
            self._workers.shutdown(wait=False)
            self._workers = self._make_threads(self._most, "library")
            self._working.clear()
        if before.asking is None:
            before.threads.shutdown(wait=False)
        before.left.set()
        known = self._others.pop(folder, None)
        self._current = known if known is not None else self._watch(folder)
        self._bus.tell(LibraryFolderChanged(self._current.health, before.health))
        self._alarm.ring()


async def _end_of(asking: asyncio.Future[FolderStatus]) -> None:
    await asyncio.wait((asking,))
