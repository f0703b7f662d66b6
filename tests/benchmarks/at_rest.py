"""What the program takes while nothing is done, beside a bare window with as many rows: memory, processor time, and how
often any of its threads wakes. Linux alone tells it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import limits, seeding
from tests.benchmarks.children import (
    ROOT,
    BenchmarkFailed,
    Child,
    cpu_seconds,
    environment,
    memory,
    screens,
    wake_ups,
)  # fmt: skip
from tests.benchmarks.first_paint import UNREACHABLE
from tests.benchmarks.table import Figure

NAME = "At rest"


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 10_000
    settle: float = 14.0
    """Seconds after the start: by then HTTP is there, and what the start alone needed is given back."""
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Taken:
    resident: float
    own: float
    cpu: float
    wake_ups: float
    """A second."""


def measure(folder: Path, size: Size) -> list[Figure]:
    """One after the other, so that neither shares pages with the other. The program runs as a person starts it; its
    first start is not counted, which compiles, and looks at files that it has never seen. Blocking. Raises
    `NotToldHere`."""
    asyncio.run(seeding.fill(folder, finished=size.tasks))
    screen, variables = next(screens())
    with started(folder, variables):
        time.sleep(size.settle)
    with started(folder, variables) as program:
        ours = _taken(program.pid, size)
    with Child("bare_window", str(size.tasks), variables=variables) as child:
        child.hear("painted", 60.0)
        bare = _taken(child.pid, size)

    def figure(name: str, unit: str, value: float, reference: float, at_most: float | None = None) -> Figure:
        return Figure(
            benchmark=NAME, setting=f"{size.tasks} tasks stored, {size.seconds:.0f} s, {screen}", name=name,
            value=value, unit=unit, reference=reference, reference_name="bare window", at_most=at_most,
        )  # fmt: skip

    return [
        figure("resident", "MB", ours.resident, bare.resident, limits.RESTING_MB),
        figure("its own pages alone", "MB", ours.own, bare.own),
        figure("processor time", "s", ours.cpu, bare.cpu),
        figure("wake-ups of all threads", "a second", ours.wake_ups, bare.wake_ups, limits.WAKE_UPS_A_SECOND),
    ]


def _taken(pid: int, size: Size) -> Taken:
    time.sleep(size.settle)
    found, cpu, woken = memory(pid), cpu_seconds(pid), wake_ups(pid)
    time.sleep(size.seconds)
    return Taken(
        found["rss"], found["own"], cpu_seconds(pid) - cpu,
        sum(max(0, now - woken.get(thread, 0)) for thread, now in wake_ups(pid).items()) / size.seconds,
    )  # fmt: skip


@contextmanager
def started(profile: Path, variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The program and nothing beside it: whoever watches it from within is not part of it."""
    words = [sys.executable, "-m", "runway_desktop", "--profile-dir", str(profile)]
    program = subprocess.Popen(words, cwd=ROOT, env={**environment(), **variables, **UNREACHABLE})
    try:
        yield program
        if program.poll() is not None:
            raise BenchmarkFailed("The program ended by itself.")
        program.terminate()
        program.wait(30)
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()
