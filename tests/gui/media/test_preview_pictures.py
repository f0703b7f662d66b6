"""Pictures and drawings in the preview: fit, zoom to the pixel, pan."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from runway_desktop.domain.media import Media
from runway_desktop.ui.media.picture import BadPicture, Picture, read_picture, read_thumbnail
from runway_desktop.ui.media.picture_view import PictureView
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.stage import NoticeView
from runway_desktop.usecases.words.tasks import Showing


def show(preview: Preview, path: Path, qtbot: QtBot) -> PictureView:
    preview.show_outputs([Showing(path, Media.IMAGE)])
    view = preview.stage
    assert isinstance(view, PictureView)
    qtbot.waitUntil(lambda: view.picture is not None)
    return view


def looks(view: PictureView) -> QImage:
    return view.grab().toImage()


def test_whole_picture_fits_the_view(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    view = show(preview, picture, qtbot)
    assert view.is_fitted
    seen = looks(view)
    middle = view.rect().center()
    assert seen.pixelColor(middle - QPoint(100, 0)) == QColor("red")
    assert seen.pixelColor(middle + QPoint(100, 0)) == QColor("blue")


def test_zoom_to_pixels_shows_sharp_pixels(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    view = show(preview, picture, qtbot)
    view.zoom_to(1.0)
    seen = looks(view)
    greens = [
        (x, y) for x in range(seen.width()) for y in range(seen.height()) if seen.pixelColor(x, y) == QColor(0, 255, 0)
    ]
    assert len(greens) == 1


def test_zoom_of_100_percent_means_screen_pixels(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    view = show(preview, picture, qtbot)
    view.zoom_to(1.0)
    assert view.target().width() == pytest.approx(1200 / view.devicePixelRatioF())


def test_double_click_toggles_full_size_at_the_pointer(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    view = show(preview, picture, qtbot)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    assert view.zoom == 1.0
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    assert view.is_fitted


def test_zoom_keeps_the_point_under_the_pointer(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    view = show(preview, picture, qtbot)
    view.zoom_to(1.0)
    at = QPointF(120, 90)
    before = view.to_picture(at)
    view.zoom_to(3.0, at)
    after = view.to_picture(at)
    assert (before - after).manhattanLength() < 1.5


def test_panning_stops_at_the_edge(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    view = show(preview, picture, qtbot)
    view.zoom_to(1.0)
    view.pan(QPointF(10_000, 10_000))
    assert view.target().topLeft() == QPointF(0, 0)
    view.pan(QPointF(-10_000, -10_000))
    corner = view.target().bottomRight()
    assert (corner - QRectF(view.rect()).bottomRight()).manhattanLength() <= 1


def test_dragging_pans_a_picture_larger_than_the_view(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    view = show(preview, picture, qtbot)
    view.zoom_to(1.0)
    before = view.target().topLeft()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(view, QPoint(140, 120))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(140, 120))
    assert view.target().topLeft() - before == QPointF(40, 20)


def test_resizing_keeps_a_fitted_picture_fitted(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    view = show(preview, picture, qtbot)
    before = view.zoom
    preview.window().resize(700, 600)
    qtbot.waitUntil(lambda: view.zoom > before)
    assert view.is_fitted


def test_z_shows_full_size_and_plus_zooms_in(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    view = show(preview, picture, qtbot)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Z)
    assert view.zoom == 1.0
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.zoom == pytest.approx(1.25)


def test_svg_stays_sharp_and_reports_its_own_size(preview: Preview, drawing: Path, qtbot: QtBot) -> None:
    view = show(preview, drawing, qtbot)
    assert view.picture is not None
    assert (view.picture.size.width(), view.picture.size.height()) == (200, 100)
    assert view.picture.levels[0].width() > 2000
    assert looks(view).pixelColor(view.rect().center()) == QColor(0, 255, 0)


def test_transparency_shows_a_checkerboard(preview: Preview, transparent: Path, qtbot: QtBot) -> None:
    view = show(preview, transparent, qtbot)
    seen = looks(view)
    row = {seen.pixelColor(view.rect().center().x() + x, view.rect().center().y()).name() for x in range(24)}
    assert len(row) == 2


def test_camera_rotation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (300, 100), "red").save(tmp_path / "turned.jpg", exif=exif)
    read = read_picture(tmp_path / "turned.jpg")
    assert isinstance(read, Picture)
    assert (read.size.width(), read.size.height()) == (100, 300)
    thumbnail = read_thumbnail(tmp_path / "turned.jpg", 60)
    assert (thumbnail.width(), thumbnail.height()) == (20, 60)


def test_large_picture_is_painted_from_smaller_copies(tmp_path: Path) -> None:
    Image.new("RGB", (4000, 3000), "teal").save(tmp_path / "large.png")
    read = read_picture(tmp_path / "large.png")
    assert isinstance(read, Picture)
    assert [level.width() for level in read.levels] == [4000, 2000, 1000, 500]
    assert read.level_for(900).width() == 1000
    assert read.level_for(9000).width() == 4000


def test_invalid_picture_offers_the_systems_viewer(preview: Preview, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "none.png"
    path.write_bytes(b"no picture at all")
    preview.show_outputs([Showing(path, Media.IMAGE)])
    qtbot.waitUntil(lambda: isinstance(preview.stage, NoticeView))
    assert isinstance(preview.stage, NoticeView)
    assert "can't be read" in preview.stage.words
    assert preview.stage.button.isVisible()


def test_missing_picture_is_distinguished_from_a_damaged_one(tmp_path: Path) -> None:
    read = read_picture(tmp_path / "gone.png")
    assert isinstance(read, BadPicture)
    assert read.missing


def test_other_file_kinds_offer_the_systems_program(preview: Preview, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "frames.zip"
    path.write_bytes(b"PK")
    preview.show_outputs([Showing(path, Media.OTHER)])
    assert isinstance(preview.stage, NoticeView)
    with qtbot.waitSignal(preview.openRequested) as caught:
        preview.stage.button.click()
    assert caught.args == [path]


def test_moving_quickly_through_thirty_pictures_shows_the_last(preview: Preview, picture: Path, qtbot: QtBot) -> None:
    paths = []
    for number in range(30):
        path = picture.with_name(f"{number}.png")
        Image.new("RGB", (64 + number, 64), "teal").save(path)
        paths.append(path)
    for path in paths:
        preview.show_outputs([Showing(path, Media.IMAGE)])
    view = preview.stage
    assert isinstance(view, PictureView)
    qtbot.waitUntil(lambda: view.picture is not None and view.picture.size.width() == 93)
