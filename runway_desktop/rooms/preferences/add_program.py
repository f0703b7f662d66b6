"""How to add Runway Desktop to a program that hosts agents. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from runway_desktop.rooms.preferences.model.programs_form import ProgramsForm
from runway_desktop.texts import Text, _, in_turn
from runway_desktop.ui.building import STRETCH, choices, hbox, push_button, vbox
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import announce, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.clients.hosts import Adding, Host, adding, moved_words
from runway_desktop.values import replace

_NEW = Text("New programs start as read only.")
_LINES = 10


class AddProgram(QWidget):
    def __init__(self, form: ProgramsForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        self._adding = Adding(text="", note="")
        self._text = QPlainTextEdit(self, readOnly=True, tabChangesFocus=True)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._copy = push_button(self, _("Copy"), self._copy_text)
        self._open = push_button(self, _("Open"), self._open_link)
        self._note = words(self, tone="muted")
        self._note.setFont(theme.small_font())
        line = QWidget(self)
        flow = FlowLayout(line)
        hosts = choices(self, [(host, str(host)) for host in Host], self._choose, pills=True)
        for button in hosts.values():
            button.setAccessibleName(_("Add to {program}", program=button.text()))
            flow.addWidget(button)
        beside = vbox(self._open, self._copy, STRETCH)
        vbox(line, hbox((self._text, 1), beside), self._note, STRETCH, on=self)
        hosts[Host.CLAUDE_CODE].setChecked(True)
        FollowsTheme(theme, self, lambda: self._copy.setIcon(theme.icon("mdi6.content-copy")))

    def _choose(self, host: Host) -> None:
        server = self._form.server_words
        found = adding(host, server)
        self._adding = replace(found, note=moved_words(server) or found.note)
        self._text.setPlainText(self._adding.text)
        self._text.setAccessibleName(_("Setup for {program}", program=str(host)))
        lines = min(_LINES, max(2, self._adding.text.count("\n") + 1))
        self._text.setFixedHeight(lines * self._text.fontMetrics().lineSpacing() + 3 * GRID)
        self._open.setVisible(self._adding.is_link)
        self._say(str(self._adding.note))

    def _say(self, text: str) -> None:
        say(self._note, str(in_turn(text, _NEW)))

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._adding.text)
        self._say(str(in_turn(_("Copied."), self._adding.note)))
        announce(self._copy, _("Copied."))

    def _open_link(self) -> None:
        if not QDesktopServices.openUrl(QUrl(self._adding.text, QUrl.ParsingMode.StrictMode)):
            self._say(_("No program opens this link. Is it installed?"))
