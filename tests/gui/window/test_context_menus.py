"""Menus of a right click: of pages, the preview, the line at the foot, and the short one of a task."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from runway_desktop.domain.library import Page
from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.composer.field_editors import Chip
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import task


def shown_menu() -> QMenu | None:
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, QMenu) else None


def entries(menu: QMenu) -> Iterator[QAction]:
    yield from (action for action in menu.actions() if action.text())


def words(menu: QMenu) -> list[str]:
    return [action.text() for action in entries(menu)]


async def menu_of_place(rig: Desktop, title: str) -> QMenu:
    entry = next(one for one in rig.pages.entries() if one.title == title and not one.heading)
    rig.window.workspace.pages.menu_wanted.emit(entry, QPoint(10, 10))
    await until(shown_menu)
    menu = shown_menu()
    assert menu is not None
    return menu


async def with_one(rig: Desktop, project: str = "") -> None:
    await rig.add(task(1, State.SUCCEEDED, project=project))
    await until(lambda: rig.rows.row_of(TaskId("t1")))
    rig.window.view.select([TaskId("t1")])


async def test_project_menu_opens_it_sets_a_cap_and_copies_its_name(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await with_one(rig, project="Aurora")
        rig.pages.refresh()
        await until(lambda: any(entry.title == "Aurora" for entry in rig.pages.entries()))
        menu = await menu_of_place(rig, "Aurora")
        assert {"Open", "Set a cap…", "Copy name"} <= set(words(menu))
        for action in entries(menu):
            if action.text() in ("Open", "Set a cap…", "Copy name"):
                action.trigger()
        assert rig.room_requests == [("preferences", "project_caps")]
        assert QGuiApplication.clipboard().text() == "Aurora"
        assert rig.filter.title == "Aurora"
        menu.close()


async def test_queue_page_menu_pauses_sending(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        queue = next(one for one in rig.pages.entries() if one.filter and one.filter.page is Page.WAITING_HERE)
        menu = await menu_of_place(rig, queue.title)
        next(action for action in entries(menu) if action.text() == "Pause sending").trigger()
        await until(lambda: rig.models.status.paused)
        menu.close()


async def test_right_click_on_the_status_line_offers_tasks_sending_and_spending(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        line = rig.window.workspace.status
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(4, 4), line.mapToGlobal(QPoint(4, 4)))
        QApplication.sendEvent(line, event)
        await until(shown_menu)
        menu = shown_menu()
        assert menu is not None
        assert {"Refresh all", "Show live tasks", "Pause sending", "Spending", "Caps…"} <= set(words(menu))
        next(action for action in entries(menu) if action.text() == "Show live tasks").trigger()
        assert rig.filter.page is Page.LIVE
        menu.close()


async def test_task_menu_is_short_and_has_ratings(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await with_one(rig)
        rig.window.task_menu.popup(QPoint(10, 10))
        await until(shown_menu)
        menu = shown_menu()
        assert menu is not None
        assert len(words(menu)) <= 16
        assert all(action.icon().isNull() for action in entries(menu)), "icons on all or on none"
        rating = next(below for below in menu.findChildren(QMenu) if below.title() == "Rating")
        [four] = [action for action in rating.actions() if action.text() == "★★★★"]
        assert four.shortcut().toString() == "4"
        four.trigger()
        await until(lambda: (row := rig.rows.row_of(TaskId("t1"))) is not None and row.task.rating == 4)
        menu.close()


async def test_preview_has_the_menu_of_its_task(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.interior.add_preview()
        await with_one(rig)
        preview = rig.window.preview
        assert preview is not None
        preview.customContextMenuRequested.emit(QPoint(4, 4))
        await until(shown_menu)
        menu = shown_menu()
        assert menu is not None
        assert {"Pick", "Reject"} <= set(words(menu))
        menu.close()


async def test_chip_of_the_composer_can_be_reset_to_its_default(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await until(lambda: rig.window.composer_pane.findChildren(Chip))
        rig.composer.set_value("duration", 8)
        chip = next(one for one in rig.window.composer_pane.findChildren(Chip) if one.accessibleName() == "Duration")
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(4, 4), chip.mapToGlobal(QPoint(4, 4)))
        QApplication.sendEvent(chip, event)
        await until(shown_menu)
        menu = shown_menu()
        assert menu is not None
        next(action for action in entries(menu) if action.text() == "Reset to default").trigger()
        assert rig.composer.value("duration") != 8
        menu.close()
