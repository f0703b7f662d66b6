"""Responsiveness of the window with a thousand tasks at Runway, ten thousand rows, and four constant downloads.

The real window and engine, with the simulator in its own process. A timer of 5 ms on the window's loop measures its
lateness; the same timer in a bare window measures the machine at the same time.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runway_desktop.simulator.child import DEMO_SECRET, SimulatorProcess
from tests.benchmarks import seeding
from tests.benchmarks.children import BenchmarkFailed, Child, NotToldHere, cpu_seconds, screens
from tests.benchmarks.simulated import links_of, make_tasks, simulated_runway, state_of
from tests.benchmarks.table import Figure, quantile

NAME = "Lag: how late a timer of 5 ms fires on the window's loop"
LINK_SECONDS = 1.0
"""How long the simulator thinks about each download: with this, four are always under way, about four end each
second."""


@dataclass(frozen=True, slots=True)
class Size:
    rows: int = 10_000
    open_tasks: int = 1000
    seconds: float = 60.0
    settle: float = 12.0
    """Seconds after the start, in which every open task is asked for once."""

    @property
    def watched(self) -> int:
        """Open tasks at the top of the list that end while it is measured. The list follows the rows that it shows: of
        others no row changes."""
        return min(30, self.open_tasks)

    @property
    def unsaved(self) -> int:
        """Results that wait to be saved, so that four downloads never run dry."""
        return int(4.5 * (self.seconds + self.settle) / LINK_SECONDS)


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures for each kind of screen. Blocking."""
    return [figure for screen, variables in screens() for figure in _on(screen, variables, folder / screen, size)]


def _on(screen: str, variables: dict[str, str], folder: Path, size: Size) -> list[Figure]:
    with simulated_runway("--fault", f"output:latency,seconds={LINK_SECONDS}") as runway:
        open_tasks, unsaved = asyncio.run(_work(runway, size))
        past = size.rows - size.open_tasks - size.unsaved
        asyncio.run(seeding.fill(folder, finished=max(0, past), open_tasks=[*unsaved, *open_tasks]))
        variables = variables | {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": DEMO_SECRET}
        times = (str(size.settle), str(size.seconds))
        with (
            Child("program_child", str(folder), *times, variables=variables) as program,
            Child("bare_window", str(size.rows), *times, variables=variables) as bare,
        ):
            program.hear("begins", 120.0)
            before, used = state_of(runway), _used(program)
            reference = bare.hear("lag", 120.0 + size.seconds)
            lag = program.hear("lag", 120.0 + size.seconds)
            after, used = state_of(runway), _used(program) - used
    return _figures(screen, size, lag, reference, _counts(before, after), used)


async def _work(runway: SimulatorProcess, size: Size) -> tuple[list[seeding.Open], list[seeding.Open]]:
    dice = random.Random(4)
    lengths = [dice.uniform(30.0, 900.0) for _ in range(size.open_tasks - size.watched)]
    lengths += [size.settle + dice.uniform(0.1, 0.9) * size.seconds for _ in range(size.watched)]
    long = [seeding.request(seeding.prompt(dice, seconds=seconds)) for seconds in lengths]
    short = [seeding.request(seeding.prompt(dice, seconds=0.001)) for _ in range(size.unsaved)]
    done = await make_tasks(runway, short)
    remote_ids = await make_tasks(runway, long)
    await asyncio.sleep(2.1)  # an accepted task waits up to 2 s before it runs
    links = await links_of(runway, done)
    return (
        [seeding.Open(*pair) for pair in zip(remote_ids, long, strict=True)],
        [seeding.Open(*each) for each in zip(done, short, links, strict=True)],
    )


def _used(child: Child) -> float:
    try:
        return cpu_seconds(child.pid)
    except NotToldHere:
        return 0.0


def _counts(before: dict[str, Any], after: dict[str, Any]) -> dict[str, float]:
    return {name: sum(after[name].values()) - sum(before[name].values()) for name in ("gets", "downloads")}


def _figures(
    screen: str, size: Size, lag: dict[str, Any], reference: dict[str, Any], counts: dict[str, float], used: float
) -> list[Figure]:
    if not lag["fired"] or not (counts["gets"] or counts["downloads"]):
        raise BenchmarkFailed(f"Nothing happened while it was measured: {lag}, {counts}")
    setting = f"{size.open_tasks} open tasks of {size.rows}, four downloads, {size.seconds:.0f} s, {screen}"

    rows = [1000.0 * seconds for seconds in lag["rows"]]

    def late(words: str, kind: str, at_most: float | None = None) -> Figure:
        return Figure(
            benchmark=NAME, setting=setting, name=words, value=lag[kind], unit="ms",
            reference=reference[kind], reference_name="bare window", at_most=at_most,
        )  # fmt: skip

    def beside(words: str, value: float | None, unit: str, at_most: float | None = None) -> Figure:
        return Figure(benchmark=NAME, setting=setting, name=words, value=value, unit=unit, at_most=at_most)

    return [
        late("median", "p50"),
        late("99 in 100 within", "p99", at_most=8.0),
        late("worst", "worst", at_most=50.0),
        beside("from the engine's word to the row, 95 in 100", quantile(rows, 0.95), "ms", 150.0),
        beside("questions", counts["gets"] / size.seconds, "GETs/s"),
        beside("downloads", counts["downloads"] / size.seconds, "a second"),
        beside("processor", 100.0 * used / size.seconds, "% of one"),
    ]
