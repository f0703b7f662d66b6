"""Strip of takes below a single pane, grouped by shot: posters with judgments, one of them current.

It is painted, so that its cost depends on what is seen: there may be a hundred shots. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QStyleOptionViewItem, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.painting import Index, ItemDelegate
from runway_desktop.ui.tasks.posters import HoverScrub, PosterCache
from runway_desktop.ui.tasks.take_painter import TakePainter
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.listing.columns import clip_of
from runway_desktop.usecases.listing.takes import Shot
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.tasks import judgment_words

from .model import ViewerModel

TILE = QSize(16 * GRID, 9 * GRID)
_EDGE = 3
_LONGEST_TITLE = 24 * GRID
_FRAMED = TILE + QSize(2 * _EDGE, 2 * _EDGE)
_BETWEEN, _BESIDE = 2, 2 * GRID
"""Pixels between tiles, and at each side of a shot."""
SHOT, NUMBER = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
"""Of a take: its shot, and its position there from 0."""


class TileDelegate(ItemDelegate):
    """A take's tile, and above it its part of the shot's title and line."""

    def __init__(self, model: ViewerModel, theme: Theme, posters: PosterCache, view: TakeStrip) -> None:
        super().__init__(theme, view)
        self._model, self._view = model, view
        self._takes = TakePainter(theme, posters)
        self.scrub = HoverScrub(theme, posters, view)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        is_last = index.data(NUMBER) == len(index.data(SHOT).rows) - 1
        sides = (0 if index.data(NUMBER) else _BESIDE) + (_BESIDE if is_last else _BETWEEN)
        return QSize(_FRAMED.width() + sides, self._view.height_of_items)

    @staticmethod
    def tile(rect: QRect, index: Index) -> QRect:
        """The tile, with its frame, of an item at `rect`."""
        left = rect.left() + (0 if index.data(NUMBER) else _BESIDE)
        return QRect(QPoint(left, rect.bottom() + 1 - _FRAMED.height()), _FRAMED)

    def paint_item(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shot, tile, row = index.data(SHOT), self.tile(option.rect, index), _row_at(index)
        clip = clip_of(row)
        scrub = self.scrub if clip is not None and clip.path == self.scrub.path else None
        self._takes.take(painter, tile.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE), row, option.font, scrub)
        if row.task.id == self._model.current:
            self._takes.current(painter, tile)
        # The title stands above all takes of its shot, and each of them paints its part.
        painter.setClipRect(option.rect)
        amount, is_current = len(shot.rows), shot is self._model.shot
        step, small = _FRAMED.width() + _BETWEEN, self._theme.small_font()
        left, width = tile.left() - index.data(NUMBER) * step, amount * step - _BETWEEN
        head = QRect(left, option.rect.top(), width, option.fontMetrics.height()).adjusted(_EDGE, 0, -_EDGE, 0)
        # For one take the tile says it, and the title needs the space.
        takes = ngettext("{n} take", "{n} takes", amount) if amount > 1 else ""
        room = QRect(head)
        room.setWidth(min(_LONGEST_TITLE, head.width() - (8 * GRID if takes else 0)))
        taken = self.text(painter, room, shot.title, self._theme.strong_font() if is_current else small, Role.TEXT)
        self.text(painter, head.adjusted(taken + GRID, 0, 0, 0), takes, small, Role.MUTED)
        line = self._theme.color(Role.ACCENT if is_current else Role.BORDER)
        painter.fillRect(head.left(), head.bottom() + GRID // 2, head.width(), 2, line)


class TakeStrip(QListView):
    chosen = Signal(object)
    """A task id."""

    def __init__(self, model: ViewerModel, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        # The right arrow goes to the next take in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        viewport_of(self).setProperty("pane", "bar")
        self.setMouseTracking(True)
        self._model, self._items = model, QStandardItemModel(self)
        self._delegate = TileDelegate(model, theme, posters, self)
        self.setItemDelegate(self._delegate)
        self.setModel(self._items)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Takes"))
        self.clicked.connect(lambda index: self.chosen.emit(_row_at(index).task.id))
        for changed in (posters.ready, self._delegate.scrub.moved_on):
            changed.connect(lambda *_: self.viewport().update())
        FollowsTheme(theme, self, self.show_takes)

    @property
    def height_of_items(self) -> int:
        """Height of title, line and tile."""
        return _FRAMED.height() + self.fontMetrics().height() + GRID + GRID // 2

    def show_takes(self) -> None:
        """Shows the model's shots, with the current take in sight."""
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setViewportMargins(0, GRID, 0, GRID // 2)
        self.setFixedHeight(self.height_of_items + 2 * GRID + GRID // 2 + bar)
        self._items.clear()
        for shot in self._model.shots:
            for number, row in enumerate(shot.rows):
                judgment = judgment_words(row.task) or _("not judged")
                name = _(
                    "Take {number} of {count}, {judgment}", number=number + 1, count=len(shot.rows), judgment=judgment
                )
                item = QStandardItem()
                item.setAccessibleText(name)
                item.setAccessibleDescription(shot.title)
                item.setToolTip(tip(f"{shot.title}\n{name}"))
                item.setData(shot, SHOT)
                item.setData(number, NUMBER)
                self._items.appendRow(item)
                if row.task.id == self._model.current:
                    current = self._items.indexFromItem(item)
                    self.selectionModel().setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.scrollTo(self.currentIndex(), QListView.ScrollHint.PositionAtCenter)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        point = event.position().toPoint()
        index = self.indexAt(point)
        if index.isValid() and not event.buttons():
            tile = self._delegate.tile(self.visualRect(index), index)
            self._delegate.scrub.over(clip_of(_row_at(index)), point, tile.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE))
        else:
            self._delegate.scrub.leave()

    def leaveEvent(self, event: QEvent) -> None:
        self._delegate.scrub.leave()
        super().leaveEvent(event)


def _row_at(index: Index) -> Row:
    shot: Shot = index.data(SHOT)
    return shot.rows[index.data(NUMBER)]
