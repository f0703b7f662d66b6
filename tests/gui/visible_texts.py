"""Every text of a window that a person sees or a screen reader says, and those that its place cuts.

Read from the accessible tree, the widgets, their actions, the models of their views, and what is painted by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAccessible, QAction, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

ROWS = 80
"""As many of a model are read."""
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)
SAID = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Help)


class Seen(NamedTuple):
    where: str
    text: str


def texts_of(window: QWidget) -> Iterator[Seen]:
    """What the window shows now, without what is painted."""
    for widget in (window, *window.findChildren(QWidget)):
        if widget.isVisibleTo(window):
            yield from _of_widget(widget)


def accessible_texts(window: QWidget) -> Iterator[Seen]:
    """What a screen reader is given of the window: its whole tree but for the cells of views, see `texts_of`."""
    todo = [QAccessible.queryAccessibleInterface(window)]
    while todo:
        one = todo.pop()
        if one is None or not one.isValid() or one.state().invisible:
            continue
        thing = one.object()
        where = type(thing).__name__ if thing is not None else one.role().name
        for kind in SAID:
            if text := one.text(kind):
                yield Seen(f"{where} ({kind.name.lower()})", text)
        if not isinstance(thing, QAbstractItemView):
            todo += [one.child(position) for position in range(one.childCount())]


def _of_widget(widget: QWidget) -> Iterator[Seen]:
    where = type(widget).__name__
    for kind, text in _said_by(widget):
        if text:
            yield Seen(f"{where} ({kind})", text)
    for action in widget.actions():
        yield from _of_action(where, action)
    if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
        for text in _of_model(widget.model()):
            yield Seen(f"{where} (model)", text)


def _of_action(where: str, action: QAction) -> Iterator[Seen]:
    if action.isVisible() and not action.isSeparator():
        yield Seen(f"{where} (action)", action.text())
        if action.toolTip() != action.text():
            yield Seen(f"{where} (action's tip)", action.toolTip())


def _said_by(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "tool tip", widget.toolTip()
    yield "accessible name", widget.accessibleName()
    yield "accessible description", widget.accessibleDescription()
    if widget.isWindow():
        yield "title", widget.windowTitle()
    match widget:
        case QLabel() | QAbstractButton():
            yield "text", widget.text()
        case QLineEdit() | QPlainTextEdit():
            yield "placeholder", widget.placeholderText()
        case QGroupBox() | QMenu():
            yield "title", widget.title()
        case QComboBox():
            yield from (("choice", widget.itemText(position)) for position in range(widget.count()))
        case QTabBar():
            yield from (("tab", widget.tabText(position)) for position in range(widget.count()))


def _of_model(model: QAbstractItemModel | None) -> Iterator[str]:
    if model is None:
        return
    # Of a list's model the number of columns is private in Qt.
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    for column in range(columns):
        for role in ROLES:
            yield from _text(model.headerData(column, Qt.Orientation.Horizontal, role))
    for row in range(min(ROWS, model.rowCount(QModelIndex()))):
        for column in range(columns):
            for role in ROLES:
                yield from _text(model.index(row, column).data(role))


def _text(data: object) -> Iterator[str]:
    if isinstance(data, str) and data:
        yield data


class Cut(NamedTuple):
    where: str
    text: str
    lacks: int
    """Pixels."""


def cut_in(window: QWidget) -> Iterator[Cut]:
    """Labels and buttons whose text is larger than their place, without a tool tip that has it."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or not isinstance(widget, QLabel | QAbstractButton) or not widget.text():
            continue
        lacks = _lacking(widget)
        if lacks > 1 and widget.text() not in widget.toolTip():
            yield Cut(f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}", widget.text(), lacks)


def _lacking(widget: QLabel | QAbstractButton) -> int:
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) - widget.height()
    shown = widget.text().replace("&&", "&")
    lines = shown.split("\n")
    needed = max(widget.fontMetrics().horizontalAdvance(line) for line in lines)
    return needed - widget.contentsRect().width()


@contextmanager
def painted_texts() -> Iterator[list[Seen]]:
    """Collects what delegates and widgets in Python paint inside, before it is cut. `where` of a text that was cut says
    so."""
    seen: list[Seen] = []
    draw, elide = QPainter.drawText, QFontMetrics.elidedText

    def drawn(painter: QPainter, *given: Any) -> Any:
        seen.extend(Seen("painted", one) for one in given if isinstance(one, str) and not one.endswith("…"))
        return draw(painter, *given)

    def elided(metrics: QFontMetrics, text: str, *given: Any) -> str:
        shown = elide(metrics, text, *given)
        if shown != text:
            seen.append(Seen("painted, cut", text))
        return shown

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QPainter, "drawText", drawn)
        patch.setattr(QFontMetrics, "elidedText", elided)
        yield seen
