"""Pictures: zoom and pan, a small copy as the poster. `of_still` makes the record of any kind that a still picture can
stand for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from runway_desktop.domain.media import Media
from runway_desktop.ui.media.drawing import Drawn
from runway_desktop.ui.media.picture import BadPicture, Picture, at_most, read_picture, read_small
from runway_desktop.ui.media.picture_view import PictureView
from runway_desktop.ui.media.poster_file import POSTER_SIDE, Made, Wish, save_poster
from runway_desktop.ui.media.zoom_bar import ZoomBar

from .kind import Done, Kind, KindPreview, Parts, PosterPainter, PosterTools

Read = Callable[[Path], Picture | BadPicture]
ReadSmall = Callable[[Path, int], Drawn | str]


def of_still(media: Media, read: Read, read_small: ReadSmall | None = None) -> Kind:
    """`read` on a worker; `read_small` where a poster costs less than the whole."""
    return Kind(
        media=media,
        preview=partial(StillPreview, media, read),
        posters=partial(_painter, read_small or partial(_smaller, read)),
        read=read,
    )


class StillPreview(KindPreview):
    stage: PictureView

    def __init__(self, media: Media, read: Read, parts: Parts) -> None:
        stage = PictureView(parts.theme)
        bar = ZoomBar(parts.theme, stage, parts.keys)
        super().__init__(stage, bar, media.kind.word.capitalize())
        self._read, self._workers = read, parts.workers
        self._reading: Future[Picture | BadPicture] | None = None
        bar.full_screen_wanted.connect(self.full_screen_wanted)

    def show(self, path: Path) -> None:
        self.stage.show_poster(self.poster())
        self._reading = self._workers.run(partial(self._read, path), self._came, at=path)

    def leave(self) -> None:
        super().leave()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def zoom(self, by: int) -> None:
        (self.stage.toggle_fit, self.stage.zoom_in, self.stage.zoom_out)[by]()

    def drag_image(self) -> QImage:
        picture = self.stage.picture
        return self.poster() if picture is None else picture.levels[-1]

    def _came(self, found: Picture | BadPicture) -> None:
        if self.item is None or found.path != self.item.path:
            return
        self._reading = None
        if isinstance(found, Picture):
            self.stage.show_picture(found)
        else:
            self.failed.emit(found)


def _painter(read: ReadSmall, tools: PosterTools) -> PosterPainter:
    def paint(wish: Wish, done: Done) -> None:
        tools.workers.run(partial(_poster, read, wish), done, at=wish.path)

    return paint


def _poster(read: ReadSmall, wish: Wish) -> Made | str | None:
    found = read(wish.path, POSTER_SIDE)
    return None if isinstance(found, str) else save_poster(found.image, wish.target, found.size, 0.0)


def _smaller(read: Read, path: Path, side: int) -> Drawn | str:
    found = read(path)
    if isinstance(found, BadPicture):
        return found.reason
    return Drawn(at_most(found.levels[0], side), QSize(found.size))


PICTURE = of_still(Media.IMAGE, read_picture, read_small)
