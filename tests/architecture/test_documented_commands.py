"""What docs say of commands can be typed as it stands, and the tables are those of the program. The guide's pages are
checked with all else that they say (`tests/gui/test_guide.py`)."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import Annotated

import pytest
from argparse_manpage.manpage import Manpage  # type: ignore[import-untyped]
from msgspec import Meta

from runway_desktop.cli import options
from runway_desktop.cli.options import COMMANDS
from runway_desktop.mcp import tools
from runway_desktop.mcp.main import LIBRARY
from runway_desktop.usecases.clients.refusals import EXITS, CallRefused, Code
from runway_desktop.usecases.clients.verbs import Command, Nothing, Verb, Wish
from runway_desktop.usecases.clients.verbs import Tool as Offered
from tests.rigs.verb_tables import TABLES, with_tables

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "commands-and-agents.md"


def typed() -> list[str]:
    """Indented lines that begin with the program, without their comments."""
    lines = DOCS.read_text("utf-8").splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.startswith("    runway-desktop ")]


@pytest.mark.parametrize("line", dict.fromkeys(typed()))
def test_documented_commands_can_be_typed_as_shown(line: str):
    assert options.read(shlex.split(line)[1:]).command in COMMANDS


def test_docs_show_a_script_of_three_lines():
    assert len(typed()) == 3


@pytest.mark.parametrize("page", TABLES)
def test_the_tables_are_those_of_the_records(page: str):
    assert (ROOT / "docs" / page).read_text("utf-8") == with_tables(page), "python -m tests.rigs.verb_tables"


def test_a_verb_in_one_record_is_in_parser_schema_man_page_and_docs(monkeypatch: pytest.MonkeyPatch):
    class Wanted(Wish, frozen=True, kw_only=True):
        hue: Annotated[int, Meta(ge=0, le=360, description="the hue to paint it with")] = 0

    verb = Verb(
        name="paint", says="Paint a task.", takes=Wanted, gives=Nothing, method="balance",
        command=Command(), tool=Offered(rules=" Free."),
    )  # fmt: skip
    monkeypatch.setattr(options, "VERBS", {"paint": verb})
    assert options.read(["paint", "--hue", "90"]).hue == 90
    with pytest.raises(CallRefused, match="from 0 to 360"):
        options.read(["paint", "--hue", "400"])
    assert "the hue to paint it with" in Manpage(options.parser(), {"prog": "runway-desktop"}).__str__()
    assert "| `paint` | `--hue` | Paint a task. |" in with_tables(DOCS.name)
    tool = tools.own(verb)
    assert (tool.name, tool.says) == ("paint", "Paint a task. Free.")
    assert tool.schema["properties"]["hue"]["maximum"] == 360


def test_every_kind_of_trouble_has_its_exit_code_in_the_docs():
    assert set(EXITS) == set(Code) - {Code.MOVING}


def test_documented_extra_for_agents_installs_the_mcp_library():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert extras["mcp"] == [LIBRARY]
    for file in (DOCS, ROOT / "docs" / "guide" / "agents.md"):
        assert "    pipx inject runway-desktop mcp" in file.read_text("utf-8"), "installing again would change nothing"
