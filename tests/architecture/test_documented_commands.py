"""What docs say of commands can be typed as it stands, and the tables are those of the program. The guide's pages are
checked with all else that they say (`tests/gui/test_guide.py`)."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from runway_desktop.__main__ import COMMANDS
from runway_desktop.cli import options
from runway_desktop.mcp.main import LIBRARY
from runway_desktop.usecases.clients.refusals import Code

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "commands-and-agents.md"
OF_PROCESS = {0, 129, 130, 143}
"""Exit codes that are no kind of trouble of a call."""


def typed() -> list[str]:
    """Indented lines that begin with the program, without their comments."""
    lines = DOCS.read_text("utf-8").splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.startswith("    runway-desktop ")]


@pytest.mark.parametrize("line", dict.fromkeys(typed()))
def test_documented_commands_can_be_typed_as_shown(line: str):
    assert options.read(shlex.split(line)[1:]).command in COMMANDS


def test_docs_show_a_script_of_three_lines():
    assert len(typed()) == 3


def test_docs_list_every_command_and_only_existing_flags():
    text = DOCS.read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    named = {word for row in rows for word in re.findall(r"`([a-z]+)", row.split("|")[1])}
    assert named == set(COMMANDS)
    [commands] = [action.choices for action in options.parser()._actions if action.choices]
    known = {flag for command in dict(commands or {}).values() for flag in command._option_string_actions}
    assert set(re.findall(r"(?<![-\w])--[a-z][a-z-]+", " ".join(rows))) <= known


def test_documented_exit_codes_match_the_program():
    text = DOCS.read_text("utf-8").partition("| exit code |")[2]
    told = {int(code) for codes in re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE) for code in codes.split(",")}
    assert told == OF_PROCESS | {code.value for code in Code} - {Code.MOVING.value}


def test_documented_extra_for_agents_installs_the_mcp_library():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert extras["mcp"] == [LIBRARY]
    for file in (DOCS, ROOT / "docs" / "guide" / "agents.md"):
        assert "    pipx inject runway-desktop mcp" in file.read_text("utf-8"), "installing again would change nothing"
