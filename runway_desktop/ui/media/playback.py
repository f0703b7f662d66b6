"""Playback of one clip or sound: play, scrub, frame steps, shuttle, loop. Controls one engine; independent of widgets.

Times are float seconds here, milliseconds at the engine, microseconds inside a video frame. A clip's position is the
start of the visible frame, not the player's clock, so that a step is exactly one frame. GUI thread only; nothing
raises, `failed` carries a `Fault`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.ui.building import timer

from .players import MediaEngine, PlayFault

WATCHDOG_MS = 2000
SETTLE_MS = 600
"""Timeout of a seek; then the next one is sent. At 1080p, far from a key frame, a seek takes half a second."""
SILENT_END_MS = 400
"""Rest at the end of a sound after which it has ended."""
REST_MS = 120
"""Pause of a drag over small frames after which the exact frame is sought."""
STEP_BACK_MS = 80
FASTEST = 8
FALLBACK_FRAME_US = 41_667
"""One frame at 24 per second, for files without a frame duration."""


class PlayState(Enum):
    EMPTY = "empty"
    OPENING = "opening"
    PAUSED = "paused"
    PLAYING = "playing"
    FAILED = "failed"


class Scrubbed(QObject):
    """What playback of one clip and of several have in common: drags, and playing backwards by seeks."""

    def __init__(self, parent: QObject | None) -> None:
        super().__init__(parent)
        self.rate = 1.0
        """Playback rate: 1 is normal speed, negative is backwards."""
        self.glance: Callable[[float], bool] = lambda _seconds: False
        """Shows small frames near a time in seconds during a drag. False if there are none and none are coming."""
        self._resume = False
        self._is_scrubbing = False
        self._rest = timer(self, REST_MS, self._rested)
        self._backwards = timer(self, STEP_BACK_MS, self._step_back, repeats=True)
        self._clock = QElapsedTimer()
        self._reverse_from = 0.0
        """Exact position of backward playback in seconds, between the frames that are shown."""

    @property
    def is_glancing(self) -> bool:
        """A drag shows small frames instead of seeking; `position` follows the pointer."""
        return self._rest.isActive()

    def begin_scrub(self) -> None:
        """Pauses for a drag; `end_scrub` seeks to the exact frames and resumes playback if it was on."""
        raise NotImplementedError

    def end_scrub(self) -> None:
        self._is_scrubbing = False
        if self.is_glancing:
            self._rested()
        if self._resume:
            self._resume = False
            self.play()

    def play(self, rate: float = 1.0) -> None:
        raise NotImplementedError

    def seek(self, seconds: float) -> None:
        raise NotImplementedError

    def _rested(self) -> None:
        raise NotImplementedError

    def _step_back(self) -> None:
        raise NotImplementedError


class Playback(Scrubbed):
    """Plays one file at a time. The engine is created with the first file, from the event loop, never inside a
    coroutine."""

    changed = Signal()
    """Activity, rate, loop or volume changed."""
    moved = Signal(float)
    """Position in seconds."""
    length_known = Signal(float)
    """Duration in seconds."""
    frame = Signal(object)
    """A QVideoFrame to show."""
    failed = Signal(object)
    """A `Fault`."""
    released = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        make_engine: Callable[[QObject], MediaEngine] = MediaEngine,
        watchdog_ms: int = WATCHDOG_MS,
    ) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._engine: MediaEngine | None = None
        self._closed = False
        self._path: Path | None = None
        self._look = QuickLook()
        self._pictures = False
        self.activity = PlayState.EMPTY
        self.position = 0.0
        self.duration = 0.0
        self.loop = False
        self.volume = 1.0
        self.muted = False
        self.lacks_device = False
        """The file has sound, and this computer has no device to play it."""
        self._play_when_open = False
        self._ended = False
        self._shown: tuple[int, int] | None = None
        self._target: int | None = None
        """Target of the current seek in microseconds: frames that do not cover it are from before."""
        self._held: Any = None
        self._next_seek: int | None = None
        """Target of the next seek, sent when the current one ends."""
        self._opener = timer(self, 0, self._open_now)
        self._watchdog = timer(self, watchdog_ms, lambda: self._engine_failed(PlayFault.NO_PICTURE))
        self._settle = timer(self, SETTLE_MS, self._settled)
        self._silent_end = timer(self, SILENT_END_MS, self._ended_silently)

    @property
    def is_playing(self) -> bool:
        return self.activity is PlayState.PLAYING or (self.activity is PlayState.OPENING and self._play_when_open)

    def open(self, path: Path, *, pictures: bool, play: bool = False) -> None:
        """Opens a file in the next pass of the event loop: shows a clip's first frame (`pictures`), or prepares a
        sound.
        """
        self._forget()
        self._path, self._pictures, self._play_when_open = path, pictures, play
        self.activity = PlayState.OPENING
        self._opener.start()
        self.changed.emit()

    def close(self) -> None:
        """Closes the file; `released` follows."""
        self._forget()
        self._path = None
        self.activity = PlayState.EMPTY
        if self._engine is None:
            self.released.emit()
        else:
            self._engine.unload()
        self.changed.emit()

    def shutdown(self) -> None:
        self._forget()
        self.activity = PlayState.EMPTY
        self._closed = True
        if self._engine is not None:
            self._engine.shutdown()

    def toggle(self) -> None:
        if self.is_playing:
            self.pause()
        else:
            self.play()

    def play(self, rate: float = 1.0) -> None:
        if self.activity is PlayState.OPENING:
            self._play_when_open = True
            self.changed.emit()
        elif self._ready():
            self._backwards.stop()
            if self._ended or self._at_end():
                self._seek_us(0)
            self._ended = False
            self._set_rate(rate)
            self._engine_now().play()
            self._enter(PlayState.PLAYING)

    def pause(self) -> None:
        self._backwards.stop()
        if self.activity is PlayState.OPENING:
            self._play_when_open = False
            self.changed.emit()
        elif self._ready():
            if not self._ended:
                self._engine_now().pause()
            self._set_rate(1.0)
            self._enter(PlayState.PAUSED)

    def shuttle(self, direction: int) -> None:
        """1 plays forward, −1 backward; each repetition doubles the rate, up to 8. 0 pauses. Like J, K, L in a video
        editor."""
        if direction == 0:
            self.pause()
        elif direction > 0:
            faster = self.rate * 2 if self.activity is PlayState.PLAYING and self.rate >= 1 else 1.0
            self.play(min(faster, FASTEST))
        elif self._ready():
            faster = self.rate * 2 if self._backwards.isActive() else -1.0
            self._wake()
            self._engine_now().pause()
            self.rate = max(faster, -FASTEST)
            self._reverse_from = self.position
            self._clock.start()
            self._backwards.start()
            self._enter(PlayState.PLAYING)

    def step(self, frames: int) -> None:
        """Steps by frames, backward if negative. Sound moves by tenths of a second."""
        if not self._ready():
            return
        if self.activity is PlayState.PLAYING:
            self.pause()
        if not self._pictures:
            self.seek(self.position + frames * 0.1)
            return
        length = self._frame_us()
        aim = self._next_seek if self._next_seek is not None else self._target
        if aim is not None:
            start = aim - length // 2
        elif self._shown is not None:
            start = self._shown[0]
        else:
            start = round(self.position * 1e6)
        self._seek_us(start + frames * length + length // 2)

    def seek(self, seconds: float) -> None:
        if not self._ready():
            return
        if self._is_scrubbing and self._pictures and self.glance(seconds):
            self._settle.stop()
            self._target = self._next_seek = self._held = None
            self._moved(min(max(seconds, 0.0), self.duration))
            self._rest.start()
        else:
            # Slightly later: a seek to the exact start of a frame may give the frame before.
            self._seek_us(round(seconds * 1e6) + (1000 if self._pictures else 0))

    def begin_scrub(self) -> None:
        self._is_scrubbing = True
        self._resume = self.activity is PlayState.PLAYING
        if self._resume:
            self.pause()

    def set_loop(self, loop: bool) -> None:
        if loop != self.loop:
            self.loop = loop
            self.changed.emit()

    def toggle_loop(self) -> None:
        self.set_loop(not self.loop)

    def toggle_sound(self) -> None:
        self.set_volume(self.volume, not self.muted)

    def set_volume(self, volume: float, muted: bool) -> None:
        """Volume from 0 to 1 on a perceptual scale."""
        if (volume, muted) != (self.volume, self.muted):
            self.volume, self.muted = volume, muted
            self._send_volume()
            self.changed.emit()

    def _at_end(self) -> bool:
        last = self._frame_us() / 1e6 * 1.1 if self._pictures else 0.02
        return self.duration > last and self.position >= self.duration - last

    def _ready(self) -> bool:
        return self.activity in (PlayState.PAUSED, PlayState.PLAYING)

    def _enter(self, activity: PlayState) -> None:
        self.activity = activity
        self.changed.emit()

    def _engine_now(self) -> MediaEngine:
        if self._engine is None:
            engine = self._make_engine(self)
            engine.frame.connect(self._frame_came)
            engine.loaded.connect(self._loaded)
            engine.duration.connect(self._duration_came)
            engine.position.connect(self._position_came)
            engine.ended.connect(self._end_reached)
            engine.failed.connect(self._engine_failed)
            engine.released.connect(self.released)
            self._engine = engine
            self._send_volume()
        return self._engine

    def _send_volume(self) -> None:
        if self._engine is not None:
            # Perceived loudness is logarithmic, a player's volume is an amplitude; squaring approximates it.
            self._engine.set_volume(self.volume**2, self.muted)

    def _forget(self) -> None:
        clocks = (self._opener, self._watchdog, self._settle, self._rest, self._backwards, self._silent_end)
        for running in clocks:
            running.stop()
        self._is_scrubbing = False
        self.position = self.duration = 0.0
        self._set_rate(1.0)
        self._ended = self._resume = self._play_when_open = False
        self._shown = self._target = self._held = self._next_seek = None

    def _set_rate(self, rate: float) -> None:
        if rate != self.rate:
            self.rate = rate
            if self._engine is not None:
                self._engine.set_rate(rate)

    def _open_now(self) -> None:
        if self._path is None or self._closed:
            return
        engine = self._engine_now()
        if not self._look.is_file(self._path):
            self._engine_failed(PlayFault.MISSING)
            return
        engine.load(self._path)
        engine.pause()
        if self._pictures:
            self._watchdog.start()

    def _loaded(self, pictures: bool, sound: bool) -> None:
        if self.activity is not PlayState.OPENING:
            return
        self.lacks_device = sound and self._engine_now().lacks_device
        if not pictures:
            # A video container may hold only sound; then there is no frame to wait for.
            self._pictures = False
            self._watchdog.stop()
        if not self._pictures:
            self._opened()

    def _opened(self) -> None:
        self._enter(PlayState.PAUSED)
        if self._play_when_open:
            self._play_when_open = False
            self.play()

    def _frame_came(self, frame: Any) -> None:
        # Frames that arrive during a drag over small frames belong to an earlier position.
        if self.activity in (PlayState.EMPTY, PlayState.FAILED) or not self._pictures or self.is_glancing:
            return
        self._watchdog.stop()
        if self._next_seek is not None and _covers(frame, self._next_seek):
            self._next_seek = None
        elif self._target is not None and not _covers(frame, self._target):
            self._held = frame
            return
        self._show(frame)
        if self.activity is PlayState.OPENING:
            self._opened()

    def _show(self, frame: Any) -> None:
        self._shown = (frame.startTime(), frame.endTime())
        self._held = None
        self._target = None
        self.frame.emit(frame)
        self._moved(max(frame.startTime(), 0) / 1e6)
        self._settle.stop()
        if self._next_seek is not None:
            self._send_seek(self._next_seek)

    def _frame_us(self) -> int:
        if self._shown is not None and self._shown[1] > self._shown[0]:
            return self._shown[1] - self._shown[0]
        return FALLBACK_FRAME_US

    def _duration_came(self, milliseconds: int) -> None:
        self.duration = milliseconds / 1000
        self.length_known.emit(self.duration)

    def _position_came(self, milliseconds: int) -> None:
        if self._pictures or self._ended or self._target is not None:
            return
        self._moved(milliseconds / 1000)
        if self.activity is PlayState.PLAYING and milliseconds >= round(self.duration * 1000) > 0:
            self._silent_end.start()

    def _ended_silently(self) -> None:
        """Without a sound device, a player does not tell the end of a sound."""
        if self._at_end():
            self._engine_now().pause()
            self._end_reached()

    def _moved(self, seconds: float) -> None:
        if seconds != self.position:
            self.position = seconds
            self.moved.emit(seconds)

    def _end_reached(self) -> None:
        if self.activity is not PlayState.PLAYING or self._backwards.isActive():
            return
        self._ended = True
        self._silent_end.stop()
        if self.loop:
            rate = self.rate
            self._moved(0.0)
            self.play(rate)
        else:
            self._moved(self.duration)
            self._set_rate(1.0)
            self._enter(PlayState.PAUSED)

    def _engine_failed(self, fault: PlayFault) -> None:
        if self.activity in (PlayState.EMPTY, PlayState.FAILED):
            return
        self._forget()
        self._enter(PlayState.FAILED)
        if self._engine is not None:
            self._engine.unload()
        self.failed.emit(fault)

    def _wake(self) -> None:
        """A player that reached its end is stopped and ignores seeks; a paused one does not."""
        if self._ended:
            self._ended = False
            self._engine_now().pause()

    def _seek_us(self, microseconds: int) -> None:
        last = round(self.duration * 1e6)
        if self._pictures and last:
            last -= self._frame_us() // 2
        target = max(0, min(microseconds, last) if last else microseconds)
        self._wake()
        if self._settle.isActive():
            # One seek at a time: a drag requests hundreds, and only the newest matters.
            self._next_seek = target
        else:
            self._send_seek(target)
        if not self._pictures:
            self._moved(target / 1e6)

    def _send_seek(self, target: int) -> None:
        self._target = target
        self._next_seek = self._held = None
        self._settle.start()
        self._engine_now().seek(target // 1000)

    def _settled(self) -> None:
        if self._next_seek is not None:
            self._send_seek(self._next_seek)
            return
        self._target = None
        if self._held is not None:
            self._show(self._held)

    def _rested(self) -> None:
        self._rest.stop()
        self._seek_us(round(self.position * 1e6) + 1000)

    def _step_back(self) -> None:
        self._reverse_from = max(0.0, self._reverse_from + self.rate * self._clock.restart() / 1000)
        self._seek_us(round(self._reverse_from * 1e6))
        if self._reverse_from <= 0:
            self.pause()


def _covers(frame: Any, microseconds: int) -> bool:
    start = frame.startTime()
    return bool(start <= microseconds < max(frame.endTime(), start + 1))
