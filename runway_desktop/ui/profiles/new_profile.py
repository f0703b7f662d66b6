"""The window for a new profile: its name, its color, its key. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from runway_desktop.ui.building import STRETCH, Dialog, add_all, hbox, push_button, tool_button, vbox
from runway_desktop.ui.labels import announce, mark_wrong, say, tip, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.profiles.new_profile import NewProfileForm
from runway_desktop.viewmodels.profiles.welcome import WHERE_FROM

from .color_row import ColorRow

WIDTH = 60 * GRID


class NewProfileDialog(Dialog):
    def __init__(self, form: NewProfileForm, theme: Theme, parent: QWidget) -> None:
        super().__init__("New profile", parent)
        self._form = form
        self._theme = theme
        form.setParent(self)
        self.setMinimumWidth(WIDTH)
        what = (
            "A profile has a key of its own, its own tasks, sheets and settings, and a window of its own. Use one for "
            "each client, or for each organization at Runway."
        )
        rows = vbox(words(self, what, "muted"), GRID, on=self, margins=2 * GRID)
        self._build_name(rows)
        self._build_key(rows)
        self._trouble = words(self, tone="bad")
        add_all(rows, self._trouble, GRID, self._build_buttons())
        form.changed.connect(self._show)
        form.made.connect(lambda *_: self.accept())
        FollowsTheme(theme, self, self._restyle)
        self._show()
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build_name(self, rows: QVBoxLayout) -> None:
        self._name = QLineEdit(self)
        self._name.setAccessibleName("Name of the profile")
        self._name.setPlaceholderText("Client A")
        self._name.textEdited.connect(self._form.set_name)
        caption = words(self, "Name")
        caption.setBuddy(self._name)
        self._name_wrong = words(self, tone="bad")
        self.colors = ColorRow(self)
        self.colors.chosen.connect(self._form.set_color)
        for widget in (caption, self._name, self._name_wrong, words(self, "Color"), self.colors):
            rows.addWidget(widget)
        rows.addSpacing(GRID)

    def _build_key(self, rows: QVBoxLayout) -> None:
        self._key = QLineEdit(self)
        self._key.setPlaceholderText("key_…")
        self._key.setAccessibleName("API key of the profile")
        self._key.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint
        self._key.setInputMethodHints(hints.ImhSensitiveData | hints.ImhNoPredictiveText | hints.ImhNoAutoUppercase)
        self._key.textChanged.connect(self._key_typed)
        self._eye = tool_button(self, kind="flat", spoken="Show the key", checkable=True)
        self._eye.toggled.connect(self._reveal)
        caption = words(self, "Key (it may be entered later)")
        caption.setBuddy(self._key)
        line = hbox((self._key, 1), self._eye, spacing=GRID // 2)
        self._key_words = words(self)
        rows.addWidget(caption)
        rows.addLayout(line)
        rows.addWidget(self._key_words)
        note = f"{WHERE_FROM} It is kept in the system's keychain. Checking it costs nothing."
        rows.addWidget(words(self, note, "faint"))

    def _build_buttons(self) -> QHBoxLayout:
        cancel = push_button(self, "Cancel", self.reject)
        self._create = push_button(self, "Create and open", self._form.create, kind="primary", default=True)
        return hbox(STRETCH, cancel, self._create)

    def _key_typed(self, text: str) -> None:
        self._form.set_key(text)
        if self._form.key != text:
            with QSignalBlocker(self._key):
                self._key.setText(self._form.key)

    def _reveal(self, shown: bool) -> None:
        self._key.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._restyle()

    def _restyle(self) -> None:
        shown = self._eye.isChecked()
        self._eye.setIcon(self._theme.icon("mdi6.eye-off-outline" if shown else "mdi6.eye-outline", Role.MUTED))
        self._eye.setToolTip("Hide the key" if shown else "Show the key")

    def _show(self) -> None:
        form = self._form
        say(self._name_wrong, form.name_problem)
        mark_wrong(self._name, bool(form.name_problem))
        self._name.setAccessibleDescription(form.name_problem)
        self.colors.show_color(form.color)
        if form.key_words != self._key_words.text() and form.busy:
            announce(self._key, form.key_words)
        say(self._key_words, form.key_words, form.key_tone)
        mark_wrong(self._key, form.key_tone is Tone.BAD)
        say(self._trouble, form.trouble)
        for widget in (self._name, self._key, self.colors):
            widget.setEnabled(not form.busy)
        self._create.setEnabled(not form.reason)
        self._create.setToolTip(tip(form.reason))
        self._create.setAccessibleDescription(form.reason)
