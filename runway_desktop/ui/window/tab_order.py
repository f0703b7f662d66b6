"""Where Tab goes in the window: as the eye does, though the preview is built late and the lineage is put anew with each
task.

The order is made from the widgets as they stand when Tab is pressed: Qt's own chain, in which what the right pane holds
stands together at the pane's place, from above to below. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

_TABBED = (Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.WheelFocus)
_LINE = 12
"""Pixels by which the middles of what stands in one line may differ."""


def stops(window: QWidget, areas: Sequence[QWidget]) -> list[QWidget]:
    """All stops of one round. `areas` stand below each other, and are passed where the first is in Qt's chain."""
    chain = [window]
    while (following := chain[-1].nextInFocusChain()) is not None and following is not window:
        chain.append(following)
    inside: list[list[QWidget]] = [[] for _ in areas]
    order: list[QWidget] = []
    place: int | None = None
    for widget in chain:
        area = next((number for number, area in enumerate(areas) if area is widget or area.isAncestorOf(widget)), None)
        if area is not None and place is None:
            place = len(order)
        if _is_stop(widget, window):
            (order if area is None else inside[area]).append(widget)
    if place is not None:
        order[place:place] = [
            widget for area, found in zip(areas, inside, strict=True) for widget in _as_read(area, found)
        ]
    return order


def go(window: QWidget, areas: Sequence[QWidget], *, forward: bool) -> bool:
    """Moves the keyboard to the next stop; False where it is at none, and Qt knows better."""
    order, here = stops(window, areas), window.focusWidget()
    if here not in order or len(order) < 2:
        return False
    there = order[(order.index(here) + (1 if forward else -1)) % len(order)]
    there.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    above = there.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(there)
        above = above.parentWidget()
    return True


def _is_stop(widget: QWidget, window: QWidget) -> bool:
    return (
        widget.window() is window
        and (widget.focusPolicy() in _TABBED or widget is window.focusWidget())
        and widget.focusProxy() is None
        and widget.isEnabled()
        and widget.isVisible()
    )


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
