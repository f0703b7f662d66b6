"""The queue in the window: groups by model, rows that are dragged to another place, held and released, and places that
take what is lifted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QToolTip, QWidget

from runway_desktop.domain.advance import Sending
from runway_desktop.domain.library import Filter, GroupBy, Page, SortKey
from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.lifted_rows import ROWS
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.ui.window.budget_pane import BudgetPane
from runway_desktop.usecases.listing.columns import COLUMNS, Column
from runway_desktop.usecases.words.queue import OTHER_LANE
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.engine_rig import request
from tests.rigs.rows import task

QUEUE = Filter(page=Page.WAITING_HERE)
OVER = ("Queued, over a cap",)
DURATIONS = {"gen4.5": 5, "veo3.1": 4}


async def queued(rig: Desktop, *models: str) -> list[TaskId]:
    """A queued task of each model, in this order, in the open queue."""
    made = [
        task(n, State.QUEUED, position=float(n), request=request(f"Shot {n}", model=model, duration=DURATIONS[model]))
        for n, model in enumerate(models, start=1)
    ]
    for one in made:
        await rig.parts.pricing.learn(one.request, 25.0)
    await rig.engine.ledger.add(made, [])
    rig.filter.open_page(QUEUE, "Queue")
    await until(lambda: rig.rows.is_loaded and rig.rows.is_queue)
    await rig.fetch_rows()
    return [one.id for one in made]


def lines(rig: Desktop) -> list[str]:
    rows = rig.rows
    return [rows.task_id(row) or rows.group_words(row).title for row in range(rows.rowCount())]


def mime() -> QMimeData:
    made = QMimeData()
    made.setData(ROWS, b"1")
    return made


def send(kind: type[QDropEvent], to: QWidget, at: QPoint, data: QMimeData) -> Any:
    if kind is QDragMoveEvent:
        # Qt hands moves on to the widget alone that took what was brought in.
        entering = send(QDragEnterEvent, to, at, data)
        if not entering.isAccepted():
            return entering
    move = kind(
        QPointF(at) if kind is QDropEvent else at,
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(to, move)
    return move


def drag(monkeypatch: pytest.MonkeyPatch, rig: Desktop, ids: list[TaskId], does: Callable[[QMimeData], None]) -> None:
    """Lifts rows, does something, and lets them go."""
    data = mime()
    monkeypatch.setattr(QDrag, "exec", lambda self, _: does(data))
    rig.window.view.files_dragged.emit(ids)


def over(rig: Desktop, task_id: TaskId, part: float) -> QPoint:
    view, row = rig.window.view, rig.rows.position(task_id)
    assert row is not None
    return QPoint(200, view.rowViewportPosition(row) + int(part * view.rowHeight(row)))


async def test_queue_is_grouped_by_model_in_sending_order(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        one, two, three = await queued(rig, "gen4.5", "veo3.1", "gen4.5")
        assert lines(rig) == ["Gen-4.5", one, three, "Veo 3.1", two]
        assert [rig.rows.row_words(rig.rows.position(i)).order for i in (one, three, two)] == ["1", "2", "1"]
        await rig.engine.queue_acts.move([three], one)
        await until(lambda: lines(rig) == ["Gen-4.5", three, one, "Veo 3.1", two])


async def test_tasks_over_any_cap_are_one_group_at_the_end(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        rig.engine.settings.day_cap = 30.0
        one, two, three = await queued(rig, "gen4.5", "gen4.5", "gen4.5")
        assert lines(rig) == ["Gen-4.5", one, "Over today's cap of 30", two, three]
        words = rig.rows.group_words(2)
        assert (words.button, words.is_warning) == ("Raise cap…", True)
        assert words.holds.startswith("2 tasks · 50 credits · on hold")
        assert rig.rows.words(two).headline == "Over cap"
        rig.engine.settings.day_cap = 100.0
        rig.bridge.lane_changed.emit(None)
        await until(lambda: lines(rig) == ["Gen-4.5", one, two, three])


async def test_dragged_queue_row_is_moved_and_undone_in_one_step(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
):
    async with Desktop(tmp_path, theme) as rig:
        one, two, three = await queued(rig, "gen4.5", "gen4.5", "gen4.5")
        viewport = rig.window.view.viewport()

        def let_go_above_the_first(data: QMimeData) -> None:
            at = over(rig, one, 0.2)
            assert send(QDragMoveEvent, viewport, at, data).isAccepted()
            assert rig.rows.row_words(rig.rows.position(one)).order == "3"
            assert rig.window.activity.shown.text == "Moving 2 tasks"
            send(QDropEvent, viewport, at, data)

        drag(monkeypatch, rig, [two, three], let_go_above_the_first)
        await until(lambda: lines(rig)[1:] == [two, three, one])
        assert rig.window.activity.shown.text != "Moving 2 tasks"
        rig.window.activity.undo()
        await until(lambda: lines(rig)[1:] == [one, two, three])


async def test_drag_label_says_when_the_task_would_be_sent(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
):
    async with Desktop(tmp_path, theme) as rig:
        one, two = await queued(rig, "gen4.5", "gen4.5")
        view, accent = rig.window.view, theme.color(Role.ACCENT).rgb()

        def is_said_at(at: QPoint) -> bool:
            picture = view.viewport().grab().toImage()
            return picture.pixel(at + QPoint(GRID + GRID // 2, 0)) == accent

        def follow(data: QMimeData) -> None:
            for right in (0, 80):
                at = over(rig, one, 0.3) + QPoint(right, 0)
                send(QDragMoveEvent, view.viewport(), at, data)
                assert view.lane.words.startswith("Place 1")
                assert is_said_at(at)
            assert not is_said_at(at - QPoint(80, 0))

        drag(monkeypatch, rig, [two], follow)


async def test_todays_budget_is_shown_with_the_queue_and_raises_the_cap(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        room = rig.window.workspace.budget_room
        assert room.isHidden()
        rig.engine.settings.day_cap = 30.0
        _, two, three = await queued(rig, "gen4.5", "gen4.5", "gen4.5")
        pane = room.findChild(BudgetPane)
        assert not room.isHidden()
        said = [label.text() for label in pane.findChildren(QLabel) if label.text()]
        assert said == [
            "Today's budget",
            "Cap 30",
            "Spent",
            "0",
            "Running",
            "0",
            "Queued",
            "25",
            "Left",
            "5",
            *OVER,
            "50",
        ]
        buttons = {button.text(): button for button in pane.findChildren(QPushButton)}
        assert set(buttons) == {"Raise today's cap to 80", "Change caps…", "Hold 2"}
        places = {text: button.mapTo(pane, QPoint()) for text, button in buttons.items()}
        assert max(places, key=lambda text: places[text].y()) == "Raise today's cap to 80", "it pushes no other away"
        assert "send 2 · 50 credits" in buttons["Raise today's cap to 80"].accessibleDescription()
        buttons["Change caps…"].click()
        assert rig.room_requests == [("preferences", "Money")]
        buttons["Raise today's cap to 80"].click()
        await until(lambda: rig.engine.settings.day_cap == 80.0)
        await until(lambda: not buttons["Hold 2"].isVisibleTo(pane))
        assert buttons["Change caps…"].mapTo(pane, QPoint()) == places["Change caps…"]
        rig.engine.settings.day_cap = 30.0
        await until(lambda: buttons["Hold 2"].isVisibleTo(pane))
        buttons["Hold 2"].click()
        await until(lambda: all(rig.engine.ledger.get_open(one).waits_for_person for one in (two, three)))
        rig.filter.open_page(Filter(), "All tasks")
        assert room.isHidden()


async def test_escape_cancels_a_drag_in_the_queue(tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch):
    async with Desktop(tmp_path, theme) as rig:
        one, two = await queued(rig, "gen4.5", "gen4.5")
        viewport = rig.window.view.viewport()
        drag(monkeypatch, rig, [two], lambda data: send(QDragMoveEvent, viewport, over(rig, one, 0.2), data))
        await rest()
        assert lines(rig)[1:] == [one, two]
        assert [rig.rows.row_words(row).order for row in (1, 2)] == ["1", "2"]


async def test_row_cannot_be_dropped_among_another_model_and_the_pointer_says_why(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
):
    async with Desktop(tmp_path, theme) as rig:
        one, two = await queued(rig, "gen4.5", "veo3.1")
        viewport, said = rig.window.view.viewport(), []
        monkeypatch.setattr(QToolTip, "showText", lambda _at, words, *_: said.append(words))
        before = lines(rig)
        drag(monkeypatch, rig, [one], lambda data: send(QDragMoveEvent, viewport, over(rig, two, 0.2), data))
        assert said == [str(OTHER_LANE)]
        assert lines(rig) == before


async def test_drop_target_accepts_tasks_with_one_undo_or_says_why_not(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
):
    async with Desktop(tmp_path, theme) as rig:
        await rig.put(task(9, State.FAILED, project="Aurora"), batch="b1")
        ids = await queued(rig, "gen4.5", "gen4.5")
        rig.pages.refresh()
        await until(lambda: any(entry.title == "Aurora" for entry in rig.pages.entries()))
        entries = {entry.title: entry for entry in rig.pages.entries()}
        pages = rig.window.workspace.pages

        drag(monkeypatch, rig, ids, lambda _: pages.rows_dropped.emit(entries["Aurora"]))
        await until(lambda: {rig.engine.ledger.get_open(one).project for one in ids} == {"Aurora"})
        await rest()
        rig.window.activity.undo()
        await until(lambda: {rig.engine.ledger.get_open(one).project for one in ids} == {""})
        drag(monkeypatch, rig, ids, lambda _: pages.rows_dropped.emit(entries["Batch b1"]))
        assert rig.told[-1] == "A batch holds tasks that were made together. Use a project or a tag instead."
        drag(monkeypatch, rig, ids, lambda _: pages.rows_dropped.emit(None))
        await until(lambda: all(rig.engine.ledger.get_open(one).removed_at for one in ids))
        await rest()
        rig.window.activity.undo()
        await until(lambda: all(rig.engine.ledger.get_open(one).waits_for_person for one in ids))


async def test_row_is_held_by_its_key_and_released_by_its_button(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        one, _ = await queued(rig, "gen4.5", "gen4.5")
        view = rig.window.view
        view.select([one])
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_H)
        await until(lambda: rig.engine.ledger.get_open(one).waits_for_person)
        await until(lambda: rig.rows.words(one).headline == "Held")
        assert view.button_words(rig.rows.position(one)) == "Release"
        view.row_button.emit(one)
        await until(lambda: not rig.engine.ledger.get_open(one).waits_for_person)


async def test_one_button_holds_and_releases_the_whole_queue(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        ids = await queued(rig, "gen4.5", "veo3.1")
        rig.window.workspace.list.hold_all_wanted.emit()
        await until(lambda: all(rig.engine.ledger.get_open(one).waits_for_person for one in ids))
        await until(lambda: all(rig.rows.words(one).headline == "Held" for one in ids))
        rig.window.workspace.list.hold_all_wanted.emit()
        await until(lambda: not any(rig.engine.ledger.get_open(one).waits_for_person for one in ids))


async def test_group_header_of_the_queue_has_a_menu(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        one, two, three = await queued(rig, "gen4.5", "veo3.1", "gen4.5")
        view = rig.window.view
        view.group_menu_wanted.emit("gen4.5", QPoint(10, 10))
        [menu] = [menu for menu in rig.window.workspace.findChildren(QMenu) if menu.isVisible()]
        does = {action.text(): action.trigger for action in menu.actions() if action.text()}
        assert list(does) == ["Select all 2", "Hold 2", "Collapse", "Collapse all", "Expand all"]
        does["Select all 2"]()
        assert view.selected_ids() == [one, three]
        does["Collapse all"]()
        assert lines(rig) == ["Gen-4.5", "Veo 3.1"]
        does["Expand all"]()
        assert two in lines(rig)
        does["Hold 2"]()
        await until(lambda: rig.engine.ledger.get_open(three).waits_for_person)
        menu.close()


async def test_other_sort_order_of_the_queue_lasts_until_it_is_reopened(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await queued(rig, "gen4.5")
        seen = [rig.filter.listing.sort]
        rig.filter.sort_by(SortKey.COST, descending=True)
        seen.append(rig.filter.listing.sort)
        assert seen == [SortKey.LANE, SortKey.COST]
        assert not rig.filter.is_queue
        rig.filter.group_by(GroupBy.LANE)
        assert rig.filter.is_queue
        rig.filter.open_page(Filter(), "All tasks")
        assert rig.filter.listing.sort is SortKey.COST


def width(rig: Desktop, column: Column) -> int:
    return rig.window.view.horizontalHeader().sectionSize(column)


async def test_dragging_a_column_edge_resizes_it_at_the_expense_of_the_prompt(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await queued(rig, "gen4.5")
        header = rig.window.view.horizontalHeader()
        order = [header.logicalIndex(place) for place in range(header.count())]
        before = width(rig, Column.STATUS), width(rig, Column.PROMPT)
        at = QPoint(header.sectionViewportPosition(Column.STATUS), header.height() // 2)
        QTest.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(header.viewport(), at + QPoint(20, 0))
        QTest.mouseMove(header.viewport(), at + QPoint(40, 0))
        QTest.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=at + QPoint(40, 0))
        assert (width(rig, Column.STATUS), width(rig, Column.PROMPT)) == (before[0] - 40, before[1] + 40)
        assert [header.logicalIndex(place) for place in range(header.count())] == order


async def test_columns_can_be_reset_to_defaults(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await queued(rig, "gen4.5")
        rig.filter.open_page(Filter(), "All tasks")
        view = rig.window.view
        header = view.horizontalHeader()
        header.resizeSection(Column.STATUS, 333)
        header.moveSection(header.visualIndex(Column.CREDITS), 1)
        view.setColumnHidden(Column.TAGS, False)
        view.reset_columns()
        assert width(rig, Column.STATUS) == COLUMNS[Column.STATUS].width
        assert [header.logicalIndex(place) for place in range(header.count())] == list(Column)
        assert view.isColumnHidden(Column.TAGS)


async def test_sorted_column_header_has_an_arrow(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await queued(rig, "gen4.5")
        header = rig.window.view.horizontalHeader()
        assert header.sortIndicatorSection() not in set(Column)
        rig.filter.sort_by(SortKey.COST, descending=True)
        assert header.sortIndicatorSection() == Column.CREDITS
        assert header.isSortIndicatorShown()
        assert header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder


@pytest.mark.parametrize("part", [0.2, 0.8])
async def test_row_dropped_on_a_task_being_sent_comes_first(tmp_path, theme, monkeypatch, part):
    async with Desktop(tmp_path, theme) as rig:
        one, two, three = await queued(rig, "gen4.5", "gen4.5", "gen4.5")
        await rig.engine.ledger.move(one, Sending())
        await until(lambda: rig.rows.row_of(one).task.state is State.SENDING)

        def follow(data: QMimeData) -> None:
            at = over(rig, one, part)
            assert send(QDragMoveEvent, rig.window.view.viewport(), at, data).isAccepted()
            send(QDropEvent, rig.window.view.viewport(), at, data)

        drag(monkeypatch, rig, [three], follow)
        said = rig.window.activity.messages
        await until(lambda: said() == ["1 task moved in the queue."])
        await until(lambda: lines(rig).index(three) < lines(rig).index(two))
        drag(monkeypatch, rig, [three], follow)
        await until(lambda: "Nothing moved: the order is the same." in (*said(), *rig.told))
