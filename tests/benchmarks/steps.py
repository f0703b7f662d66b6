"""A project's steps: from the command to the painted board, and how long a frame takes while it scrolls.

The real program with its store on disk and no server.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.library import GroupBy, Listing
from runway_desktop.domain.task import Pick
from runway_desktop.store import SqliteStore
from runway_desktop.values import replace
from tests.benchmarks import seeding
from tests.benchmarks.children import Child, screens
from tests.benchmarks.first_paint import UNREACHABLE
from tests.benchmarks.limits import STEPS_FRAME_MS, STEPS_OPENED_MS
from tests.benchmarks.table import Figure, quantile

NAME = "Steps: a project opened and scrolled"
PROJECT = "Aurora"


@dataclass(frozen=True, slots=True)
class Size:
    shots: int = 200
    takes: int = 10
    frames: int = 300


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures for each kind of screen. Blocking."""
    asyncio.run(_fill(folder / "profile", size))
    figures = []
    for screen, variables in screens():
        words = (str(folder / "profile"), PROJECT, str(size.frames))
        with Child("steps_child", *words, variables=variables | UNREACHABLE) as child:
            heard = child.hear("opened", 120.0)
        said = f"{size.shots} shots, {size.shots * size.takes} takes"
        found = (
            (f"{said}: the first time", heard["first"], None),
            (f"{said}: again", heard["again"], STEPS_OPENED_MS),
            ("scrolled: 95 in 100 frames painted within", quantile(heard["frames"], 0.95), STEPS_FRAME_MS),
        )
        figures += [
            Figure(benchmark=NAME, setting=screen, name=name, value=value, unit="ms", at_most=most)
            for name, value, most in found
        ]
    return figures


async def _fill(profile: Path, size: Size) -> None:
    await seeding.fill(profile, finished=size.shots * size.takes)
    store = await SqliteStore.open(profile / "profile.db")
    try:
        rows = await store.rows((await store.list(Listing(descending=False, group=GroupBy.NONE))).ids)
        await store.save_many(
            [
                replace(row.task, project=PROJECT, shot=f"{at // size.takes:03}",
                        pick=Pick.NONE if at % size.takes else Pick.PICK)
                for at, row in enumerate(rows)
            ]
        )  # fmt: skip
    finally:
        await store.close()
