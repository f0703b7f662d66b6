"""Entry point of the report of a problem. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QSize, Qt, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit
from shiboken6 import isValid

from runway_desktop import HOME_PAGE
from runway_desktop.texts import _, language
from runway_desktop.ui.building import STRETCH, Dialog, hbox, open_at, push_button, vbox
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.file_dialogs import choose_target
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID


def open_room(desk: Desk, _wish: object) -> None:
    dialog = ReportDialog(desk)
    dialog.open()
    desk.runner(desk.cases.problem_report(_window()), "write the report", done=dialog.show_text)


class ReportDialog(Dialog):
    """The whole text, which may be edited before it is saved or copied."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_("Report a problem"), desk.window)
        self._desk = desk
        lead = words(
            self,
            _(
                "Read the report, and add what happened. Keys, prompts, names and paths are left out of it. Nothing is "
                "sent: save or copy it, then report the problem at {address}.",
                address=HOME_PAGE,
            ),
        )
        lead.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName(_("Report"))
        self.text.setPlaceholderText(_("Reading the log…"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setTabChangesFocus(True)
        self._buttons = [
            push_button(self, _("Copy"), self._copy),
            push_button(self, _("Save…"), self._save, default=True),
        ]
        for button in self._buttons:
            button.setEnabled(False)
        close = push_button(self, _("Close"), self.accept)
        vbox(lead, (self.text, 1), hbox(close, STRETCH, *self._buttons), on=self, margins=2 * GRID, spacing=2 * GRID)
        open_at(self, QSize(120 * GRID, 80 * GRID))

    def show_text(self, text: str) -> None:
        # The person may have closed it meanwhile.
        if isValid(self):
            self.text.setPlainText(text)
            self.text.setFocus()
            for button in self._buttons:
                button.setEnabled(True)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._reported(_("Report copied."))

    def _save(self) -> None:
        start = Path.home() / "runway-desktop-report.txt"
        choose_target(self, _("Save report"), self._write, start, _("Text files {pattern}", pattern="(*.txt)"))

    def _write(self, path: Path) -> None:
        work = self._desk.cases.library.write_text(path, self.text.toPlainText())
        self._desk.runner(work, "save the report", done=lambda _done: self._reported(_("Report saved.")))

    def _reported(self, said: str) -> None:
        self._desk.models.activity.tell(said)
        self._desk.runner(self._desk.cases.forget_crash(), "forget the crash")


def _window() -> dict[str, str]:
    screens = [
        f"{screen.size().width()}×{screen.size().height()} at {screen.devicePixelRatio():g}"
        for screen in QGuiApplication.screens()
    ]
    return {
        "Qt": f"{qVersion()} on {QGuiApplication.platformName()}",
        "Screens": ", ".join(screens),
        "Language": f"{language().code or 'en'}, system {QLocale.system().name()}",
    }
