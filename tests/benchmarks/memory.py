"""Memory at rest, with 10,000 tasks stored, beside a bare window with as many rows. Linux alone tells it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks import seeding
from tests.benchmarks.children import ROOT, BenchmarkFailed, Child, environment, memory, screens
from tests.benchmarks.first_paint import UNREACHABLE
from tests.benchmarks.table import Figure

NAME = "Memory after settling"


@dataclass(frozen=True, slots=True)
class Size:
    tasks: int = 10_000
    settle: float = 14.0
    """Seconds after the start: by then HTTP is there, and what the start alone needed is given back."""
    rounds: int = 3


def measure(folder: Path, size: Size) -> list[Figure]:
    """One after the other, so that neither shares pages with the other. The program runs as a person starts it; its
    first start is not counted, which compiles, and looks at files that it has never seen. Blocking. Raises
    `NotToldHere`."""
    asyncio.run(seeding.fill(folder, finished=size.tasks))
    _, variables = next(screens())
    found = []
    for _ in range(size.rounds + 1):
        with started(folder, variables) as program:
            time.sleep(size.settle)
            found.append(memory(program.pid))
    ours = {kind: median(one[kind] for one in found[1:]) for kind in found[0]}
    with Child("bare_window", str(size.tasks), variables=variables) as child:
        child.hear("painted", 60.0)
        time.sleep(size.settle)
        bare = memory(child.pid)
    words = {"rss": "resident", "pss": "resident, shared pages by share", "own": "its own pages alone"}
    return [
        Figure(
            benchmark=NAME, setting=f"{size.tasks} tasks stored", name=words[kind], value=ours[kind], unit="MB",
            reference=bare[kind], reference_name="bare window", at_most=115.0 if kind == "rss" else None,
        )
        for kind in words
    ]  # fmt: skip


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
