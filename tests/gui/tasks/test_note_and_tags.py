"""Tags by menu and notes of several lines: for one task and for many, and back."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu

from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.tasks.judge import TagsMenu
from runway_desktop.ui.tasks.popups import DIFFER, LinePopup, NotePopup
from runway_desktop.ui.theme import Role
from runway_desktop.values import replace
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import task

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


async def some(rig: Desktop) -> None:
    await rig.put(
        task(1, State.FAILED, tags=("drone",)),
        task(2, State.FAILED, tags=("drone", "night"), note="Too dark"),
        task(3, State.FAILED, tags=("r&d",)),
    )
    await rig.engine.ledger.load()
    rig.rows.refresh()
    await until(lambda: rig.rows.task_count == 3)
    await rig.fetch_rows()
    rig.pages.refresh()
    await until(lambda: rig.pages.counts.tags)
    rig.window.view.setFocus()


def choose(rig: Desktop, *numbers: int) -> None:
    rig.window.view.select([TaskId(f"t{number}") for number in numbers])


def tags_of(rig: Desktop, number: int) -> tuple[str, ...]:
    row = rig.rows.row_of(TaskId(f"t{number}"))
    return row.task.tags if row is not None else ()


def note_of(rig: Desktop, number: int) -> str:
    row = rig.rows.row_of(TaskId(f"t{number}"))
    return row.task.note if row is not None else ""


async def opened_tags(rig: Desktop) -> TagsMenu:
    rig.window.view.menu_wanted.emit(rig.window.mapToGlobal(QPoint(300, 300)))
    await until(lambda: rig.window.findChildren(TagsMenu))
    return rig.window.findChildren(TagsMenu)[-1]


async def close(rig: Desktop) -> None:
    for menu in rig.window.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
        menu.close()
    await rest()


async def test_tags_of_many_tasks_are_added_and_removed_by_menu_and_undone(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await some(rig)
        choose(rig, 1, 2)
        menu = await opened_tags(rig)
        said = {action.text(): action for action in menu.actions() if action.text()}
        assert list(said) == ["drone", "night\t1 of 2", "r&&d", "Other tags…"]
        assert [action.isChecked() for action in said.values()] == [True, False, False, False]
        said["r&&d"].trigger()
        await until(lambda: "r&d" in tags_of(rig, 1) and "r&d" in tags_of(rig, 2))
        await close(rig)
        menu = await opened_tags(rig)
        next(action for action in menu.actions() if action.text() == "drone").trigger()
        await until(lambda: "drone" not in tags_of(rig, 1) + tags_of(rig, 2))
        await close(rig)
        for _ in range(2):
            QTest.keyClick(rig.window.view, Qt.Key.Key_Z, CONTROL)
        await until(lambda: tags_of(rig, 1) == ("drone",) and tags_of(rig, 2) == ("drone", "night"))


async def test_note_may_have_several_lines(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await some(rig)
        rig.composer.set_prompt("Not to be sent")
        choose(rig, 1)
        QTest.keyClick(rig.window.view, Qt.Key.Key_N)
        await until(lambda: rig.window.findChildren(NotePopup))
        [popup] = rig.window.findChildren(NotePopup)
        QTest.keyClicks(popup.text, "Cut at two seconds")
        QTest.keyClick(popup.text, Qt.Key.Key_Return)
        QTest.keyClicks(popup.text, "The client likes it")
        QTest.keyClick(popup.text, Qt.Key.Key_Return, CONTROL)
        await until(lambda: note_of(rig, 1) == "Cut at two seconds\nThe client likes it")
        assert rig.rows.task_count == 3
        facts = {fact.label: fact.text for fact in rig.details.facts()}
        await until(lambda: "Note" in {fact.label for fact in rig.details.facts()})
        facts = {fact.label: fact.text for fact in rig.details.facts()}
        assert facts["Note"] == "Cut at two seconds\nThe client likes it"
        assert any("\nThe client likes it" in label.text() for label in rig.window.findChildren(QLabel))


async def test_escape_leaves_a_note_and_losing_focus_stores_it(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await some(rig)
        choose(rig, 2)
        for key, kept in ((Qt.Key.Key_Escape, "Too dark"), (None, "Too dark, again")):
            rig.window.judge.note()
            await until(lambda: rig.window.findChildren(NotePopup))
            [popup] = rig.window.findChildren(NotePopup)
            assert popup.text.toPlainText() == "Too dark"
            QTest.keyClicks(popup.text, ", again")
            if key is None:
                popup.close()
            else:
                QTest.keyClick(popup.text, key)
                assert rig.window.view.selected_ids() == ["t2"]
            await until(lambda: not rig.window.findChildren(NotePopup))
            await until(lambda kept=kept: note_of(rig, 2) == kept)  # type: ignore[misc]


async def test_viewing_tasks_with_different_notes_changes_none(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await some(rig)
        choose(rig, 1, 2)
        rig.window.judge.note()
        await until(lambda: rig.window.findChildren(NotePopup))
        [popup] = rig.window.findChildren(NotePopup)
        assert popup.text.toPlainText() == ""
        assert popup.text.placeholderText() == str(DIFFER)
        QTest.keyClick(popup.text, Qt.Key.Key_Return, CONTROL)
        await rest()
        assert note_of(rig, 2) == "Too dark"


async def test_down_key_offers_known_projects_and_shots(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await some(rig)
        await rig.change(replace(await rig.by_id(2), project="Coast", shot="020"))
        await rig.change(replace(await rig.by_id(3), project="Aurora", shot="010"))
        rig.pages.refresh()
        await until(lambda: len(rig.pages.counts.shots) == 2)
        choose(rig, 1)
        for ask, known in ((rig.window.judge.project, ["Aurora", "Coast"]), (rig.window.judge.shot, ["010", "020"])):
            ask()
            await until(lambda: rig.window.findChildren(LinePopup))
            [popup] = rig.window.findChildren(LinePopup)
            QTest.keyClick(popup.line, Qt.Key.Key_Down)
            offered = popup.completer.completionModel()
            assert popup.completer.popup().isVisible()
            below = popup.completer.popup().grab().toImage()
            assert below.pixelColor(below.width() - 4, 4) == theme.color(Role.RAISED)
            assert [offered.index(row, 0).data() for row in range(offered.rowCount())] == known
            popup.completer.popup().hide()
            popup.close()
            await until(lambda: not rig.window.findChildren(LinePopup))
