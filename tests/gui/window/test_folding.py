"""Folding of the outer panes: handle, stored width, and memory across starts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from runway_desktop.ui.window.folding import STRIP
from tests.rigs.desktop import Desktop, rest, until

LEFT = Qt.MouseButton.LeftButton
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
PANES = [(0, CONTROL), (2, CONTROL | ALT)]


@pytest.mark.parametrize(("place", "modifiers"), PANES, ids=["places", "details"])
async def test_shortcut_folds_a_pane_and_restores_its_width(tmp_path, theme, qtbot, place, modifiers):
    async with Desktop(tmp_path, theme) as rig:
        columns = rig.window.workspace.columns
        before = columns.sizes()
        QTest.keyClick(rig.window.workspace.views, Qt.Key.Key_B, modifiers)
        assert columns.is_folded(place)
        handle = columns.handle(max(1, place))
        await until(lambda: handle.contentsRect().width() == STRIP and handle.isVisible())
        assert handle.toolTip().startswith("Show or hide ")
        QTest.keyClick(rig.window.workspace.views, Qt.Key.Key_B, modifiers)
        await until(lambda: columns.sizes() == before)
        assert handle.contentsRect().width() < STRIP


async def test_double_click_folds_a_pane_and_a_click_unfolds_it(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        columns = rig.window.workspace.columns
        handle = columns.handle(2)
        QTest.mouseDClick(handle, LEFT)
        assert columns.is_folded(2)
        await until(lambda: handle.contentsRect().width() == STRIP)
        QTest.mouseClick(handle, LEFT)
        assert not columns.is_folded(2)


async def test_focus_leaves_a_folded_pane_and_tab_skips_it(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        work = rig.window.workspace
        work.pages.setFocus()
        QTest.keyClick(work.pages, Qt.Key.Key_B, CONTROL)
        assert not work.pages.hasFocus()
        assert not work.pages.isVisible()
        work.fold(0)
        assert work.pages.isVisible()


async def test_folded_pane_stays_folded_next_time_and_keeps_its_width(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        work, memory = rig.window.workspace, rig.models.memory
        work.columns.handle(1).moveSplitter(180)
        left = work.columns.sizes()[0]
        work.fold(0)
        work.remember()
        kept = {name: memory.recall(name) for name in ("window.splitter", "window.widths")}
    async with Desktop(tmp_path, theme) as rig:
        for name, text in kept.items():
            rig.models.memory.keep(name, text or "")
        work = rig.window.workspace
        work.restore(900)
        assert work.columns.is_folded(0)
        assert not work.pages.isVisible()
        work.fold(0)
        assert work.columns.sizes()[0] == left


@pytest.mark.parametrize(("width", "folded"), [(1440, []), (1024, [0]), (800, [0]), (680, [0, 2])])
async def test_panes_fold_automatically_in_a_small_window_and_come_back(tmp_path, theme, qtbot, width, folded):
    async with Desktop(tmp_path, theme) as rig:
        columns = rig.window.workspace.columns
        before = columns.sizes()
        rig.window.resize(width, 640)
        await until(lambda: [one for one in (0, 2) if columns.is_folded(one)] == folded)
        panes = [columns.widget(one).geometry() for one in range(3) if columns.sizes()[one]]
        assert all(one.right() < two.left() for one, two in pairwise(panes))
        assert panes[-1].right() < columns.width()
        rig.window.resize(1440, 900)
        await until(lambda: columns.sizes() == before)


async def test_pane_unfolded_by_hand_in_a_small_window_stays(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        work = rig.window.workspace
        rig.window.resize(1024, 640)
        await until(lambda: work.columns.is_folded(0))
        work.fold(0)
        rig.window.resize(1000, 640)
        await until(lambda: work.columns.width() == 1000)
        assert not work.columns.is_folded(0)


async def test_automatically_folded_pane_is_unfolded_in_a_larger_window_next_time(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.resize(1024, 640)
        await until(lambda: rig.window.workspace.columns.is_folded(0))
        rig.window.workspace.remember()
        kept = {name: rig.models.memory.recall(name) for name in ("window.splitter", "window.widths")}
    async with Desktop(tmp_path, theme) as rig:
        for name, text in kept.items():
            rig.models.memory.keep(name, text or "")
        rig.window.workspace.restore(900)
        rig.window.resize(1500, 900)
        await until(lambda: not rig.window.workspace.columns.is_folded(0))


async def test_small_window_changes_no_pane_width_permanently(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        work = rig.window.workspace
        before = work.columns.sizes()
        rig.window.resize(1024, 640)
        await until(lambda: work.columns.is_folded(0))
        work.fold(0)
        rig.window.resize(1440, 900)
        await until(lambda: work.columns.width() == 1440)
        await rest()
        assert work.columns.sizes() == before
