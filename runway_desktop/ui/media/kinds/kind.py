"""Record of a media kind in the window: its preview widget and its poster maker. GUI thread only.

Name, icon and formats of a kind are in `domain/media.py`. Heavy imports belong in the record's functions, which run
when the kind is first shown.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSize, SignalInstance
from PySide6.QtGui import QColor, QImage, QPainter

from runway_desktop.domain.media import Media
from runway_desktop.texts import _
from runway_desktop.ui.building import timer
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.media.picture import BadPicture, Picture
from runway_desktop.ui.media.playback import Playback
from runway_desktop.ui.media.players import MediaEngine
from runway_desktop.ui.media.stage import Stage
from runway_desktop.ui.media.strips import Strips
from runway_desktop.ui.media.transport import Transport
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.picture_reader import open_reader
from runway_desktop.ui.theme import Theme
from runway_desktop.values import Struct

POSTER_SIDE = 512
"""Long side in pixels."""
GROUND = QColor(24, 26, 30)
"""Behind transparency: stored posters cannot follow the theme, and this gray works in both."""
_WIDTH, _HEIGHT, _SECONDS = "FileWidth", "FileHeight", "FileSeconds"


class PreviewParts(Struct, frozen=True, kw_only=True):
    """Objects shared by all previews."""

    theme: Theme
    keys: Keys
    workers: Workers
    strips: Strips
    playback: Playback
    transport: Transport
    """Control bar of playback."""
    open_soon: Callable[[Path, bool], None]
    """Opens a file in the player once the selection rests; the flag: it has frames."""
    not_shown: Callable[[BadPicture], None]
    toggle_full_screen: Callable[[], None]


class PosterWish(Struct, frozen=True):
    """Request for a poster. The suffix of `target` (.png or .jpg) selects the format."""

    path: Path
    target: Path


class MadePoster(Struct, frozen=True):
    """Size of the file in pixels (0 for sound) and length in seconds (0 for stills)."""

    width: int
    height: int
    seconds: float


class PosterTools(Struct, frozen=True, kw_only=True):
    """Objects shared by all poster makers."""

    parent: QObject
    workers: Workers
    make_engine: Callable[[QObject], MediaEngine]
    clip_time_out_ms: int
    closing: SignalInstance
    """The application quits."""


Done = Callable[[MadePoster | str | None], None]
"""Callback with the outcome: a poster, an error sentence, or None if the file cannot be read."""
PosterPainter = Callable[[PosterWish, Done], object]
"""Makes the poster of a readable file; calls `Done` later."""


class OneByOne(QObject):
    """Base class for posters made one at a time."""

    def __init__(self, tools: PosterTools) -> None:
        super().__init__(tools.parent)
        self.tools = tools
        self._current: tuple[PosterWish, Done] | None = None
        self._waiting: deque[tuple[PosterWish, Done]] = deque()
        # From a timer's slot: requests may come from coroutines, in which players must not be created.
        self._starter = timer(self, 0, self._next)
        tools.closing.connect(self.close)

    @property
    def wish(self) -> PosterWish | None:
        """The request in progress."""
        return self._current[0] if self._current is not None else None

    def add(self, wish: PosterWish, done: Done) -> None:
        self._waiting.append((wish, done))
        self._starter.start()

    def begin(self, wish: PosterWish) -> None:
        """Starts a poster; must lead to `finish`."""
        raise NotImplementedError

    def finish(self, work: Callable[[], MadePoster | str | None] | str | None) -> None:
        """Ends the request. `work` makes the poster on a worker; a sentence or None means failure."""
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
        """Called when no request is left."""

    def close(self) -> None:
        self._waiting.clear()

    def _next(self) -> None:
        if self._current is None and self._waiting:
            self._current = self._waiting.popleft()
            self.begin(self._current[0])


class Kind(Struct, frozen=True, kw_only=True):
    """Record of a media kind. `read` decodes a still picture, on a worker; None for what plays."""

    media: Media
    preview: Callable[[PreviewParts], Stage]
    posters: Callable[[PosterTools], PosterPainter]
    read: Callable[[Path], Picture | BadPicture] | None = None


def kept_poster(target: Path) -> MadePoster | None:
    """Size and length stored in an existing poster; None without one."""
    if not target.is_file():
        return None
    reader = open_reader(target)
    if not reader.canRead():
        return None
    try:
        return MadePoster(int(reader.text(_WIDTH)), int(reader.text(_HEIGHT)), float(reader.text(_SECONDS)))
    except ValueError:
        return MadePoster(reader.size().width(), reader.size().height(), 0.0)


def save_poster(image: QImage, target: Path, size: QSize, seconds: float) -> MadePoster | str:
    """Saves a poster atomically, by a temporary file and rename; a sentence on failure."""
    png = target.suffix.lower() == ".png"
    if not png and image.hasAlphaChannel():
        ground = QImage(image.size(), QImage.Format.Format_RGB32)
        ground.fill(GROUND)
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
        # Readable only by the owner, like all files of a profile.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if not image.save(str(part), "PNG" if png else "JPG", -1 if png else 88):  # type: ignore[call-overload]
            part.unlink(missing_ok=True)
            return _("The thumbnail can't be written to {folder}.", folder=str(target.parent))
        part.replace(target)
    except OSError as error:
        return _("The thumbnail can't be written: {reason}.", reason=error.strerror)
    return MadePoster(size.width(), size.height(), seconds)
