"""The question before opening a profile that may be open on another computer."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from runway_desktop.app.waits import may_send_from_here


async def asked() -> QMessageBox:
    while True:
        for one in QApplication.topLevelWidgets():
            if isinstance(one, QMessageBox) and one.isVisible():
                return one
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(("pressed", "answer"), [("Send from here", True), ("Quit", False), ("", False)])
async def test_person_decides_whether_this_computer_may_send(qapp: QApplication, pressed: str, answer: bool):
    asking = asyncio.create_task(may_send_from_here())
    box = await asked()
    assert "cannot say whether the profile is open elsewhere" in box.text()
    assert box.defaultButton().text() == "Quit"
    if pressed:
        next(one for one in box.buttons() if one.text() == pressed).click()
    else:
        box.reject()
    assert await asking is answer
