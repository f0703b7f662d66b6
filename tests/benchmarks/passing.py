"""What a task costs that passes through: sent, asked for, saved with its sidecar. CPU for each in the engine alone, and
the memory that stays after many, there and with the window. Linux alone tells it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.children import Child, screens
from tests.benchmarks.simulated import simulated_runway
from tests.benchmarks.table import Figure

NAME = "Tasks that pass through"


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 10_000
    with_window: int = 3_000
    portion: int = 250
    warm: int = 1_000
    """Tasks after which the program has all that it ever imports and keeps."""
    patience: float = 300.0
    """Seconds for a portion."""


def measure(folder: Path, size: Size) -> list[Figure]:
    """Blocking. Raises `NotToldHere`."""
    with simulated_runway("--speed", "4") as runway:
        words = (str(folder / "alone"), runway.base_url, runway.secret, str(size.tasks), str(size.portion))
        with Child("passing_child", *words) as child:
            alone = _heard(child, size.tasks, size)
        _, variables = next(screens())
        variables = variables | {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": runway.secret}
        shown = (str(folder / "window"), str(size.with_window), str(size.portion))
        with Child("passing_window_child", *shown, variables=variables) as child:
            with_window = _heard(child, size.with_window, size)
    first, last = alone[0], alone[-1]
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
        *_memory(setting, alone),
        *_memory(f"{size.with_window:,} tasks, with the window", with_window),
    ]  # fmt: skip


def _heard(child: Child, tasks: int, size: Size) -> list[dict[str, Any]]:
    """What it said once it was warm, and after each portion from then on."""
    heard = [child.hear("passed", size.patience) for _ in range(tasks // size.portion + 1)]
    return [one for one in heard if one["passed"] >= min(size.warm, tasks // 2)]


def _memory(setting: str, heard: list[dict[str, Any]]) -> list[Figure]:
    first, last = heard[0], heard[-1]
    return [
        Figure(
            benchmark=NAME, setting=setting, name=f"memory beyond that after {first['passed']:,}", unit="MB",
            value=last["resident"] - first["resident"], at_most=20.0,
        ),
        Figure(benchmark=NAME, setting=setting, name="resident at the end", unit="MB", value=last["resident"]),
    ]  # fmt: skip
