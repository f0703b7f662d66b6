"""Synchronized playback of up to four clips: play, scrub, shuttle, step and loop act on all, and their visible frames
always belong to one moment.

Small rate changes correct drift: a clip ahead is slowed, one behind is sped up, one far ahead pauses. The audible clip
keeps its rate. `tracks.py` aligns the frames.

Times are float seconds outside, microseconds inside. Engines are created with the first file, from the event loop,
never inside a coroutine. GUI thread only; nothing raises, `failed` carries a `Fault`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.media import Media
from runway_desktop.ui.building import timer
from runway_desktop.ui.media.playback import FASTEST, WATCHDOG_MS, Scrubbed
from runway_desktop.ui.media.players import MediaEngine

from .tracks import ROUNDING_US, Tracks

MOST = 4
PATIENCE_MS = 400
"""Longest wait of a seek for the slowest clip."""
BALANCE_MS = 80
_AFTER_END_MS = 60


class InStep(Scrubbed):
    changed = Signal()
    """Playing, rate, loop range or sound changed."""
    moved = Signal(float)
    """Position in seconds."""
    length_known = Signal(float)
    """Length of the longest clip in seconds."""
    shown = Signal(object)
    """Dict of pane index to QVideoFrame: the frames to show now, all of one moment."""
    failed = Signal(int, object)
    """Pane index and `Fault`."""

    def __init__(
        self,
        parent: QObject | None = None,
        make_engine: Callable[[QObject], MediaEngine] = MediaEngine,
        *,
        patience_ms: int = PATIENCE_MS,
        watchdog_ms: int = WATCHDOG_MS,
    ) -> None:
        super().__init__(parent)
        self._tracks = Tracks(self, make_engine, patience_ms=patience_ms, watchdog_ms=watchdog_ms)
        self._tracks.moved.connect(self.moved)
        self._tracks.length_known.connect(self.length_known)
        self._tracks.shown.connect(self.shown)
        self._tracks.failed.connect(self.failed)
        self._tracks.there.connect(self._all_there)
        self._tracks.settled.connect(self._settled)
        self._tracks.reached.connect(self._reached)
        self._tracks.lost.connect(self._lost)
        self._files: tuple[tuple[Path, Media] | None, ...] = ()
        self.is_playing = False
        self.range: tuple[float | None, float | None] = (None, None)
        """Begin and end of the loop in seconds, or None."""
        self.muted = False
        self.heard = 0
        """Index of the clip whose sound is on."""
        self._wanted = False
        """Start playback once all clips are open."""
        self._start_at = 0.0
        self._opener = timer(self, 0, lambda: self._tracks.open(self._files))
        self._end = timer(self, _AFTER_END_MS, self._end_reached)
        self._tracks.ended.connect(self._end.start)
        self._balancer = timer(self, BALANCE_MS, lambda: self._tracks.balance(self.rate), repeats=True)

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

    def starts(self) -> dict[int, int]:
        """Start of the visible frame in microseconds, by pane index, of clips that have not ended."""
        return self._tracks.starts()

    def open(self, files: Sequence[tuple[Path, Media] | None], *, at: float = 0.0, play: bool = False) -> None:
        """Opens the files in the next pass of the event loop and shows each at `at` seconds. None empties a pane. A
        file that is already open in its pane is kept."""
        self._halt()
        self._files, self._wanted, self._start_at = tuple(files[:MOST]), play, at
        self._tracks.position = self._tracks.length = 0.0
        if not at:
            self.range = (None, None)
        self._opener.start()
        self.changed.emit()

    def let_go(self, position: int) -> None:
        """Closes the clip of a pane whose file was replaced; the next `open` reopens it."""
        self._tracks.let_go(position)

    def close(self) -> None:
        self._halt()
        self._opener.stop()
        self._files = ()
        self._tracks.close()
        self.changed.emit()

    def shutdown(self) -> None:
        self.close()
        self._tracks.shutdown()

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
        if self._tracks.are_there and not self.is_seeking:
            if not begin <= at < end - self._tracks.frame_us * 1.1:
                self._tracks.seek(begin + self._tracks.frame_us // 2)
            else:
                self._go()
                return
        self.changed.emit()

    def pause(self) -> None:
        """Pauses, and seeks every player to the moment that is visible."""
        was_playing = self.is_playing
        self._halt()
        if was_playing and self._tracks.are_there:
            self._tracks.seek(round(self.position * 1e6) + self._tracks.frame_us // 2)
        self.changed.emit()

    def shuttle(self, direction: int) -> None:
        """1 plays forward, −1 backward; each repetition doubles the rate, up to 8. 0 pauses."""
        if direction == 0:
            self.pause()
        elif direction > 0:
            self.play(min(self.rate * 2, FASTEST) if self.is_playing and self.rate >= 1 else 1.0)
        elif self._tracks.are_there:
            faster = max(self.rate * 2, -FASTEST) if self._backwards.isActive() else -1.0
            self._halt()
            self.rate, self.is_playing = faster, True
            self._reverse_from = self.position
            self._clock.start()
            self._backwards.start()
            self.changed.emit()

    def step(self, frames: int) -> None:
        """Steps by frames of the audible clip, else of the first."""
        if not self._tracks.are_there:
            return
        length = self._tracks.frame_us
        at = self._tracks.aim
        start = at - length // 2 if at is not None else round(self.position * 1e6)
        if self.is_playing:
            self._halt()
            self.changed.emit()
        self._tracks.seek(start + frames * length + length // 2)

    def seek(self, seconds: float) -> None:
        """Seeks to a time in seconds, clamped to the clips. Playback continues from there."""
        if not self._tracks.are_there:
            return
        if self._is_scrubbing and self.glance(seconds):
            self._tracks.halt(pause=False)
            self._tracks.move_to(round(min(max(seconds, 0.0), self.length) * 1e6))
            self._rest.start()
            return
        if self.is_playing:
            rate = self.rate
            self._halt()
            self.rate, self._wanted = max(rate, 1.0), True
        self._tracks.seek(round(seconds * 1e6) + 1000)

    def begin_scrub(self) -> None:
        self._is_scrubbing = True
        self._resume = self.is_playing or self._wanted
        self._halt()
        self.changed.emit()

    def set_in(self) -> None:
        """Starts the loop at the current position."""
        end = self.range[1]
        self._set_range((self.position, end if end is None or end > self.position else None))

    def set_out(self) -> None:
        """Ends the loop after the visible frame."""
        begin = self.range[0]
        here = self.position + self._tracks.frame_us / 1e6
        self._set_range((begin if begin is None or begin < here else None, here))

    def clear_range(self) -> None:
        self._set_range((None, None))

    def show_again(self) -> None:
        """Emits the current frames again, after small frames replaced them."""
        self._tracks.show_again()

    def hear(self, position: int) -> None:
        """Selects the only audible clip."""
        if position != self.heard:
            self.heard = position
            self._tracks.hear(self.heard, muted=self.muted)
            self.changed.emit()

    def toggle_sound(self) -> None:
        self.muted = not self.muted
        self._tracks.hear(self.heard, muted=self.muted)
        self.changed.emit()

    def _set_range(self, wanted: tuple[float | None, float | None]) -> None:
        if wanted != self.range:
            self.range = wanted
            self.changed.emit()

    def _halt(self) -> None:
        """Stops timers and players without a seek: they may stand at different moments."""
        for running in (self._balancer, self._backwards, self._end, self._rest):
            running.stop()
        self._wanted = False
        self._tracks.halt(pause=self.is_playing)
        self.is_playing = False
        self.rate = 1.0

    def _bounds(self) -> tuple[int, int]:
        begin, end = self.range
        return round((begin or 0.0) * 1e6), round((self.length if end is None else end) * 1e6)

    def _go(self) -> None:
        self._wanted = False
        self.is_playing = True
        self._tracks.run(self.rate)
        self._balancer.start()
        self.changed.emit()

    def _all_there(self) -> None:
        start = round(self._start_at * 1e6)
        if not self._tracks.are_at(start):
            self._tracks.seek(start + self._tracks.frame_us // 2)
            self.changed.emit()
        elif self._wanted:
            self._go()
        else:
            self.changed.emit()

    def _settled(self) -> None:
        if self._wanted and self._tracks.are_there:
            self._go()

    def _reached(self, moment: int) -> None:
        end = self._bounds()[1]
        if self.range[1] is not None and moment + self._tracks.frame_us + ROUNDING_US >= end:
            self._end_reached()

    def _lost(self) -> None:
        if not self.is_playing and self._tracks.are_there and self._wanted and not self.is_seeking:
            self._go()
        else:
            self.changed.emit()

    def _end_reached(self) -> None:
        rate, loops = self.rate, self.range != (None, None)
        if not self.is_playing:
            return
        at_end = self._tracks.have_ended
        self._halt()
        if loops:
            self.rate, self._wanted = rate, True
            self._tracks.seek(self._bounds()[0] + self._tracks.frame_us // 2)
        elif not at_end:
            self._tracks.seek(round(self.position * 1e6) + self._tracks.frame_us // 2)
        self.changed.emit()

    def _rested(self) -> None:
        self._rest.stop()
        self._tracks.seek(round(self.position * 1e6) + 1000)

    def _step_back(self) -> None:
        self._reverse_from = max(0.0, self._reverse_from + self.rate * self._clock.restart() / 1000)
        self._tracks.seek(round(self._reverse_from * 1e6))
        if self._reverse_from <= self._bounds()[0] / 1e6:
            self.pause()
