"""A small synced journal of sendings and their Runway ids, kept until the list's database file contains them.

Runway cannot list tasks, so a lost id is a paid result that is lost. The file is allocated and synced before anything
is sent, so writing to it needs no free disk space. Each sending has a slot of `SLOT` bytes: one readable line with a
checksum and a JSON object. A blank slot is free; a slot torn by a power cut fails its checksum and is free too.

A sending is written before its first byte leaves, and its id into the same slot before the database is updated. The
slot is freed after the outcome was checkpointed into the database file: an outcome that is only in the write-ahead log
is lost if the log is damaged. A checkpoint is requested `REST` seconds after an outcome, sooner if half of the slots
are in use. Freeing is not synced: a slot that reappears after a crash is matched with the list at the next start.

If the file cannot be made or written, that is logged, ids stay in memory, and sending goes on. No method raises. Loop's
thread; the file is accessed in `executor`, which must have one thread.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import zlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any, TypeVar

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import Event, TaskChanged, TasksAdded
from runway_desktop.domain.task import RemoteId, State, TaskId, accepted_id
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm, first_of
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import sync_folder
from runway_desktop.services.ports import Clock
from runway_desktop.services.supervised import survived
from runway_desktop.values import Struct, replace

log = logging.getLogger(__name__)

SLOT = 256
"""Bytes. Divides the sector size, so no slot crosses a sector boundary."""
SLOTS = 64
"""Slots in a new file, and slots added when all are in use."""
PATIENCE = 5.0
"""Seconds that a sending waits for the file: a disk that hangs must not block the database write."""
REST = 10.0
"""Seconds for which outcomes are collected before a checkpoint is requested."""
RETRY = 0.5
"""Seconds before a failed checkpoint is repeated, for example while another connection reads the log."""

_BLANK = b" " * (SLOT - 1) + b"\n"

Result = TypeVar("Result")


class AcceptedId(Struct, frozen=True, kw_only=True):
    """The answer to one create. `at` in Unix seconds. `is_told`: the person has seen that no task has this id."""

    task_id: TaskId
    remote_id: RemoteId
    at: float
    credits: float | None = None
    is_told: bool = False


class Intent(Struct, frozen=True, kw_only=True):
    """A sending without an answer so far. `at` is its `sent_at`; the prompt is truncated to fit the slot."""

    task_id: TaskId
    at: float
    model: str
    prompt: str


Entry = AcceptedId | Intent


class AcceptedIds:
    """`checkpoint` is the one of `ports.Store`."""

    def __init__(
        self, path: Path, executor: Executor, bus: Bus, clock: Clock, checkpoint: Callable[[], Awaitable[bool]]
    ) -> None:
        self._file = _File(path)
        self._executor = executor
        self._clock = clock
        self._known: dict[str, Entry] = {}
        """Key: the id at Runway, or the task's id before there is one."""
        self._left: dict[str, None] = {}
        self._checkpoint = checkpoint
        self._listed: dict[str, None] = {}
        """Committed to the list, but perhaps not checkpointed into its file yet."""
        self._is_closed = False
        self._freeing: asyncio.Task[None] | None = None
        self._tight, self._freed = asyncio.Event(), asyncio.Event()
        bus.listen(self._hear)

    @property
    def left(self) -> tuple[AcceptedId, ...]:
        """Ids of earlier runs that no task in the list has, oldest first."""
        found = (entry for name in self._left if isinstance(entry := self._known[name], AcceptedId))
        return tuple(sorted(found, key=lambda entry: entry.at))

    @property
    def unanswered(self) -> tuple[Intent, ...]:
        """Sendings of earlier runs without an answer in this file."""
        return tuple(entry for name in self._left if isinstance(entry := self._known[name], Intent))

    async def open(self) -> None:
        """Reads the entries of earlier runs and allocates slots."""
        for entry in await self._do("read", self._file.read) or ():
            self._known.setdefault(_name(entry), entry)
            self._left[_name(entry)] = None
        await self._do("given space", self._file.make_space)

    async def keep(self, entry: Entry) -> bool:
        """Writes an entry. True once it is on disk; in either case it is kept in memory."""
        self._known.pop(entry.task_id, None)
        self._known[_name(entry)] = entry
        self._listed.pop(_name(entry), None)
        return await self._do("written", lambda: self._file.put(entry)) is True

    def free(self, name: RemoteId | TaskId) -> None:
        """The list has the outcome: frees the slot after the next checkpoint."""
        self._left.pop(name, None)
        if self._known.pop(name, None) is None:
            return
        self._listed[name] = None
        if len(self._listed) >= SLOTS // 2:
            self._tight.set()
        if not self._is_closed and (self._freeing is None or self._freeing.done()):
            self._freeing = asyncio.create_task(self._free_listed(), name="free accepted ids")

    async def make_way(self) -> None:
        """Call before a sending. If all slots are in use, waits until some are freed, for `PATIENCE` seconds at most;
        then the file has to grow."""
        if self._listed and len(self._known) + len(self._listed) >= SLOTS and not self._is_closed:
            self._tight.set()
            self._freed.clear()
            await first_of(self._freed.wait(), self._clock.sleep(PATIENCE))

    async def note_told(self, remote_ids: Sequence[str]) -> None:
        """Records that the person has seen that no task has these ids."""
        for remote_id in remote_ids:
            if isinstance(entry := self._known.get(remote_id), AcceptedId):
                await self.keep(replace(entry, is_told=True))

    async def close(self) -> None:
        """Requests no more checkpoints. Slots still in use are freed at the next start."""
        self._is_closed = True
        self._freed.set()
        if self._freeing is not None:
            self._freeing.cancel()
            await asyncio.gather(self._freeing, return_exceptions=True)

    def shutdown(self) -> None:
        """Blocking. Waits for running writes."""
        self._executor.shutdown(wait=True)

    async def _free_listed(self) -> None:
        while self._listed:
            if not self._tight.is_set():
                await first_of(self._tight.wait(), self._clock.sleep(REST))
            # Copied before the checkpoint: later outcomes may be in the log only.
            listed = tuple(self._listed)
            is_in_file = False
            with survived("writing the log of the list into its file"):
                try:
                    is_in_file = await self._checkpoint()
                except StoreError as error:
                    log.info("The log of the list could not be written into its file: %s", error)
            if not is_in_file:
                await self._clock.sleep(RETRY)
                continue
            gone = [name for name in listed if name in self._listed]
            for name in gone:
                del self._listed[name]
            if len(self._listed) < SLOTS // 2:
                self._tight.clear()
            self._begin("written", partial(self._file.take_away, gone))
            self._freed.set()

    def _hear(self, event: Event) -> None:
        tasks = (
            event.tasks if isinstance(event, TasksAdded) else (event.task,) if isinstance(event, TaskChanged) else ()
        )
        for task in tasks:
            if task.remote_id is not None and task.remote_id in self._known:
                self.free(task.remote_id)
            if task.state is not State.SENDING and task.id in self._known and task.id not in self._left:
                self.free(task.id)

    async def _do(self, what: str, work: Callable[[], Result]) -> Result | None:
        """None if it failed or timed out; after a time-out it may still be done later."""
        doing = self._begin(what, work)
        if doing is None:
            return None
        bell = Alarm(self._clock)
        doing.add_done_callback(lambda _: bell.ring())
        await bell.wait(PATIENCE)
        return doing.result() if doing.done() and not doing.cancelled() and doing.exception() is None else None

    def _begin(self, what: str, work: Callable[[], Result]) -> asyncio.Future[Result] | None:
        try:
            doing = asyncio.get_running_loop().run_in_executor(self._executor, work)
        except RuntimeError:
            log.warning("The file of accepted ids could not be %s: the program ends.", what)
            return None
        doing.add_done_callback(lambda done: _log(what, done))
        return doing


