"""The viewport of what scrolls, what covers its foot, and where its menu opens. GUI thread.

PySide does not know a widget that Qt itself made. At the first one that is asked for it makes the Python classes of
all kinds of widgets, to see which of them it is: ten milliseconds before the window is there. A widget that is looked
for by its name is just what it is looked for as, and known from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QItemSelectionModel, QPoint, QSignalBlocker, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QTableView, QWidget

_NAME = "qt_scrollarea_viewport"


def viewport_of(area: QAbstractScrollArea) -> QWidget:
    """As `area.viewport()`, which is quick afterwards. To be asked in the constructor, before anything else asks."""
    named = area.findChild(QWidget, _NAME, Qt.FindChildOption.FindDirectChildrenOnly)
    return named if isinstance(named, QWidget) else area.viewport()


DOWN = frozenset({Qt.Key.Key_End, Qt.Key.Key_Down, Qt.Key.Key_PageDown})
"""Keys that lead to what may be covered."""


def free_height(height: int, covered: int, least: int) -> int:
    """What is not covered of a view of this height, but `least` at any rate: its top never scrolls away from it."""
    return min(height, max(height - covered, least))


@contextmanager
def past_the_end(view: QTableView, covered: int) -> Iterator[None]:
    """Around Qt's own reckoning of what can be scrolled to: adds `covered` pixels to its end.

    Qt's range is taken back before anyone hears of it: else what is past the end would be scrolled away from, and a bar
    that is only needed for what is covered would come and go without end.
    """
    bar, header = view.verticalScrollBar(), view.verticalHeader()
    before = (bar.maximum(), bar.value())
    blocked = QSignalBlocker(bar)
    yield
    bar.setMaximum(before[0])
    bar.setValue(before[1])
    blocked.unblock()
    free = free_height(view.viewport().height(), covered, header.defaultSectionSize())
    bar.setRange(0, max(0, header.length() - free))
    header.setOffset(bar.value())


def is_by_key(event: QContextMenuEvent) -> bool:
    return event.reason() is QContextMenuEvent.Reason.Keyboard


def menu_place(view: QAbstractItemView, event: QContextMenuEvent) -> QPoint:
    """Global. By key it is the middle of what is in sight of the keyboard's item, which is chosen where nothing is."""
    if not is_by_key(event):
        return event.globalPos()
    current, chosen = view.currentIndex(), view.selectionModel()
    if current.isValid() and not chosen.hasSelection():
        whole_rows = QItemSelectionModel.SelectionFlag.Rows
        chosen.select(current, QItemSelectionModel.SelectionFlag.Select | whole_rows)
    seen = view.viewport().rect()
    item = view.visualRect(current).intersected(seen) if current.isValid() else seen
    return view.viewport().mapToGlobal((seen if item.isEmpty() else item).center())
