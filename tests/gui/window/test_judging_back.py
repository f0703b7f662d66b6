"""Repeated undo of judgments, and the activity entry for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from runway_desktop.domain.task import Pick, State, TaskId
from tests.rigs import pill
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import task

KEYS = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


async def chosen(rig: Desktop, *numbers: int) -> None:
    await rig.shown(*(task(number, State.FAILED) for number in (1, 2, 3)))
    await until(lambda: rig.rows.is_loaded and rig.rows.task_count == 3)
    await rig.fetch_rows()
    rig.window.view.setFocus()
    rig.window.view.select([TaskId(f"t{number}") for number in numbers])


async def judged(rig: Desktop) -> list[tuple[int, Pick]]:
    return [((await rig.by_id(number)).rating, (await rig.by_id(number)).pick) for number in (1, 2)]


def rated(rig: Desktop, stars: int) -> bool:
    row = rig.rows.row_of(TaskId("t1"))
    return row is not None and row.task.rating == stars


async def test_redone_rating_can_be_undone_again(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await chosen(rig, 1)
        view = rig.window.view
        QTest.keyClick(view, KEYS.Key_4)
        await until(lambda: rated(rig, 4))
        for _ in range(2):
            QTest.keyClick(view, KEYS.Key_Z, CONTROL)
            await until(lambda: rated(rig, 0))
            QTest.keyClick(view, KEYS.Key_Z, CONTROL | SHIFT)
            await until(lambda: rated(rig, 4))


async def test_undo_button_of_each_rating_reverts_that_rating(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await chosen(rig, 1, 2)
        view, activity = rig.window.view, rig.window.activity
        QTest.keyClick(view, KEYS.Key_4)
        await until(lambda: activity.messages() == ["Rated 2 tasks 4 ★."])
        QTest.keyClick(view, KEYS.Key_P)
        await until(lambda: activity.messages()[1:] == ["Picked 2 tasks."])
        pill.press(rig.window, "Undo")
        await until(lambda: activity.messages()[1:] == ["2 picks undone."])
        assert await judged(rig) == [(4, Pick.NONE), (4, Pick.NONE)]
        activity.undo()
        await until(lambda: activity.messages()[1:] == ["2 ratings undone."])
        assert await judged(rig) == [(0, Pick.NONE), (0, Pick.NONE)]


async def test_several_tasks_filtered_out_by_their_rating_are_announced(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await chosen(rig)
        rig.window.search.setText("is:unrated")
        await until(lambda: rig.rows.is_loaded and rig.rows.listing.filter.rating)
        rig.window.view.select([TaskId("t1"), TaskId("t2")])
        QTest.keyClick(rig.window.view, KEYS.Key_4)
        await until(lambda: rig.rows.task_count == 1)
        await until(lambda: rig.window.activity.messages() == ["Rated 2 tasks 4 ★."])


async def test_single_task_filtered_out_by_its_rating_is_announced_and_comes_back(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED, rating=5), task(2, State.FAILED, rating=4))
        rig.window.search.setText("rating:>=4")
        await until(lambda: rig.rows.is_loaded and rig.rows.listing.filter.rating)
        rig.window.view.setFocus()
        rig.window.view.select([TaskId("t1")])
        activity = rig.window.activity
        QTest.keyClick(rig.window.view, KEYS.Key_2)
        await until(lambda: activity.messages() == ["No longer in this list. Rated 2 ★."])
        pill.press(rig.window, "Undo")
        await until(lambda: rig.rows.task_count == 2)
        assert activity.messages() == ["Rating undone: “Prompt 1”."]


async def test_task_that_keeps_matching_is_not_announced_as_gone_when_the_list_changes(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await chosen(rig, 1)
        QTest.keyClick(rig.window.view, KEYS.Key_2)
        await until(lambda: rated(rig, 2))
        rig.window.search.setText("rating:>=4")
        await until(lambda: rig.rows.is_loaded and rig.rows.task_count == 0)
        assert rig.window.activity.messages() == ["Rated 2 ★."]
