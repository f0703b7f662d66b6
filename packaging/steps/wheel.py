"""The wheel and its test: installed with pip in a new environment, it completes the tour outside the working copy.

Raises `StepFailed`. Standard library only; hatchling runs in `.venv`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from steps.environment import base_python
from steps.places import DIST, LOCK, program_of, python_of, run, say, told
from steps.proofs import prove_commands, prove_tour


def make(python: Path) -> None:
    """Builds `dist/*.whl` and tests it."""
    say("Making the wheel …")
    for old in DIST.glob("*.whl"):
        old.unlink()
    run([str(python), "-m", "hatchling", "build", "--target", "wheel", "--directory", str(DIST)])
    [wheel] = DIST.glob("*.whl")
    told(wheel)
    _prove(wheel)


def _prove(wheel: Path) -> None:
    """Installs it into a new environment elsewhere, with the versions of the lock."""
    with tempfile.TemporaryDirectory(prefix="runway-desktop-wheel-") as folder:
        scratch = Path(folder)
        run([base_python(), "-m", "venv", str(scratch / "venv")])
        versions = [line.split(" \\")[0] for line in LOCK.read_text("utf-8").splitlines() if "==" in line]
        (scratch / "versions.txt").write_text("\n".join(versions) + "\n", "utf-8")
        command = [
            str(python_of(scratch / "venv")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--constraint", str(scratch / "versions.txt"), str(wheel),
        ]  # fmt: skip
        run(command)
        prove_tour([str(program_of(scratch / "venv", "runway-desktop-window"))], scratch, "wheel")
        prove_commands([str(program_of(scratch / "venv", "runway-desktop"))], scratch, "wheel", serves_agents=False)
