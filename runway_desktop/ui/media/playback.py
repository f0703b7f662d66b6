"""Playback of a clip or sound, or of up to four in step: play, scrub, shuttle, step and loop act on all, and their
visible frames always belong to one moment. Independent of widgets.

Small rate changes correct drift: a clip ahead is slowed, one behind is sped up, one far ahead pauses. The audible clip
keeps its rate. `tracks.py` aligns the frames.

Times are float seconds here, milliseconds at the engines, microseconds inside a video frame. A clip's position is the
start of the visible frame, not the player's clock, so that a step is exactly one frame. Engines are created with the
first file, from the event loop, never inside a coroutine. GUI thread only; nothing raises, `failed` carries a `Fault`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from runway_desktop.domain.film.timecode import FrameRate, rate_of
from runway_desktop.domain.media import Media
from runway_desktop.ui.building import timer

from .players import MediaEngine
from .tracks import ROUNDING_US, Tracks

MOST = 4
"""Files in step."""
WATCHDOG_MS = 2000
SETTLE_MS = 600
"""Timeout of a seek; then the next one is sent. At 1080p, far from a key frame, a seek takes half a second."""
BALANCE_MS = 80
_AFTER_END_MS = 60
"""Wait for the last frames of several clips."""
REST_MS = 120
"""Pause of a drag over small frames after which the exact frame is sought."""
STEP_BACK_MS = 80
FASTEST = 8


class PlayState(Enum):
    EMPTY = "empty"
    OPENING = "opening"
    PAUSED = "paused"
    PLAYING = "playing"
    FAILED = "failed"


class Scrubbed(QObject):
    """What playback of clips in step and of a sequence have in common: state for the transport, drags, and playing
    backwards by seeks."""

    changed = Signal()
    """Activity, rate, loop or sound changed."""
    moved = Signal(float)
    """Position in seconds."""
    length_known = Signal(float)
    """Length in seconds."""

    def __init__(self, parent: QObject | None) -> None:
        super().__init__(parent)
        self.loop = self.muted = False
        self.volume = 1.0
        self.opens: Callable[[], bool] = lambda: True
        """Called before a person's playing: opens a file that is delayed or was stopped. False if nothing can play."""
        self._runs = False
        self._wanted = False
        """Start playback once all files are open and a seek has ended."""
        self.rate = 1.0
        """Playback rate: 1 is normal speed, negative is backwards."""
        self.glance: Callable[[float], bool] = lambda _seconds: False
        """Shows small frames near a time in seconds during a drag. False if there are none and none are coming."""
        self.range: tuple[float | None, float | None] = (None, None)
        """In and out in seconds, or None: playback repeats what is between them."""
        self.marks: tuple[float, ...] = ()
        """Times with a note, in seconds."""
        self._resume = False
        self._is_scrubbing = False
        self._rest = timer(self, REST_MS, self._rested)
        self._backwards = timer(self, STEP_BACK_MS, self._step_back, repeats=True)
        self._clock = QElapsedTimer()
        self._reverse_from = 0.0
        """Exact position of backward playback in seconds, between the frames that are shown."""

    @property
    def is_playing(self) -> bool:
        """Whether it plays, or will once it can."""
        return self._runs or self._wanted

    @property
    def shows_result(self) -> bool:
        """Whether there is something to play."""
        raise NotImplementedError

    @property
    def activity(self) -> PlayState:
        raise NotImplementedError

    @property
    def position(self) -> float:
        raise NotImplementedError

    @property
    def length(self) -> float:
        raise NotImplementedError

    @property
    def lacks_device(self) -> bool:
        raise NotImplementedError

    @property
    def rate_shown(self) -> FrameRate | None:
        raise NotImplementedError

    def step(self, frames: int) -> None:
        raise NotImplementedError

    @property
    def is_glancing(self) -> bool:
        """A drag shows small frames instead of seeking; `position` follows the pointer."""
        return self._rest.isActive()

    def toggle_play(self) -> None:
        if self.is_playing:
            self.pause()
        elif self.opens():
            self.play()

    def shuttle(self, direction: int) -> None:
        """1 plays forward, −1 backward; each repetition doubles the rate, up to 8. 0 pauses. Like J, K, L in a video
        editor."""
        if direction == 0:
            self.pause()
        elif not self.opens():
            return
        elif direction > 0:
            self.play(min(self.rate * 2, FASTEST) if self._runs and self.rate >= 1 else 1.0)
        elif self.shows_result:
            faster = max(self.rate * 2, -FASTEST) if self._backwards.isActive() else -1.0
            self._halt()
            self.rate, self._runs = faster, True
            self._reverse_from = self.position
            self._clock.start()
            self._backwards.start()
            self.changed.emit()

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
            self._send_sound()
            self.changed.emit()

    def begin_scrub(self) -> None:
        """Pauses for a drag; `end_scrub` seeks to the exact frames and resumes playback if it was on."""
        self._resume = self.is_playing
        self._is_scrubbing = True
        self._halt()
        self.changed.emit()

    def end_scrub(self) -> None:
        self._is_scrubbing = False
        if self.is_glancing:
            self._rested()
        if self._resume:
            self._resume = False
            self.play()

    def play(self, rate: float = 1.0) -> None:
        raise NotImplementedError

    def pause(self) -> None:
        raise NotImplementedError

    def seek(self, seconds: float) -> None:
        raise NotImplementedError

    def _halt(self) -> None:
        """Stops timers and players without a seek."""
        raise NotImplementedError

    def _seek_frame(self, seconds: float) -> None:
        """Shows the frame of that moment."""
        raise NotImplementedError

    def _send_sound(self) -> None:
        raise NotImplementedError

    def _rested(self) -> None:
        self._rest.stop()
        self._seek_frame(self.position)

    def _step_back(self) -> None:
        self._reverse_from = max(0.0, self._reverse_from + self.rate * self._clock.restart() / 1000)
        self._seek_frame(self._reverse_from)
        if self._reverse_from <= (self.range[0] or 0.0):
            self.pause()


