"""Clips from the samples: the nearest ratio, cut to the length that was asked for, with the prompt inside.

An MP4 or MOV is a row of boxes, and every player skips one called `free`: so each answer has bytes of its own, and its
prompt inside, without encoding anything. The longest sample has ten seconds; nothing is longer. Reads files; may run on
any thread. Raises `FileNotFoundError` when the samples are missing.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

from .boxes import free_box, shortened
from .recipe import Recipe

_NAME = re.compile(r"[a-z]+-(\d+)x(\d+)-(\d+)s\.(mp4|mov)")


@dataclass(frozen=True, slots=True)
class Sample:
    """A clip in the samples' folder, as its name tells: ratio (width by height) and seconds."""

    path: Path
    ratio: float
    seconds: float


def clip(recipe: Recipe, index: int, samples: Path) -> bytes:
    """The bytes of one output."""
    sample = nearest(recipe, index, listed(samples, recipe.format))
    words = {"prompt": recipe.prompt, "model": recipe.model, "seed": recipe.seed, "output": index}
    note = json.dumps(words, ensure_ascii=False).encode("utf-8", "replace")
    return shortened(sample.path.read_bytes(), recipe.seconds) + free_box(note)


def listed(samples: Path, ending: str) -> list[Sample]:
    """The clips with this ending, in the order of their names. Raises `FileNotFoundError` when there is none."""
    found = []
    for path in sorted(samples.glob(f"*.{ending}")):
        if parts := _NAME.fullmatch(path.name):
            found.append(Sample(path, int(parts[1]) / int(parts[2]), float(parts[3])))
    if not found:
        raise FileNotFoundError(f"no sample clip of the format {ending} in {samples}")
    return found


def nearest(recipe: Recipe, index: int, samples: list[Sample]) -> Sample:
    """The best ratio first, then one that is long enough; among equals the task's seed chooses."""
    wanted = recipe.width / recipe.height
    ratio = min({sample.ratio for sample in samples}, key=lambda one: abs(math.log(one / wanted)))
    fitting = [sample for sample in samples if sample.ratio == ratio]
    longest = max(sample.seconds for sample in fitting)
    enough = [sample for sample in fitting if sample.seconds >= min(recipe.seconds, longest)]
    return enough[recipe.seed_of(index) % len(enough)]
