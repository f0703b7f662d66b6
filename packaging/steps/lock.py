"""The lock: every distribution that the program and its tools need, on every system, with the hashes of its files.

Made by uv in a throwaway environment, for all platforms and all supported Pythons at once. It holds no address: where
the files come from is each person's own configuration of pip.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from steps.environment import base_python
from steps.places import LOCK, PYPROJECT, ROOT, StepFailed, program_of, python_of, say

HEAD = """\
# All that Runway Desktop and its tools need, on every system, with the hashes of every file.
# Made by `python3 packaging/dev.py lock` from pyproject.toml; not edited by hand.
"""
LINE = re.compile(
    r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z0-9,]+\])?==[^ ]+( ; [^\\]+)?( \\)?$|^    --hash=sha256:[0-9a-f]{64}( \\)?$"
)


def make(*, upgrade: bool) -> None:
    """Rewrites the lock. Versions that still fit are kept unless `upgrade`. Raises `StepFailed`."""
    with tempfile.TemporaryDirectory(prefix="runway-desktop-lock-") as folder:
        scratch = Path(folder)
        uv = _uv(scratch)
        out = scratch / "requirements.txt"
        if LOCK.exists() and not upgrade:
            out.write_text(LOCK.read_text("utf-8"), "utf-8")
        command = [
            str(uv), "pip", "compile", str(PYPROJECT), "--group", "dev", "--all-extras", "--universal",
            "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-header", "--no-config",
            "--no-emit-index-url", "--no-emit-find-links", "--output-file", str(out), "--quiet",
        ]  # fmt: skip
        say("Resolving for all systems …")
        done = subprocess.run(command, cwd=ROOT, env=_environment(scratch), check=False)
        if done.returncode != 0:
            raise StepFailed("The lock was left as it is: see the resolver's words above.")
        text = HEAD + tidy(out.read_text("utf-8"))
    LOCK.write_text(text, "utf-8")
    say(f"Wrote {LOCK.relative_to(ROOT)}: {sum('==' in line for line in text.splitlines())} distributions.")


def tidy(text: str) -> str:
    """Only names, versions, markers and hashes. Raises `StepFailed` for any other line, such as an address."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in lines:
        if not LINE.match(line):
            raise StepFailed(f"The resolver wrote a line that does not belong into a lock: {line!r}")
    return "\n".join(lines) + "\n"


def _uv(scratch: Path) -> Path:
    venv = scratch / "venv"
    subprocess.run([base_python(), "-m", "venv", str(venv)], check=True)
    done = subprocess.run([str(python_of(venv)), "-m", "pip", "install", "--quiet", "uv"], check=False)
    if done.returncode != 0:
        raise StepFailed("uv, which resolves for all systems at once, could not be installed: see pip's words above.")
    return program_of(venv, "uv")


def _environment(scratch: Path) -> dict[str, str]:
    """Environment of uv: the index that pip is configured with, without constraints or local folders."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
    index = subprocess.run(
        [str(python_of(scratch / "venv")), "-m", "pip", "config", "get", "global.index-url"],
        check=False,
        capture_output=True,
        text=True,
    ).stdout.strip()
    index = os.environ.get("PIP_INDEX_URL", index)
    if index:
        environment["UV_DEFAULT_INDEX"] = index
    environment["UV_PYTHON"] = sys.executable
    return environment