def _log(what: str, done: asyncio.Future[Any]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        log.warning("The file of accepted ids could not be %s: %s", what, error)


class _File:
    """The file itself. Blocking; raises OSError. One thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._slots: dict[str, int] = {}
        self._amount: int | None = None
        """Number of slots in the file; None before it was read."""

    def read(self) -> list[Entry]:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            content = b""
        self._amount = len(content) // SLOT
        found = []
        for number in range(self._amount):
            entry = _entry(content[number * SLOT : (number + 1) * SLOT])
            if entry is not None:
                self._slots[_name(entry)] = number
                found.append(entry)
        return found

    def make_space(self) -> None:
        """Allocates at least `SLOTS` slots and syncs them."""
        if self._read_amount() < SLOTS:
            self._grow()

    def put(self, entry: Entry) -> bool:
        """Writes an entry; False if it does not fit into a slot, which no id of this program causes. An id replaces its
        sending's entry."""
        slot = _line(entry)
        if slot is None:
            return False
        number = self._slots.get(_name(entry), self._slots.get(entry.task_id))
        if number is None:
            number = self._free_slot()
        with self._path.open("r+b", buffering=0) as file:
            file.seek(number * SLOT)
            _write(file, slot)
            os.fsync(file.fileno())
        self._slots.pop(entry.task_id, None)
        self._slots[_name(entry)] = number
        return True

    def take_away(self, names: Sequence[str]) -> None:
        numbers = [self._slots.pop(name) for name in names if name in self._slots]
        if not numbers:
            return
        with self._path.open("r+b", buffering=0) as file:
            for number in numbers:
                file.seek(number * SLOT)
                _write(file, _BLANK)

    def _free_slot(self) -> int:
        amount, used = self._read_amount(), set(self._slots.values())
        number = next((n for n in range(amount) if n not in used), None)
        if number is None:
            number = amount
            self._grow()
        return number

    def _grow(self) -> None:
        """Adds `SLOTS` slots. If the disk is full, existing slots are untouched."""
        amount = self._read_amount()
        with open(self._path, "ab", buffering=0, opener=private.opener) as file:
            # Drops an incomplete slot of a growth that was interrupted.
            file.truncate(amount * SLOT)
            try:
                _write(file, _BLANK * SLOTS)
                os.fsync(file.fileno())
            except OSError:
                file.truncate(amount * SLOT)
                raise
        self._amount = amount + SLOTS
        sync_folder(self._path.parent)

    def _read_amount(self) -> int:
        if self._amount is None:
            raise OSError("it was not read, so nothing may be written over what stands in it")
        return self._amount


def _write(file: FileIO, content: bytes) -> None:
    if file.write(content) != len(content):
        raise OSError("there is no space")


def _name(entry: Entry) -> RemoteId | TaskId:
    return entry.remote_id if isinstance(entry, AcceptedId) else entry.task_id


def _line(entry: Entry) -> bytes | None:
    """The slot's bytes; None if the entry does not fit."""
    members: dict[str, Any] = {"task": entry.task_id, "at": entry.at}
    if isinstance(entry, Intent):
        members |= {"model": entry.model, "prompt": entry.prompt[:SLOT]}
    else:
        members["id"] = entry.remote_id
        if entry.credits is not None:
            members["credits"] = entry.credits
        if entry.is_told:
            members["told"] = True
    while True:
        text = json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")
        line = b"%08x %s" % (zlib.crc32(text), text)
        if len(line) < SLOT:
            return line.ljust(SLOT - 1) + b"\n"
        if not members.get("prompt"):
            return None
        members["prompt"] = members["prompt"][:-1]


def _entry(slot: bytes) -> Entry | None:
    """Parses a slot; None for a free or invalid one."""
    check, _, text = slot.strip().partition(b" ")
    try:
        if int(check, 16) != zlib.crc32(text):
            return None
        members = json.loads(text)
        if "id" not in members:
            return Intent(
                task_id=TaskId(str(members["task"])),
                at=float(members["at"]),
                model=str(members["model"]),
                prompt=str(members["prompt"]),
            )
        remote_id = accepted_id(members["id"])
        credits = members.get("credits")
        if remote_id is None:
            return None
        return AcceptedId(
            task_id=TaskId(str(members["task"])),
            remote_id=remote_id,
            at=float(members["at"]),
            credits=None if credits is None else float(credits),
            is_told=bool(members.get("told", False)),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
