"""The row under a picture: fit, 100 %, out, in, the size and the zoom in words, full screen. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from runway_desktop.ui.building import STRETCH, hbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme

from .bar import BarButton
from .commands import AWAY, CLOSER, FIT, FULL_SCREEN
from .picture_view import PictureView


class ZoomBar(QWidget):
    full_screen_wanted = Signal()

    def __init__(self, theme: Theme, view: PictureView, keys: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        self._fit.dress("mdi6.fit-to-page-outline", "Fit", keys)
        self._pixel.dress("mdi6.numeric-1-box-outline", "100 %: one pixel to one pixel", keys)
        if picture is None:
            self._words.clear()
        else:
            size = picture.size
            self._words.setText(f"{size.width()} × {size.height()} · {self._view.zoom * 100:.0f} %")
