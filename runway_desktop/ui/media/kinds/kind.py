"""What the window does with a kind of media: a record, with what its preview and its posters are made of. GUI thread.

What a kind is called, its icon and its formats are in `domain/media.py`. Imports that are heavy belong into the
functions of a record, which are called when the kind is first shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.media import Media
from runway_desktop.ui.building import timer
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
    closing: SignalInstance
    """The application ends."""


Done = Callable[[Made | str | None], None]
"""Takes what became of a poster: made, a sentence, or None for a file that cannot be read."""
PosterPainter = Callable[[Wish, Done], None]
"""Makes the poster of a readable file, and says so later."""


class OneByOne(QObject):
    """Posters that are made one after the other."""

    def __init__(self, tools: PosterTools) -> None:
        super().__init__(tools.parent)
        self.tools = tools
        self._current: tuple[Wish, Done] | None = None
        self._waiting: deque[tuple[Wish, Done]] = deque()
        # From a timer's slot: a request may come from a coroutine, where a player must not be built.
        self._starter = timer(self, 0, self._next)
        tools.closing.connect(self.close)

    @property
    def wish(self) -> Wish | None:
        """The one that is being made."""
        return self._current[0] if self._current is not None else None

    def add(self, wish: Wish, done: Done) -> None:
        self._waiting.append((wish, done))
        self._starter.start()

    def begin(self, wish: Wish) -> None:
        """`finish` follows later."""
        raise NotImplementedError

    def finish(self, work: Callable[[], Made | str | None] | str | None) -> None:
        """`work` makes the poster, on a worker; a sentence or None says that there is none."""
        if self._current is None:
            return
        (wish, done), self._current = self._current, None
        if callable(work):
            self.tools.workers.run(work, done, at=wish.target)
        else:
            done(work)
        if self._waiting:
            self._starter.start()
        else:
            self.rest()

    def rest(self) -> None:
        """Nothing is left to do."""

    def close(self) -> None:
        self._waiting.clear()

    def _next(self) -> None:
        if self._current is None and self._waiting:
            self._current = self._waiting.popleft()
            self.begin(self._current[0])


class Kind(Struct, frozen=True, kw_only=True):
    """`read` gives a picture of a file that lies still, on a worker: for the preview, for comparing. None for what
    plays."""

    media: Media
    preview: Callable[[Parts], KindPreview]
    posters: Callable[[PosterTools], PosterPainter]
    read: Callable[[Path], Picture | BadPicture] | None = None
