"""What a screen reader is told of a scroll area: its parts, as many as there are.

Qt's own answer reads past its list when a reader asks for a part that has just gone, as a scroll bar does when the
words grow fewer, and the program dies of it (QAccessibleAbstractScrollArea::child, in Qt 6.10 at least). GUI thread.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QAccessibleWidget, QWidget

_KINDS = ("QScrollArea", "QAbstractScrollArea")
"""Lists, tables and texts have answers of their own, which count."""


def install() -> None:
    """From now on scroll areas answer so. Needs the application; once is enough."""
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
        return next((place for place, part in enumerate(self._parts()) if part is sought), -1)

    def _parts(self) -> list[QWidget]:
        """What is shown, then the bars that are on the screen, each in the widget that holds it, then the corner."""
        area = self.object()
        if not isinstance(area, QAbstractScrollArea) or not shiboken6.isValid(area):
            return []
        bars = (area.horizontalScrollBar(), area.verticalScrollBar())
        parts = [area.viewport(), *(bar.parentWidget() for bar in bars if bar.isVisible()), area.cornerWidget()]
        return [part for part in parts if part is not None]


def _answer_for(kind: str, thing: QObject) -> QAccessibleInterface | None:
    return ScrollAreaRead(thing) if kind in _KINDS and isinstance(thing, QAbstractScrollArea) else None
