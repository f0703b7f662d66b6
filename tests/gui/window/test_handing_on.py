"""Copying and dragging pictures, links and files from the window, and messages about failures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QDesktopServices, QDrag, QGuiApplication, QImage

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import State, TaskId
from runway_desktop.usecases.commands.handing_on import COPY_LINK, COPY_PICTURE
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import saved, task


def still(folder: Path, name: str = "still.png", color: str = "teal") -> Path:
    image = QImage(64, 36, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    path = folder / name
    image.save(str(path))
    return path


async def show(rig: Desktop, *paths: Path, media: Media = Media.IMAGE, poster: str = "") -> None:
    """One task with these results, chosen."""
    one = task(1, State.SUCCEEDED)
    outputs = [saved(one, str(path), index, media=media, poster=poster) for index, path in enumerate(paths)]
    await rig.put(one, outputs=outputs)
    rig.rows.refresh()
    await until(lambda: rig.rows.position(one.id) is not None)
    rig.window.view.select([one.id])
    await until(lambda: rig.details.showing)


async def test_picture_is_copied_as_image_data(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await show(rig, still(tmp_path))
        rig.window.task_menu.take(COPY_PICTURE)
        await until(lambda: "Picture copied." in rig.window.activity.messages())
        copied = QGuiApplication.clipboard().image()
        assert (copied.width(), copied.height()) == (64, 36)
        assert copied.pixelColor(0, 0) == QColor("teal")


async def test_copying_several_pictures_copies_the_shown_one(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        rig.interior.add_preview()
        await show(rig, still(tmp_path), still(tmp_path, "other.png", "maroon"))
        preview = rig.window.preview
        assert preview is not None
        preview.strip.setCurrentRow(1)
        await until(lambda: preview.shown_path == tmp_path / "other.png")
        rig.window.task_menu.take(COPY_PICTURE)
        await until(lambda: "Picture copied." in rig.window.activity.messages())
        assert QGuiApplication.clipboard().image().pixelColor(0, 0) == QColor("maroon")


async def test_copying_a_clip_that_is_not_playing_copies_its_poster(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        clip = tmp_path / "clip.mp4"
        clip.write_bytes(b"clip")
        await show(rig, clip, media=Media.VIDEO, poster=str(still(tmp_path, "poster.png")))
        rig.window.task_menu.take(COPY_PICTURE)
        await until(lambda: "Thumbnail copied." in rig.window.activity.messages())
        assert QGuiApplication.clipboard().image().width() == 64


async def test_copying_a_damaged_or_missing_picture_reports_it(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        path = tmp_path / "still.png"
        path.write_bytes(b"no picture")
        await show(rig, path)
        rig.window.task_menu.take(COPY_PICTURE)
        await until(lambda: "“still.png” cannot be read. It may be damaged." in rig.told)
        path.unlink()
        rig.window.task_menu.take(COPY_PICTURE)
        await until(lambda: "“still.png” is no longer where it was saved." in rig.told)


async def test_copied_link_is_in_the_clipboard_and_announced(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await show(rig, still(tmp_path))
        rig.clock.jump(-rig.clock.now() + rig.details.row.outputs[0].url_fetched_at + 60)
        rig.window.task_menu.take(COPY_LINK)
        await until(lambda: any("Link copied." in told for told in rig.window.activity.messages()))
        assert QGuiApplication.clipboard().text() == "https://out.example/clip.mp4"


@pytest.mark.parametrize("name", ["still.exe", "still.png.lnk", "still"])
async def test_file_that_may_be_a_program_is_shown_in_its_folder_instead_of_opened(tmp_path, theme, monkeypatch, name):
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    # Without xdg-mime, which may know of no file manager here.
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    async with Desktop(tmp_path, theme) as rig:
        await show(rig, still(tmp_path).rename(tmp_path / name))
        rig.task_commands.system_wanted.emit([tmp_path / name])
        await until(lambda: f"“{name}” was not opened, because it may be a program." in rig.told)
        assert opened == [QUrl.fromLocalFile(str(tmp_path))]
        rig.task_commands.system_wanted.emit([still(tmp_path)])
        assert opened[1:] == [QUrl.fromLocalFile(str(tmp_path / "still.png"))]


@pytest.mark.parametrize("grid", [False, True])
async def test_drag_from_list_or_grid_takes_the_shown_result(tmp_path, theme, monkeypatch, grid):
    dragged: list[list[str]] = []
    monkeypatch.setattr(
        QDrag, "exec", lambda self, _: dragged.append([url.fileName() for url in self.mimeData().urls()])
    )
    async with Desktop(tmp_path, theme) as rig:
        rig.interior.add_preview()
        rig.window.workspace.list.show_grid(grid)
        await show(rig, still(tmp_path), still(tmp_path, "other.png"))
        view = rig.window.workspace.grid if grid else rig.window.view
        preview = rig.window.preview
        assert preview is not None
        await until(lambda: preview.shown_path == tmp_path / "still.png" and rig.rows.row_of(TaskId("t1")) is not None)
        view.files_dragged.emit([TaskId("t1")])
        preview.strip.setCurrentRow(1)
        await until(lambda: preview.shown_path == tmp_path / "other.png")
        view.files_dragged.emit([TaskId("t1")])
        assert dragged == [["still.png"], ["other.png"]]
