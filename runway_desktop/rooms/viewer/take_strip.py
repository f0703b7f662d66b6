"""Strip of takes below a single pane, grouped by shot: posters with judgments, one of them current. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QStyle, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import STRETCH, hbox, timer, vbox, viewport_of
from runway_desktop.ui.labels import words
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
_WIDTH = TILE.width() + 2 * _EDGE
_BETWEEN = 2
"""Pixels between tiles."""
_Ids = tuple[TaskId, ...]
"""Task ids of a shot's takes."""


class TakeTile(QAbstractButton):
    """Poster of one take. Moving the pointer across it scrubs the clip."""

    def __init__(self, theme: Theme, posters: PosterCache, paint: TakePainter, parent: QWidget) -> None:
        super().__init__(parent)
        self._paint = paint
        self._scrub = HoverScrub(theme, posters, self)
        self._scrub.moved_on.connect(self.update)
        self.row: Row | None = None
        self.setCheckable(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedSize(TILE + QSize(2 * _EDGE, 2 * _EDGE))

    def show_row(self, row: Row, number: int, of: int, *, current: bool) -> None:
        self.row = row
        self.setChecked(current)
        said = judgment_words(row.task) or _("not judged")
        named = _("Take {number} of {count}, {judgment}", number=number, count=of, judgment=said)
        self.setAccessibleName(named)
        self.setToolTip(tip(named))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        clip = clip_of(self.row) if self.row is not None and not event.buttons() else None
        self._scrub.over(clip, event.position().toPoint(), self._box())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._scrub.leave()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.row is None:
            return
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        self._paint.take(painter, self._box(), self.row, self.font(), self._scrub)
        if self.isChecked():
            self._paint.current(painter, self.rect())

    def _box(self) -> QRect:
        return self.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)


