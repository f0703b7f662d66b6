"""Tab order of the right pane: visual order, although the preview is created late and the lineage is rebuilt for each
task.

Qt's focus chain is updated when Tab is pressed, from the widgets as they are then. It is never read: `nextInFocusChain`
and `previousInFocusChain` create Python wrappers for what they return, possibly the window, as children of the queried
widget. When that widget is deleted, the wrappers of all actions and viewports in the window die with it. GUI thread
only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

_TABBED = (Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.WheelFocus)
_LINE = 12
"""Maximum vertical distance in pixels between centers of widgets on one line."""


def put_in_order(areas: Sequence[QWidget]) -> None:
    """Makes the widgets in `areas` consecutive in the focus chain, from the first area on. Areas are ordered from top
    to bottom."""
    before = areas[0]
    for area in areas:
        stops = [one for one in area.findChildren(QWidget) if one.focusPolicy() in _TABBED and one.isVisible()]
        for widget in _as_read(area, stops):
            QWidget.setTabOrder(before, widget)
            before = widget


def bring_into_view(widget: QWidget | None) -> None:
    """Scrolls all enclosing scroll areas to the focused widget."""
    above = widget.parentWidget() if widget is not None else None
    while widget is not None and above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()


def _as_read(area: QWidget, widgets: Sequence[QWidget]) -> list[QWidget]:
    """Widgets by line, and within a line in reading direction."""
    sign = -1 if area.layoutDirection() is Qt.LayoutDirection.RightToLeft else 1

    def middle(widget: QWidget) -> QPoint:
        return widget.mapTo(area, widget.rect().center())

    lines: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda one: middle(one).y()):
        if lines and middle(widget).y() - middle(lines[-1][0]).y() <= _LINE:
            lines[-1].append(widget)
        else:
            lines.append([widget])
    return [widget for line in lines for widget in sorted(line, key=lambda one: sign * middle(one).x())]
