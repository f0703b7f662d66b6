"""Keeps the first simulated organization in a file, so that the demo's tasks go on when it is closed and opened again.

The file is JSON, replaced as a whole. One that is missing, damaged or of another make is no error: the organization
then begins anew, as it is only a simulation. Raises `OSError` where the file cannot be written.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec

from .links import Uploads
from .world import SimulatedTask, World

_MAKE = 1


class _Kept(msgspec.Struct):
    make: int
    balance: int
    uploads: dict[str, float]
    tasks: list[SimulatedTask]


def keep(world: World, uploads: Uploads, path: Path) -> None:
    """Writes everything that a later run needs."""
    kept = _Kept(_MAKE, world.balance, uploads.known(), list(world.tasks()))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    # A task that never ends lasts for an infinity, which strict JSON has not.
    with open(part, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(msgspec.to_builtins(kept), file)
    os.replace(part, path)


def take_up(world: World, uploads: Uploads, path: Path, now: float) -> bool:
    """Lets a new world go on from the file. False when there was nothing to take up."""
    try:
        kept = msgspec.convert(json.loads(path.read_text(encoding="utf-8")), _Kept)
    except (OSError, ValueError, msgspec.ValidationError):
        return False
    if kept.make != _MAKE:
        return False
    uploads.restore(kept.uploads)
    world.restore(kept.tasks, kept.balance, now)
    return True
