"""Sound: it plays behind its waveform, which is scrubbed; the waveform is the poster, too."""

from __future__ import annotations

from collections import deque
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from runway_desktop.domain.media import Media
from runway_desktop.ui.media.poster_file import GROUND, POSTER_SIDE, Made, Wish, save_poster
from runway_desktop.ui.media.waveform import Waveform, WaveformReader
from runway_desktop.ui.media.waveform_view import WaveformView, paint_bars

from .kind import Done, Kind, KindPreview, Parts, PosterTools

_WAVE = QColor(134, 168, 222)


class SoundPreview(KindPreview):
    stage: WaveformView
    plays = True

    def __init__(self, parts: Parts) -> None:
        super().__init__(WaveformView(parts.theme), parts.transport, "Waveform")
        self._parts = parts
        self._waveforms = WaveformReader(parts.workers, self)
        playback = parts.playback
        self._waveforms.ready.connect(self._ready)
        playback.moved.connect(self._moved)
        self.stage.scrub_began.connect(playback.begin_scrub)
        self.stage.scrubbed.connect(lambda fraction: playback.seek(fraction * playback.duration))
        self.stage.scrub_ended.connect(playback.end_scrub)

    def show(self, path: Path) -> None:
        self.stage.show_waveform(None)
        self.stage.set_fraction(0.0)
        self._waveforms.read(path)
        self._parts.open_soon(path, False)

    def leave(self) -> None:
        super().leave()
        self._waveforms.cancel()

    def _moved(self, seconds: float) -> None:
        duration = self._parts.playback.duration
        self.stage.set_fraction(min(1.0, seconds / duration) if duration > 0 else 0.0)

    def _ready(self, path: Path, waveform: Waveform) -> None:
        if self.item is not None and path == self.item.path:
            self.stage.show_waveform(waveform)


class SoundPosters(QObject):
    """One after the other."""

    def __init__(self, tools: PosterTools) -> None:
        super().__init__(tools.parent)
        self._workers = tools.workers
        self._waveforms = WaveformReader(tools.workers, self)
        self._waveforms.ready.connect(self._ready)
        self._waveforms.failed.connect(self._failed)
        self._waiting: deque[tuple[Wish, Done]] = deque()
        self._sound: tuple[Wish, Done] | None = None

    def paint(self, wish: Wish, done: Done) -> None:
        self._waiting.append((wish, done))
        if self._sound is None:
            self._next()

    def shutdown(self) -> None:
        self._waiting.clear()
        self._waveforms.cancel()

    def _next(self) -> None:
        self._sound = self._waiting.popleft() if self._waiting else None
        if self._sound is not None:
            self._waveforms.read(self._sound[0].path)

    def _ready(self, _path: Path, waveform: Waveform) -> None:
        if self._sound is not None:
            wish, done = self._sound
            self._workers.run(partial(_poster, wish, waveform), done, at=wish.target)
            self._next()

    def _failed(self, _path: Path) -> None:
        if self._sound is not None:
            _, done = self._sound
            done(None)
            self._next()


def _poster(wish: Wish, waveform: Waveform) -> Made | str | None:
    image = QImage(POSTER_SIDE, POSTER_SIDE * 9 // 16, QImage.Format.Format_RGB32)
    image.fill(GROUND)
    painter = QPainter(image)
    painter.setPen(_WAVE)
    field = QRectF(image.rect()).adjusted(24, 60, -24, -60)
    paint_bars(painter, field, waveform.peaks)
    painter.end()
    return save_poster(image, wish.target, QSize(0, 0), waveform.duration)


SOUND = Kind(media=Media.AUDIO, preview=SoundPreview, posters=SoundPosters)
