"""Paths of a working copy, and output and errors of the steps. Imported by every other step."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_WITHOUT_QT = ROOT / ".venv-noqt"
LOCK = ROOT / "packaging" / "requirements.lock"
PYPROJECT = ROOT / "pyproject.toml"
DIST = ROOT / "dist"
BUILD = ROOT / "build"

MADE = (
    ".venv", ".venv-noqt", ".venv.lock", "build", "dist", ".mypy_cache", ".ruff_cache", ".pytest_cache",
    ".import_linter_cache", ".grimp_cache", ".hypothesis", "tour", "runway-desktop-tour",
)  # fmt: skip
"""All outputs of these commands in the working copy, except the bytecode next to each source."""


class StepFailed(Exception):
    """A step cannot go on. Its text says what happened and what to do, for a person at a terminal."""


def say(text: str) -> None:
    """Prints a line at once, so that it stays in order with the output of child processes."""
    print(text, flush=True)


def run(command: Sequence[str], folder: Path = ROOT, more: Mapping[str, str] | None = None) -> None:
    """Runs it in `folder`, with `more` variables. Raises `StepFailed` unless it ends well."""
    if subprocess.run(command, cwd=folder, env={**os.environ, **(more or {})}, check=False).returncode != 0:
        raise StepFailed(f"{Path(command[0]).name} {' '.join(command[1:4])} failed: see its words above.")


def told(made: Path) -> Path:
    """Prints the size of a new file or folder. Returns its path."""
    files = [made] if made.is_file() else [file for file in made.rglob("*") if not file.is_symlink()]
    say(f"{made.relative_to(ROOT)}: {sum(file.stat().st_size for file in files if file.is_file()) / 1e6:.1f} MB")
    return made


def must_be_writable() -> None:
    """Raises `StepFailed` if this user may not write the outputs of the commands."""
    if not os.access(ROOT, os.W_OK):
        raise StepFailed(
            f"{ROOT} cannot be written to, and all that this command makes lies there. Copy the folder to a place of "
            "your own and type the command there."
        )
    for path in (ROOT / name for name in MADE):
        if path.exists() and not os.access(path, os.W_OK):
            raise StepFailed(
                f"{path} was made by another user ({_owner(path)}) and cannot be changed. Type this, then the command "
                f"again:\n  sudo {Path(sys.executable).name} packaging/dev.py clean"
            )


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, NotImplementedError):
        return "unknown"


def python_of(venv: Path) -> Path:
    """The interpreter of a virtual environment on this system."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def program_of(venv: Path, name: str) -> Path:
    """An installed command of a virtual environment on this system."""
    return venv / "Scripts" / f"{name}.exe" if os.name == "nt" else venv / "bin" / name


def site_packages_of(venv: Path) -> Path:
    """The environment's `site-packages`, for an environment of the same Python version as ours."""
    if os.name == "nt":
        return venv / "Lib" / "site-packages"
    return venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def is_ci() -> bool:
    """Whether this runs under CI, where missing tools are failures instead of skipped steps."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
