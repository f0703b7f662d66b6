"""Moves the library to another folder, and rescued results back into it: file by file, resumable after a kill.

A write-ahead journal records the move, and each group of files before its first file is touched. Then each file is
brought to its target (`file_moving`), the new paths are stored in one transaction, requests that use the files are
updated, and only then the old files are deleted (`move_group`). Interrupted work is repeated with the same targets.
Files that were edited are not moved, and reported.

While a folder is absent or the disk is full, the move is paused with a reason and continues automatically. New results
go to the new folder at once; running downloads finish in the old one and are moved then.

Runs once per program; loop's thread only. `run` raises nothing; `plan`, `begin` and `left_behind` raise StoreError,
`begin` also NotPossible.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from runway_desktop.domain.errors import DiskError, NotPossible, StoreError
from runway_desktop.domain.events import (
    EngineNotice,
    EngineNoticeCode,
    Event,
    LibraryFolderChanged,
    LibraryMoveChanged,
    OutputChanged,
)
from runway_desktop.domain.folders import (
    FolderState,
    LeftBehind,
    MovePhase,
    MovePlan,
    MoveProgress,
    MoveWait,
    MoveWaitCode,
)
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.library_folder import ROUND, LibraryFolder
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import keep_going
from runway_desktop.texts import Text
from runway_desktop.values import replace

from .move_group import GroupMover, MoveReport
from .move_plan import JOURNAL, Journal, choose_names, examine, pasted_pictures, read

log = logging.getLogger(__name__)

GROUP_FILES = 32
GROUP_SIZE = 256 * 1024 * 1024
"""Limits of one group, which is one transaction and is repeated after a kill."""
TELL_EVERY = 0.2
"""Seconds between two progress events."""
TRY_AGAIN_AFTER = 30.0
"""Seconds before a retry after a database or disk refused."""

_Waiting = tuple[TaskId, int, Path, int]
"""Task and index of a result (empty and -1 for other files), path, size."""


class UnderWay(Protocol):
    """The downloads. Files that they are working on are not moved."""

    def is_under_way(self, owner: Owner) -> bool: ...

    def any_under_way_in(self, folder: Path) -> bool: ...


@dataclass(eq=False, repr=False)
class LibraryMove:
    """`rescued`: the folder with rescued results."""

    _store: Store
    _bus: Bus
    _clock: Clock
    _settings: Settings
    _folder: LibraryFolder
    _downloads: UnderWay
    _mover: GroupMover
    _rescued: Path

    def __post_init__(self) -> None:
        self._alarm = Alarm(self._clock)
        self._turn = asyncio.Lock()
        """Held while a group is being moved."""
        self._journal: Journal | None = None
        self._queue: deque[_Waiting] = deque()
        """Files still to be moved, as far as looked up."""
        self.progress: MoveProgress | None = None
        """Of the current move, or the last one of this run; None if there was none."""
        self._told_at = float("-inf")
        self._stops = False
        self._may_have_rescued = True
        self._is_recalled = False
        self._mover.copied = self._copied
        self._mover.is_stopped = lambda: self._stops
        self._bus.listen(self._hear)

    @property
    def is_moving(self) -> bool:
        """Whether the person's move is running; returning rescued results does not count."""
        return self._journal is not None and not self._journal.is_homecoming

    async def plan(self, target: Path, source: Path | None = None) -> MovePlan:
        """The plan of a move from the current library, or from an earlier one."""
        origin = source or self._settings.library
        outputs = [output for output in await self._store.outputs_in(str(origin)) if output.is_kept]
        if origin != target:
            outputs = [output for output in outputs if not Path(output.path).is_relative_to(target)]
        return await self._mover.do(examine, origin, target, outputs, self._folder.mount_known_of(target))

    async def begin(self, plan: MovePlan) -> None:
        """Starts the move: new results go to the new folder at once. It continues in later runs until it is done."""
        if self.is_moving:
            raise NotPossible(Text("The library is being moved already."))
        self._stops = True
        async with self._turn:
            # Stops the return of rescued results; the rest of them is moved later.
            self._stops = False
            if self.is_moving:
                raise NotPossible(Text("The library is being moved already."))
            if self._journal is not None and self._journal.group:
                raise NotPossible(
                    Text("Results are being moved into the library right now."), advice=Text("Try again in a moment.")
                )
            journal = Journal(source=str(plan.source), target=str(plan.target))
            await self._write(journal)
            self._queue.clear()
            self._tell_anew(journal, is_resumed=False)
        self._settings.library_folder = str(plan.target)
        self._alarm.ring()

    def stop(self) -> None:
        """Stops the person's move: the file being moved returns, the rest stays."""
        if self.is_moving:
            self._stops = True
            self._tell(phase=MovePhase.STOPPING)
            self._alarm.ring()

    async def left_behind(self) -> list[LeftBehind]:
        """Earlier library folders that still contain results."""
        found = []
        for folder in self._folder.former:
            outputs = [output for output in await self._store.outputs_in(str(folder)) if self._is_behind(output)]
            if outputs and not await self._folder.is_away(folder / "any file"):
                there = await self._mover.do(_those_that_are_there, outputs)
                found.append(LeftBehind(str(folder), len(there), sum(output.size for output in there)))
        return [folder for folder in found if folder.files]

    async def run(self) -> None:
        """Continues an earlier run's move; runs requested moves; returns rescued results. Until canceled."""
        await keep_going("moving the library", self._go_on, self._clock)

    async def _go_on(self) -> None:
        try:
            if not self._is_recalled:
                await self._recall()
                self._is_recalled = True
            await self._step()
        except (StoreError, DiskError) as error:
            log.warning("Moving the library waits: %s", error)
            self._tell(phase=MovePhase.WAITING, waits=MoveWait(MoveWaitCode.ERROR, cause=error.reason))
            await self._alarm.wait(TRY_AGAIN_AFTER)

    async def _recall(self) -> None:
        """Loads the journal of an earlier run."""
        journal = read((await self._store.settings()).get(JOURNAL))
        if journal is not None:
            self._journal = journal
            self._stops = journal.is_stopped
            self._tell_anew(journal, is_resumed=True)
            if not journal.is_homecoming:
                # After a crash between journal and setting.
                self._settings.library_folder = journal.target
                self._bus.tell(EngineNotice(EngineNoticeCode.MOVE_GOES_ON, move=self.progress))

    async def _step(self) -> None:
        journal = self._journal
        if journal is None:
            if not await self._begin_homecoming():
                await self._alarm.wait(None)
        elif self._is_to_end(journal):
            await self._end(journal, MovePhase.STOPPED)
        elif self._stops and self._folder.health.state.can_read:
            await self._carry_out(journal, is_begun=True)
        elif not await self._may_go_on(journal):
            await self._alarm.wait(ROUND)
        elif journal.group:
            await self._carry_out(journal, is_begun=True)
        elif self._queue or await self._look_up(journal):
            await self._begin_group(journal)
        elif self._downloads.any_under_way_in(Path(journal.source)):
            self._tell(phase=MovePhase.WAITING, waits=MoveWait(MoveWaitCode.DOWNLOADS))
            await self._alarm.wait(ROUND)
        else:
            await self._end(journal, MovePhase.DONE)

    def _is_to_end(self, journal: Journal) -> bool:
        """The move was stopped, or the library has changed again, and no group is unfinished."""
        return not journal.group and (self._stops or self._settings.library != Path(journal.target))

    async def _may_go_on(self, journal: Journal) -> bool:
        folder, state = journal.target, (await self._folder.ready()).state
        if state.can_write and await self._folder.is_away(Path(journal.source, "any file")):
            folder, state = journal.source, FolderState.ABSENT
        if not state.can_write:
            self._tell(phase=MovePhase.WAITING, waits=MoveWait(MoveWaitCode.FOLDER, folder, state))
        return state.can_write

    async def _look_up(self, journal: Journal) -> bool:
        """Looks up the files still to be moved; False if there are none."""
        source, stayed = Path(journal.source), {known.path for known in journal.stayed}
        waiting: list[_Waiting] = [
            (output.task_id, output.index, Path(output.path), output.size)
            for output in await self._store.outputs_in(journal.source)
            if output.is_kept and output.path not in stayed
            if not self._downloads.is_under_way((output.task_id, output.index))
        ]
        if not journal.is_homecoming:
            pasted = await self._mover.do(pasted_pictures, source)
            waiting += [(TaskId(""), -1, path, size) for path, size in pasted if str(path) not in stayed]
        if self._journal is not journal:
            return False
        self._queue.extend(waiting)
        files, size = len(waiting), sum(found[3] for found in waiting)
        self._tell(files_total=journal.files + files, size_total=journal.size + size)
        return bool(waiting)

    async def _begin_group(self, journal: Journal) -> None:
        async with self._turn:
            if self._journal is not journal:
                return
            group: list[_Waiting] = []
            while self._queue and len(group) < GROUP_FILES and sum(found[3] for found in group) < GROUP_SIZE:
                group.append(self._queue.popleft())
            files = [(task_id, index, path) for task_id, index, path, _ in group]
            names = await self._mover.do(choose_names, files, Path(journal.source), Path(journal.target))
            journal = replace(journal, group=names)
            await self._write(journal)
        await self._carry_out(journal, is_begun=False)

    async def _carry_out(self, journal: Journal, *, is_begun: bool) -> None:
        async with self._turn:
            if self._journal is not journal:
                return
            self._tell(phase=MovePhase.STOPPING if self._stops else MovePhase.RUNNING)
            stored = {JOURNAL: journal.as_json()}
            report = await self._mover.carry_out(journal.group, Path(journal.source), stored, is_begun=is_begun)
            group = tuple(report.left)
            if report.taken:
                files = [(move.task_id, move.index, Path(move.source)) for move in report.taken]
                taken = [Path(move.target) for move in (*report.left, *report.taken)]
                group += await self._mover.do(choose_names, files, Path(journal.source), Path(journal.target), taken)
            for stayed in report.stayed:
                journal = journal.stay(stayed)
            journal = replace(
                journal,
                group=group,
                files=journal.files + len(report.arrived),
                size=journal.size + report.size,
                is_stopped=self._stops and not journal.is_homecoming,
            )
            await self._write(journal)
            self._tell(files=journal.files, size=journal.size, stayed=journal.stayed)
        await self._wait_for(report)

    async def _wait_for(self, report: MoveReport) -> None:
        """After a disk error, checks the folder: if it is unusable, the next step waits and says why; otherwise only
        this file does not fit."""
        if report.refusal is None:
            if report.left and self._stops:
                await self._alarm.wait(ROUND)
            return
        health = await self._folder.look(report.refusal.state)
        if health.state.can_write and not self._stops:
            self._tell(phase=MovePhase.WAITING, waits=MoveWait(MoveWaitCode.ERROR, cause=report.refusal.reason))
            await self._alarm.wait(ROUND)

    async def _begin_homecoming(self) -> bool:
        """Returns rescued results once the library is usable."""
        if not self._may_have_rescued or not (await self._folder.ready()).state.can_write:
            return False
        self._may_have_rescued = False
        found = [output for output in await self._store.outputs_in(str(self._rescued)) if output.is_kept]
        if not found or self._folder.holds(self._rescued):
            return False
        journal = Journal(
            source=str(self._rescued),
            target=str(self._settings.library),
            is_homecoming=True,
        )
        await self._write(journal)
        self._tell_anew(journal, is_resumed=False)
        return True

    async def _end(self, journal: Journal, phase: MovePhase) -> None:
        async with self._turn:
            if self._journal is not journal:
                return
            await self._write(None)
        self._queue.clear()
        self._stops = False
        # Files that could not return are retried on the next change, not at once.
        self._may_have_rescued = self._may_have_rescued or not journal.is_homecoming
        self._tell(phase=phase, waits=None)
        if journal.files or not journal.is_homecoming:
            self._bus.tell(EngineNotice(EngineNoticeCode.MOVE_ENDED, move=self.progress))

    async def _write(self, journal: Journal | None) -> None:
        await self._store.set_settings({JOURNAL: journal.as_json() if journal is not None else None})
        self._journal = journal

    def _is_behind(self, output: Output) -> bool:
        path = Path(output.path)
        return output.is_kept and not self._folder.holds(path) and not path.is_relative_to(self._rescued)

    def _copied(self, count: int) -> None:
        if self.progress is not None:
            self._tell(size=self.progress.size + count)

    def _tell_anew(self, journal: Journal, *, is_resumed: bool) -> None:
        self.progress = MoveProgress(
            source=journal.source,
            target=journal.target,
            files=journal.files,
            files_total=journal.files + len(journal.group),
            size=journal.size,
            size_total=journal.size,
            stayed=journal.stayed,
            is_resumed=is_resumed,
            is_homecoming=journal.is_homecoming,
        )
        self._bus.tell(LibraryMoveChanged(self.progress))

    def _tell(self, **news: Any) -> None:
        if self.progress is None:
            return
        before, self.progress = self.progress, replace(self.progress, **news)
        if news.get("phase") is MovePhase.RUNNING:
            self.progress = replace(self.progress, waits=None)
        now = self._clock.monotonic()
        if self.progress != before and (self.progress.phase is not before.phase or now - self._told_at >= TELL_EVERY):
            self._told_at = now
            self._bus.tell(LibraryMoveChanged(self.progress))

    def _hear(self, event: Event) -> None:
        match event:
            case LibraryFolderChanged():
                self._may_have_rescued = True
                self._alarm.ring()
            case OutputChanged(output) if output.is_kept:
                if Path(output.path).is_relative_to(self._rescued):
                    self._may_have_rescued = True
                    self._alarm.ring()
                elif self.progress is not None and self.progress.phase is MovePhase.WAITING:
                    self._alarm.ring()


def _those_that_are_there(outputs: Sequence[Output]) -> list[Output]:
    """On a thread."""
    return [output for output in outputs if Path(output.path).is_file()]
