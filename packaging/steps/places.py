"""Where things lie in a working copy, and how a step speaks and fails. Imported by every other step."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_WITHOUT_QT = ROOT / ".venv-noqt"
LOCK = ROOT / "packaging" / "requirements.lock"
PYPROJECT = ROOT / "pyproject.toml"


class StepFailed(Exception):
    """A step cannot go on. Its text says what happened and what to do, for a person at a terminal."""


def say(text: str) -> None:
    """One line for the person at the terminal, at once, in order with what programs print."""
    print(text, flush=True)


def python_of(venv: Path) -> Path:
    """The interpreter of a virtual environment on this system."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def program_of(venv: Path, name: str) -> Path:
    """An installed command of a virtual environment on this system."""
    return venv / "Scripts" / f"{name}.exe" if os.name == "nt" else venv / "bin" / name


def site_packages_of(venv: Path) -> Path:
    """Where that environment's libraries lie. The environment was made by a Python of this version."""
    if os.name == "nt":
        return venv / "Lib" / "site-packages"
    return venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def is_ci() -> bool:
    """Whether a machine asks: there a missing thing is a failure, never a shrug."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
