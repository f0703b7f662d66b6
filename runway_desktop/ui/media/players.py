"""Owner of Qt's media players: the only module that uses QMediaPlayer and QAudioOutput.

On some versions of Qt, stopping a player or changing its source from Python can deadlock: the render thread waits for
the GIL, which the GUI thread holds while it waits for the player's lock. So engines are few and reused, and calls that
change a player go through Qt's event queue, where they run without the GIL. A sound output exists only if a device does
and sound is wanted. GUI thread only; nothing raises, `failed` carries a `Fault`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Q_ARG, QCoreApplication, QEvent, QMetaObject, QObject, Qt, QUrl, Signal, Slot

from runway_desktop.texts import Text

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer, QVideoFrame, QVideoSink

    from runway_desktop.services.disk.disk_threads import QuickLook


class PlayFault(Enum):
    """Why a file cannot be played."""

    MISSING = Text("{file} is no longer where it was saved.")
    BROKEN = Text("{file} can't be played. It may be damaged.")
    NO_PICTURE = Text("{file} can't be decoded. It may be in AV1 format.")
    """It plays, but no frame arrives."""

    def about(self, name: str) -> str:
        """The sentence about a file."""
        return str(self.value.with_(file=name))


def call_later(target: QObject | None, method: str, *arguments: Any) -> None:
    """Calls a slot of a Qt object from the event queue, where it runs without the GIL. Ignores None."""
    if target is not None:
        invoke: Any = QMetaObject.invokeMethod  # its stub knows only names as bytes, which the call itself refuses
        invoke(target, method, Qt.ConnectionType.QueuedConnection, *arguments)


def prepare() -> None:
    """Imports multimedia in advance of the first engine: 15 ms, and 3 MB of memory from then on."""
    import PySide6.QtMultimedia  # noqa: F401 - for the engine to come


class MediaEngine(QObject):
    """One player with a sink for its frames. Create it in a plain slot, never inside a coroutine: it creates a
    QMediaPlayer.
    """

    frame = Signal(object)
    """A valid QVideoFrame."""
    loaded = Signal(bool, bool)
    """Has pictures, has sound."""
    duration = Signal(int)
    """Milliseconds."""
    position = Signal(int)
    """Milliseconds."""
    ended = Signal()
    failed = Signal(object)
    """A `PlayFault`."""
    released = Signal()
    """The file is closed."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        sound: bool = True,
        on_frame: Callable[[QVideoFrame], None] | None = None,
    ) -> None:
        """`on_frame` receives frames instead of the signal, on the render thread, which is blocked meanwhile."""
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
        # Queued, and to methods of a QObject: render threads emit some of these signals.
        queued = Qt.ConnectionType.QueuedConnection
        self._on_frame = on_frame
        if on_frame is None:
            self._sink.videoFrameChanged.connect(self._frame_changed, queued)
            # At a connection's first signal Qt asks the sender for its meta object. In a render thread this crashed in
            # PySide, which looks a type up without the GIL. So the first one, without a frame, is emitted here.
            self._sink.videoFrameChanged.emit(self._sink.videoFrame())
        else:
            self._sink.videoFrameChanged.connect(self._hand_over, Qt.ConnectionType.DirectConnection)
        self._player.sourceChanged.connect(self._source_changed, queued)
        self._player.mediaStatusChanged.connect(self._status_changed, queued)
        self._player.durationChanged.connect(self._duration_changed, queued)
        self._player.positionChanged.connect(self._position_changed, queued)
        self._player.errorOccurred.connect(self._error_occurred, queued)

    @property
    def lacks_device(self) -> bool:
        """Whether nothing can be heard, because this computer has no sound device."""
        return self._sound_wanted and self._output is None

    def load(self, path: Path) -> None:
        """Opens a file. Call `play` or `pause` next: without it, no frame arrives."""
        if self._player is None:
            return
        self._attach_sound()
        self._wanted = QUrl.fromLocalFile(str(path))
        self._stale = True
        # The empty source makes loading the same file again effective.
        call_later(self._player, "stop")
        call_later(self._player, "setSource", Q_ARG(QUrl, QUrl()))
        call_later(self._player, "setSource", Q_ARG(QUrl, self._wanted))

    def unload(self) -> None:
        """Closes the file; `released` follows."""
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
        """Volume from 0 to 1, linear amplitude."""
        self._volume, self._muted = volume, muted
        if self._output is not None:
            call_later(self._output, "setVolume", Q_ARG("float", volume))
            call_later(self._output, "setMuted", Q_ARG(bool, muted))

    def shutdown(self) -> None:
        """Stops and destroys the player; its queued calls are delivered before this returns."""
        if self._player is None:
            return
        self.unload()
        player, sink, output = self._player, self._sink, self._output
        self._player = self._sink = self._output = None
        QCoreApplication.sendPostedEvents(player, QEvent.Type.MetaCall.value)
        for part in (player, sink, output):
            if part is not None:
                # Deleted by the event loop, which does not hold the GIL while it joins the player's threads.
                part.deleteLater()

    def _attach_sound(self) -> None:
        """Creates the sound output once, and only while the player has no file: swapping outputs during playback can
        freeze.
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
            self.failed.emit(PlayFault.BROKEN)

    @cached_property
    def _look(self) -> QuickLook:
        # Imported late: the strips process never needs it, and its start delays scrubbing.
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
            self.failed.emit(PlayFault.MISSING if missing else PlayFault.BROKEN)
