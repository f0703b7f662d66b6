"""Accessibility interface of scroll areas that reports only existing children.

Qt's own crashes when a screen reader asks for a child that has just gone, such as a scroll bar
(QAccessibleAbstractScrollArea::child reads past its list, at least in Qt 6.10). GUI thread only.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QAccessibleWidget, QWidget

_KINDS = ("QScrollArea", "QAbstractScrollArea")
"""Only plain scroll areas: lists, tables and text edits have their own interfaces."""


def install() -> None:
    """Installs the interface for all scroll areas. Call once, after creating the application."""
    QAccessible.installFactory(_answer_for)


class ScrollAreaRead(QAccessibleWidget):
    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area, QAccessible.Role.Client)

    def childCount(self) -> int:
        return len(self._parts())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        parts = self._parts()
        return QAccessible.queryAccessibleInterface(parts[index]) if 0 <= index < len(parts) else None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        there = (QAccessible.queryAccessibleInterface(part) for part in self._parts())
        return next((one for one in there if one is not None and one.rect().contains(x, y)), None)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        sought = child.object()
        return next((position for position, part in enumerate(self._parts()) if part is sought), -1)

    def _parts(self) -> list[QWidget]:
        """Viewport, containers of visible scroll bars, corner widget."""
        area = self.object()
        if not isinstance(area, QAbstractScrollArea) or not shiboken6.isValid(area):
            return []
        bars = (area.horizontalScrollBar(), area.verticalScrollBar())
        parts = [area.viewport(), *(bar.parentWidget() for bar in bars if bar.isVisible()), area.cornerWidget()]
        return [part for part in parts if part is not None]


def _answer_for(kind: str, thing: QObject) -> QAccessibleInterface | None:
    return ScrollAreaRead(thing) if kind in _KINDS and isinstance(thing, QAbstractScrollArea) else None
