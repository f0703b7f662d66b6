"""A fake media engine without playback: it records calls, and tests emit the player's signals."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QImage
from PySide6.QtMultimedia import QVideoFrame

from runway_desktop.ui.media.players import MediaEngine

FRAME_US = 40_000


class FakeEngine(MediaEngine):
    lacks_device = False

    def __init__(self, parent: QObject | None = None) -> None:
        # Without the player that the engine would make.
        QObject.__init__(self, parent)
        self.told: list[str] = []
        self.path: Path | None = None

    def load(self, path: Path) -> None:
        self.path = path
        self.told.append("load")

    def unload(self) -> None:
        self.path = None
        self.told.append("unload")
        self.released.emit()

    def play(self) -> None:
        self.told.append("play")

    def pause(self) -> None:
        self.told.append("pause")

    def seek(self, milliseconds: int) -> None:
        self.told.append(f"seek {milliseconds}")

    def set_rate(self, rate: float) -> None:
        self.told.append(f"rate {rate:g}")

    def set_volume(self, volume: float, muted: bool) -> None:
        self.told.append(f"volume {volume:g} {muted}")

    def shutdown(self) -> None:
        self.told.append("shutdown")

    def says_loaded(self, seconds: float, *, pictures: bool = True) -> None:
        self.duration.emit(round(seconds * 1000))
        self.loaded.emit(pictures, True)

    def says_frame(self, number: int, color: str = "red") -> None:
        """Frame `number` of a clip of 25 frames a second."""
        self.frame.emit(made_frame(number, color))


def made_frame(number: int, color: str = "red") -> QVideoFrame:
    image = QImage(64, 36, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    frame = QVideoFrame(image)
    frame.setStartTime(number * FRAME_US)
    frame.setEndTime((number + 1) * FRAME_US)
    return frame
