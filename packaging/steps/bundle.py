"""The wheel and the one-folder bundle, and the proof of each: outside the working copy it completes the tour.

Raises `StepFailed`. What was made lies in `dist/`. Standard library only; hatchling and PyInstaller run in `.venv`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from steps import deb
from steps.environment import base_python
from steps.places import LOCK, ROOT, StepFailed, program_of, python_of, say

DIST = ROOT / "dist"
BUILD = ROOT / "build"
TOUR_SECONDS = 600
ABOUT = "_internal/runway_desktop/resources/about"
"""Where a bundle keeps its licenses and its SBOM: among the files that ship with the program, which shows them."""


def make(python: Path, what: Sequence[str]) -> int:
    """Make and prove what is named: "wheel", "bundle", "deb" (made of the bundle). Returns the exit code."""
    if "wheel" in what:
        wheel = _wheel(python)
        say(f"{wheel.relative_to(ROOT)}: {_megabytes(wheel.stat().st_size)}")
        _prove_wheel(wheel)
    if "bundle" in what or "deb" in what:
        folder = _bundle(python)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
        say(f"{folder.relative_to(ROOT)}: {_megabytes(size)}")
        _prove_bundle(folder)
        source = _source()
        say(f"{source.relative_to(ROOT)}: {_megabytes(source.stat().st_size)}")
        if "deb" in what:
            deb.make(folder, DIST, ABOUT)
            return 0
        archive = Path(shutil.make_archive(str(folder), "xztar", DIST, folder.name))
        say(f"{archive.relative_to(ROOT)}: {_megabytes(archive.stat().st_size)}")
    return 0


def _wheel(python: Path) -> Path:
    say("Making the wheel …")
    before = set(DIST.glob("*.whl"))
    for old in before:
        old.unlink()
    _run([str(python), "-m", "hatchling", "build", "--target", "wheel", "--directory", str(DIST)])
    return next(DIST.glob("*.whl"))


def _bundle(python: Path) -> Path:
    say("Making the bundle …")
    command = [
        str(python), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
        "--distpath", str(DIST), "--workpath", str(BUILD / "pyinstaller"),
        str(ROOT / "packaging" / "runway-desktop.spec"),
    ]  # fmt: skip
    _run(command)
    folder = DIST / "runway-desktop"
    out = folder / ABOUT
    _run([str(python), str(ROOT / "packaging" / "third_party.py"), str(folder), str(out)])
    return folder


def _source() -> Path:
    """The source of what was made, beside it: the license of the whole asks for it. Raises `StepFailed`."""
    name = f"runway-desktop-{deb.version()}-source"
    archive = DIST / f"{name}.tar.gz"
    _run(["git", "archive", "--format=tar.gz", f"--prefix={name}/", f"--output={archive}", "HEAD"])
    return archive


def _prove_wheel(wheel: Path) -> None:
    """Into a fresh environment elsewhere, as a person installs it, with the versions of the lock."""
    with tempfile.TemporaryDirectory(prefix="runway-desktop-wheel-") as folder:
        room = Path(folder)
        _run([base_python(), "-m", "venv", str(room / "venv")])
        versions = [line.split(" \\")[0] for line in LOCK.read_text("utf-8").splitlines() if "==" in line]
        (room / "versions.txt").write_text("\n".join(versions) + "\n", "utf-8")
        command = [
            str(python_of(room / "venv")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--constraint", str(room / "versions.txt"), str(wheel),
        ]  # fmt: skip
        _run(command)
        _prove_tour([str(program_of(room / "venv", "runway-desktop"))], room, "wheel")


def _prove_bundle(folder: Path) -> None:
    """Copied elsewhere, started by its own program file."""
    with tempfile.TemporaryDirectory(prefix="runway-desktop-bundle-") as elsewhere:
        room = Path(elsewhere)
        copy = Path(shutil.copytree(folder, room / "program", symlinks=True))
        name = "runway-desktop.exe" if os.name == "nt" else "runway-desktop"
        _prove_tour([str(copy / name)], room, "bundle")


def _prove_tour(program: list[str], room: Path, name: str) -> None:
    """Run the demo's tour with nothing of the working copy in sight. Raises `StepFailed` when it does not complete."""
    home = room / "home"
    home.mkdir()
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    for variable in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        variables[variable] = str(home)
    variables["QT_QPA_PLATFORM"] = "offscreen"
    pictures = room / "tour"
    done = subprocess.run(
        [*program, "--demo", "--tour", str(pictures)], cwd=room, env=variables, check=False, timeout=TOUR_SECONDS
    )
    count = len(list(pictures.glob("*.png")))
    if done.returncode != 0 or count == 0:
        raise StepFailed(f"The {name} did not complete the tour (exit code {done.returncode}, {count} pictures).")
    say(f"The {name} completed the tour outside the working copy: {count} pictures.")


def _run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise StepFailed(f"{Path(command[0]).name} {' '.join(command[1:4])} failed: see its words above.")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