class Playback(Scrubbed):
    frame = Signal(object)
    """A QVideoFrame of the first file to show."""
    shown = Signal(object)
    """Dict of file index to QVideoFrame: the frames to show now, all of one moment."""
    failed = Signal(object, int)
    """A `Fault`, and the index of its file."""
    released = Signal()
    """All files are closed."""

    def __init__(
        self,
        parent: QObject | None = None,
        make_engine: Callable[[QObject], MediaEngine] = MediaEngine,
        watchdog_ms: int = WATCHDOG_MS,
        *,
        patience_ms: int = SETTLE_MS,
    ) -> None:
        super().__init__(parent)
        self._tracks = tracks = Tracks(self, make_engine, patience_ms=patience_ms, watchdog_ms=watchdog_ms)
        tracks.moved.connect(self.moved)
        tracks.length_known.connect(self.length_known)
        tracks.shown.connect(self._show)
        tracks.failed.connect(self.failed)
        tracks.released.connect(self.released)
        tracks.there.connect(self._all_there)
        tracks.settled.connect(self._settled)
        tracks.reached.connect(self._reached)
        tracks.lost.connect(self._lost)
        tracks.ended.connect(self._all_ended)
        self._files: tuple[tuple[Path, Media] | None, ...] = ()
        self.heard = 0
        """Index of the file whose sound is on."""
        self._start_at = 0.0
        self._opener = timer(self, 0, lambda: self._tracks.open(self._files))
        self._end = timer(self, _AFTER_END_MS, self._end_reached)
        self._balancer = timer(self, BALANCE_MS, lambda: self._tracks.balance(self.rate), repeats=True)

    @property
    def activity(self) -> PlayState:
        if not any(self._files):
            return PlayState.EMPTY
        if self._opener.isActive() or self._tracks.are_opening:
            return PlayState.OPENING
        if not self._tracks.any_clip:
            return PlayState.FAILED
        return PlayState.PLAYING if self.is_playing else PlayState.PAUSED

    @property
    def shows_result(self) -> bool:
        return self._tracks.are_there

    @property
    def has_clips(self) -> bool:
        return self._tracks.any_clip or self._opener.isActive()

    @property
    def position(self) -> float:
        return self._tracks.position

    @property
    def length(self) -> float:
        return self._tracks.length

    @property
    def is_seeking(self) -> bool:
        return self._tracks.is_seeking

    @property
    def rate_shown(self) -> FrameRate | None:
        """Frames a second of the audible clip, else of the first; None without frames."""
        return rate_of(1e6 / self._tracks.frame_us) if self._tracks.half_us else None

    @property
    def lacks_device(self) -> bool:
        """A file has sound, and this computer has no device to play it."""
        return self._tracks.lacks_device

    def starts(self) -> dict[int, int]:
        """Start of the visible frame in microseconds, by index, of clips that have not ended."""
        return self._tracks.starts()

    def open(self, path: Path, *, pictures: bool, play: bool = False) -> None:
        """Opens a single file: shows a clip's first frame (`pictures`), or prepares a sound."""
        self.open_all([(path, Media.VIDEO if pictures else Media.AUDIO)], play=play)

    def open_all(self, files: Sequence[tuple[Path, Media] | None], *, at: float = 0.0, play: bool = False) -> None:
        """Opens the files in the next pass of the event loop and shows each at `at` seconds. None leaves a place
        empty. A file that is already open in its place is kept."""
        self._forget()
        self._files, self._wanted, self._start_at = tuple(files[:MOST]), play and any(files), at
        self._opener.start()
        self.changed.emit()

    def let_go(self, position: int) -> None:
        """Closes a file that was replaced; the next `open_all` reopens it."""
        self._tracks.let_go(position)

    def close(self) -> None:
        """Closes the files; `released` follows."""
        self._forget()
        self._opener.stop()
        self._files = ()
        self._tracks.close()
        self.changed.emit()

    def shutdown(self) -> None:
        self.close()
        self._tracks.shutdown()

    def play(self, rate: float = 1.0) -> None:
        if not self.has_clips:
            return
        self._backwards.stop()
        self.rate = rate
        self._wanted = True
        if self._tracks.are_there and not self.is_seeking:
            begin, end = self._bounds()
            if begin <= round(self.position * 1e6) < end - self._tracks.frame_us * 1.1:
                self._go()
                return
            self._tracks.seek(begin + self._tracks.half_us)
        self.changed.emit()

    def pause(self) -> None:
        """Pauses; of several, seeks every player to the moment that is visible."""
        ran = self._runs
        self._halt()
        if ran and self._tracks.are_there and not self._tracks.is_single:
            self._tracks.seek(round(self.position * 1e6) + self._tracks.half_us)
        self.changed.emit()

    def step(self, frames: int) -> None:
        """Steps by frames of the audible clip, else of the first; sound by tenths of a second."""
        if not self.opens() or not self._tracks.are_there:
            return
        length, half = self._tracks.frame_us, self._tracks.half_us
        aim = self._tracks.aim
        start = aim - half if aim is not None else self._tracks.visible_us
        if self.is_playing:
            self._halt()
            self.changed.emit()
        self._tracks.seek(start + frames * length + half)

    def seek(self, seconds: float) -> None:
        """Seeks to a time in seconds, clamped to the files. Playback continues from there."""
        if not self._tracks.are_there:
            return
        if self._is_scrubbing and self.glance(seconds):
            self._tracks.halt(pause=False)
            self._tracks.move_to(round(min(max(seconds, 0.0), self.length) * 1e6))
            self._rest.start()
            return
        if self._runs:
            rate = self.rate
            self._halt()
            self.rate, self._wanted = max(rate, 1.0), True
        self._seek_frame(seconds)

    def from_here(self) -> tuple[float, float]:
        """In at the visible frame; out as it is, if it is later, else at the end."""
        here, end = self._tracks.visible_us / 1e6, self.range[1] or self.length
        return here, end if end > here else self.length

    def to_here(self) -> tuple[float, float]:
        """Out after the visible frame; in as it is, if it is earlier, else at the beginning."""
        here, begin = (self._tracks.visible_us + self._tracks.frame_us) / 1e6, self.range[0] or 0.0
        return begin if begin < here else 0.0, min(here, self.length)

    def before(self, out: float) -> float:
        """A time within the last frame before *out*."""
        return max(0.0, out - self._tracks.half_us / 1e6)

    def set_range(self, begin: float | None, end: float | None, marks: tuple[float, ...] = ()) -> None:
        if (begin, end) != self.range or marks != self.marks:
            self.range, self.marks = (begin, end), marks
            self.changed.emit()

    def show_again(self) -> None:
        """Emits the current frames again, after small frames replaced them."""
        self._tracks.show_again()

    def hear(self, position: int) -> None:
        """Selects the only audible file."""
        if position != self.heard:
            self.heard = position
            self._send_sound()
            self.changed.emit()

    def _send_sound(self) -> None:
        # Perceived loudness is logarithmic, a player's volume is an amplitude; squaring approximates it.
        self._tracks.hear(self.heard, self.volume**2, muted=self.muted)

    def _forget(self) -> None:
        self._halt()
        self._is_scrubbing = self._resume = False
        self._tracks.position = self._tracks.length = 0.0

    def _halt(self) -> None:
        """Stops timers and players without a seek: they may stand at different moments."""
        for running in (self._balancer, self._backwards, self._end, self._rest):
            running.stop()
        self._wanted = False
        self._tracks.halt(pause=self._runs)
        self._runs = False
        self.rate = 1.0

    def _bounds(self) -> tuple[int, float]:
        begin, end = self.range
        return round((begin or 0.0) * 1e6), (end or self.length or math.inf) * 1e6

    def _go(self) -> None:
        self._wanted = False
        self._runs = True
        self._tracks.run(self.rate)
        if not self._tracks.is_single:
            self._balancer.start()
        self.changed.emit()

    def _show(self, frames: dict[int, Any]) -> None:
        if 0 in frames:
            self.frame.emit(frames[0])
        self.shown.emit(frames)

    def _all_there(self) -> None:
        start = round(self._start_at * 1e6)
        if not self._tracks.are_at(start):
            self._tracks.seek(start + self._tracks.half_us)
            self.changed.emit()
        elif self._wanted:
            self.play(self.rate)
        else:
            self.changed.emit()

    def _settled(self) -> None:
        if self._wanted and self._tracks.are_there:
            self._go()

    def _reached(self, moment: int) -> None:
        if self.range[1] is not None and moment + self._tracks.frame_us + ROUNDING_US >= self._bounds()[1]:
            self._end_reached()

    def _lost(self) -> None:
        if self._wanted and not self._runs and self._tracks.are_there and not self.is_seeking:
            self._go()
            return
        if not self._tracks.any_clip:
            self._halt()
        self.changed.emit()

    def _all_ended(self) -> None:
        if self._tracks.is_single:
            self._end_reached()
        else:
            self._end.start()

    def _end_reached(self) -> None:
        if not self._runs or self._backwards.isActive():
            return
        rate = self.rate
        self._halt()
        if self.loop or self.range != (None, None):
            self.rate, self._wanted = rate, True
            self._tracks.seek(self._bounds()[0] + self._tracks.half_us)
        else:
            self._tracks.move_to(round(self.length * 1e6))
        self.changed.emit()

    def _seek_frame(self, seconds: float) -> None:
        # Slightly later: a seek to the exact start of a frame may give the frame before.
        self._tracks.seek(round(seconds * 1e6) + min(1000, self._tracks.half_us))
