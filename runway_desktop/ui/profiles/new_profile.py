"""Dialog for a new profile: name, color, key. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from runway_desktop.texts import _, in_turn
from runway_desktop.ui.building import STRETCH, Dialog, add_all, hbox, line_edit, push_button, vbox
from runway_desktop.ui.dialogs.key_entry import KeyLine
from runway_desktop.ui.labels import announce, mark_wrong, say, say_wrong, set_reason, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.profiles.new_profile import NewProfileForm
from runway_desktop.viewmodels.profiles.welcome import CHECKING, WHERE_FROM

from .badge import ColorRow

WIDTH = 60 * GRID


class NewProfileDialog(Dialog):
    def __init__(self, form: NewProfileForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(_("New profile"), parent)
        self._form = form
        self._theme = theme
        form.setParent(self)
        self.setMinimumWidth(WIDTH)
        what = _(
            "A profile has its own key, tasks, sheets, settings and window. Use one per client, or one per "
            "organization at Runway."
        )
        rows = vbox(words(self, what, "muted"), GRID, on=self, margins=2 * GRID)
        self._build_name(rows)
        self._build_key(rows)
        self._trouble = words(self, tone="bad")
        add_all(rows, self._trouble, GRID, self._build_buttons())
        form.changed.connect(self._show)
        form.made.connect(lambda *_: self.accept())
        self._show()
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build_name(self, rows: QVBoxLayout) -> None:
        self._name = line_edit(self, _("Name of the profile"), hint=_("Client A"))
        self._name.textEdited.connect(self._form.set_name)
        caption = words(self, _("Name"))
        caption.setBuddy(self._name)
        self._name_wrong = words(self, tone="bad")
        self.colors = ColorRow(self)
        self.colors.chosen.connect(self._form.set_color)
        add_all(rows, caption, self._name, self._name_wrong, words(self, _("Color")), self.colors, GRID)

    def _build_key(self, rows: QVBoxLayout) -> None:
        key_line = KeyLine(self._theme, _("API key of the profile"), self)
        self._key = key_line.line
        self._key.textChanged.connect(self._key_typed)
        caption = words(self, _("Key (you can add it later)"))
        caption.setBuddy(self._key)
        self._key_words = words(self)
        note = str(in_turn(WHERE_FROM, _("The key is kept in the system's keychain."), CHECKING))
        add_all(rows, caption, key_line, self._key_words, words(self, note, "faint"))

    def _build_buttons(self) -> QHBoxLayout:
        cancel = push_button(self, _("Cancel"), self.reject)
        self._create = push_button(self, _("Create and open"), self._form.create, kind="primary", default=True)
        return hbox(STRETCH, cancel, self._create)

    def _key_typed(self, text: str) -> None:
        self._form.set_key(text)
        if self._form.key != text:
            with QSignalBlocker(self._key):
                self._key.setText(self._form.key)

    def _show(self) -> None:
        form = self._form
        say_wrong(self._name, self._name_wrong, form.name_problem)
        self.colors.show_color(form.color)
        if form.key_words != self._key_words.text() and form.busy:
            announce(self._key, form.key_words)
        say(self._key_words, form.key_words, form.key_tone)
        mark_wrong(self._key, form.key_tone is Tone.BAD)
        say(self._trouble, form.trouble)
        for widget in (self._name, self._key, self.colors):
            widget.setEnabled(not form.busy)
        set_reason(self._create, form.reason)
