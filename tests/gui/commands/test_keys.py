"""Shortcuts of commands: default or changed by the person, and applied everywhere at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget

from runway_desktop.app.commands import COMMANDS
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.settings import Settings
from runway_desktop.ui.commands.keys import Keys, default_keys
from runway_desktop.usecases.commands.command import SECTIONS, Scope
from runway_desktop.viewmodels.key_choices import KeyChoices
from tests.rigs.desktop import Desktop, Rig, named, rest, until
from tests.rigs.rows import task

# The system's own keys are known only once there is an application.
pytestmark = pytest.mark.usefixtures("qapp")

CONTROL = Qt.KeyboardModifier.ControlModifier


def keys_of(rig: Rig) -> Keys:
    return Keys(rig.models.keys, rig.owner, COMMANDS)


def held_by(owner: QObject) -> dict[str, QAction]:
    return {action.objectName(): action for action in owner.findChildren(QAction) if action.objectName()}


def test_commands_active_in_the_same_place_have_different_shortcuts() -> None:
    usual = Keys(commands=COMMANDS)
    for command in COMMANDS:
        assert usual.rivals(command, usual.of(command)) == []


def test_command_ids_are_unique_and_every_section_has_commands() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    assert {command.section for command in COMMANDS} == set(SECTIONS)
    for section in SECTIONS:
        words = [command.words for command in COMMANDS if command.section is section]
        assert len(words) == len(set(words)), section


def test_told_shortcuts_name_only_keys_of_ordinary_keyboards() -> None:
    usual = Keys(commands=COMMANDS)
    assert QKeySequence("Ctrl+Ins") in usual.of(named("task.copy"))
    assert usual.words(named("task.copy")) == "Ctrl+C"
    assert usual.words(named("list.undo")) == "Ctrl+Z"
    assert usual.words(named("request.send")) == "Ctrl+Return, Ctrl+Enter"
    for command in COMMANDS:
        assert usual.words(command).isascii()
        assert bool(usual.words(command)) is bool(command.keys)


def test_key_symbols_have_names_for_a_screen_reader() -> None:
    usual = Keys(commands=COMMANDS)
    assert usual.spoken(named("play.frame.back")) == "comma"
    assert usual.spoken(named("preferences")) == "Ctrl+comma"
    assert usual.spoken(named("look.in")) == "plus or equals"


def test_arrow_key_is_an_arrow_in_narrow_places_with_other_keys_too() -> None:
    usual = Keys(commands=COMMANDS)
    by_id = {command.id: command for command in COMMANDS}
    assert usual.cap(by_id["large.take.before"]) == "←"
    assert (
        usual.cap(by_id["cut.on"]) == QKeySequence("Alt+A").toString(QKeySequence.SequenceFormat.NativeText)[:-1] + "→"
    )
    assert usual.cap(by_id["viewer.note"]) == "N"


async def test_changed_shortcut_works_at_once_and_the_old_one_stops(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.add(task(1, State.FAILED, failure=Failure(code="INTERNAL")))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        rig.window.view.setFocus()
        rig.window.view.select([TaskId("t1")])
        rig.window.keys.choose(named("task.retry"), [QKeySequence("Ctrl+G")])
        QTest.keyClick(rig.window.view, Qt.Key.Key_R, CONTROL)
        await rest()
        assert rig.rows.task_count == 1
        QTest.keyClick(rig.window.view, Qt.Key.Key_G, CONTROL)
        await until(lambda: rig.rows.task_count == 2)


async def test_tool_tip_shows_the_current_shortcut(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        [gear] = [found for found in rig.window.findChildren(QToolButton) if found.accessibleName() == "Preferences"]
        assert gear.toolTip() == "Preferences (Ctrl+,)"
        rig.window.keys.choose(named("preferences"), [QKeySequence("Ctrl+P")])
        assert gear.toolTip() == "Preferences (Ctrl+P)"
        rig.window.keys.choose(named("preferences"), [])
        assert gear.toolTip() == "Preferences"


async def test_changed_shortcuts_are_stored_in_the_profile(tmp_path):
    async with Rig(tmp_path) as rig:
        keys_of(rig).choose(named("task.retry"), [QKeySequence("Ctrl+G")])
        keys_of(rig).choose(named("quit"), [])
        await rig.engine.settings.flush()
        again = Settings(rig.store, rig.parts.bus, rig.clock, default_library=tmp_path)
        await again.load()
        kept = Keys(KeyChoices(again, rig.bridge, rig.owner), rig.owner, COMMANDS)
        assert kept.of(named("task.retry")) == [QKeySequence("Ctrl+G")]
        assert kept.of(named("quit")) == []
        assert [command.id for command in kept.changed_commands()] == ["task.retry", "quit"]
        kept.reset_all()
        assert kept.changed_commands() == []


async def test_taking_a_shortcut_leaves_the_other_command_its_remaining_ones(tmp_path):
    async with Rig(tmp_path) as rig:
        keys = keys_of(rig)
        wanted = [QKeySequence("F11")]
        assert [rival.id for rival in keys.rivals(named("task.edit"), wanted)] == ["play.full"]
        keys.choose(named("task.edit"), wanted)
        assert keys.of(named("task.edit")) == wanted
        assert keys.words(named("play.full")) == "F"
        assert keys.rivals(named("task.edit"), wanted) == []
        keys.choose(named("play.full"), default_keys(named("play.full")))
        assert keys.words(named("play.full")) == "F, F11"
        assert keys.of(named("task.edit")) == []
        keys.choose(named("task.edit"), default_keys(named("task.edit")))
        assert keys.changed_commands() == []


def test_one_shortcut_may_serve_two_commands_in_different_places() -> None:
    usual = Keys(commands=COMMANDS)
    assert usual.of(named("judge.reject")) == usual.of(named("requests.refuse"))
    assert [rival.id for rival in usual.rivals(named("judge.note"), [QKeySequence("Shift+L")])] == []
    # The window hears its keys in the list and the preview too, but not in a window of its own.
    assert "play.loop" in [rival.id for rival in usual.rivals(named("runway.ask"), [QKeySequence("Shift+L")])]
    assert usual.rivals(named("runway.ask"), [QKeySequence("Ctrl+W")]) == []


@pytest.mark.parametrize("stored", [["Hyper+Nonsense"], ["Ctrl+"]])
async def test_stored_shortcut_that_cannot_be_typed_gives_the_default_and_unknown_ones_stay(tmp_path, stored):
    async with Rig(tmp_path) as rig:
        rig.engine.settings.shortcuts = {"task.retry": stored, "from.a.later.version": ["Ctrl+G"]}
        keys = keys_of(rig)
        assert keys.of(named("task.retry")) == [QKeySequence("Ctrl+R")]
        keys.choose(named("quit"), [QKeySequence("Ctrl+G")])
        assert rig.engine.settings.shortcuts["from.a.later.version"] == ["Ctrl+G"]


async def test_every_command_has_an_action_wherever_its_shortcut_is_active(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.interior.add_preview()
        preview = rig.window.preview
        assert preview is not None
        owners: dict[Scope, tuple[QWidget, ...]] = {
            Scope.WINDOW: (rig.window,),
            Scope.LIST: (rig.window.workspace.views,),
            Scope.PREVIEW: (preview,),
        }
        for where, owned in owners.items():
            wanted = {command.id for command in COMMANDS if where in command.scopes and not command.fixed}
            assert wanted <= {name for owner in owned for name in held_by(owner)}


async def test_rating_key_works_in_the_preview_too(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.interior.add_preview()
        await rig.add(task(1, State.FAILED))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        rig.window.view.select([TaskId("t1")])
        preview = rig.window.preview
        assert preview is not None
        preview.setFocus()
        QTest.keyClick(preview.stage, Qt.Key.Key_4)
        await until(lambda: (row := rig.rows.row_of(TaskId("t1"))) is not None and row.task.rating == 4)
