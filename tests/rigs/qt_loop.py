"""Coroutines run as tests on Qt's own loop, the one that the program has.

A conftest that imports `pytest_pyfunc_call` has it for its folder. A test fails when it takes longer than 240
seconds, when it leaves a task running, and when something on its loop raised where nobody could catch it.

The loop knows what it still has to do, so that `come_to_rest` is no guess, however slow the machine is.
"""

from __future__ import annotations

import asyncio
import inspect
import time
import traceback
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from runway_desktop.app.event_loop import EventLoop
from tests.rigs import mistakes

PATIENCE = 240.0
"""Seconds before a test counts as hung."""

REST = 60.0
"""Seconds of real time after which a loop that is always busy counts as one that never comes to rest."""


class WatchedLoop(EventLoop):
    """The program's loop, which knows what is about to run on it and what threads do for it."""

    def __init__(self, application: QApplication) -> None:
        self._lent: dict[asyncio.Future[Any], Executor | None] = {}
        self.nested: list[str] = []
        """From where others ran in the midst of a coroutine's step, which takes what it sees for unchanged until it
        awaits."""
        super().__init__(application)

    @property
    def is_busy(self) -> bool:
        """Whether anybody has something to do, or a thread has. A thread on a drive that the test lets hang has not,
        nor has who waits for an hour of the test's clock."""
        is_ready = any(not handle.cancelled() for handle in tuple(self._ready))
        return is_ready or any(not getattr(lent, "hangs", False) for lent in self._lent.values())

    def turn(self) -> None:
        if self._ready and asyncio.current_task(self) is not None:
            self.nested.append("".join(traceback.format_stack(limit=8)))
        super().turn()

    def run_in_executor(
        self, executor: Executor | None, callback: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, callback, *args)
        self._lent[future] = executor
        future.add_done_callback(self._lent.pop)
        return future


async def turn_of_qt() -> None:
    """Returns when Qt has had a turn, with what came by sockets and timers. `asyncio.sleep(0)` may go on within one."""
    turned = asyncio.get_running_loop().create_future()
    QTimer.singleShot(0, lambda: turned.done() or turned.set_result(None))
    await turned


async def come_to_rest(turns: int = 30) -> None:
    """Returns once nobody on the loop had anything to do for so many turns, nor a thread for them."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, WatchedLoop)
    end = time.monotonic() + REST
    quiet = 0
    while quiet < turns:
        await turn_of_qt()
        quiet = 0 if loop.is_busy else quiet + 1
        assert time.monotonic() < end, f"The loop did not come to rest in {REST:.0f} s"


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a coroutine test, before the hook of tests/conftest.py, which is registered earlier."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    # A window that closes must not end the loop under the test, as it does not in the program.
    application.setQuitOnLastWindowClosed(False)
    loop = WatchedLoop(application)
    loop.set_exception_handler(mistakes.from_loop)
    workers = ThreadPoolExecutor(2)
    loop.set_default_executor(workers)
    try:
        loop.run_until_complete(_guarded(pyfuncitem.obj(**arguments)))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        workers.shutdown()
        loop.close()
        asyncio.set_event_loop(None)
        # Whatever else went wrong may well be its consequence.
        assert not loop.nested, f"A loop ran within a coroutine, as `QTest.mouseMove` makes one:\n{loop.nested[0]}"
    return True


async def _guarded(work: Coroutine[Any, Any, Any]) -> None:
    await asyncio.wait_for(work, PATIENCE)
    await come_to_rest()
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not left, f"The test left tasks running: {left}"


OFFSCREEN_CHATTER = "This plugin does not support"
"""What the offscreen platform says of raising windows and of popups that want the keyboard."""
