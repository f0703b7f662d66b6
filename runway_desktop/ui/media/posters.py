"""Makes poster files: small pictures stored once per file, so that lists and preview need not decode the file itself.

The kind (`kinds`) makes the poster. An existing poster is reused; its metadata has the file's size and length. A drive
that does not respond delays only posters of its own files. GUI thread only. Nothing raises; `failed` carries a
sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.media import Media
from runway_desktop.texts import _

from .kinds.kind import Kind, MadePoster, PosterPainter, PosterTools, PosterWish, kept_poster
from .kinds.kinds import kind_of
from .picture import is_readable
from .playback import PlaybackEngine
from .players import MediaEngine
from .workers import Workers

CLIP_TIME_OUT_MS = 3000


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
        make_engine: Callable[[QObject], PlaybackEngine] | None = None,
        clip_time_out_ms: int = CLIP_TIME_OUT_MS,
    ) -> None:
        super().__init__(parent)
        self._workers = Workers(self)
        self._tools = PosterTools(
            parent=self,
            workers=self._workers,
            make_engine=make_engine or (lambda parent: MediaEngine(parent, sound=False)),
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
