"""Memory after settling, with 10,000 tasks stored, beside a bare window with as many rows. Linux alone tells it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import seeding
from tests.benchmarks.children import Child, memory, screens
from tests.benchmarks.first_paint import UNREACHABLE
from tests.benchmarks.table import Figure

NAME = "Memory after settling"


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 10_000
    settle: float = 10.0
    """Seconds after the first paint: by then HTTP, media and what they stand on are there."""


def measure(folder: Path, size: Size) -> list[Figure]:
    """One after the other, so that neither shares pages with the other. Blocking. Raises `NotToldHere`."""
    asyncio.run(seeding.fill(folder, finished=size.tasks))
    _, variables = next(screens())
    found = []
    for module, word in (("program_child", str(folder)), ("bare_window", str(size.tasks))):
        with Child(module, word, variables=variables | UNREACHABLE) as child:
            child.hear("ready" if module == "program_child" else "painted", 60.0)
            time.sleep(size.settle)
            found.append(memory(child.pid))
    ours, bare = found
    words = {"rss": "resident", "pss": "resident, shared pages by share", "own": "its own pages alone"}
    return [
        Figure(
            benchmark=NAME, setting=f"{size.tasks} tasks stored", name=words[kind], value=ours[kind], unit="MB",
            reference=bare[kind], reference_name="bare window", at_most=115.0 if kind == "rss" else None,
        )
        for kind in words
    ]  # fmt: skip
