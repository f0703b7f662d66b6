"""Names of client programs: product names, and no misleading characters."""

from __future__ import annotations

import pytest

from runway_desktop.domain.permissions import COMMAND_LINE
from runway_desktop.usecases.words.clients import client_icon, client_name


@pytest.mark.parametrize(
    ("claimed", "said"),
    [
        ("claude-code", "Claude Code"),
        ("claude-ai", "Claude Desktop"),
        ("codex-mcp-client", "Codex"),
        ("cursor-vscode", "Cursor"),
        ("Visual Studio Code", "VS Code"),
        (COMMAND_LINE, "Command line"),
        ("ingest script", "ingest script"),
        ("", "Unnamed program"),
    ],
)
def test_program_is_named_as_its_maker_does(claimed: str, said: str):
    assert client_name(claimed) == said
    assert client_icon(claimed).startswith("mdi6.")


def test_program_name_cannot_change_direction_or_break_its_line():
    assert client_name("edoc\u202eedualc\nsecond") == "edoc\\u202eedualc\\nsecond"
    assert client_name("x" * 200) == "x" * 59 + "…"
    assert client_name("猫の撮影スクリプト") == "猫の撮影スクリプト"
