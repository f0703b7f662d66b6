"""The state of the library's folder: fine, nearly full, full, read-only, absent, or slow to answer.

It is examined at the start, before something is saved, when saving failed, and in slow rounds while it is not fine;
each change of state is one event. Examinations, and all work passed to `do`, run on threads of their own, so that a
network drive that hangs delays nothing else. A folder that was seen once is remembered: if it, or the drive that it
was on, is missing, it is absent, and is never replaced by an empty folder of the same name.

Loop's thread only; nothing here blocks. Raises nothing but what the work passed to `do` raises.
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

from .disk_room import DiskRoom
from .disk_threads import DiskThreads, in_worker
from .file_locks import FileLocks
from .folder_look import Look, look_at

if TYPE_CHECKING:
    from runway_desktop.services.ports import Clock

log = logging.getLogger(__name__)

Result = TypeVar("Result")

ANSWER_WITHIN = 5.0
"""Seconds that one look, or one piece of work, may take. After that the folder counts as slow, until it answers."""
SOON = 1.0
"""Seconds between two looks at the least, where none is awaited."""
ROUND = 30.0
"""Seconds between two looks while the folder is not fine."""
ROUND_NEARLY_FULL = 300.0
ROUND_DELETED = 3.0
"""The same while it was deleted from a drive that is there: the look wakes nothing up, and a person may make it again
at any moment."""
FRESH = 10.0
"""Seconds for which the last look is good enough before something is saved."""
LITTLE = 1024**3
"""Bytes. With less than that free a disk is nearly full, whatever is to come."""
SEEN = "library.seen"
"""The memory of folders that were there: path and mount point, the latest last."""
_MOST_SEEN = 20

MakeThreads = Callable[[int, str], Executor]


class _Place(Struct):
    """What is known of one folder. `asking` is the look that is under way; one at a time."""

    folder: Path
    threads: Executor
    health: FolderHealth
    looked_at: float = -math.inf
    asking: asyncio.Future[Look] | None = None
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the library is another folder: nobody waits for this one any more."""


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
        """Of the files of results, wherever they lie."""
        self.room = DiskRoom()
        """Of every disk, for whoever writes large files."""
        self._alarm = Alarm(clock)
        self._current = self._place(settings.library)
        self._others: dict[Path, _Place] = {}
        self._workers = threads(most, "library")
        self._elsewhere = threads(2, "beside the library")
        self._working: dict[object, float] = {}
        """When each piece of work that is under way began, in monotonic seconds."""
        self._is_doubted = False
        self._has_worked = False
        self._dozes = False
        self._to_come = 0
        bus.listen(self._hear)

    @property
    def health(self) -> FolderHealth:
        """As it was at the last look."""
        return self._current.health

    @property
    def known_mount(self) -> str | None:
        """The mount point that the folder lay on when it was last seen; None for one that never was."""
        return self.mount_known_of(self._current.folder)

    def mount_known_of(self, folder: Path) -> str | None:
        return self._seen().get(str(folder))

    @property
    def former(self) -> list[Path]:
        """Folders that were the library before, the latest first."""
        return [folder for folder in map(Path, reversed(self._seen())) if folder != self._current.folder]

    async def look(self, doubted: FolderState | None = None) -> FolderHealth:
        """How it is now. Never takes longer than `ANSWER_WITHIN`: a look that has not come back by then says SLOW.
        `doubted` is what a failure said of it, which is then tried by writing."""
        await self._look(self._current, doubted)
        return self.health

    async def ready(self) -> FolderHealth:
        """How it is, as far as a look within the last seconds tells; else looks now."""
        if self._clock.monotonic() - self._current.looked_at > FRESH:
            return await self.look()
        return self.health

    def doubt(self) -> None:
        """There is reason to look again: the person says so, or something there was not as expected."""
        self._is_doubted = True
        self._alarm.ring()

    def expect(self, size: int) -> None:
        """About how many bytes are to come, so that a disk that will not hold them is told of in time."""
        self._to_come = size

    def accept(self) -> None:
        """The person says that the folder is meant as it is: made again if it is missing, used without its drive."""
        self._settings.set(SEEN, {name: mount for name, mount in self._seen().items() if name != self.health.folder})
        self.doubt()

    def holds(self, path: Path) -> bool:
        """Whether a path lies in the library as it is chosen now."""
        return path.is_relative_to(self._current.folder)

    async def is_away(self, path: Path) -> bool:
        """Whether a file that is not found is missing because the folder that it lies in is: unplugged, unmounted, or
        not answering. Known are the library's folder, and those that were it before."""
        folders = [one for one in (self._current.folder, *map(Path, self._seen())) if path.is_relative_to(one)]
        if not folders:
            return False
        folder = max(folders, key=lambda one: len(one.parts))
        place = self._current if folder == self._current.folder else self._other(folder)
        if self._clock.monotonic() - place.looked_at > FRESH:
            await self._look(place)
        return not place.health.state.can_read

    async def do(self, work: Callable[..., Result], *arguments: Any, elsewhere: bool = False) -> Result:
        """Runs work that touches the folder on its own threads. What takes long has the folder looked at.

        `elsewhere`: on threads that go on while those of the folder hang, for work that does not touch it."""
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
        """Runs what tidies `path` up after work that was given up. Where its folder hangs, or may hang, nobody waits
        for it: it is done once the drive answers, or never."""
        if self.holds(path) and self.health.state.can_read:
            await self.do(work)
        else:
            self._make_threads(1, "left behind").submit(work)

    async def run(self) -> None:
        """Looks whenever there is reason to, until canceled. One for the life of the program."""
        with survived("looking at the library's folder"):
            await self.look()
        await keep_going("looking at the library's folder", self._turn, self._clock)

    async def _turn(self) -> None:
        await self._alarm.wait(self._until_due())
        self._dozes = False
        if self._is_due():
            await self.look()

    def shutdown(self) -> None:
        """Lets the threads go; what hangs is left behind."""
        self._workers.shutdown(wait=True)
        self._elsewhere.shutdown(wait=True)
        for place in (self._current, *self._others.values()):
            place.threads.shutdown(wait=False)

    def _until_due(self) -> float | None:
        """Seconds until the next look; None: until something happens."""
        due = self._due()
        if due is not None:
            return max(0.05, due - self._clock.monotonic())
        # Not woken by each piece of work: it is enough to see now and then whether one hangs.
        self._dozes, self._has_worked = not self._has_worked, False
        return None if self._dozes else ANSWER_WITHIN

    def _is_due(self) -> bool:
        due = self._due()
        return due is not None and due <= self._clock.monotonic()

    def _due(self) -> float | None:
        """When to look next, in monotonic seconds; None: when something happens."""
        place = self._current
        if self._is_doubted or place.looked_at == -math.inf:
            return place.looked_at + SOON
        # Work that takes long is looked after in rounds, not all the time.
        due = [max(began, place.looked_at) + ANSWER_WITHIN for began in self._working.values()]
        match place.health.state:
            case FolderState.FINE | FolderState.UNKNOWN:
                pass
            case FolderState.NEARLY_FULL:
                due.append(place.looked_at + ROUND_NEARLY_FULL)
            case FolderState.ABSENT if place.health.can_be_made:
                due.append(place.looked_at + ROUND_DELETED)
            case _:
                due.append(place.looked_at + ROUND)
        return min(due, default=None)

    async def _look(self, place: _Place, doubted: FolderState | None = None) -> None:
        asking = place.asking or self._ask(place, doubted)
        await first_of(_end_of(asking), place.left.wait(), self._clock.sleep(ANSWER_WITHIN))
        if not asking.done() and not place.left.is_set():
            self._is(place, replace(place.health, state=FolderState.SLOW, can_be_made=False, detail=""))

    def _ask(self, place: _Place, doubted: FolderState | None) -> asyncio.Future[Look]:
        if place is self._current:
            self._is_doubted = False
        known = self._seen().get(str(place.folder))
        future = place.threads.submit(look_at, place.folder, known, doubted or place.health.state)
        place.asking = asking = asyncio.wrap_future(future)
        asking.add_done_callback(lambda done: self._looked(place, done))
        return asking

    def _looked(self, place: _Place, asking: asyncio.Future[Look]) -> None:
        place.asking = None
        if asking.cancelled():
            return
        error = asking.exception()
        if error is not None:
            log.error("The library's folder could not be looked at", exc_info=error)
            place.looked_at = self._clock.monotonic()
            return
        found = asking.result()
        if found.mount is not None:
            self._remember(place.folder, found.mount)
        state = found.state
        if state is FolderState.FINE and found.free is not None and self._is_little(place, found.free):
            state = FolderState.NEARLY_FULL
        self._is(
            place,
            replace(place.health, state=state, free=found.free, can_be_made=found.can_be_made, detail=found.detail),
        )

    def _is_little(self, place: _Place, free: int) -> bool:
        wanted = max(LITTLE, self._to_come) if place is self._current else 0
        # Once it is said, somewhat more must be free, or it would be said again and again.
        return free < wanted * (1.25 if place.health.state is FolderState.NEARLY_FULL else 1.0)

    def _is(self, place: _Place, health: FolderHealth) -> None:
        before = place.health
        place.looked_at = self._clock.monotonic()
        if health.state is not before.state:
            health = replace(health, since=self._clock.now())
        place.health = replace(health, to_come=self._to_come)
        if place is self._current and health.state is not before.state:
            log.info("The library's folder is %s: %s %s", health.state, health.folder, health.detail)
            self._bus.tell(LibraryFolderChanged(place.health, before))
            self._alarm.ring()

    def _place(self, folder: Path) -> _Place:
        health = FolderHealth(folder=str(folder), since=self._clock.now())
        return _Place(folder, self._make_threads(1, "look at the library"), health)

    def _other(self, folder: Path) -> _Place:
        if folder not in self._others:
            self._others[folder] = self._place(folder)
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
            # The threads hang in the old folder's drive. They are left to it.
            self._workers.shutdown(wait=False)
            self._workers = self._make_threads(self._most, "library")
            self._working.clear()
        if before.asking is None:
            before.threads.shutdown(wait=False)
        before.left.set()
        known = self._others.pop(folder, None)
        self._current = known if known is not None else self._place(folder)
        self._bus.tell(LibraryFolderChanged(self._current.health, before.health))
        self._alarm.ring()


async def _end_of(asking: asyncio.Future[Look]) -> None:
    await asyncio.wait((asking,))
