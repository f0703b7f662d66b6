"""What the window does with a kind of media: a record, with what its preview and its posters are made of. GUI thread.

What a kind is called, its icon and its formats are in `domain/media.py`. Imports that are heavy belong into the
functions of a record, which are called when the kind is first shown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.media import Media
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.media.picture import BadPicture, Picture, small_poster
from runway_desktop.ui.media.playback import Engine, Playback
from runway_desktop.ui.media.poster_file import Made, Wish
from runway_desktop.ui.media.stage import Stage
from runway_desktop.ui.media.strips import Strips
from runway_desktop.ui.media.transport import Transport
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.words.tasks import Showing
from runway_desktop.values import Struct


class Parts(Struct, frozen=True, kw_only=True):
    """What all previews share."""

    theme: Theme
    keys: Keys
    workers: Workers
    strips: Strips
    playback: Playback
    transport: Transport
    """The bar of what plays."""
    open_soon: Callable[[Path, bool], None]
    """Opens a file in the player once the selection rests; whether it has pictures."""


class KindPreview(QObject):
    """One kind in the preview: its stage, the bar below it, and what works for the file on the stage."""

    failed = Signal(object)
    """A BadPicture: the file cannot be shown."""
    play_wanted = Signal()
    full_screen_wanted = Signal()
    plays = False

    def __init__(self, stage: Stage, bar: QWidget, name: str) -> None:
        super().__init__()
        self.stage = stage
        self.bar = bar
        self.item: Showing | None = None
        """What is on the stage."""
        stage.setAccessibleName(name)

    def take(self, item: Showing) -> None:
        """The item that is shown, also when only its title or its poster is another."""
        self.item = item
        self.stage.setAccessibleDescription(item.title)

    def show(self, path: Path) -> None:
        """Begins to show the file of the item."""
        raise NotImplementedError

    def leave(self) -> None:
        """Ends what works for the file; the stage may go on showing it."""
        self.item = None

    def zoom(self, by: int) -> None:
        """1 closer, -1 further away, 0 fits or shows pixel by pixel."""

    def frame(self) -> QImage:
        """The frame of a clip that is on the stage; else a null image."""
        return QImage()

    def drag_image(self) -> QImage:
        """What is shown at the pointer while the file is dragged."""
        return self.poster()

    def poster(self) -> QImage:
        return small_poster(self.item.poster if self.item is not None else None)


class PosterTools(Struct, frozen=True, kw_only=True):
    """What all posters are made with."""

    parent: QObject
    workers: Workers
    make_engine: Callable[[QObject], Engine]
    clip_time_out_ms: int


Done = Callable[[Made | str | None], None]
"""Takes what became of a poster: made, a sentence, or None for a file that cannot be read."""


class PosterPainter(Protocol):
    def paint(self, wish: Wish, done: Done) -> None:
        """Makes the poster of a readable file; `done` follows later."""

    def shutdown(self) -> None: ...


class Kind(Struct, frozen=True, kw_only=True):
    """`read` gives a picture of a file that lies still, on a worker: for the preview, for comparing. None for what
    plays."""

    media: Media
    preview: Callable[[Parts], KindPreview]
    posters: Callable[[PosterTools], PosterPainter]
    read: Callable[[Path], Picture | BadPicture] | None = None
