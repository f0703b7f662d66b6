"""The preview table of an import: ticking thousands of lines with correct signals."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from runway_desktop.rooms.exchange.model.import_model import PreviewTable
from runway_desktop.usecases.words.imports import PreviewLine
from runway_desktop.usecases.words.states import Tone


@pytest.fixture
def table():
    table = PreviewTable(("Id", "What", "Prompt"))
    QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal, table)
    table.show_lines(
        PreviewLine(
            [f"id {number}", "New", f"Fox {number}"],
            is_ticked=number % 2 == 0,
            fixed="It is here." if number == 4 else "",
            remark="Odd." if number == 1 else "",
            tone=Tone.GOOD,
        )
        for number in range(6)
    )
    yield table
    table.deleteLater()


def state(table: PreviewTable, row: int) -> Qt.CheckState:
    return Qt.CheckState(table.index(row, 0).data(Qt.ItemDataRole.CheckStateRole))


async def test_preview_line_can_be_ticked_and_is_counted(table):
    told = []
    table.ticks_changed.connect(lambda: told.append(table.ticked_count))
    assert table.setData(table.index(1, 0), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert state(table, 1) is Qt.CheckState.Checked
    assert table.ticked() == [0, 1, 2, 4]
    assert told == [4]


async def test_fixed_preview_line_cannot_be_ticked_and_says_why(table):
    assert not table.setData(table.index(4, 0), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert not table.flags(table.index(4, 0)) & Qt.ItemFlag.ItemIsUserCheckable
    assert table.index(4, 0).data(Qt.ItemDataRole.ToolTipRole) == "It is here."
    table.tick(lambda _: True)
    assert table.ticked() == [0, 1, 2, 3, 5]


async def test_lines_cannot_be_ticked_during_the_import(table):
    table.lock()
    table.tick(lambda _: True)
    assert not table.setData(table.index(1, 0), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    table.lock(False)
    table.tick(lambda _: False)
    assert table.ticked_count == 0


async def test_preview_line_shows_its_outcome(table):
    table.say(1, "Found", Tone.WARN)
    assert table.index(1, 1).data() == "Found"
    assert table.index(1, 1).data(PreviewTable.TONE) == Tone.WARN
    assert table.index(1, 0).data(PreviewTable.TONE) is None


async def test_remark_of_a_line_is_read_by_screen_readers(table):
    assert table.index(1, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "New. Odd."
