"""Notices about the first bug of a run and about a crash, which open the problem report."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QPushButton

from runway_desktop import HOME_PAGE
from runway_desktop.app.bugs import Bugs
from runway_desktop.app.notices import CRASHED, MESSAGE, REPORT, MistakeNotice, tell_of_crash
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.report.entry import ReportDialog
from runway_desktop.ui.theme import Theme
from tests.rigs import pill
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.mistakes import Mistakes

log = logging.getLogger("runway_desktop.test")


async def report_in(desktop: Desktop) -> ReportDialog:
    """The window of the report, with its text."""
    await until(lambda: desktop.window.findChild(ReportDialog))
    return desktop.window.findChild(ReportDialog)


def press(dialog: QDialog, text: str) -> None:
    next(one for one in dialog.findChildren(QPushButton) if one.text() == text).click()


async def test_only_the_first_of_many_errors_is_announced_and_opens_a_report(
    tmp_path: Path, theme: Theme, mistakes: Mistakes
):
    bugs = Bugs()
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        activity = rig.window.activity
        MistakeNotice(bugs, rig.window)
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
        pill.press(rig.window, str(REPORT))
        dialog = await report_in(rig)
        assert any(HOME_PAGE in label.text() for label in dialog.findChildren(QLabel))
        dialog.text.insertPlainText("I pressed it.")
        assert dialog.text.toPlainText().startswith("What I did, and what happened:\nI pressed it.\n")
        dialog.text.setPlainText("As I read it")
        press(dialog, "Copy")
        assert QGuiApplication.clipboard().text() == "As I read it"
        assert activity.messages() == ["Report copied."]
        dialog.close()
    mistakes.take("Mistake")


async def test_crash_is_announced_and_reported_with_its_stack(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        rig.engine.last_crash.write_text("Fatal Python error: Aborted\n", encoding="utf-8")
        tell_of_crash(rig.window)
        assert rig.window.activity.messages() == [str(CRASHED)]
        pill.press(rig.window, str(REPORT))
        dialog = await report_in(rig)
        assert "Fatal Python error: Aborted" in dialog.text.toPlainText()
        press(dialog, "Save…")
        target = tmp_path / "report.txt"
        dialog.findChild(QFileDialog).fileSelected.emit(str(target))
        await until(rig.window.activity.messages)
        assert rig.window.activity.messages() == ["Report saved."]
        assert target.read_text(encoding="utf-8") == dialog.text.toPlainText()
        dialog.close()


async def test_log_is_shown_from_the_about_page(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        shown: list[object] = []
        rig.task_commands.selection_wanted.disconnect()
        rig.task_commands.selection_wanted.connect(shown.append)
        rig.rooms.open("preferences", "About")
        await until(lambda: rig.window.findChild(Preferences))
        dialog = rig.window.findChild(Preferences)
        press(dialog, "Show log")
        assert shown == [[rig.engine.logs[-1]]]
        dialog.close()


async def test_dismissed_error_notice_hides_later_errors_of_the_run(tmp_path: Path, theme: Theme, mistakes: Mistakes):
    bugs = Bugs()
    async with Desktop(tmp_path, theme) as rig:
        MistakeNotice(bugs, rig.window)
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
