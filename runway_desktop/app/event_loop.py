"""The program's event loop: asyncio on Qt's loop. qasync starts and stops it; ready callbacks and timers are kept and
run here, as in asyncio's own loops.

- Callbacks run in the order in which they were added. One wake-up by Qt runs all that are ready, and for 2 ms those
  added meanwhile. Then Qt has its turn, so that a coroutine without a real wait does not freeze the window.
- Timers are a heap with one Qt timer for the earliest. None runs too early; canceling one is cheap.
- While a dialog or a drag runs a nested Qt loop (`exec`), everything goes on, even if a coroutine's step opened it.
- Exceptions of callbacks go to `call_exception_handler`; SystemExit and KeyboardInterrupt end `run_forever`.
- Debug mode checks threads and callbacks.

Nothing runs while the loop is stopped; what becomes ready runs after the next start. Qt's thread only, except
`call_soon_threadsafe`. Raises RuntimeError after `close`.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Qt, QTimer, QTimerEvent, Signal, Slot

import qasync  # isort: skip - after PySide6: it takes the binding that is there

_LONGEST = 86_400.0
"""Longest time in seconds for which Qt's timer is set."""
_EXACT = 1.0
"""Up to so many seconds the Qt timer is precise. Longer ones may fire 5 % early and are then set again."""
_PASSES = 8
"""Most passes over the ready callbacks in one turn: most are small, and a turn costs Qt as much as one of them."""
_TURN = 0.002
"""Time in seconds after which a turn begins no further pass."""
_MANY = 100
"""Minimum number of canceled timers in the heap before they are removed."""


