"""The viewport of what scrolls, and where its menu opens. GUI thread.

PySide does not know a widget that Qt itself made. At the first one that is asked for it makes the Python classes of
all kinds of widgets, to see which of them it is: ten milliseconds before the window is there. A widget that is looked
for by its name is just what it is looked for as, and known from then on.
"""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QWidget

_NAME = "qt_scrollarea_viewport"


def viewport_of(area: QAbstractScrollArea) -> QWidget:
    """As `area.viewport()`, which is quick afterwards. To be asked in the constructor, before anything else asks."""
    named = area.findChild(QWidget, _NAME, Qt.FindChildOption.FindDirectChildrenOnly)
    return named if isinstance(named, QWidget) else area.viewport()


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
