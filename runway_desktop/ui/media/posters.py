"""Makes the poster of a file: once, small, kept beside the library, so that lists and the preview never decode the file
itself.

Pictures and drawings are scaled on a worker thread; clips give their first frame that is not black, one after the other
through one player; sounds give their waveform. A poster that exists is not made again: its own text holds the size and
length of its file. A drive that hangs holds up only the posters of what lies on it. GUI thread. Nothing raises;
`failed` carries a sentence.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRectF, QSize, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from runway_desktop.domain.media import Media
from runway_desktop.ui.building import timer
from runway_desktop.ui.picture_reader import open_reader
from runway_desktop.values import Struct

from .picture import at_most, is_readable, read_small
from .playback import Engine
from .players import Fault, MediaEngine
from .waveform import Waveform, WaveformReader
from .waveform_view import paint_bars
from .workers import Workers

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

POSTER_SIDE = 512
"""Pixels of the long side."""
CLIP_TIME_OUT_MS = 3000
_DARK = 24
"""Mean brightness of 255 below which a first frame says nothing: many clips fade in from black."""
_WIDTH, _HEIGHT, _SECONDS = "FileWidth", "FileHeight", "FileSeconds"
_GROUND, _WAVE = QColor(24, 26, 30), QColor(134, 168, 222)
"""A kept picture cannot follow the theme; these two read well in both."""


class _Wish(Struct, frozen=True):
    path: Path
    media: Media
    target: Path


class _Made(Struct, frozen=True):
    width: int
    height: int
    seconds: float


class _Still(Struct, frozen=True):
    """A frame as a picture of a poster's size. `size` is the frame's own, `at` its time in microseconds."""

    image: QImage
    size: QSize
    at: int
    is_dark: bool


class PosterMaker(QObject):
    made = Signal(str, str, int, int, float)
    """Path, target, width and height of the file in pixels (0 for sound), its length in seconds (0 for pictures)."""
    failed = Signal(str, str)
    """Path, a sentence."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        make_engine: Callable[[QObject], Engine] | None = None,
        clip_time_out_ms: int = CLIP_TIME_OUT_MS,
    ) -> None:
        super().__init__(parent)
        self._make_engine = make_engine or (lambda parent: MediaEngine(parent, sound=False))
        self._engine: Engine | None = None
        self._workers = Workers(self)
        self._waveforms = WaveformReader(self._workers, self)
        self._waveforms.ready.connect(self._waveform_ready)
        self._waveforms.failed.connect(self._waveform_failed)
        self._wanted: set[Path] = set()
        self._clips: deque[_Wish] = deque()
        self._clip: _Wish | None = None
        self._seconds = 0.0
        self._first: _Still | None = None
        """One that was dark."""
        self._judged: _Wish | None = None
        """The clip of which a frame is being looked at."""
        self._sounds: deque[_Wish] = deque()
        self._sound: _Wish | None = None
        self._closed = False
        self._time_out = timer(self, clip_time_out_ms, self._clip_timed_out)
        # Clips start from a timer's slot: a request may come from a coroutine, where a player must not be built.
        self._starter = timer(self, 0, self._next_clip)

    def request(self, path: Path, media: Media, target: Path) -> None:
        """Answers with `made` or `failed`, always later. A request for a target that is already under way is dropped.

        The suffix of `target` (.png or .jpg) chooses the format; its folder is made.
        """
        if self._closed or target in self._wanted:
            return
        self._wanted.add(target)
        self._workers.run(partial(_kept, target), partial(self._looked_up, _Wish(path, media, target)), at=target)

    def shutdown(self) -> None:
        """Before the application ends. Let the event loop turn once afterwards."""
        self._closed = True
        self._starter.stop()
        self._time_out.stop()
        self._clips.clear()
        self._sounds.clear()
        self._waveforms.cancel()
        self._workers.shutdown()
        if self._engine is not None:
            self._engine.shutdown()

    def _looked_up(self, wish: _Wish, kept: _Made | None) -> None:
        if kept is not None:
            self._finish(wish, kept)
        else:
            # Whoever waits for a drive that hangs waits here, and takes no turn at the players.
            self._workers.run(partial(is_readable, wish.path), partial(self._begin, wish), at=wish.path)

    def _begin(self, wish: _Wish, is_there: bool) -> None:
        if not is_there:
            self._fail(wish, f"{wish.path.name} is not there.")
        elif wish.media is Media.IMAGE:
            self._workers.run(partial(_poster_of_picture, wish), partial(self._finish, wish), at=wish.path)
        elif wish.media is Media.VIDEO:
            self._clips.append(wish)
            if self._clip is None:
                self._starter.start()
        elif wish.media is Media.AUDIO:
            self._sounds.append(wish)
            if self._sound is None:
                self._next_sound()
        else:
            self._fail(wish, "There is no picture of this kind of file.")

    def _finish(self, wish: _Wish, result: _Made | str | None) -> None:
        if isinstance(result, _Made):
            self._wanted.discard(wish.target)
            self.made.emit(str(wish.path), str(wish.target), result.width, result.height, result.seconds)
        else:
            self._fail(wish, result or f"{wish.path.name} cannot be read. It may be damaged.")

    def _fail(self, wish: _Wish, reason: str) -> None:
        self._wanted.discard(wish.target)
        self.failed.emit(str(wish.path), reason)

    def _next_clip(self) -> None:
        if self._closed or self._clip is not None or not self._clips:
            return
        if self._engine is None:
            engine = self._make_engine(self)
            engine.frame.connect(self._frame_came)
            engine.duration.connect(self._duration_came)
            engine.failed.connect(self._clip_failed)
            self._engine = engine
        self._clip, self._seconds, self._first, self._judged = self._clips.popleft(), 0.0, None, None
        self._time_out.start()
        self._engine.load(self._clip.path)
        self._engine.pause()

    def _duration_came(self, milliseconds: int) -> None:
        self._seconds = milliseconds / 1000

    def _frame_came(self, frame: Any) -> None:
        clip = self._clip
        if clip is None or self._engine is None or self._judged is clip:
            return
        if self._first is not None and frame.startTime() == self._first.at:
            return
        # On a worker: to make a picture of a frame takes longer than the window may stand still.
        self._judged = clip
        self._workers.run(partial(_still_of, frame), partial(self._still_came, clip))

    def _still_came(self, clip: _Wish, still: _Still) -> None:
        if clip is not self._clip or self._engine is None:
            return
        self._judged = None
        if self._first is None and still.is_dark and self._seconds > 0.2:
            self._first = still
            self._engine.seek(round(min(1.0, self._seconds / 3) * 1000))
        else:
            self._save_clip(clip, still)

    def _save_clip(self, clip: _Wish, still: _Still) -> None:
        self._clip_done()
        make = partial(_poster_of_still, clip, still, self._seconds)
        self._workers.run(make, partial(self._finish, clip), at=clip.target)

    def _clip_failed(self, _fault: Fault) -> None:
        if self._clip is not None:
            clip = self._clip
            self._clip_done()
            self._finish(clip, None)

    def _clip_timed_out(self) -> None:
        clip, first = self._clip, self._first
        if clip is None:
            return
        if first is not None:
            self._save_clip(clip, first)
        else:
            self._clip_done()
            self._fail(clip, f"No frame of {clip.path.name} can be decoded here.")

    def _clip_done(self) -> None:
        self._time_out.stop()
        self._clip = None
        if self._clips:
            self._starter.start()
        elif self._engine is not None:
            self._engine.unload()

    def _next_sound(self) -> None:
        self._sound = self._sounds.popleft() if self._sounds and not self._closed else None
        if self._sound is not None:
            self._waveforms.read(self._sound.path)

    def _waveform_ready(self, _path: Path, waveform: Waveform) -> None:
        wish = self._sound
        if wish is not None:
            make = partial(_poster_of_sound, wish, waveform)
            self._workers.run(make, partial(self._finish, wish), at=wish.target)
            self._next_sound()

    def _waveform_failed(self, _path: Path) -> None:
        wish = self._sound
        if wish is not None:
            self._finish(wish, None)
            self._next_sound()


