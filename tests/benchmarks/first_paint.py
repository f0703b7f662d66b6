"""From the start of the process to the first painted window, with 10,000 tasks stored, beside a bare window, which is
only told; on X11 to the pixels of the screen, beside another program; and how long the window stands still right after.

They are started in turn, several times, so that whatever else the machine does hits all; medians are compared.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import limits, seeding
from tests.benchmarks.children import ROOT, Child, NotToldHere, environment, screens
from tests.benchmarks.shown import seconds_to_pixels
from tests.benchmarks.table import Figure

NAME = "First paint: from the process's start to a painted window"
UNREACHABLE = {"RUNWAYML_BASE_URL": "http://127.0.0.1:9", "RUNWAYML_API_SECRET": "key_" + "0" * 128}
"""Nobody answers there: starting must not depend on it."""
STANDSTILL = 2.0
"""Seconds after the first paint."""


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 10_000
    rounds: int = 9


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures for each kind of screen. Blocking."""
    profile = folder / "profile"
    asyncio.run(seeding.fill(profile, finished=size.tasks))
    figures = []
    for screen, variables in screens():
        setting = f"{size.tasks} tasks stored, {screen}"
        figures += _painted(setting, profile, variables, size)
        if screen == "X11":
            figures += _shown(setting, profile, folder / "home", variables, size)
    return figures


def _painted(setting: str, profile: Path, variables: Mapping[str, str], size: Size) -> list[Figure]:
    ours: list[float] = []
    bare: list[float] = []
    still: list[float] = []
    words = {"program_child": (str(profile), "first", str(STANDSTILL)), "bare_window": (str(size.tasks),)}
    # The first of each fills the system's caches and is not counted.
    for turn in range(size.rounds + 1):
        for times, module in ((ours, "program_child"), (bare, "bare_window")):
            with Child(module, *words[module], variables={**variables, **UNREACHABLE}) as child:
                painted = child.hear("painted", 60.0)["at"] - child.spawned
                if module == "program_child":
                    lag = child.hear("lag", 60.0)["worst"]
                    still += [lag] if turn and lag is not None else []
            if turn:
                times.append(painted)
    return [
        Figure(
            benchmark=NAME, setting=setting, name=f"median of {size.rounds}",
            value=median(ours), unit="s", reference=median(bare), reference_name="bare window",
        ),
        Figure(
            benchmark=NAME, setting=setting, name=f"longest standstill in the {STANDSTILL:.0f} s after it, median",
            value=median(still) if still else None, unit="ms", at_most=limits.STANDSTILL_MS,
        ),
    ]  # fmt: skip


def _shown(setting: str, profile: Path, home: Path, variables: Mapping[str, str], size: Size) -> list[Figure]:
    """To pixels, beside vorta where it is installed, which is a program of a like kind: Qt from Python, a database."""
    own = {**environment(), **variables, **UNREACHABLE}
    foreign = own | {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
    vorta = shutil.which("vorta")
    started = {
        "ours": ([sys.executable, "-m", "runway_desktop", "--profile-dir", str(profile)], own),
        "bare window": ([sys.executable, "-m", "tests.benchmarks.bare_window", str(size.tasks)], own),
    }
    if vorta is not None:
        home.mkdir(exist_ok=True)
        started["vorta"] = ([vorta], foreign)
    times: dict[str, list[float]] = {name: [] for name in started}
    try:
        for turn in range(size.rounds + 1):
            for name, (words, given) in started.items():
                took = seconds_to_pixels(words, os.environ["DISPLAY"], {**given, "PYTHONPATH": str(ROOT)}, _end)
                if turn:
                    times[name].append(took)
    except NotToldHere:
        return []
    said = f"to pixels, median of {size.rounds}"
    ours, bare = median(times["ours"]), median(times["bare window"])
    return [
        Figure(
            benchmark=NAME, setting=setting, name=said, value=ours, unit="s",
            reference=median(times["vorta"]), reference_name="vorta", ratio_at_most=limits.START_BESIDE_VORTA,
        )
        if vorta is not None
        else Figure(
            benchmark=NAME, setting=setting, name=said, value=ours, unit="s",
            reference=bare, reference_name="bare window, as vorta is not installed",
        )
    ]  # fmt: skip


def _end(process: subprocess.Popen[Any]) -> None:
    """As a session that ends would, which every program understands."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()
