"""Line edit for an API key with its check result, used by the welcome page and the preferences. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, hbox, push_button, vbox
from runway_desktop.ui.key_line import KeyLine
from runway_desktop.ui.labels import announce, mark_wrong, say, set_reason, words
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.phase import KeyPhase
from runway_desktop.usecases.words.account import cleaned_key
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.profiles.welcome import KeyForm


class KeyEntry(QWidget):
    def __init__(self, form: KeyForm, theme: Theme, button_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._theme = theme
        self._said = ""
        self._build(button_text)
        form.changed.connect(self._show)
        self._show()

    def _build(self, button_text: str) -> None:
        key_line = KeyLine(self._theme, _("API key"), self)
        self._line = key_line.line
        self._line.textChanged.connect(self._typed)
        self._line.returnPressed.connect(self._form.check)
        self.setFocusProxy(self._line)
        self._words = words(self, tone="muted")
        self._small = words(self, tone="faint")
        self._small.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._small.setFont(self._theme.small_font())
        self._remember = QCheckBox(self)
        self._remember.clicked.connect(self._form.set_remember)
        self._keychain = words(self, tone="warn")
        self._check = push_button(self, button_text, self._form.check, kind="primary")
        vbox(key_line, self._words, self._small, self._remember, self._keychain, hbox(self._check, STRETCH), on=self)

    def _typed(self, text: str) -> None:
        clean = cleaned_key(text)
        if clean != text:
            at = len(cleaned_key(text[: self._line.cursorPosition()]))
            with QSignalBlocker(self._line):
                self._line.setText(clean)
            self._line.setCursorPosition(at)
        self._form.set_text(clean)

    def _show(self) -> None:
        form = self._form
        if self._line.text() != form.text:
            with QSignalBlocker(self._line):
                self._line.setText(form.text)
        self._line.setReadOnly(form.busy)
        say(self._words, form.words, form.tone)
        say(self._small, form.small_print)
        mark_wrong(self._line, form.tone is Tone.BAD or (form.phase is KeyPhase.TYPING and bool(form.problem)))
        self._line.setAccessibleDescription(form.words)
        self._remember.setText(form.remember_text)
        self._remember.setChecked(form.remember)
        self._remember.setEnabled(form.can_remember)
        say(self._keychain, form.keychain_words)
        set_reason(self._check, form.reason)
        if form.words != self._said:
            self._said = form.words
            if form.phase is not KeyPhase.TYPING:
                announce(self._line, form.words, urgent=form.phase is KeyPhase.REFUSED)
