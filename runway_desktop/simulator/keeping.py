"""Stores the first organization in a file, so that a later run can continue with it.

Blocking. Writing is atomic and raises OSError; an unreadable file counts as missing.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date
from pathlib import Path

import msgspec

from .links import Uploads
from .world import SimulatedTask, World

_MAKE = 1


class _Spent(msgspec.Struct):
    day: date
    model: str
    credits: int


class _Kept(msgspec.Struct):
    make: int
    balance: int
    uploads: dict[str, float]
    tasks: list[SimulatedTask]
    spent: list[_Spent]


def keep(world: World, uploads: Uploads, path: Path) -> None:
    """Writes everything that a later run needs."""
    spent = [_Spent(day, model, amount) for (day, model), amount in world.spent().items()]
    kept = _Kept(_MAKE, world.balance, uploads.known(), list(world.tasks()), spent)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    # A task that never ends lasts infinitely long, which strict JSON cannot express.
    with open(part, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(msgspec.to_builtins(kept), file)
    os.replace(part, path)


def take_up(world: World, uploads: Uploads, path: Path, now: float) -> bool:
    """Loads the file into a new world. False if there was nothing to load."""
    try:
        kept = msgspec.convert(json.loads(path.read_text(encoding="utf-8")), _Kept)
    except (OSError, ValueError, msgspec.ValidationError):
        return False
    if kept.make != _MAKE:
        return False
    uploads.restore(kept.uploads)
    spent: Counter[tuple[date, str]] = Counter()
    for one in kept.spent:
        spent[one.day, one.model] += one.credits
    world.restore(kept.tasks, kept.balance, now, spent)
    return True
