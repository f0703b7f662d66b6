"""The files of `Playback` as a group: opened, sought and shown together.

Each player has its own clock, so frames are queued until every clip has reached their moment. A clip that ended keeps
its last frame. A seek ends when every clip has its frame, or after a timeout.

Times are microseconds; only `position` and `length` are seconds. GUI thread only; nothing raises, `failed` carries a
`Fault`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.media import Media
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.ui.building import timer
from runway_desktop.values import Struct, field

from .players import MediaEngine, PlayFault

FALLBACK_FRAME_US = 41_667
"""One frame at 24 per second, for files without a frame duration."""
SILENT_END_MS = 400
"""Rest at the end of a sound after which it has ended."""
NUDGE = 0.08
"""Relative change of rate that corrects drift."""
_REST_AT_US = 400_000
"""A clip this far ahead pauses: its queued frames would fill the memory."""
_AWAY, _NEAR = 1.5, 1.0
"""Drift in frames at which a correction begins, and at which it ends."""
_SOUND_STEP_US = 100_000
"""Step without a clip."""
ROUNDING_US = 2_000
"""Frames whose starts differ by less count as the same moment."""


def balance(leading: Sequence[Track], beat: Track | None, rate: float) -> None:
    """Corrects the drift of the clips that have not ended. `beat` is the reference and keeps its rate; once it has
    ended, the slowest clip is the reference."""
    slowest = min(track.newest for track in leading)
    pace = beat.newest if beat is not None and beat.leads else slowest
    for track in leading:
        if track.newest - slowest > _REST_AT_US:
            track.rest()
            continue
        if track.newest - slowest < _REST_AT_US // 4:
            track.go_on()
        if track is beat:
            continue
        lead = (track.newest - pace) / track.frame_us
        if lead > _AWAY:
            track.set_rate(rate * (1 - NUDGE))
        elif lead < -_AWAY:
            track.set_rate(rate * (1 + NUDGE))
        elif abs(lead) < _NEAR:
            track.set_rate(rate)


class Tracks(QObject):
    moved = Signal(float)
    length_known = Signal(float)
    shown = Signal(object)
    """Dict of file index to QVideoFrame: the frames to show now, all of one moment."""
    failed = Signal(object, int)
    """A `Fault`, and the index of its file."""
    there = Signal()
    """Every clip is open or has failed."""
    settled = Signal()
    """A seek ended and no other is pending."""
    reached = Signal(object)
    """During playback: the moment that every clip has reached."""
    ended = Signal()
    """All clips reached their end; last frames may still arrive."""
    lost = Signal()
    """A clip failed, after `failed`."""
    released = Signal()
    """All files are closed."""

    def __init__(
        self, parent: QObject, make_engine: Callable[[QObject], MediaEngine], *, patience_ms: int, watchdog_ms: int
    ) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._look = QuickLook()
        self._tracks: list[Track] = []
        self._is_shut = False
        self._is_running = False
        self._heard = 0
        self._volume, self._muted = 1.0, False
        self._next_seek: int | None = None
        self.watchdog = timer(self, watchdog_ms, self._nothing_came)
        self._patience = timer(self, patience_ms, self._out_of_patience)
        self._silent_end = timer(self, SILENT_END_MS, self._ended_silently)
        self.position = 0.0
        self.length = 0.0

    @property
    def are_there(self) -> bool:
        """Whether every clip is open or has failed, and at least one is open."""
        phases = {track.phase for track in self._tracks}
        return TrackPhase.READY in phases and TrackPhase.OPENING not in phases

    @property
    def any_clip(self) -> bool:
        return any(track.phase in (TrackPhase.OPENING, TrackPhase.READY) for track in self._tracks)

    @property
    def are_opening(self) -> bool:
        return any(track.phase is TrackPhase.OPENING for track in self._tracks)

    @property
    def is_single(self) -> bool:
        return sum(track.is_ready for track in self._tracks) == 1

    @property
    def lacks_device(self) -> bool:
        return any(track.is_ready and track.lacks_device for track in self._tracks)

    @property
    def is_seeking(self) -> bool:
        return any(track.target is not None for track in self._tracks)

    @property
    def aim(self) -> int | None:
        """Target of the last seek that is running or pending, else None."""
        if self._next_seek is not None:
            return self._next_seek
        return max((track.target for track in self._tracks if track.target is not None), default=None)

    @property
    def frame_us(self) -> int:
        """Frame duration of the reference clip."""
        beat = self._beat()
        return beat.frame_us if beat is not None else _SOUND_STEP_US

    @property
    def half_us(self) -> int:
        """From the start of a frame to its middle, where a seek is sure to find it; 0 without frames."""
        return self.frame_us // 2 if self._beat() is not None else 0

    @property
    def visible_us(self) -> int:
        """Start of the newest visible frame, else the position."""
        shown = [track.start for track in self._tracks if track.is_ready and track.shown is not None]
        return max(shown, default=round(self.position * 1e6))

    def starts(self) -> dict[int, int]:
        """Start of the visible frame by pane index, of clips that have not ended."""
        return {position: track.start for position, track in enumerate(self._tracks) if track.leads}

    def are_at(self, microseconds: int) -> bool:
        """Whether every clip shows the frame of that moment, or its first one, which may begin later."""
        ready = [track for track in self._tracks if track.is_ready]
        return all(abs(track.start - max(microseconds, track.begin)) < track.frame_us for track in ready)

    def open(self, files: Sequence[tuple[Path, Media] | None]) -> None:
        """Opens a file in each place; one that is already open there is kept. Call from the event loop, never inside a
        coroutine: it creates engines."""
        if self._is_shut:
            return
        for position, file in enumerate(files):
            while len(self._tracks) <= position:
                self._tracks.append(self._new_track())
            track = self._tracks[position]
            if file is None:
                track.close()
            elif track.path == file[0] and track.is_ready:
                self._tell([track])
            elif not self._look.is_file(file[0]):
                track.close()
                track.phase = TrackPhase.FAILED
                self.failed.emit(PlayFault.MISSING, position)
            else:
                track.open(file[0], pictures=file[1].kind.has_frames)
        for track in self._tracks[len(files) :]:
            track.close()
        self._send_sound()
        self._length_moved()
        if self.are_opening:
            self.watchdog.start()
        elif self.are_there:
            self._all_there()
        else:
            self.lost.emit()

    def let_go(self, position: int) -> None:
        if position < len(self._tracks):
            self._tracks[position].close()

    def close(self) -> None:
        open_ones = [track for track in self._tracks if track.phase in (TrackPhase.OPENING, TrackPhase.READY)]
        for track in self._tracks:
            track.close()
        if not open_ones:
            self.released.emit()

    def shutdown(self) -> None:
        self._is_shut = True
        for track in self._tracks:
            track.engine.shutdown()
        self._tracks.clear()

    def run(self, rate: float) -> None:
        self._is_running = True
        for track in self._tracks:
            if track.is_ready:
                track.play(rate)

    def halt(self, *, pause: bool) -> None:
        """Cancels seeks and drops queued frames. Without a seek, clips may stand at different moments."""
        self._patience.stop()
        self._silent_end.stop()
        self._next_seek = None
        self._is_running = False
        for track in self._tracks:
            track.waiting.clear()
            track.target = track.held = track.late = None
            if pause and track.is_ready:
                track.pause()

    def seek(self, microseconds: int) -> None:
        if self.is_seeking and self._patience.isActive():
            # One seek at a time: a drag requests hundreds, and only the newest matters.
            self._next_seek = microseconds
            return
        self._next_seek = None
        last = max(0, round(self.length * 1e6) - self.half_us)
        for track in self._tracks:
            if track.is_ready:
                track.seek(max(0, min(microseconds, last)))
        if self.is_seeking:
            self._patience.start()
        else:
            self.move_to(max(0, min(microseconds, last)))
            self._seek_settles()

    def show_again(self) -> None:
        self._tell([track for track in self._tracks if track.is_ready and track.pictures])

    def hear(self, position: int, volume: float, *, muted: bool) -> None:
        """Selects the only audible clip, or mutes all. `volume`: linear amplitude."""
        self._heard, self._volume, self._muted = position, volume, muted
        self._send_sound()

    def balance(self, rate: float) -> None:
        """Corrects the drift between clips while they play."""
        leading = [track for track in self._tracks if track.leads]
        if self._is_running and len(leading) > 1:
            balance(leading, self._beat(), rate)

    def _new_track(self) -> Track:
        track = Track(self._make_engine(self))
        engine = track.engine
        engine.frame.connect(partial(self._frame_came, track))
        engine.loaded.connect(partial(self._loaded, track))
        engine.duration.connect(partial(self._duration_came, track))
        engine.position.connect(partial(self._position_came, track))
        engine.ended.connect(partial(self._ended, track))
        engine.failed.connect(partial(self._track_failed, track))
        engine.released.connect(self._released)
        return track

    def _send_sound(self) -> None:
        for position, track in enumerate(self._tracks):
            track.engine.set_volume(self._volume, self._muted or position != self._heard)

    def _beat(self) -> Track | None:
        """The reference clip: the audible one, or the first with frames."""
        clips = [track for track in self._tracks if track.is_ready and track.pictures]
        if self._heard < len(self._tracks) and self._tracks[self._heard] in clips:
            return self._tracks[self._heard]
        return clips[0] if clips else None

    def _released(self) -> None:
        if all(track.phase is TrackPhase.EMPTY for track in self._tracks):
            self.released.emit()

    def _loaded(self, track: Track, pictures: bool, sound: bool) -> None:
        track.lacks_device = sound and track.engine.lacks_device
        if track.phase is TrackPhase.OPENING and not pictures:
            track.pictures = False
            self._opened(track)

    def _opened(self, track: Track) -> None:
        track.phase = TrackPhase.READY
        if self.are_there:
            self._all_there()

    def _all_there(self) -> None:
        self.watchdog.stop()
        self.there.emit()

    def _duration_came(self, track: Track, milliseconds: int) -> None:
        track.duration = milliseconds * 1000
        self._length_moved()

    def _length_moved(self) -> None:
        length = max((track.duration for track in self._tracks), default=0) / 1e6
        if length != self.length:
            self.length = length
            self.length_known.emit(length)

    def _frame_came(self, track: Track, frame: Any) -> None:
        if track.phase is TrackPhase.OPENING:
            track.show(frame)
            track.begin = track.start
            self._tell([track])
            self._opened(track)
        elif not track.is_ready:
            return
        elif track.target is not None:
            if track.take(frame):
                self._seek_settles()
        elif self._is_running:
            track.waiting.append(frame)
            self._release()
        elif track.take_late(frame):
            self._tell([track])

    def _seek_settles(self, stand_ins: Sequence[Track] = ()) -> None:
        if self.is_seeking:
            return
        self._patience.stop()
        came = [track for track in self._tracks if track.is_ready and track.pictures and track.late is None]
        self._tell([*came, *stand_ins])
        if self._next_seek is not None:
            self.seek(self._next_seek)
        else:
            self.settled.emit()

    def _tell(self, tracks: Sequence[Track]) -> None:
        if not tracks:
            return
        self.shown.emit(
            {position: track.shown for position, track in enumerate(self._tracks) if track in tracks and track.shown}
        )
        self.move_to(max((track.start for track in tracks), default=0))

    def move_to(self, microseconds: int) -> None:
        """Sets the position without a seek."""
        seconds = microseconds / 1e6
        if seconds != self.position:
            self.position = seconds
            self.moved.emit(seconds)

    def _release(self) -> None:
        """Shows the frames of the latest moment that every clip has reached."""
        leading = [track for track in self._tracks if track.leads]
        moment = min((track.newest for track in leading), default=None)
        limit = float("inf") if moment is None else moment
        fresh = [track for track in self._tracks if track.is_ready and track.release(limit)]
        if fresh:
            self._tell(fresh)
        if moment is not None:
            self.reached.emit(moment)

    def _ended(self, track: Track) -> None:
        if not track.is_ready or not self._is_running:
            return
        track.ended = True
        self._release()
        if not any(other.is_ready and not other.ended for other in self._tracks):
            self.ended.emit()

    def _position_came(self, track: Track, milliseconds: int) -> None:
        """Without frames, the position comes from the audio clock."""
        if track.is_ready and not track.pictures and not track.ended and self._beat() is None:
            self.move_to(milliseconds * 1000)
            if self._is_running and milliseconds * 1000 >= track.duration > 0:
                self._silent_end.start()

    def _ended_silently(self) -> None:
        """Without a sound device, a player does not tell the end of a sound."""
        for track in self._tracks:
            if track.is_ready and not track.pictures and not track.ended:
                track.engine.pause()
                self._ended(track)

    def _track_failed(self, track: Track, fault: PlayFault) -> None:
        if track.phase in (TrackPhase.EMPTY, TrackPhase.FAILED):
            return
        track.close()
        track.phase = TrackPhase.FAILED
        self.failed.emit(fault, self._tracks.index(track))
        self._length_moved()
        if self._is_running:
            self._release()
        self.lost.emit()

    def _nothing_came(self) -> None:
        for track in self._tracks:
            if track.phase is TrackPhase.OPENING and track.pictures:
                self._track_failed(track, PlayFault.NO_PICTURE)

    def _out_of_patience(self) -> None:
        late = [track for track in self._tracks if track.target is not None]
        self._seek_settles([track for track in late if track.give_up_seeking()])


class TrackPhase(Enum):
    EMPTY = "empty"
    OPENING = "opening"
    READY = "ready"
    FAILED = "failed"


class Track(Struct, eq=False):
    """One clip: its engine and its queue of decoded frames. `Tracks` decides when a frame is shown. Times as in
    QVideoFrame."""

    engine: MediaEngine
    path: Path | None = None
    phase: TrackPhase = TrackPhase.EMPTY
    pictures: bool = True
    """False for sound only: it plays along and has no frames to wait for."""
    lacks_device: bool = False
    duration: int = 0
    begin: int = 0
    """Start of its first frame."""
    frame_us: int = FALLBACK_FRAME_US
    waiting: deque[Any] = field(default_factory=deque)
    """Decoded frames that are not shown yet, oldest first."""
    shown: Any = None
    target: int | None = None
    """Target of the current seek: frames that do not cover it are from before."""
    held: Any = None
    """The newest frame that missed the target; a stand-in if the seek times out."""
    late: int | None = None
    """Target of a seek that timed out: its frame is shown when it arrives."""
    ended: bool = False
    resting: bool = False
    """Paused until the other clips catch up."""
    rate: float = 1.0

    @property
    def is_ready(self) -> bool:
        return self.phase is TrackPhase.READY

    @property
    def leads(self) -> bool:
        """Whether the other clips must wait for its frames."""
        return self.is_ready and self.pictures and not self.ended

    @property
    def newest(self) -> int:
        """Start of the newest decoded frame."""
        frame = self.waiting[-1] if self.waiting else self.shown
        return int(frame.startTime()) if frame is not None else 0

    @property
    def start(self) -> int:
        """Start of the visible frame."""
        return max(0, int(self.shown.startTime())) if self.shown is not None else 0

    def open(self, path: Path, *, pictures: bool) -> None:
        self.forget()
        self.path, self.pictures, self.phase = path, pictures, TrackPhase.OPENING
        self.set_rate(1.0)
        self.engine.load(path)
        self.engine.pause()

    def close(self) -> None:
        was_open = self.phase in (TrackPhase.OPENING, TrackPhase.READY)
        self.forget()
        self.path, self.phase = None, TrackPhase.EMPTY
        if was_open:
            self.engine.unload()

    def forget(self) -> None:
        self.waiting.clear()
        self.shown = self.held = self.target = self.late = None
        self.ended = self.resting = self.lacks_device = False
        self.duration, self.begin, self.frame_us = 0, 0, FALLBACK_FRAME_US

    def play(self, rate: float) -> None:
        self.resting = False
        self.set_rate(rate)
        if not self.ended:
            self.engine.play()

    def pause(self) -> None:
        self.resting = False
        if not self.ended:
            self.engine.pause()
        self.set_rate(1.0)

    def rest(self) -> None:
        if not self.resting:
            self.resting = True
            self.engine.pause()

    def go_on(self) -> None:
        if self.resting:
            self.resting = False
            self.engine.play()

    def set_rate(self, rate: float) -> None:
        if rate != self.rate:
            self.rate = rate
            self.engine.set_rate(rate)

    def seek(self, microseconds: int) -> None:
        """Seeks to a time; beyond the end, to the last frame."""
        last = self.duration - self.frame_us // 2 if self.pictures else self.duration
        target = max(0, min(microseconds, last) if self.duration else microseconds)
        self.waiting.clear()
        self.held = self.late = None
        if self.ended:
            # A player that reached its end is stopped and ignores seeks; a paused one does not.
            self.ended = False
            self.engine.pause()
        if self.pictures:
            self.target = target
        self.engine.seek(target // 1000)

    def take(self, frame: Any) -> bool:
        """Handles a frame during a seek. True if it covers the target."""
        start, end = frame.startTime(), frame.endTime()
        if end > start:
            self.frame_us = end - start
        if self.target is None or not start <= self.target < max(end, start + 1):
            self.held = frame
            return False
        self.show(frame)
        return True

    def give_up_seeking(self) -> bool:
        """Ends a seek that timed out: shows the nearest frame until the right one arrives. False if there is none."""
        late, stands_in = self.target, self.held is not None
        if stands_in:
            self.show(self.held)
        self.target, self.late = None, late
        return stands_in

    def take_late(self, frame: Any) -> bool:
        """Shows a frame if it is the target of a seek that timed out; True if so."""
        is_it = self.late is not None and frame.startTime() <= self.late < frame.endTime()
        if is_it:
            self.show(frame)
        return is_it

    def show(self, frame: Any) -> None:
        self.shown, self.held, self.target, self.late = frame, None, None, None
        start, end = frame.startTime(), frame.endTime()
        if end > start:
            self.frame_us = end - start

    def release(self, moment: float) -> bool:
        """Shows the newest queued frame that starts by `moment`; True if there is one."""
        found = None
        while self.waiting and self.waiting[0].startTime() <= moment + ROUNDING_US:
            found = self.waiting.popleft()
        if found is not None:
            self.show(found)
        return found is not None
