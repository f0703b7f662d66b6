"""Clips: they play, scrub and step by frames, with small frames while a person drags; the poster is the first frame
that is not black."""

from __future__ import annotations

from collections import deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QImage

from runway_desktop.domain.media import Media
from runway_desktop.ui.building import timer
from runway_desktop.ui.media.picture import at_most
from runway_desktop.ui.media.playback import Engine
from runway_desktop.ui.media.players import Fault
from runway_desktop.ui.media.poster_file import POSTER_SIDE, Made, Wish, save_poster
from runway_desktop.ui.media.video_view import VideoView
from runway_desktop.values import Struct

from .kind import Done, Kind, KindPreview, Parts, PosterTools

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

LOOK_MS = 1000
"""Who looks at a clip for so long may drag its position: its small frames are made."""
_DARK = 24
"""Mean brightness of 255 below which a first frame says nothing: many clips fade in from black."""


class ClipPreview(KindPreview):
    stage: VideoView
    plays = True

    def __init__(self, parts: Parts) -> None:
        super().__init__(VideoView(parts.theme), parts.transport, "Clip")
        self._parts = parts
        self._looked_at = timer(self, LOOK_MS, self._want_strip)
        parts.playback.frame.connect(self.stage.show_frame)
        parts.playback.glance = self._glance
        parts.transport.neared.connect(self._want_strip)
        parts.strips.grown.connect(self._grown)
        self.stage.clicked.connect(self.play_wanted)
        # The first of the two clicks has toggled playing; full screen should not.
        self.stage.double_clicked.connect(self.play_wanted)
        self.stage.double_clicked.connect(self.full_screen_wanted)

    def show(self, path: Path) -> None:
        self.stage.show_poster(self.poster())
        self._parts.open_soon(path, True)
        self._looked_at.start()

    def leave(self) -> None:
        super().leave()
        self._looked_at.stop()

    def frame(self) -> QImage:
        return self.stage.image() if self.stage.shows_frame else QImage()

    def drag_image(self) -> QImage:
        return self.stage.image()

    def _want_strip(self) -> None:
        if self.item is not None:
            self._parts.strips.want((str(self.item.path), str(self.item.poster or "")))

    def _glance(self, seconds: float) -> bool:
        """Shows a small frame of about that time; False where there is none and none comes."""
        if self.item is None:
            return False
        self._want_strip()
        path, strips = str(self.item.path), self._parts.strips
        image = strips.near(path, seconds)
        if image is not None:
            self.stage.show_glance(image)
        return image is not None or strips.is_coming(path)

    def _grown(self, path: str) -> None:
        playback = self._parts.playback
        if playback.is_glancing and self.item is not None and path == str(self.item.path):
            self._glance(playback.position)


class _Still(Struct, frozen=True):
    """A frame as a picture of a poster's size. `size` is the frame's own, `at` its time in microseconds."""

    image: QImage
    size: QSize
    at: int
    is_dark: bool


class ClipPosters(QObject):
    """One clip after the other, through one player."""

    def __init__(self, tools: PosterTools) -> None:
        super().__init__(tools.parent)
        self._tools = tools
        self._engine: Engine | None = None
        self._waiting: deque[tuple[Wish, Done]] = deque()
        self._clip: tuple[Wish, Done] | None = None
        self._seconds = 0.0
        self._first: _Still | None = None
        """One that was dark."""
        self._judged: tuple[Wish, Done] | None = None
        """The clip of which a frame is being looked at."""
        self._closed = False
        self._time_out = timer(self, tools.clip_time_out_ms, self._timed_out)
        # Clips start from a timer's slot: a request may come from a coroutine, where a player must not be built.
        self._starter = timer(self, 0, self._next)

    def paint(self, wish: Wish, done: Done) -> None:
        self._waiting.append((wish, done))
        if self._clip is None:
            self._starter.start()

    def shutdown(self) -> None:
        self._closed = True
        self._starter.stop()
        self._time_out.stop()
        self._waiting.clear()
        if self._engine is not None:
            self._engine.shutdown()

    def _next(self) -> None:
        if self._closed or self._clip is not None or not self._waiting:
            return
        if self._engine is None:
            engine = self._tools.make_engine(self)
            engine.frame.connect(self._frame_came)
            engine.duration.connect(self._duration_came)
            engine.failed.connect(self._failed)
            self._engine = engine
        self._clip, self._seconds, self._first, self._judged = self._waiting.popleft(), 0.0, None, None
        self._time_out.start()
        self._engine.load(self._clip[0].path)
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
        self._tools.workers.run(partial(_still_of, frame), partial(self._still_came, clip))

    def _still_came(self, clip: tuple[Wish, Done], still: _Still) -> None:
        if clip is not self._clip or self._engine is None:
            return
        self._judged = None
        if self._first is None and still.is_dark and self._seconds > 0.2:
            self._first = still
            self._engine.seek(round(min(1.0, self._seconds / 3) * 1000))
        else:
            self._save(clip, still)

    def _save(self, clip: tuple[Wish, Done], still: _Still) -> None:
        self._end()
        wish, done = clip
        self._tools.workers.run(partial(_poster, wish, still, self._seconds), done, at=wish.target)

    def _failed(self, _fault: Fault) -> None:
        if self._clip is not None:
            _, done = self._clip
            self._end()
            done(None)

    def _timed_out(self) -> None:
        clip, first = self._clip, self._first
        if clip is None:
            return
        if first is not None:
            self._save(clip, first)
        else:
            self._end()
            wish, done = clip
            done(f"No frame of {wish.path.name} can be decoded here.")

    def _end(self) -> None:
        self._time_out.stop()
        self._clip = None
        if self._waiting:
            self._starter.start()
        elif self._engine is not None:
            self._engine.unload()


def _still_of(frame: QVideoFrame) -> _Still:
    image = frame.toImage()
    small = at_most(image, POSTER_SIDE)
    tiny = small.scaled(16, 16).convertToFormat(QImage.Format.Format_Grayscale8)
    values = [tiny.pixelColor(x, y).value() for y in range(tiny.height()) for x in range(tiny.width())]
    return _Still(small, image.size(), frame.startTime(), not values or sum(values) / len(values) < _DARK)


def _poster(wish: Wish, still: _Still, seconds: float) -> Made | str | None:
    return None if still.image.isNull() else save_poster(still.image, wish.target, still.size, seconds)


CLIP = Kind(media=Media.VIDEO, preview=ClipPreview, posters=ClipPosters)
