"""Checks continuously whether saved files are still as saved: present, missing, or changed outside.

All files are checked in slow rounds on threads of their own; files that are shown or opened, at once; and all of them
soon after the window is activated again. A file on an unmounted drive is not missing; the drive is announced once. A
file that returns, also from the trash, counts as present again.

A finding is stored only if the result is unchanged: downloads, moves and deletions take precedence. After a crash the
next round starts over. Loop's thread only; raises nothing: writes that the database refuses are retried.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode, Event, LibraryFolderChanged, OutputChanged
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.outputs import Glance, KeptFile, Looked, kept_file, not_seen, seen_again
from runway_desktop.domain.task import Look, Output, Presence, Signs, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.file_locks import FileLocks
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.supervised import keep_going
from runway_desktop.values import replace

from .file_check import Examined, SeenFile, examine, glance_at
from .trash import back_from_bin

log = logging.getLogger(__name__)

AFTER_START = 5.0
"""Seconds before the first round: other work at the start comes first."""
ROUND = 3600.0
"""Seconds between two rounds."""
USED_AGAIN = 60.0
"""Least seconds between two rounds caused by activating the window."""
SLICE, PAUSE = 0.05, 0.25
"""Seconds of checking and of pause, alternating."""
PAGE = 500
GATHER = 0.1
"""Seconds for which requests to check are collected."""
SEEN_NOW = 2.0
"""Seconds for which a check of a shown file is valid."""
NOTED_FOR = 3600.0
"""Seconds after which an unchanged check's time is stored again."""
AGAIN_AFTER = 30.0
"""Seconds before a retry after the database refused."""
_MOST_REMEMBERED = 5_000

_LINES = {Presence.MISSING: "file missing", Presence.CHANGED: "file changed", Presence.HERE: "file there again"}


class Folders(Protocol):
    @property
    def locks(self) -> FileLocks: ...

    async def is_away(self, path: Path) -> bool:
        """Whether a file that is not found is missing because its folder cannot be reached."""


