"""The examples of the guide's page on events do what it says, with stand-ins for the other side."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import textwrap
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from runway_desktop.api.posting import post
from runway_desktop.desktop.own_program import run
from runway_desktop.domain.hooks import HookFailed, check_address
from tests.rigs.raw_server import RawConnection, raw_server

PAGE = (Path(__file__).parents[3] / "docs" / "guide" / "events.md").read_text("utf-8")
needs_scripts = pytest.mark.skipif(sys.platform == "win32", reason="scripts with a first line for POSIX systems")


def example(heading: str) -> str:
    """The indented block of a section."""
    [_, section] = PAGE.split(f"## {heading}\n")
    blocks = re.findall(r"(?:^ {4}.*\n)+", section.partition("\n## ")[0], re.MULTILINE)
    return textwrap.dedent(blocks[0])


def script(folder: Path, heading: str, *swaps: tuple[str, str]) -> str:
    text = example(heading)
    # A version manager's own Python would look for its own tools first.
    for before, after in (("/usr/bin/env python3", sys.executable), *swaps):
        assert before in text
        text = text.replace(before, after)
    path = folder / "script"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def saved(folder: Path) -> bytes:
    results = [folder / "a fox.png", folder / "b.png"]
    for result in results:
        result.write_text("paid")
    return json.dumps({"event": "saved", "files": [{"path": str(result)} for result in results]}).encode()


EMPTY = b'{"event": "queue_empty"}'


@needs_scripts
def test_results_are_uploaded_one_by_one_and_a_failure_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tools, log = tmp_path / "bin", tmp_path / "log"
    tools.mkdir()
    (tools / "aws").write_text(f'#!/bin/sh\nprintf "%s|" "$@" >> {log}\nexit $CODE\n')
    (tools / "aws").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("CODE", "0")
    words = script(tmp_path, "Upload to S3")
    run([words], saved(tmp_path), 20)
    run([words], EMPTY, 20)
    bucket = "s3://my-bucket/shots/"
    assert log.read_text() == f"s3|cp|{tmp_path}/a fox.png|{bucket}|s3|cp|{tmp_path}/b.png|{bucket}|"
    monkeypatch.setenv("CODE", "1")
    with pytest.raises(HookFailed, match="ended with 1"):
        run([words], saved(tmp_path), 20)


@needs_scripts
def test_results_are_copied_and_a_drive_that_is_away_is_a_failure(tmp_path: Path):
    drive = tmp_path / "nas" / "shots"
    words = script(tmp_path, "Copy to a network drive", ("/mnt/nas/shots/", f"{drive}/"))
    with pytest.raises(HookFailed, match="ended with 1"):
        run([words], saved(tmp_path), 20)
    drive.mkdir(parents=True)
    run([words], saved(tmp_path), 20)
    assert sorted(path.name for path in drive.iterdir()) == ["a fox.png", "b.png"]


@pytest.mark.parametrize("heading", ["Tell a chat", "Tell your phone"])
async def test_address_gets_what_a_chat_and_a_phone_show(heading: str):
    address = example(heading).strip()
    check_address(address)

    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.answer(200, b"ok")

    async with raw_server(behave) as server:
        here = address.replace("https://" + urlsplit(address).netloc, server.url)
        await asyncio.to_thread(post, here, json.dumps({"event": "saved", "text": "Saved · A fox"}).encode(), 20.0)
        [request] = server.requests
    assert json.loads(request.body)["text"] == "Saved · A fox"
    if heading == "Tell your phone":
        # As ntfy documents it: a template for title and message, filled from the body.
        asked = {name: value for name, [value] in parse_qs(urlsplit(request.path).query).items()}
        assert asked == {"tpl": "1", "t": "{{.event}}", "m": "{{.text}}"}
