"""A result of an unknown kind: stored, named, opened by other programs, and never treated as a clip."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from runway_desktop.domain.library import GroupBy
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import State, TaskId
from runway_desktop.rooms.viewer.model import ViewerModel
from runway_desktop.ui.media.playback import PlayState
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.stage import NoticeView
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.drag_payload import payload_of
from runway_desktop.usecases.commands.handing_on import COPY_PICTURE
from runway_desktop.usecases.commands.results import SHOW_FILE
from runway_desktop.usecases.commands.tasks import available
from runway_desktop.usecases.listing.columns import poster_of, sign_of
from runway_desktop.usecases.words.states import badge
from tests.rigs.desktop import Desktop, painted, rest, until
from tests.rigs.rows import saved, task

BOX = b"glTF\x02\x00\x00\x00\x0c\x00\x00\x00"


@asynccontextmanager
async def opened(folder: Path, theme: Theme) -> AsyncIterator[Desktop]:
    """The only task of the list, selected; its endpoint makes clips, five seconds long."""
    async with Desktop(folder, theme) as rig:
        path = folder / "fox.bin"
        path.write_bytes(BOX)
        one = task(1, State.SUCCEEDED, "Fox")
        await rig.put(one, outputs=[saved(one, str(path), media=Media.OTHER)])
        rig.filter.group_by(GroupBy.NONE)
        await rig.load()
        await until(lambda: rig.rows.rowCount() == 1)
        await rig.fetch_rows()
        QTimer.singleShot(0, rig.interior.add_preview)
        await until(lambda: rig.window.preview is not None)
        rig.window.view.select([TaskId("t1")])
        await until(lambda: rig.window.preview.shown_path == path and rig.window.preview.isVisible())
        yield rig


def words(preview: Preview) -> str:
    assert isinstance(preview.stage, NoticeView)
    return preview.stage.words


def button(preview: Preview, text: str) -> QPushButton:
    return next(one for one in preview.findChildren(QPushButton) if one.text() == text and one.isVisible())


async def test_preview_of_an_unknown_file_kind_offers_other_programs_and_its_folder(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        preview = rig.window.preview
        assert words(preview) == "fox.bin\nNo preview"
        told = []
        preview.openRequested.disconnect()
        preview.folder_wanted.disconnect()
        preview.openRequested.connect(lambda path: told.append(("open", path.name)))
        preview.folder_wanted.connect(lambda path: told.append(("folder", path.name)))
        button(preview, "Open").click()
        button(preview, "Show in folder").click()
        assert told == [("open", "fox.bin"), ("folder", "fox.bin")]


async def test_unknown_file_kind_is_never_played_and_gets_no_poster(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        wanted = []
        rig.models.posters.wanted.connect(lambda *wish: wanted.append(wish))
        rig.rows.refresh()
        await rest()
        preview = rig.window.preview
        preview.playback.toggle_play()
        preview.playback.step(1)
        preview.zoom(1)
        assert preview.playback.activity is PlayState.EMPTY
        assert preview.shown_frame().isNull()
        assert wanted == []


async def test_list_and_grid_show_a_file_icon_for_an_unknown_kind(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        (row,) = rig.window.chosen_rows()
        assert (poster_of(row), sign_of(row), badge(row)) == ("", "mdi6.file-outline", "")
        views = rig.window.workspace.views
        for is_grid in (False, True):
            views.show_grid(is_grid)
            await rest()
            _, colors = painted(views.grid if is_grid else views.view)
            assert colors > 1


async def test_large_view_shows_an_unknown_file_kind_like_the_preview(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        rig.window.workspace.views.setFocus()
        QTest.keyClick(rig.window.view, Qt.Key.Key_Space)
        await until(lambda: rig.window.workspace.overlay and rig.window.findChild(ViewerModel).shots)
        preview = rig.window.preview
        assert rig.window.workspace.overlay.isAncestorOf(preview)
        QTest.keyClick(rig.window.workspace.overlay, Qt.Key.Key_Space)
        assert words(preview) == "fox.bin\nNo preview"
        assert preview.playback.activity is PlayState.EMPTY


async def test_file_of_unknown_kind_can_be_dragged_and_has_file_commands(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        rows = rig.window.chosen_rows()
        assert payload_of(rows).paths == (tmp_path / "fox.bin",)
        offered = available(rows)
        assert SHOW_FILE in offered
        assert COPY_PICTURE not in offered
        assert rig.task_commands.use_as_input.ways(Media.OTHER) == []
