"""Keeps the first simulated organization in a file, so that the demo's tasks go on when it is closed and opened again.

The file is JSON, replaced as a whole. One that is missing, damaged or of another make is no error: the organization
then begins anew, as it is only a simulation. Raises `OSError` where the file cannot be written.
"""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from runway_desktop.simulator.media.recipe import Recipe
from runway_desktop.simulator.media.tones import Shape

from .links import Uploads
from .world import SimulatedTask, World

_MAKE = 1


def keep(world: World, uploads: Uploads, path: Path) -> None:
    """Writes everything that a later run needs."""
    tasks = []
    for task in world.tasks():
        words = dataclasses.asdict(task)
        words["recipe"]["shape"] = task.recipe.shape.value
        tasks.append(words)
    content = {"make": _MAKE, "balance": world.balance, "uploads": uploads.known(), "tasks": tasks}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content), encoding="utf-8")
    os.replace(part, path)


def take_up(world: World, uploads: Uploads, path: Path, now: float) -> bool:
    """Lets a new world go on from the file. False when there was nothing to take up."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["make"] != _MAKE:
            return False
        tasks = [_task(words) for words in content["tasks"]]
        balance, known = int(content["balance"]), dict(content["uploads"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    uploads.restore(known)
    world.restore(tasks, balance, now)
    return True


def _task(words: dict[str, Any]) -> SimulatedTask:
    recipe = words.pop("recipe")
    recipe["shape"] = Shape(recipe["shape"])
    return SimulatedTask(recipe=Recipe(**recipe), **words)
