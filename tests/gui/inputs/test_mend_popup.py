"""The popup of an unsuitable input: the problem, a button for each fix, and the effect of pressing it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from runway_desktop.ui.composer.input_menu import MendPopup
from tests.gui.inputs.strips import Shown, shown_strip
from tests.rigs.desktop import until


def words(popup: MendPopup) -> str:
    return "\n".join(label.text() for label in popup.findChildren(QLabel))


def button(popup: MendPopup, text: str) -> QPushButton:
    return next(found for found in popup.findChildren(QPushButton) if found.text().startswith(text))


async def opened(rig: Shown, number: int = 0) -> MendPopup:
    return rig.popups.open_mends(rig.strip.tiles[number])


def delete_deferred() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def test_popup_explains_an_input_problem_and_fixes_it_with_one_press(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        await rig.place("promptImage", rig.picture("still.gif"))
        popup = await opened(rig)
        assert "doesn't accept GIF" in words(popup)
        focused = popup.focusWidget()
        assert focused is button(popup, "Save as PNG")
        await until(lambda: "about" in button(popup, "Save as JPEG").text())
        QTest.keyClick(focused, Qt.Key.Key_Return)
        await until(lambda: rig.names == ["still.png"])
        delete_deferred()
        assert rig.strip.tiles[0].trouble == ""
        assert "Made from" in rig.strip.tiles[0].toolTip()


async def test_each_fix_lists_what_gets_lost_below_its_button(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        from PIL import Image

        path = tmp_path / "glass.tif"
        Image.new("RGBA", (64, 64)).save(path)
        await rig.place("promptImage", path)
        popup = await opened(rig)
        assert words(popup).count("Transparent areas become white.") == 1
        assert button(popup, "Save as JPEG").accessibleDescription() == "Transparent areas become white."
        popup.close()


async def test_unfixable_input_says_so_and_can_be_replaced(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        path = tmp_path / "torn.png"
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
        await rig.place("promptImage", path)
        popup = await opened(rig)
        assert "seems to be damaged" in words(popup)
        assert "This can't be fixed here" in words(popup)
        button(popup, "Replace").click()
        [dialog] = rig.strip.window().findChildren(QFileDialog)
        dialog.fileSelected.emit(str(rig.picture("good.png")))
        await until(lambda: rig.names == ["good.png"])
        dialog.close()


async def test_fitting_picture_offers_copies_and_can_be_removed(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        await rig.place("promptImage", rig.picture("large.png", (3000, 1500)))
        popup = await opened(rig)
        assert "This file fits." in words(popup)
        assert button(popup, "Scale to 2048 × 1024").isEnabled()
        button(popup, "Remove").click()
        assert rig.names == []


async def test_escape_closes_the_popup_and_arrows_move_between_buttons(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        await rig.place("promptImage", rig.picture("still.gif"))
        popup = await opened(rig)
        QTest.keyClick(popup, Qt.Key.Key_Down)
        assert popup.focusWidget() is button(popup, "Save as JPEG")
        QTest.keyClick(popup, Qt.Key.Key_Escape)
        assert not popup.isVisible()
        assert rig.names == ["still.gif"]


async def test_reopened_popup_shows_the_problem_again(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        path = rig.picture("still.gif")
        await rig.place("promptImage", path)
        path.unlink()
        popup = await opened(rig)
        button(popup, "Save as PNG").click()
        await until(lambda: "cannot be read" in rig.strip.tiles[0].trouble)
        assert "cannot be read" in words(await opened(rig))


async def test_closed_popup_leaves_no_widgets(tmp_path, theme):
    async with shown_strip(tmp_path, theme) as rig:
        rig.composer.choose_endpoint("image_to_video")
        await rig.place("promptImage", rig.picture("still.gif"))
        (await opened(rig)).close()
        delete_deferred()
        assert rig.strip.window().findChildren(MendPopup) == []
        rig.task_commands.inputs.changed.emit()
