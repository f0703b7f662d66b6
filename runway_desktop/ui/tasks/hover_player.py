"""The clip under the pointer, played without sound by one player that is used again for each.

The player itself belongs to `ui.media.players`, the one owner of players; it is made in a timer's slot when the first
clip is wanted. GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from runway_desktop.services.disk.disk_threads import QuickLook

if TYPE_CHECKING:
    from runway_desktop.ui.media.playback import Engine

REST_MS = 220
"""So long the pointer rests before a clip begins: one that only passes starts nothing."""


class HoverPlayer(QObject):
    moved_on = Signal()
    """There is another frame, or none any more."""

    def __init__(self, parent: QObject, make_engine: Callable[[QObject], Engine] | None = None) -> None:
        super().__init__(parent)
        self._make_engine = make_engine or _make_engine
        self._engine: Engine | None = None
        self.path: Path | None = None
        self._look = QuickLook()
        self._frame: Any = None
        self._image: QImage | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._begin)

    def image(self) -> QImage | None:
        """The present frame; None while there is none."""
        if self._frame is not None:
            self._image, self._frame = self._frame.toImage(), None
        return self._image

    def play(self, path: Path | None) -> None:
        """What the pointer is over now; None stops."""
        if path == self.path:
            return
        had = self.path is not None and self._engine is not None
        self.path, self._frame, self._image = path, None, None
        if had and self._engine is not None:
            self._engine.unload()
        if path is None:
            self._rest.stop()
        else:
            self._rest.start()
        self.moved_on.emit()

    def shutdown(self) -> None:
        self._rest.stop()
        self.path = None
        if self._engine is not None:
            self._engine.shutdown()
            self._engine = None

    def _begin(self) -> None:
        if self.path is None or not self._look.is_file(self.path):
            return
        if self._engine is None:
            self._engine = self._make_engine(self)
            self._engine.frame.connect(self._came)
            self._engine.ended.connect(self._again)
        self._engine.load(self.path)
        self._engine.play()

    def _came(self, frame: Any) -> None:
        if self.path is not None:
            self._frame = frame
            self.moved_on.emit()

    def _again(self) -> None:
        if self.path is not None and self._engine is not None:
            self._engine.seek(0)
            self._engine.play()


def _make_engine(parent: QObject) -> Engine:
    # Multimedia is slow to import and not needed before a clip is played.
    from runway_desktop.ui.media.players import MediaEngine

    return MediaEngine(parent, sound=False)
