"""What a library of 100,000 tasks costs a person: first rows, a key in the search, another order, a burst of tasks that
end, scrolling list and grid, memory."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tests.benchmarks import seeding
from tests.benchmarks.children import Child, NotToldHere, memory, screens
from tests.benchmarks.first_paint import UNREACHABLE
from tests.benchmarks.table import Figure, quantile

NAME = "Library: what its size costs"


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 100_000
    keys: int = 300
    frames: int = 400
    ends: int = 150
    """Tasks that end while somebody types, ten a second."""
    settle: float = 6.0


def measure(folder: Path, size: Size) -> list[Figure]:
    """Blocking. The memory is left out where the system does not tell it."""
    asyncio.run(seeding.fill(folder / "large", finished=size.tasks))
    asyncio.run(seeding.fill(folder / "empty"))
    _, variables = next(screens())
    variables = variables | UNREACHABLE
    extents = map(str, (size.keys, size.frames, size.ends))
    with Child("library_child", str(folder / "large"), *extents, variables=variables) as child:
        rows = child.hear("rows", 120.0)
        searched = child.hear("searched", 120.0 + 8 * size.keys)["took"]
        ordered = child.hear("ordered", 240.0)["took"]
        busy = child.hear("busy", 120.0 + size.ends)
        scrolled = {name: child.hear(name, 120.0)["took"] for name in ("list", "grid")}
    every_key = list(chain.from_iterable(searched.values()))
    figures = [
        _figure(size, "first rows after the window's first paint", rows["late"], 100.0),
        _figure(size, "a key in the search answered, median", quantile(every_key, 0.5)),
        _figure(size, "a key in the search answered, 99 in 100 within", quantile(every_key, 0.99), 50.0),
    ]
    for kind, took in searched.items():
        figures.append(_figure(size, f"… {kind}, 99 in 100 within", quantile(took, 0.99), 50.0))
    for kind, waits in ordered.items():
        slowest = max(waits, key=waits.__getitem__)
        words = f"another {kind} painted, the slowest of {len(waits)}: {slowest}"
        figures.append(_figure(size, words, waits[slowest], 150.0))
    figures += [
        _figure(size, "a key while ten tasks end each second, 99 in 100 within", quantile(busy["took"], 0.99), 100.0),
        _figure(size, "… time that counting places and saved searches takes", 100 * busy["counted"], 30.0, unit="%"),
    ]
    for name, took in scrolled.items():
        figures.append(_figure(size, f"a frame of scrolling the {name}, 99 in 100 within", quantile(took, 0.99)))
        figures.append(_figure(size, f"a frame of scrolling the {name}, worst", max(took, default=None), 25.0))
    try:
        own = {name: _memory(folder / name, variables, size.settle) for name in ("large", "empty")}
    except NotToldHere:
        return figures
    more = own["large"] - own["empty"]
    return [*figures, _figure(size, "memory beyond that of an empty library", more, 150.0, unit="MB")]


def _memory(folder: Path, variables: dict[str, str], settle: float) -> float:
    with Child("program_child", str(folder), variables=variables) as child:
        child.hear("ready", 120.0)
        time.sleep(settle)
        return memory(child.pid)["pss"]


def _figure(size: Size, words: str, value: float | None, at_most: float | None = None, unit: str = "ms") -> Figure:
    setting = f"{size.tasks} tasks"
    return Figure(benchmark=NAME, setting=setting, name=words, value=value, unit=unit, at_most=at_most)
