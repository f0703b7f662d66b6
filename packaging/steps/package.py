"""`dev.py package`: the artifacts, each made and proved by its module. To add one: its module, a line in `ARTIFACTS`.

Raises `StepFailed`. What was made lies in `dist/`. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from steps import appimage, bundle, deb, macos, wheel, windows
from steps.places import ROOT, StepFailed


@dataclass(frozen=True)
class Artifact:
    """`make(python)` makes and proves it in `dist/`; `python` is that of the environment."""

    words: str
    make: Callable[[Path], None]
    of_bundle: bool = True
    """Made of the one-folder bundle, which is built first."""
    system: str = "linux"
    """Where a release makes it, as `sys.platform` calls it."""


ARTIFACTS = {
    "wheel": Artifact("for pipx and uv", wheel.make, of_bundle=False),
    "bundle": Artifact("one folder, packed", bundle.make),
    "deb": Artifact("for Debian and Ubuntu", deb.make),
    "appimage": Artifact("one file for every Linux", appimage.make),
    "macos": Artifact("disk image, made on macOS", macos.make, system="darwin"),
    "windows": Artifact("installer, made on Windows", windows.make, system="win32"),
}


def make(python: Path, names: Sequence[str], *, as_is: bool) -> int:
    """Makes and proves what is named. `as_is`: of the bundle that is there. Returns the exit code."""
    chosen = [ARTIFACTS[name] for name in names]
    if any(artifact.of_bundle for artifact in chosen) and not as_is:
        bundle.build(python)
    elif as_is and not bundle.FOLDER.is_dir():
        raise StepFailed(f"There is no bundle in {bundle.FOLDER.relative_to(ROOT)}.")
    for artifact in chosen:
        artifact.make(python)
    return 0
