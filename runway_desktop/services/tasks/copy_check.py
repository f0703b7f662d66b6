"""Recognizes a profile's folder that was copied, synced or put back, so that its queued tasks are not sent twice.

    in the list's settings      its identity, folder, and number of runs (`domain.copies.Identity`)
    outside of the profile      for each identity: its runs and newest sending, in a marker (`list_markers`)

`check` compares the two before anything is sent. If they do not match, queued tasks wait for the person, and the list
gets a new identity, so that two copies used in turn or at once can be told apart from then on.

`note_sending` updates the marker after a task is SENDING on disk and before its POST leaves, so any earlier copy of the
folder is behind the marker. If the program is killed between two of these writes, the list is ahead of its marker by a
run or a sending, which counts as matching: nothing has left. A new identity has a marker before the list has it.

A marker that was lost, or that could not be written (which the list's identity then says), may hide that the list is an
old one. Before the first sending, `compare` then checks the queued tasks against Runway's counts of the day: a task
waits for the person if more tasks of its model were made than the list knows of, or if the counts cannot tell, for
example those of another key.

A marker that cannot be written does not block sending: the state folder's disk may be full or read-only, and no sending
at all is worse than unrecognized copies. That is announced once and retried with each sending. Loop's thread; files are
accessed in workers.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from runway_desktop.domain.account import NO_KEY, Fingerprint, Organization
from runway_desktop.domain.copies import (
    IDENTITY,
    PLACED,
    Former,
    Identity,
    Marker,
    Observed,
    Verdict,
    is_marked,
    judge,
    next_run,
)
from runway_desktop.domain.errors import ListClosed, StoreError
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import State, Task
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.list_markers import ListMarkers
from runway_desktop.services.disk.machine import fingerprint
from runway_desktop.services.ports import Clock, Snapshots, Store
from runway_desktop.services.settings import Settings
from runway_desktop.values import Struct, replace

from . import after_restore
from .ledger import Ledger
from .readings import DAY, DAY_SLACK, daily
from .uncertainty import Likelihood
from .uncertainty import verdict as weighed

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER = 10.0
"""Seconds before a check that failed on the database is repeated."""
TRIES = 4
"""Tries to read Runway's counts before `compare` does without them."""

Result = TypeVar("Result")


class _Decision(Struct, frozen=True):
    verdict: Verdict
    identity: Identity
    """The list's new identity."""
    queued: tuple[Task, ...]
    """The tasks queued at the check."""
    sent: int
    is_marked: bool
    is_new: bool
    """The list has another identity, or none, before the check."""


