"""Video clips: playback, scrubbing with small frames, frame steps; the poster is the first frame that is not black."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.media import Media
from runway_desktop.texts import _
from runway_desktop.ui.building import timer
from runway_desktop.ui.media.picture import at_most
from runway_desktop.ui.media.players import MediaEngine
from runway_desktop.ui.media.stage import Stage, fitted
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.values import Struct

from .kind import POSTER_SIDE, Kind, MadePoster, OneByOne, PosterTools, PosterWish, PreviewParts, save_poster

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

LOOK_MS = 1000
"""After this time the small frames are extracted, since scrubbing may follow."""
_DARK = 24
"""Mean brightness (0 to 255) below which a first frame counts as black: many clips fade in."""


class VideoView(Stage):
    """Paints frames from a QVideoSink, because QVideoWidget is blank in screenshots and offscreen.

    Frames are converted to images only when painted. Before the first frame and after the clip the poster is shown;
    during a drag, a small frame.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._poster = QImage()
        self._frame: QVideoFrame | None = None
        self._image = QImage()

    def show_poster(self, poster: QImage) -> None:
        """Drops the last clip and shows a poster; a null image for none."""
        self._poster = poster
        self._frame = None
        self._image = QImage()
        self.update()

    def show_frame(self, frame: QVideoFrame) -> None:
        self._frame = frame
        self.update()

    def show_glance(self, image: QImage) -> None:
        """Shows a small frame until the next one."""
        self._frame, self._image = None, image
        self.update()

    @property
    def shows_frame(self) -> bool:
        return self._frame is not None or not self._image.isNull()

    def image(self) -> QImage:
        """The visible image: frame, else poster, else a null image."""
        if self._frame is not None:
            self._image = self._frame.toImage()
            self._frame = None
        return self._poster if self._image.isNull() else self._image

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        image = self.image()
        if image.isNull():
            return
        where = fitted(image.size(), area)
        painter.drawImage(where, image)
        if self.item is not None and self.item.caption:
            inner = where.adjusted(GRID, GRID, -GRID, -GRID)
            painter.setFont(self.theme.small_font())
            said = painter.fontMetrics().elidedText(self.item.caption, Qt.TextElideMode.ElideRight, int(inner.width()))
            for away, color in ((1, Qt.GlobalColor.black), (0, Qt.GlobalColor.white)):
                painter.setPen(color)
                painter.drawText(inner.translated(away, away), Qt.AlignmentFlag.AlignBottom, said)


class ClipPreview(VideoView):
    plays = True

    def __init__(self, parts: PreviewParts) -> None:
        super().__init__(parts.theme)
        self._parts, self.bar = parts, parts.transport
        self.setAccessibleName(_("Clip"))
        self._looked_at = timer(self, LOOK_MS, self._want_strip)
        parts.playback.frame.connect(self.show_frame)
        parts.playback.glance = self._glance
        parts.transport.neared.connect(self._want_strip)
        parts.strips.grown.connect(self._grown)
        self.clicked.connect(parts.playback.toggle_play)
        # A double click starts with a click that toggled playback; toggle back.
        self.double_clicked.connect(parts.playback.toggle_play)
        self.double_clicked.connect(parts.toggle_full_screen)

    def show_file(self, path: Path) -> None:
        self.show_poster(self.poster())
        self._parts.open_soon(path, True)
        self._looked_at.start()

    def leave(self) -> None:
        super().leave()
        self._looked_at.stop()

    def frame(self) -> QImage:
        return self.image() if self.shows_frame else QImage()

    def drag_image(self) -> QImage:
        return self.image()

    def _want_strip(self) -> None:
        if self.item is not None:
            self._parts.strips.want((str(self.item.path), str(self.item.poster or "")))

    def _glance(self, seconds: float) -> bool:
        """Shows a small frame near that time; False if there is none and none is coming."""
        if self.item is None:
            return False
        self._want_strip()
        path, strips = str(self.item.path), self._parts.strips
        image = strips.near(path, seconds)
        if image is not None:
            self.show_glance(image)
        return image is not None or strips.is_coming(path)

    def _grown(self, path: str) -> None:
        playback = self._parts.playback
        if playback.is_glancing and self.item is not None and path == str(self.item.path):
            self._glance(playback.position)


class _Still(Struct, frozen=True):
    """A frame scaled to poster size. `size` is the frame's own, `at` its time in microseconds."""

    image: QImage
    size: QSize
    at: int
    is_dark: bool


class ClipPosters(OneByOne):
    """Makes posters of clips with one player."""

    def __init__(self, tools: PosterTools) -> None:
        super().__init__(tools)
        self._engine: MediaEngine | None = None
        self._seconds = 0.0
        self._first: _Still | None = None
        """A first frame that was dark."""
        self._checked: PosterWish | None = None
        """The request whose frame is being examined on a worker."""
        self._time_out = timer(self, tools.clip_time_out_ms, self._timed_out)

    def begin(self, wish: PosterWish) -> None:
        if self._engine is None:
            engine = self._engine = self.tools.make_engine(self)
            engine.frame.connect(self._frame_came)
            engine.duration.connect(self._duration_came)
            engine.failed.connect(lambda _fault: self.finish(None))
        self._seconds, self._first, self._checked = 0.0, None, None
        self._time_out.start()
        self._engine.load(wish.path)
        self._engine.pause()

    def finish(self, work: Callable[[], MadePoster | str | None] | str | None) -> None:
        self._time_out.stop()
        super().finish(work)

    def rest(self) -> None:
        if self._engine is not None:
            self._engine.unload()

    def close(self) -> None:
        super().close()
        self._time_out.stop()
        if self._engine is not None:
            self._engine.shutdown()

    def _duration_came(self, milliseconds: int) -> None:
        self._seconds = milliseconds / 1000

    def _frame_came(self, frame: Any) -> None:
        wish = self.wish
        if wish is None or self._checked is wish or (self._first is not None and frame.startTime() == self._first.at):
            return
        # On a worker: converting a frame is too slow for the GUI thread.
        self._checked = wish
        self.tools.workers.run(partial(_still_of, frame), partial(self._still_came, wish))

    def _still_came(self, wish: PosterWish, still: _Still) -> None:
        if wish is not self.wish or self._engine is None:
            return
        self._checked = None
        if self._first is None and still.is_dark and self._seconds > 0.2:
            self._first = still
            self._engine.seek(round(min(1.0, self._seconds / 3) * 1000))
        else:
            self.finish(partial(_poster, wish, still, self._seconds))

    def _timed_out(self) -> None:
        wish, first = self.wish, self._first
        if wish is not None and first is not None:
            self.finish(partial(_poster, wish, first, self._seconds))
        elif wish is not None:
            self.finish(_("No frame of {file} can be decoded.", file=wish.path.name))


def _still_of(frame: QVideoFrame) -> _Still:
    image = frame.toImage()
    small = at_most(image, POSTER_SIDE)
    tiny = small.scaled(16, 16).convertToFormat(QImage.Format.Format_Grayscale8)
    values = [tiny.pixelColor(x, y).value() for y in range(tiny.height()) for x in range(tiny.width())]
    return _Still(small, image.size(), frame.startTime(), not values or sum(values) / len(values) < _DARK)


def _poster(wish: PosterWish, still: _Still, seconds: float) -> MadePoster | str | None:
    return None if still.image.isNull() else save_poster(still.image, wish.target, still.size, seconds)


CLIP = Kind(media=Media.VIDEO, preview=ClipPreview, posters=lambda tools: ClipPosters(tools).add)
