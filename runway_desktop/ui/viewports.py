"""The viewport of what scrolls, without waiting for it. GUI thread.

PySide does not know a widget that Qt itself made. At the first one that is asked for it makes the Python classes of
all kinds of widgets, to see which of them it is: ten milliseconds before the window is there. A widget that is looked
for by its name is just what it is looked for as, and known from then on.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

_NAME = "qt_scrollarea_viewport"


def viewport_of(area: QAbstractScrollArea) -> QWidget:
    """As `area.viewport()`, which is quick afterwards. To be asked in the constructor, before anything else asks."""
    named = area.findChild(QWidget, _NAME, Qt.FindChildOption.FindDirectChildrenOnly)
    return named if isinstance(named, QWidget) else area.viewport()
