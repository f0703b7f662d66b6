"""Grabs stills of a clip (first, last or current frame) as PNG bytes.

One silent player, created on first use and reused. GUI thread only; encoding runs on a worker. Nothing raises: `failed`
carries a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QTimer, Signal
from PySide6.QtGui import QImage

from runway_desktop.domain.inputs import FrameAt
from runway_desktop.texts import _
from runway_desktop.ui.building import timer
from runway_desktop.ui.media.playback import Playback, PlaybackEngine
from runway_desktop.ui.media.players import MediaEngine, PlayFault
from runway_desktop.ui.media.workers import Workers

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

TIME_OUT_MS = 5_000


def silent_engine(parent: QObject) -> PlaybackEngine:
    return MediaEngine(parent, sound=False)


class FrameGrabber(QObject):
    """Grabs one frame at a time; a new request cancels the previous one with `failed`."""

    grabbed = Signal(object, object)
    """The `asked` of the request, and PNG bytes."""
    failed = Signal(object, str)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        make_engine: Callable[[QObject], PlaybackEngine] = silent_engine,
        time_out_ms: int = TIME_OUT_MS,
    ) -> None:
        super().__init__(parent)
        self._name = ""
        self._workers = Workers(self, threads=1)
        self._playback = Playback(self, make_engine)
        self._playback.frame.connect(self._frame_came)
        self._playback.failed.connect(lambda fault: self._fail(fault.about(self._name)))
        self._asked: Any = None
        self._at = FrameAt.FIRST
        self._sought = False
        self._time_out = timer(self, time_out_ms, lambda: self._fail(PlayFault.NO_PICTURE.about(self._name)))

    def grab(self, path: Path, at: FrameAt, asked: object) -> None:
        """Starts a request. `grabbed` or `failed` follows with `asked`, never before this returns."""
        self._fail(_("Another frame was requested."))
        self._asked, self._at, self._sought, self._name = asked, at, False, path.name
        self._time_out.start()
        self._playback.open(path, pictures=True)

    def shutdown(self) -> None:
        self._asked = None
        self._time_out.stop()
        self._playback.shutdown()
        self._workers.shutdown()

    def _frame_came(self, frame: QVideoFrame) -> None:
        if self._asked is None:
            return
        if self._at is FrameAt.LAST and not self._sought:
            self._sought = True
            # Deferred: the player ignores seeks until it has finished opening.
            QTimer.singleShot(0, self._seek_end)
            return
        asked, self._asked = self._asked, None
        self._time_out.stop()
        self._playback.close()
        self._workers.run(lambda: png_of(frame.toImage()), partial(self._encoded, asked))

    def _seek_end(self) -> None:
        self._playback.seek(self._playback.duration)

    def _encoded(self, asked: object, png: bytes) -> None:
        if png:
            self.grabbed.emit(asked, png)
        else:
            self.failed.emit(asked, PlayFault.NO_PICTURE.about(self._name))

    def _fail(self, reason: str) -> None:
        asked, self._asked = self._asked, None
        self._time_out.stop()
        if asked is not None:
            self._playback.close()
            self.failed.emit(asked, reason)


def png_of(image: QImage) -> bytes:
    """Encodes a picture as PNG; empty on failure. May take 0.1 s: call it on a worker."""
    kept = QByteArray()
    buffer = QBuffer(kept)
    if image.isNull() or not buffer.open(QIODevice.OpenModeFlag.WriteOnly) or not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        return b""
    return bytes(kept.data())
