"""Without the library for agents its command says what to install; nothing else needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from runway_desktop.mcp.main import LIBRARY, missing
from tests.rigs.runway_process import ROOT

WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from runway_desktop.__main__ import main
raise SystemExit(main(sys.argv[2:]))
"""


def run(lacking: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT, lacking, *words, "--profile-dir", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, input="")


@pytest.mark.parametrize("lacking", ["mcp", "mcp_types", "pydantic", "anyio"])
def test_agent_server_without_its_library_says_what_to_install(lacking: str, tmp_path: Path):
    done = run(lacking, "mcp", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Serving agents needs the library “mcp”, which is not installed. "
        f'Install it with: "{sys.executable}" -m pip install "{LIBRARY}"\n'
    )


@pytest.mark.parametrize(
    ("receipt", "command"),
    [
        ("pipx_metadata.json", f'pipx inject runway-desktop "{LIBRARY}"'),
        ("uv-receipt.toml", f'uv pip install --python "{{prefix}}" "{LIBRARY}"'),
    ],
)
def test_missing_library_is_installed_by_the_tool_that_installed_the_program(
    receipt: str, command: str, tmp_path: Path
):
    (tmp_path / receipt).touch()
    assert missing(tmp_path).endswith(f"Install it with: {command.format(prefix=tmp_path)}")


def test_commands_work_without_the_agent_library(tmp_path: Path):
    done = run("mcp", "list", "--json", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, '{"tasks": [], "total": 0}\n'), done.stderr
