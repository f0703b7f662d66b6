"""Names of the cast in the composer: completion, marks, their inputs, and the line of what they fill."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from runway_desktop.domain.cast import MemberKind
from runway_desktop.ui.composer.input_menu import TilePopups
from runway_desktop.ui.composer.prompt_edit import PromptEdit, TagCompletion
from runway_desktop.ui.theme import Role, Theme
from tests.rigs.cast import member, with_picture
from tests.rigs.desktop import rest, until
from tests.rigs.seen import prompt as prompt_of
from tests.rigs.seen import said

from .shown_pane import Shown, shown

FRAME = 0.016


def focused(rig: Shown) -> tuple[PromptEdit, TagCompletion]:
    prompt = prompt_of(rig.pane)
    prompt.setFocus()
    return prompt, prompt.findChild(TagCompletion)


def offered(completion: TagCompletion) -> list[str]:
    model = completion.completer.completionModel()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def marks(prompt: PromptEdit) -> list[tuple[int, int]]:
    formats = prompt.document().firstBlock().layout().formats()
    return [(one.start, one.length) for one in formats if one.format.background().style() != Qt.BrushStyle.NoBrush]


async def test_at_sign_offers_members_with_kind_and_face_and_inserts_quotes(tmp_path: Path, theme: Theme):
    async with shown(tmp_path, theme) as rig:
        await with_picture(rig.engine, tmp_path, "Old Ben", kind=MemberKind.PROP)
        await rig.engine.cast.save(member("Maya"))
        prompt, completion = focused(rig)
        QTest.keyClicks(prompt, "Rain on @")
        assert offered(completion) == ["@Maya   Character", '@"Old Ben"   Prop']
        # As the window system does: the popup has the keyboard.
        QTest.keyClicks(completion.completer.popup(), "be")
        assert offered(completion) == ['@"Old Ben"   Prop']
        index = completion.completer.completionModel().index(0, 0)
        icon = theme.icon("mdi6.cube-outline", Role.MUTED)
        await until(lambda: index.data(Qt.ItemDataRole.DecorationRole).cacheKey() != icon.cacheKey())
        face = index.data(Qt.ItemDataRole.DecorationRole).pixmap(24, 24).toImage()
        assert face.pixelColor(12, 12) == QColor(len("Old Ben"), 0, 0)
        QTest.keyClick(completion.completer.popup(), Qt.Key.Key_Return)
        assert prompt.toPlainText() == 'Rain on @"Old Ben" '
        assert [one.name for one in rig.composer.casting().members] == ["Old Ben"]
        assert marks(prompt) == [(8, 10)]


async def test_completion_closes_once_the_name_is_whole(tmp_path: Path, theme: Theme):
    async with shown(tmp_path, theme) as rig:
        for name in ("Maya", "Ben", "Benno"):
            await rig.engine.cast.save(member(name))
        prompt, completion = focused(rig)
        for typed, is_open in (("@May", True), ("a", False), (" and @Ben", True), ("no", False)):
            QTest.keyClicks(prompt, typed)
            assert completion.completer.popup().isVisible() is is_open, prompt.toPlainText()


async def test_at_sign_finds_one_of_500_members_within_a_frame(tmp_path: Path, theme: Theme):
    async with shown(tmp_path, theme) as rig:
        for number in range(499):
            await rig.store.save_member(member(f"Extra {number:03}"), 0.0)
        await rig.engine.cast.save(member("Maya"))
        prompt, completion = focused(rig)
        QTest.keyClicks(prompt, "@")
        took = []
        for letter in "may":
            begun = time.thread_time()
            QTest.keyClicks(prompt, letter)
            took.append(time.thread_time() - begun)
        assert offered(completion) == ["@Maya   Character"]
        assert sorted(took)[1] < FRAME, took
        QTest.keyClick(prompt, Qt.Key.Key_Escape)


async def test_files_of_a_name_stand_with_it_and_cannot_be_removed(tmp_path: Path, theme: Theme):
    async with shown(tmp_path, theme) as rig:
        maya = await with_picture(rig.engine, tmp_path)
        rig.composer.choose("text_to_image", "gen4_image")
        prompt, _ = focused(rig)
        popups = TilePopups(rig.pane.inputs, rig.composer, rig.task_commands, theme)
        wanted = []
        rig.pane.inputs.member_wanted.connect(wanted.append)
        QTest.keyClicks(prompt, "@Maya in the rain")
        [tile] = rig.pane.inputs.tiles
        assert (tile.item.path, "@Maya" in tile.accessibleName()) == (Path(maya.files[0].path), True)
        QTest.keyClick(tile, Qt.Key.Key_Delete)
        assert rig.pane.inputs.tiles == [tile]
        menu = popups.build_menu(tile)
        assert [action.text() for action in menu.actions()] == ["Open in Cast", "Open", "Show in folder"]
        menu.actions()[0].trigger()
        assert wanted == [maya.id]
        menu.deleteLater()
        prompt.clear()
        assert rig.pane.inputs.tiles == []
        popups.shutdown()


async def test_line_tells_what_names_fill_and_which_are_unknown(tmp_path: Path, theme: Theme):
    async with shown(tmp_path, theme) as rig:
        await with_picture(rig.engine, tmp_path)
        rig.composer.choose("text_to_image", "gen4_image")
        prompt, _ = focused(rig)
        QTest.keyClicks(prompt, "@Maya and @Maja")
        assert "Maja" not in said(rig.pane), "it is still being typed"
        QTest.keyClicks(prompt, " ")
        assert "@Maya fills 1 of 3 pictures. Nothing left out. @Maja is not in the cast. It stays text." in said(
            rig.pane
        )
        rig.composer.choose("text_to_image", "gen4_image_turbo")
        rig.composer.clear()
        assert not [one for one in rig.pane.findChildren(QLabel) if "cast" in one.text() and one.isVisible()]


async def test_name_is_marked_once_the_member_is_known(tmp_path: Path, theme: Theme):
    async with shown(tmp_path, theme) as rig:
        prompt, _ = focused(rig)
        QTest.keyClicks(prompt, "by @Maya")
        assert marks(prompt) == []
        await rig.engine.cast.save(member("Maya"))
        await rest()
        assert marks(prompt) == [(3, 5)]