class _ShotRow(QWidget):
    """A shot: title, line, and tiles of its takes."""

    def __init__(self, shot: Shot, tile: Callable[[QWidget, TaskId], TakeTile], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_current = False
        self._title = words(self, wrap=False)
        self._amount = words(self, tone="muted", wrap=False)
        self._tiles = [tile(self, row.task.id) for row in shot.rows]
        head = hbox(self._title, self._amount, STRETCH, spacing=GRID)
        tiles = hbox(*self._tiles, STRETCH, spacing=_BETWEEN)
        vbox(head, GRID // 2, tiles, on=self, spacing=GRID // 2)

    def show_shot(self, shot: Shot, current: TaskId | None) -> None:
        self._is_current = any(row.task.id == current for row in shot.rows)
        metrics, amount = self._title.fontMetrics(), len(shot.rows)
        # For one take the tile says it, and the title needs the space.
        self._amount.setVisible(amount > 1)
        room = min(_LONGEST_TITLE, amount * TILE.width() - (8 * GRID if amount > 1 else 0))
        self._title.setText(metrics.elidedText(shot.title, Qt.TextElideMode.ElideRight, room))
        self._title.setToolTip(tip(shot.title))
        self._title.setFont(self._theme.strong_font() if self._is_current else self._theme.small_font())
        self._amount.setFont(self._theme.small_font())
        takes = ngettext("{n} take", "{n} takes", amount)
        self._amount.setText(takes)
        self.setAccessibleName(_("{shot}, {takes}", shot=shot.title, takes=takes))
        for number, (tile, row) in enumerate(zip(self._tiles, shot.rows, strict=True), start=1):
            tile.show_row(row, number, amount, current=row.task.id == current)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        y = self._title.geometry().bottom() + GRID // 2
        painter.fillRect(
            _EDGE, y, self.width() - 2 * _EDGE, 2, self._theme.color(Role.ACCENT if self._is_current else Role.BORDER)
        )


class TakeStrip(QScrollArea):
    """Scrollable shots. Creates widgets lazily, first for visible shots, then for neighbors: there may be a hundred."""

    chosen = Signal(object)
    """A task id."""

    def __init__(self, model: ViewerModel, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        # The right arrow goes to the next take in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        viewport_of(self)
        self._model = model
        self._theme = theme
        self._posters = posters
        self._paint = TakePainter(theme, posters)
        self._made: dict[_Ids, _ShotRow] = {}
        self._body = QWidget(self)
        self._body.setProperty("pane", "bar")
        self.setWidget(self._body)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(_("Takes"))
        self._next = timer(self, 0, self._make_next)
        self.horizontalScrollBar().valueChanged.connect(self._make_in_sight)
        posters.ready.connect(self._repaint)
        FollowsTheme(theme, self, self.show_takes)

    def _repaint(self) -> None:
        self._body.update()

    def show_takes(self) -> None:
        """Shows the model's shots; keeps the widgets of shots with the same tasks."""
        wanted = {_ids_of(shot) for shot in self._model.shots}
        for ids in [ids for ids in self._made if ids not in wanted]:
            gone = self._made.pop(ids)
            gone.hide()
            gone.deleteLater()
        for shot in self._model.shots:
            if (made := self._made.get(_ids_of(shot))) is not None:
                made.show_shot(shot, self._model.current)
        self._fit()
        self.bring_current_into_view()
        self._make_in_sight()

    def bring_current_into_view(self) -> None:
        for shot, rect in self._rects():
            for number, row in enumerate(shot.rows):
                if row.task.id == self._model.current:
                    left = rect.left() + number * (_WIDTH + _BETWEEN)
                    tile = self._seen_from(QRect(left, rect.top(), _WIDTH, rect.height()))
                    self.ensureVisible(tile.center().x(), tile.center().y(), self.viewport().width() // 3, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._make_in_sight()

    def _rects(self) -> Iterator[tuple[Shot, QRect]]:
        """Rectangles of the shots for left-to-right layout."""
        left, height = 2 * GRID, self._height()
        for shot in self._model.shots:
            width = len(shot.rows) * (_WIDTH + _BETWEEN) - _BETWEEN
            yield shot, QRect(left, GRID, width, height)
            left += width + 4 * GRID

    def _seen_from(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self._body.rect(), rect)

    def _make_in_sight(self) -> None:
        for shot, rect in self._missing(0):
            self._make(shot, rect)
        self._next.start()

    def _make_next(self) -> None:
        """Creates one shot per pass of the event loop, up to one viewport outside the visible part."""
        for shot, rect in self._missing(self.viewport().width()):
            self._make(shot, rect)
            self._next.start()
            return

    def _missing(self, beside: int) -> list[tuple[Shot, QRect]]:
        """Shots without widgets in the visible part, extended by `beside` pixels on both sides."""
        value, width = self.horizontalScrollBar().value(), self.viewport().width()
        sight = QRect(value - beside, 0, width + 2 * beside, self._body.height())
        rects = ((shot, self._seen_from(rect)) for shot, rect in self._rects())
        return [(shot, rect) for shot, rect in rects if _ids_of(shot) not in self._made and sight.intersects(rect)]

    def _make(self, shot: Shot, rect: QRect) -> None:
        made = self._made[_ids_of(shot)] = _ShotRow(shot, self._tile, self._theme, self._body)
        made.show_shot(shot, self._model.current)
        made.setGeometry(rect)
        made.show()

    def _tile(self, parent: QWidget, task_id: TaskId) -> TakeTile:
        made = TakeTile(self._theme, self._posters, self._paint, parent)
        made.clicked.connect(partial(self.chosen.emit, task_id))
        return made

    def _height(self) -> int:
        """Height of title, line and tile."""
        return TILE.height() + 2 * _EDGE + self.fontMetrics().height() + GRID + GRID // 2

    def _fit(self) -> None:
        height, bar = self._height() + 2 * GRID + GRID // 2, self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(height + bar)
        rects = list(self._rects())
        end = rects[-1][1].right() + 1 + 2 * GRID if rects else 0
        self._body.resize(max(end, self.viewport().width()), height)
        for shot, rect in rects:
            if (made := self._made.get(_ids_of(shot))) is not None:
                made.setGeometry(self._seen_from(rect))


def _ids_of(shot: Shot) -> _Ids:
    return tuple(row.task.id for row in shot.rows)
