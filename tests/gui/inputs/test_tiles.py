"""Tiles say what an input is and what is wrong with it; by hand and by key they are moved, replaced and removed."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QEnterEvent, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from runway_desktop.domain.inputs import AssetDrop
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Request
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.ui.inputs.tile import OWN_MIME, PICTURE, InputTile
from runway_desktop.ui.theme import ColorScheme
from tests.gui.inputs.strips import shown_strip
from tests.rigs.desktop import painted, until
from tests.rigs.targets import too_small

COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def own(field: str, number: int) -> QMimeData:
    mime = QMimeData()
    mime.setData(OWN_MIME, json.dumps([field, number]).encode())
    return mime


def enters(tile: InputTile, mime: QMimeData) -> bool:
    event = QDragEnterEvent(QPoint(5, 5), COPY | MOVE, mime, LEFT, NONE)
    event.setAccepted(False)
    tile.dragEnterEvent(event)
    return event.isAccepted()


def let_go(tile: InputTile, mime: QMimeData, *, right: bool = False) -> None:
    at = QPointF(tile.width() - 5 if right else 5, 10)
    assert enters(tile, mime)
    tile.dropEvent(QDropEvent(at, COPY | MOVE, mime, LEFT, NONE))


def words_of(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


async def test_input_tile_tells_its_name_and_facts(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        tile = rig.tile("a.png")
        assert "a.png" in tile.accessibleName()
        assert "PNG" in tile.toolTip()
        assert "640 × 360" in tile.toolTip()
        assert tile.trouble == ""


@pytest.mark.parametrize("choice", [ColorScheme.DARK, ColorScheme.LIGHT])
async def test_every_kind_of_input_tile_paints_in_both_themes(tmp_path, theme, choice):
    async with shown_strip(tmp_path, theme) as rig:
        theme.choose(choice)
        rig.composer.choose_endpoint("image_to_video")
        await rig.place("promptImage", rig.picture("a.gif"))
        await rig.place("promptImage", rig.clip())
        rig.composer.choose_endpoint("text_to_image")
        rig.composer.choose_model("gpt_image_2")
        rig.composer.taking.add([AssetDrop(uri="https://media.example.com/x.png", media=Media.IMAGE)])
        assert rig.strip.tiles
        for tile in rig.strip.tiles:
            tile.setFocus()
            ground, colors = painted(tile)
            assert colors > 10, "its picture, its words and its outline"
            assert (ground.lightness() > 127) is (choice is ColorScheme.LIGHT) or tile.width() == PICTURE.width()


@pytest.mark.parametrize(
    ("dragged", "on", "right", "order"),
    [
        (0, "c.png", True, "bca"), (0, "c.png", False, "bac"), (2, "a.png", False, "cab"), (2, "a.png", True, "acb"),
        (0, "b.png", False, "abc"),
    ],
)  # fmt: skip
async def test_input_tile_dropped_on_another_is_placed_before_or_after_it(dragged, on, right, order, tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        let_go(rig.tile(on), own("referenceImages", dragged), right=right)
        assert "".join(name[0] for name in rig.names) == order


async def test_dragged_input_tile_stays_until_the_drop(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        tile, last = rig.tile("a.png"), rig.tile("c.png")
        tile.drag_began.emit()
        let_go(last, own("referenceImages", 0), right=True)
        rig.composer.inputs_changed.emit()
        assert rig.strip.tiles[0] is tile
        tile.drag_ended.emit()
        await until(lambda: [one.item.name for one in rig.strip.tiles] == ["b.png", "c.png", "a.png"])


async def test_input_tile_dropped_on_itself_changes_nothing(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        assert not enters(rig.tile("a.png"), own("referenceImages", 0))


async def test_input_tile_dropped_on_another_field_moves_there_if_it_fits(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("text_to_image")
        rig.composer.choose_model("ideogram_4_5")
        await rig.place("maskUri", rig.picture("mask.png"))
        await rig.place("referenceImages", rig.picture("a.png"))
        let_go(rig.tile("a.png"), own("maskUri", 0))
        assert {item.field for item in rig.composer.inputs()} == {"referenceImages"}
        # A lone place that is taken takes no second one.
        await rig.place("maskUri", rig.picture("other.png"))
        let_go(rig.tile("other.png"), own("referenceImages", 0))
        assert [item.name for item in rig.composer.inputs() if item.field == "maskUri"] == ["other.png"]


async def test_file_dropped_on_an_input_tile_replaces_it(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        told = []
        rig.strip.replaced.connect(lambda *words: told.append(words))
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(rig.picture("new.png")))])
        let_go(rig.tile("b.png"), mime)
        assert told == [(mime, "referenceImages", 1)]


async def test_menu_of_an_input_tile_offers_every_action(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        menu = rig.popups.build_menu(rig.tile("a.png"))
        assert {"Replace…", "Open", "Show in folder", "Move left", "Move right", "Remove"} <= set(words_of(menu))
        enabled = {action.text(): action.isEnabled() for action in menu.actions()}
        assert (enabled["Move left"], enabled["Move right"]) == (False, True)
        opened, folders = [], []
        rig.task_commands.system_wanted.connect(opened.append)
        rig.task_commands.selection_wanted.connect(folders.append)
        by_text = {action.text(): action for action in menu.actions()}
        for name in ("Open", "Show in folder", "Move right"):
            by_text[name].trigger()
        assert opened == [[tmp_path / "a.png"]]
        assert folders == [[tmp_path / "a.png"]]
        assert rig.names == ["b.png", "a.png", "c.png"]
        menu.close()


async def test_settings_are_offered_only_for_an_input_made_by_a_request(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        made = Request(endpoint="text_to_image", model="gen4_image", values={"promptText": "A fox"}, prompt="A fox")
        path = rig.tile("a.png").item.path
        drop = AssetDrop(uri=path.as_uri(), path=path, media=Media.IMAGE, made_by=made)
        rig.taking_in.receive(Gathered(assets=(drop,)))
        await until(lambda: any("Use its settings" in words_of(rig.popups.build_menu(one)) for one in rig.strip.tiles))
        menus = {one.item.name: rig.popups.build_menu(one) for one in rig.strip.tiles}
        assert "Use its settings" not in words_of(menus["b.png"])
        next(one for one in menus["a.png"].actions() if one.text() == "Use its settings").trigger()
        assert rig.composer.prompt == "A fox"


async def test_menu_of_an_unsuitable_input_offers_its_fixes(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        await rig.place("promptImage", rig.picture("a.gif"))
        menu = rig.popups.build_menu(rig.strip.tiles[0])
        action = next(action for action in menu.findChildren(QAction) if action.text() == "Save as PNG")
        action.trigger()
        await until(lambda: rig.names == ["a.png"])
        menu.close()


async def test_link_input_has_no_file_to_open(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        rig.composer.taking.add([AssetDrop(uri="https://media.example.com/x.png", media=Media.IMAGE)])
        menu = rig.popups.build_menu(rig.strip.tiles[0])
        assert "Open" not in words_of(menu)
        assert "Replace…" in words_of(menu)
        menu.close()


async def test_overflowing_inputs_are_shown_as_small_pictures(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        assert rig.strip.tiles[0].width() > PICTURE.width()
        await rig.place("referenceImages", *(rig.picture(f"{number}.png") for number in range(4)))
        assert {tile.size() for tile in rig.strip.tiles} == {PICTURE}


async def test_message_about_one_input_leaves_the_other_tiles_unchanged(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("text_to_image")
        rig.composer.choose_model("gen4_image")
        await rig.place("referenceImages", *(rig.picture(f"{name}.png") for name in "abc"))
        first, second, third = rig.strip.tiles
        third.setFocus()
        rig.composer.input_fields.set_detail(second.item, "tag", "harbour")
        assert rig.strip.tiles[1].item.tag == "harbour"
        assert "@harbour" in rig.strip.tiles[1].accessibleName()
        assert (rig.strip.tiles[0], rig.strip.tiles[2]) == (first, third)
        assert third.hasFocus()
        rig.composer.taking.remove("referenceImages", 0)
        assert [tile.item.name for tile in rig.strip.tiles] == ["b.png", "c.png"]
        assert all(tile.isVisible() for tile in rig.strip.tiles)
        assert not first.isVisible()
        await until(lambda: rig.strip.tiles[0].x() == 0 < rig.strip.tiles[1].x(), "they move up")


async def test_click_and_return_open_the_menu_of_an_input(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        opened = []
        tile = rig.tile("a.png")
        tile.opened.disconnect()
        tile.opened.connect(lambda: opened.append(True))
        QTest.mouseClick(tile, LEFT)
        QTest.keyClick(tile, Qt.Key.Key_Return)
        assert len(opened) == 2


async def test_paste_on_an_input_tile_replaces_it_and_on_the_last_adds_one(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        told = []
        rig.strip.replaced.connect(lambda mime, field, number: told.append((mime.text(), field, number)))
        rig.strip.pasted.connect(lambda mime: told.append(mime.text()))
        QGuiApplication.clipboard().setText("https://media.example.com/x.png")
        QTest.keySequence(rig.tile("b.png"), QKeySequence.StandardKey.Paste)
        QTest.keySequence(rig.strip.add_tile, QKeySequence.StandardKey.Paste)
        link = "https://media.example.com/x.png"
        assert told == [(link, "referenceImages", 1), link]


async def test_clickable_controls_are_large_enough(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        await rig.three_references()
        tile = rig.tile("a.png")
        tile.setFocus()
        tile.enterEvent(QEnterEvent(QPointF(), QPointF(), QPointF()))
        assert too_small(tile.window()) == []
