"""In a narrow list the prompt keeps a readable width; other columns make room, and come back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray

from runway_desktop.domain.library import Filter, Page
from runway_desktop.ui.tasks.view import LEAST_PROMPT
from runway_desktop.usecases.listing.columns import COLUMNS, Column
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import task


async def filled(rig):
    await rig.put(task(1))
    rig.rows.refresh()
    await until(rig.window.view.isVisible)


def has_width(rig, width):
    return rig.window.workspace.width() == width


async def test_prompt_column_stays_readable_in_a_small_window(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        view = rig.window.view
        view.show_column(Column.MODEL, on=True)
        wide = [view.columnWidth(column) for column in Column if column is not Column.PROMPT]
        for width in (1024, 800, 680):
            rig.window.resize(width, 500)
            await until(partial(has_width, rig, width))
            assert view.columnWidth(Column.PROMPT) >= LEAST_PROMPT
            await until(lambda: not view.horizontalScrollBar().isVisible())
            assert view.shows_column(Column.SENT)
        rig.window.resize(1440, 900)
        await until(lambda: [view.columnWidth(one) for one in Column if one is not Column.PROMPT] == wide)


async def test_stored_column_widths_shrink_in_a_small_window(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        rig.window.view.setColumnWidth(Column.STATUS, 240)
        state = rig.models.memory.recall("list.columns.10")
        assert state
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        rig.window.hide()
        rig.window.view.horizontalHeader().restoreState(QByteArray.fromBase64(state.encode()))
        rig.window.resize(800, 640)
        rig.window.show()
        await until(lambda: rig.window.view.columnWidth(Column.STATUS) < 240)
        assert rig.window.view.columnWidth(Column.PROMPT) >= LEAST_PROMPT


async def test_column_hidden_in_the_queue_returns_at_full_width_after_a_narrow_window(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        view = rig.window.view
        rig.window.resize(1440, 900)
        await until(partial(has_width, rig, 1440))
        wide = view.columnWidth(Column.SENT)
        rig.filter.open_page(Filter(page=Page.WAITING_HERE), "Queue")
        await until(lambda: view.isColumnHidden(Column.SENT))
        rig.window.resize(800, 600)
        await until(partial(has_width, rig, 800))
        rig.filter.open_page(Filter(), "All tasks")
        rig.window.resize(1440, 900)
        await until(partial(has_width, rig, 1440))
        await until(lambda: not view.is_narrow)
        assert view.columnWidth(Column.SENT) == wide


async def test_columns_of_prices_and_dates_grow_with_larger_text(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await filled(rig)
        view = rig.window.view
        rig.window.resize(2200, 900)
        await until(partial(has_width, rig, 2200))
        try:
            theme.scale_text(160)
            for column in (Column.CREDITS, Column.SENT):
                assert view.columnWidth(column) >= theme.wide(COLUMNS[column].width)
        finally:
            theme.scale_text(100)
