"""Sources of other projects, each at one commit, that artifacts are built from or checked with.

Raises `StepFailed`. Standard library only.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from steps.places import run


@dataclass(frozen=True)
class Source:
    """`variable`: name of the environment variable that can name a mirror of the repository."""

    name: str
    address: str
    commit: str
    variable: str
    license: str = ""


def fetched(source: Source, scratch: Path) -> Path:
    """Checks the commit out into a new folder in `scratch`. Returns it."""
    folder = scratch / source.name
    address = os.environ.get(source.variable, source.address)
    run(["git", "init", "--quiet", str(folder)])
    run(["git", "fetch", "--quiet", "--depth", "1", address, source.commit], folder)
    run(["git", "checkout", "--quiet", source.commit], folder)
    return folder
