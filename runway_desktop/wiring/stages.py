"""Ownership of all asyncio tasks, and shutdown in stages.

`Supervisor.spawn` holds, names and observes each task; an unexpected exception goes once to the last-resort handler,
with the task's name. `Supervisor.close` refuses new tasks, then cancels and awaits the remaining ones. Loop's thread
only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from runway_desktop.values import Struct

log = logging.getLogger(__name__)


class Supervisor:
    """`on_bug` is called for an unexpected exception: (task name, exception)."""

    def __init__(self, on_bug: Callable[[str, BaseException], None]) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_bug = on_bug
        self._refused: asyncio.Task[Any] | None = None
        """A canceled task, once closing has begun."""

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Starts `work`. After `close` has begun, returns a canceled task instead: Qt's timers may fire until the last
        window is gone, when the loop no longer runs."""
        if self._refused is not None:
            work.close()
            return self._refused
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self, deadline: float) -> None:
        """Cancels all tasks and waits up to `deadline` seconds; tasks that do not end by then are logged."""
        self._refused = asyncio.create_task(asyncio.sleep(0))
        current = asyncio.current_task()
        left = {task for task in (self._refused, *self._tasks) if task is not current}
        for task in left:
            task.cancel()
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
    """One step of shutdown."""

    name: str
    run: Callable[[], Awaitable[None]]
    deadline: float


async def go_down(stages: list[ClosingStage]) -> None:
    """Runs the stages in order; one that fails or takes too long is logged, and the next one runs."""
    for stage in stages:
        try:
            async with asyncio.timeout(stage.deadline):
                await stage.run()
        except TimeoutError:
            log.warning("Closing: %s took longer than %.0f s", stage.name, stage.deadline)
        except Exception:
            log.exception("Closing: %s failed", stage.name)
