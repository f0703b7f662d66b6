"""What a task costs that passes through the engine: sent, asked for, saved with its sidecar. CPU for each, and memory
after many. Linux alone tells it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.children import Child
from tests.benchmarks.simulated import simulated_runway
from tests.benchmarks.table import Figure

NAME = "Tasks that pass through"


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 10_000
    portion: int = 250
    warm: int = 1_000
    """Tasks after which the program has all that it ever imports and keeps."""
    patience: float = 300.0


def measure(folder: Path, size: Size) -> list[Figure]:
    """Blocking. Raises `NotToldHere`."""
    with simulated_runway("--speed", "4") as runway:
        words = (str(folder), runway.base_url, runway.secret, str(size.tasks), str(size.portion))
        with Child("passing_child", *words) as child:
            heard = [child.hear("passed", size.patience) for _ in range(size.tasks // size.portion + 1)]
    first = next(one for one in heard if one["passed"] >= min(size.warm, size.tasks // 2))
    last = heard[-1]
    passed = last["passed"] - first["passed"]
    setting = f"{size.tasks:,} tasks, the engine alone"
    return [
        Figure(
            benchmark=NAME, setting=setting, name="CPU a task, all threads", unit="ms",
            value=1_000 * (last["cpu"] - first["cpu"]) / passed, at_most=20.0,
        ),
        Figure(
            benchmark=NAME, setting=setting, name="CPU a task, the loop's thread", unit="ms",
            value=1_000 * (last["loop"] - first["loop"]) / passed, at_most=8.0,
        ),
        Figure(
            benchmark=NAME, setting=setting, name=f"memory, from {first['passed']:,} to the end", unit="MB",
            value=last["resident"] - first["resident"], at_most=20.0,
        ),
        Figure(benchmark=NAME, setting=setting, name="resident at the end", unit="MB", value=last["resident"]),
    ]  # fmt: skip
