"""Playback of a sequence: parts of clips, stills and gaps one after the other, with one lane of sound below.

Two engines take turns: the next clip is open, at its first frame, before the one before ends, and starts a little ahead
of the join. Its frames wait until they are due by a common clock, which follows what arrives. A part keeps its last
frame until the next part begins, also after the end of its file. What has no frames is timed by the clock alone.

Times are float seconds of the sequence, microseconds inside a file. GUI thread only; nothing raises, `failed` carries
a `Fault`. Knows no tasks.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from runway_desktop.domain.film.timecode import RATES, FrameRate
from runway_desktop.domain.media import Media
from runway_desktop.ui.building import timer
from runway_desktop.values import Struct, field

from .playback import SETTLE_MS, WATCHDOG_MS, PlayState, Scrubbed
from .players import MediaEngine, PlayFault
from .tracks import Track, TrackPhase

TICK_MS = 7
LEAD = 0.08
"""Seconds ahead of its join at which a clip starts: its second frame comes that late at most."""
PATIENCE = 0.25
"""Seconds past a part's end that its last frame may come late."""
CUE_MS = 150
"""After a join, until the next clip is opened: so that it does not disturb the first frames."""
_AHEAD = 0.008
"""Seconds ahead of their time at which frames should arrive."""
_LATE, _EARLY = 1 / 8, 1 / 32
"""How much of the distance the clock moves at each frame that comes later, or earlier, than that."""
_SOUND_AWAY, _SOUND_NEAR, _SOUND_FAR = 0.03, 0.01, 0.3
"""Seconds of drift at which the lane's rate is corrected, is right again, and at which it is sought."""
_NUDGE = 0.03


class Part(Struct, frozen=True):
    """`length` seconds from second `start` of a file on; without a path a gap."""

    path: Path | None
    media: Media
    start: float
    length: float

    @property
    def is_clip(self) -> bool:
        return self.path is not None and self.media.kind.has_frames


class _Deck(Track, eq=False):
    """A clip that is open, and the part at which it stands. `waiting` has frames that are not due yet."""

    part: int | None = None
    next_target: int | None = None
    """Sought when the seek before has ended: a drag requests hundreds, and only the newest matters."""
    is_running: bool = False
    patience: QTimer = field(default_factory=QTimer)

    @property
    def is_there(self) -> bool:
        """Whether it stands, at its frame."""
        return self.target is None and not self.is_running

    def cue(self, at: int, part: Part, microseconds: int) -> None:
        """Opens the file, unless it is open, and shows its frame of that moment."""
        self.part, self.is_running = at, False
        self.waiting.clear()
        if part.path != self.path and part.path is not None:
            self.next_target = None
            self.open(part.path, pictures=True)
            self.target = microseconds
            self.patience.start(WATCHDOG_MS)
        elif not self.is_ready:
            self.target = microseconds
        elif self.target is not None:
            self.next_target = microseconds
        else:
            self.seek(microseconds)

    def seek(self, microseconds: int) -> None:
        self.next_target = None
        super().seek(microseconds)
        self.patience.start(SETTLE_MS)

    def came(self, frame: Any) -> bool:
        """Whether it is the frame that was waited for."""
        if self.target is None:
            if self.is_running and frame.startTime() > self.newest:
                self.waiting.append(frame)
            return False
        if self.take(frame):
            self.arrive(frame)
            return True
        if not self.is_ready:
            self.phase = TrackPhase.READY
            self.seek(self.target)
        return False

    def arrive(self, frame: Any) -> None:
        self.patience.stop()
        self.phase = TrackPhase.READY
        self.show(frame)
        self.waiting.append(frame)

    def play(self, rate: float) -> None:
        self.is_running = True
        super().play(rate)

    def halt(self) -> None:
        if self.is_running:
            self.is_running = False
            self.pause()

    def close(self) -> None:
        self.patience.stop()
        self.part, self.is_running = None, False
        super().close()


