"""A part of a sound as a WAV file, such as the seconds of a recording that a voice may have. Qt decodes, piece by piece
in the event loop. GUI thread only."""

from __future__ import annotations

import wave
from array import array
from io import BytesIO
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal

from runway_desktop.ui.building import timer
from runway_desktop.ui.media.players import call_later

_TIME_OUT_MS = 20_000
"""Without a piece of sound."""


class SoundCut(QObject):
    """Cuts `seconds` from second `start` on, and deletes itself then. Create it in a plain slot."""

    made = Signal(bytes)
    """The WAV file: 16 bits, with the sound's own rate and channels."""
    failed = Signal()

    def __init__(self, path: Path, start: float, seconds: float, parent: QObject | None = None) -> None:
        from PySide6.QtMultimedia import QAudioDecoder

        super().__init__(parent)
        self._start, self._end = start, start + seconds
        self._decoded = 0
        """Frames."""
        self._sound = (1, 0)
        """Channels and rate."""
        self._samples = array("h")
        self._decoder: QAudioDecoder | None = QAudioDecoder(self)
        self._decoder.setSource(QUrl.fromLocalFile(str(path)))
        self._decoder.bufferReady.connect(self._read)
        self._decoder.finished.connect(self._finish)
        self._decoder.error.connect(self._finish)
        self._alarm = timer(self, _TIME_OUT_MS, self._finish)
        self._alarm.start()
        call_later(self._decoder, "start")

    def _read(self) -> None:
        while (decoder := self._decoder) is not None and decoder.bufferAvailable():
            self._alarm.start()
            buffer = decoder.read()
            rate, channels, frames = buffer.format().sampleRate(), buffer.format().channelCount(), buffer.frameCount()
            if not buffer.isValid() or rate <= 0:
                continue
            self._sound = (channels, rate)
            first, last = (round(at * rate) - self._decoded for at in (self._start, self._end))
            self._decoded += frames
            if first < frames and last > 0:
                self._samples += _samples(buffer)[max(0, first) * channels : last * channels]
            if last <= frames:
                self._finish()

    def _finish(self, *_: object) -> None:
        decoder, self._decoder = self._decoder, None
        if decoder is None:
            return
        self._alarm.stop()
        call_later(decoder, "stop")
        if self._samples:
            target, (channels, rate) = BytesIO(), self._sound
            with wave.open(target, "wb") as writing:
                writing.setparams((channels, 2, rate, 0, "NONE", ""))
                writing.writeframes(self._samples.tobytes())
            self.made.emit(target.getvalue())
        else:
            self.failed.emit()
        self.deleteLater()


def _samples(buffer: Any) -> array[int]:
    """Of a QAudioBuffer, with 16 bits; none for a format that Qt does not know."""
    raw = bytes(buffer.constData())[: buffer.byteCount()]
    match buffer.format().sampleFormat().name:
        case "Int16":
            return array("h", raw)
        case "Int32":
            return array("h", (one >> 16 for one in array("i", raw)))
        case "Float":
            return array("h", (round(max(-1.0, min(1.0, one)) * 32767) for one in array("f", raw)))
        case "UInt8":
            return array("h", ((one - 128) << 8 for one in raw))
    return array("h")
