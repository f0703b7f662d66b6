"""Entry point of the report of a problem. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QSize, Qt, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from runway_desktop import HOME_PAGE
from runway_desktop.texts import _, language
from runway_desktop.ui.building import STRETCH, Dialog, hbox, open_at, push_button, vbox
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.file_dialogs import choose_target
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID


def open_room(desk: Desk, _wish: object) -> None:
    screens = (
        f"{one.size().width()} × {one.size().height()} at {one.devicePixelRatio():g}"
        for one in QGuiApplication.screens()
    )
    window = {
        "Qt": f"{qVersion()} on {QGuiApplication.platformName()}",
        "Screens": ", ".join(screens),
        "Language": f"{language().code}, system {QLocale.system().name()}",
    }
    desk.runner(
        desk.cases.problem_report(window), "write the report", done=lambda text: ReportDialog(desk, text).open()
    )


class ReportDialog(Dialog):
    """The whole text, which may be edited before it is saved or copied."""

    def __init__(self, desk: Desk, text: str) -> None:
        super().__init__(_("Report a problem"), desk.window)
        self._desk = desk
        said = _(
            "Read the report, and add what happened. Keys, prompts, names and paths are left out of it. Nothing is "
            "sent: save or copy it, then report the problem at {address}.",
            address=HOME_PAGE,
        )
        lead = words(self, said)
        lead.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.text = QPlainTextEdit(text, self)
        self.text.setAccessibleName(_("Report"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setTabChangesFocus(True)
        close = push_button(self, _("Close"), self.accept)
        copy = push_button(self, _("Copy"), self._copy)
        save = push_button(self, _("Save…"), self._save, default=True)
        vbox(lead, (self.text, 1), hbox(close, STRETCH, copy, save), on=self, margins=2 * GRID, spacing=2 * GRID)
        open_at(self, QSize(120 * GRID, 80 * GRID))
        self.text.setFocus()
        self.text.moveCursor(QTextCursor.MoveOperation.NextBlock)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._tell(_("Report copied."))

    def _save(self) -> None:
        start = Path.home() / "runway-desktop-report.txt"
        choose_target(self, _("Save report"), self._write, start, _("Text files {pattern}", pattern="(*.txt)"))

    def _write(self, path: Path) -> None:
        work = self._desk.cases.library.write_text(path, self.text.toPlainText())
        self._desk.runner(work, "save the report", done=lambda _done: self._tell(_("Report saved.")))

    def _tell(self, said: str) -> None:
        self._desk.models.activity.tell(said)
