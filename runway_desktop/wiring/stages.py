"""Every asyncio task of the program has one owner here; starting is ordered, and closing is a handshake.

`Supervisor.spawn` holds, names and watches each task; an exception that nobody expected goes to the last-resort
handler once, with the task's name. `Supervisor.close` refuses new work, then cancels and awaits what is left.
Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from runway_desktop.values import Struct

log = logging.getLogger(__name__)


class Supervisor:
    """`on_bug` is told of an exception that is our own mistake: (name of the work, exception)."""

    def __init__(self, on_bug: Callable[[str, BaseException], None]) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_bug = on_bug
        self._closing = False

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Starts `work`. After closing began it is not started and comes back as a canceled task."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        if self._closing:
            task.cancel()
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self, deadline: float) -> None:
        """Cancels what still runs and waits up to `deadline` seconds; what does not end by then is named in the log."""
        self._closing = True
        current = asyncio.current_task()
        left = {task for task in self._tasks if task is not current}
        for task in left:
            task.cancel()
        if left:
            _, stuck = await asyncio.wait(left, timeout=deadline)
            for task in stuck:
                log.error("Still running at the end: %s", task.get_name())

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._on_bug(task.get_name(), error)


class ClosingStage(Struct, frozen=True):
    """One step of closing."""

    name: str
    run: Callable[[], Awaitable[None]]
    deadline: float


async def go_down(stages: list[ClosingStage]) -> None:
    """Runs the stages in order; one that fails or takes too long is logged and does not keep the next from running."""
    for stage in stages:
        try:
            async with asyncio.timeout(stage.deadline):
                await stage.run()
        except TimeoutError:
            log.warning("Closing: %s took longer than %.0f s", stage.name, stage.deadline)
        except Exception:
            log.exception("Closing: %s failed", stage.name)
