"""Sendings, and the ids that Runway gave them, that the list's own file may not hold yet, in a small file of their own.

Runway lists no tasks, so an id that is lost is a paid result that is lost. The file is as large as it will be, and
synced, before anything is sent: writing into it needs no room on a disk that is full. Each sending has a slot of
`SLOT` bytes, one line of text that a person can read too: a checksum and a JSON object. A slot is free when its line is
blank; one that was torn by a power cut fails its checksum and is free as well.

A sending is kept before its first byte leaves, and its id, in the same slot, before the database is told of it. The
slot is freed once the list has what became of it, and has that in its own file: what stands in the log beside that file
alone is lost where the log is damaged. The list is asked to write its log into its file `REST` seconds after it got an
outcome, sooner when half of the slots are taken. Freeing is not synced: what comes back by that is found in the list at
the next start.

A file that cannot be made or written holds up nobody: that goes to the log, and ids are kept in memory. All methods
raise nothing. Loop's thread; the file is touched in `executor` alone, which must have one thread.
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
"""Bytes. Sectors are a multiple of it, so no slot lies in two of them."""
SLOTS = 64
"""How many the file begins with, and grows by when all are in use."""
PATIENCE = 5.0
"""Seconds that a sending waits for the file: a disk that hangs must not keep the database from being told."""
REST = 10.0
"""Seconds for which ids that the list has are gathered before it is asked to write its log into its file."""
RETRY = 0.5
"""Seconds until it is asked again where it could not, as while somebody reads in the log."""

_BLANK = b" " * (SLOT - 1) + b"\n"

Result = TypeVar("Result")


class AcceptedId(Struct, frozen=True, kw_only=True):
    """The answer to one create. `at` in Unix seconds; `is_told`: the person has heard that it has no place."""

    task_id: TaskId
    remote_id: RemoteId
    at: float
    credits: float | None = None
    is_told: bool = False


class Intent(Struct, frozen=True, kw_only=True):
    """A sending that has no answer yet. `at` is its `sent_at`; of the prompt there is as much as the slot has room
    for."""

    task_id: TaskId
    at: float
    model: str
    prompt: str


Entry = AcceptedId | Intent


class AcceptedIds:
    """`checkpoint` is that of `ports.Store`."""

    def __init__(
        self, path: Path, executor: Executor, bus: Bus, clock: Clock, checkpoint: Callable[[], Awaitable[bool]]
    ) -> None:
        self._file = _File(path)
        self._executor = executor
        self._clock = clock
        self._known: dict[str, Entry] = {}
        """By the id at Runway, or by that of the task where there is none yet."""
        self._left: dict[str, None] = {}
        self._checkpoint = checkpoint
        self._listed: dict[str, None] = {}
        """In the list, though perhaps not in its own file yet."""
        self._is_closed = False
        self._freeing: asyncio.Task[None] | None = None
        self._tight, self._freed = asyncio.Event(), asyncio.Event()
        bus.listen(self._hear)

    @property
    def left(self) -> tuple[AcceptedId, ...]:
        """Ids that earlier runs left and no task of the list has, oldest first."""
        found = (entry for name in self._left if isinstance(entry := self._known[name], AcceptedId))
        return tuple(sorted(found, key=lambda entry: entry.at))

    @property
    def unanswered(self) -> tuple[Intent, ...]:
        """Sendings of earlier runs of which this file has no answer."""
        return tuple(entry for name in self._left if isinstance(entry := self._known[name], Intent))

    async def open(self) -> None:
        """Reads what earlier runs left, and makes room for more."""
        for entry in await self._do("read", self._file.read) or ():
            self._known.setdefault(_name(entry), entry)
            self._left[_name(entry)] = None
        await self._do("given room", self._file.make_room)

    async def keep(self, entry: Entry) -> bool:
        """Whether it is on the disk now. It is known in either case."""
        self._known.pop(entry.task_id, None)
        self._known[_name(entry)] = entry
        self._listed.pop(_name(entry), None)
        return await self._do("written", lambda: self._file.put(entry)) is True

    def free(self, name: RemoteId | TaskId) -> None:
        """The list has it."""
        self._left.pop(name, None)
        if self._known.pop(name, None) is None:
            return
        self._listed[name] = None
        if len(self._listed) >= SLOTS // 2:
            self._tight.set()
        if not self._is_closed and (self._freeing is None or self._freeing.done()):
            self._freeing = asyncio.create_task(self._free_listed(), name="free accepted ids")

    async def make_way(self) -> None:
        """Before a sending. Where every slot is taken, waits until some are freed, or for `PATIENCE` seconds; then the
        file has to grow."""
        if self._listed and len(self._known) + len(self._listed) >= SLOTS and not self._is_closed:
            self._tight.set()
            self._freed.clear()
            await first_of(self._freed.wait(), self._clock.sleep(PATIENCE))

    async def note_told(self, entries: tuple[AcceptedId, ...]) -> None:
        """The person was told that these have no place in the list."""
        for entry in entries:
            if self._known.get(entry.remote_id) == entry:
                await self.keep(replace(entry, is_told=True))

    async def close(self) -> None:
        """The list is asked for nothing any more. Slots that are still taken are freed at the next start."""
        self._is_closed = True
        self._freed.set()
        if self._freeing is not None:
            self._freeing.cancel()
            await asyncio.gather(self._freeing, return_exceptions=True)

    def shutdown(self) -> None:
        """Blocking. Waits for what is being written."""
        self._executor.shutdown(wait=True)

    async def _free_listed(self) -> None:
        while self._listed:
            if not self._tight.is_set():
                await first_of(self._tight.wait(), self._clock.sleep(REST))
            # What the list gets meanwhile may be in its log alone.
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
        """None when it failed, or takes too long; then it may still be done."""
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
        """Of slots in the file; None before it was read."""

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

    def make_room(self) -> None:
        """At least `SLOTS` slots, on the disk."""
        if self._read_amount() < SLOTS:
            self._grow()

    def put(self, entry: Entry) -> bool:
        """Whether it fits into a slot, which every id of this program does. An id takes the slot of its sending."""
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
        """`SLOTS` more. Where the disk has no room for them, all that was there stays."""
        amount = self._read_amount()
        with open(self._path, "ab", buffering=0, opener=private.opener) as file:
            # The end of a growth that was cut short is no slot.
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
        raise OSError("there is no room")


def _name(entry: Entry) -> RemoteId | TaskId:
    return entry.remote_id if isinstance(entry, AcceptedId) else entry.task_id


def _line(entry: Entry) -> bytes | None:
    """The slot of a sending; None for an id that does not fit, which no id of this program is."""
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
    """What stands in a slot; None for a free one, and for one that makes no sense."""
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
        return (
            None
            if remote_id is None
            else AcceptedId(
                task_id=TaskId(str(members["task"])),
                remote_id=remote_id,
                at=float(members["at"]),
                credits=None if credits is None else float(credits),
                is_told=bool(members.get("told", False)),
            )
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
