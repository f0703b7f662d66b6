"""Completions and the man page know every command, and a shell can read them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from steps import shells
from steps.places import VENV, program_of

from runway_desktop.__main__ import COMMANDS


@pytest.mark.skipif(not program_of(VENV, "shtab").exists(), reason="the light environment has no shtab")
def test_every_command_is_completed_and_described(tmp_path: Path):
    shells.lay_out(tmp_path)
    for place in (*shells.PLACES.values(), shells.MAN_PAGE):
        text = (tmp_path / place).read_text("utf-8")
        assert [name for name in COMMANDS if name != "mcp" and name not in text] == [], place
    if shutil.which("bash"):
        subprocess.run(["bash", "-n", tmp_path / shells.PLACES["bash"]], check=True)