def _kept(target: Path) -> _Made | None:
    """What an existing poster tells of its file. On a worker."""
    if not target.is_file():
        return None
    reader = open_reader(target)
    if not reader.canRead():
        return None
    try:
        return _Made(int(reader.text(_WIDTH)), int(reader.text(_HEIGHT)), float(reader.text(_SECONDS)))
    except ValueError:
        return _Made(reader.size().width(), reader.size().height(), 0.0)


def _poster_of_picture(wish: _Wish) -> _Made | str | None:
    found = read_small(wish.path, POSTER_SIDE)
    return None if isinstance(found, str) else _save(found.image, wish.target, found.size, 0.0)


def _still_of(frame: QVideoFrame) -> _Still:
    image = frame.toImage()
    small = at_most(image, POSTER_SIDE)
    tiny = small.scaled(16, 16).convertToFormat(QImage.Format.Format_Grayscale8)
    values = [tiny.pixelColor(x, y).value() for y in range(tiny.height()) for x in range(tiny.width())]
    return _Still(small, image.size(), frame.startTime(), not values or sum(values) / len(values) < _DARK)


def _poster_of_still(wish: _Wish, still: _Still, seconds: float) -> _Made | str | None:
    return None if still.image.isNull() else _save(still.image, wish.target, still.size, seconds)


def _poster_of_sound(wish: _Wish, waveform: Waveform) -> _Made | str | None:
    image = QImage(POSTER_SIDE, POSTER_SIDE * 9 // 16, QImage.Format.Format_RGB32)
    image.fill(_GROUND)
    painter = QPainter(image)
    painter.setPen(_WAVE)
    field = QRectF(image.rect()).adjusted(24, 60, -24, -60)
    paint_bars(painter, field, waveform.peaks)
    painter.end()
    return _save(image, wish.target, QSize(0, 0), waveform.duration)


def _save(image: QImage, target: Path, size: QSize, seconds: float) -> _Made | str:
    """Whole or not at all: written beside and renamed."""
    png = target.suffix.lower() == ".png"
    if not png and image.hasAlphaChannel():
        ground = QImage(image.size(), QImage.Format.Format_RGB32)
        ground.fill(_GROUND)
        painter = QPainter(ground)
        painter.drawImage(0, 0, image)
        painter.end()
        image = ground
    image.setDevicePixelRatio(1)
    for key, value in ((_WIDTH, size.width()), (_HEIGHT, size.height()), (_SECONDS, seconds)):
        image.setText(key, str(value))
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # As everything in a profile: for nobody else to look at.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if not image.save(str(part), "PNG" if png else "JPG", -1 if png else 88):  # type: ignore[call-overload]
            part.unlink(missing_ok=True)
            return f"The poster cannot be written to {target.parent}."
        part.replace(target)
    except OSError as error:
        return f"The poster cannot be written: {error.strerror}."
    return _Made(size.width(), size.height(), seconds)
