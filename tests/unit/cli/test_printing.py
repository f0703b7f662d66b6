"""Output of commands: external text controls neither terminal nor script."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from runway_desktop.__main__ import settle_streams
from runway_desktop.cli import printing
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.words.plain import shown

HOSTILE = "A fox\x1b]0;owned\x07\x1b[2J\r\nERROR \x9b31m\u202eexe.gpj\udcff\u2028"
LETTERS = "Zürich — 狐 👩\u200d🚀 नमस्ते"


class Screen(io.TextIOWrapper):
    """A stream of an encoding, which may be a terminal."""

    def __init__(self, encoding: str = "utf-8", *, is_terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", write_through=True)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    @property
    def text(self) -> str:
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Screen:
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    return screen


def tasks(*prompts: str, **members: Any) -> dict[str, Any]:
    each = {"id": "a" * 32, "state": "succeeded", "model": "gen4.5", **members}
    return {"total": len(prompts), "tasks": [{**each, "prompt": prompt} for prompt in prompts]}


def is_harmless(text: str) -> bool:
    return all(letter.isprintable() or letter in "\n\u200c\u200d\u00a0\u202f\u3000" for letter in text)


def test_control_characters_are_escaped_and_letters_are_printed():
    assert shown(LETTERS) == LETTERS
    assert shown("a\x1b[2Jb\nc\u202ed") == "a\\x1b[2Jb\\nc\\u202ed"
    assert is_harmless(shown(HOSTILE))


def test_printed_answers_contain_no_terminal_control_codes(out: Screen):
    for found in (tasks(HOSTILE), {"prompt": HOSTILE, "files": [{"path": HOSTILE}], "problems": {HOSTILE: {"a": 1}}}):
        assert is_harmless(printing.as_text(found))


def test_printed_errors_contain_no_terminal_control_codes(monkeypatch: pytest.MonkeyPatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    printing.say(HOSTILE)
    assert printing.refused(CallRefused("No.", code=Code.INPUT, advice=HOSTILE), in_json=False) == 2
    assert is_harmless(screen.text)
    assert screen.text.count("\n") == 2


def test_json_output_is_readable_and_equal_to_the_answer(out: Screen):
    text = printing.as_json({"prompt": HOSTILE, "letters": LETTERS})
    assert (text.count("\n"), is_harmless(text)) == (1, True)
    assert LETTERS in text
    assert json.loads(text) == {"prompt": HOSTILE, "letters": LETTERS}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_output_works_in_every_terminal_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str):
    screen = Screen(encoding)
    monkeypatch.setattr(sys, "stdout", screen)
    settle_streams()
    assert printing.write(printing.as_json({"prompt": LETTERS + HOSTILE})) == ""
    assert json.loads(screen.text) == {"prompt": LETTERS + HOSTILE}
    assert printing.write(printing.as_text(tasks(LETTERS))) == ""


def test_table_fits_the_terminal_and_is_complete_in_a_file(out: Screen, monkeypatch: pytest.MonkeyPatch):
    long = "A fox " * 40
    assert long.rstrip() in printing.as_text(tasks(long))
    monkeypatch.setattr(sys, "stdout", Screen(is_terminal=True))
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((80, 24)))
    lines = printing.as_text(tasks(long, "狐" * 60, "short")).splitlines()
    assert [len(lines[0]), lines[0][-1], lines[2][-5:]] == [80, "…", "short"]
    assert lines[1].count("狐") == (80 - 1 - lines[1].index("狐")) // 2, "these are two columns wide each"
    for line in lines:
        assert line.startswith("a" * 32)


def test_table_columns_are_aligned(out: Screen):
    rows = tasks("one", state="waiting_for_approval")["tasks"] + tasks("two")["tasks"]
    first, second = printing.as_text({"tasks": rows}).splitlines()
    assert first.index("one") == second.index("two")


def test_plain_answer_prints_one_line_per_member(out: Screen):
    found = {"credits": 12.5, "is_exact": True, "asks": [], "price": None, "files": [{"path": "/a b", "size": 3}]}
    assert printing.as_text(found) == (
        "credits: 12.5\nis_exact: yes\nprice: unknown\nfiles: path /a b, size 3\n"
    )  # fmt: skip


def test_closed_output_pipe_is_no_error_but_a_full_disk_is(monkeypatch: pytest.MonkeyPatch):
    class Broken(Screen):
        error: OSError = BrokenPipeError(32, "Broken pipe")

        def write(self, text: str) -> int:
            raise self.error

    monkeypatch.setattr(sys, "stdout", Broken())
    assert printing.write("x") == ""
    Broken.error = OSError(28, "No space left on device")
    assert "No space left" in printing.write("x")
    monkeypatch.setattr(sys, "stderr", Broken())
    printing.say("Nobody hears it.")


def test_line_of_a_task_has_time_price_and_first_file(out: Screen, monkeypatch: pytest.MonkeyPatch):
    found = tasks("A fox", createdAt="2026-12-01T21:05:09.000Z", credits=8.0, files=[{"path": "/a/fox.png"}])
    time = datetime(2026, 12, 1, 21, 5, tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    columns = f"{'a' * 32}  {time}  succeeded  gen4.5  8"
    assert printing.as_text(found) == f"{columns}  /a/fox.png  A fox\n"
    monkeypatch.setattr(sys, "stdout", Screen(is_terminal=True))
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((120, 24)))
    assert printing.as_text(found) == f"{columns}  fox.png  A fox\n"


def test_balance_names_the_models_that_were_used_most(out: Screen):
    models = {f"m{number}": {"daily_used": number, "daily_limit": 200, "at_once": 2} for number in range(7)}
    models["m6"]["daily_limit"] = None
    lines = printing.as_text({"credits": 12345.5, "models": models}).splitlines()
    assert lines == [
        "12,345.5 credits", "m6: 6 today", "m5: 5 of 200 today", "m4: 4 of 200 today", "m3: 3 of 200 today",
        "2 more models used today: --json names them",
    ]  # fmt: skip