class EventLoop(qasync.QEventLoop):  # type: ignore[misc]  # qasync has no types.
    """One instance for the life of the program. As any asyncio loop, it is run by `run_until_complete` and ended by
    `close`."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _timer_cancelled_count: int
    _thread_id: int | None

    def __init__(self, application: QCoreApplication) -> None:
        self._waker = _Waker(self)
        self._is_woken = False
        """A `turn` is already queued in Qt."""
        self._fatal: BaseException | None = None
        self._is_stopped = False
        self._readers: dict[int, _Socket] = {}
        self._writers: dict[int, _Socket] = {}
        super().__init__(application)

    def run_forever(self) -> int:
        """Runs until `stop`; returns the exit code of Qt's loop.

        Installs the hooks for async generators, as asyncio's own `run_forever` would: generators dropped before their
        end are closed as tasks of this loop, and `shutdown_asyncgens` knows the remaining ones. Without the hooks,
        Python would throw GeneratorExit into such a generator at once, and awaits in its cleanup would not run, such as
        returning a connection.
        """
        self._check_closed()
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)
        self._thread_id = threading.get_ident()
        self._is_stopped = False
        self._take_up()
        try:
            code = int(super().run_forever())
        finally:
            self._thread_id = None
            sys.set_asyncgen_hooks(*hooks)
        fatal, self._fatal = self._fatal, None
        if fatal is not None:
            raise fatal
        return code

    def stop(self) -> None:
        """Only callbacks that are ready now still run."""
        self._is_stopped = True
        super().stop()

    def close(self) -> None:
        """Drops all callbacks that have not run. May be called twice."""
        is_first = not self.is_closed()
        super().close()
        if is_first:
            self._waker.end()
            for socket in (*self._readers.values(), *self._writers.values()):
                socket.end()
            self._readers.clear()
            self._writers.clear()

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.BaseEventLoop.call_soon(self, callback, *args, context=context)
        if not self._is_woken:
            self._wake()
        return handle

    # Replaces qasync's versions: one drops the context, the other uses a Qt timer for each.
    call_soon_threadsafe = asyncio.BaseEventLoop.call_soon_threadsafe
    call_later = asyncio.BaseEventLoop.call_later

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """`when` in the time of `time()`."""
        timer = asyncio.BaseEventLoop.call_at(self, when, callback, *args, context=context)
        if when < self._waker.due:
            self._set_timer(when)
        return timer

    def turn(self) -> None:
        """Runs the callbacks that are ready now, and those that are added in the next moment. Called by Qt."""
        self._is_woken = False
        if not self.is_running():
            return
        self._take_due()
        # If a coroutine's step has opened a nested loop, its task is suspended meanwhile: asyncio refuses to start a
        # task's step during another one, and would lose that task.
        around = asyncio.current_task(self)
        if around is not None:
            asyncio.tasks._leave_task(self, around)
        end = self.time() + _TURN
        try:
            for _ in range(_PASSES):
                for _ in range(len(self._ready)):
                    # A nested turn may have run the others.
                    if self._ready:
                        self._run_next()
                if not self._ready or self._is_stopped or self.time() > end:
                    break
        finally:
            if around is not None:
                asyncio.tasks._enter_task(self, around)
            if self._ready and not self._is_woken:
                self._wake()

    def _run_next(self) -> None:
        handle = self._ready.popleft()
        if handle.cancelled():
            return
        # So that the others run even if this one stays in a nested loop.
        if self._ready and not self._is_woken:
            self._wake()
        self.run(handle)

    def run(self, handle: asyncio.Handle) -> None:
        """Runs a callback now."""
        try:
            handle._run()
        except (SystemExit, KeyboardInterrupt) as error:
            # Stored and raised later: raised into Qt, it would end the process or be ignored.
            self._fatal = error
            self.stop()

    def _wake(self) -> None:
        self._is_woken = True
        self._waker.soon()

    def _write_to_self(self) -> None:
        """Any thread. Called after a callback was added to the ready ones."""
        if not self._is_woken:
            self._is_woken = True
            self._waker.woken.emit()

    def _add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        """Called by asyncio for signals of the system."""
        if not handle.cancelled():
            self._ready.append(handle)
            self._write_to_self()
        return handle

    def timer_came(self) -> None:
        """Called by Qt's timer, which may be early. Due callbacks run in a turn: a Qt timer does not fire again inside
        its own callback, so a nested loop would block."""
        if not self.is_running():
            return
        self._take_due()
        if self._ready and not self._is_woken:
            self._wake()

    def _take_due(self) -> None:
        """Moves due timers to the ready callbacks, and sets Qt's timer for the next one."""
        timers = self._scheduled
        if self._timer_cancelled_count > _MANY and 2 * self._timer_cancelled_count > len(timers):
            self._drop_canceled()
        if not timers:
            return
        now = self.time()
        while timers and (timers[0].when() <= now or timers[0].cancelled()):
            timer = heapq.heappop(timers)
            timer._scheduled = False  # type: ignore[attr-defined]  # As asyncio does.
            if timer.cancelled():
                self._timer_cancelled_count -= 1
            else:
                self._ready.append(timer)
        if timers and timers[0].when() < self._waker.due:
            self._set_timer(timers[0].when())

    def _drop_canceled(self) -> None:
        left = []
        for timer in self._scheduled:
            if timer.cancelled():
                timer._scheduled = False  # type: ignore[attr-defined]
            else:
                left.append(timer)
        heapq.heapify(left)
        self._scheduled[:] = left
        self._timer_cancelled_count = 0

    def _set_timer(self, when: float) -> None:
        """A timer that is due already runs in the next turn."""
        seconds = when - self.time()
        if seconds > 0:
            self._waker.set(when, min(seconds, _LONGEST))
        elif not self._is_woken:
            self._wake()

    # Sockets and pipes, with the interface of asyncio's selector loop.

    def _add_reader(self, fd: Any, callback: Callable[..., object], *args: Any) -> asyncio.Handle:
        return self._listen(self._readers, QSocketNotifier.Type.Read, fd, callback, args)

    def _remove_reader(self, fd: Any) -> bool:
        return self._listens_no_more(self._readers, fd)

    def _add_writer(self, fd: Any, callback: Callable[..., object], *args: Any) -> asyncio.Handle:
        return self._listen(self._writers, QSocketNotifier.Type.Write, fd, callback, args)

    def _remove_writer(self, fd: Any) -> bool:
        return self._listens_no_more(self._writers, fd)

    def _listen(
        self,
        sockets: dict[int, _Socket],
        kind: QSocketNotifier.Type,
        fd: Any,
        callback: Callable[..., object],
        args: tuple[Any, ...],
    ) -> asyncio.Handle:
        self._check_closed()
        self._listens_no_more(sockets, fd)
        number = _number_of(fd)
        handle = asyncio.Handle(callback, args, self)
        sockets[number] = _Socket(self, QSocketNotifier(number, kind), handle)
        return handle

    def _listens_no_more(self, sockets: dict[int, _Socket], fd: Any) -> bool:
        if self.is_closed():
            return False
        socket = sockets.pop(_number_of(fd), None)
        if socket is not None:
            socket.end()
        return socket is not None

    def _take_up(self) -> None:
        """Resumes after a stop: sockets, ready callbacks and timers."""
        for socket in (*self._readers.values(), *self._writers.values()):
            socket.take_up()
        if self._ready:
            # A wake-up queued before may have been lost in another Qt loop.
            self._wake()
        if self._scheduled:
            self._set_timer(self._scheduled[0].when())