@dataclass(eq=False, repr=False)
class Integrity:
    """`executor` needs two threads, for rounds and for shown files, so that neither blocks the other."""

    _store: Store
    _folders: Folders
    _bus: Bus
    _clock: Clock
    _executor: Executor

    def __post_init__(self) -> None:
        self._shown: dict[TaskId, float] = {}
        """Monotonic time of the last check of shown tasks."""
        self._wanted: dict[TaskId, None] = {}
        self._wanting = Alarm(self._clock)
        self._again = Alarm(self._clock)
        self._ended = float("-inf")
        self._away: set[Path] = set()
        """Drives that were announced as missing."""
        self._bus.listen(self._hear)

    async def run(self) -> None:
        """Checks until canceled. Runs once per program, held by the supervisor."""
        async with asyncio.TaskGroup() as group:
            for name, work in (("look at shown files", self._look_at_shown), ("look at all files", self._go_round)):
                group.create_task(keep_going("looking at saved files", work, self._clock), name=name)

    def look_at(self, task_ids: Sequence[TaskId]) -> None:
        """Requests a check of tasks that are shown or opened."""
        now = self._clock.monotonic()
        fresh = [task_id for task_id in task_ids if now - self._shown.get(task_id, float("-inf")) >= SEEN_NOW]
        if fresh:
            self._wanted |= dict.fromkeys(fresh)
            self._wanting.ring()

    def look_around(self) -> None:
        """The window is active again: files may have changed meanwhile."""
        self._shown.clear()
        if self._clock.monotonic() - self._ended >= USED_AGAIN:
            self._again.ring()

    async def look(self, files: Sequence[KeptFile]) -> None:
        """Checks these files now and stores the findings. StoreError when they cannot be stored."""
        while files:
            seen = await in_worker(self._executor, glance_at, files, SLICE, self._clock.monotonic)
            await self._note(seen)
            files = files[len(seen) :]

    async def _look_at_shown(self) -> None:
        while True:
            await self._wanting.wait(None)
            await self._clock.sleep(GATHER)
            wanted, self._wanted = list(self._wanted), {}
            try:
                rows = await self._store.rows(wanted)
                outputs = (output for row in rows for output in row.outputs)
                await self.look([file for output in outputs if (file := kept_file(output)) is not None])
            except StoreError as error:
                log.warning("What the disk says of shown files could not be noted: %s", error)
                continue
            if len(self._shown) > _MOST_REMEMBERED:
                self._shown.clear()
            self._shown |= dict.fromkeys(wanted, self._clock.monotonic())

    async def _go_round(self) -> None:
        await self._clock.sleep(AFTER_START)
        while True:
            try:
                await self._round()
            except StoreError as error:
                log.warning("What the disk says of files could not be noted: %s", error)
                await self._clock.sleep(AGAIN_AFTER)
                continue
            self._ended = self._clock.monotonic()
            await self._again.wait(ROUND)

    async def _round(self) -> None:
        self._away = await in_worker(self._executor, _still_away, self._away)
        after: tuple[TaskId, int] | None = None
        while page := await self._store.kept_files(after, PAGE):
            after = page[-1].key
            while page:
                seen = await in_worker(self._executor, glance_at, page, SLICE, self._clock.monotonic)
                await self._note(seen)
                page = page[len(seen) :]
                await self._clock.sleep(PAUSE)

    async def _note(self, seen: Sequence[SeenFile]) -> None:
        looks = [look for one in seen if (look := await self._looked_at(one)) is not None]
        for output in await self._store.note_looks(looks) if looks else ():
            self._bus.tell(OutputChanged(output))

    async def _looked_at(self, seen: SeenFile) -> Looked | None:
        """The finding to store; None if there is none, or it is stored already."""
        file, now = seen.file, self._clock.now()
        if self._folders.locks.is_in_hand(file.key):
            # The lock's holder stores the file's state; a file being written is neither missing nor changed.
            return None
        match seen.glance:
            case Glance.SAME if seen.signs is not None:
                if file.is_binned:
                    await self._is_back(file, seen.signs)
                    return None
                return self._news(file, seen_again(file, seen.signs, now))
            case Glance.DOUBTFUL:
                examined = await in_worker(self._executor, examine, file)
                return None if examined is None else await self._read(file, examined)
            case Glance.ABSENT if not file.is_binned and not await self._is_away(seen):
                return self._news(file, not_seen(file, now))
            case _:
                return None

    async def _read(self, file: KeptFile, found: Examined) -> Looked | None:
        now = self._clock.now()
        same = found.sha256 == file.sha256 or (not file.sha256 and found.signs.size == file.size)
        if file.is_binned:
            # A different file at that path is not ours.
            if same:
                await self._is_back(file, found.signs)
            return None
        presence = Presence.HERE if same else Presence.CHANGED
        return self._news(file, Look(presence=presence, at=now, signs=found.signs))

    def _news(self, file: KeptFile, look: Look) -> Looked | None:
        before = file.look
        if look.presence is before.presence:
            noted = before.at is not None and (look.at or 0.0) - before.at < NOTED_FOR
            return None if noted and look.signs == before.signs else Looked(file=file, look=look)
        detail = {"index": file.index, "file": Path(file.path).name}
        line = LedgerEntry(task_id=file.task_id, at=look.at or 0.0, kind=_LINES[look.presence], detail=detail)
        return Looked(file=file, look=look, entry=line)

    async def _is_back(self, file: KeptFile, signs: Signs) -> None:
        """The person took it out of the trash, or it never got there."""
        look = Look(at=self._clock.now(), signs=signs)

        def edit(output: Output) -> Output | None:
            back = back_from_bin(output, file.path)
            return None if back is None else replace(back, look=look)

        detail = {"index": file.index, "file": Path(file.path).name}
        at = self._clock.now()
        line = LedgerEntry(task_id=file.task_id, at=at, kind=_LINES[Presence.HERE], detail=detail)
        await self._change(file, edit, line)

    async def _change(self, file: KeptFile, edit: Callable[[Output], Output | None], line: LedgerEntry | None) -> None:
        output = await self._store.change_output(file.task_id, file.index, edit, line)
        if output is not None:
            self._bus.tell(OutputChanged(output))

    async def _is_away(self, seen: SeenFile) -> bool:
        if await self._folders.is_away(Path(seen.file.path)):
            # The library's folder is announced by `library_folder`.
            return True
        if seen.away is None:
            return False
        if seen.away not in self._away:
            self._away.add(seen.away)
            self._bus.tell(EngineNotice(EngineNoticeCode.DRIVE_AWAY, (str(seen.away),)))
        return True

    def _hear(self, event: Event) -> None:
        if isinstance(event, LibraryFolderChanged) and event.health.state.can_read and not event.before.state.can_read:
            self._again.ring()


def _still_away(drives: set[Path]) -> set[Path]:
    """In a worker. Drops drives that are mounted, so that they are announced again when they disappear."""
    return {drive for drive in drives if not drive.exists()}
