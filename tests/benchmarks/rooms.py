"""Time until a room opens for the first time, and how long the window is blocked meanwhile.

What a person opens is imported and built then. Each room is opened by its command in a program of its own, with a
library of a few hundred tasks, on each kind of screen; then closed and opened once more.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks import seeding
from tests.benchmarks.children import ROOT, Child, environment, screens
from tests.benchmarks.first_paint import UNREACHABLE
from tests.benchmarks.rooms_child import ROOMS
from tests.benchmarks.table import Figure

NAME = "Rooms: opened by their command, painted"
STANDSTILL = 100.0
"""Milliseconds that a hand notices. Each of what a room is made of may take so long, the whole longer."""


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 300
    rounds: int = 5
    rest: float = 3.0
    """Seconds that the program has to itself before: its start is measured elsewhere."""
    rooms: tuple[str, ...] = tuple(ROOMS)


def measure(folder: Path, size: Size) -> list[Figure]:
    """Medians of all rounds, for each kind of screen. Blocking."""
    # Else the first round of each room compiles it, and with a single round nothing else is measured.
    compiling = [sys.executable, "-m", "compileall", "-q", str(ROOT / "runway_desktop")]
    subprocess.run(compiling, env=environment(), check=True)
    profile = folder / "profile"
    asyncio.run(seeding.fill(profile, finished=size.tasks))
    figures = []
    for screen, variables in screens():
        for room in size.rooms:
            heard = []
            for _ in range(size.rounds):
                words = (str(profile), room, str(size.rest))
                with Child("rooms_child", *words, variables=variables | UNREACHABLE) as child:
                    heard.append(child.hear("opened", 60.0))
            first, again, stall, stall_again = (
                median(found[what] for found in heard) for what in ("first", "again", "stall", "stall_again")
            )
            figures += [
                _figure(screen, f"{room}: the first time", first),
                _figure(screen, "… the window stood still for", stall, STANDSTILL),
                _figure(screen, f"{room}: again", again),
                _figure(screen, "… the window stood still for", stall_again, STANDSTILL),
            ]
    return figures


def _figure(screen: str, name: str, value: float, at_most: float | None = None) -> Figure:
    return Figure(benchmark=NAME, setting=screen, name=name, value=value, unit="ms", at_most=at_most)
