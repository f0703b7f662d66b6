"""`dev.py package`: the artifacts. A module builds and tests each. To add one: a module, and a line in `ARTIFACTS`.

Raises `StepFailed`. What was made lies in `dist/`. Standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from steps import appimage, bundle, deb, flatpak, macos, older, wheel, windows
from steps.places import ROOT, StepFailed


@dataclass(frozen=True)
class Artifact:
    """`make(python)` builds and tests it in `dist/`; `python` is that of the environment."""

    words: str
    make: Callable[[Path], None]
    of_bundle: bool = True
    """Built from the one-folder bundle, which has to exist first."""
    system: str = "linux"
    """System on which a release builds it, by `sys.platform`."""
    prove: Callable[[], None] | None = None
    """Tests it on this machine, also if it was built in an older system."""


ARTIFACTS = {
    "wheel": Artifact("for pipx and uv", wheel.make, of_bundle=False),
    "bundle": Artifact("one folder, packed", bundle.make),
    "deb": Artifact("for Debian and Ubuntu", deb.make, prove=deb.prove),
    "appimage": Artifact("one file for every Linux", appimage.make, prove=appimage.prove),
    "flatpak": Artifact("manifest with its sources", flatpak.make, of_bundle=False),
    "macos": Artifact("disk image, made on macOS", macos.make, system="darwin"),
    "windows": Artifact("installer, made on Windows", windows.make, system="win32"),
}


def make(python: Path, names: Sequence[str], *, as_is: bool, suite: str | None = None, is_inside: bool = False) -> int:
    """Builds and tests the named artifacts. `as_is`: from the existing bundle; `suite`: in a bare Debian of that name,
    where this is called with `is_inside`. Returns the exit code."""
    chosen = [ARTIFACTS[name] for name in names]
    if suite is not None:
        older.make(suite, [*names, *["--as-is"] * as_is, "--inside"])
    else:
        _make_here(python, chosen, as_is=as_is)
    for artifact in chosen:
        if artifact.prove is not None and not is_inside:
            artifact.prove()
    return 0


def _make_here(python: Path, chosen: Sequence[Artifact], *, as_is: bool) -> None:
    if any(artifact.of_bundle for artifact in chosen) and not as_is:
        bundle.build(python)
    elif as_is and not bundle.FOLDER.is_dir():
        raise StepFailed(f"There is no bundle in {bundle.FOLDER.relative_to(ROOT)}.")
    for artifact in chosen:
        artifact.make(python)
