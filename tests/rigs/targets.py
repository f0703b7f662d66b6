"""What of a window is too small to be hit with a finger, a pen or an unsteady hand.

Left out is what has a way of the same effect that is large enough: the arrows of a number field and the buttons inside
a line (one types, or empties the line by key), scroll bars, splitters, and the handle that fills cells (a key).
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from runway_desktop.ui.theme import TARGET

CLICKED = (QAbstractButton, QComboBox, QAbstractSlider, QLineEdit)


def too_small(root: QWidget) -> list[str]:
    """Every visible control, and every item of a list, whose shorter side is less than `TARGET` pixels."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, QScrollBar) or isinstance(widget.parent(), QLineEdit):
            continue
        name = widget.accessibleName() or widget.property("text") or type(widget.parent()).__name__
        if isinstance(widget, CLICKED) and not _is_held_small(widget):
            found += _less(f"{type(widget).__name__} {name}", widget.rect())
        elif isinstance(widget, QHeaderView):
            if widget.sectionsClickable() and widget.count():
                found += _less(f"header of {name}", widget.rect())
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None and widget.isEnabled():
            first = widget.visualRect(_first(widget))
            if first.isValid():
                found += _less(f"item of {name}", first)
    return found


def _first(view: QAbstractItemView) -> QModelIndex:
    return view.indexAt(view.viewport().rect().topLeft())


def _is_held_small(widget: QWidget) -> bool:
    """The line of a number field, or what a window hid by leaving it no room."""
    return widget.parent().inherits("QAbstractSpinBox") or widget.visibleRegion().isEmpty()


def _less(name: str, area: QRect) -> list[str]:
    side = min(area.width(), area.height())
    return [f"{name}: {area.width()} × {area.height()}"] if side < TARGET else []
