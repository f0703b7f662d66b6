"""The Spending window: bars read by mouse and keyboard, tables, a statement, both themes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QPushButton, QWidget

from runway_desktop.domain.task import State
from runway_desktop.rooms.spending.bar_chart import STEPS, BarChart, scale
from runway_desktop.rooms.spending.entry import SpendingWindow
from runway_desktop.rooms.spending.model import SpendingModel
from runway_desktop.ui.theme import ColorScheme, Theme
from runway_desktop.usecases.words.spending import DayBar
from tests.rigs.desktop import Rig, after, rest, until
from tests.rigs.rows import task
from tests.rigs.targets import too_small

THREE = tuple(
    DayBar(date(2026, 11, day), 60.0 * day, str(day), f"{day} November: {60 * day} credits") for day in (1, 2, 3)
)


@asynccontextmanager
async def spending(tmp_path: Path, theme: Theme, *, busy: bool = True) -> AsyncIterator[tuple[Rig, SpendingWindow]]:
    async with Rig(tmp_path) as rig:
        if busy:
            now = rig.clock.now()
            await rig.put(
                task(1, State.SUCCEEDED, cost_credits=60.0, sent_at=now, project="Harbour & sea"),
                task(2, State.SUCCEEDED, cost_credits=120.0, sent_at=now - 86_400),
            )
        model = SpendingModel(rig.cases, rig.bridge, rig.runner)
        window = SpendingWindow(model, theme)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        window.show()
        await until(lambda: model.report is not None and not model.is_asking)
        await rest()
        try:
            yield rig, window
        finally:
            window.close()
            window.deleteLater()
            await rest(3)


def said(window: QWidget) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def press(window: QWidget, text: str) -> None:
    button = next(found for found in window.findChildren(QPushButton) if found.text().startswith(text))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def test_spending_window_shows_sum_period_and_runways_own_report(tmp_path: Path, theme: Theme):
    async with spending(tmp_path, theme) as (_, window):
        assert "180 credits · $1.80 · 2 tasks" in said(window)
        assert "Runway reports 180 credits less" in said(window)
        assert "No task was refused by moderation this week." in said(window)
        assert window.sums.model().rowCount() == 1


async def test_period_and_breakdown_are_chosen_with_the_mouse(tmp_path: Path, theme: Theme):
    async with spending(tmp_path, theme) as (_, window):
        press(window, "By project")
        assert window.sums.model().index(0, 0).data() == "No project"
        press(window, "7 days")
        await until(lambda: len(window.chart._bars) == 7, "seven days")


async def test_period_without_spending_shows_a_sentence_and_disables_export(tmp_path: Path, theme: Theme):
    async with spending(tmp_path, theme, busy=False) as (_, window):
        assert window.chart.accessibleDescription() == "Nothing was sent in this period."
        export = next(found for found in window.findChildren(QPushButton) if found.text().startswith("Export"))
        assert not export.isEnabled()


async def test_statement_of_costs_is_written_to_the_chosen_place(tmp_path: Path, theme: Theme):
    async with spending(tmp_path, theme) as (_, window):
        window.choose_file("Harbour & sea")
        dialog = window.findChild(QFileDialog)
        assert dialog is not None
        dialog.close()
        async with after(window._model.said):
            dialog.fileSelected.emit(str(tmp_path / "bill.csv"))
        await rest()
        assert "Exported 1 task, 60 credits, to bill.csv." in said(window)
        assert (tmp_path / "bill.csv").exists()


async def test_spending_window_opens_caps_with_one_press(tmp_path: Path, theme: Theme):
    async with spending(tmp_path, theme) as (_, window):
        async with after(window.caps_wanted) as wanted:
            press(window, "Caps")
        assert len(wanted) == 1


async def test_focusable_controls_have_accessible_names(tmp_path: Path, theme: Theme):
    async with spending(tmp_path, theme) as (_, window):
        for widget in window.findChildren(QWidget):
            if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                text = widget.text() if isinstance(widget, QAbstractButton) else ""
                assert widget.accessibleName() or text, widget


@pytest.mark.parametrize("choice", [ColorScheme.DARK, ColorScheme.LIGHT])
async def test_spending_window_paints_in_both_themes_and_at_its_smallest_size(
    tmp_path: Path, theme: Theme, choice: ColorScheme
):
    theme.choose(choice)
    async with spending(tmp_path, theme) as (_, window):
        window.resize(window.minimumSize())
        await rest()
        picture = window.chart.grab().toImage()
        colors = {picture.pixelColor(x, y).name() for x in range(0, 600, 5) for y in range(0, 120, 5)}
        assert len(colors) > 3


@pytest.fixture
def chart(theme: Theme):
    chart = BarChart(theme)
    chart.resize(600, 200)
    chart.show_days(THREE, cap=100.0)
    chart.show()
    yield chart
    chart.close()
    chart.deleteLater()


def test_mouse_pointer_shows_the_values_of_a_day(chart: BarChart):
    QTest.mouseMove(chart, QPoint(590, 100))
    assert chart.words() == "3 November: 180 credits"
    QTest.mouseMove(chart, QPoint(2, 100))
    assert chart.words() == ""


def test_arrow_keys_show_one_day_after_the_other(chart: BarChart):
    for key, words in (
        (Qt.Key.Key_Right, THREE[0].words),
        (Qt.Key.Key_Right, THREE[1].words),
        (Qt.Key.Key_End, THREE[2].words),
        (Qt.Key.Key_Right, THREE[2].words),
        (Qt.Key.Key_Left, THREE[1].words),
        (Qt.Key.Key_Home, THREE[0].words),
    ):
        QTest.keyClick(chart, key)
        assert chart.words() == words


def test_time_axis_runs_to_the_left_in_right_to_left_layout(chart: BarChart):
    chart.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QTest.mouseMove(chart, QPoint(30, 100))
    assert chart.words() == "3 November: 180 credits"
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.words() == "2 November: 120 credits"
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.words() == "3 November: 180 credits"


def test_screen_reader_hears_the_busiest_day(chart: BarChart):
    assert chart.accessibleDescription() == "Most on 3 November: 180 credits"


@pytest.mark.parametrize(("most", "step", "top"), [(640, 250, 750), (1_500, 500, 1_500), (8, 5, 10), (0, 1, 3)])
def test_grid_lines_stand_at_round_numbers(most: float, step: float, top: float):
    assert scale(most) == (step, top)


@given(st.floats(0.01, 1e9))
def test_every_bar_fits_the_chart_and_grid_lines_are_few(most: float):
    step, top = scale(most)
    assert top >= most * (1 - 1e-6)
    assert 1 <= round(top / step) <= STEPS + 1


async def test_clickable_controls_are_large_enough(tmp_path: Path, theme: Theme):
    async with spending(tmp_path, theme) as (_, window):
        assert too_small(window) == []
