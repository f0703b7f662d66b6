"""Paints one cell of the grid: the poster or the clip under the pointer, stars and pick in its corner, the prompt and
the state in words below. Colours and fonts are looked up at each paint. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPainterPath, QPen

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.viewmodels.state_words import StateWords, Tone
from runway_desktop.viewmodels.task_cells import Column, Roles, marks_of

from .poster_cache import PosterCache
from .sides import Sides

_TONES = {
    Tone.PLAIN: Role.MUTED,
    Tone.BUSY: Role.ACCENT,
    Tone.GOOD: Role.MUTED,
    Tone.WARN: Role.WARN,
    Tone.BAD: Role.BAD,
}
DIMMED = 0.35
"""How much of a picture is seen whose file is missing."""
_ON_PICTURE = QColor(245, 246, 248)
_BEHIND = QColor(12, 13, 15, 190)


def is_poster_alone(row: object) -> bool:
    """Whether the poster, which is of the first result, is all that is left here of its file."""
    return isinstance(row, Row) and bool(row.outputs) and row.outputs[0].is_missing


class CellPainter:
    def __init__(self, theme: Theme, posters: PosterCache) -> None:
        self._theme = theme
        self._posters = posters

    def caption_height(self) -> int:
        """What stands below the poster: two small lines."""
        return 2 * QFontMetrics(self._theme.small_font()).height() + GRID

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        index: QModelIndex,
        direction: Qt.LayoutDirection,
        *,
        selected: bool,
        current: bool,
        frame: QImage | None,
    ) -> None:
        theme, sides = self._theme, Sides(direction, rect)
        frame_rect = QRectF(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(Role.SELECTED))
            painter.drawRoundedRect(frame_rect.adjusted(-3, -3, 3, 3), 6, 6)
        poster = QRect(rect.left(), rect.top(), rect.width(), rect.height() - self.caption_height())
        row = index.data(Roles.ROW)
        self._poster(painter, poster, index, frame, dimmed=is_poster_alone(row))
        if isinstance(row, Row):
            self._marks(painter, poster, sides, row, index.data(Roles.BADGE) or "")
        self._caption(painter, rect, poster, sides, index)
        if selected or current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(Role.ACCENT), 2 if current else 1))
            painter.drawRoundedRect(QRectF(poster).adjusted(0, 0, 0, 0), 5, 5)

    def _poster(self, painter: QPainter, box: QRect, index: QModelIndex, frame: QImage | None, *, dimmed: bool) -> None:
        """`dimmed`: the picture is all that is left here of a file that is missing, which an icon says too."""
        path = index.data(Roles.POSTER) or ""
        painter.save()
        corners = QPainterPath()
        corners.addRoundedRect(QRectF(box), 5, 5)
        painter.setClipPath(corners)
        painter.fillRect(box, self._theme.color(Role.MEDIA if path else Role.HOVER))
        scale = painter.device().devicePixelRatioF()
        if frame is not None:
            size = frame.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(0, 0, size.width(), size.height())
            target.moveCenter(box.center())
            painter.drawImage(target, frame)
        else:
            picture = self._posters.picture(path, box.size(), scale)
            if picture is not None:
                target = QRect(0, 0, round(picture.width() / scale), round(picture.height() / scale))
                target.moveCenter(box.center())
                painter.setOpacity(DIMMED if dimmed else 1.0)
                painter.drawPixmap(target, picture)
                painter.setOpacity(1.0)
            if not path or dimmed:
                self._icon(painter, box, index, on_picture=picture is not None)
        painter.restore()

    def _icon(self, painter: QPainter, box: QRect, index: QModelIndex, *, on_picture: bool) -> None:
        """The state's, in the middle."""
        words = index.data(Roles.WORDS)
        if not isinstance(words, StateWords) or not words.icon:
            return
        side = 3 * GRID
        place = QRect(0, 0, side, side)
        place.moveCenter(box.center())
        if on_picture:
            plate = QColor(self._theme.color(Role.SURFACE))
            plate.setAlpha(220)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(plate)
            painter.drawEllipse(place.adjusted(-GRID, -GRID, GRID, GRID))
        self._theme.icon(words.icon, _TONES[words.tone]).paint(painter, place)

    def _marks(self, painter: QPainter, box: QRect, sides: Sides, row: Row, badge: str) -> None:
        small = self._theme.tabular(self._theme.small_font())
        painter.setFont(small)
        for text, at_end in ((marks_of(row.task), False), (badge, True)):
            if not text:
                continue
            metrics = QFontMetrics(small)
            width, height = metrics.horizontalAdvance(text) + GRID, metrics.height()
            at = box.right() - width - 3 if at_end else box.left() + 4
            plate = sides.place_exactly(QRectF(at, box.bottom() - height - 3, width, height))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_BEHIND)
            painter.drawRoundedRect(plate, 3, 3)
            # White on near-black in both themes: it stands on a picture, not on a surface.
            painter.setPen(_ON_PICTURE)
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
        if row.task.pick is Pick.REJECT:
            shade = QColor(self._theme.color(Role.SURFACE))
            shade.setAlpha(120)
            painter.fillRect(box, shade)

    def _caption(self, painter: QPainter, rect: QRect, poster: QRect, sides: Sides, index: QModelIndex) -> None:
        small = self._theme.small_font()
        metrics = QFontMetrics(small)
        painter.setFont(small)
        words = index.data(Roles.WORDS)
        lines = [(index.siblingAtColumn(Column.PROMPT).data() or "", Role.TEXT)]
        if isinstance(words, StateWords):
            lines.append((words.headline, _TONES[words.tone]))
        top = poster.bottom() + GRID // 2
        for text, role in lines:
            painter.setPen(self._theme.color(role))
            sides.line(painter, QRect(rect.left() + 2, top, rect.width() - 4, metrics.height()), text)
            top += metrics.height()
