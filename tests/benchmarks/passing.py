"""What a task costs that passes through the window: sent, asked for, saved with its sidecar, shown with its poster. And
how the window and its memory take many. Linux alone tells it.

What is counted is the processor time of the program's process with all its threads. The simulator and the X server are
processes of their own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.simulator.child import DEMO_SECRET
from tests.benchmarks import limits
from tests.benchmarks.children import Child, cpu_seconds, memory, screens
from tests.benchmarks.simulated import simulated_runway
from tests.benchmarks.table import Figure

NAME = "Tasks that pass through the window"


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 500
    """Of which the processor time is told, ..."""
    warm: int = 250
    """... after so many, after which the program has all that it ever imports."""
    rate: int = 30
    """Tasks a second, ..."""
    settle: float = 20.0
    """... which go on for so many seconds before it is measured ..."""
    seconds: float = 80.0
    """... for so many."""
    rest: float = 60.0
    """Seconds after the last until its memory is told."""
    patience: float = 900.0
    """Seconds for what was sent to be saved, on a machine that is busy with other things too."""


def measure(folder: Path, size: Size) -> list[Figure]:
    """Blocking. Raises `NotToldHere`."""
    screen, variables = next(screens())
    with simulated_runway() as runway:
        variables = variables | {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": DEMO_SECRET}
        with Child("passing_child", str(folder / "some"), variables=variables) as child:
            _pass(child, size.warm, size)
            used = [cpu_seconds(child.pid), cpu_seconds(child.pid, child.pid)]
            _pass(child, size.tasks, size)
            used = [cpu_seconds(child.pid) - used[0], cpu_seconds(child.pid, child.pid) - used[1]]
        steady = tuple(map(str, (size.rate, size.settle, size.seconds)))
        with Child("passing_child", str(folder / "many"), *steady, variables=variables) as child:
            lag = child.hear("lag", 120.0 + size.settle + size.seconds)
            passed = child.hear("passed", size.patience)
            time.sleep(size.rest)
            resident = memory(child.pid)["rss"]

    def figure(setting: str, name: str, value: float, unit: str, at_most: float | None = None) -> Figure:
        return Figure(
            benchmark=NAME, setting=f"{setting}, {screen}", name=name, value=value, unit=unit, at_most=at_most
        )

    some = f"{size.tasks} tasks of 2 to 5 s"
    many = f"{size.rate} tasks a second for {size.settle + size.seconds:.0f} s"
    return [
        figure(some, "CPU a task, all threads", 1_000 * used[0] / size.tasks, "ms", limits.TASK_CPU_MS),
        figure(some, "… of it the window's thread", 1_000 * used[1] / size.tasks, "ms"),
        Figure(
            benchmark=NAME, setting=f"{many}, {screen}", name="saved", value=passed["saved"] / size.seconds,
            unit="a second", at_least=limits.SAVED_A_SECOND * size.rate / 30,
        ),
        figure(many, "a timer of 5 ms is late, 99 in 100 within", lag["p99"], "ms", limits.PASSING_LAG_MS),
        figure(many, "… worst", lag["worst"], "ms"),
        figure(many, f"resident {size.rest:.0f} s after the last", resident, "MB", limits.PASSED_MB),
    ]  # fmt: skip


def _pass(child: Child, tasks: int, size: Size) -> None:
    child.tell(str(tasks))
    child.hear("passed", size.patience)
