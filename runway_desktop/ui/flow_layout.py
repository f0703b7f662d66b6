"""Layouts that do not force a minimum pane width: one wraps like text, one moves what does not fit into a popup. GUI
thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMargins, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QLayout, QLayoutItem, QSizePolicy, QStyle, QWidget

from runway_desktop.texts import Text, _
from runway_desktop.ui.building import Popup
from runway_desktop.usecases.words.plain import tip

from .building import push_button, vbox
from .labels import mark_wrong
from .theme import GRID


class FlowLayout(QLayout):
    def __init__(self, parent: QWidget | None = None, gap: int = GRID) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(gap)
        self.setContentsMargins(QMargins(0, 0, 0, 0))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        if not 0 <= index < len(self._items):
            return None
        self.invalidate()
        return self._items.pop(index)

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        holder = self.parentWidget()
        direction = holder.layoutDirection() if holder is not None else Qt.LayoutDirection.LeftToRight
        for item in self._items:
            if item.isEmpty():
                continue
            wanted = item.sizeHint()
            if x + wanted.width() > rect.right() + 1 and line:
                x, y, line = rect.x(), y + line + self.spacing(), 0
            if move:
                box = QRect(QPoint(x, y), wanted.boundedTo(QSize(max(rect.width(), 1), wanted.height())))
                item.setGeometry(QStyle.visualRect(direction, rect, box))
            x += wanted.width() + self.spacing()
            line = max(line, wanted.height())
        return y + line - rect.y()


class FoldingLine(QWidget):
    """Buttons on one line at any width. Those that do not fit are in a popup behind a "+2" button at its end."""

    folded = Signal()
    """The set of buttons on the line changed."""

    def __init__(self, what: Text, parent: QWidget) -> None:
        """`what`: accessible name of the hidden buttons, with their number: "2 more settings"."""
        super().__init__(parent)
        self._what = what
        self._first: list[QAbstractButton] = []
        self._rest: list[QAbstractButton] = []
        self._on_line = 0
        """Number of foldable buttons on the line. It only falls while just texts change, so that a hidden button does
        not flicker."""
        self.plus = push_button(self, "+9  ▾", self._open, kind="chip")
        self._height = self.plus.sizeHint().height()
        """Of the tallest button: letters of another font, such as Japanese ones, need more."""
        self._popup = Popup(_("More"), self.plus)
        self._popup.setProperty("popup", True)
        self._popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        self._column = vbox(on=self._popup, margins=GRID, spacing=GRID // 2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def hold(self, first: Sequence[QAbstractButton], rest: Sequence[QAbstractButton]) -> None:
        """Replaces the buttons, which remain owned by the caller. `first` is never folded."""
        self._first, self._rest = list(first), list(rest)
        for button in first:
            self._put(button, on_line=True)
        self.fit(anew=True)

    @property
    def stops(self) -> list[QWidget]:
        end = [self.plus] if self._hidden else []
        return [*self._first, *self._rest[: self._on_line], *end]

    def least_width(self) -> int:
        """Width with everything folded."""
        return _length([*self._first, self.plus])

    def fit(self, *, anew: bool = False) -> None:
        """Folds what does not fit. Call after a text or error mark changed; `anew` also unfolds."""
        before = self._on_line if self._on_line <= len(self._rest) else len(self._rest)
        most = len(self._rest) if anew else before
        while most and not self._has_room_for(most):
            most -= 1
        self._on_line = most
        for position, button in enumerate(self._rest):
            self._put(button, on_line=position < most)
        for position, button in enumerate(self._hidden):
            if self._column.indexOf(button) != position:
                self._column.insertWidget(position, button)
        self._say_hidden()
        self._grow()
        self._arrange()
        if anew or most != before:
            self.folded.emit()

    def reveal(self, button: QWidget) -> None:
        """Opens the popup if it contains the button."""
        if button in self._hidden:
            self._open()

    def close_popup(self) -> None:
        self._popup.close()

    def sizeHint(self) -> QSize:
        return QSize(_length([*self._first, *self._rest]), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit(anew=True)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().event(event)

    @property
    def _hidden(self) -> list[QAbstractButton]:
        return self._rest[self._on_line :]

    def _open(self) -> None:
        self._popup.adjustSize()
        self._popup.show_beside(self.plus)
        self._hidden[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def _say_hidden(self) -> None:
        """Updates text, description and error mark of the "+2" button."""
        hidden = self._hidden
        if not hidden:
            self._popup.close()
        self.plus.setVisible(bool(hidden))
        told = [button.text().replace("&&", "&").removesuffix("▾").rstrip() for button in hidden]
        self.plus.setText(f"+{len(hidden)}  ▾")
        self.plus.setToolTip(tip("\n".join(told)))
        self.plus.setAccessibleName(str(self._what.of(len(hidden))))
        self.plus.setAccessibleDescription(", ".join(told))
        mark_wrong(self.plus, any(button.property("wrong") for button in hidden))

    def _has_room_for(self, amount: int) -> bool:
        end = [self.plus] if amount < len(self._rest) else []
        return _length([*self._first, *self._rest[:amount], *end]) <= self.width()

    def _put(self, button: QAbstractButton, *, on_line: bool) -> None:
        holder: QWidget = self if on_line else self._popup
        if button.parentWidget() is holder:
            return
        had_focus = button.hasFocus()
        button.setParent(holder)
        button.show()
        if had_focus:
            (button if on_line else self.plus).setFocus(Qt.FocusReason.OtherFocusReason)

    def _grow(self) -> None:
        height = max(button.sizeHint().height() for button in (*self._first, *self._rest, self.plus))
        if height != self._height:
            self._height = height
            self.updateGeometry()

    def _arrange(self) -> None:
        """Places the buttons. If even the first ones do not fit, the last of them shrinks."""
        x = 0
        end = [self.plus] if self._hidden else []
        line = [*self._first, *self._rest[: self._on_line], *end]
        widths = [button.sizeHint().width() for button in line]
        after = sum(widths) + GRID * len(line)
        for button, wanted in zip(line, widths, strict=True):
            after -= wanted + GRID
            width = max(0, min(wanted, self.width() - x - after))
            at = x if self.layoutDirection() is not Qt.LayoutDirection.RightToLeft else self.width() - x - width
            button.setGeometry(at, 0, width, self._height)
            x += width + GRID


def _length(buttons: Sequence[QWidget]) -> int:
    return sum(button.sizeHint().width() for button in buttons) + GRID * max(0, len(buttons) - 1)
