"""Other people's source, at one commit, of which an artifact is made or by which it is checked.

Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from steps.places import run


@dataclass(frozen=True)
class Source:
    """`variable` may name another repository that has this commit."""

    name: str
    address: str
    commit: str
    variable: str
    license: str = ""


def fetched(source: Source, room: Path) -> Path:
    """The source of this very commit, in a new folder of `room`."""
    folder = room / source.name
    address = os.environ.get(source.variable, source.address)
    run(["git", "init", "--quiet", str(folder)])
    run(["git", "fetch", "--quiet", "--depth", "1", address, source.commit], folder)
    run(["git", "checkout", "--quiet", source.commit], folder)
    return folder
