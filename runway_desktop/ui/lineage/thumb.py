"""Thumbnail of the lineage: a button that opens its task, or the picture of a file not made here. Its file can be
dragged out.

Pictures come from the window's poster cache at paint time. GUI thread only.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.painting import rounded, square_in
from runway_desktop.ui.sharing.drag import start_drag
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.commands.drag_payload import DragPayload
from runway_desktop.usecases.listing.lineage import Node
from runway_desktop.usecases.words.plain import tip

SIZE = QSize(7 * GRID, 5 * GRID)
_RADIUS = 4.0


class Thumb(QAbstractButton):
    def __init__(
        self, node: Node, theme: Theme, posters: PosterCache, parent: QWidget, *, number: str = "", here: bool = False
    ) -> None:
        super().__init__(parent)
        self.node = node
        self._theme = theme
        self._posters = posters
        self._number = number
        self._pressed_at: QPoint | None = None
        self.is_here = here
        """Whether it is the task that is shown."""
        self.setFixedSize(SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        leads = node.task_id is not None and not here
        # Not by click: the focus stays in the list or at the player.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if leads else Qt.FocusPolicy.NoFocus)
        if leads:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        words = ": ".join(part for part in (node.relation, node.title) if part)
        self.setAccessibleName(_("{task}, current task", task=words) if here else words)
        self.setToolTip(tip("\n".join(part for part in (node.relation, node.title) if part)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() >= QApplication.startDragDistance():
            # A drag is not a click.
            self._pressed_at = None
            self.setDown(False)
            paths = (Path(self.node.path),) if self.node.path else ()
            start_drag(self, self._theme, DragPayload(paths=paths, poster=self.node.picture))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setClipPath(rounded(area, _RADIUS))
        painter.fillRect(area, self._theme.color(Role.HOVER))
        self._paint_picture(painter, area)
        if self._number:
            self._paint_number(painter, area)
        painter.restore()
        self._paint_edge(painter, area)

    def _paint_picture(self, painter: QPainter, area: QRectF) -> None:
        ratio = self.devicePixelRatioF()
        # Requested at twice the size, because it is cropped to fill the thumbnail.
        picture = self._posters.picture(self.node.picture, SIZE * 2, ratio) if self.node.picture else None
        if picture is None:
            icon = self.node.media.kind.icon
            self._theme.icon(icon, Role.MUTED).paint(painter, square_in(area, 2.5 * GRID))
            return
        width, height = picture.width(), picture.height()
        scale = max(area.width() / width, area.height() / height)
        shown = QRectF(0, 0, area.width() / scale, area.height() / scale)
        shown.moveCenter(QRectF(0, 0, width, height).center())
        painter.drawPixmap(area, picture, shown)

    def _paint_number(self, painter: QPainter, area: QRectF) -> None:
        painter.setFont(self._theme.small_font())
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(self._number) + GRID
        box = QRectF(area.right() - width, area.bottom() - metrics.height(), width, metrics.height())
        painter.setOpacity(0.75)
        painter.fillRect(box, Qt.GlobalColor.black)
        painter.setOpacity(1.0)
        painter.setPen(Qt.GlobalColor.white)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self._number)

    def _paint_edge(self, painter: QPainter, area: QRectF) -> None:
        lively = self.hasFocus() or (self.underMouse() and self.focusPolicy() is not Qt.FocusPolicy.NoFocus)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.is_here or lively:
            painter.setPen(QPen(self._theme.color(Role.ACCENT), 2))
        else:
            painter.setPen(QPen(self._theme.color(Role.BORDER), 1))
        painter.drawRoundedRect(area, _RADIUS, _RADIUS)
