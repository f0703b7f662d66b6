"""Strips: small frames of clips for scrubbing. Requested when the pointer first enters a clip, extracted by a child
process, stored next to the poster, and cached in memory for recent clips.

Nothing is decoded in this process: frames arrive as pixels while the clip is still being read. A child that hangs or
exits is restarted on the next request, without the clip that it was reading. GUI thread only; nothing raises.
"""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, Signal
from PySide6.QtGui import QImage

from runway_desktop.domain.profiles import STRIP
from runway_desktop.ui.building import timer
from runway_desktop.values import Struct, field

MOST_BYTES = 48 * 2**20
"""Memory limit of all cached strips: four of 16:9, as a comparison shows."""
NEAR = 0.25
"""Maximum distance in seconds at which a frame replaces the exact one."""
SILENCE_MS = 8_000
"""Without a frame for this long, the child counts as hung."""
_LAST_MS = 3_000
"""Longest wait for a killed child when the program quits."""
IDLE_MS = 60_000
"""The child uses about 80 MB, so it is ended after this time without a request."""


class _Strip(Struct):
    poster: str
    """Path of the poster; it changes with the file's content."""
    length: int = 0
    """Milliseconds; 0 before the first frame."""
    step: int = 1
    frames: dict[int, QImage] = field(default_factory=dict)
    bytes: int = 0
    is_whole: bool = False

    def nearest(self, seconds: float) -> tuple[int, QImage] | None:
        """Number and image of the available frame closest to a time; None without frames."""
        if not self.frames:
            return None
        wanted = int(seconds * 1000) // self.step
        number = wanted if wanted in self.frames else min(self.frames, key=lambda at: abs(at - wanted))
        return number, self.frames[number]


