"""Largest distance in frames between four clips that play side by side, compared with the bare players.

    python -m tests.benchmarks in_step

Four clips of five seconds, of four shapes, at 24 frames a second, painted in four panes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.children import BenchmarkFailed, Child, screens
from tests.benchmarks.table import Figure

NAME = "In step: four clips side by side"


@dataclass(frozen=True, slots=True)
class Size:
    seconds: float = 10.0
    """More than the clips have plays them to their end."""
    rounds: int = 3


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures for each kind of screen, the worst of all rounds. Blocking."""
    figures = []
    for screen, variables in screens():
        heard = []
        for _ in range(size.rounds):
            with Child("compare_child", str(size.seconds), variables=variables) as child:
                heard.append(child.hear("played", 60.0))
        if any(found["moments"] < 5 for found in heard):
            raise BenchmarkFailed("The clips did not play.")
        setting = f"{heard[0]['position']:.1f} s played {size.rounds} times, {screen}"
        figures += [
            Figure(
                benchmark=NAME, setting=setting, name="furthest apart as shown",
                value=max(found["apart"] for found in heard), unit="frames",
                reference=max(found["players_apart"] for found in heard), reference_name="players themselves",
                at_most=1.0,
            ),
            Figure(
                benchmark=NAME, setting=setting, name="time taken for each second",
                value=max(found["took"] / found["position"] for found in heard), unit="s",
            ),
        ]  # fmt: skip
    return figures
