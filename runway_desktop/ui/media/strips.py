"""Small frames of clips, for scrubbing with the pointer: asked for when a pointer first crosses a clip, made by a
process of their own, kept beside the poster, and held in memory for the clips that were scrubbed last.

Nothing is decoded in this process: frames come as pixels while the clip is still being read. A process that hangs or
ends is replaced at the next wish, and the clip that it was busy with is not tried again. GUI thread; nothing raises.
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
"""Of all strips held in memory: four of 16:9, which a comparison shows side by side."""
NEAR = 0.25
"""Seconds between a frame and the pointer's place within which it stands in for the exact one."""
SILENCE_MS = 8_000
"""Without a frame for so long, the process hangs."""
_LAST_MS = 3_000
"""The program ends no sooner than the process that it has killed, unless that takes so long."""
IDLE_MS = 60_000
"""Without a wish for so long, the process ends: it takes some 80 MB."""


class _Strip(Struct):
    poster: str
    """Another one stands for another content of the file."""
    length: int = 0
    """Milliseconds; 0 while no frame came."""
    step: int = 1
    frames: dict[int, QImage] = field(default_factory=dict)
    bytes: int = 0
    is_whole: bool = False

    def nearest(self, seconds: float) -> tuple[int, QImage] | None:
        """The number and the frame, of those that came, that is the nearest."""
        if not self.frames:
            return None
        wanted = int(seconds * 1000) // self.step
        number = wanted if wanted in self.frames else min(self.frames, key=lambda at: abs(at - wanted))
        return number, self.frames[number]


class Strips(QObject):
    grown = Signal(str)
    """The path of a clip of which there are more frames now."""
    woken = Signal()
    """The process is being started: clips are about to be looked at."""

    def __init__(
        self, parent: QObject | None = None, command: Sequence[str] = (), *, silence_ms: int = SILENCE_MS
    ) -> None:
        """`command` starts the process that makes them, for tests."""
        super().__init__(parent)
        self._command = tuple(command) or _command()
        self._strips: OrderedDict[str, _Strip] = OrderedDict()
        self._hopeless: set[str] = set()
        self._busy: dict[str, str] = {}
        """Path → poster, of what the process was asked for and has not done."""
        self._waiting: list[tuple[str, str]] = []
        self._suspects: set[str] = set()
        """What was being read together when a process hung or ended: asked for one at a time, so that one knows."""
        self._process: QProcess | None = None
        self._head: dict[str, Any] | None = None
        """The words of a frame whose pixels are still on their way."""
        self._is_shut = False
        self._silence = timer(self, silence_ms, self._hangs)
        self._idle = timer(self, IDLE_MS, self._end)

    def warm(self) -> None:
        """A pointer is near clips: the process is started, so that the first frame does not wait for that."""
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
        """The strips of clips, each a path and that of its poster, side by side: read from beside the poster if it is
        there, else made and kept there. Newer wishes end those before."""
        missing = [clip for clip in clips if self._is_missing(*clip)]
        self._waiting = [clip for clip in missing if clip[0] not in self._busy]
        if self._waiting and not (self._suspects and any(path in self._busy for path, _ in missing)):
            self._waiting = missing
            self._ask_next()

    def is_coming(self, path: str) -> bool:
        """Whether there will be more frames than there are."""
        return path in self._busy or any(path == waiting for waiting, _ in self._waiting)

    def at_fraction(self, path: str, fraction: float) -> QImage | None:
        """The frame that is nearest to a part (0 to 1) of the clip's length; None while there is none at all."""
        strip = self._strips.get(path)
        return self._nearest(path, fraction * strip.length / 1000, float("inf")) if strip is not None else None

    def near(self, path: str, seconds: float) -> QImage | None:
        """The frame that is nearest to a time, or to the end that lies before it, if there is one near enough to stand
        in for the exact one."""
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
        # A copy: the image would not own its pixels.
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

    def _hangs(self) -> None:
        self._give_up()

    def _give_up(self) -> None:
        """On the clip that is being read; those after it may be better. Of several one by one is tried."""
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
        """It ended by itself, which it never does while its input is open."""
        self._give_up()


def _command() -> tuple[str, ...]:
    if getattr(sys, "frozen", False):
        return (sys.executable, "--strips")
    return (sys.executable, "-m", "runway_desktop", "--strips")
