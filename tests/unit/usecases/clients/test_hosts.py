"""Configurations for agent hosts start the right server and contain no key."""

from __future__ import annotations

import base64
import json
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from runway_desktop.domain.profiles import lasting_words
from runway_desktop.usecases.clients.hosts import Host, adding, server_name, server_words
from runway_desktop.wiring import environment

SPACED = ["/opt/Runway's Desktop & co/runway-desktop", "mcp", "--profile", "northlight-3f"]


def test_command_line_for_a_shell_is_quoted_safely():
    line = adding(Host.CLAUDE_CODE, SPACED, system="linux").text
    assert shlex.split(line) == [
        "claude", "mcp", "add", "--scope", "user", "runway-desktop-northlight-3f", "--", *SPACED,
    ]  # fmt: skip
    plain = adding(Host.CODEX, ["/opt/runway-desktop", "mcp"], system="darwin").text
    assert plain == "codex mcp add runway-desktop -- /opt/runway-desktop mcp"


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell reads it")
def test_shell_passes_the_exact_arguments():
    line = adding(Host.CODEX, SPACED, system="linux").text
    shell = f"codex() {{ printf '%s\\n' \"$@\"; }}; {line}"
    said = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True, timeout=20).stdout
    assert said.splitlines()[-4:] == SPACED


def test_command_line_for_windows_is_quoted_for_windows():
    line = adding(Host.CLAUDE_CODE, [r"C:\Program Files\Runway Desktop\runway-desktop-cli.exe", "mcp"], system="win32")
    assert line.text.endswith(r'-- "C:\Program Files\Runway Desktop\runway-desktop-cli.exe" mcp')


def test_links_and_config_files_contain_the_command_and_its_arguments():
    expected = {"command": SPACED[0], "args": SPACED[1:]}
    cursor = adding(Host.CURSOR, SPACED)
    query = parse_qs(urlsplit(cursor.text).query)
    assert cursor.is_link
    assert (query["name"], json.loads(base64.b64decode(query["config"][0]))) == ([server_name(SPACED)], expected)
    code = adding(Host.VS_CODE, SPACED)
    assert code.is_link
    assert json.loads(unquote(code.text.removeprefix("vscode:mcp/install?"))) == {
        "name": server_name(SPACED),
        **expected,
    }
    for host in (Host.CLAUDE_DESKTOP, Host.OTHER):
        assert json.loads(adding(host, SPACED).text) == {"mcpServers": {server_name(SPACED): expected}}
    assert "Application Support/Claude" in str(adding(Host.CLAUDE_DESKTOP, SPACED).note)


@pytest.mark.parametrize("host", list(Host))
def test_host_configuration_contains_no_key(host: Host, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RUNWAYML_API_SECRET", "key_0123456789")
    added = adding(host, server_words([]))
    for text in (added.text, str(added.note), unquote(added.text)):
        assert "key_" not in text
        assert "RUNWAYML" not in text
        assert '"env"' not in text


def test_server_command_works_from_any_folder(tmp_path: Path):
    python, script = tmp_path / "python3", tmp_path / "runway-desktop"
    module = [str(python), "-m", "runway_desktop"]
    clone = str(tmp_path / "clone" / "__main__.py")
    assert server_words([], program=module, started=clone, system="linux") == [*module, "mcp"]
    script.touch()
    assert server_words([], program=module, started=clone, system="linux") == [str(script), "mcp"]
    elsewhere = tmp_path / "bin" / "runway-desktop"
    elsewhere.parent.mkdir()
    elsewhere.touch()
    assert server_words([], program=module, started=str(elsewhere), system="linux")[0] == str(elsewhere)
    gone = str(tmp_path / "gone" / "runway-desktop")
    assert server_words([], program=module, started=gone, system="linux")[0] == str(script)


def test_bundle_starts_itself_and_its_console_program_on_windows():
    assert server_words(["--demo"], program=["/opt/rd/runway-desktop"], system="linux") == [
        "/opt/rd/runway-desktop",
        "mcp",
        "--demo",
    ]
    assert Path(server_words([], program=["/opt/rd/runway-desktop.exe"], system="win32")[0]) == Path(
        "/opt/rd/runway-desktop-cli.exe"
    )


def test_appimage_is_started_by_its_file_instead_of_its_mount(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The mount's folder is another one at each start; the file stays until the person moves it."""
    mount, image = tmp_path / "real" / ".mount_RunwayAbCdEf", "/home/mara/Programs/Runway-Desktop.AppImage"
    mount.mkdir(parents=True)
    (tmp_path / "tmp").symlink_to(tmp_path / "real")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(mount / "usr/lib/runway-desktop/runway-desktop"))
    variables = {"APPIMAGE": image, "APPDIR": str(tmp_path / "tmp" / mount.name), "ARGV0": "./R.AppImage", "OWD": "/"}
    environment.clean(variables)
    assert lasting_words(variables) == [image]
    monkeypatch.setattr(sys, "executable", "/usr/lib/runway-desktop/runway-desktop")
    assert lasting_words(variables) == [sys.executable], "the deb, started from a terminal that the AppImage opened"


def test_flatpak_is_started_from_outside_by_its_id(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FLATPAK_ID", "io.github.runway_desktop.RunwayDesktop")
    words = server_words(["--demo"], system="linux")
    assert words == ["flatpak", "run", "io.github.runway_desktop.RunwayDesktop", "mcp", "--demo"]