class SequencePlayer(Scrubbed):
    """Engines are created from the event loop, never inside a coroutine."""

    frame = Signal(object)
    """A QVideoFrame of the current part."""
    failed = Signal(int, object)
    """A part's number and a `PlayFault`; it is timed like a gap."""

    def __init__(
        self,
        parent: QObject | None = None,
        make_engine: Callable[[QObject], MediaEngine] = MediaEngine,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._make_engine, self._time = make_engine, clock
        self.parts: tuple[Part, ...] = ()
        self.begins: list[float] = [0.0]
        """Of each part, then the length of all."""
        self.at = 0
        self._position = 0.0
        self.fps = RATES[0]
        """A step is one of its frames."""
        self._is_running = self._is_shut = False
        self._decks: list[_Deck] = []
        self._broken: set[int] = set()
        self._anchor = (0.0, 0.0)
        """A moment of the clock, and the position then."""
        self._shown_until = 0.0
        """End of the frame that is shown."""
        self._lane: MediaEngine | None = None
        self._sound: tuple[Path, float] | None = None
        self._lane_rate = 1.0
        self._opener = timer(self, 0, self._open)
        self._cue_soon = timer(self, CUE_MS, self._cue_next)
        self._ticker = timer(self, TICK_MS, self.tick, repeats=True)
        self._ticker.setTimerType(Qt.TimerType.PreciseTimer)

    @property
    def rate_shown(self) -> FrameRate:
        return self.fps

    @property
    def activity(self) -> PlayState:
        if not self.parts:
            return PlayState.EMPTY
        return PlayState.PLAYING if self.is_playing else PlayState.PAUSED

    @property
    def position(self) -> float:
        return self._position

    @property
    def length(self) -> float:
        return self.begins[-1]

    @property
    def frame_seconds(self) -> float:
        return self.fps.seconds(1)

    @property
    def lacks_device(self) -> bool:
        return any(deck.engine.lacks_device for deck in self._decks)

    def show(self, parts: Sequence[Part], position: float, sound: tuple[Path, float] | None = None) -> None:
        """Replaces the sequence, in the next pass of the event loop, and goes to a position. Playing goes on. `sound`:
        a file and its volume, 0 to 1."""
        self.parts = tuple(parts)
        self.begins = [0.0, *accumulate(part.length for part in parts)]
        self.length_known.emit(self.length)
        self._broken.clear()
        for deck in self._decks:
            deck.part = None
        if sound != self._sound:
            self._sound = sound
            if self._lane is not None:
                self._lane.unload()
        self._stop_clock()
        self._move(min(max(position, 0.0), self.length))
        self._opener.start()

    @property
    def shows_result(self) -> bool:
        return bool(self.parts)

    def play(self, rate: float = 1.0) -> None:
        if not self.parts:
            return
        self._halt()
        if self.position >= self.length - self.frame_seconds / 2:
            self._seek_frame(0.0)
        self._runs, self.rate = True, rate
        self._run_if_ready()
        self.changed.emit()

    def pause(self) -> None:
        self._halt()
        self.changed.emit()

    def step(self, frames: int) -> None:
        self.pause()
        self.seek((round(self.position / self.frame_seconds) + frames) * self.frame_seconds)

    def seek(self, seconds: float) -> None:
        """Playing goes on from there."""
        wanted = min(max(seconds, 0.0), self.length)
        if self._is_scrubbing and self.glance(wanted):
            self._move(wanted)
            self._enter(self._part_at(wanted))
            self._rest.start()
            return
        is_playing, rate = self._runs, self.rate
        self._halt()
        # A clip that was opened ahead may have failed for lack of time.
        self._broken.discard(self._part_at(wanted))
        self._seek_frame(wanted)
        if is_playing and rate > 0:
            self._runs, self.rate = True, rate
            self._run_if_ready()

    def close(self) -> None:
        """Closes all files."""
        self.show((), 0.0)
        self._opener.stop()
        self._halt()
        for deck in self._decks:
            deck.close()

    def shutdown(self) -> None:
        self._is_shut = True
        self._halt()
        self._opener.stop()
        for engine in (*(deck.engine for deck in self._decks), *filter(None, (self._lane,))):
            engine.shutdown()

    def _open(self) -> None:
        if self._is_shut:
            return
        while len(self._decks) < 2:
            deck = _Deck(self._make_engine(self))
            deck.patience = timer(self, SETTLE_MS, partial(self._given_up, deck))
            deck.engine.frame.connect(partial(self._frame_came, deck))
            deck.engine.loaded.connect(partial(self._loaded, deck))
            deck.engine.ended.connect(partial(self._ended, deck))
            deck.engine.failed.connect(partial(self._failed, deck))
            self._decks.append(deck)
        if self._sound is not None:
            if self._lane is None:
                self._lane = self._make_engine(self)
                self._lane.position.connect(self._lane_moved)
            self._lane.load(self._sound[0])
            self._lane.pause()
        self._send_sound()
        self.at = -1
        self._seek_frame(self.position)
        self._run_if_ready()
        self.changed.emit()

    def _send_sound(self) -> None:
        # As in `Playback`: loudness is logarithmic, a player's volume an amplitude.
        for deck in self._decks:
            deck.engine.set_volume(self.volume**2, self.muted or deck.part != self.at)
        if self._lane is not None and self._sound is not None:
            self._lane.set_volume(self._sound[1] * self.volume**2, self.muted)

    def _part_at(self, seconds: float) -> int:
        return max(0, min(bisect_right(self.begins, seconds + 1e-6), len(self.parts)) - 1)

    def _plays(self, at: int) -> bool:
        return 0 <= at < len(self.parts) and self.parts[at].is_clip and at not in self._broken

    def _deck(self, at: int) -> _Deck | None:
        return next((deck for deck in self._decks if deck.part == at), None)

    def _seek_frame(self, seconds: float) -> None:
        """Stands at a moment: shows its frame as soon as it is there."""
        self._move(seconds)
        if not self.parts:
            return
        at = self._part_at(seconds)
        self._enter(at)
        if self._plays(at) and self._decks:
            part = self.parts[at]
            alike = (deck for deck in self._decks if deck.path == part.path)
            deck = self._deck(at) or next(alike, None) or self._free(at)
            # Slightly later: a seek to the exact start of a frame may give the frame before.
            deck.cue(at, part, round((part.start + seconds - self.begins[at]) * 1e6) + 1000)
        else:
            self._cue_next()

    def _free(self, at: int) -> _Deck:
        """A deck that neither the part nor the one before it needs."""
        return next(
            (deck for deck in self._decks if deck.part is None or deck.part not in (at - 1, at)), self._decks[0]
        )

    def _cue_next(self) -> None:
        """Opens the next clip, whatever stands between."""
        at = next((one for one in range(self.at + 1, len(self.parts)) if self._plays(one)), None)
        if at is None or not self._decks or self._deck(at) is not None:
            return
        deck = next(deck for deck in self._decks if deck.part != self.at)
        deck.halt()
        deck.cue(at, self.parts[at], round(self.parts[at].start * 1e6) + 1000)
        self._send_sound()

    def _enter(self, at: int) -> None:
        if at != self.at:
            self.at = at
            self._send_sound()

    def _move(self, seconds: float) -> None:
        if seconds != self._position:
            self._position = seconds
            self.moved.emit(seconds)

    def _run_if_ready(self) -> None:
        deck = self._deck(self.at)
        if (
            not self._runs
            or self._backwards.isActive()
            or not self._decks
            or (deck is not None and deck.target is not None)
        ):
            return
        self._is_running = True
        self._anchor = (self._time(), self.position)
        self._shown_until = self.position + self.frame_seconds
        if deck is not None:
            deck.play(self.rate)
        if self._lane is not None and self.rate == 1:
            self._lane.seek(round(self.position * 1000))
            self._lane.play()
        self._ticker.start()
        self._cue_next()

    def _stop_clock(self) -> None:
        self._is_running = False
        self._ticker.stop()
        self._cue_soon.stop()
        for deck in self._decks:
            if deck.is_running and deck.part != self.at:
                # It had started for the join.
                deck.part = None
            deck.halt()
        if self._lane is not None:
            self._lane.pause()

    def _halt(self) -> None:
        self._stop_clock()
        self._backwards.stop()
        self._rest.stop()
        self._runs, self.rate = False, 1.0

    def _now(self) -> float:
        return self._anchor[1] + (self._time() - self._anchor[0]) * self.rate

    def _time_of(self, at: int, microseconds: int) -> float:
        return self.begins[at] + microseconds / 1e6 - self.parts[at].start

    def _frame_came(self, deck: _Deck, frame: Any) -> None:
        if deck.part is None or self.is_glancing:
            return
        if deck.came(frame):
            if deck.part == self.at:
                self._arrived(deck)
            elif deck.next_target is not None:
                deck.seek(deck.next_target)
        elif self._is_running and deck.waiting and deck.part == self.at and frame is deck.waiting[-1]:
            late = self._now() - self._time_of(self.at, deck.newest) + _AHEAD
            at, position = self._anchor
            self._anchor = (at + late / self.rate * (_LATE if late > 0 else _EARLY), position)
            self.tick()

    def _arrived(self, deck: _Deck) -> None:
        """The frame of a seek came."""
        frame = deck.waiting.popleft()
        self.frame.emit(frame)
        if deck.next_target is not None:
            deck.seek(deck.next_target)
            return
        self._run_if_ready()
        self._cue_next()

    def _given_up(self, deck: _Deck) -> None:
        if deck.held is not None:
            deck.arrive(deck.held)
            if deck.part == self.at:
                self._arrived(deck)
        elif not deck.is_ready:
            self._failed(deck, PlayFault.NO_PICTURE)
        else:
            deck.target = None
            self._run_if_ready()

    def _loaded(self, deck: _Deck, pictures: bool, _sound: bool) -> None:
        if not pictures:
            self._failed(deck, PlayFault.NO_PICTURE)

    def _ended(self, deck: _Deck) -> None:
        deck.ended = True

    def _failed(self, deck: _Deck, fault: PlayFault) -> None:
        at = deck.part
        deck.close()
        if at is not None:
            self._broken.add(at)
            self.failed.emit(at, fault)
            self._run_if_ready()
            self._cue_next()

    def tick(self) -> None:
        """Shows what is due. Called by a timer while it plays."""
        if not self._is_running:
            return
        now, at, slack = self._now(), self.at, TICK_MS / 2000 * self.rate
        end = self.begins[at + 1]
        deck = self._deck(at)
        following = self._deck(at + 1)
        if following is not None and now >= end - LEAD * self.rate and following.is_there:
            following.play(self.rate)
        if deck is None:
            if now - self.position >= self.frame_seconds and now < end:
                self._move(now)
        else:
            while deck.waiting and self._time_of(at, deck.waiting[0].startTime()) <= now + slack:
                deck.shown = deck.waiting.popleft()
                self._show(deck.shown)
        if now + slack >= end and (deck is None or self._is_through(deck, now, end)):
            self._go_on(end)

    def _is_through(self, deck: _Deck, now: float, end: float) -> bool:
        return (
            self._shown_until >= end - self.frame_seconds / 2
            or (deck.ended and not deck.waiting)
            or now >= end + PATIENCE * self.rate
        )

    def _show(self, frame: Any) -> None:
        starts, ends = (self._time_of(self.at, at) for at in (frame.startTime(), frame.endTime()))
        if starts < self.begins[self.at + 1] - 1e-4:
            self._shown_until = ends
            self.frame.emit(frame)
            self._move(max(starts, self.begins[self.at]))
        else:
            # Beyond the part in use.
            self._shown_until = ends

    def _go_on(self, end: float) -> None:
        """The next part begins."""
        before, at = self._deck(self.at), self.at + 1
        due = self._anchor[0] + (end - self._anchor[1]) / self.rate
        if before is not None:
            before.halt()
            before.part = None
        if at == len(self.parts):
            self._end()
            return
        self._move(end)
        deck = self._deck(at)
        if self._plays(at) and (deck is None or deck.target is not None):
            # It is not open yet: the clock stops meanwhile.
            self._stop_clock()
            self._seek_frame(end)
            return
        self._enter(at)
        self._anchor = (max(due, self._time() - PATIENCE), end)
        self._shown_until = end
        if deck is not None and not deck.is_running:
            deck.play(self.rate)
        self.tick()
        self._cue_soon.start()

    def _end(self) -> None:
        rate = self.rate
        self._move(self.length)
        self._halt()
        if self.loop:
            self.play(rate)
        else:
            self.changed.emit()

    def _lane_moved(self, milliseconds: int) -> None:
        """Keeps the lane's sound at the picture."""
        if self._lane is None or not self._is_running or self.rate != 1:
            return
        away = milliseconds / 1000 - self._now()
        rate = self._lane_rate
        if abs(away) > _SOUND_FAR:
            self._lane.seek(round(self._now() * 1000))
        elif abs(away) > _SOUND_AWAY:
            rate = 1.0 - _NUDGE if away > 0 else 1.0 + _NUDGE
        elif abs(away) < _SOUND_NEAR:
            rate = 1.0
        if rate != self._lane_rate:
            self._lane_rate = rate
            self._lane.set_rate(rate)
