"""What leaves the window when a result is dragged out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage

from runway_desktop.ui.media.drag import drag_pixmap, file_mime


def test_files_leave_as_links_and_as_paths(clip: Path, picture: Path) -> None:
    mime = file_mime([clip, picture])
    assert mime.urls() == [QUrl.fromLocalFile(str(clip)), QUrl.fromLocalFile(str(picture))]
    assert mime.text().splitlines() == [str(clip), str(picture)]


def test_picture_under_the_pointer_is_small_on_any_screen(qapp: object, picture: Path) -> None:
    pixmap = drag_pixmap(QImage(str(picture)), 2.0)
    assert pixmap.width() == 256
    assert pixmap.deviceIndependentSize().width() == 128
    assert drag_pixmap(QImage(), 1.0).isNull()
