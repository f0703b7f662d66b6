"""The Cast page: members by kind, changed by mouse and keyboard, with undo."""

from __future__ import annotations

import time
import wave
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QWidget

from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.cast import Member, MemberKind
from runway_desktop.domain.task import State
from runway_desktop.rooms.cast.entry import CastPage
from runway_desktop.ui.inputs.tile import InputTile
from runway_desktop.ui.theme import Theme
from tests.rigs.cast import member, with_picture
from tests.rigs.clips import write_wav
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import task
from tests.rigs.seen import said, says

SPEECH = resource("samples") / "speech-6s.mp3"
FRAME = 0.016
LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier


async def opened(rig: Desktop, wish: object = None) -> CastPage:
    rig.open_room("cast", wish)
    await until(lambda: rig.window.findChild(CastPage))
    page = rig.window.findChild(CastPage)
    await until(lambda: page.isVisible() and page.model.cards.cards)
    await rest()
    return page


def pictures(folder: Path, *names: str) -> list[Path]:
    paths = [folder / f"{name}.png" for name in names]
    for number, path in enumerate(paths):
        Image.new("RGB", (640, 640), (number, 9, 9)).save(path)
    return paths


def drop(on: QWidget, at: QPointF, paths: list[Path]) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    how = (mime, LEFT, Qt.KeyboardModifier.NoModifier)
    moving = QDragMoveEvent(at.toPoint(), Qt.DropAction.CopyAction, *how)
    on.dragMoveEvent(moving)
    assert moving.isAccepted()
    on.dropEvent(QDropEvent(at, Qt.DropAction.CopyAction, *how))


def titles(page: CastPage) -> list[str]:
    return [card.title for card in page.model.cards.cards]


def named(rig: Desktop, name: str) -> Member | None:
    return rig.engine.cast.now.named(name)


