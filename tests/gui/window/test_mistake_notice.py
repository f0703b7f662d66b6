"""One bug per run is shown to the person in a calm notice; later ones are only logged."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from runway_desktop.app.bugs import Bugs
from runway_desktop.app.notices import MESSAGE, MistakeNotice
from runway_desktop.ui.theme import Theme
from tests.gui import pill
from tests.gui.rig import Desktop, rest, until
from tests.mistakes import Mistakes

log = logging.getLogger("runway_desktop.test")


async def test_of_seventeen_mistakes_one_is_told_and_its_details_can_be_copied(
    tmp_path: Path, theme: Theme, mistakes: Mistakes
):
    bugs = Bugs()
    async with Desktop(tmp_path, theme) as rig:
        activity = rig.window.activity
        MistakeNotice(bugs, activity, tmp_path / "log.txt", rig.window)
        logging.getLogger().addHandler(bugs)
        try:
            for number in range(17):
                log.error("Mistake %d", number)
        finally:
            logging.getLogger().removeHandler(bugs)
        assert activity.messages() == [], "not in the midst of what made it"
        await until(activity.messages)
        await rest()
        assert activity.messages() == [str(MESSAGE)]
        pill.press(rig.window, "Copy details")
        assert activity.messages() == ["Details copied."]
        copied = QGuiApplication.clipboard().text()
        assert copied.startswith("Runway Desktop ")
        assert str(tmp_path / "log.txt") in copied
        assert "Mistake 0" in copied
        assert "Mistake 1" not in copied
    mistakes.take("Mistake")


async def test_once_it_was_read_no_other_mistake_of_the_run_is_told(tmp_path: Path, theme: Theme, mistakes: Mistakes):
    bugs = Bugs()
    async with Desktop(tmp_path, theme) as rig:
        MistakeNotice(bugs, rig.window.activity, tmp_path / "log.txt", rig.window)
        logging.getLogger().addHandler(bugs)
        try:
            log.error("Mistake 1")
            await until(rig.window.activity.messages)
            rig.window.activity.dismiss_all()
            log.error("Mistake 2")
            await rest()
        finally:
            logging.getLogger().removeHandler(bugs)
        assert rig.window.activity.messages() == []
        assert bugs.count == 2
    mistakes.take("Mistake")
