"""What a task costs that passes through: sent, asked for, saved with its sidecar. CPU for each in the engine alone, the
memory that stays after many, there and with the window, and how late that is while many pass. Linux alone tells it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runway_desktop.simulator.child import DEMO_SECRET
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
    rate: int = 30
    """Tasks a second that pass through the window, ..."""
    settle: float = 20.0
    """... which go on for so many seconds before it is measured ..."""
    seconds: float = 60.0
    """... for so many."""


def measure(folder: Path, size: Size) -> list[Figure]:
    """Blocking. Raises `NotToldHere`."""
    with simulated_runway("--speed", "4") as runway:
        words = (str(folder / "alone"), runway.base_url, DEMO_SECRET, str(size.tasks), str(size.portion))
        with Child("passing_child", *words) as child:
            alone = _heard(child, size.tasks, size)
        _, variables = next(screens())
        variables = variables | {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": DEMO_SECRET}
        shown = (str(folder / "window"), "portions", str(size.with_window), str(size.portion))
        with Child("passing_window_child", *shown, variables=variables) as child:
            with_window = _heard(child, size.with_window, size)
        steady = (str(folder / "steady"), "steadily", str(size.rate), str(size.settle), str(size.seconds))
        with Child("passing_window_child", *steady, variables=variables) as child:
            lag = child.hear("lag", 120.0 + size.settle + size.seconds)
            saved = child.hear("saved", 60.0)["count"]
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
            value=1_000 * (last["loop"] - first["loop"]) / passed, at_most=10.0,
        ),
        *_memory(setting, alone),
        *_memory(f"{size.with_window:,} tasks, with the window", with_window),
        *_steady(size, lag, saved),
    ]  # fmt: skip


def _steady(size: Size, lag: dict[str, Any], saved: int) -> list[Figure]:
    setting = f"{size.rate} tasks a second with the window, {size.seconds:.0f} s: how late a timer of 5 ms fires"

    def late(name: str, kind: str, at_most: float | None = None) -> Figure:
        return Figure(benchmark=NAME, setting=setting, name=name, value=lag[kind], unit="ms", at_most=at_most)

    return [
        late("99 in 100 within", "p99", at_most=50.0),
        late("median", "p50"),
        late("worst", "worst"),
        Figure(
            benchmark=NAME, setting=setting, name="saved", unit="a second",
            value=saved / size.seconds, at_least=0.95 * size.rate,
        ),
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
