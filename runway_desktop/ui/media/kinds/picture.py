"""Pictures: zoom and pan, a scaled copy as poster. `of_still` makes the record of any kind that decodes to a still
picture."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.media import Media
from runway_desktop.texts import _, pgettext
from runway_desktop.ui.building import STRETCH, hbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import words
from runway_desktop.ui.media.commands import AWAY, CLOSER, FIT, FULL_SCREEN
from runway_desktop.ui.media.drawing import Drawn
from runway_desktop.ui.media.picture import BadPicture, Picture, at_most, read_picture, read_small
from runway_desktop.ui.media.picture_view import PictureView
from runway_desktop.ui.media.transport import BarButton
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme

from .kind import POSTER_SIDE, Kind, MadePoster, PosterPainter, PosterTools, PosterWish, PreviewParts, save_poster

Read = Callable[[Path], Picture | BadPicture]
ReadSmall = Callable[[Path, int], Drawn | str]


def of_still(media: Media, read: Read, read_small: ReadSmall | None = None) -> Kind:
    """`read` decodes, on a worker; `read_small` is given if a poster needs less than the whole."""
    return Kind(
        media=media,
        preview=partial(StillPreview, read),
        posters=partial(_painter, read_small or partial(_smaller, read)),
        read=read,
    )


class StillPreview(PictureView):
    def __init__(self, read: Read, parts: PreviewParts) -> None:
        super().__init__(parts.theme)
        bar = self.bar = ZoomBar(parts.theme, self, parts.keys)
        self.setAccessibleName(_("Picture"))
        self._read, self._workers, self._not_shown = read, parts.workers, parts.not_shown
        self._reading: Future[Picture | BadPicture] | None = None
        bar.full_screen_wanted.connect(parts.toggle_full_screen)

    def show_file(self, path: Path) -> None:
        self.show_poster(self.poster())
        self._reading = self._workers.run(partial(self._read, path), self._came, at=path)

    def leave(self) -> None:
        super().leave()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def zoom_by(self, steps: int) -> None:
        (self.toggle_fit, self.zoom_in, self.zoom_out)[steps]()

    def drag_image(self) -> QImage:
        return self.poster() if self.picture is None else self.picture.levels[-1]

    def _came(self, found: Picture | BadPicture) -> None:
        if self.item is None or found.path != self.item.path:
            return
        self._reading = None
        if isinstance(found, Picture):
            self.show_picture(found)
        else:
            self._not_shown(found)


class ZoomBar(QWidget):
    """Control bar: fit, 100 %, zoom out and in, size and zoom as text, full screen."""

    full_screen_wanted = Signal()

    def __init__(self, theme: Theme, view: PictureView, keys: Keys) -> None:
        super().__init__()
        self._theme = theme
        self._keys = keys
        self._view = view
        self._fit = BarButton(theme, self, view.fit, checkable=True)
        self._pixel = BarButton(theme, self, lambda: view.zoom_to(1.0), checkable=True)
        self._out = BarButton(theme, self, view.zoom_out)
        self._in = BarButton(theme, self, view.zoom_in)
        self._full = BarButton(theme, self, self.full_screen_wanted)
        self._words = words(self, tone="muted", wrap=False)
        zooms = (self._fit, self._pixel, self._out, self._in)
        hbox(*zooms, STRETCH, self._words, GRID // 2, self._full, on=self, spacing=GRID // 4)
        view.zoom_changed.connect(self._show_zoom)
        keys.changed.connect(self._restyle)
        self._style = FollowsTheme(theme, self, self._restyle)

    def _restyle(self) -> None:
        self._words.setFont(self._theme.tabular(self._theme.small_font()))
        for button, command in ((self._out, AWAY), (self._in, CLOSER), (self._full, FULL_SCREEN)):
            button.dress_as(command, self._keys)
        self._show_zoom()

    def _show_zoom(self) -> None:
        picture = self._view.picture
        for button in (self._fit, self._pixel, self._out, self._in):
            button.setEnabled(picture is not None)
        self._fit.setChecked(picture is not None and self._view.is_fitted)
        self._pixel.setChecked(picture is not None and not self._view.is_fitted and abs(self._view.zoom - 1) < 0.001)
        keys = self._keys.words(FIT)
        self._fit.dress("mdi6.fit-to-page-outline", _("Fit"), keys)
        self._pixel.dress("mdi6.numeric-1-box-outline", _("Actual size"), keys)
        if picture is None:
            self._words.clear()
        else:
            size = picture.size
            zoom = pgettext("percent", "{n} %", n=round(self._view.zoom * 100))
            self._words.setText(f"{size.width()} × {size.height()} · {zoom}")


def _painter(read: ReadSmall, tools: PosterTools) -> PosterPainter:
    return lambda wish, done: tools.workers.run(partial(_poster, read, wish), done, at=wish.path)


def _poster(read: ReadSmall, wish: PosterWish) -> MadePoster | str | None:
    found = read(wish.path, POSTER_SIDE)
    return None if isinstance(found, str) else save_poster(found.image, wish.target, found.size, 0.0)


def _smaller(read: Read, path: Path, side: int) -> Drawn | str:
    found = read(path)
    if isinstance(found, BadPicture):
        return found.reason
    return Drawn(at_most(found.levels[0], side), QSize(found.size))


PICTURE = of_still(Media.IMAGE, read_picture, read_small)
