"""The preferences' page on what is run when something happens."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.hook_editor import HookEditor
from tests.rigs.dialogs_rig import Rig
from tests.rigs.seen import button, child, said
from tests.rigs.waiting import soon

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script of a POSIX shell")


@pytest.fixture
def editor(preferences: Callable[[str], Preferences]) -> HookEditor:
    return child(preferences("Events"), HookEditor)


def says_of(editor: HookEditor, problem: str) -> bool:
    return problem in said(editor)


def program(folder: Path, body: str) -> Path:
    path = folder / "a hook"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_program_is_kept_for_the_chosen_events_and_tried_at_once(
    editor: HookEditor, rig: Rig, qtbot: QtBot, tmp_path: Path
):
    assert not button(editor, "Test").isEnabled()
    path = program(tmp_path, f'cat > "{tmp_path}/$1"')
    line = child(editor, QLineEdit)
    line.setText(f'"{path}"   event')
    qtbot.keyClick(line, Qt.Key.Key_Return)
    rig.run(soon(lambda: bool(rig.settings.hook)))
    assert line.text() == f"'{path}' event"
    next(box for box in editor.findChildren(QCheckBox) if "queue" in box.text()).click()
    rig.run(soon(lambda: "queue_empty" not in rig.settings.hook["happenings"]))
    button(editor, "Test").click()
    rig.run(soon(lambda: "It worked." in said(editor)))
    event = json.loads((tmp_path / "event").read_text())
    assert (event["event"], event["is_test"]) == ("saved", True)


def test_what_cannot_be_run_is_said_and_what_was_set_before_stays(
    editor: HookEditor, rig: Rig, qtbot: QtBot, tmp_path: Path
):
    line = child(editor, QLineEdit)

    def enter(text: str) -> None:
        line.setText(text)
        qtbot.keyClick(line, Qt.Key.Key_Return)

    enter(str(program(tmp_path, "echo no space >&2; exit 3")).replace(" ", "\\ "))
    rig.run(soon(lambda: bool(rig.settings.hook)))
    before = rig.settings.hook
    for text, problem in (
        ("http://nas.example/hook", "must begin with https"),
        ("/nowhere/at-all", "There is no program “/nowhere/at-all”"),
        ("'half", "A quotation mark is missing."),
    ):
        enter(text)
        rig.run(soon(partial(says_of, editor, problem)))
        assert line.text() == text
        assert rig.settings.hook == before
    line.setText(f"'{before['words'][0]}'")
    button(editor, "Test").click()
    rig.run(soon(lambda: "“a hook” ended with 3.\nno space" in said(editor)))
    enter("")
    rig.run(soon(lambda: rig.settings.hook == {}))
