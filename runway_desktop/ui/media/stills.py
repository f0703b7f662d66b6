"""Stills of media files: posters, stored once per file so that lists and preview need not decode the file itself, and
frames of a clip as PNG bytes.

The kind (`kinds`) makes the poster. An existing one is reused; its metadata has the file's size and length. A drive
that does not respond delays only posters of its own files. Encoding runs on a worker. GUI thread only. Nothing raises;
`failed` carries a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QTimer, Signal
from PySide6.QtGui import QImage

from runway_desktop.domain.inputs import FrameAt
from runway_desktop.domain.media import Media
from runway_desktop.texts import _
from runway_desktop.ui.building import timer
from runway_desktop.ui.media.kinds.kind import Kind, MadePoster, PosterPainter, PosterTools, PosterWish, kept_poster
from runway_desktop.ui.media.kinds.kinds import kind_of

from .picture import is_readable
from .playback import Playback
from .players import MediaEngine, PlayFault
from .workers import Workers

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

CLIP_TIME_OUT_MS = 3_000
TIME_OUT_MS = 5_000


def silent_engine(parent: QObject) -> MediaEngine:
    return MediaEngine(parent, sound=False)


class PosterMaker(QObject):
    made = Signal(str, str, int, int, float)
    """Path, target, width and height of the file in pixels (0 for sound), its length in seconds (0 for pictures)."""
    failed = Signal(str, str)
    """Path, and a sentence."""
    closing = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        make_engine: Callable[[QObject], MediaEngine] = silent_engine,
        clip_time_out_ms: int = CLIP_TIME_OUT_MS,
    ) -> None:
        super().__init__(parent)
        self._workers = Workers(self)
        self._tools = PosterTools(
            parent=self,
            workers=self._workers,
            make_engine=make_engine,
            clip_time_out_ms=clip_time_out_ms,
            closing=self.closing,
        )
        self._painters: dict[Media, PosterPainter] = {}
        self._wanted: set[Path] = set()
        self._closed = False

    def request(self, path: Path, media: Media, target: Path) -> None:
        """Requests a poster; `made` or `failed` follows, never before this returns. Ignored if the target is already in
        progress. The suffix of `target` (.png or .jpg) selects the format; its folder is created.
        """
        kind = kind_of(media)
        if self._closed or kind is None or target in self._wanted:
            return
        self._wanted.add(target)
        wish = PosterWish(path, target)
        self._workers.run(partial(kept_poster, target), partial(self._looked_up, kind, wish), at=target)

    def shutdown(self) -> None:
        self._closed = True
        self._workers.shutdown()
        self.closing.emit()

    def _looked_up(self, kind: Kind, wish: PosterWish, kept: MadePoster | None) -> None:
        if kept is not None:
            self._finish(wish, kept)
        else:
            # Checked first: a drive that does not respond blocks here instead of occupying the player.
            self._workers.run(partial(is_readable, wish.path), partial(self._begin, kind, wish), at=wish.path)

    def _begin(self, kind: Kind, wish: PosterWish, is_there: bool) -> None:
        if not is_there:
            self._finish(wish, _("{file} is missing.", file=wish.path.name))
            return
        if kind.media not in self._painters:
            self._painters[kind.media] = kind.posters(self._tools)
        self._painters[kind.media](wish, partial(self._finish, wish))

    def _finish(self, wish: PosterWish, result: MadePoster | str | None) -> None:
        self._wanted.discard(wish.target)
        if isinstance(result, MadePoster):
            self.made.emit(str(wish.path), str(wish.target), result.width, result.height, result.seconds)
        else:
            self.failed.emit(
                str(wish.path), result or _("{file} can't be read. It may be damaged.", file=wish.path.name)
            )


class FrameGrabber(QObject):
    """Grabs one frame at a time; a new request cancels the previous one with `failed`."""

    grabbed = Signal(object, object)
    """The `asked` of the request, and PNG bytes."""
    failed = Signal(object, str)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        make_engine: Callable[[QObject], MediaEngine] = silent_engine,
        time_out_ms: int = TIME_OUT_MS,
    ) -> None:
        super().__init__(parent)
        self._name = ""
        self._workers = Workers(self, threads=1)
        self._playback = Playback(self, make_engine)
        self._playback.frame.connect(self._frame_came)
        self._playback.failed.connect(lambda fault: self._fail(fault.about(self._name)))
        self._asked: Any = None
        self._at = FrameAt.FIRST
        self._sought = False
        self._until: float | None = None
        self._time_out = timer(self, time_out_ms, lambda: self._fail(PlayFault.NO_PICTURE.about(self._name)))

    def grab(self, path: Path, at: FrameAt, asked: object, *, until: float | None = None) -> None:
        """Starts a request. `grabbed` or `failed` follows with `asked`, never before this returns. `until`: *out* in
        seconds, before which the last frame is; None: that of the file."""
        self._fail(_("Another frame was requested."))
        self._asked, self._at, self._sought, self._name, self._until = asked, at, False, path.name, until
        self._time_out.start()
        self._playback.open(path, pictures=True)

    def shutdown(self) -> None:
        self._asked = None
        self._time_out.stop()
        self._playback.shutdown()
        self._workers.shutdown()

    def _frame_came(self, frame: QVideoFrame) -> None:
        if self._asked is None:
            return
        if self._at is FrameAt.LAST and not self._sought:
            self._sought = True
            # Deferred: the player ignores seeks until it has finished opening.
            QTimer.singleShot(0, self._seek_end)
            return
        asked, self._asked = self._asked, None
        self._time_out.stop()
        self._playback.close()
        self._workers.run(lambda: png_of(frame.toImage()), partial(self._encoded, asked))

    def _seek_end(self) -> None:
        playback = self._playback
        playback.seek(playback.length if self._until is None else playback.before(self._until))

    def _encoded(self, asked: object, png: bytes) -> None:
        if png:
            self.grabbed.emit(asked, png)
        else:
            self.failed.emit(asked, PlayFault.NO_PICTURE.about(self._name))

    def _fail(self, reason: str) -> None:
        asked, self._asked = self._asked, None
        self._time_out.stop()
        if asked is not None:
            self._playback.close()
            self.failed.emit(asked, reason)


def png_of(image: QImage) -> bytes:
    """Encodes a picture as PNG; empty on failure. May take 0.1 s: call it on a worker."""
    kept = QByteArray()
    buffer = QBuffer(kept)
    if image.isNull() or not buffer.open(QIODevice.OpenModeFlag.WriteOnly) or not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        return b""
    return bytes(kept.data())
