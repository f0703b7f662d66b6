"""Four panes of the viewer with clips of five seconds at 24 frames a second, played once from beginning to end.

    python -m tests.benchmarks.compare_child SECONDS

Prints "played" with, in frames: the largest distance between shown frames, the largest distance between the players
themselves, the number of moments shown; and the duration. Then exits.
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
from runway_desktop.rooms.viewer.pane import Pane, Sight
from runway_desktop.ui.media.playback import Playback
from runway_desktop.ui.media.players import MediaEngine
from runway_desktop.ui.theme import ColorScheme, DarkRoom, Theme

SAMPLES = Path(__file__).parents[2] / "resources" / "samples"
CLIPS = ("dusk-16x9-5s.mp4", "sand-1x1-5s.mp4", "forest-4x3-5s.mp4", "rose-3x4-5s.mp4")
FRAME_US = 1e6 / 24


class Watch:
    """Plays, and notes at each showing what every pane shows."""

    def __init__(self, application: QApplication, seconds: float) -> None:
        self.application = application
        self.seconds = seconds
        room = DarkRoom(Theme(application, ColorScheme.DARK))
        sight = Sight()
        self.panes = [Pane(room, sight) for _ in CLIPS]
        for number, pane in enumerate(self.panes):
            pane.setGeometry(640 * (number % 2), 360 * (number // 2), 640, 360)
            pane.show()
        self.newest: dict[int, int] = {}
        self.apart = self.players_apart = 0.0
        self.moments = 0
        self.began: float | None = None
        self.played = 0.0
        self.clips = Playback(make_engine=self._engine)
        self.clips.shown.connect(self._shown)
        self.clips.changed.connect(self._changed)
        self.clips.open_all([(SAMPLES / name, Media.VIDEO) for name in CLIPS], play=True)

    def _engine(self, parent: object) -> MediaEngine:
        engine = MediaEngine(None, sound=False)
        number = len(self.newest)
        self.newest[number] = 0
        engine.frame.connect(lambda frame: self._came(number, frame.startTime()))
        return engine

    def _came(self, number: int, start: int) -> None:
        self.newest[number] = start
        if self.clips.is_playing:
            spread = max(self.newest.values()) - min(self.newest.values())
            self.players_apart = max(self.players_apart, spread / FRAME_US)

    def _shown(self, frames: dict[int, Any]) -> None:
        for place, frame in frames.items():
            self.panes[place].surface.set_frame(frame)
            self.panes[place].update()
        starts = self.clips.starts().values()
        if self.clips.is_playing and len(starts) == len(CLIPS):
            self.moments += 1
            self.apart = max(self.apart, (max(starts) - min(starts)) / FRAME_US)
            if self.clips.position >= self.seconds:
                self.clips.pause()

    def _changed(self) -> None:
        if self.clips.is_playing and self.began is None:
            self.began = time.monotonic()
        elif not self.clips.is_playing and self.began is not None and not self.played:
            self.played = time.monotonic() - self.began
            QTimer.singleShot(0, self._end)

    def _end(self) -> None:
        said = {
            "word": "played",
            "apart": self.apart,
            "players_apart": self.players_apart,
            "moments": self.moments,
            "position": self.clips.position,
            "took": self.played,
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        self.clips.shutdown()
        QTimer.singleShot(0, self.application.quit)


def main() -> int:
    application = QApplication(sys.argv[:1])
    watch = Watch(application, float(sys.argv[1]))
    code = application.exec()
    for pane in watch.panes:
        pane.deleteLater()
    return code


if __name__ == "__main__":
    raise SystemExit(main())
