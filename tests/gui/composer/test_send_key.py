"""The send key sends only the focused composer's draft."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from runway_desktop.domain.task import State
from runway_desktop.ui.chooser.chooser_panel import ChooserPanel
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import task

CONTROL = Qt.KeyboardModifier.ControlModifier


async def test_send_key_works_only_in_the_composer(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.shown(task(1, State.FAILED))
        window = rig.window
        rig.composer.set_value("promptText", "A fox at dusk")
        elsewhere = [
            window.view,
            window.search,
            next(one for one in window.workspace.list.findChildren(QPushButton) if one.isVisible()),
            window.workspace.pages,
        ]
        for widget in elsewhere:
            widget.setFocus()
            QTest.keyClick(widget, Qt.Key.Key_Return, CONTROL)
            await rest()
        assert rig.engine.ledger.open() == ()
        chip = next(one for one in window.composer_pane.findChildren(QPushButton) if one.accessibleName() == "Model")
        chip.setFocus()
        QTest.keyClick(chip, Qt.Key.Key_Return, CONTROL)
        await until(lambda: len(rig.engine.ledger.open()) == 1)


async def test_send_key_in_the_chooser_pays_for_nothing(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.composer.set_value("promptText", "A fox at dusk")
        buttons = rig.window.composer_pane.findChildren(QPushButton)
        next(one for one in buttons if one.accessibleName() == "Model").click()
        await until(lambda: rig.window.findChild(ChooserPanel))
        QTest.keyClick(rig.window.findChild(ChooserPanel).search, Qt.Key.Key_Return, CONTROL)
        await rest()
        assert rig.engine.ledger.open() == ()
