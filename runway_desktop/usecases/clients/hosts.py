"""How to add this program's server to agent hosts: command line, configuration or link for each. Pure, except for
checks whether this program's files exist. No key is in any of them."""

from __future__ import annotations

import base64
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from runway_desktop.domain.profiles import lasting_words
from runway_desktop.texts import Text, _
from runway_desktop.values import Struct

_NAME = "runway-desktop"
_CONSOLE_TWIN = "runway-desktop-cli.exe"
"""Of a bundle on Windows, where the main executable has no stdin and stdout."""


_DESKTOP = Text(
    "Put this into {file}, then restart Claude Desktop. The file is in {macos} on macOS, in {windows} on Windows, in "
    "{linux} on Linux."
).with_(
    file="claude_desktop_config.json",
    macos="~/Library/Application Support/Claude",
    windows="%APPDATA%\\Claude",
    linux="~/.config/Claude",
)
_OTHER = Text("Most programs read this form. They start the command and talk to it on stdin and stdout.")

_MOVED = Text("“{file}” was moved or removed. Start it from its new place, then add it to your programs again.")


class Host(Enum):
    CLAUDE_CODE = "Claude Code"
    CLAUDE_DESKTOP = "Claude Desktop"
    CODEX = "Codex"
    CURSOR = "Cursor"
    VS_CODE = "VS Code"
    OTHER = "other"

    def __str__(self) -> str:
        return _("Other…") if self is Host.OTHER else str(self.value)


class Adding(Struct, frozen=True, kw_only=True):
    """The text to copy, and instructions."""

    text: str
    note: Text | str
    is_link: bool = False
    """It can also be opened."""


def server_words(
    profile: Sequence[str],
    *,
    program: Sequence[str] | None = None,
    started: str | None = None,
    system: str = sys.platform,
) -> list[str]:
    """The command line of this program's MCP server. `profile` are the arguments for the profile, `program` the command
    of this program, `started` the file that it was started by. A script of pip or pipx works from any folder; `python
    -m` only where Python finds the package."""
    found = list(program if program is not None else lasting_words())
    executable = Path(found[0])
    if flatpak := os.environ.get("FLATPAK_ID"):
        # Hosts are outside of the sandbox.
        found = ["flatpak", "run", flatpak]
    elif len(found) > 1:
        name = f"{_NAME}.exe" if system == "win32" else _NAME
        ran = Path(sys.argv[0] if started is None else started)
        scripts = (ran if ran.name == name else executable.with_name(name), executable.with_name(name))
        found = next(([str(script.absolute())] for script in scripts if script.is_file()), found)
    elif system == "win32":
        found = [str(executable.with_name(_CONSOLE_TWIN))]
    return [*found, "mcp", *profile]


def moved_words(words: Sequence[str]) -> Text | None:
    """If the program of a command line is gone, as an AppImage that was moved while it runs: a sentence."""
    program = Path(words[0])
    return _MOVED.with_(file=program.name) if program.is_absolute() and not program.exists() else None


def server_name(words: Sequence[str]) -> str:
    """The server's name in the host; it includes the profile's name, so that a host can have several."""
    named = [value for flag, value in pairwise(words) if flag == "--profile"]
    return "-".join((_NAME, *named))


def adding(host: Host, words: Sequence[str], *, system: str = sys.platform) -> Adding:
    """`words` is the server's command line."""
    name, started = server_name(words), {"command": words[0], "args": list(words[1:])}
    paste = Text("Paste this line into a terminal.")
    match host:
        case Host.CLAUDE_CODE:
            line = ["claude", "mcp", "add", "--scope", "user", name, "--", *words]
            return Adding(text=_shell_line(line, system), note=paste)
        case Host.CODEX:
            return Adding(text=_shell_line(["codex", "mcp", "add", name, "--", *words], system), note=paste)
        case Host.CURSOR | Host.VS_CODE:
            if host is Host.CURSOR:
                config = quote(base64.b64encode(_dense(started).encode()).decode(), safe="")
                link = f"cursor://anysphere.cursor-deeplink/mcp/install?name={quote(name, safe='')}&config={config}"
            else:
                link = f"vscode:mcp/install?{quote(_dense({'name': name, **started}), safe='')}"
            note = Text("Open this link. {program} asks before it adds the server.").with_(program=host.value)
            return Adding(text=link, note=note, is_link=True)
        case Host.CLAUDE_DESKTOP | Host.OTHER:
            text = json.dumps({"mcpServers": {name: started}}, indent=2, ensure_ascii=False)
            return Adding(text=text, note=_DESKTOP if host is Host.CLAUDE_DESKTOP else _OTHER)


def _shell_line(words: Sequence[str], system: str) -> str:
    return subprocess.list2cmdline(words) if system == "win32" else shlex.join(words)


def _dense(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
