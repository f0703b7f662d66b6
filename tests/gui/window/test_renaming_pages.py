"""Projects, tags and batches are renamed in the sidebar, by F2 or menu, for all their tasks; undo restores them all."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from runway_desktop.domain.task import State
from runway_desktop.ui.confirm import AskText
from runway_desktop.ui.window.commands import RENAME
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import task

KEYS = Qt.Key


def titles(rig: Desktop) -> list[str]:
    return [one.title for one in rig.pages.entries() if one.can_be_renamed]


async def filled(rig: Desktop) -> None:
    tasks = [task(n, State.FAILED, project="Aurora", tags=("drone", "night")) for n in (1, 2)]
    await rig.shown(*tasks, batch="b1")
    rig.pages.refresh()
    await until(lambda: {"Aurora", "drone", "Batch b1"} <= set(titles(rig)))


async def rename(rig: Desktop, old: str, new: str) -> None:
    pane = rig.window.workspace.pages
    pane.choose(next(one.key for one in rig.pages.entries() if one.title == old))
    pane.setFocus()
    QTest.keyClick(pane, KEYS.Key_F2)
    written = next(one for one in pane.findChildren(QLineEdit) if one.isVisible())
    assert written.selectedText() == old
    QTest.keyClicks(written, new)
    QTest.keyClick(written, KEYS.Key_Return)


@pytest.mark.parametrize(("old", "new"), [("Aurora", "Borealis"), ("drone", "aerial"), ("Batch b1", "First light")])
async def test_f2_renames_the_open_page_and_undo_restores_its_name(tmp_path, theme, qtbot, old, new):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        await rename(rig, old, new)
        await until(lambda: new in titles(rig) and old not in titles(rig))
        entry = rig.window.workspace.pages.current_entry
        assert entry is not None
        assert (entry.title, entry.count) == (new, 2)
        await until(lambda: rig.rows.task_count == 2)
        assert rig.filter.title == new
        assert rig.window.activity.messages() == [f"Renamed to “{new}”."]
        rig.window.activity.undo()
        await until(lambda: old in titles(rig) and new not in titles(rig))
        await until(lambda: rig.rows.task_count == 2)
        assert rig.filter.title == old


async def test_renamed_project_keeps_its_cap_and_stays_selected_in_the_composer(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        rig.cases.settings.project_caps = {"Aurora": 300.0}
        rig.composer.set_project("Aurora")
        await rename(rig, "Aurora", "Borealis")
        await until(lambda: rig.cases.settings.project_caps == {"Borealis": 300.0})
        await until(lambda: rig.composer.project == "Borealis")
        rig.window.activity.undo()
        await until(lambda: rig.cases.settings.project_caps == {"Aurora": 300.0})
        await until(lambda: rig.composer.project == "Aurora")


async def test_saved_search_follows_a_renamed_project_and_undo_restores_it(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        rig.window.search.setText("project:aurora tag:drone rating:<5")
        await until(lambda: rig.filter.narrows)
        saved = rig.filter.save_search("Good")
        assert saved is not None
        rig.filter.clear()
        await rename(rig, "Aurora", "New York")
        await until(lambda: "New York" in titles(rig))
        assert rig.filter.searches[0].line == 'project:"New York" tag:drone rating:<5'
        rig.window.activity.undo()
        await until(lambda: "Aurora" in titles(rig))
        assert rig.filter.searches[0].line == saved.line


async def test_undo_of_a_merge_of_two_projects_moves_back_only_the_moved_tasks(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED, project="Aurora"), task(2, State.FAILED, project="Borealis"))
        rig.pages.refresh()
        await until(lambda: set(titles(rig)) == {"Aurora", "Borealis"})
        await rename(rig, "Aurora", "Borealis")
        await until(lambda: titles(rig) == ["Borealis"])
        rig.window.activity.undo()
        await until(lambda: set(titles(rig)) == {"Aurora", "Borealis"})
        assert [(await rig.by_id(n)).project for n in (1, 2)] == ["Aurora", "Borealis"]


async def test_page_menu_renames_too_and_a_fixed_page_says_why_not(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        pane = rig.window.workspace.pages
        entry = next(one for one in rig.pages.entries() if one.title == "drone")
        pane.menu_wanted.emit(entry, QPoint(10, 10))
        await until(QApplication.activePopupWidget)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        next(one for one in menu.actions() if one.text() == "Rename").trigger()
        written = next(one for one in pane.findChildren(QLineEdit) if one.isVisible())
        menu.close()
        QTest.keyClick(written, KEYS.Key_Escape)
        pane.setCurrentRow(0)
        pane.setFocus()
        QTest.keyClick(pane, KEYS.Key_F2)
        await until(lambda: rig.window.activity.messages() == [RENAME.reason(rig.window)])


async def test_batch_is_renamed_from_its_list_heading(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        rig.window.view.group_menu_wanted.emit("b1", QPoint(10, 10))
        [menu] = [one for one in rig.window.workspace.findChildren(QMenu) if one.isVisible()]
        next(action for action in menu.actions() if action.text() == "Rename…").trigger()
        [asked] = rig.window.findChildren(AskText)
        written = asked.findChild(QLineEdit)
        assert written is not None
        assert written.text() == "Batch b1"
        written.setText("First light")
        asked.accept()
        await until(lambda: "First light" in titles(rig))
        await until(lambda: rig.rows.group_words(rig.rows.group_row("b1")).title == "First light")
        rig.window.activity.undo()
        await until(lambda: "Batch b1" in titles(rig))
