"""Asks, instead of the main window, whether to use the profile here, if its disk cannot say whether another computer
or program uses it now. GUI thread, which is the loop's."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from runway_desktop.texts import _


async def may_send_from_here() -> bool:
    """The person's answer. Nothing of the profile is opened before it."""
    asked = _("This disk cannot say whether the profile is open elsewhere: send from here?")
    box = QMessageBox(QMessageBox.Icon.Question, "Runway Desktop", asked)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(
        _(
            "The disk cannot lock files. If another computer or program has this profile open, tasks would be paid for "
            "twice and the list could be damaged. Close it there first."
        )
    )
    yes = box.addButton(_("Send from here"), QMessageBox.ButtonRole.AcceptRole)
    no = box.addButton(_("Quit"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    answered = asyncio.Event()
    box.finished.connect(lambda _: answered.set())
    box.open()
    await answered.wait()
    is_yes = box.clickedButton() is yes
    box.deleteLater()
    return is_yes
