"""Base of the preview's media widgets: backdrop, rounded corners, focus frame, drag of the file; and the one that shows
text instead of media.

A stage paints into a layer and cuts the corners out, so that the background shows through. Colors are read in
`paintEvent`. GUI thread only.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, hbox, push_button, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.painting import rounded
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.words.tasks import Showing

from .picture import small_poster

RADIUS = 5
"""Corner radius of media, in device-independent pixels."""
_CHECK = 8


def fitted(size: QSize | QSizeF, area: QRectF) -> QRectF:
    """The largest centered rectangle in `area` with that aspect ratio."""
    if size.width() <= 0 or size.height() <= 0 or area.isEmpty():
        return QRectF()
    scale = min(area.width() / size.width(), area.height() / size.height())
    width, height = size.width() * scale, size.height() * scale
    return QRectF(area.center().x() - width / 2, area.center().y() - height / 2, width, height)


def draw_part(painter: QPainter, image: QImage, target: QRectF, visible: QRectF) -> None:
    """Draws the `visible` part of an image that fills `target`."""
    per_x, per_y = image.width() / target.width(), image.height() / target.height()
    corner = visible.topLeft() - target.topLeft()
    source = QRectF(corner.x() * per_x, corner.y() * per_y, visible.width() * per_x, visible.height() * per_y)
    painter.drawImage(visible, image, source)


def checkerboard(theme: Theme) -> QBrush:
    """Brush for the checkerboard behind transparency."""
    tile = QPixmap(2 * _CHECK, 2 * _CHECK)
    tile.fill(theme.color(Role.HOVER))
    painter = QPainter(tile)
    painter.fillRect(0, 0, _CHECK, _CHECK, theme.color(Role.BORDER))
    painter.fillRect(_CHECK, _CHECK, _CHECK, _CHECK, theme.color(Role.BORDER))
    painter.end()
    return QBrush(tile)


class Stage(QWidget):
    """Base class of media widgets. Subclasses paint in `paint_media`."""

    drag_wanted = Signal()
    """A drag started that should take the file along."""
    clicked = Signal()
    double_clicked = Signal()
    plays = False
    bar: QWidget | None = None
    """Control bar below the stage."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.item: Showing | None = None
        """The output it shows in the preview."""
        self._rounded = True
        self._focus_visible = False
        self._pressed_at: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(120, 80)
        theme.changed.connect(self.update)

    def set_rounded(self, rounded: bool) -> None:
        """Turned off in full screen."""
        self._rounded = rounded
        self.update()

    def take(self, item: Showing) -> None:
        """Sets the item, also if only its title or poster changed."""
        self.item = item
        self.setAccessibleDescription(item.title)

    def poster(self) -> QImage:
        return small_poster(self.item.poster if self.item is not None else None)

    def show_file(self, path: Path) -> None:
        """Starts to show the item's file."""

    def leave(self) -> None:
        """Stops work for the file, which may stay visible."""
        self.item = None

    def zoom_by(self, steps: int) -> None:
        """1 zooms in, −1 out, 0 toggles between fitted and 100 %."""

    def frame(self) -> QImage:
        """The visible frame of a clip; else a null image."""
        return QImage()

    def drag_image(self) -> QImage:
        """Image at the pointer during a drag of the file."""
        return self.poster()

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        raise NotImplementedError

    def drags_file_at(self, _position: QPointF) -> bool:
        """Whether a drag from there takes the file out."""
        return True

    def backdrop(self) -> QColor:
        return self.theme.color(Role.MEDIA) if self._rounded else QColor(Qt.GlobalColor.black)

    def paintEvent(self, event: QPaintEvent) -> None:
        area = QRectF(self.rect())
        if not self._rounded:
            self._paint_content(QPainter(self), area)
            return
        ratio = self.devicePixelRatioF()
        layer = QImage(self.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        layer.setDevicePixelRatio(ratio)
        painter = QPainter(layer)
        self._paint_content(painter, area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
        corners = QPainterPath()
        corners.addRect(area.adjusted(-1, -1, 1, 1))
        painter.fillPath(corners - rounded(area, RADIUS), QColor(Qt.GlobalColor.black))
        painter.end()
        painter = QPainter(self)
        painter.drawImage(0, 0, layer)
        if self._focus_visible and self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.theme.color(Role.ACCENT), 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), RADIUS, RADIUS)

    def focusInEvent(self, event: QFocusEvent) -> None:
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
        self._focus_visible = event.reason() in reasons
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
            self._focus_visible = False
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        far = (event.position().toPoint() - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if far and self.drags_file_at(QPointF(self._pressed_at)):
            self._pressed_at = None
            self.drag_wanted.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is not None and event.button() == Qt.MouseButton.LeftButton:
            still = (event.position().toPoint() - self._pressed_at).manhattanLength() < QApplication.startDragDistance()
            self._pressed_at = None
            if still:
                self.clicked.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = None
            self.double_clicked.emit()

    def _paint_content(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, self.backdrop())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.save()
        self.paint_media(painter, area)
        painter.restore()


class StageBox(QWidget):
    """Stack of stages that prefers an aspect ratio of 16:9."""

    def __init__(self, first: Stage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stages = [first]
        self._rounded = True
        self.current = first
        first.setParent(self)
        self.setFocusProxy(first)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumSize(160, 90)

    def add(self, stage: Stage) -> None:
        stage.hide()
        stage.setParent(self)
        stage.set_rounded(self._rounded)
        self._stages.append(stage)

    def set_rounded(self, rounded: bool) -> None:
        """Turned off in full screen."""
        self._rounded = rounded
        for stage in self._stages:
            stage.set_rounded(rounded)

    def show_stage(self, stage: Stage) -> None:
        """Switches the visible stage, and moves the focus if the old one had it."""
        if stage is self.current:
            return
        focus = QApplication.focusWidget()
        had_focus = focus is not None and (focus is self.current or self.current.isAncestorOf(focus))
        before, self.current = self.current, stage
        self.setFocusProxy(stage)
        stage.setGeometry(self.rect())
        stage.show()
        if had_focus:
            stage.setFocus(Qt.FocusReason.OtherFocusReason)
        before.hide()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(width * 9 / 16)

    def sizeHint(self) -> QSize:
        return QSize(384, 216)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.current.setGeometry(self.rect())


class NoticeView(Stage):
    action_wanted = Signal()
    """Open the file with the system's program."""
    folder_wanted = Signal()
    """Show the file in its folder."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._poster = QImage()
        self._words = words(self, tone="muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = push_button(self, _("Open"), self.action_wanted)
        self._folder = push_button(self, _("Show in folder"), self.folder_wanted)
        buttons = hbox(STRETCH, self.button, self._folder, STRETCH, spacing=GRID)
        rows = (STRETCH, self._words, buttons, STRETCH)
        vbox(*rows, on=self, margins=(3 * GRID, GRID, 3 * GRID, GRID), spacing=GRID + GRID // 2)

    def say(self, sentence: str, poster: QImage | None = None, *, can_open: bool = False) -> None:
        """Shows a sentence. `can_open`: offer to open the file with other programs."""
        self._poster = QImage() if poster is None else poster
        self._words.setText(sentence)
        self._words.setVisible(bool(sentence))
        self._words.setAccessibleName(sentence)
        self.button.setVisible(can_open)
        self._folder.setVisible(can_open)
        self.update()

    @property
    def words(self) -> str:
        return self._words.text()

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        if not self._poster.isNull():
            painter.setOpacity(0.25)
            painter.drawImage(fitted(self._poster.size(), area), self._poster)
