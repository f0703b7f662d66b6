"""Engines that a test speaks for, and small pictures with known pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from runway_desktop.ui.theme import Theme
from tests.gui.viewer.opened_room import Open

SAMPLES = Path(__file__).parents[3] / "resources" / "samples"


@pytest.fixture
def clips() -> list[Path]:
    """Four clips of five seconds at 24 frames a second, of four shapes."""
    return [SAMPLES / f"{name}.mp4" for name in ("dusk-16x9-5s", "sand-1x1-5s", "forest-4x3-5s", "rose-3x4-5s")]


@pytest.fixture
def plain(tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes a picture of 160 × 90 pixels in one color."""

    def make(name: str, color: str) -> Path:
        image = QImage(160, 90, QImage.Format.Format_RGB32)
        image.fill(QColor(color))
        path = tmp_path / f"{name}.png"
        assert image.save(str(path))
        return path

    return make


@pytest.fixture
def opened(theme: Theme, qtbot: QtBot) -> Iterator[Open]:
    found = Open(theme, qtbot)
    yield found
    found.shutdown()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def pictures(plain: Callable[[str, str], Path]) -> list[Path]:
    return [plain("red", "#ff0000"), plain("yellow", "#ffff00"), plain("blue", "#0000ff")]
