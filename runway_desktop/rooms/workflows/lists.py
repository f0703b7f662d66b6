"""The two lists of the Workflows page: workflows in two lines, runs in one with their pictures. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyleOptionViewItem, QWidget

from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.labels import SECOND_INKS
from runway_desktop.ui.painting import RIGHT, Index, ItemDelegate, square_in
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme

from .model import MOST_PICTURES, Line

_LINE = Qt.ItemDataRole.UserRole + 1
_PICTURE = QSize(5 * GRID + 4, 3 * GRID + 4)
_GAP = 4


class LinesView(QListWidget):
    moved = Signal(str)
    """The key of another line that is current now."""

    def __init__(self, theme: Theme, posters: PosterCache, spoken: str, parent: QWidget, *, runs: bool) -> None:
        super().__init__(parent)
        viewport = viewport_of(self)
        delegate = _RunDelegate(theme, self) if runs else _WorkflowDelegate(theme, self)
        delegate.posters = posters
        self.setItemDelegate(delegate)
        self.setAccessibleName(spoken)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.currentItemChanged.connect(self._moved)
        posters.ready.connect(viewport.update)
        FollowsTheme(theme, self, self.scheduleDelayedItemsLayout)

    def show_lines(self, lines: Sequence[Line], current: str) -> None:
        """Keeps the items of lines that stay in place."""
        with QSignalBlocker(self):
            while self.count() > len(lines):
                self.takeItem(self.count() - 1)
            for row, told in enumerate(lines):
                item = self.item(row) or QListWidgetItem(self)
                item.setData(_LINE, told)
                item.setData(
                    Qt.ItemDataRole.AccessibleTextRole,
                    " · ".join(filter(None, (told.title, told.detail, told.cost, told.time))),
                )
                if told.key == current:
                    self.setCurrentItem(item)

    def _moved(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.moved.emit(item.data(_LINE).key)


class _LineDelegate(ItemDelegate):
    posters: PosterCache

    def _focus(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.color(Role.ACCENT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), 5, 5)


class _WorkflowDelegate(_LineDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        small = QFontMetrics(self._theme.small_font()).height()
        return QSize(80, QFontMetrics(option.font).height() + small + 2 * GRID + 6)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        told: Line = index.data(_LINE)
        rect = option.rect.adjusted(GRID, 1, -GRID, -1)
        selected = self.ground(painter, option, rect, 5)
        self._focus(painter, option, rect)
        inner = rect.adjusted(GRID, GRID, -GRID, -GRID)
        first = QFontMetrics(option.font).height()
        line = QRect(inner.left(), inner.top(), inner.width(), first)
        if told.icon:
            self.icon(
                painter,
                self.placed(square_in(line.adjusted(line.width() - first, 0, 0, 0), first)),
                told.icon,
                Role.ACCENT,
            )
            line.adjust(0, 0, -first - GRID, 0)
        self.text(painter, self.placed(line), told.title, option.font, Role.TEXT)
        line = QRect(inner.left(), inner.top() + first + 3, inner.width(), inner.height() - first - 3)
        self.text(painter, self.placed(line), told.detail, self._theme.small_font(), _quiet(selected))


class _RunDelegate(_LineDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, max(_PICTURE.height(), QFontMetrics(option.font).height()) + 2 * GRID)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        told: Line = index.data(_LINE)
        selected = self.ground(painter, option, option.rect, 0)
        self._focus(painter, option, option.rect)
        painter.setPen(self._theme.color(Role.BORDER))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        room = option.rect.adjusted(2 * GRID, 0, -2 * GRID, 0)
        metrics = QFontMetrics(option.font)
        for text, widest in ((told.time, "00:00 mm"), (told.cost, "~0,000")):
            self.text(painter, self.placed(room), text, option.font, _quiet(selected), RIGHT)
            room.adjust(0, 0, -max(metrics.horizontalAdvance(text), metrics.horizontalAdvance(widest)) - GRID, 0)
        left = room.left()
        title = QRect(left, room.top(), metrics.horizontalAdvance("0,000"), room.height())
        self.text(painter, self.placed(title), told.title, option.font, _quiet(selected))
        left += title.width() + GRID
        # Few fit beside long words in a narrow window.
        amount = max(1, min(MOST_PICTURES, room.width() // (3 * _PICTURE.width())))
        for path in told.pictures[:amount]:
            box = QRect(left, room.center().y() - _PICTURE.height() // 2, _PICTURE.width(), _PICTURE.height())
            placed = self.placed(box)
            painter.fillRect(placed, self._theme.color(Role.MEDIA))
            self.posters.paint(painter, placed, path, covers=True)
            left += _PICTURE.width() + _GAP
        left = room.left() + title.width() + GRID + amount * (_PICTURE.width() + _GAP) + GRID
        role, side = SECOND_INKS[told.tone], metrics.height()
        if told.icon:
            mark = self.placed(square_in(QRect(left, room.top(), side, room.height()), side))
            self.icon(painter, mark, told.icon, role)
        state = QRect(left + side + GRID, room.top(), room.right() - left - side - GRID, room.height())
        self.text(painter, self.placed(state), told.detail, option.font, role)


def _quiet(selected: bool) -> Role:
    return Role.TEXT if selected else Role.MUTED
