"""A saved search is named in place, without a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit

from tests.rigs.desktop import Desktop, until

CONTROL = Qt.KeyboardModifier.ControlModifier


def line(rig: Desktop) -> QLineEdit | None:
    found = rig.window.workspace.pages.findChildren(QLineEdit)
    return next((one for one in found if one.isVisible()), None)


async def saving(rig: Desktop) -> QLineEdit:
    rig.window.search.setText("rating:>=4")
    await until(lambda: rig.filter.narrows)
    rig.window.search.setFocus()
    QTest.keyClick(rig.window.search, Qt.Key.Key_S, CONTROL)
    await until(lambda: line(rig) is not None)
    written = line(rig)
    assert written is not None
    return written


async def test_saved_search_is_named_in_place_and_the_focus_returns(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        written = await saving(rig)
        assert written.accessibleName() == "New name"
        assert written.selectedText() == rig.filter.searches[0].name
        assert not rig.window.findChildren(QDialog)
        QTest.keyClicks(written, "Good ones")
        QTest.keyClick(written, Qt.Key.Key_Return)
        await until(lambda: rig.filter.searches[0].name == "Good ones")
        await until(rig.window.search.hasFocus)


async def test_escape_keeps_the_default_name_of_a_saved_search(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        written = await saving(rig)
        usual = rig.filter.searches[0].name
        QTest.keyClicks(written, "Oops")
        QTest.keyClick(written, Qt.Key.Key_Escape)
        await until(lambda: line(rig) is None)
        assert [one.name for one in rig.filter.searches] == [usual]


async def test_folded_pane_opens_to_name_a_saved_search(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.workspace.fold(0)
        await saving(rig)
        assert not rig.window.workspace.columns.is_folded(0)
