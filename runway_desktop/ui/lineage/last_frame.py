"""Grabs a clip's last frame to use it as the next clip's first. The player is created on first use, from a plain slot.
GUI thread only.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from runway_desktop.domain.inputs import FrameAt
from runway_desktop.ui.inputs.frames import FrameGrabber
from runway_desktop.viewmodels.tasks.use_as_input import UseAsInput


class LastFrames(QObject):
    def __init__(self, use_as_input: UseAsInput, parent: QObject) -> None:
        super().__init__(parent)
        self._use_as_input = use_as_input
        self._grabber: FrameGrabber | None = None

    def grab(self, path: Path) -> None:
        """Grabs the last frame of the clip at `path`; may be called from a coroutine."""
        QTimer.singleShot(0, partial(self._grab, path))

    def shutdown(self) -> None:
        """Call before the application quits."""
        if self._grabber is not None:
            self._grabber.shutdown()

    def _grab(self, path: Path) -> None:
        if self._grabber is None:
            # Created lazily: decoding is slow to import and rarely needed.

            self._grabber = FrameGrabber(self)
            self._grabber.grabbed.connect(self._use_as_input.keep_last_frame)
            self._grabber.failed.connect(lambda _, reason: self._use_as_input.frame_failed(reason))
        self._grabber.grab(path, FrameAt.LAST, path)
