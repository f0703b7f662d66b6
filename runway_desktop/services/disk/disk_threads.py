"""Threads for work on a disk, or on anything else that may never answer, and two uses of them by the window.

`DiskThreads` end with the program, whatever they wait for: the pool of the standard library waits at exit for a thread
that hangs in a dead network drive or a keychain, for ever. What was being written then is as after a kill, which
everything that writes is made for. They fit `concurrent.futures.Executor` and can be used from any thread.

`DriveThreads` keeps some for each drive, so that one that hangs holds up only what lies on it. `QuickLook` answers
within a fraction of a second, or not at all. Each of the two is used from one thread.

Which drive a path lies on is told without asking the drive: one that hangs would not answer. A link that leads to
another drive is not seen through.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as NoAnswer
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

_MOUNTS = Path("/proc/self/mountinfo")
"""The kernel's own table: reading it waits for no drive."""
_PLACE = 4
"""The field of a line that holds the mount point."""
_OCTAL = re.compile(r"\\([0-7]{3})")

Result = TypeVar("Result")
Answer = TypeVar("Answer")

PATIENCE = 5.0
"""Seconds that closing waits for each thread's work, until the first that hangs."""


IDLE = 30.0
"""Seconds without work after which a thread ends."""


async def in_worker(executor: Executor | None, work: Callable[..., Result], *arguments: object) -> Result:
    """Does work that blocks on a thread, and waits for it on the loop. Raises what the work raises."""
    return await asyncio.get_running_loop().run_in_executor(executor, work, *arguments)


class DiskThreads(Executor):
    """`most` threads at the most, made when they are needed. `name` is theirs."""

    def __init__(self, most: int, name: str, *, patience: float = PATIENCE, idle: float = IDLE) -> None:
        self._idle = idle
        self._most = most
        self._name = name
        self._patience = patience
        self._queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._free = 0
        """Threads without work, less the work that waits for one."""
        self._closed = False

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        future: Future[Result] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("These threads are closed")
            self._free -= 1
            self._queue.put((future, partial(fn, *args, **kwargs)))
            if self._free < 0 and len(self._threads) < self._most:
                thread = threading.Thread(target=self._live, name=f"{self._name} {len(self._threads) + 1}", daemon=True)
                self._threads.append(thread)
                self._free += 1
                thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes nothing more; waits a little for what is under way, and not at all for what hangs."""
        with self._lock:
            self._closed = True
            threads = tuple(self._threads)
        if cancel_futures:
            self._drop_what_waits()
        for _ in threads:
            self._queue.put(None)
        patience = self._patience
        for thread in threads if wait else ():
            thread.join(patience)
            # One that hangs is proof enough of the drive's state.
            patience = 0.0 if thread.is_alive() else patience

    def _drop_what_waits(self) -> None:
        with suppress(Empty):
            while (waiting := self._queue.get_nowait()) is not None:
                waiting[0].cancel()

    def _live(self) -> None:
        while True:
            try:
                found = self._queue.get(timeout=self._idle)
            except Empty:
                if self._may_end():
                    return
                continue
            if found is None:
                return
            _carry_out(*found)
            # What it holds must not live until the next work comes.
            del found
            with self._lock:
                self._free += 1

    def _may_end(self) -> bool:
        """A thread that has had no work for a while goes, unless some has just come for it."""
        with self._lock:
            if self._free <= 0:
                return False
            self._free -= 1
            self._threads.remove(threading.current_thread())
            return True


def _carry_out(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whoever waits for the future gets it
        future.set_exception(error)
    else:
        future.set_result(result)


LOOK_PATIENCE = 0.15
"""Seconds that the window may stand still for one look. A drive that sleeps answers later; it is looked at again."""


class QuickLook:
    """`patience` in seconds. While one look hangs, the others say no at once."""

    def __init__(self, patience: float = LOOK_PATIENCE) -> None:
        self._patience = patience
        self._threads = DiskThreads(1, "quick look")
        self._hanging: Future[Any] | None = None

    def is_file(self, path: Path) -> bool:
        return self.ask(os.path.isfile, path, otherwise=False)

    def ask(self, look: Callable[[Path], Answer], path: Path, *, otherwise: Answer) -> Answer:
        """What the look says, or `otherwise` when it says nothing in time."""
        if self._hanging is not None and not self._hanging.done():
            return otherwise
        future = self._threads.submit(look, path)
        try:
            return future.result(self._patience)
        except NoAnswer:
            self._hanging = future
            return otherwise


class DriveThreads:
    """At most `most` for each drive. Closing waits `patience` seconds for a drive."""

    def __init__(self, most: int, name: str, patience: float) -> None:
        self._most = most
        self._name = name
        self._patience = patience
        self._drives: dict[str, DiskThreads] = {}

    def submit(self, drive: str, work: Callable[[], Result]) -> Future[Result]:
        """Does it on a thread of this drive."""
        threads = self._drives.get(drive)
        if threads is None:
            threads = DiskThreads(self._most, f"{self._name} {drive}".rstrip(), patience=self._patience)
            self._drives[drive] = threads
        return threads.submit(work)

    def shutdown(self) -> None:
        """Drops what has not begun and waits a little for what has."""
        for threads in self._drives.values():
            threads.shutdown(wait=False, cancel_futures=True)
        for threads in self._drives.values():
            threads.shutdown()


def drive_at(path: Path | None) -> str:
    """The name of its drive, told without asking it; none of work that touches no disk."""
    return "" if path is None else drive_of(path)


def drive_of(path: Path) -> str:
    """A name that paths of one drive share: its mount point, or its letter or share."""
    if path.drive:
        return path.drive.casefold()
    if sys.platform == "darwin":
        return str(Path(*path.parts[:3])) if path.parts[1:2] == ("Volumes",) else "/"
    return nearest(path, _mounted())


def nearest(path: Path, mounts: frozenset[str]) -> str:
    """The mount point at or above `path`."""
    return next((place for part in (path, *path.parents) if (place := str(part)) in mounts), path.anchor)


# Asked for with each file, and seldom another one.
@lru_cache(maxsize=1)
def mounts_in(table: str) -> frozenset[str]:
    """The mount points in the text of `/proc/self/mountinfo`, where blanks are written as octal numbers."""
    lines = (line.split(" ") for line in table.splitlines())
    places = (fields[_PLACE] for fields in lines if len(fields) > _PLACE)
    return frozenset(_OCTAL.sub(lambda found: chr(int(found[1], 8)), place) for place in places)


def _mounted() -> frozenset[str]:
    try:
        return mounts_in(_MOUNTS.read_text("utf-8", "surrogateescape"))
    except OSError:
        return frozenset()
