"""The one owner of Qt's media players. Nothing else in the program touches QMediaPlayer or QAudioOutput.

A player that is stopped or given a new source from Python can freeze the program for ever on some versions of Qt: its
render thread wants the interpreter while the GUI thread holds it and waits for the player's lock. So there are few
engines, each is used again for every file, and every call that changes a player goes through Qt's event queue, where it
runs without the interpreter. A sound output exists only where a device does and sound is wanted. GUI thread; nothing
here raises, `failed` says what went wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Q_ARG, QCoreApplication, QEvent, QMetaObject, QObject, Qt, QUrl, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer, QVideoFrame, QVideoSink

    from runway_desktop.services.disk.disk_threads import QuickLook


class Fault(Enum):
    """Why a file cannot be played, with a place for its name."""

    MISSING = "{} is no longer where it was saved."
    BROKEN = "{} cannot be played here. It may be damaged."
    NO_PICTURE = "{} cannot be decoded here. Its format is perhaps AV1."
    """It plays, but no frame ever comes."""


def call_later(target: QObject | None, method: str, *arguments: Any) -> None:
    """Calls a slot of a Qt object from the event queue, where it runs without the interpreter. Nothing for None."""
    if target is not None:
        invoke: Any = QMetaObject.invokeMethod  # its stub knows only names as bytes, which the call itself refuses
        invoke(target, method, Qt.ConnectionType.QueuedConnection, *arguments)


def prepare() -> None:
    """Imports what an engine stands on, for whoever sees a wish coming: it takes 15 ms, and 3 MB from then on."""
    import PySide6.QtMultimedia  # noqa: F401 - for the engine to come


class MediaEngine(QObject):
    """One player with a sink for its frames. Made in a plain slot, never inside a coroutine: QMediaPlayer is built with
    it.
    """

    frame = Signal(object)
    """A QVideoFrame that can be shown; empty ones are left out."""
    loaded = Signal(bool, bool)
    """Has pictures, has sound."""
    duration = Signal(int)
    """Milliseconds."""
    position = Signal(int)
    """Milliseconds."""
    ended = Signal()
    failed = Signal(object)
    """A `Fault`."""
    released = Signal()
    """No file is held any more."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        sound: bool = True,
        on_frame: Callable[[QVideoFrame], None] | None = None,
    ) -> None:
        """`on_frame` takes the frames in place of `frame`, on the render thread, which waits for it."""
        super().__init__(parent)
        # Multimedia is slow to import and not needed for the first paint.
        from PySide6.QtMultimedia import QMediaPlayer, QVideoSink

        self._sound_wanted = sound
        self._wanted = QUrl()
        self._stale = True
        self._volume, self._muted = 1.0, False
        self._output: QAudioOutput | None = None
        self._player: QMediaPlayer | None = QMediaPlayer(self)
        self._sink: QVideoSink | None = QVideoSink(self)
        self._player.setVideoSink(self._sink)
        # Queued, and to methods of a QObject: these signals are partly emitted by render threads.
        queued = Qt.ConnectionType.QueuedConnection
        self._on_frame = on_frame
        if on_frame is None:
            self._sink.videoFrameChanged.connect(self._frame_changed, queued)
        else:
            self._sink.videoFrameChanged.connect(self._hand_over, Qt.ConnectionType.DirectConnection)
        self._player.sourceChanged.connect(self._source_changed, queued)
        self._player.mediaStatusChanged.connect(self._status_changed, queued)
        self._player.durationChanged.connect(self._duration_changed, queued)
        self._player.positionChanged.connect(self._position_changed, queued)
        self._player.errorOccurred.connect(self._error_occurred, queued)

    def load(self, path: Path) -> None:
        """Opens a file. Follow with `play` or `pause`: without either no frame comes."""
        if self._player is None:
            return
        self._attach_sound()
        self._wanted = QUrl.fromLocalFile(str(path))
        self._stale = True
        # The empty source in between makes the second load of one file a real one.
        call_later(self._player, "stop")
        call_later(self._player, "setSource", Q_ARG(QUrl, QUrl()))
        call_later(self._player, "setSource", Q_ARG(QUrl, self._wanted))

    def unload(self) -> None:
        """Lets go of the file; `released` follows."""
        self._wanted = QUrl()
        self._stale = True
        call_later(self._player, "stop")
        call_later(self._player, "setSource", Q_ARG(QUrl, QUrl()))

    def play(self) -> None:
        call_later(self._player, "play")

    def pause(self) -> None:
        call_later(self._player, "pause")

    def seek(self, milliseconds: int) -> None:
        call_later(self._player, "setPosition", Q_ARG("qlonglong", milliseconds))

    def set_rate(self, rate: float) -> None:
        call_later(self._player, "setPlaybackRate", Q_ARG("double", rate))

    def set_volume(self, volume: float, muted: bool) -> None:
        """Volume from 0 to 1, linear."""
        self._volume, self._muted = volume, muted
        if self._output is not None:
            call_later(self._output, "setVolume", Q_ARG("float", volume))
            call_later(self._output, "setMuted", Q_ARG(bool, muted))

    def shutdown(self) -> None:
        """Stops and destroys the player. Its last calls are delivered before this returns."""
        if self._player is None:
            return
        self.unload()
        player, sink, output = self._player, self._sink, self._output
        self._player = self._sink = self._output = None
        QCoreApplication.sendPostedEvents(player, QEvent.Type.MetaCall.value)
        for part in (player, sink, output):
            if part is not None:
                # Destroyed by the event loop, which does not hold the interpreter while it joins the player's threads.
                part.deleteLater()

    def _attach_sound(self) -> None:
        """Once, and only while the player holds no file: swapping outputs under a running clip is where freezes come
        from.
        """
        if not self._sound_wanted or self._output is not None or not self._wanted.isEmpty() or self._player is None:
            return
        from PySide6.QtMultimedia import QAudioOutput, QMediaDevices

        if QMediaDevices.audioOutputs():
            self._output = QAudioOutput(self)
            self._output.setVolume(self._volume)
            self._output.setMuted(self._muted)
            self._player.setAudioOutput(self._output)

    @Slot(QUrl)
    def _source_changed(self, source: QUrl) -> None:
        self._stale = source != self._wanted or source.isEmpty()
        if source.isEmpty() and self._wanted.isEmpty():
            self.released.emit()

    def _frame_changed(self, frame: QVideoFrame) -> None:
        if not self._stale and frame.isValid():
            self.frame.emit(frame)

    def _hand_over(self, frame: QVideoFrame) -> None:
        if not self._stale and frame.isValid() and self._on_frame is not None:
            self._on_frame(frame)

    def _status_changed(self, status: QMediaPlayer.MediaStatus) -> None:
        if self._stale or self._player is None:
            return
        kinds = type(self._player).MediaStatus
        if status is kinds.LoadedMedia:
            self.loaded.emit(self._player.hasVideo(), self._player.hasAudio())
        elif status is kinds.EndOfMedia:
            self.ended.emit()
        elif status is kinds.InvalidMedia:
            self.failed.emit(Fault.BROKEN)

    @cached_property
    def _look(self) -> QuickLook:
        # The process that makes strips never asks: a pointer waits for it to start.
        from runway_desktop.services.disk.disk_threads import QuickLook

        return QuickLook()

    def _duration_changed(self, milliseconds: int) -> None:
        if not self._stale:
            self.duration.emit(milliseconds)

    def _position_changed(self, milliseconds: int) -> None:
        if not self._stale:
            self.position.emit(milliseconds)

    def _error_occurred(self, error: QMediaPlayer.Error, _text: str) -> None:
        if not self._stale:
            missing = error.name == "ResourceError" and not self._look.is_file(Path(self._wanted.toLocalFile()))
            self.failed.emit(Fault.MISSING if missing else Fault.BROKEN)
