"""Sound: playback with a waveform to scrub, which is also the poster."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPen

from runway_desktop.domain.media import Media
from runway_desktop.texts import _
from runway_desktop.ui.media.stage import Stage
from runway_desktop.ui.media.waveform import Waveform, WaveformReader
from runway_desktop.ui.theme import Role

from .kind import GROUND, POSTER_SIDE, Kind, MadePoster, OneByOne, PosterTools, PosterWish, PreviewParts, save_poster

_WAVE = QColor(134, 168, 222)
_BAR, _GAP, _MARGIN = 2.0, 1.0, 16.0


def paint_bars(painter: QPainter, area: QRectF, peaks: tuple[float, ...]) -> None:
    """Paints mirrored bars in the pen's color, normalized to the loudest peak."""
    count = max(1, int(area.width() // (_BAR + _GAP)))
    loudest = max(max(peaks, default=0.0), 0.05)
    middle = area.center().y()
    color = painter.pen().color()
    for bar in range(count):
        first = bar * len(peaks) // count
        last = max(first + 1, (bar + 1) * len(peaks) // count)
        peak = max(peaks[first:last], default=0.0) / loudest
        height = max(1.0, peak * area.height())
        painter.fillRect(QRectF(area.x() + bar * (_BAR + _GAP), middle - height / 2, _BAR, height), color)


class SoundPreview(Stage):
    """Waveform that scrubs on press and drag; the played part has the accent color."""

    plays = True

    def __init__(self, parts: PreviewParts) -> None:
        super().__init__(parts.theme)
        self._parts, self._playback, self.bar = parts, parts.playback, parts.transport
        self.setAccessibleName(_("Waveform"))
        self._waveforms = WaveformReader(parts.workers, self)
        self._waveforms.ready.connect(self._ready)
        self._playback.moved.connect(self._moved)
        self._playback.changed.connect(self.update)
        self.waveform: Waveform | None = None
        self._fraction = 0.0
        self._scrubbing = False

    def show_file(self, path: Path) -> None:
        self.waveform, self._fraction = None, 0.0
        self.update()
        self._waveforms.read(path)
        self._parts.open_soon(path, False)

    def leave(self) -> None:
        super().leave()
        self._waveforms.cancel()

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        field = self._field()
        peaks = self.waveform.peaks if self.waveform is not None else ()
        played_to = field.x() + self._fraction * field.width()
        for role, left, right in ((Role.ACCENT, area.x(), played_to), (Role.FAINT, played_to, area.right())):
            painter.setClipRect(QRectF(left, area.y(), right - left, area.height()))
            painter.setPen(QPen(self.theme.color(role)))
            paint_bars(painter, field, peaks)
        painter.setClipping(False)
        if self._playback.lacks_device:
            painter.setPen(self.theme.color(Role.MUTED))
            below = QRectF(area.x(), field.bottom(), area.width(), area.bottom() - field.bottom())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, _("No sound device on this computer"))
        painter.fillRect(QRectF(played_to - 0.5, area.y() + 8, 1, area.height() - 16), self.theme.color(Role.TEXT))

    def drags_file_at(self, _position: QPointF) -> bool:
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrubbing = True
            self._playback.begin_scrub()
            self._scrub_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._scrubbing:
            self._scrub_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._scrubbing and event.button() == Qt.MouseButton.LeftButton:
            self._scrubbing = False
            self._playback.end_scrub()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def _field(self) -> QRectF:
        inner = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        height = min(inner.height(), inner.width() * 0.4)
        return QRectF(inner.x(), inner.center().y() - height / 2, inner.width(), height)

    def _scrub_to(self, point: QPointF) -> None:
        field = self._field()
        fraction = min(1.0, max(0.0, (point.x() - field.x()) / max(1.0, field.width())))
        self._playback.seek(fraction * self._playback.duration)

    def _moved(self, seconds: float) -> None:
        duration = self._playback.duration
        self._fraction = min(1.0, seconds / duration) if duration > 0 else 0.0
        self.update()

    def _ready(self, path: Path, waveform: Waveform) -> None:
        if self.item is not None and path == self.item.path:
            self.waveform = waveform
            self.update()


class SoundPosters(OneByOne):
    def __init__(self, tools: PosterTools) -> None:
        super().__init__(tools)
        self._waveforms = WaveformReader(tools.workers, self)
        self._waveforms.ready.connect(self._ready)
        self._waveforms.failed.connect(lambda _path: self.finish(None))

    def begin(self, wish: PosterWish) -> None:
        self._waveforms.read(wish.path)

    def close(self) -> None:
        super().close()
        self._waveforms.cancel()

    def _ready(self, _path: Path, waveform: Waveform) -> None:
        if self.wish is not None:
            self.finish(partial(_poster, self.wish, waveform))


def _poster(wish: PosterWish, waveform: Waveform) -> MadePoster | str | None:
    image = QImage(POSTER_SIDE, POSTER_SIDE * 9 // 16, QImage.Format.Format_RGB32)
    image.fill(GROUND)
    painter = QPainter(image)
    painter.setPen(_WAVE)
    field = QRectF(image.rect()).adjusted(24, 60, -24, -60)
    paint_bars(painter, field, waveform.peaks)
    painter.end()
    return save_poster(image, wish.target, QSize(0, 0), waveform.duration)


SOUND = Kind(media=Media.AUDIO, preview=SoundPreview, posters=lambda tools: SoundPosters(tools).add)
