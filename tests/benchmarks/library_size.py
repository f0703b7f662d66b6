"""What a library of 300,000 tasks costs a person, and how that grows: room, first rows, a key in the search, another
order, a burst of tasks that end, scrolling list and grid, memory."""

from __future__ import annotations

import asyncio
import math
import shutil
import sys
import time
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from runway_desktop.store.migrations import MIGRATIONS
from tests.benchmarks import seeding
from tests.benchmarks.children import ROOT, Child, NotToldHere, memory, screens
from tests.benchmarks.first_paint import UNREACHABLE
from tests.benchmarks.limits import SEARCH_KEY_MS
from tests.benchmarks.table import Figure, quantile

NAME = "Library: what its size costs"
_KEPT_FROM = 50_000


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 300_000
    smaller: tuple[int, ...] = (10_000, 100_000)
    """Libraries that are measured as well, to tell how each figure grows."""
    keys: int = 150
    frames: int = 400
    ends: int = 150
    """Tasks that end while somebody types, ten a second."""
    settle: float = 6.0


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures of the largest library, and the power of its size by which each grows from the smallest. Blocking. The
    memory is left out where the system does not tell it."""
    _, variables = next(screens())
    variables = variables | UNREACHABLE
    asyncio.run(seeding.fill(folder / "empty"))
    found = {tasks: _measured(folder, tasks, size, variables) for tasks in (*size.smaller, size.tasks)}
    figures = found[size.tasks]
    if not size.smaller:
        return figures
    least = size.smaller[0]
    before = {figure.name: figure.value for figure in found[least]}
    return figures + [
        _figure(size.tasks, f"power from {least:,} tasks on: {figure.name}", power, at_most=1.1, unit="")
        for figure in figures
        if (power := _power(before.get(figure.name), figure.value, size.tasks / least)) is not None
    ]


def _power(small: float | None, large: float | None, times: float) -> float | None:
    """The exponent: 0 of what does not grow, 1 of what grows with the library, more of what grows faster."""
    return math.log(large / small) / math.log(times) if small and large and small > 0 and large > 0 else None


def _measured(folder: Path, tasks: int, size: Size, variables: dict[str, str]) -> list[Figure]:
    place = folder / str(tasks)
    _library(place, tasks)
    room = (place / "profile.db").stat().st_size / 1e6
    extents = map(str, (size.keys, size.frames, size.ends))
    with Child("library_child", str(place), *extents, variables=variables) as child:
        rows = child.hear("rows", 240.0)
        counts = child.hear("counts", 120.0)["took"]
        searched = child.hear("searched", 120.0 + 8 * size.keys)["took"]
        ordered = child.hear("ordered", 480.0)["took"]
        busy = child.hear("busy", 120.0 + size.ends)
        scrolled = {name: child.hear(name, 120.0)["took"] for name in ("list", "grid")}
    every_key = list(chain.from_iterable(searched.values()))
    figures = [
        _figure(tasks, "room on the disk", room, max(2.0, 0.003 * tasks), unit="MB"),
        _figure(tasks, "first rows after the window's first paint", rows["late"], 100.0),
        _figure(tasks, "amounts of the left pane", counts, 150.0),
        _figure(tasks, "from a key in the search to painted rows, median", quantile(every_key, 0.5)),
        _figure(tasks, "from a key in the search to painted rows, 99 in 100", quantile(every_key, 0.99), SEARCH_KEY_MS),
    ]
    for kind, took in searched.items():
        figures.append(_figure(tasks, f"… {kind}", quantile(took, 0.99), SEARCH_KEY_MS))
    for kind, waits in ordered.items():
        slowest = max(waits, key=waits.__getitem__)
        print(f"The slowest {kind} with {tasks:,} tasks: {slowest}", file=sys.stderr)
        at_most = 26.0 if kind == "order" else 150.0
        figures.append(_figure(tasks, f"another {kind} painted, slowest of {len(waits)}", waits[slowest], at_most))
    figures += [
        _figure(tasks, "a key while ten tasks end each second, 99 in 100 within", quantile(busy["took"], 0.99), 100.0),
        _figure(tasks, "… time that counting places and saved searches takes", 100 * busy["counted"], 30.0, unit="%"),
    ]
    for name, took in scrolled.items():
        figures.append(_figure(tasks, f"a frame of scrolling the {name}, 99 in 100 within", quantile(took, 0.99)))
        figures.append(_figure(tasks, f"a frame of scrolling the {name}, worst", max(took, default=None), 25.0))
    try:
        own = {name: _memory(folder / name, variables, size.settle) for name in (str(tasks), "empty")}
    except NotToldHere:
        return figures
    more = own[str(tasks)] - own["empty"]
    return [*figures, _figure(tasks, "memory beyond that of an empty library", more, 150.0, unit="MB")]


def _library(place: Path, tasks: int) -> None:
    """A large one takes minutes to make: it is kept for the next time."""
    if tasks < _KEPT_FROM:
        asyncio.run(seeding.fill(place, finished=tasks))
        return
    kept = ROOT / "build" / "libraries" / f"{MIGRATIONS[-1].to}-{tasks}"
    if not (kept / "whole").exists():
        shutil.rmtree(kept, ignore_errors=True)
        asyncio.run(seeding.fill(kept, finished=tasks))
        (kept / "whole").touch()
    place.mkdir(parents=True)
    shutil.copyfile(kept / "profile.db", place / "profile.db")


def _memory(folder: Path, variables: dict[str, str], settle: float) -> float:
    with Child("program_child", str(folder), variables=variables) as child:
        child.hear("ready", 120.0)
        time.sleep(settle)
        return memory(child.pid)["pss"]


def _figure(tasks: int, words: str, value: float | None, at_most: float | None = None, unit: str = "ms") -> Figure:
    return Figure(
        benchmark=NAME, setting=f"{tasks:,} tasks", name=words, value=value, unit=unit, at_most=at_most
    )  # fmt: skip
