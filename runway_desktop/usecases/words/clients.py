"""Other programs in words: the names that their makers give them, icons, what each may do. Pure.

A name is a program's own claim, from outside: what shows it takes it for plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from runway_desktop.domain.clients import COMMAND_LINE

from .plain import shown
from .units import shortened

_LONGEST = 60
_UNKNOWN = "mdi6.application-outline"
_KNOWN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        COMMAND_LINE: ("Command line", "mdi6.console"),
        "claude-code": ("Claude Code", "mdi6.robot-outline"),
        "claude-ai": ("Claude Desktop", "mdi6.robot-happy-outline"),
        "codex-mcp-client": ("Codex", "mdi6.robot-outline"),
        "cursor-vscode": ("Cursor", "mdi6.cursor-default-outline"),
        "cursor": ("Cursor", "mdi6.cursor-default-outline"),
        "visual studio code": ("VS Code", "mdi6.microsoft-visual-studio-code"),
        "gemini-cli-mcp-client": ("Gemini CLI", "mdi6.robot-outline"),
        "zed": ("Zed", "mdi6.code-braces"),
        "goose": ("Goose", "mdi6.robot-outline"),
    }
)
"""By what a program calls itself, in small letters."""


def client_name(name: str) -> str:
    """What would turn its direction, or cannot be seen, is written out."""
    known = _KNOWN.get(name.casefold())
    return known[0] if known is not None else shortened(shown(name), _LONGEST) or "A program without a name"


def client_icon(name: str) -> str:
    return _KNOWN.get(name.casefold(), ("", _UNKNOWN))[1]
