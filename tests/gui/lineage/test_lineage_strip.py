"""The lineage strip: navigation by thumbnails, and use of a clip's exact last frame."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QDrag, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Input, State, TaskId
from runway_desktop.ui.lineage.strip import LineageStrip, Thumb
from runway_desktop.ui.media.players import MediaEngine
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import saved, task

CLIP = Path(__file__).parents[3] / "resources" / "samples" / "dusk-16x9-5s.mp4"
LAST_START_US = round(119 / 24 * 1e6)
"""Of the clip's 120 frames."""


async def a_family(rig: Desktop, clip: Path = CLIP) -> None:
    """t1 made a picture, t2 a clip of it, t3 another clip of t2's."""
    still, first, second = (task(n, State.SUCCEEDED, f"Shot {n}") for n in (1, 2, 3))
    uses = [
        Input(task_id=first.id, field_path=("promptImage",), uri="file:///a.png", sha256="aa", media=Media.IMAGE),
        Input(task_id=second.id, field_path=("videoUri",), uri="file:///b.mp4", sha256="bb", media=Media.VIDEO),
    ]
    results = [
        saved(still, str(rig.folder / "a.png"), media=Media.IMAGE, sha256="aa"),
        saved(first, str(clip), sha256="bb"),
    ]
    await rig.put(still, first, second, inputs=uses, outputs=results)
    rig.rows.refresh()
    await until(lambda: rig.rows.position(TaskId("t3")) is not None)


def strip_of(rig: Desktop) -> LineageStrip:
    return rig.window.findChild(LineageStrip)


def thumbs(rig: Desktop) -> list[Thumb]:
    return strip_of(rig).thumbs()


async def test_lineage_thumbnails_open_their_tasks(tmp_path: Path, theme: Theme) -> None:
    async with Desktop(tmp_path, theme) as rig:
        await a_family(rig)
        rig.window.view.select([TaskId("t2")])
        await until(lambda: [thumb.node.task_id for thumb in thumbs(rig)] == [TaskId("t1"), TaskId("t2"), TaskId("t3")])
        first, here, last = thumbs(rig)
        assert here.focusPolicy() is Qt.FocusPolicy.NoFocus
        assert "current task" in here.accessibleName()
        assert "Shot 1" in first.accessibleName()
        QTest.mouseClick(last, Qt.MouseButton.LeftButton)
        await until(lambda: rig.window.view.selected_ids() == [TaskId("t3")])
        await until(lambda: [thumb.node.task_id for thumb in thumbs(rig)] == [TaskId("t1"), TaskId("t2"), TaskId("t3")])
        walked = thumbs(rig)[0]
        walked.setFocus()
        QTest.keyClick(walked, Qt.Key.Key_Return)
        await until(lambda: rig.window.view.selected_ids() == [TaskId("t1")])


async def test_keyboard_focus_stays_in_the_lineage_strip_but_a_click_leaves_focus_unchanged(
    tmp_path: Path, theme: Theme
) -> None:
    async with Desktop(tmp_path, theme) as rig:
        await a_family(rig)
        rig.window.view.select([TaskId("t3")])
        await until(lambda: len(thumbs(rig)) == 3)
        thumbs(rig)[1].setFocus()
        await walk(rig, Qt.Key.Key_Return, TaskId("t2"))
        await walk(rig, Qt.Key.Key_Left, TaskId("t2"))
        await walk(rig, Qt.Key.Key_Return, TaskId("t1"))
        rig.window.view.setFocus()
        QTest.mouseClick(thumbs(rig)[2], Qt.MouseButton.LeftButton)
        await until(lambda: here(rig) == TaskId("t3"))
        assert QApplication.focusWidget() is rig.window.view


async def walk(rig: Desktop, key: Qt.Key, leads_to: TaskId) -> None:
    """Presses the key where the keyboard is; it is in the strip again afterwards."""
    QTest.keyClick(QApplication.focusWidget(), key)
    await until(lambda: rig.window.view.selected_ids() == [leads_to] and here(rig) == leads_to)
    # Its kin come a little later, and with them other thumbnails.
    await rest()
    assert QApplication.focusWidget() in thumbs(rig)


def here(rig: Desktop) -> TaskId | None:
    return next((thumb.node.task_id for thumb in thumbs(rig) if thumb.is_here), None)


