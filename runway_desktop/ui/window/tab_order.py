"""Where Tab goes in the right pane: as the eye does, though the preview is built late and the lineage is put anew with
each task.

Qt walks its own chain of widgets; the part of it that the pane holds is put in order when Tab is pressed, from the
widgets as they stand then. The chain itself is never read: `nextInFocusChain` and `previousInFocusChain` make the
Python wrapper of what they return, which may be the window, a child of the widget that was asked, and when that widget
is gone, so are the wrappers of every action and viewport in the window. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

_TABBED = (Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.WheelFocus)
_LINE = 12
"""Pixels by which the middles of what stands in one line may differ."""


def put_in_order(areas: Sequence[QWidget]) -> None:
    """Has Tab pass what `areas` hold in one go, where the first of them is in the chain. They stand below each
    other."""
    before = areas[0]
    for area in areas:
        for widget in _as_read(area, [one for one in area.findChildren(QWidget) if _is_stop(one)]):
            QWidget.setTabOrder(before, widget)
            before = widget


def bring_into_view(widget: QWidget | None) -> None:
    """Scrolls to the widget that the keyboard came to, in every scroll area around it."""
    above = widget.parentWidget() if widget is not None else None
    while widget is not None and above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()


def _is_stop(widget: QWidget) -> bool:
    return widget.focusPolicy() in _TABBED and widget.isVisible()


def _as_read(area: QWidget, widgets: Sequence[QWidget]) -> list[QWidget]:
    """Line by line, and within a line as the language is read."""
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
