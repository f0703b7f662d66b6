"""How widgets are put together: buttons, rows and columns, windows with a title. GUI thread only.

A layout takes widgets and layouts, an int as a gap in pixels, `STRETCH` for the room that is left, and a pair of item
and stretch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QBoxLayout, QDialog, QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget

from .theme import GRID

Kind = TypeVar("Kind", bound=QBoxLayout)

STRETCH = None
Item = QWidget | QLayout | int | tuple[QWidget | QLayout, int] | None
Margins = int | tuple[int, int, int, int]
Does = Callable[..., object] | SignalInstance


def push_button(
    parent: QWidget | None,
    text: str,
    does: Does | None = None,
    *,
    kind: str = "",
    tip: str = "",
    spoken: str = "",
    default: bool = False,
    checkable: bool = False,
) -> QPushButton:
    """Return presses the default button of a window, and no other one than that which has the focus. `kind` is that of
    the style sheet, `spoken` the name for screen readers where the text does not do."""
    made = QPushButton(text, parent)
    made.setAutoDefault(False)
    if default:
        made.setDefault(True)
    if checkable:
        made.setCheckable(True)
    if kind:
        made.setProperty("kind", kind)
    if tip:
        made.setToolTip(tip)
    if spoken:
        made.setAccessibleName(spoken)
    if does is not None:
        made.clicked.connect(does)
    return made


def hbox(*items: Item, on: QWidget | None = None, spacing: int = GRID, margins: Margins = 0) -> QHBoxLayout:
    """Items beside each other, as the layout of `on` if it is given."""
    made = QHBoxLayout(on) if on is not None else QHBoxLayout()
    _shape(made, spacing, margins)
    return add_all(made, *items)


def vbox(*items: Item, on: QWidget | None = None, spacing: int = GRID, margins: Margins = 0) -> QVBoxLayout:
    """Items below each other, as the layout of `on` if it is given."""
    made = QVBoxLayout(on) if on is not None else QVBoxLayout()
    _shape(made, spacing, margins)
    return add_all(made, *items)


def add_all(layout: Kind, *items: Item) -> Kind:
    for item in items:
        match item:
            case None:
                layout.addStretch()
            case int():
                layout.addSpacing(item)
            case QWidget():
                layout.addWidget(item)
            case QLayout():
                layout.addLayout(item)
            case (QWidget() as widget, stretch):
                layout.addWidget(widget, stretch)
            case (QLayout() as inner, stretch):
                layout.addLayout(inner, stretch)
    return layout


def clear_layout(layout: QLayout) -> None:
    """Takes out and deletes all widgets of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


class Dialog(QDialog):
    """A window with a title and a column `rows`, deleted when it is closed."""

    def __init__(self, title: str, parent: QWidget | None, *, spoken: str = "", spacing: int = GRID) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(spoken or title)
        self.rows = vbox(on=self, margins=2 * GRID, spacing=spacing)


def _shape(layout: QBoxLayout, spacing: int, margins: Margins) -> None:
    layout.setSpacing(spacing)
    layout.setContentsMargins(*(margins if isinstance(margins, tuple) else (margins,) * 4))