async def test_thumbnail_can_be_dragged_as_a_file_and_a_drag_is_no_click(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[list[str]] = []
    said: list[str] = []
    monkeypatch.setattr(
        QDrag, "exec", lambda self, _: dragged.append([url.toLocalFile() for url in self.mimeData().urls()])
    )
    monkeypatch.setattr(QToolTip, "showText", lambda _at, words, _widget: said.append(words))
    async with Desktop(tmp_path, theme) as rig:
        await a_family(rig)
        rig.window.view.select([TaskId("t3")])
        await until(lambda: [thumb.node.task_id for thumb in thumbs(rig)] == [TaskId("t1"), TaskId("t2"), TaskId("t3")])
        for thumb in thumbs(rig):
            pull(thumb)
        assert dragged == [[str(CLIP)]]
        assert said == [
            "a.png is no longer where it was saved.",
            "There is no result yet, so there is no file to drag.",
        ]
        assert rig.window.view.selected_ids() == [TaskId("t3")]


def pull(thumb: Thumb) -> None:
    """Presses it and moves far enough for a drag, then lets go."""
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    begin, end = QPointF(5, 5), QPointF(5 + 2 * QApplication.startDragDistance(), 5)
    for kind, at, held in (
        (QEvent.Type.MouseButtonPress, begin, button),
        (QEvent.Type.MouseMove, end, button),
        (QEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton),
    ):
        QApplication.sendEvent(thumb, QMouseEvent(kind, at, thumb.mapToGlobal(at), button, held, none))


async def test_lineage_strip_is_hidden_without_relatives(tmp_path: Path, theme: Theme) -> None:
    async with Desktop(tmp_path, theme) as rig:
        await rig.put(task(1))
        rig.rows.refresh()
        await until(lambda: rig.rows.position(TaskId("t1")) is not None)
        rig.window.view.select([TaskId("t1")])
        await until(lambda: rig.details.lineage.family)
        assert not strip_of(rig).isVisible()
        assert thumbs(rig) == []


async def test_use_as_input_of_a_clip_offers_its_last_frame_and_more(tmp_path: Path, theme: Theme) -> None:
    async with Desktop(tmp_path, theme) as rig:
        await a_family(rig)
        rig.window.view.select([TaskId("t2")])
        await until(lambda: rig.window.shown_result() is not None)
        buttons = [found for found in rig.window.findChildren(QPushButton) if found.accessibleName() == "Use as input"]
        buttons[0].click()
        await until(QApplication.activePopupWidget)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        words = [action.text() for action in menu.actions() if action.text()]
        assert words[0] == "Last frame as first frame"
        assert len(words) > 2
        menu.close()


async def test_last_frame_offer_uses_the_exact_last_frame(tmp_path: Path, theme: Theme, qtbot: QtBot) -> None:
    clip = tmp_path / "clip.mp4"
    shutil.copy(CLIP, clip)
    async with Desktop(tmp_path, theme) as rig:
        use_as_input = rig.task_commands.use_as_input
        use_as_input.take(use_as_input.ways(Media.VIDEO)[0], clip, Media.VIDEO)
        await until(rig.composer.inputs, "the frame is in the composer")
        (item,) = rig.composer.inputs()
        assert rig.composer.pair.endpoint == "image_to_video"
        kept = QImage(str(item.path))
    truth = played_to_the_end(clip, qtbot)
    assert truth.startTime() == LAST_START_US
    assert kept.convertToFormat(QImage.Format.Format_RGB32) == truth.toImage().convertToFormat(
        QImage.Format.Format_RGB32
    )


def played_to_the_end(clip: Path, qtbot: QtBot) -> Any:
    """The last frame that comes when the clip simply plays."""
    owner, frames = QObject(), []
    engine = MediaEngine(owner, sound=False)
    engine.frame.connect(frames.append)
    with qtbot.waitSignal(engine.ended):
        engine.load(clip)
        engine.set_rate(4.0)
        engine.play()
    engine.shutdown()
    return frames[-1]


async def test_result_without_relatives_offers_its_use_and_shows_no_descendants(tmp_path: Path, theme: Theme) -> None:
    async with Desktop(tmp_path, theme) as rig:
        rig.interior.add_preview()
        still = task(1, State.SUCCEEDED)
        picture = tmp_path / "a.png"
        assert QImage(8, 8, QImage.Format.Format_RGB32).save(str(picture))
        await rig.put(still, outputs=[saved(still, str(picture), media=Media.IMAGE)])
        rig.rows.refresh()
        await until(lambda: rig.rows.position(still.id) is not None)
        rig.window.view.select([still.id])
        await until(lambda: any(one.text().startswith("→") for one in strip_of(rig).findChildren(QPushButton)))
        heads = [one.text() for one in strip_of(rig).findChildren(QLabel) if one.isVisible() and one.text()]
        assert heads == ["Use this result"]
        assert thumbs(rig) == []


async def test_focus_stays_on_the_offer_when_offers_are_replaced(tmp_path: Path, theme: Theme) -> None:
    async with Desktop(tmp_path, theme) as rig:
        await a_family(rig)
        strip = strip_of(rig)
        rig.window.view.select([TaskId("t3")])
        await until(lambda: len(thumbs(rig)) == 3)
        strip.offer(["Edit it"])
        first = offer_of(strip)
        first.setFocus()
        strip.offer(["Edit it", "Extend it"])
        assert offer_of(strip) is not first
        assert QApplication.focusWidget() is offer_of(strip)


def offer_of(strip: LineageStrip) -> QPushButton:
    (found,) = [one for one in strip.findChildren(QPushButton) if one.isVisible() and one.text().startswith("→")]
    return found
