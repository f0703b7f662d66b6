"""A screen reader that asks for a removed part of a scroll area gets no answer and causes no crash."""

from __future__ import annotations

import gc

import pytest
import shiboken6
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QScrollArea, QWidget

from runway_desktop.ui import scroll_areas_read

TALL, LOW = 1_000, 10


@pytest.fixture(scope="module", autouse=True)
def _installed(qapp: QApplication) -> None:
    scroll_areas_read.install()


class Form(QScrollArea):
    """As the window's own are."""


def area_with(height: int) -> Form:
    area = Form(widgetResizable=True)
    inner = QWidget()
    inner.setMinimumSize(40, height)
    area.setWidget(inner)
    area.resize(200, 100)
    area.show()
    return area


def test_removed_scroll_bar_is_no_accessible_child(qtbot):
    area = area_with(TALL)
    qtbot.addWidget(area)
    read = QAccessible.queryAccessibleInterface(area)
    qtbot.waitUntil(lambda: read.childCount() == 2)
    bar = read.child(1)
    assert bar.object() is area.verticalScrollBar().parentWidget()
    assert read.indexOfChild(bar) == 1
    inside = read.child(0)
    assert inside.object() is area.viewport()
    middle = inside.rect().center()
    assert read.childAt(middle.x(), middle.y()).object() is area.viewport()
    area.widget().setMinimumSize(40, LOW)
    qtbot.waitUntil(lambda: read.childCount() == 1)
    assert read.child(1) is None
    assert read.indexOfChild(bar) == -1


def test_deleted_scroll_areas_release_their_accessible_interfaces(qtbot):
    for number in range(60):
        area = area_with(TALL if number % 2 else LOW)
        read = QAccessible.queryAccessibleInterface(area)
        assert read.child(9) is None
        if number % 3:
            area.close()
            area.deleteLater()
            qtbot.wait(1)
        else:
            shiboken6.delete(area)
        gc.collect(0)


def test_plain_scroll_area_gives_none_for_a_child_it_lacks(qtbot):
    area = QAbstractScrollArea()
    qtbot.addWidget(area)
    assert QAccessible.queryAccessibleInterface(area).child(5) is None
