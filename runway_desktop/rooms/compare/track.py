"""One clip of synchronized playback: its engine and its queue of decoded frames.

Independent of the other clips; `Tracks` decides when a frame is shown. Times are microseconds, as in QVideoFrame. GUI
thread only.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from pathlib import Path
from typing import Any

from runway_desktop.ui.media.playback import FALLBACK_FRAME_US, PlaybackEngine
from runway_desktop.values import Struct, field

ROUNDING_US = 2_000
"""Frames whose starts differ by less count as the same moment."""


class TrackPhase(Enum):
    EMPTY = "empty"
    OPENING = "opening"
    READY = "ready"
    FAILED = "failed"


class Track(Struct, eq=False):
    engine: PlaybackEngine
    path: Path | None = None
    phase: TrackPhase = TrackPhase.EMPTY
    pictures: bool = True
    """False for sound only: it plays along and has no frames to wait for."""
    duration: int = 0
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
        if self.phase is not TrackPhase.EMPTY:
            self.engine.unload()
        self.forget()
        self.path, self.phase = None, TrackPhase.EMPTY

    def forget(self) -> None:
        self.waiting.clear()
        self.shown = self.held = self.target = self.late = None
        self.ended = self.resting = False
        self.duration, self.frame_us = 0, FALLBACK_FRAME_US

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
