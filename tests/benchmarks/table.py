"""Benchmark results as a table for people and as JSON for machines.

Each figure has a reference from the same run, so that a noisy machine affects both. A target is a limit of the figure
or of its ratio to the reference. Pure, except `machine`, which reads facts of this computer.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PySide6 import __version__ as pyside


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table, under the heading `benchmark` in `setting`. `at_most`, `at_least` and `ratio_at_most`
    are targets; a figure without any is for information."""

    benchmark: str
    setting: str
    name: str
    value: float | None
    """None: nothing came of which it could be told. Such a figure is not shown."""
    unit: str
    reference: float | None = None
    reference_name: str = ""
    at_most: float | None = None
    ratio_at_most: float | None = None
    at_least: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference if self.reference and self.value is not None else None

    @property
    def is_demanded(self) -> bool:
        return any(target is not None for target in (self.at_most, self.at_least, self.ratio_at_most))

    @property
    def is_met(self) -> bool | None:
        """None where nothing is demanded, or the ratio cannot be told."""
        verdicts: list[bool] = []
        if self.value is None:
            return False if self.is_demanded else None
        if self.at_most is not None:
            verdicts.append(self.value <= self.at_most)
        if self.at_least is not None:
            verdicts.append(self.value >= self.at_least)
        if self.ratio_at_most is not None and self.ratio is not None:
            verdicts.append(self.ratio <= self.ratio_at_most)
        return all(verdicts) if verdicts else None


def quantile(values: Sequence[float], part: float) -> float | None:
    """The value below which `part` (0 to 1) of `values` lie, between neighbors by their distance. None of nothing."""
    ranked = sorted(values)
    if not ranked:
        return None
    place = part * (len(ranked) - 1)
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


def printed(figures: Sequence[Figure]) -> str:
    """The table, with one heading for each benchmark and its setting."""
    heads = ("", "measured", "reference", "ratio", "target", "")
    lines: list[tuple[str, ...]] = [heads]
    heading = ""
    for figure in shown(figures):
        above = f"{figure.benchmark}. {figure.setting}"
        if above != heading:
            heading = above
            lines.append((heading,))
        lines.append(_cells(figure))
    widths = [max((len(line[i]) for line in lines if len(line) == len(heads)), default=0) for i in range(len(heads))]
    return "\n".join(_aligned(line, widths) for line in lines)


def shown(figures: Sequence[Figure]) -> list[Figure]:
    """Those that were measured."""
    return [figure for figure in figures if figure.value is not None]


def as_json(figures: Sequence[Figure], machine: dict[str, Any]) -> str:
    """The same for machines."""
    rows = [asdict(figure) | {"ratio": figure.ratio, "is_met": figure.is_met} for figure in shown(figures)]
    return json.dumps({"machine": machine, "figures": rows}, indent=1) + "\n"


def write(path: Path, text: str) -> None:
    """Writes `text`, making the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def machine() -> dict[str, Any]:
    """What this computer is, and how busy it is with other things."""
    return {
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "pyside": pyside,
        "load": load(),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def load() -> float | None:
    """Processes that want a processor, averaged over a minute; None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _cells(figure: Figure) -> tuple[str, ...]:
    assert figure.value is not None, "only what was measured is shown"
    reference = ""
    if figure.reference is not None:
        reference = f"{_number(figure.reference)} {figure.unit} {figure.reference_name}".rstrip()
    targets = []
    if figure.at_most is not None:
        targets.append(f"≤ {_number(figure.at_most)} {figure.unit}")
    if figure.at_least is not None:
        targets.append(f"≥ {_number(figure.at_least)} {figure.unit}")
    if figure.ratio_at_most is not None:
        targets.append(f"ratio ≤ {_number(figure.ratio_at_most)}")
    verdict = {True: "met", False: "MISSED", None: ""}[figure.is_met]
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
    return (
        f"  {figure.name}", f"{_number(figure.value)} {figure.unit}", reference, ratio, ", ".join(targets), verdict,
    )  # fmt: skip


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    if len(line) == 1:
        return line[0]
    cells = [line[0].ljust(widths[0]), line[1].rjust(widths[1])]
    cells += [cell.ljust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
    return "  ".join(cells).rstrip()
