"""The test of the connection: what works is measured, what does not is one sentence, and no child is left behind."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from runway_desktop.domain.clients import CONNECTION_TEST
from runway_desktop.usecases.clients import trial
from runway_desktop.usecases.clients.trial import tried_words, try_connection

SERVER = """
    import json, sys, os
    open({note!r}, "w").write(str(os.getpid()))
    for line in sys.stdin:
        asked = json.loads(line)
        if "id" not in asked:
            continue
        if asked["method"] == "initialize":
            assert asked["params"]["clientInfo"]["name"] == {name!r}
        if asked["method"] == "tools/call":
            print(json.dumps({{"jsonrpc": "2.0", "method": "notifications/message"}}), flush=True)
        found = {{"tools": [1, 2, 3], "content": [{{"text": {said!r}}}], "isError": {said!r} != ""}}
        print(json.dumps({{"jsonrpc": "2.0", "id": asked["id"], "result": found}}), flush=True)
"""


class Servers:
    """Programs that stand in for the server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.note = folder / "pid"

    def words(self, program: str) -> list[str]:
        script = self.folder / "server.py"
        script.write_text(textwrap.dedent(program), "utf-8")
        return [sys.executable, "-S", "-E", str(script)]

    def server(self, said: str = "") -> list[str]:
        return self.words(SERVER.format(note=str(self.note), name=CONNECTION_TEST, said=said))

    def is_gone(self) -> bool:
        pid = int(self.note.read_text())
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False


@pytest.fixture
def servers(tmp_path: Path) -> Servers:
    return Servers(tmp_path)


async def test_what_works_is_measured_and_ended(servers: Servers):
    found = await try_connection(servers.server(), time.monotonic)
    assert (found.problem, found.tools) == ("", 3)
    assert tried_words(found, reaches_window=True).startswith(
        f"Works: answered in {round(found.seconds, 1):g} s with 3 "
    )
    assert "another one is open" not in tried_words(found, reaches_window=True)
    assert "another one is open" in tried_words(found, reaches_window=False)
    assert servers.is_gone()


async def test_what_the_server_says_is_the_problem(servers: Servers):
    found = await try_connection(
        servers.server("Runway Desktop 0.9 is running with this profile. Close it."), time.monotonic
    )
    assert found.problem == "Runway Desktop 0.9 is running with this profile. Close it."
    assert servers.is_gone()


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (
            "import sys; sys.exit('Serving agents needs mcp. Install it with: pipx inject runway-desktop mcp')",
            "pipx inject runway-desktop mcp",
        ),
        ("import runway_desktop_that_is_not_there", 'pipx install "runway-desktop[mcp]"'),
        ("import sys; sys.exit(7)", "The server ended immediately (code 7)."),
        ("print('Hello!', flush=True); input()", "Another program answered."),
        ("print('[]', flush=True)", "The server ended immediately (code 0)."),
        ("""print('{"id": 1, "error": {"code": 1}}', flush=True); input()""", "The server refused “initialize”."),
    ],
)
async def test_what_fails_is_one_sentence_with_what_to_do(program: str, said: str, servers: Servers):
    assert said in str((await try_connection(servers.words(program), time.monotonic)).problem)


async def test_a_program_that_was_moved_is_said(tmp_path: Path):
    found = await try_connection([str(tmp_path / "nothing"), "mcp"], time.monotonic)
    assert str(found.problem) == (
        "“nothing” was moved or removed. Start it from its new place, then add it to your programs again."
    )


async def test_a_full_disk_is_said(servers: Servers, monkeypatch: pytest.MonkeyPatch):
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    found = await try_connection(servers.server(), time.monotonic)
    assert str(found.problem) == "The server could not be started (No space left on device)."


async def test_what_never_answers_is_ended_in_time(servers: Servers, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trial, "WITHIN", 1.0)
    silent = f"""
        import os, sys, time
        open({str(servers.note)!r}, "w").write(str(os.getpid()))
        print("Waiting for the moon.", file=sys.stderr, flush=True)
        time.sleep(60)
    """
    begun = time.monotonic()
    found = await try_connection(servers.words(silent), time.monotonic)
    assert str(found.problem) == "The server did not answer within 1 s. Waiting for the moon."
    assert time.monotonic() - begun < 10
    assert servers.is_gone()


async def test_a_test_that_is_given_up_leaves_no_child(servers: Servers):
    silent = f"""
        import os, time
        open({str(servers.note)!r} + ".new", "w").write(str(os.getpid()))
        os.rename({str(servers.note)!r} + ".new", {str(servers.note)!r})
        time.sleep(60)
    """
    testing = asyncio.create_task(try_connection(servers.words(silent), time.monotonic))
    while not servers.note.exists():
        await asyncio.sleep(0.02)
    testing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await testing
    for _ in range(100):
        if servers.is_gone():
            break
        await asyncio.sleep(0.05)
    assert servers.is_gone()
