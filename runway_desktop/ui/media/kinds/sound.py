"""Sound: playback with a waveform to scrub, which is also the poster, and the peaks of which it consists.

A worker thread reads WAV files (`peaks_of_wav`); Qt's decoder reads other formats piece by piece in the event loop. A
file that cannot be read emits `failed`, never raises.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPen

from runway_desktop.domain.media import Media
from runway_desktop.texts import _
from runway_desktop.ui.building import timer
from runway_desktop.ui.media.picture import is_readable
from runway_desktop.ui.media.players import call_later
from runway_desktop.ui.media.stage import Stage
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.theme import Role
from runway_desktop.values import Struct

from .kind import GROUND, POSTER_SIDE, Kind, MadePoster, OneByOne, PosterTools, PosterWish, PreviewParts, save_poster

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioBuffer, QAudioDecoder

BUCKETS = 600
_LOOKED_AT = 512
"""Maximum samples read per bucket: even an hour of sound needs no more."""
_LOOKED_AT_RATE = 8000
"""Samples per second read from decoded sound."""
_WINDOW = 0.005
"""Seconds per peak while decoding."""
_TIME_OUT_MS = 20_000
_READ_TIME_OUT_MS = 60_000
"""For a WAV file, which may be long and on a slow drive. After it the file counts as failed, and the next one
starts."""
_SAMPLE_FORMATS: dict[str, tuple[Literal["B", "h", "i", "f", ""], float, float]] = {
    "UInt8": ("B", 128.0, 128.0),
    "Int16": ("h", 32768.0, 0.0),
    "Int32": ("i", 2147483648.0, 0.0),
    "Float": ("f", 1.0, 0.0),
}
"""By sample format: struct code, largest value, value of silence."""
_WAVE = QColor(134, 168, 222)
_BAR, _GAP, _MARGIN = 2.0, 1.0, 16.0


class Waveform(Struct, frozen=True):
    """`peaks` from 0 to 1, evenly over `duration` seconds."""

    peaks: tuple[float, ...]
    duration: float


def peaks_of_wav(path: Path, buckets: int = BUCKETS) -> Waveform | None:
    """Peaks of a WAV file, on a worker; None if `wave` cannot read it (compressed, float), which Qt's decoder may still
    do. Raises nothing.
    """
    import wave

    try:
        with wave.open(str(path), "rb") as sound:
            frames, rate = sound.getnframes(), sound.getframerate()
            if frames <= 0 or rate <= 0:
                return None
            width, channels = sound.getsampwidth(), sound.getnchannels()
            count = min(buckets, frames)
            peaks = []
            for bucket in range(count):
                length = (bucket + 1) * frames // count - bucket * frames // count
                peaks.append(_peak(sound.readframes(length), width, channels))
    except (OSError, EOFError, wave.Error, ValueError):
        return None
    return Waveform(tuple(peaks), frames / rate)


def _peak(raw: bytes, width: int, channels: int) -> float:
    """Peak of the first channel, 0 to 1."""
    stride = channels * max(1, len(raw) // (width * channels) // _LOOKED_AT)
    if width == 1:
        values = [sample - 128 for sample in raw[::stride]]
        top = 128.0
    elif width == 2:
        usable = raw[: len(raw) // 2 * 2]
        values = list(memoryview(usable).cast("h")[::stride]) if usable else []
        top = 32768.0
    else:
        # The two highest bytes of a sample are precise enough for drawing.
        step = stride * width
        values = [
            int.from_bytes(raw[at + width - 2 : at + width], "little", signed=True)
            for at in range(0, len(raw) - width + 1, step)
        ]
        top = 32768.0
    return min(1.0, max((abs(value) for value in values), default=0) / top)


def _window_peaks(buffer: QAudioBuffer) -> list[float]:
    """Peaks of the first channel, one per `_WINDOW`, for all sample formats of the decoder."""
    form = buffer.format()
    letter, top, middle = _SAMPLE_FORMATS.get(form.sampleFormat().name, ("", 1.0, 0.0))
    if not letter or form.bytesPerFrame() <= 0:
        return []
    raw = bytes(buffer.constData())[: buffer.frameCount() * form.bytesPerFrame()]
    stride = max(1, form.sampleRate() // _LOOKED_AT_RATE)
    view: memoryview[float] | memoryview[int] = (
        memoryview(raw).cast("f") if letter == "f" else memoryview(raw).cast(letter)
    )
    samples = view[:: form.channelCount() * stride].tolist()
    length = max(1, round(form.sampleRate() / stride * _WINDOW))
    peaks = []
    for start in range(0, len(samples), length):
        window = samples[start : start + length]
        peaks.append(min(1.0, max(max(window) - middle, middle - min(window)) / top))
    return peaks


class WaveformReader(QObject):
    """Reads one file at a time; a new request cancels the previous one."""

    ready = Signal(object, object)
    """Path, `Waveform`."""
    failed = Signal(object)
    """Path."""

    def __init__(self, workers: Workers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = workers
        self._path: Path | None = None
        self._decoder: QAudioDecoder | None = None
        self._windows: list[float] = []
        self._seconds = 0.0
        self._alarm = timer(self, _TIME_OUT_MS, self._give_up)

    def read(self, path: Path) -> None:
        self.cancel()
        self._path = path
        self._alarm.start(_READ_TIME_OUT_MS)
        self._workers.run(lambda: peaks_of_wav(path) or is_readable(path), partial(self._wav_read, path), at=path)

    def cancel(self) -> None:
        self._path = None
        self._alarm.stop()
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            call_later(decoder, "stop")
            decoder.deleteLater()

    def _wav_read(self, path: Path, found: Waveform | bool) -> None:
        if path != self._path:
            return
        if isinstance(found, Waveform):
            self.cancel()
            self.ready.emit(path, found)
        elif found:
            self._decode(path)
        else:
            self._give_up()

    def _decode(self, path: Path) -> None:
        from PySide6.QtMultimedia import QAudioDecoder

        # The file's own format is kept: with a lower sample rate, Qt's MP3 decoder delivers nothing.
        decoder = QAudioDecoder(self)
        decoder.setSource(QUrl.fromLocalFile(str(path)))
        # Bound to the decoder, so that late signals of a discarded one are ignored.
        decoder.bufferReady.connect(partial(self._buffer_ready, decoder))
        decoder.finished.connect(partial(self._finished, decoder))
        decoder.error.connect(partial(self._decoder_failed, decoder))
        self._windows, self._seconds = [], 0.0
        self._decoder = decoder
        self._alarm.start(_TIME_OUT_MS)
        call_later(decoder, "start")

    def _buffer_ready(self, decoder: QAudioDecoder) -> None:
        while decoder is self._decoder and decoder.bufferAvailable():
            buffer = decoder.read()
            if buffer.isValid():
                self._windows.extend(_window_peaks(buffer))
                self._seconds += buffer.frameCount() / buffer.format().sampleRate()

    def _finished(self, decoder: QAudioDecoder) -> None:
        if decoder is not self._decoder:
            return
        self._buffer_ready(decoder)
        path, windows, seconds = self._path, self._windows, self._seconds
        self.cancel()
        self._windows = []
        if path is None:
            return
        if not windows:
            self.failed.emit(path)
            return
        count = min(BUCKETS, len(windows))
        edges = [bucket * len(windows) // count for bucket in range(count + 1)]
        self.ready.emit(path, Waveform(tuple(max(windows[start:end]) for start, end in pairwise(edges)), seconds))

    def _decoder_failed(self, decoder: QAudioDecoder, *_error: object) -> None:
        if decoder is self._decoder:
            self._give_up()

    def _give_up(self) -> None:
        path = self._path
        self.cancel()
        if path is not None:
            self.failed.emit(path)


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
        self._playback.seek(fraction * self._playback.length)

    def _moved(self, seconds: float) -> None:
        duration = self._playback.length
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