@dataclass(eq=False, repr=False)
class CopyCheck:
    """`snapshots` reads the list of another folder."""

    _profile: Profile
    _markers: ListMarkers
    _ledger: Ledger
    _store: Store
    _settings: Settings
    _bus: Bus
    _clock: Clock
    _workers: Executor
    _snapshots: Callable[[], Snapshots]

    def __post_init__(self) -> None:
        self._decision: _Decision | None = None
        self._noted = -1
        self._noting = asyncio.Lock()
        self._checking = asyncio.Lock()
        self._told = False
        self._is_compared, self._tries = False, 0
        self.is_checked = False

    async def until_checked(self) -> None:
        """Returns when tasks may be sent. Retries while the database refuses: without it nothing can be sent anyway.
        Raises ListClosed."""
        told = False
        while not self.is_checked:
            try:
                async with self._checking:
                    # Another caller may have finished the check while this one waited for the lock.
                    if not self.is_checked:
                        await self.check()
            except ListClosed:
                # The engine has ended: a client's call is answered by the next one.
                raise
            except StoreError as error:
                log.warning("Whether this list is a copy could not be written down: %s", error)
                if not told:
                    told = True
                    self._bus.tell(EngineNotice(EngineNoticeCode.COPY_NOT_CHECKED, error=error))
                await self._clock.sleep(TRY_AGAIN_AFTER)

    async def check(self) -> None:
        """Decides whether this list is the one last used here, and acts on it. Call after `Ledger.load`, before
        anything is sent. After a StoreError, call it again."""
        if self._decision is None:
            # Decide once: the settings changed below would change a second decision, even if they never reached the
            # disk.
            self._decision = await self._decide(self._ledger.all_queued())
        decision = self._decision
        asks = decision.verdict.asks and bool(decision.queued)
        if asks:
            self._settings.set(after_restore.FRESH, {"why": decision.verdict.value})
        self._settings.set(IDENTITY, decision.identity.document())
        self._is_compared = asks or decision.is_marked or not decision.queued
        if self._is_compared and decision.is_new:
            # Before the list has the identity: an identity without a marker means that the marker was lost.
            await self._note(decision.sent, runs=0)
        # Both settings in one write: after a crash the next start holds back the queued tasks.
        await self._settings.flush()
        if asks:
            await after_restore.keep_back(self._ledger, self._settings, decision.queued)
        if self._is_compared:
            await self._note(decision.sent)
        self.is_checked = True

    async def compare(self, now: Organization | None, key: Fingerprint) -> bool:
        """Await before a sending, with the counts read before it and their key. True once the comparison is done; tasks
        that may have been sent before then wait for the person. After a StoreError nothing may be sent."""
        decision = self._decision
        assert decision is not None, "the lane runs after the check"  # noqa: S101 - wired so
        async with self._noting:
            self._tries += 1
            if self._is_compared or (now is None and self._tries < TRIES):
                return self._is_compared
            # Only tasks certainly made within the counted day can explain a count.
            since = self._clock.now() - DAY + DAY_SLACK
            sent = await self._ledger.sent_between(since, self._clock.now() + DAY)
            known = Counter(task.request.model for task in sent if _is_made(task) and task.key in (NO_KEY, key))
            waiting = [task for task in decision.queued if (found := self._ledger.get_open(task.id)) and _waits(found)]
            doubtful = [
                task
                for task in waiting
                if task.created_at < since
                or not task.is_for(key)
                or _made(now, task.request.model) > known[task.request.model]
            ]
            if doubtful:
                self._settings.set(after_restore.FRESH, {"why": Verdict.NOT_COUNTED.value})
                await self._settings.flush()
                await after_restore.keep_back(self._ledger, self._settings, doubtful)
            await self._note(decision.sent)
            self._is_compared = True
            return True

    async def note_sending(self) -> None:
        """Await once a task is SENDING on disk, before its POST. After a StoreError nothing may be sent."""
        async with self._noting:
            sent = await self._store.last_sending()
            if sent > self._noted:
                await self._note(sent)

    async def _decide(self, queued: tuple[Task, ...]) -> _Decision:
        stored = self._settings.get(IDENTITY)
        before = Identity.read(stored)
        is_placed = stored == PLACED
        sent = await self._store.last_sending()
        # Read once: if it cannot be stored in the state folder, a second read would give another name.
        machine = await self._in_worker(self._markers.machine)
        if before is None:
            found = await self._in_worker(lambda: self._look(sent, holds=bool(queued), is_placed=is_placed))
        else:
            found = await self._in_worker(lambda: self._look_for(before, sent, fingerprint(machine, before.id)))
        verdict = judge(before, found)
        log.info("This list of tasks: %s", verdict)
        if verdict.asks or is_placed:
            gone = before.id if before is not None and verdict is not Verdict.COPIED else ""
            await self._in_worker(lambda: self._markers.retire(found.folder, gone))
        list_id, runs, failed = uuid4().hex, 1, False
        is_new = before is None or verdict is not Verdict.FITS
        if before is not None and not is_new:
            list_id, runs, failed = before.id, next_run(before, found.marker), before.marker_failed
        identity = Identity(
            id=list_id,
            machine=fingerprint(machine, list_id),
            folder=found.folder,
            inodes=found.inodes,
            runs=runs,
            marker_failed=failed,
        )
        is_told = is_placed or self._profile.is_demo or is_marked(before, found)
        return _Decision(verdict, identity, queued, sent, is_told, is_new)

    async def _note(self, sent: int, *, runs: int | None = None) -> None:
        """Writes the marker; if it cannot be written, the list says so on disk, or StoreError."""
        assert self._decision is not None, "the lane runs after the check"  # noqa: S101 - wired so
        identity = self._decision.identity
        marker = Marker(runs=identity.runs if runs is None else runs, sent=sent, folder=identity.folder)
        try:
            await self._in_worker(lambda: self._markers.write(identity.id, marker))
        except OSError as error:
            log.warning("What was sent could not be noted in %s: %s", self._markers.folder, error)
            if not self._told:
                self._told = True
                self._bus.tell(EngineNotice(EngineNoticeCode.COPY_NOT_NOTED, (str(self._markers.folder),)))
            self._set_failed(True)
            await self._settings.flush()
            return
        self._set_failed(False)
        self._noted = sent

    def _set_failed(self, failed: bool) -> None:
        decision = self._decision
        if decision is not None and decision.identity.marker_failed != failed:
            self._decision = replace(decision, identity=replace(decision.identity, marker_failed=failed))
            self._settings.set(IDENTITY, self._decision.identity.document())

    async def _in_worker(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    # In a worker.

    def _look(self, sent: int, *, holds: bool, is_placed: bool) -> Observed:
        """Findings for a list without an identity."""
        folder = os.path.realpath(self._profile.folder)
        return Observed(
            folder=folder,
            inodes=self._inodes(),
            sent=sent,
            holds=holds,
            is_placed=is_placed,
            is_known=self._markers.knows(folder),
        )

    def _look_for(self, before: Identity, sent: int, machine: str) -> Observed:
        folder = os.path.realpath(self._profile.folder)
        return Observed(
            machine=machine,
            folder=folder,
            inodes=self._inodes(),
            sent=sent,
            marker=self._markers.read(before.id),
            former=self._former(before) if before.folder != folder else Former.SAME,
        )

    def _former(self, identity: Identity) -> Former:
        """If the old folder cannot be read, it may hold the original. (On another computer the verdict does not depend
        on this.)"""
        old = Path(identity.folder) / self._profile.database.name
        try:
            if os.path.samefile(identity.folder, self._profile.folder):
                return Former.SAME
            old.stat()
            other = Identity.read(self._snapshots().setting(old, IDENTITY))
        except (FileNotFoundError, NotADirectoryError):
            return Former.GONE
        except (OSError, StoreError) as error:
            log.warning("The folder that this list says it lies in cannot be looked into: %s", error)
            return Former.ORIGINAL
        return Former.ORIGINAL if other is not None and other.id == identity.id else Former.GONE

    def _inodes(self) -> tuple[str, str]:
        return _inode(self._profile.folder), _inode(self._profile.database)


def _waits(task: Task) -> bool:
    return task.state is State.QUEUED and not task.may_be_sent_already


def _is_made(task: Task) -> bool:
    """Also an uncertain task that counts and balance say was made; one that may not have been made explains nothing."""
    return task.remote_id is not None or (
        task.state is State.UNCERTAIN
        and task.evidence is not None
        and weighed(task.evidence).likelihood is Likelihood.MADE
    )


def _made(now: Organization | None, model: str) -> float:
    """Tasks of the model made today; infinite if Runway does not say."""
    made = None if now is None else daily(now, model)
    return math.inf if made is None else made


def _inode(path: Path) -> str:
    try:
        return str(path.stat().st_ino or "")
    except OSError:
        return ""
