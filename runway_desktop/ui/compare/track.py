"""One clip among those that play in step: its engine, and the frames that came and wait for their turn.

Knows nothing of the others; `InStep` decides what is shown when. Times are microseconds, as inside a video frame. GUI
thread only.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from pathlib import Path
from typing import Any

from runway_desktop.ui.media.playback import FALLBACK_FRAME_US, Engine
from runway_desktop.values import Struct, field

ROUNDING_US = 2_000
"""Frames of two clips whose starts differ by less than that are of the same moment."""


class Phase(Enum):
    EMPTY = "empty"
    OPENING = "opening"
    READY = "ready"
    FAILED = "failed"


class Track(Struct, eq=False):
    engine: Engine
    path: Path | None = None
    phase: Phase = Phase.EMPTY
    pictures: bool = True
    """False for what has only sound: it runs along, and there is no frame to wait for."""
    duration: int = 0
    frame_us: int = FALLBACK_FRAME_US
    waiting: deque[Any] = field(default_factory=deque)
    """Frames that came and are not shown yet, in order."""
    shown: Any = None
    target: int | None = None
    """What the next frame must cover; what does not is an old frame on its way."""
    held: Any = None
    """The newest frame that missed the target, shown if none other comes."""
    late: int | None = None
    """What was sought and did not come in time: it is shown when it does."""
    ended: bool = False
    resting: bool = False
    """Paused for a moment because the others are behind."""
    rate: float = 1.0

    @property
    def is_ready(self) -> bool:
        return self.phase is Phase.READY

    @property
    def leads(self) -> bool:
        """Whether the others must wait for its frames."""
        return self.is_ready and self.pictures and not self.ended

    @property
    def newest(self) -> int:
        """Start of the newest frame that came."""
        frame = self.waiting[-1] if self.waiting else self.shown
        return int(frame.startTime()) if frame is not None else 0

    @property
    def start(self) -> int:
        """Start of the frame that is shown."""
        return max(0, int(self.shown.startTime())) if self.shown is not None else 0

    def open(self, path: Path, *, pictures: bool) -> None:
        self.forget()
        self.path, self.pictures, self.phase = path, pictures, Phase.OPENING
        self.set_rate(1.0)
        self.engine.load(path)
        self.engine.pause()

    def close(self) -> None:
        if self.phase is not Phase.EMPTY:
            self.engine.unload()
        self.forget()
        self.path, self.phase = None, Phase.EMPTY

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
        """Asks for the frame at a time; past its end, for its last one."""
        last = self.duration - self.frame_us // 2 if self.pictures else self.duration
        target = max(0, min(microseconds, last) if self.duration else microseconds)
        self.waiting.clear()
        self.held = self.late = None
        if self.ended:
            # A player at its end has stopped and would seek nowhere; paused it can.
            self.ended = False
            self.engine.pause()
        if self.pictures:
            self.target = target
        self.engine.seek(target // 1000)

    def take(self, frame: Any) -> bool:
        """A frame came while one was asked for; True when it is the one."""
        start, end = frame.startTime(), frame.endTime()
        if end > start:
            self.frame_us = end - start
        if self.target is None or not start <= self.target < max(end, start + 1):
            self.held = frame
            return False
        self.show(frame)
        return True

    def give_up_seeking(self) -> bool:
        """No fitting frame came in time: the nearest that did stands in, until the right one comes. False where none
        did."""
        late, stands_in = self.target, self.held is not None
        if stands_in:
            self.show(self.held)
        self.target, self.late = None, late
        return stands_in

    def take_late(self, frame: Any) -> bool:
        """True when a frame is the one that did not come in time."""
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
        """Shows the newest waiting frame that began by `moment`; True when that is another one."""
        found = None
        while self.waiting and self.waiting[0].startTime() <= moment + ROUNDING_US:
            found = self.waiting.popleft()
        if found is not None:
            self.show(found)
        return found is not None
