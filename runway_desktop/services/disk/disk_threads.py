"""Thread pools for disks, and other things that may hang, and two uses of them by the window.

The threads of `DiskThreads` are daemons: the standard library's pool waits at exit, for ever, for a thread that hangs
in a dead network drive or a keychain. An interrupted write is like after a kill, which all writers are made for.
Implements `concurrent.futures.Executor`; any thread.

`DriveThreads` has a pool per drive, so that a hanging drive blocks only its own work. `QuickLook` answers within a
fraction of a second or gives a default. Use each from one thread only.

A path's drive is determined without accessing it, because it may hang. Links to other drives are not followed.
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
"""The kernel's mount table; reading it waits for no drive."""
_MOUNT_POINT = 4
"""Index of the mount point in a line."""
_OCTAL = re.compile(r"\\([0-7]{3})")

Result = TypeVar("Result")
Answer = TypeVar("Answer")

PATIENCE = 5.0
"""Seconds that shutdown waits for each thread, until the first that hangs."""


IDLE = 30.0
"""Seconds without work before a thread ends."""


async def in_worker(executor: Executor | None, work: Callable[..., Result], *arguments: object) -> Result:
    """Runs blocking work in a worker thread and awaits it. Raises the work's exceptions."""
    return await asyncio.get_running_loop().run_in_executor(executor, work, *arguments)


class DiskThreads(Executor):
    """A pool of up to `most` threads, started when needed. `name`: of the threads."""

    def __init__(self, most: int, name: str, *, patience: float = PATIENCE, idle: float = IDLE) -> None:
        self._idle = idle
        self._most = most
        self._name = name
        self._patience = patience
        self._queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._free = 0
        """Idle threads minus queued work."""
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
        """Accepts no more work. Waits a little for running work, and not at all after one thread hangs."""
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
            # If one thread hangs, the drive does.
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
            # Frees the work's references before the next wait.
            del found
            with self._lock:
                self._free += 1

    def _may_end(self) -> bool:
        """Ends an idle thread, unless work was just queued for it."""
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
    except BaseException as error:  # noqa: BLE001 - raised by the future's `result`
        future.set_exception(error)
    else:
        future.set_result(result)


LOOK_PATIENCE = 0.15
"""Seconds that the window may block for one check. A sleeping drive answers later and is checked again."""


class QuickLook:
    """`patience` in seconds. While a check hangs, others return their default at once."""

    def __init__(self, patience: float = LOOK_PATIENCE) -> None:
        self._patience = patience
        self._threads = DiskThreads(1, "quick look")
        self._hanging: Future[Any] | None = None

    def is_file(self, path: Path) -> bool:
        return self.ask(os.path.isfile, path, otherwise=False)

    def ask(self, look: Callable[[Path], Answer], path: Path, *, otherwise: Answer) -> Answer:
        """The result of `look`, or `otherwise` if it takes too long."""
        if self._hanging is not None and not self._hanging.done():
            return otherwise
        future = self._threads.submit(look, path)
        try:
            return future.result(self._patience)
        except NoAnswer:
            self._hanging = future
            return otherwise


class DriveThreads:
    """At most `most` threads per drive. Shutdown waits `patience` seconds for a drive."""

    def __init__(self, most: int, name: str, patience: float) -> None:
        self._most = most
        self._name = name
        self._patience = patience
        self._drives: dict[str, DiskThreads] = {}

    def submit(self, drive: str, work: Callable[[], Result]) -> Future[Result]:
        threads = self._drives.get(drive)
        if threads is None:
            threads = DiskThreads(self._most, f"{self._name} {drive}".rstrip(), patience=self._patience)
            self._drives[drive] = threads
        return threads.submit(work)

    def shutdown(self) -> None:
        """Cancels queued work and waits a little for running work."""
        for threads in self._drives.values():
            threads.shutdown(wait=False, cancel_futures=True)
        for threads in self._drives.values():
            threads.shutdown()


def drive_at(path: Path | None) -> str:
    """The path's drive; empty for None. Does not access the drive."""
    return "" if path is None else drive_of(path)


def drive_of(path: Path) -> str:
    """Name shared by all paths of a drive: its mount point, letter or network share."""
    if path.drive:
        return path.drive.casefold()
    if sys.platform == "darwin":
        return str(Path(*path.parts[:3])) if path.parts[1:2] == ("Volumes",) else "/"
    return nearest(path, _mounted())


def nearest(path: Path, mounts: frozenset[str]) -> str:
    """The mount point at or above `path`."""
    return next((mount for part in (path, *path.parents) if (mount := str(part)) in mounts), path.anchor)


# Called for every file, and the table seldom changes.
@lru_cache(maxsize=1)
def mounts_in(table: str) -> frozenset[str]:
    """The mount points in the text of `/proc/self/mountinfo`, which encodes blanks as octal numbers."""
    lines = (line.split(" ") for line in table.splitlines())
    mounts = (fields[_MOUNT_POINT] for fields in lines if len(fields) > _MOUNT_POINT)
    return frozenset(_OCTAL.sub(lambda found: chr(int(found[1], 8)), mount) for mount in mounts)


def _mounted() -> frozenset[str]:
    try:
        return mounts_in(_MOUNTS.read_text("utf-8", "surrogateescape"))
    except OSError:
        return frozenset()
