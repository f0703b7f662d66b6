"""Up to four clips that play as one: play, scrub, shuttle, step and loop move all of them, and what is shown is always
of the same moment.

Each player runs by a clock of its own, so frames are not shown as they come: they wait until every clip has reached
their moment, and are shown together. Whoever runs ahead is slowed a little, whoever falls behind is hurried, and who
is far ahead rests; the clip that is heard keeps its pace, for the ear's sake. A clip that is shorter than the others
keeps its last frame. Seeks count as done when every clip has its frame, or after a moment's patience.

Times are float seconds outside, microseconds inside. Engines are made at the first file, from the event loop, never
inside a coroutine. GUI thread only; nothing raises, `failed` carries a `Fault`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from runway_desktop.domain.task import Media
from runway_desktop.ui.media.playback import FASTEST, STEP_BACK_MS, WATCHDOG_MS, Engine
from runway_desktop.ui.media.players import Fault, MediaEngine

from .pace import balance
from .track import ROUNDING_US, Phase, Track

MOST = 4
PATIENCE_MS = 400
"""How long a seek waits for the slowest clip."""
BALANCE_MS = 80
_AFTER_END_MS = 60


class InStep(QObject):
    changed = Signal()
    """Playing or not, pace, range, or sound."""
    moved = Signal(float)
    """Position, seconds."""
    length_known = Signal(float)
    """Length of the longest clip, seconds."""
    shown = Signal(object)
    """A dict of place → QVideoFrame: what these places show from now on, all of one moment."""
    failed = Signal(int, object)
    """Place, and a `Fault`."""

    def __init__(
        self,
        parent: QObject | None = None,
        make_engine: Callable[[QObject], Engine] = MediaEngine,
        *,
        patience_ms: int = PATIENCE_MS,
        watchdog_ms: int = WATCHDOG_MS,
    ) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._tracks: list[Track] = []
        self._files: tuple[tuple[Path, Media] | None, ...] = ()
        self._closed = False
        self.is_playing = False
        self.position = 0.0
        self.length = 0.0
        self.rate = 1.0
        """Negative while it runs backwards; 1 at normal speed."""
        self.range: tuple[float | None, float | None] = (None, None)
        """Where a loop begins and ends, seconds."""
        self.muted = False
        self.heard = 0
        """The place whose sound is on."""
        self._wanted = False
        """To play as soon as all clips are there."""
        self._resume = False
        self._start_at = 0.0
        self._next_seek: int | None = None
        self._opener = _single_shot(self, 0, self._open_now)
        self._watchdog = _single_shot(self, watchdog_ms, self._nothing_came)
        self._patience = _single_shot(self, patience_ms, self._out_of_patience)
        self._end = _single_shot(self, _AFTER_END_MS, self._end_reached)
        self._balancer = _repeating(self, BALANCE_MS, self._balance)
        self._backwards = _repeating(self, STEP_BACK_MS, self._step_back)
        self._clock = QElapsedTimer()
        self._reverse_from = 0.0

    @property
    def has_clips(self) -> bool:
        return any(track.phase in (Phase.OPENING, Phase.READY) for track in self._tracks) or self._opener.isActive()

    @property
    def is_seeking(self) -> bool:
        return any(track.target is not None for track in self._tracks)

    @property
    def loops(self) -> bool:
        return self.range != (None, None)

    def starts(self) -> dict[int, int]:
        """Start of the frame that each clip shows, microseconds, of those that have not ended."""
        return {place: track.start for place, track in enumerate(self._tracks) if track.leads}

    def open(self, files: Sequence[tuple[Path, Media] | None], *, at: float = 0.0, play: bool = False) -> None:
        """Shows each at that many seconds, a moment later; None leaves a place silent and dark. What a place holds
        already is opened anew only if another file comes."""
        self._halt()
        self._files, self._wanted, self._start_at = tuple(files[:MOST]), play, at
        self.position, self.length = 0.0, 0.0
        if not at:
            self.range = (None, None)
        self._opener.start()
        self.changed.emit()

    def close(self) -> None:
        """Lets go of all files."""
        self._halt()
        self._opener.stop()
        self._files = ()
        for track in self._tracks:
            track.close()
        self.changed.emit()

    def shutdown(self) -> None:
        self.close()
        self._closed = True
        for track in self._tracks:
            track.engine.shutdown()
        self._tracks.clear()

    def toggle(self) -> None:
        if self.is_playing or self._wanted:
            self.pause()
        else:
            self.play()

    def play(self, rate: float = 1.0) -> None:
        self._backwards.stop()
        self.rate = rate
        begin, end = self._bounds()
        at = round(self.position * 1e6)
        self._wanted = True
        if self._ready() and not self.is_seeking:
            if not begin <= at < end - self._frame_us() * 1.1:
                self._seek_us(begin + self._frame_us() // 2)
            else:
                self._go()
                return
        self.changed.emit()

    def pause(self) -> None:
        """Stands still where it is: every player goes to the moment that is shown."""
        was_playing = self.is_playing
        self._halt()
        if was_playing and self._ready():
            self._seek_us(round(self.position * 1e6) + self._frame_us() // 2)
        self.changed.emit()

    def shuttle(self, direction: int) -> None:
        """1 plays, again and it doubles, up to 8 times; -1 the same backwards; 0 stops."""
        if direction == 0:
            self.pause()
        elif direction > 0:
            self.play(min(self.rate * 2, FASTEST) if self.is_playing and self.rate >= 1 else 1.0)
        elif self._ready():
            faster = max(self.rate * 2, -FASTEST) if self._backwards.isActive() else -1.0
            self._halt()
            self.rate, self.is_playing = faster, True
            self._reverse_from = self.position
            self._clock.start()
            self._backwards.start()
            self.changed.emit()

    def step(self, frames: int) -> None:
        """By frames of the clip that is heard, or else of the first one."""
        if not self._ready():
            return
        length = self._frame_us()
        at = self._next_seek if self._next_seek is not None else self._target()
        start = at - length // 2 if at is not None else round(self.position * 1e6)
        if self.is_playing:
            self._halt()
            self.changed.emit()
        self._seek_us(start + frames * length + length // 2)

    def seek(self, seconds: float) -> None:
        """While it plays, it goes on from there."""
        if not self._ready():
            return
        if self.is_playing:
            rate = self.rate
            self._halt()
            self.rate, self._wanted = max(rate, 1.0), True
        self._seek_us(round(seconds * 1e6) + 1000)

    def begin_scrub(self) -> None:
        """Holds still while a person drags; `end_scrub` goes on playing if it did."""
        self._resume = self.is_playing or self._wanted
        self._halt()
        self.changed.emit()

    def end_scrub(self) -> None:
        if self._resume:
            self._resume = False
            self.play()

    def set_in(self) -> None:
        """The loop begins here."""
        end = self.range[1]
        self._set_range((self.position, end if end is None or end > self.position else None))

    def set_out(self) -> None:
        """The loop ends with the shown frame."""
        begin = self.range[0]
        here = self.position + self._frame_us() / 1e6
        self._set_range((begin if begin is None or begin < here else None, here))

    def clear_range(self) -> None:
        self._set_range((None, None))

    def hear(self, place: int) -> None:
        """One sound at a time."""
        if place != self.heard:
            self.heard = place
            self._send_sound()
            self.changed.emit()

    def set_muted(self, muted: bool) -> None:
        if muted != self.muted:
            self.muted = muted
            self._send_sound()
            self.changed.emit()

    def _set_range(self, wanted: tuple[float | None, float | None]) -> None:
        if wanted != self.range:
            self.range = wanted
            self.changed.emit()

    def _halt(self) -> None:
        """All players stand; where exactly is for a seek to say."""
        for timer in (self._balancer, self._backwards, self._end, self._patience):
            timer.stop()
        self._wanted = False
        self._next_seek = None
        for track in self._tracks:
            track.waiting.clear()
            track.target = track.held = None
            if self.is_playing and track.is_ready:
                track.pause()
        self.is_playing = False
        self.rate = 1.0

    def _open_now(self) -> None:
        if self._closed:
            return
        for place, file in enumerate(self._files):
            while len(self._tracks) <= place:
                self._tracks.append(self._new_track())
            track = self._tracks[place]
            if file is None:
                track.close()
            elif track.path == file[0] and track.is_ready:
                self._tell([track])
            elif not file[0].is_file():
                track.close()
                track.phase = Phase.FAILED
                self.failed.emit(place, Fault.MISSING)
            else:
                track.open(file[0], pictures=file[1] is Media.VIDEO)
        for track in self._tracks[len(self._files) :]:
            track.close()
        self._send_sound()
        self._length_moved()
        if any(track.phase is Phase.OPENING for track in self._tracks):
            self._watchdog.start()
        elif self._ready():
            self._all_there()

    def _new_track(self) -> Track:
        track = Track(self._make_engine(self))
        engine = track.engine
        engine.frame.connect(partial(self._frame_came, track))
        engine.loaded.connect(partial(self._loaded, track))
        engine.duration.connect(partial(self._duration_came, track))
        engine.position.connect(partial(self._position_came, track))
        engine.ended.connect(partial(self._ended, track))
        engine.failed.connect(partial(self._track_failed, track))
        return track

    def _send_sound(self) -> None:
        for place, track in enumerate(self._tracks):
            track.engine.set_volume(1.0, self.muted or place != self.heard)

    def _ready(self) -> bool:
        """Every clip that can be shown is there."""
        phases = {track.phase for track in self._tracks}
        return Phase.READY in phases and Phase.OPENING not in phases

    def _bounds(self) -> tuple[int, int]:
        begin, end = self.range
        return round((begin or 0.0) * 1e6), round((self.length if end is None else end) * 1e6)

    def _target(self) -> int | None:
        return max((track.target for track in self._tracks if track.target is not None), default=None)

    def _beat(self) -> Track | None:
        """The clip that sets the pace: the one that is heard, or the first that has frames."""
        clips = [track for track in self._tracks if track.is_ready and track.pictures]
        if self.heard < len(self._tracks) and self._tracks[self.heard] in clips:
            return self._tracks[self.heard]
        return clips[0] if clips else None

    def _frame_us(self) -> int:
        beat = self._beat()
        return beat.frame_us if beat is not None else 40_000

    def _go(self) -> None:
        self._wanted = False
        self.is_playing = True
        for track in self._tracks:
            if track.is_ready:
                track.play(self.rate)
        self._balancer.start()
        self.changed.emit()

    def _loaded(self, track: Track, pictures: bool, _sound: bool) -> None:
        if track.phase is Phase.OPENING and not pictures:
            track.pictures = False
            self._opened(track)

    def _opened(self, track: Track) -> None:
        track.phase = Phase.READY
        if self._ready():
            self._all_there()

    def _all_there(self) -> None:
        self._watchdog.stop()
        start = round(self._start_at * 1e6)
        elsewhere = any(abs(track.start - start) >= track.frame_us for track in self._tracks if track.is_ready)
        if elsewhere:
            self._seek_us(start + self._frame_us() // 2)
            self.changed.emit()
        elif self._wanted:
            self._go()
        else:
            self.changed.emit()

    def _duration_came(self, track: Track, milliseconds: int) -> None:
        track.duration = milliseconds * 1000
        self._length_moved()

    def _length_moved(self) -> None:
        length = max((track.duration for track in self._tracks), default=0) / 1e6
        if length != self.length:
            self.length = length
            self.length_known.emit(length)

    def _frame_came(self, track: Track, frame: Any) -> None:
        if track.phase is Phase.OPENING:
            track.show(frame)
            self._tell([track])
            self._opened(track)
        elif not track.is_ready:
            return
        elif track.target is not None:
            if track.take(frame):
                self._seek_settles()
        elif self.is_playing and not self._backwards.isActive():
            track.waiting.append(frame)
            self._release()

    def _seek_settles(self) -> None:
        if self.is_seeking:
            return
        self._patience.stop()
        self._tell([track for track in self._tracks if track.is_ready and track.pictures])
        if self._next_seek is not None:
            self._seek_us(self._next_seek)
        elif self._wanted and self._ready():
            self._go()

    def _tell(self, tracks: Sequence[Track]) -> None:
        self.shown.emit(
            {place: track.shown for place, track in enumerate(self._tracks) if track in tracks and track.shown}
        )
        self._move_to(max((track.start for track in tracks), default=0))

    def _move_to(self, microseconds: int) -> None:
        seconds = microseconds / 1e6
        if seconds != self.position:
            self.position = seconds
            self.moved.emit(seconds)

    def _release(self) -> None:
        """Shows what every clip has reached."""
        leading = [track for track in self._tracks if track.leads]
        moment = min((track.newest for track in leading), default=None)
        limit = float("inf") if moment is None else moment
        fresh = [track for track in self._tracks if track.is_ready and track.release(limit)]
        if fresh:
            self._tell(fresh)
        end = self._bounds()[1]
        if moment is not None and self.range[1] is not None and moment + self._frame_us() + ROUNDING_US >= end:
            self._end_reached()

    def _ended(self, track: Track) -> None:
        if not track.is_ready or not self.is_playing:
            return
        track.ended = True
        self._release()
        if not any(other.is_ready and not other.ended for other in self._tracks):
            # The last frames may still be on their way.
            self._end.start()

    def _end_reached(self) -> None:
        rate, loops = self.rate, self.loops
        if not self.is_playing:
            return
        at_end = not any(track.leads for track in self._tracks)
        self._halt()
        if loops:
            self.rate, self._wanted = rate, True
            self._seek_us(self._bounds()[0] + self._frame_us() // 2)
        elif not at_end:
            self._seek_us(round(self.position * 1e6) + self._frame_us() // 2)
        self.changed.emit()

    def _position_came(self, track: Track, milliseconds: int) -> None:
        """Where there are no frames, the sound's own clock tells."""
        if track.is_ready and not track.pictures and self._beat() is None:
            self._move_to(milliseconds * 1000)

    def _track_failed(self, track: Track, fault: Fault) -> None:
        if track.phase in (Phase.EMPTY, Phase.FAILED):
            return
        track.close()
        track.phase = Phase.FAILED
        self.failed.emit(self._tracks.index(track), fault)
        self._length_moved()
        if self.is_playing:
            self._release()
        elif self._ready() and self._wanted and not self.is_seeking:
            self._go()
            return
        self.changed.emit()

    def _nothing_came(self) -> None:
        for track in self._tracks:
            if track.phase is Phase.OPENING:
                self._track_failed(track, Fault.NO_PICTURE)

    def _seek_us(self, microseconds: int) -> None:
        if self.is_seeking and self._patience.isActive():
            # One seek at a time: a drag asks for hundreds, only the newest matters.
            self._next_seek = microseconds
            return
        self._next_seek = None
        last = max(0, round(self.length * 1e6) - self._frame_us() // 2)
        for track in self._tracks:
            if track.is_ready:
                track.seek(max(0, min(microseconds, last)))
        if self.is_seeking:
            self._patience.start()
        else:
            self._move_to(max(0, min(microseconds, last)))
            self._seek_settles()

    def _out_of_patience(self) -> None:
        for track in self._tracks:
            if track.target is not None:
                track.give_up_seeking()
        self._seek_settles()

    def _step_back(self) -> None:
        self._reverse_from = max(0.0, self._reverse_from + self.rate * self._clock.restart() / 1000)
        self._seek_us(round(self._reverse_from * 1e6))
        if self._reverse_from <= self._bounds()[0] / 1e6:
            self.pause()

    def _balance(self) -> None:
        leading = [track for track in self._tracks if track.leads]
        if self.is_playing and len(leading) > 1:
            balance(leading, self._beat(), self.rate)


def _single_shot(parent: QObject, milliseconds: int, then: Callable[[], None]) -> QTimer:
    timer = _repeating(parent, milliseconds, then)
    timer.setSingleShot(True)
    return timer


def _repeating(parent: QObject, milliseconds: int, then: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(milliseconds)
    timer.timeout.connect(then)
    return timer
