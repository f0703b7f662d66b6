"""Moves one group of files: copies or renames them, stores their new paths, updates the requests that use them, and
removes the old files.

Idempotent after an interruption at any point. Loop's thread only. Raises StoreError; then repeat the group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.events import FilesMoved, FilesMoving, OutputChanged
from runway_desktop.domain.folders import FileMove, Stayed, StayedCode
from runway_desktop.domain.task import Output, OutputState
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.ports import Store
from runway_desktop.services.tasks.missing_inputs import InputFollowing
from runway_desktop.values import Struct, field, replace

from .file_moving import Disk, Errand, FileStamp, MoveFate, MoveOutcome, MoveStopped, bring, finish, give_up

Result = TypeVar("Result")

_STAYED: Mapping[MoveFate, StayedCode] = {
    MoveFate.CHANGED: StayedCode.CHANGED,
    MoveFate.MISSING: StayedCode.MISSING,
    MoveFate.UNREADABLE: StayedCode.UNREADABLE,
}


class MoveReport(Struct):
    """`arrived`: moved and announced. `left`: to be retried, because of `refusal`, an absent source, or the names of
    `taken`, which other files have. `stayed`: not moved."""

    arrived: list[FileMove] = field(default_factory=list)
    size: int = 0
    left: list[FileMove] = field(default_factory=list)
    taken: list[FileMove] = field(default_factory=list)
    stayed: list[Stayed] = field(default_factory=list)
    refusal: DiskError | None = None
    is_away: bool = False
    is_stopped: bool = False


@dataclass(eq=False, repr=False)
class GroupMover:
    """`threads` run the file operations, one at a time."""

    _store: Store
    _bus: Bus
    _folder: LibraryFolder
    _following: InputFollowing
    _threads: Executor
    _disk: Disk | None = None

    def __post_init__(self) -> None:
        self._disk = self._disk or Disk(self._folder.space)
        self.copied: Callable[[int], None] = lambda _: None
        """Called on the loop with the number of copied bytes."""
        self.is_stopped: Callable[[], bool] = lambda: False
        """Called on a thread."""

    async def carry_out(
        self, moves: tuple[FileMove, ...], root: Path, settings: Mapping[str, Any], *, is_begun: bool
    ) -> MoveReport:
        """`root`: the source folder. `settings` are stored together with the paths. `is_begun`: an earlier run may have
        been interrupted in this group."""
        report = MoveReport()
        async with self._folder.locks.hold(_owner(move) for move in moves if move.task_id):
            stored = await self._stored(moves)
            self._bus.tell(FilesMoving(frozenset(move.source for move in moves)))
            seen: dict[FileMove, FileStamp | None] = {}
            for number, move in enumerate(moves):
                output = stored.get(_owner(move))
                if output is not None and output.path == move.target:
                    seen[move] = None
                elif not move.task_id or (output is not None and output.path == move.source):
                    outcome = await self._bring(move, output, report, is_begun)
                    if outcome is not None and outcome.fate is MoveFate.MOVED:
                        seen[move] = outcome.seen
                    elif outcome is None:
                        report.left += moves[number if not report.is_stopped else len(moves) :]
                        break
            await self._settle(seen, stored, root, settings, report)
        return report

    async def _bring(
        self, move: FileMove, output: Output | None, report: MoveReport, is_begun: bool
    ) -> MoveOutcome | None:
        """None if the rest of the group must not be tried now."""
        errand = _errand(move, output, is_begun=is_begun)
        try:
            outcome = await self.do(bring, self._disk, errand, self._tells_copied(), self.is_stopped)
        except MoveStopped:
            report.is_stopped = True
            return None
        except DiskError as error:
            if error.state is not None:
                report.refusal = error
                return None
            report.stayed.append(Stayed(move.source, StayedCode.REFUSED, error.said))
            return MoveOutcome(MoveFate.UNREADABLE)
        if outcome.fate in (MoveFate.MISSING, MoveFate.UNREADABLE) and await self._folder.is_away(Path(move.source)):
            report.is_away = True
            return None
        if outcome.fate is MoveFate.TAKEN:
            report.taken.append(move)
        elif outcome.fate is not MoveFate.MOVED:
            report.stayed.append(Stayed(move.source, _STAYED[outcome.fate], outcome.detail))
        return outcome

    async def _settle(
        self,
        seen: Mapping[FileMove, FileStamp | None],
        stored: Mapping[Owner, Output],
        root: Path,
        settings: Mapping[str, Any],
        report: MoveReport,
    ) -> None:
        """Stores and announces the new paths, then deletes the old files."""
        if not seen:
            return
        moved = await self._store.move_outputs([move for move in seen if move.task_id], settings)
        for output in moved:
            self._bus.tell(OutputChanged(output))
        arrived = await self._that_are_wanted(seen, {(output.task_id, output.index) for output in moved}, stored)
        await self._following.follow(arrived, root)
        self._bus.tell(FilesMoved(arrived))
        for move in arrived:
            was = stored.get(_owner(move))
            reason = await self.do(finish, self._disk, _errand(move, was), seen[move], root)
            if reason is not None:
                report.stayed.append(Stayed(move.source, reason))
            report.arrived.append(move)
            report.size += was.size if was is not None else 0

    async def _that_are_wanted(
        self, seen: Mapping[FileMove, FileStamp | None], moved: set[Owner], stored: Mapping[Owner, Output]
    ) -> tuple[FileMove, ...]:
        """Without files that went to the trash during the copy; their copies are deleted."""
        arrived = []
        for move, stamp in seen.items():
            was = stored.get(_owner(move))
            if was is None or was.path == move.target or _owner(move) in moved:
                arrived.append(move)
            elif stamp is not None:
                await self.do(give_up, self._disk, _errand(move, was))
        return tuple(arrived)

    def _tells_copied(self) -> Callable[[int], None]:
        loop = asyncio.get_running_loop()
        return lambda count: _on_loop(loop, self.copied, count)

    async def _stored(self, moves: tuple[FileMove, ...]) -> dict[Owner, Output]:
        found: dict[Owner, Output] = {}
        for task_id in dict.fromkeys(move.task_id for move in moves if move.task_id):
            for output in await self._store.outputs(task_id):
                if output.state is OutputState.SAVED:
                    found[output.task_id, output.index] = output
        return found

    async def do(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Runs a file operation."""
        return await in_worker(self._threads, work, *arguments)


def _on_loop(loop: asyncio.AbstractEventLoop, tell: Callable[[int], None], count: int) -> None:
    """From a thread. Does nothing after the loop was closed."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(tell, count)


def _owner(move: FileMove) -> Owner:
    return (move.task_id, move.index)


def _errand(move: FileMove, output: Output | None, *, is_begun: bool = False) -> Errand:
    errand = Errand(source=Path(move.source), target=Path(move.target), is_begun=is_begun)
    if output is None:
        return errand
    return replace(errand, owner=_owner(move), size=output.size, sha256=output.sha256)
