"""The line where a key is typed or pasted, and what is said of it. Part of welcome and preferences. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from runway_desktop.ui.building import STRETCH, hbox, push_button, tool_button, vbox
from runway_desktop.ui.labels import announce, mark_wrong, say, tip, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.words.account import cleaned_key
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.profiles.welcome import KeyForm, Phase


class KeyEntry(QWidget):
    def __init__(self, form: KeyForm, theme: Theme, button_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._theme = theme
        self._said = ""
        self._build(button_text)
        form.changed.connect(self._show)
        FollowsTheme(theme, self, self._restyle)
        self._show()

    def _build(self, button_text: str) -> None:
        self._line = QLineEdit(self, placeholderText="key_…", clearButtonEnabled=False)
        self._line.setAccessibleName("API key")
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint
        self._line.setInputMethodHints(hints.ImhSensitiveData | hints.ImhNoPredictiveText | hints.ImhNoAutoUppercase)
        self._line.textChanged.connect(self._typed)
        self._line.returnPressed.connect(self._form.check)
        self.setFocusProxy(self._line)
        self._eye = tool_button(self, kind="flat", checkable=True)
        self._eye.toggled.connect(self._reveal)
        line = hbox((self._line, 1), self._eye, spacing=GRID // 2)
        self._words = words(self, tone="muted")
        self._small = words(self, tone="faint")
        self._small.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._small.setFont(self._theme.small_font())
        self._remember = QCheckBox(self)
        self._remember.clicked.connect(self._form.set_remember)
        self._keychain = words(self, tone="warn")
        self._check = push_button(self, button_text, self._form.check, kind="primary")
        vbox(line, self._words, self._small, self._remember, self._keychain, hbox(self._check, STRETCH), on=self)

    def _typed(self, text: str) -> None:
        clean = cleaned_key(text)
        if clean != text:
            at = len(cleaned_key(text[: self._line.cursorPosition()]))
            with QSignalBlocker(self._line):
                self._line.setText(clean)
            self._line.setCursorPosition(at)
        self._form.set_text(clean)

    def _reveal(self, shown: bool) -> None:
        self._line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._restyle()

    def _restyle(self) -> None:
        shown = self._eye.isChecked()
        self._eye.setIcon(self._theme.icon("mdi6.eye-off-outline" if shown else "mdi6.eye-outline", Role.MUTED))
        self._eye.setToolTip("Hide the key" if shown else "Show the key")
        self._eye.setAccessibleName("Show the key")

    def _show(self) -> None:
        form = self._form
        if self._line.text() != form.text:
            with QSignalBlocker(self._line):
                self._line.setText(form.text)
        self._line.setReadOnly(form.busy)
        say(self._words, form.words, form.tone)
        say(self._small, form.small_print)
        mark_wrong(self._line, form.tone is Tone.BAD or (form.phase is Phase.TYPING and bool(form.problem)))
        self._line.setAccessibleDescription(form.words)
        self._remember.setText(form.remember_text)
        self._remember.setChecked(form.remember)
        self._remember.setEnabled(not form.busy)
        say(self._keychain, form.keychain_words)
        self._check.setEnabled(not form.reason)
        self._check.setToolTip(tip(form.reason))
        self._check.setAccessibleDescription(form.reason)
        if form.words != self._said:
            self._said = form.words
            if form.phase is not Phase.TYPING:
                announce(self._line, form.words, urgent=form.phase is Phase.REFUSED)
