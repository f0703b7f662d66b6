"""A profile's folder that was copied, synced or put back sends nothing by itself: this is how it is recognized.

    in the list's settings      who it is, where it lies, and how often it was opened (`domain.copies.Identity`)
    outside of the profile      how far the list of each identity was: its runs, and its newest sending (`list_markers`)

`check` compares the two before anything is sent. Where they do not fit, what waits in the list waits for the person,
and the list goes on with a new identity: two copies that are used in turn, or side by side, are told apart from then
on.

`note_sending` brings the marker up to date after a task is SENDING on disk and before its POST leaves: a copy of the
folder that was made before is behind from then on. A program that dies between the two leaves a list that is ahead of
its marker, which fits.

Where the marker is missing, or behind the list, it may be lost, or could not be written, and the list may be an old one
all the same. `compare` then holds what waited in it against Runway's counts of the day, before the first sending: a
task stays for the person where more of its model was made than the list surely knows of, or the counts cannot tell, as
those of another key than its own.

A marker that cannot be written does not hold up the sending. The state folder's disk may be full, or not writable for
good, and whoever cannot send at all is worse off than whoever's copies are not recognized. It is told once, and tried
again with each sending. The loop's thread; files are touched in workers.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from runway_desktop.domain.account import NO_KEY, Fingerprint, Organization
from runway_desktop.domain.copies import IDENTITY, PLACED, Former, Found, Identity, Marker, Verdict, is_marked, judge
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import State, Task
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.list_markers import ListMarkers
from runway_desktop.services.disk.machine import fingerprint
from runway_desktop.services.ports import Clock, Snapshots, Store
from runway_desktop.services.settings import Settings
from runway_desktop.values import Struct

from . import after_restore
from .ledger import Ledger
from .readings import DAY, DAY_SLACK, daily

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER = 10.0
"""Seconds until a check that the database did not allow is made again."""
TRIES = 4
"""How often Runway is asked for its counts before a list is compared without them."""

Result = TypeVar("Result")


class _Decision(Struct, frozen=True):
    verdict: Verdict
    identity: Identity
    """What the list is from now on."""
    held: tuple[Task, ...]
    """What waited in it."""
    sent: int
    is_marked: bool


class CopyCheck:
    """`snapshots` looks into the list of another folder."""

    def __init__(
        self,
        profile: Profile,
        markers: ListMarkers,
        ledger: Ledger,
        store: Store,
        settings: Settings,
        bus: Bus,
        clock: Clock,
        workers: Executor,
        snapshots: Callable[[], Snapshots],
    ) -> None:
        self._profile = profile
        self._markers = markers
        self._ledger = ledger
        self._store = store
        self._settings = settings
        self._bus = bus
        self._clock = clock
        self._workers = workers
        self._snapshots = snapshots
        self._decision: _Decision | None = None
        self._noted = -1
        self._noting = asyncio.Lock()
        self._checking = asyncio.Lock()
        self._told = False
        self._is_compared, self._tries = False, 0
        self.is_checked = False

    async def until_checked(self) -> None:
        """Returns when something may be sent. A database that refuses is tried again: without it nothing can be sent
        anyway."""
        told = False
        while not self.is_checked:
            try:
                async with self._checking:
                    # Who waited for another's check need not make it again.
                    if not self.is_checked:
                        await self.check()
            except StoreError as error:
                log.warning("Whether this list is a copy could not be written down: %s", error)
                if not told:
                    told = True
                    self._bus.tell(EngineNotice(EngineNoticeCode.COPY_NOT_CHECKED, error=error))
                await self._clock.sleep(TRY_AGAIN_AFTER)

    async def check(self) -> None:
        """Decides whether this list is the one that was in use here last, and acts on it. After `Ledger.load`, before
        anything is sent. StoreError when the database refuses; then it is to be called again."""
        if self._decision is None:
            # Once: what is set below is in the settings of this run, whether it reached the disk or not.
            self._decision = await self._decide(self._ledger.held())
        decision = self._decision
        asks = decision.verdict.asks and bool(decision.held)
        if asks:
            self._settings.set(after_restore.FRESH, {"why": decision.verdict.value})
        self._settings.set(IDENTITY, decision.identity.document())
        # Both in one writing: killed after it, the next start holds back what waits.
        await self._settings.flush()
        if asks:
            await after_restore.keep_back(self._ledger, self._settings, decision.held)
        self._is_compared = asks or decision.is_marked or not decision.held
        if self._is_compared:
            await self._note(decision.identity, decision.sent)
        self.is_checked = True

    async def compare(self, now: Organization | None, key: Fingerprint) -> bool:
        """To be awaited before a sending, with the counts before it and its key. Whether it was done; what may have
        been sent already waits for the person then. StoreError: nothing may be sent."""
        decision = self._decision
        assert decision is not None, "the lane runs after the check"  # noqa: S101 - wired so
        async with self._noting:
            self._tries += 1
            if self._is_compared or (now is None and self._tries < TRIES):
                return self._is_compared
            # What may have left the day, or may never have been made, explains no count.
            since = self._clock.now() - DAY + DAY_SLACK
            sent = await self._ledger.sent_between(since, self._clock.now() + DAY)
            known = Counter(task.request.model for task in sent if task.remote_id and task.key in (NO_KEY, key))
            waiting = [task for task in decision.held if (found := self._ledger.get_open(task.id)) and _waits(found)]
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
            await self._note(decision.identity, decision.sent)
            self._is_compared = True
            return True

    async def note_sending(self) -> None:
        """To be awaited once a task is SENDING on disk, before its POST. StoreError: nothing may be sent."""
        assert self._decision is not None, "the lane runs after the check"  # noqa: S101 - wired so
        async with self._noting:
            sent = await self._store.last_sending()
            if sent > self._noted:
                await self._note(self._decision.identity, sent)

    async def _decide(self, held: tuple[Task, ...]) -> _Decision:
        stored = self._settings.get(IDENTITY)
        before = Identity.read(stored)
        is_placed = stored == PLACED
        sent = await self._store.last_sending()
        # Read once: a name that is kept in the state folder would be another where it cannot be written.
        machine = await self._in_worker(self._markers.machine)
        if before is None:
            found = await self._in_worker(lambda: self._look(sent, holds=bool(held), is_placed=is_placed))
        else:
            found = await self._in_worker(lambda: self._look_for(before, sent, fingerprint(machine, before.id)))
        verdict = judge(before, found)
        log.info("This list of tasks: %s", verdict)
        if verdict.asks or is_placed:
            gone = before.id if before is not None and verdict is not Verdict.COPIED else ""
            await self._in_worker(lambda: self._markers.retire(found.folder, gone))
        list_id, runs = uuid4().hex, 0
        if before is not None and verdict is Verdict.FITS:
            list_id, runs = before.id, before.runs
        identity = Identity(
            id=list_id, machine=fingerprint(machine, list_id), folder=found.folder, inodes=found.inodes, runs=runs + 1
        )
        is_told = is_placed or self._profile.is_demo or is_marked(before, found)
        return _Decision(verdict, identity, held, sent, is_told)

    async def _note(self, identity: Identity, sent: int) -> None:
        marker = Marker(runs=identity.runs, sent=sent, folder=identity.folder)
        try:
            await self._in_worker(lambda: self._markers.write(identity.id, marker))
        except OSError as error:
            log.warning("What was sent could not be noted in %s: %s", self._markers.folder, error)
            if not self._told:
                self._told = True
                self._bus.tell(EngineNotice(EngineNoticeCode.COPY_NOT_NOTED, (str(self._markers.folder),)))
            return
        self._noted = sent

    async def _in_worker(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    # In a worker.

    def _look(self, sent: int, *, holds: bool, is_placed: bool) -> Found:
        """What is found of a list without an identity."""
        folder = os.path.realpath(self._profile.folder)
        return Found(
            folder=folder,
            inodes=self._inodes(),
            sent=sent,
            holds=holds,
            is_placed=is_placed,
            is_known=self._markers.knows(folder),
        )

    def _look_for(self, before: Identity, sent: int, machine: str) -> Found:
        folder = os.path.realpath(self._profile.folder)
        return Found(
            machine=machine,
            folder=folder,
            inodes=self._inodes(),
            sent=sent,
            marker=self._markers.read(before.id),
            former=self._former(before) if before.folder != folder else Former.SAME,
        )

    def _former(self, identity: Identity) -> Former:
        """What cannot be looked into may be the original. On another computer it may be anything, and the judgment
        does not ask."""
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
    return task.state is State.HELD and not task.may_be_sent_already


def _made(now: Organization | None, model: str) -> float:
    """How many were made today; all that there can be where Runway does not say."""
    made = None if now is None else daily(now, model)
    return math.inf if made is None else made


def _inode(path: Path) -> str:
    try:
        return str(path.stat().st_ino or "")
    except OSError:
        return ""
