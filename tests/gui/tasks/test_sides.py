"""Rows and cells of the grid where one reads from the right: everything stands on the other side."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView

from runway_desktop.domain.library import GroupBy
from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.theme import Role, Theme
from runway_desktop.usecases.listing.columns import Column
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import task

LEFT, RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


def picture(view: QAbstractItemView) -> QImage:
    return view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def columns_of(image: QImage, rect: QRect, is_ink: Callable[[int], bool]) -> list[int]:
    """The x of a rectangle's pixels that somebody painted, from its left."""
    return [
        x - rect.left()
        for x in range(rect.left(), rect.right() + 1)
        if any(is_ink(image.pixel(x, y)) for y in range(rect.top() + 1, rect.bottom() - 1))
    ]


def of_color(theme: Theme, role: Role) -> Callable[[int], bool]:
    wanted = theme.color(role).rgb()
    return lambda pixel: pixel == wanted


async def some(rig: Desktop) -> None:
    await rig.put(task(1, State.RUNNING, prompt="Fog", progress=0.25), task(2, State.FAILED, prompt="Sun"), batch="b1")
    rig.filter.group_by(GroupBy.BATCH)
    await rig.load()
    await until(lambda: rig.rows.rowCount() == 3)
    await rig.fetch_rows()


@pytest.mark.parametrize("direction", [LEFT, RIGHT])
async def test_list_row_starts_at_the_reading_side(tmp_path, theme, qtbot, direction):
    async with Desktop(tmp_path, theme) as rig:
        await some(rig)
        view, mirrored = rig.window.view, direction is RIGHT
        view.setLayoutDirection(direction)
        image = picture(view)
        prompt = view.visualRect(rig.rows.index(rig.rows.position(TaskId("t1")) or 0, Column.PROMPT))
        ink = columns_of(image, prompt, of_color(theme, Role.TEXT))
        assert ink
        assert (min(ink) > prompt.width() / 2) is mirrored
        status = view.visualRect(rig.rows.index(rig.rows.position(TaskId("t1")) or 0, Column.STATUS))
        bar = QRect(status.left() + 8, status.bottom() - 10, status.width() - 16, 4)
        done = columns_of(image, bar, of_color(theme, Role.ACCENT))
        assert 0.15 < len(done) / bar.width() < 0.3
        assert (min(done) > bar.width() / 2) is mirrored
        header = view.visualRect(rig.rows.index(0, 0)) | view.visualRect(rig.rows.index(0, len(Column) - 1))
        header = QRect(0, header.top(), view.viewport().width(), header.height())
        title = columns_of(image, header, of_color(theme, Role.TEXT))
        assert title
        assert (min(title) > header.width() / 2) is mirrored


@pytest.mark.parametrize("direction", [LEFT, RIGHT])
async def test_grid_follows_the_reading_direction(tmp_path, theme, qtbot, direction):
    async with Desktop(tmp_path, theme) as rig:
        await some(rig)
        rig.window.workspace.list.show_grid(True)
        grid, mirrored = rig.window.workspace.grid, direction is RIGHT
        await until(grid.isVisible)
        grid.setLayoutDirection(direction)
        first, second = (grid.visualRect(rig.rows.index(line, Column.PROMPT)) for line in (1, 2))
        assert (first.left() > second.left()) is mirrored
        middle = grid.viewport().width() / 2
        assert (first.center().x() > middle) is mirrored
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(second.center()))
        chosen = rig.window.view.selected_ids()
        assert chosen == [rig.rows.task_id(2)]
        caption = QRect(second.left(), second.bottom() - 30, second.width(), 30)
        # Small letters are all edges: none of them has the full color.
        ink = columns_of(picture(grid), caption, lambda pixel: QColor(pixel).lightness() > 120)
        assert ink
        assert (min(ink) > second.width() / 2) is mirrored
        grid.setFocus()
        QTest.keyClick(grid, Qt.Key.Key_Right if mirrored else Qt.Key.Key_Left)
        assert rig.window.view.selected_ids() == [rig.rows.task_id(1)]
