"""Collects bugs of this program: counts them, logs them, and reports the first to the user.

Bugs are logged as errors, errors of the outside world as warnings at most. So this log handler sees all bugs:
exceptions that the engine catches, unhandled ones of slots, threads, the loop, supervised tasks and destructors, and
Qt's critical messages. Any thread.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import re
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.disk import private
from runway_desktop.wiring import environment

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

log = logging.getLogger(__name__)

OURS = frozenset({"runway_desktop", "qt", "asyncio", "qasync"})
"""Loggers whose errors are bugs of this program. Errors of other libraries may be the machine's."""
KEPT = 20
"""Messages of bugs that are kept; all are counted."""


class Bugs(logging.Handler):
    """`watch` installs it until the process ends, since windows outlive the loop; `leave` removes it earlier. `met` has
    the first messages, `count` the total number."""

    def __init__(self, secrecy: KnownSecrets | None = None) -> None:
        super().__init__(logging.ERROR)
        self.secrecy = KnownSecrets() if secrecy is None else secrecy
        """Secrets to remove from messages."""
        self.met: list[str] = []
        self.count = 0
        self.ended_last_run = False
        """Whether the last run of the program crashed."""
        self.fatal: Callable[[str], object] = lambda _: None
        """Called with the traceback of a bug that ends the session, without secrets."""
        self._bell = _Bell()
        self._seen: Counter[object] = Counter()
        self._before: tuple[Any, Any, Any] | None = None
        self.addFilter(environment.Redaction(self.secrecy))

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._from_python
        threading.excepthook = self._from_thread
        sys.unraisablehook = self._unraisable
        loop.set_exception_handler(self._from_loop)
        logging.getLogger().addHandler(self)

    def leave(self) -> None:
        """Restores the previous hooks."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
            self._before = None
        logging.getLogger().removeHandler(self)

    def tell(self, listener: Callable[[str], object]) -> None:
        """Calls a QObject's method with the message of the first bug, once, queued to the object's thread; also if it
        occurred before. Only one listener."""
        # The handler's lock, since another thread may be reporting.
        self.acquire()
        try:
            self._bell.rung.connect(listener, Qt.ConnectionType.QueuedConnection)
            if self.met:
                self._bell.rung.emit(self.met[0])
        finally:
            self.release()

    def report(self, where: str, error: BaseException | None, *, is_fatal: bool = False) -> None:
        """Logs the traceback of a bug only the first time: one that recurs with every paint would flood the log.
        `is_fatal`: it ends the session."""
        if error is None:
            return
        if is_fatal:
            self.fatal(self.secrecy.struck_out("".join(traceback.format_exception(error))))
        key = (type(error), *((frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)))
        self._seen[key] += 1
        if self._seen[key] == 1:
            log.error("A mistake of the program in %s", where, exc_info=error)
        else:
            log.error("A mistake of the program in %s, as before (%d): %r", where, self._seen[key], error)

    def emit(self, record: logging.LogRecord) -> None:
        """Raises nothing, as no handler may."""
        if record.name.partition(".")[0] not in OURS:
            return
        self.count += 1
        if len(self.met) < KEPT:
            self.met.append(self.format(record))
        # The last bugs may occur after Qt's objects were deleted.
        with suppress(RuntimeError):
            if self.count == 1:
                self._bell.rung.emit(self.met[0])

    def _from_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.report(str(context.get("message", "the loop")), error)
        else:
            log.error("The loop says: %s", context.get("message"))

    def _from_python(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Exception) or self._before is None:
            self.report("a slot", error.with_traceback(trace))
        else:
            # Ctrl-C before the loop handles it.
            self._before[0](kind, error, trace)

    def _from_thread(self, given: threading.ExceptHookArgs) -> None:
        self.report(f"thread {given.thread.name if given.thread else '?'}", given.exc_value)

    def _unraisable(self, given: UnraisableHookArgs) -> None:
        # Not its repr: it may be half destroyed.
        what = getattr(given.object, "__qualname__", type(given.object).__qualname__)
        self.report(f"{given.err_msg or 'what nobody waits for'}: {what}", given.exc_value)


_CRASHED = re.compile(r"^(?:Fatal Python error|Traceback|Windows fatal exception: (?!code 0x800))", re.MULTILINE)
"""What the file has after a crash. On Windows also errors of COM are written, after which the program goes on."""


class CrashFile:
    """The file in which a fatal crash (also in a library) leaves the stacks of all threads. Only for the window's
    process that has the profile: the file is the profile's. A kill or a power cut writes nothing into it.

    Raises nothing: where the file cannot be written, a crash leaves no stack.
    """

    def __init__(self, profile: Profile) -> None:
        self._path = profile.crash
        self._is_kept = False
        self.was_left = False
        """Whether the previous run crashed. Its stacks are now in `profile.last_crash`."""
        try:
            if self._path.exists() and _CRASHED.search(self._path.read_text(encoding="utf-8", errors="replace")):
                os.replace(self._path, profile.last_crash)
                self.was_left = True
            # Open until `end`: after a crash nothing can be opened.
            self._file = open(self._path, "w", encoding="utf-8", opener=private.opener)  # noqa: SIM115
            faulthandler.enable(self._file)
        except OSError as error:
            log.info("A crash would leave no stack: %s", error)

    def write(self, fatal: str) -> None:
        """Adds the traceback of the bug that ends the session, which the next start reports like a crash."""
        self._is_kept = True
        with suppress(OSError, AttributeError):
            self._file.write(fatal)
            self._file.flush()

    def end(self) -> None:
        """To be called before the profile is free for others."""
        faulthandler.disable()
        with suppress(OSError, AttributeError):
            self._file.close()
            if not self._is_kept:
                self._path.unlink()


class _Bell(QObject):
    rung = Signal(str)
