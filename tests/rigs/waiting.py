"""Waiting on a condition: blocking, of another process, or in a coroutine. A deadline ends it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")

IMPATIENCE = float(os.environ.get("IMPATIENCE", "0"))
"""Seconds for all waiting of tests, if not 0: mutants that keep a test waiting then cost little."""
PATIENCE = IMPATIENCE or 30.0
"""Seconds: ample for a slow machine, and no time at all where the condition holds."""
_LOOK_EVERY = 0.05


def until(holds: Callable[[], Found], what: str, patience: float = PATIENCE) -> Found:
    """What `holds` gives as soon as it is true. AssertionError names `what` when the patience (seconds) is over."""
    end = time.monotonic() + patience
    while not (found := holds()):
        assert time.monotonic() < end, f"waited {patience:.0f} s in vain for {what}"
        time.sleep(_LOOK_EVERY)
    return found


async def soon(holds: Callable[[], Any]) -> None:
    """Returns once `holds()` is true, and lets every task run meanwhile."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.005)
