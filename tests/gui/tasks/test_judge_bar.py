"""The bar of rating buttons: one line in a pane of any width."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtWidgets import QAbstractButton

from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.tasks.judge import JudgeBar
from runway_desktop.ui.theme import GRID, TARGET
from tests.rigs.desktop import Desktop, named, rest, until
from tests.rigs.rows import task


@pytest.mark.parametrize("width", [288, 300, 360, 420, 600])
async def test_rating_controls_stand_on_one_line_inside_their_pane(tmp_path, theme, qtbot, width):
    async with Desktop(tmp_path, theme) as rig:
        await rig.add(task(1, State.SUCCEEDED))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        rig.window.view.select([TaskId("t1")])
        pane = rig.window.workspace.details
        splitter = rig.window.workspace.columns
        splitter.setSizes([200, splitter.width() - 200 - width, width])
        await until(lambda: abs(pane.width() - width) < 4)
        await rest()
        [bar] = rig.window.findChildren(JudgeBar)
        buttons = bar.findChildren(QAbstractButton)
        assert [button.accessibleName() for button in buttons][-5:] == [
            "Pick",
            "Reject",
            "Tag",
            "Note",
            "Compare takes",
        ]
        assert len({button.geometry().center().y() for button in buttons}) == 1
        assert max(button.geometry().right() for button in buttons) <= bar.width()
        assert min(min(button.width(), button.height()) for button in buttons) >= TARGET
        stars, deciding = buttons[:5], buttons[5:]
        assert deciding[0].x() - stars[-1].geometry().right() > GRID, "rating and deciding stand apart"
        assert all(other.x() - one.geometry().right() <= 3 for one, other in pairwise(deciding))
        assert bar.mapTo(pane, bar.rect().topRight()).x() <= pane.width()


async def test_labels_are_shown_beside_rating_symbols_where_there_is_space(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.add(task(1, State.SUCCEEDED))
        await until(lambda: rig.rows.row_of(TaskId("t1")))
        rig.window.view.select([TaskId("t1")])
        [bar] = rig.window.findChildren(JudgeBar)
        for width, words in (
            (300, ["", "", ""]),
            (420, ["Pick  P", "Reject  X", ""]),
            (720, ["Pick  P", "Reject  X", "Tag  T"]),
        ):
            bar.resize(width, bar.height())
            assert [button.text() for button in bar.findChildren(QAbstractButton)[5:8]] == words
        rig.window.keys.choose(named("judge.pick"), [])
        assert [button.text() for button in bar.findChildren(QAbstractButton)[5:7]] == ["Pick", "Reject  X"]


async def test_rating_of_several_tasks_shows_and_removes_what_they_share(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(*(task(number, State.FAILED, rating=number) for number in (1, 2)))
        await until(lambda: rig.rows.task_count == 2)
        rig.window.view.select([TaskId("t1"), TaskId("t2")])
        [bar] = rig.window.findChildren(JudgeBar)
        star = next(found for found in bar.findChildren(QAbstractButton) if "4 stars" in found.accessibleName())
        assert "current rating" not in star.accessibleName()
        star.click()
        await until(lambda: "current rating" in star.accessibleName())
        bar._pick.click()
        await until(bar._pick.isChecked)
        star.click()
        await until(lambda: "current rating" not in star.accessibleName())
        assert (await rig.by_id(1)).rating == (await rig.by_id(2)).rating == 0
