"""The takes below the large view, grouped by shot: posters with what was decided, one of them current. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.ui.building import hbox, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.painting import rounded
from runway_desktop.ui.tasks.hover_scrub import HoverScrub
from runway_desktop.ui.tasks.poster_cache import PosterCache
from runway_desktop.ui.tasks.text_cache import TextCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.listing.columns import clip_of, poster_of
from runway_desktop.usecases.listing.takes import Shot
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.states import badge
from runway_desktop.usecases.words.tasks import judgment_words
from runway_desktop.viewmodels.compare.large_view import LargeViewModel

TILE = QSize(16 * GRID, 9 * GRID)
_EDGE = 3
_MARK = 18
_GOOD, _BAD = QColor("#3fb871"), QColor("#c5322b")
"""On a picture, the same in both themes."""
_DIMMED = 0.35
_LONGEST_TITLE = 24 * GRID


class TakeTile(QAbstractButton):
    """The poster of one take. The pointer's way across it scrubs the clip."""

    def __init__(self, theme: Theme, posters: PosterCache, letters: TextCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._posters = posters
        self._letters = letters
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
        said = judgment_words(row.task) or "not judged"
        self.setAccessibleName(f"Take {number} of {of}, {said}")
        self.setToolTip(f"Take {number} of {of}, {said}")
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        clip = clip_of(self.row) if self.row is not None and not event.buttons() else None
        self._scrub.over(clip, event.position().toPoint(), self._box())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._scrub.leave()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        row = self.row
        if row is None:
            return
        box, painter = self._box(), QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.save()
        painter.setClipPath(rounded(QRectF(box), 4))
        painter.fillRect(box, self._theme.color(Role.MEDIA if poster_of(row) else Role.HOVER))
        is_rejected = row.task.pick is Pick.REJECT
        if not self._scrub.paint(painter, box):
            self._posters.paint(painter, box, poster_of(row), _DIMMED if is_rejected else 1.0)
        self._letters.use(self.font())
        rating = f"{row.task.rating}★" if row.task.rating else ""
        self._letters.badge(painter, QRectF(box), rating, at_left=True, inset=3)
        self._letters.badge(painter, QRectF(box), badge(row), at_left=False, inset=3)
        if row.task.pick is not Pick.NONE:
            self._mark(painter, box, is_rejected=is_rejected)
        if row.task.progress is not None and not row.task.state.is_final:
            done = QRectF(box.left(), box.bottom() - 2, box.width() * row.task.progress, 3)
            painter.fillRect(done, self._theme.color(Role.ACCENT))
        painter.restore()
        if self.isChecked():
            painter.setPen(QPen(self._theme.color(Role.ACCENT), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _mark(self, painter: QPainter, box: QRect, *, is_rejected: bool) -> None:
        plate = QRect(box.left() + 4, box.top() + 4, _MARK, _MARK)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BAD if is_rejected else _GOOD)
        painter.drawRoundedRect(plate, 3, 3)
        painter.setPen(QPen(QColor("white" if is_rejected else "#0c1a12"), 2))
        x, y, part = plate.left(), plate.top(), _MARK / 18
        lines = ((5, 5, 13, 13), (13, 5, 5, 13)) if is_rejected else ((4, 9, 8, 13), (8, 13, 14, 5))
        for x1, y1, x2, y2 in lines:
            painter.drawLine(round(x + x1 * part), round(y + y1 * part), round(x + x2 * part), round(y + y2 * part))

    def _box(self) -> QRect:
        return self.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)


class _ShotRow(QWidget):
    """A shot: its title over a line, and its takes."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_current = False
        self._title = words(self, wrap=False)
        self._amount = words(self, tone="muted", wrap=False)
        self.tiles = QHBoxLayout()
        self.tiles.setSpacing(2)
        head = hbox(self._title, self._amount, None, spacing=GRID)
        vbox(head, GRID // 2, self.tiles, on=self, spacing=GRID // 2)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_shot(self, shot: Shot, *, current: bool) -> None:
        self._is_current = current
        metrics = self._title.fontMetrics()
        # Of a single one the tile says it, and the title needs the room.
        self._amount.setVisible(len(shot.rows) > 1)
        taken = 8 * GRID if len(shot.rows) > 1 else 0
        room = min(_LONGEST_TITLE, len(shot.rows) * TILE.width() - taken)
        self._title.setText(metrics.elidedText(shot.title, Qt.TextElideMode.ElideRight, room))
        self._title.setToolTip(shot.title)
        self._title.setFont(self._theme.strong_font() if current else self._theme.small_font())
        self._amount.setFont(self._theme.small_font())
        self._amount.setText(units.count(len(shot.rows), "take"))
        self.setAccessibleName(f"{shot.title}, {units.count(len(shot.rows), 'take')}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        y = self._title.geometry().bottom() + GRID // 2
        painter.fillRect(
            _EDGE, y, self.width() - 2 * _EDGE, 2, self._theme.color(Role.ACCENT if self._is_current else Role.BORDER)
        )


class TakeLane(QScrollArea):
    chosen = Signal(object)
    """The id of a task."""

    def __init__(self, model: LargeViewModel, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._posters = posters
        self._letters = TextCache(theme)
        self._shown: tuple[tuple[TaskId, ...], ...] = ()
        self._tiles: dict[TaskId, TakeTile] = {}
        self._rows: list[_ShotRow] = []
        self._body = QWidget(self)
        self._body.setProperty("pane", "bar")
        self._line = hbox(on=self._body, margins=(2 * GRID, GRID, 2 * GRID, GRID), spacing=4 * GRID)
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Takes")
        posters.ready.connect(lambda _: self._body.update())
        FollowsTheme(theme, self, self.show_takes)
        self._fit()

    def show_takes(self) -> None:
        """What the model knows now; the widgets stay while the tasks do."""
        ids = tuple(tuple(row.task.id for row in shot.rows) for shot in self._model.shots)
        if ids != self._shown:
            self._shown = ids
            self._build()
        current = self._model.shot
        for widget, shot in zip(self._rows, self._model.shots, strict=True):
            widget.show_shot(shot, current=shot is current)
            for number, row in enumerate(shot.rows, start=1):
                tile = self._tiles[row.task.id]
                tile.show_row(row, number, len(shot.rows), current=row.task.id == self._model.current)
        self._fit()
        self.bring_current_into_view()

    def bring_current_into_view(self) -> None:
        tile = self._tiles.get(self._model.current) if self._model.current is not None else None
        if tile is not None:
            self._body.layout().activate()
            at = tile.mapTo(self._body, tile.rect().center())
            self.ensureVisible(at.x(), at.y(), self.viewport().width() // 3, 0)

    def _build(self) -> None:
        while (item := self._line.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._rows, self._tiles = [], {}
        for shot in self._model.shots:
            widget = _ShotRow(self._theme, self._body)
            for row in shot.rows:
                tile = TakeTile(self._theme, self._posters, self._letters, widget)
                tile.clicked.connect(self._choose(row.task.id))
                widget.tiles.addWidget(tile)
                self._tiles[row.task.id] = tile
            widget.tiles.addStretch(1)
            self._rows.append(widget)
            self._line.addWidget(widget)
        self._line.addStretch(1)

    def _choose(self, task_id: TaskId) -> Callable[[], None]:
        return partial(self.chosen.emit, task_id)

    def _fit(self) -> None:
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(TILE.height() + 2 * _EDGE + self.fontMetrics().height() + 4 * GRID + bar)
