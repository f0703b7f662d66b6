"""Small real files of each kind, a theme, and previews that are put away properly."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.media.playback import Playback
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.strips import Strips
from runway_desktop.ui.theme import Theme
from tests.rigs.clips import SAMPLES, write_wav

NO_STRIPS = (sys.executable, "-c", "pass")
"""In place of the process that makes strips: it ends at once, and what a clip shows while it is dragged is the player's
alone."""


@pytest.fixture
def make_preview(theme: Theme, qtbot: QtBot) -> Iterator[Callable[..., Preview]]:
    """Makes shown previews, 400 pixels wide, and ends them in the right order."""
    made: list[tuple[QWidget, Preview]] = []

    def make(playback: Playback | None = None, strips: Strips | None = None) -> Preview:
        window = QWidget()
        layout = QVBoxLayout(window)
        layout.setContentsMargins(0, 0, 0, 0)
        preview = Preview(theme, Keys(), strips or Strips(window, NO_STRIPS), playback=playback)
        layout.addWidget(preview)
        layout.addStretch(1)
        window.resize(400, 400)
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        made.append((window, preview))
        return preview

    yield make
    for _window, preview in made:
        preview.shutdown()


@pytest.fixture
def preview(make_preview: Callable[..., Preview]) -> Preview:
    return make_preview()


@pytest.fixture
def clip() -> Path:
    """Five seconds at 24 frames a second."""
    return SAMPLES / "dusk-16x9-5s.mp4"


@pytest.fixture
def portrait_clip() -> Path:
    return SAMPLES / "rose-9x16-5s.mp4"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """1200 × 800, red on the left, blue on the right, one green pixel at 600, 400."""
    image = QImage(1200, 800, QImage.Format.Format_RGB32)
    image.fill(QColor("blue"))
    painter = QPainter(image)
    painter.fillRect(0, 0, 600, 800, QColor("red"))
    painter.end()
    image.setPixelColor(600, 400, QColor(0, 255, 0))
    path = tmp_path / "picture ö.png"
    assert image.save(str(path))
    return path


@pytest.fixture
def transparent(tmp_path: Path) -> Path:
    image = QImage(200, 200, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    path = tmp_path / "clear.png"
    assert image.save(str(path))
    return path


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    path = tmp_path / "drawing.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 200 100">'
        '<rect width="200" height="100" fill="#00ff00"/></svg>',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "sound.wav")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"this is no clip" * 100)
    return path
