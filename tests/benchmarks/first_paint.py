"""From the start of the process to the first painted window, with 10,000 tasks stored, beside a bare window.

The two are started in turn, several times, so that whatever else the machine does hits both; medians are compared.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks import seeding
from tests.benchmarks.children import Child, screens
from tests.benchmarks.table import Figure

NAME = "First paint: from the process's start to a painted window"
UNREACHABLE = {"RUNWAYML_BASE_URL": "http://127.0.0.1:9", "RUNWAYML_API_SECRET": "key_" + "0" * 128}
"""Nobody answers there: starting must not depend on it."""


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 10_000
    rounds: int = 9


def measure(folder: Path, size: Size) -> list[Figure]:
    """One figure for each kind of screen. Blocking."""
    asyncio.run(seeding.fill(folder, finished=size.tasks))
    figures = []
    for screen, variables in screens():
        ours: list[float] = []
        bare: list[float] = []
        # The first of each fills the system's caches and is not counted.
        for turn in range(size.rounds + 1):
            for times, module, word in ((ours, "program_child", str(folder)), (bare, "bare_window", str(size.tasks))):
                with Child(module, word, variables=variables | UNREACHABLE) as child:
                    painted = child.hear("painted", 60.0)["at"] - child.spawned
                    if module == "program_child":
                        child.hear("ready", 60.0)
                if turn:
                    times.append(painted)
        figures.append(
            Figure(
                benchmark=NAME, setting=f"{size.tasks} tasks stored, {screen}", name=f"median of {size.rounds}",
                value=median(ours), unit="s", reference=median(bare), reference_name="bare window", ratio_at_most=1.4,
            )
        )  # fmt: skip
    return figures
