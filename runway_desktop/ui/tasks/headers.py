"""Headers of the list. A group header spans list or grid: fold arrow, title, contents, cost, remaining time. The column
header resizes columns by their edges (the prompt takes the difference) and marks the sort column. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QWidget

from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.listing.columns import COLUMNS, Column
from runway_desktop.usecases.listing.lines import GroupWords

from .text_cache import Sides, TextCache

_SIDE = 2 * GRID
_GAP = GRID + GRID // 2
_LEAST_TITLE = 60
_BAR = 5 * GRID
"""Width of the progress bar."""
EDGE = GRID // 2 + 1
"""Width in pixels on each side of a column edge where it can be dragged."""
_ARROW = 14


class GroupHeader:
    """Painter of group headers. `letters` is the text cache of the current paint."""

    def __init__(self, theme: Theme, letters: TextCache) -> None:
        self._theme = theme
        self._letters = letters

    def height(self) -> int:
        return QFontMetrics(self._theme.strong_font()).height() + _GAP

    def paint(
        self, painter: QPainter, rect: QRect, words: GroupWords, direction: Qt.LayoutDirection, *, current: bool
    ) -> None:
        color, sides = self._theme.color, Sides(direction, rect)
        painter.fillRect(rect, color(Role.RAISED))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color(Role.BORDER))
        if current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(Role.ACCENT), 1))
            painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))
        folded = "mdi6.chevron-left" if sides.is_mirrored else "mdi6.chevron-right"
        area = QRect(rect.left() + GRID, rect.center().y() - _SIDE // 2, _SIDE, _SIDE)
        arrow = folded if words.is_folded else "mdi6.chevron-down"
        self._letters.icon(painter, sides.place(area), arrow, Role.MUTED)
        space = rect.adjusted(GRID + _SIDE + GRID // 2, 0, -2 * GRID, -1)
        button = self.button_box(rect, words, direction)
        if button is not None:
            space.setRight(rect.right() - button.width() - 3 * GRID)
            if words.button:
                self._letters.button(painter, button, words.button)
            else:
                self._letters.icon(painter, button.adjusted(3, 3, -3, -3), words.sign, Role.MUTED)
        self._words(painter, space, sides, words)

    def button_box(self, rect: QRect, words: GroupWords, direction: Qt.LayoutDirection) -> QRect | None:
        """Rectangle of a group header's button inside `rect`; None if it has none."""
        if words.button:
            width, height = self._letters.button_width(words.button), rect.height() - GRID // 2 - 2
        elif words.sign:
            width = height = _SIDE + 6
        else:
            return None
        area = QRect(rect.right() - 2 * GRID - width, rect.center().y() - height // 2, width, height)
        return Sides(direction, rect).place(area)

    def _words(self, painter: QPainter, space: QRect, sides: Sides, words: GroupWords) -> None:
        letters, muted = self._letters, self._theme.color(Role.MUTED)
        painter.setPen(muted)
        taken = letters.line(painter, sides, space, words.costs, letters.small_figures, at_end=True)
        room = space.width() - taken - 2 * GRID
        painter.setPen(self._theme.color(Role.WARN if words.is_warning else Role.TEXT))
        title = QRect(space.left(), space.top(), max(_LEAST_TITLE, room // 2), space.height())
        used = letters.line(painter, sides, title, words.title, letters.strong, in_the_middle=True) + _GAP
        painter.setPen(muted)
        rest = QRect(space.left() + used, space.top(), max(0, room - used), space.height())
        after = used + letters.line(painter, sides, rest, words.holds, letters.small) + _GAP
        for part in words.progress:
            if room - after < _BAR:
                break
            self._bar(painter, sides.place(QRect(space.left() + after, space.top(), _BAR, space.height())), part)
            after += _BAR + GRID

    def _bar(self, painter: QPainter, rect: QRect, part: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(rect.left(), rect.center().y() - 1, rect.width(), 3)
        painter.setBrush(self._theme.color(Role.BORDER))
        painter.drawRoundedRect(groove, 1.5, 1.5)
        groove.setWidth(max(3.0, groove.width() * min(1.0, part)))
        painter.setBrush(self._theme.color(Role.ACCENT))
        painter.drawRoundedRect(groove, 1.5, 1.5)


class ColumnHeader(QHeaderView):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._theme = theme
        self._resized: tuple[Column, int, int, int] | None = None
        """During a resize: column, sign, pointer position and width at its start."""
        self._hovered: int | None = None
        """Position of the edge under the pointer."""
        self.setMouseTracking(True)
        viewport_of(self).setMouseTracking(True)

    def edge_at(self, point: QPoint) -> tuple[Column, int] | None:
        """The column that an edge resizes, and 1 if it grows toward its end, −1 toward its start."""
        shown = [position for position in range(self.count()) if not self.isSectionHidden(self.logicalIndex(position))]
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for before, after in zip(shown, [*shown[1:], None], strict=True):
            column = Column(self.logicalIndex(before))
            left = self.sectionViewportPosition(column)
            at = left if is_mirrored else left + self.sectionSize(column)
            if abs(point.x() - at) > EDGE:
                continue
            grows = -1 if is_mirrored else 1
            if self._may_resize(column):
                return column, grows
            other = Column(self.logicalIndex(after)) if after is not None else None
            return (other, -grows) if other is not None and self._may_resize(other) else None
        return None

    def _may_resize(self, column: Column) -> bool:
        return self.sectionResizeMode(column) is QHeaderView.ResizeMode.Interactive

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        found = self.edge_at(point) if event.button() is Qt.MouseButton.LeftButton else None
        if found is None:
            super().mousePressEvent(event)
            return
        self._resized = (*found, point.x(), self.sectionSize(found[0]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self._resized is not None:
            column, sign, began, width = self._resized
            self.resizeSection(column, max(self.minimumSectionSize(), width + sign * (point.x() - began)))
            return
        found = self.edge_at(point) if not event.buttons() else None
        self._hover(point.x() if found is not None else None)
        if found is not None:
            viewport_of(self).setCursor(Qt.CursorShape.SplitHCursor)
            return
        viewport_of(self).unsetCursor()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._resized is not None:
            self._resized = None
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Resets the column at an edge to its default width."""
        found = self.edge_at(event.position().toPoint())
        if found is None:
            super().mouseDoubleClickEvent(event)
        else:
            self.resizeSection(found[0], self._theme.wide(COLUMNS[found[0]].width))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, at: int | None) -> None:
        if (at is None) is not (self._hovered is None):
            viewport_of(self).update()
        self._hovered = at

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        painter.save()
        super().paintSection(painter, rect, logical)
        painter.restore()
        edge = rect.right() if self.layoutDirection() == Qt.LayoutDirection.LeftToRight else rect.left()
        if self._hovered is not None:
            painter.fillRect(edge, rect.top() + GRID // 2, 1, rect.height() - GRID, self._theme.color(Role.OUTLINE))
        if logical == self.sortIndicatorSection() and self.isSortIndicatorShown():
            self._arrow(painter, rect, logical)

    def _arrow(self, painter: QPainter, rect: QRect, logical: int) -> None:
        is_falling = self.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        icon = self._theme.icon("mdi6.arrow-down" if is_falling else "mdi6.arrow-up", Role.ACCENT)
        title = self.fontMetrics().horizontalAdvance(str(COLUMNS[Column(logical)].title))
        # Next to the title, on the side with space.
        at_end = COLUMNS[Column(logical)].is_number is not (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        left = rect.right() - GRID - title - _ARROW - 2 if at_end else rect.left() + GRID + title + 2
        painter.drawPixmap(left, rect.center().y() - _ARROW // 2 + 1, icon.pixmap(_ARROW, _ARROW))
