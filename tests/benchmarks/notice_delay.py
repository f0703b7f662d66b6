"""Delay until the end of a task is noticed, and the number of polls for it, compared with the official SDK.

Equal sets of tasks of random length run at the same time on the same simulator: one polled by the SDK, one by the
engine without a history, one by the engine with the history of a hundred such tasks. The simulator knows when each task
ended and how often it was polled. The engine also saves every result meanwhile, as usual.
"""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from runway_desktop.simulator.child import DEMO_SECRET
from tests.benchmarks import seeding
from tests.benchmarks.children import BenchmarkFailed, Child
from tests.benchmarks.simulated import simulated_runway, state_of
from tests.benchmarks.table import Figure, quantile

NAME = "Notice: from the end at Runway to the row's change"


@dataclass(frozen=True, slots=True)
class Size:
    """`shortest` and `longest` bound how long a task runs, in seconds, each length as likely as the other."""

    tasks: int = 200
    history: int = 100
    shortest: float = 10.0
    longest: float = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    mean: float
    p95: float | None
    questions: float
    """GETs a task."""


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures of both engines beside the SDK's. Blocking, for a little longer than the longest task."""
    dice = random.Random(2)
    lengths = [dice.uniform(size.shortest, size.longest) for _ in range(size.tasks)]
    before = [dice.uniform(size.shortest, size.longest) for _ in range(size.history)]
    cold, warm, wishes = folder / "cold", folder / "warm", folder / "wishes.json"
    wishes.write_text(json.dumps([seeding.prompt(dice, seconds=seconds) for seconds in lengths]), encoding="utf-8")
    asyncio.run(seeding.fill(warm, runs=before))
    with simulated_runway() as runway, ExitStack() as children:
        where = (runway.base_url, DEMO_SECRET, str(wishes))
        crew = {
            "the SDK": children.enter_context(Child("sdk_child", *where)),
            "no history": children.enter_context(Child("engine_child", str(cold), *where)),
            "history": children.enter_context(Child("engine_child", str(warm), *where)),
        }
        for child in crew.values():
            child.hear("ready", 60.0)
        for child in crew.values():
            child.tell("go")
        patience = size.longest + 120.0
        seen = {name: child.hear("done", patience)["ended"] for name, child in crew.items()}
        state = state_of(runway)
    if any(len(ended) < size.tasks for ended in seen.values()):
        raise BenchmarkFailed(f"Not every end was seen: {[(name, len(ended)) for name, ended in seen.items()]}")
    outcomes = {name: _outcome(ended, state["ended"], state["gets"]) for name, ended in seen.items()}
    spread = f"{size.tasks} tasks of {size.shortest:.0f}–{size.longest:.0f} s"
    return [
        figure
        for name in ("no history", "history")
        for figure in _figures(f"{spread}, {name}", outcomes[name], outcomes["the SDK"])
    ]


def _outcome(seen: dict[str, float], ended: dict[str, float], gets: dict[str, int]) -> Outcome:
    delays = [at - ended[remote_id] for remote_id, at in seen.items()]
    return Outcome(fmean(delays), quantile(delays, 0.95), fmean(gets[remote_id] for remote_id in seen))


def _figures(of: str, ours: Outcome, sdk: Outcome) -> list[Figure]:
    return [
        Figure(
            benchmark=NAME, setting=of, name="mean", value=ours.mean, unit="s",
            reference=sdk.mean, reference_name="SDK", ratio_at_most=1.0,
        ),
        Figure(
            benchmark=NAME, setting=of, name="95 in 100 within", value=ours.p95, unit="s",
            reference=sdk.p95, reference_name="SDK", ratio_at_most=1.0,
        ),
        Figure(
            benchmark=NAME, setting=of, name="questions", value=ours.questions, unit="GETs/task",
            reference=sdk.questions, reference_name="SDK", ratio_at_most=0.5,
        ),
    ]  # fmt: skip
