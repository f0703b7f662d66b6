"""Completions for bash, zsh and fish, and the man page: made of the commands' own parser, when packaging.

Raises `StepFailed`. Standard library only; the two libraries that make them run in the environment.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from steps.places import ROOT, VENV, StepFailed, program_of

NAME = "runway-desktop"
PLACES = {
    "bash": f"usr/share/bash-completion/completions/{NAME}",
    "zsh": f"usr/share/zsh/vendor-completions/_{NAME}",
    "fish": f"usr/share/fish/vendor_completions.d/{NAME}.fish",
}
MAN_PAGE = f"usr/share/man/man1/{NAME}.1"


def lay_out(tree: Path) -> None:
    """Puts them where a Debian system looks for them."""
    for shell, place in PLACES.items():
        _write(tree / place, "shtab", "--error-unimportable", f"--shell={shell}", "runway_desktop.cli.options.parser")
    _write(
        tree / MAN_PAGE, "argparse-manpage", "--module", "runway_desktop.cli.options", "--function", "parser",
        "--project-name", NAME, "--format", "single-commands-section",
    )  # fmt: skip


def _write(file: Path, program: str, *words: str) -> None:
    command = [str(program_of(VENV, program)), *words]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE)
    if done.returncode != 0 or not done.stdout:
        raise StepFailed(f"{program} made nothing: see its words above.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(done.stdout)
    file.chmod(0o644)