async def test_page_shows_members_by_kind_and_finds_one(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        await rig.engine.cast.save(member("Lamp", kind=MemberKind.PROP, words="an old lamp"))
        await rig.put(task(1, State.SUCCEEDED, cast=(maya.id,)))
        rig.pages.refresh()
        page = await opened(rig)
        await until(lambda: page.model.tasks_of(maya) == 1)
        cards = page.model.cards
        heard = [cards.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(cards.rowCount())]
        assert heard[:3] == [
            "Characters",
            "@Maya · Character · 1 picture · 1 task",
            "New character · Drop pictures or a clip",
        ]
        assert heard[4:6] == ["@Lamp · Prop · Words only", "New prop · Drop pictures"]
        assert page.side.name.text() == "@Maya"
        assert rig.window.composer_pane.isVisible()
        QTest.keyClicks(page.search, "lam")
        assert titles(page) == ["Props", "@Lamp"]
        page.search.setText("Nobody")
        assert "Nobody in the cast is called “Nobody”." in said(page)


async def test_pictures_dropped_on_a_card_make_a_member_to_name(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        page = await opened(rig)
        assert "Give a face, a thing or a look a name." in said(page)
        new = page.model.cards.index(titles(page).index("New prop"))
        drop(page.view, QPointF(page.view.visualRect(new).center()), pictures(tmp_path, "front", "left"))
        await until(lambda: named(rig, "Prop"))
        await until(page.side.name.hasFocus)
        page.side.name.selectAll()
        QTest.keyClicks(page.side.name, "@Old Lamp")
        QTest.keyClick(page.side.name, Qt.Key.Key_Return)
        await until(lambda: named(rig, "old lamp"))
        assert [Path(file.path).name for file in named(rig, "Old Lamp").files] == ["front.png", "left.png"]
        rig.models.activity.undo()
        await until(lambda: named(rig, "Prop"))


async def test_name_of_another_member_is_refused_at_its_line(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        await with_picture(rig.engine, tmp_path)
        ben = await with_picture(rig.engine, tmp_path, "Ben")
        page = await opened(rig, ben.id)
        page.side.name.setText("@maya")
        page.side.name.editingFinished.emit()
        await until(lambda: says(page.side, "“Maya” is in the cast already."))
        assert named(rig, "Ben") is not None


async def test_keys_move_and_remove_pictures_and_undo_brings_them_back(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        put = await rig.cases.cast_files.put_under("Maya", pictures(tmp_path, "front", "left", "right"))
        page = await opened(rig, put.member.id)

        def order() -> list[str]:
            return [Path(file.path).stem for file in named(rig, "Maya").files]

        def tiles() -> list[InputTile]:
            return [tile for tile in page.side.findChildren(InputTile) if tile.isVisible()]

        tiles()[2].setFocus()
        QTest.keyClick(tiles()[2], Qt.Key.Key_Left, ALT)
        await until(lambda: order() == ["front", "right", "left"])
        await until(lambda: rig.window.focusWidget() in tiles())
        assert rig.window.focusWidget().accessibleName() == "Picture 2: right.png"
        QTest.keyClick(rig.window.focusWidget(), Qt.Key.Key_Delete)
        await until(lambda: order() == ["front", "left"])
        rig.models.activity.undo()
        await until(lambda: order() == ["front", "right", "left"])
        rig.models.activity.undo()
        await until(lambda: order() == ["front", "left", "right"])


async def test_removed_member_comes_back_by_undo(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        page = await opened(rig, maya.id)
        page.view.setFocus()
        QTest.keyClick(page.view, Qt.Key.Key_Delete)
        await until(lambda: named(rig, "Maya") is None)
        await until(lambda: page.model.current is None)
        rig.models.activity.undo()
        await until(lambda: named(rig, "Maya") == maya)


async def test_words_are_kept_when_another_card_is_chosen(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        await with_picture(rig.engine, tmp_path, "Ben")
        page = await opened(rig, maya.id)
        page.side.words.setPlainText("red hair")
        page.view.setFocus()
        QTest.keyClick(page.view, Qt.Key.Key_Left)
        await until(lambda: named(rig, "Maya").words == "red hair")
        assert page.side.name.text() == "@Ben"


async def test_member_is_used_as_an_input_where_there_is_no_prompt(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        page = await opened(rig)
        for endpoint, words in (("text_to_image", "Use in the prompt"), ("ad_localization", "Use as input")):
            rig.composer.choose_endpoint(endpoint)
            page.side.more.click()
            menu = QApplication.activePopupWidget()
            assert isinstance(menu, QMenu)
            first = menu.actions()[0]
            assert first.text() == words
            first.trigger()
            menu.close()
        await until(rig.composer.inputs)
        [only] = rig.composer.inputs()
        assert (only.field, only.uri) == ("referenceImage", maya.files[0].uri)
        rig.composer.set_value("targetLanguage", "de")
        rig.composer.send()
        await until(lambda: [one for one in rig.store.tasks.values() if one.cast == (maya.id,)])


async def test_show_all_searches_for_the_tasks_of_a_member(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        await rig.put(task(1, State.SUCCEEDED, cast=(maya.id,)), task(2, State.SUCCEEDED))
        rig.pages.refresh()
        page = await opened(rig, maya.id)
        await until(lambda: says(page.side, "Used in 1 task"))
        QTest.mouseClick(page.side.show_all, LEFT)
        await until(lambda: rig.filter.listing.filter.cast == {maya.id})
        assert not page.isVisible()


async def test_side_tells_what_models_take(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        rig.composer.choose("text_to_image", "gen4_image")
        put = await rig.cases.cast_files.put_under("Maya", pictures(tmp_path, *"abcd"))
        page = await opened(rig, put.member.id)
        fills = page.model.fills(put.member)
        assert (fills[0][0], fills[0][1].words) == ("Gen-4 Image", "3 of 4 pictures")
        assert {"4 pictures", "Picture 1 as first frame", "Name only"} <= {fill.words for _, fill in fills}
        rig.composer.choose("text_to_video", "gen4.5")
        await rest()
        assert says(page.side, "Name only")


async def test_keyboard_alone_makes_a_member_and_names_it(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        page = await opened(rig)
        page.view.setFocus()
        QTest.keyClick(page.view, Qt.Key.Key_Down)
        assert page.view.currentIndex().data() == "New character"
        QTest.keyClick(page.view, Qt.Key.Key_Return)
        await until(page.side.name.hasFocus)
        QTest.keyClicks(page.side.name, "Old Ben")
        QTest.keyClick(page.side.name, Qt.Key.Key_Return)
        await until(lambda: named(rig, "Old Ben"))


async def test_voice_is_described_once_and_taken(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        page = await opened(rig, maya.id)
        rig.fetcher.serve("https://out.example/voice.mp3", SPEECH.read_bytes())
        page.model.design_voice(maya, "A calm voice, about thirty years old")
        assert not page.side.voice_button.isEnabled()
        await until(lambda: named(rig, "Maya").voice)
        await until(page.side.voice_button.isEnabled)
        assert [one.words for one in page.model.designed] == ["A calm voice, about thirty years old"]
        page.side.playback.close()
        rig.models.activity.undo()
        await until(lambda: named(rig, "Maya").voice is None)
        page.model.use_voice(named(rig, "Maya"), page.model.designed[0])
        await until(lambda: named(rig, "Maya").voice)
        page.side.playback.close()
        assert [call.name for call in rig.runway.calls].count("design_voice") == 1


async def test_recording_that_is_too_long_is_cut_from_the_second_that_the_person_types(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        page = await opened(rig, maya.id)
        page.model.add(maya, [write_wav(tmp_path / "memo.wav", seconds=40)])
        await until(lambda: rig.window.findChild(QDialog))
        dialog = rig.window.findChild(QDialog)
        assert named(rig, "Maya").voice is None
        line = dialog.findChild(QLineEdit)
        line.setText("12")
        dialog.accept()
        await until(lambda: named(rig, "Maya").voice)
        with wave.open(named(rig, "Maya").voice.path) as cut:
            assert cut.getnframes() / cut.getframerate() == pytest.approx(28, abs=0.1)
        page.side.playback.close()


async def test_page_of_500_members_scrolls_within_a_frame(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        for number in range(500):
            await rig.store.save_member(member(f"Extra {number:03}", "a.png", "b.png"), 0.0)
        page = await opened(rig)
        took = []
        for at in range(0, page.view.verticalScrollBar().maximum(), 2000):
            begun = time.thread_time()
            page.view.verticalScrollBar().setValue(at)
            page.view.viewport().repaint()
            took.append(time.thread_time() - begun)
        assert sorted(took)[len(took) // 2] < FRAME, took


async def test_changed_member_is_as_it_was_after_undo(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as rig:
        maya = await with_picture(rig.engine, tmp_path, words="red hair")
        page = await opened(rig, maya.id)
        page.side.words.setPlainText("black hair")
        page.side.words.setFocus()
        page.side.name.setFocus()
        await until(lambda: named(rig, "Maya").words == "black hair")
        page.model.set_kind(MemberKind.STYLE)
        await until(lambda: named(rig, "Maya").kind is MemberKind.STYLE)
        for _ in range(2):
            rig.models.activity.undo()
            await rest()
        await until(lambda: named(rig, "Maya") == maya)
        assert page.side.words.toPlainText() == "red hair"
