"""Data offered when a result is dragged out of the window."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QDrag, QImage
from PySide6.QtWidgets import QToolTip, QWidget

from runway_desktop.ui.sharing.drag import FileMime, copied_files, drag_picture, is_ours, start_drag
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.drag_payload import DragPayload


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = QImage(64, 36, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    path = tmp_path / "a still.png"
    image.save(str(path))
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"clip")
    return path


def test_dragged_files_are_offered_as_links_and_paths(clip: Path, picture: Path) -> None:
    mime = FileMime([clip, picture])
    assert mime.urls() == [QUrl.fromLocalFile(str(clip)), QUrl.fromLocalFile(str(picture))]
    assert mime.text().splitlines() == [str(clip), str(picture)]
    assert is_ours(mime)
    assert not mime.hasImage()


def test_single_dragged_picture_is_also_offered_as_unchanged_image_data(picture: Path) -> None:
    mime = FileMime([picture])
    gc.collect()
    assert mime.formats()[0] == "text/uri-list"
    assert bytes(mime.data("image/png").data()) == picture.read_bytes()
    assert mime.hasImage()
    assert mime.imageData().size() == QImage(str(picture)).size()


def test_dragged_clip_and_svg_are_offered_as_files_only(clip: Path, tmp_path: Path) -> None:
    for path in (clip, tmp_path / "drawing.svg"):
        assert [kind for kind in FileMime([path]).formats() if "image" in kind] == []


def test_picture_deleted_during_a_drag_gives_nothing_and_no_error(picture: Path) -> None:
    mime = FileMime([picture])
    picture.unlink()
    assert mime.data("image/png").size() == 0
    assert mime.imageData().isNull()


def test_copied_files_can_be_pasted_into_a_file_manager(picture: Path) -> None:
    mime = copied_files([picture])
    link = QUrl.fromLocalFile(str(picture)).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    assert bytes(mime.data("x-special/gnome-copied-files").data()).decode() == f"copy\n{link}"
    assert mime.urls() == [QUrl.fromLocalFile(str(picture))]
    assert mime.text() == str(picture)
    assert copied_files([picture], "A prompt").text() == "A prompt"


def test_drags_offer_only_copying(theme: Theme, picture: Path, monkeypatch: pytest.MonkeyPatch, qtbot: object) -> None:
    offered: list[object] = []
    monkeypatch.setattr(QDrag, "exec", lambda self, actions: offered.append((self.mimeData().urls(), actions)))
    widget = QWidget()
    assert start_drag(widget, theme, DragPayload(paths=(picture,), poster=str(picture)))
    assert offered == [([QUrl.fromLocalFile(str(picture))], Qt.DropAction.CopyAction)]


def test_missing_file_is_not_dragged_and_the_reason_is_shown_at_the_pointer(
    theme: Theme, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: object
) -> None:
    offered: list[list[QUrl]] = []
    said: list[str] = []
    monkeypatch.setattr(QDrag, "exec", lambda self, _: offered.append(self.mimeData().urls()))
    monkeypatch.setattr(QToolTip, "showText", lambda _at, words, _widget: said.append(words))
    widget = QWidget()
    assert not start_drag(widget, theme, DragPayload(paths=(tmp_path / "gone.mp4",)))
    assert said == ["gone.mp4 is no longer where it was saved."]
    assert start_drag(widget, theme, DragPayload(paths=(tmp_path / "gone.mp4", clip)))
    assert offered == [[QUrl.fromLocalFile(str(clip))]]


def test_drag_picture_is_small_on_any_screen_and_has_a_caption(theme: Theme, picture: Path) -> None:
    image = QImage(str(picture))
    pixmap = drag_picture(theme, image, "a still.png", 1, 2.0)
    assert pixmap.devicePixelRatio() == 2.0
    size = pixmap.deviceIndependentSize()
    assert size.width() == 128
    assert 72 < size.height() < 72 + 40
    words_alone = drag_picture(theme, QImage(), "rain.wav", 1, 1.0)
    assert 0 < words_alone.deviceIndependentSize().height() < 40
