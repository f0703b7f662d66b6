"""Processor time that the open program uses in a minute with nothing to do, and with 100 tasks at Runway, beside a bare
window. All run at the same time, each in its own process. Linux alone tells it.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.simulator.child import DEMO_SECRET
from tests.benchmarks import seeding
from tests.benchmarks.children import Child, cpu_seconds, screens
from tests.benchmarks.simulated import make_tasks, simulated_runway
from tests.benchmarks.table import Figure

NAME = "Processor time while it just stands there"


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 10_000
    open_tasks: int = 100
    seconds: float = 60.0
    settle: float = 15.0


def measure(folder: Path, size: Size) -> list[Figure]:
    """Both figures beside the bare window's. Blocking. Raises `NotToldHere`."""
    dice = random.Random(5)
    # Long enough that none ends while it is measured, and of many lengths.
    wishes = [seeding.request(seeding.prompt(dice, seconds=dice.uniform(240.0, 900.0))) for _ in range(size.open_tasks)]
    _, variables = next(screens())
    with simulated_runway() as runway, ExitStack() as children:
        remote_ids = asyncio.run(make_tasks(runway, wishes))
        open_tasks = [seeding.Open(*pair) for pair in zip(remote_ids, wishes, strict=True)]
        asyncio.run(seeding.fill(folder / "idle", finished=size.tasks))
        asyncio.run(seeding.fill(folder / "busy", finished=size.tasks, open_tasks=open_tasks))
        variables |= {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": DEMO_SECRET}
        crew = [
            children.enter_context(Child(module, word, variables=variables))
            for module, word in (
                ("bare_window", str(size.tasks)),
                ("program_child", str(folder / "idle")),
                ("program_child", str(folder / "busy")),
            )
        ]
        for child, word in zip(crew, ("painted", "ready", "ready"), strict=True):
            child.hear(word, 60.0)
        time.sleep(size.settle)
        before = [cpu_seconds(child.pid) for child in crew]
        time.sleep(size.seconds)
        bare, idle, busy = (cpu_seconds(child.pid) - used for child, used in zip(crew, before, strict=True))
    setting = f"{size.tasks} tasks stored, {size.seconds:.0f} s"
    return [
        Figure(
            benchmark=NAME, setting=setting, name=name, value=used, unit="s", reference=bare,
            reference_name="bare window",
        )
        for name, used in (("nothing open", idle), (f"{size.open_tasks} tasks open", busy))
    ]  # fmt: skip