class Strips(QObject):
    grown = Signal(str)
    """Path of a clip with new frames."""
    woken = Signal()
    """The child process is being started: a request may follow."""

    def __init__(
        self, parent: QObject | None = None, command: Sequence[str] = (), *, silence_ms: int = SILENCE_MS
    ) -> None:
        """`command` starts the child process; set by tests."""
        super().__init__(parent)
        self._command = tuple(command) or _command()
        self._strips: OrderedDict[str, _Strip] = OrderedDict()
        self._hopeless: set[str] = set()
        self._busy: dict[str, str] = {}
        """Running requests: path to poster."""
        self._waiting: list[tuple[str, str]] = []
        self._suspects: set[str] = set()
        """Clips that were read together when a child hung or exited. They are retried one at a time, to find the bad
        one."""
        self._process: QProcess | None = None
        self._head: dict[str, Any] | None = None
        """Header of a frame whose pixels have not arrived completely."""
        self._is_shut = False
        self._silence = timer(self, silence_ms, self._give_up)
        self._idle = timer(self, IDLE_MS, self._end)

    def warm(self) -> None:
        """Starts the child before the first request, when the pointer is near clips."""
        if self._process is None and not self._is_shut:
            process = QProcess(self)
            process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
            process.setStandardErrorFile(QProcess.nullDevice())
            process.readyReadStandardOutput.connect(self._read)
            process.finished.connect(self._finished)
            process.errorOccurred.connect(self._finished)
            self._process = process
            process.start(self._command[0], list(self._command[1:]))
            self.woken.emit()
        self._idle.start()

    def want(self, *clips: tuple[str, str]) -> None:
        """Requests strips, each by the clip's path and its poster's path, in parallel. A stored strip is loaded, others
        are extracted and stored. Replaces earlier requests."""
        missing = [clip for clip in clips if self._is_missing(*clip)]
        self._waiting = [clip for clip in missing if clip[0] not in self._busy]
        if self._waiting and not (self._suspects and any(path in self._busy for path, _ in missing)):
            self._waiting = missing
            self._ask_next()

    def is_coming(self, path: str) -> bool:
        """Whether more frames are coming."""
        return path in self._busy or any(path == waiting for waiting, _ in self._waiting)

    def at_fraction(self, path: str, fraction: float) -> QImage | None:
        """The frame nearest to a fraction (0 to 1) of the clip's length; None without frames."""
        strip = self._strips.get(path)
        return self._nearest(path, fraction * strip.length / 1000, float("inf")) if strip is not None else None

    def near(self, path: str, seconds: float) -> QImage | None:
        """The frame nearest to a time in seconds, clamped to the clip's length; None if it is not within `NEAR`."""
        strip = self._strips.get(path)
        return self._nearest(path, min(seconds, strip.length / 1000), NEAR) if strip is not None else None

    def shutdown(self) -> None:
        self._is_shut = True
        self._silence.stop()
        self._idle.stop()
        self._end()

    def _is_missing(self, path: str, poster: str) -> bool:
        strip = self._strips.get(path)
        if strip is not None and strip.poster != poster:
            del self._strips[path]
            self._busy.pop(path, None)
            strip = None
        is_there = strip is not None and strip.is_whole
        return bool(path) and not (is_there or path in self._hopeless or self._is_shut)

    def _ask_next(self) -> None:
        self.warm()
        at_once = 1 if any(path in self._suspects for path, _ in self._waiting) else len(self._waiting)
        asked, self._waiting = self._waiting[:at_once], self._waiting[at_once:]
        self._busy = dict(asked)
        clips = []
        for path, poster in asked:
            self._strips.setdefault(path, _Strip(poster))
            clips.append({"path": path, "target": str(Path(poster).with_suffix(STRIP)) if poster else ""})
        if self._process is not None:
            self._process.write(json.dumps({"clips": clips}).encode() + b"\n")
        self._silence.start()

    def _nearest(self, path: str, seconds: float, within: float) -> QImage | None:
        strip = self._strips.get(path)
        found = strip.nearest(seconds) if strip is not None else None
        if strip is None or found is None:
            return None
        self._strips.move_to_end(path)
        number, image = found
        begin, end = number * strip.step / 1000, (number + 1) * strip.step / 1000
        return image if begin - within <= seconds <= end + within else None

    def _read(self) -> None:
        process = self._process
        grown: set[str] = set()
        while process is not None:
            if self._head is None:
                if not process.canReadLine():
                    break
                words = json.loads(bytes(process.readLine().data()))
                if "size" not in words:
                    self._is_done(words["path"], is_whole=words["is_whole"])
                    grown.add(words["path"])
                    continue
                self._head = words
            if process.bytesAvailable() < self._head["size"]:
                break
            words, self._head = self._head, None
            self._take(words, bytes(process.read(words["size"]).data()))
            grown.add(words["path"])
        for path in grown:
            self.grown.emit(path)

    def _take(self, words: dict[str, Any], pixels: bytes) -> None:
        if words["path"] in self._busy:
            self._silence.start()
        strip = self._strips.get(words["path"])
        if strip is None:
            return
        strip.length, strip.step = words["length"], words["step"]
        image = QImage(pixels, words["width"], words["height"], words["row"], QImage.Format.Format_RGB16)
        # Copied: the image does not own its pixels.
        strip.frames[words["number"]] = image.copy()
        strip.bytes += words["size"]
        self._let_go(but=words["path"])

    def _is_done(self, path: str, *, is_whole: bool) -> None:
        strip = self._strips.get(path)
        if is_whole and strip is not None:
            strip.is_whole = True
        elif not is_whole:
            self._hopeless.add(path)
        if self._busy.pop(path, None) is not None:
            self._suspects.discard(path)
            if not self._busy:
                self._silence.stop()
                if self._waiting:
                    self._ask_next()

    def _let_go(self, *, but: str) -> None:
        held = sum(strip.bytes for strip in self._strips.values())
        for path in list(self._strips):
            if held <= MOST_BYTES:
                return
            if path != but:
                held -= self._strips.pop(path).bytes

    def _give_up(self) -> None:
        """Gives up on a clip read alone; several are marked as suspects, to retry one at a time. Restarts the child for
        the rest."""
        if len(self._busy) == 1:
            self._hopeless.update(self._busy)
        else:
            self._suspects.update(self._busy)
        waiting = [*self._busy.items(), *self._waiting]
        self._end()
        self.want(*waiting)

    def _end(self) -> None:
        process, self._process = self._process, None
        self._head, self._busy, self._waiting = None, {}, []
        self._silence.stop()
        if process is not None:
            process.readyReadStandardOutput.disconnect(self._read)
            process.finished.disconnect(self._finished)
            process.errorOccurred.disconnect(self._finished)
            process.finished.connect(process.deleteLater)
            process.kill()
            if self._is_shut:
                process.waitForFinished(_LAST_MS)
            if process.state() is QProcess.ProcessState.NotRunning:
                process.deleteLater()

    def _finished(self, *_: object) -> None:
        """The child exited by itself, which it never does normally while its input is open."""
        self._give_up()


def _command() -> tuple[str, ...]:
    if getattr(sys, "frozen", False):
        return (sys.executable, "--strips")
    return (sys.executable, "-m", "runway_desktop", "--strips")