class _Waker(QObject):
    """The Qt side of the loop: a zero-length timer for the next turn, which does not starve input and painting; a
    queued signal for wake-ups from other threads; and the timer for the heap, due at `due` in the loop's time."""

    woken = Signal()

    def __init__(self, loop: EventLoop) -> None:
        super().__init__()
        self.due = math.inf
        self._loop = loop
        self._timer = 0
        # A single-shot timer is stopped when it fires, so that it can be started again in a nested loop.
        self._zero = QTimer(self, singleShot=True, interval=0)
        self._zero.timeout.connect(self._turn)
        self.soon = self._zero.start
        self.woken.connect(self._turn, Qt.ConnectionType.QueuedConnection)

    def set(self, due: float, seconds: float) -> None:
        self._unset()
        kind = Qt.TimerType.PreciseTimer if seconds <= _EXACT else Qt.TimerType.CoarseTimer
        self._timer = self.startTimer(math.ceil(seconds * 1000), kind)
        self.due = due

    def timerEvent(self, event: QTimerEvent) -> None:
        self._unset()
        self._loop.timer_came()

    def end(self) -> None:
        self._unset()
        self.woken.disconnect()
        self._zero.stop()

    @Slot()
    def _turn(self) -> None:
        self._loop.turn()

    def _unset(self) -> None:
        if self._timer:
            self.killTimer(self._timer)
        self._timer, self.due = 0, math.inf


class _Socket:
    """A socket or pipe watched by Qt in one direction."""

    def __init__(self, loop: EventLoop, notifier: QSocketNotifier, handle: asyncio.Handle) -> None:
        self._loop = loop
        self._notifier = notifier
        self._handle = handle
        self._is_running = False
        """Its callback is running."""
        self._is_held = False
        """Disabled while its callback is in a nested loop: Qt would signal continuously."""
        notifier.activated.connect(self._came)

    def take_up(self) -> None:
        if not self._handle.cancelled():
            self._notifier.setEnabled(True)

    def end(self) -> None:
        self._handle.cancel()
        self._notifier.setEnabled(False)
        self._notifier.activated.disconnect()
        self._notifier.deleteLater()

    def _came(self) -> None:
        if self._is_running or not self._loop.is_running():
            self._is_held = self._is_running
            self._notifier.setEnabled(False)
            return
        self._is_running = True
        try:
            self._loop.run(self._handle)
        finally:
            self._is_running = False
        if self._is_held:
            self._is_held = False
            self.take_up()


def _number_of(fd: Any) -> int:
    return fd if isinstance(fd, int) else int(fd.fileno())
