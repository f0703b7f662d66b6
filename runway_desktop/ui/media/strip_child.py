"""Child process that extracts strips: small frames of clips, evenly spread over their length, for scrubbing.

    python -m runway_desktop --strips

Reads a request per line from standard input: JSON with a list of `clips`, each with `path` and `target`. Writes each
frame to standard output once it is decoded: a line of JSON, then the pixels (RGB16, rows of `row` bytes). Up to four
clips are read in parallel, so that all clips of a comparison progress. A newer request cancels what it does not name. A
complete strip is stored at `target` as one JPEG and read from there next time. In a process of its own, a decoder that
hangs, crashes or uses a full core can be killed. It runs at lower priority than the window and ends with its standard
input.

Frames are scaled on the player's render thread, which decodes no further until a frame is written: memory is bounded.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from runway_desktop.ui.picture_reader import open_reader

from .players import MediaEngine

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

MOST_FRAMES = 96
SIDE = 320
"""Long side of a frame in pixels."""
AT_ONCE = 4
"""As many clips as a comparison shows."""
_GIVES_WAY = 5
"""Niceness (of 19): playback and painting have priority."""
_RATE = 40.0
"""Playback rate, higher than any clip can be decoded."""
_SHORTEST_STEP_MS = 42
_COLUMNS = 8
_STEP, _LENGTH, _FRAMES, _WIDTH, _HEIGHT = "StripStep", "StripLength", "StripFrames", "StripWidth", "StripHeight"
_IGNORE, _SMOOTH = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation


class _Job:
    """A plain class: structs are slow to import, and the start delays scrubbing."""

    def __init__(self, path: str, target: Path | None) -> None:
        self.path, self.target = path, target
        self.length = 0
        """Milliseconds."""
        self.frames: dict[int, QImage] = {}

    @property
    def step(self) -> int:
        """Milliseconds between frames."""
        return max(_SHORTEST_STEP_MS, -(-self.length // MOST_FRAMES))


class _Reader(QObject):
    """One player and the clip that it reads."""

    def __init__(self, maker: StripMaker) -> None:
        super().__init__(maker)
        self._maker = maker
        self.job: _Job | None = None
        self._engine = MediaEngine(self, sound=False, on_frame=self._frame_came)
        self._engine.duration.connect(self._length_came)
        self._engine.ended.connect(self._ended)
        self._engine.failed.connect(self._failed)

    def begin(self, job: _Job) -> None:
        self.job = job
        self._engine.load(Path(job.path))
        self._engine.set_rate(_RATE)
        self._engine.play()

    def stop(self) -> None:
        self.job = None
        self._engine.unload()

    def _length_came(self, milliseconds: int) -> None:
        if self.job is not None:
            self.job.length = milliseconds

    def _frame_came(self, frame: QVideoFrame) -> None:
        """Scales and sends a frame, on the render thread."""
        job = self.job
        if job is None or not job.length:
            return
        number = max(0, frame.startTime()) // 1000 // job.step
        if number not in job.frames:
            image = small(frame)
            if not image.isNull():
                job.frames[number] = image
                self._maker.send(job.path, number, job.step, job.length, image)

    def _ended(self) -> None:
        job = self.job
        if job is not None:
            self.stop()
            self._maker.done(job, is_whole=bool(job.frames))

    def _failed(self, _fault: object) -> None:
        job, self.job = self.job, None
        if job is not None:
            self._maker.done(job, is_whole=False)


class StripMaker(QObject):
    _asked = Signal(str)
    _input_ended = Signal()

    def __init__(self, application: QGuiApplication) -> None:
        super().__init__()
        self._waiting: deque[_Job] = deque()
        self._writing = threading.Lock()
        # Created in advance: most requests are for one clip, and the person is already scrubbing.
        self._readers = [_Reader(self)]
        queued = Qt.ConnectionType.QueuedConnection
        self._asked.connect(self._begin, queued)
        self._input_ended.connect(application.quit, queued)
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, path: str, number: int, step: int, length: int, image: QImage) -> None:
        """Writes one frame; any thread."""
        flat = image.convertToFormat(QImage.Format.Format_RGB16)
        pixels = bytes(flat.constBits())
        head = {"path": path, "number": number, "step": step, "length": length}
        shape = {"width": flat.width(), "height": flat.height(), "row": flat.bytesPerLine(), "size": len(pixels)}
        self._write(head | shape, pixels)

    def done(self, job: _Job, *, is_whole: bool) -> None:
        self._write({"path": job.path, "is_whole": is_whole})
        self._read_next()
        if is_whole and job.target is not None:
            keep(job, job.target)

    def _listen(self) -> None:
        for line in sys.stdin:
            self._asked.emit(line)
        self._input_ended.emit()

    def _begin(self, line: str) -> None:
        # Another target means that the file's content changed.
        clips = json.loads(line)["clips"]
        wanted = dict.fromkeys((one["path"], Path(one["target"]) if one["target"] else None) for one in clips)
        for reader in self._readers:
            if reader.job is not None and (key := (reader.job.path, reader.job.target)) in wanted:
                del wanted[key]
            elif reader.job is not None:
                reader.stop()
        self._waiting.clear()
        for path, target in wanted:
            if target is None or not self._send_kept(path, target):
                self._waiting.append(_Job(path, target))
        self._read_next()

    def _read_next(self) -> None:
        """Assigns waiting clips to idle readers; creates up to `AT_ONCE`."""
        while self._waiting:
            reader = next((one for one in self._readers if one.job is None), None)
            if reader is None:
                if len(self._readers) == AT_ONCE:
                    return
                reader = _Reader(self)
                self._readers.append(reader)
            reader.begin(self._waiting.popleft())

    def _send_kept(self, path: str, target: Path) -> bool:
        reader = open_reader(target)
        try:
            step, length, amount, width, height = (
                int(reader.text(key)) for key in (_STEP, _LENGTH, _FRAMES, _WIDTH, _HEIGHT)
            )
        except ValueError:
            return False
        sheet = reader.read()
        if sheet.isNull():
            return False
        for number in range(amount):
            self.send(path, number, step, length, sheet.copy(_tile(number, width, height)))
        self._write({"path": path, "is_whole": True})
        return True

    def _write(self, words: dict[str, Any], pixels: bytes = b"") -> None:
        try:
            with self._writing:
                sys.stdout.buffer.write(json.dumps(words).encode() + b"\n" + pixels)
                sys.stdout.buffer.flush()
        except OSError:
            # The parent has closed the pipe.
            os._exit(0)


def small(frame: QVideoFrame) -> QImage:
    """The frame scaled to a long side of at most `SIDE` pixels; a null image if it cannot be read."""
    from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

    shape, kinds = frame.surfaceFormat(), QVideoFrameFormat.PixelFormat
    size = frame.size().scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(2, 2))
    size = QSize(size.width() // 2 * 2, size.height() // 2 * 2)
    is_plain = frame.pixelFormat() is kinds.Format_YUV420P and not shape.rotation().value and not shape.isMirrored()
    if not is_plain or not frame.map(QVideoFrame.MapMode.ReadOnly):
        image = frame.toImage()
        return image if image.isNull() else image.scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio, _SMOOTH)
    # Scaled plane by plane: converting the full frame to an image first takes five times as long.
    wanted = QVideoFrameFormat(size, kinds.Format_YUV420P)
    wanted.setColorSpace(shape.colorSpace())
    wanted.setColorRange(shape.colorRange())
    made = QVideoFrame(wanted)
    if not made.map(QVideoFrame.MapMode.WriteOnly):
        frame.unmap()
        return QImage()
    # Two source lines per target line are enough; scaling all of them takes twice as long.
    every = max(1, frame.height() // size.height() // 2)
    for plane, part in ((0, 1), (1, 2), (2, 2)):
        width, height, row = frame.width() // part, frame.height() // part // every, frame.bytesPerLine(plane) * every
        gray = QImage(frame.bits(plane), width, height, row, QImage.Format.Format_Grayscale8)
        gray = gray.scaled(size.width() // part, size.height() // part, _IGNORE, _SMOOTH)
        to: Any = made.bits(plane)
        from_, row, length = gray.constBits(), made.bytesPerLine(plane), gray.bytesPerLine()
        for y in range(gray.height()):
            to[y * row : y * row + gray.width()] = from_[y * length : y * length + gray.width()]
    frame.unmap()
    made.unmap()
    return made.toImage()


def keep(job: _Job, target: Path) -> None:
    """Saves a strip atomically as one picture. A slot without a frame repeats the previous one."""
    shape = next(iter(job.frames.values())).size()
    amount = max(job.frames) + 1
    rows = -(-amount // _COLUMNS)
    sheet = QImage(shape.width() * _COLUMNS, shape.height() * rows, QImage.Format.Format_RGB32)
    sheet.fill(Qt.GlobalColor.black)
    painter = QPainter(sheet)
    image = QImage()
    for number in range(amount):
        image = job.frames.get(number, image)
        painter.drawImage(_tile(number, shape.width(), shape.height()).topLeft(), image)
    painter.end()
    values = (job.step, job.length, amount, shape.width(), shape.height())
    for key, value in zip((_STEP, _LENGTH, _FRAMES, _WIDTH, _HEIGHT), values, strict=True):
        sheet.setText(key, str(value))
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    # On failure the strip is extracted again next time.
    with contextlib.suppress(OSError):
        # Qt would let the umask say who may read it.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if sheet.save(str(part), "JPG", 80):  # type: ignore[call-overload]
            part.replace(target)
        else:
            part.unlink(missing_ok=True)


def _tile(number: int, width: int, height: int) -> QRect:
    return QRect(number % _COLUMNS * width, number // _COLUMNS * height, width, height)


def main() -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # Pictures of frames cost less without OpenGL (`_OPENGL` of app/program.py).
    os.environ["QT_QPA_OFFSCREEN_NO_GLX"] = "1"
    if sys.platform != "win32":
        os.nice(_GIVES_WAY)
    application = QGuiApplication(sys.argv[:1])
    maker = StripMaker(application)
    application.exec()
    # No orderly shutdown: the listener thread may block on standard input, and the player has threads.
    del maker
    os._exit(0)


if __name__ == "__main__":
    raise SystemExit(main())
