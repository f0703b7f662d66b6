"""Time from the last frame of a clip to the first two of the next one, where clips play one after the other, compared
with one player that opens the next when the one before has ended.

    python -m tests.benchmarks sequence

Clips of two seconds at 24 frames a second, made by `ffmpeg` where it is installed.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.benchmarks.children import BenchmarkFailed, Child, NotToldHere, screens
from tests.benchmarks.limits import JOINED_WITHIN_MS
from tests.benchmarks.scrub_child import FPS
from tests.benchmarks.scrubbing import make_clip
from tests.benchmarks.table import Figure

NAME = "Sequence: clips one after the other"
_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Size:
    heights: tuple[int, ...] = (720, 1080)
    clips: int = 6
    rounds: int = 3


def measure(folder: Path, size: Size) -> list[Figure]:
    """Figures for each kind of screen. Blocking."""
    if shutil.which("ffmpeg") is None:
        raise NotToldHere
    figures = []
    for height in size.heights:
        clips = [str(make_clip(folder / f"{height}-{at}.mp4", height, _SECONDS)) for at in range(size.clips)]
        for screen, variables in screens():
            heard: dict[str, list[dict[str, Any]]] = {"own": [], "bare": []}
            for _ in range(size.rounds):
                for which, found in heard.items():
                    with Child("sequence_child", which, *clips, variables=variables) as child:
                        found.append(child.hear("played", 120.0))
            setting = f"{height}p, {size.clips} clips {size.rounds} times, {screen}"
            figures += _figures(setting, heard, size.clips)
    return figures


def _figures(setting: str, heard: dict[str, list[dict[str, Any]]], clips: int) -> list[Figure]:
    own, bare = ([gap for found in heard[which] for gap in _joins(found["shown"])] for which in ("own", "bare"))
    if not own:
        raise BenchmarkFailed("The clips did not play.")
    missing = max(clips * _SECONDS * FPS - len({(at, start) for at, start, _ in one["shown"]}) for one in heard["own"])
    return [
        Figure(
            benchmark=NAME, setting=setting, name="longest between two frames at a join, in the middle",
            value=sorted(own)[len(own) // 2], unit="ms", at_most=JOINED_WITHIN_MS,
            reference=sorted(bare)[len(bare) // 2] if bare else None, reference_name="one bare player",
        ),
        Figure(
            benchmark=NAME, setting=setting, name="the same, 9 times in 10", value=sorted(own)[len(own) * 9 // 10],
            unit="ms", reference=sorted(bare)[len(bare) * 9 // 10] if bare else None, reference_name="one bare player",
        ),
        Figure(benchmark=NAME, setting=setting, name="frames missing", value=missing, unit="frames", at_most=0),
    ]  # fmt: skip


def _joins(shown: list[tuple[int, int, float]]) -> list[float]:
    """For each join, the longest of the times before the first two frames after it, in milliseconds."""
    gaps = [(later[2] - one[2]) * 1000 for one, later in pairwise(shown)]
    joins = [at for at, (one, later) in enumerate(pairwise(shown)) if one[0] != later[0]]
    return [max(gaps[at : at + 2]) for at in joins]
