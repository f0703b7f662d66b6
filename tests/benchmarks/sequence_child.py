"""A sequence of clips, played once; notes when each frame is shown.

    python -m tests.benchmarks.sequence_child own|bare CLIP …

Prints "played" with, for each frame that was shown, the clip's number, its start in microseconds, and the moment in
seconds. "bare": one player that opens the next clip when the one before has ended. Then exits.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from runway_desktop.domain.media import Media
from runway_desktop.ui.media.kinds.clip import VideoView
from runway_desktop.ui.media.players import MediaEngine
from runway_desktop.ui.media.sequence import Part, SequencePlayer
from runway_desktop.ui.theme import ColorScheme, Theme

SECONDS = 2.0


class Watch:
    def __init__(self, application: QApplication, which: str, clips: list[Path]) -> None:
        self.application = application
        self.clips = clips
        self.at = 0
        self.shown: list[tuple[int, int, float]] = []
        self.view = VideoView(Theme(application, ColorScheme.DARK))
        self.view.setGeometry(0, 0, 960, 540)
        self.view.show()
        self.player: SequencePlayer | None = None
        if which == "own":
            self.player = SequencePlayer()
            self.player.frame.connect(self._came)
            self.player.changed.connect(self._changed)
            parts = [Part(path, Media.VIDEO, 0.0, SECONDS) for path in clips]
            self.player.show(parts, 0.0)
            self.player.play()
        else:
            self.engine = MediaEngine(None)
            self.engine.frame.connect(self._came)
            self.engine.ended.connect(self._next)
            self.engine.load(clips[0])
            self.engine.play()

    def _came(self, frame: Any) -> None:
        at = self.player.at if self.player is not None else self.at
        self.shown.append((at, frame.startTime(), time.monotonic()))
        self.view.show_frame(frame)

    def _next(self) -> None:
        self.at += 1
        if self.at == len(self.clips):
            self._end()
            return
        self.engine.load(self.clips[self.at])
        self.engine.play()

    def _changed(self) -> None:
        if self.player is not None and not self.player.is_playing and self.shown:
            self._end()

    def _end(self) -> None:
        sys.stdout.write(json.dumps({"word": "played", "shown": self.shown}) + "\n")
        sys.stdout.flush()
        (self.player or self.engine).shutdown()
        QTimer.singleShot(0, self.application.quit)


def main() -> int:
    application = QApplication(sys.argv[:1])
    watch = Watch(application, sys.argv[1], [Path(word) for word in sys.argv[2:]])
    code = application.exec()
    watch.view.deleteLater()
    return code


if __name__ == "__main__":
    raise SystemExit(main())
