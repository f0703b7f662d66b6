"""Coroutines run as tests on a fresh plain event loop that reports leftovers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tests.rigs.mistakes import from_loop

PATIENCE = 240.0
"""Seconds before a test counts as hung."""


def run_test(make: Callable[[], Coroutine[Any, Any, object]], patience: float = PATIENCE) -> None:
    """Runs one coroutine on a new loop in debug mode; raises what it raised, or AssertionError for what it left
    behind."""

    async def guarded() -> None:
        asyncio.get_running_loop().set_exception_handler(from_loop)
        async with asyncio.timeout(patience):
            await make()
        left = await _left_over()
        assert not left, f"The test left tasks running: {left}"

    with asyncio.Runner(debug=True, loop_factory=_checked_loop) as runner:
        runner.run(guarded())


def _checked_loop() -> asyncio.AbstractEventLoop:
    """A loop that checks in debug mode what is asked of it and from which thread, but keeps no stack of every future,
    task and handle: that takes a third of all time. With PYTHONASYNCIODEBUG=1 it keeps them."""
    loop = asyncio.new_event_loop()
    if not loop.get_debug():
        loop.get_debug = lambda: False  # type: ignore[method-assign]
    return loop


async def _left_over() -> list[str]:
    """Names of the tasks that still run. One that was just canceled gets a few turns of the loop to notice."""
    for _ in range(10):
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if not tasks:
            break
        await asyncio.sleep(0)
    return [repr(task) for task in tasks]
