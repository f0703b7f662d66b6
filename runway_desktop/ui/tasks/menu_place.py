"""Where the menu of a list or grid opens: under the pointer, or by key where the keyboard is. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView


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
