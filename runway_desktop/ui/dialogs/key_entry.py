"""Where a person enters an API key: the masked line, also with its check result, and the welcome page for a profile
without a key. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLayout, QLineEdit, QWidget

from runway_desktop.texts import _, in_turn
from runway_desktop.ui.building import STRETCH, hbox, line, line_edit, push_button, scroll_area, tool_button, vbox
from runway_desktop.ui.labels import announce, mark_wrong, say, set_reason, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.question import KeyPhase
from runway_desktop.usecases.words.account import cleaned_key
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.profiles.welcome import WHERE_FROM, KeyForm

WIDTH = 58 * GRID


class KeyLine(QWidget):
    """`spoken` is the line's accessible name."""

    def __init__(self, theme: Theme, spoken: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.line = line_edit(self, spoken, hint="key_…")
        hints = Qt.InputMethodHint
        self.line.setInputMethodHints(hints.ImhSensitiveData | hints.ImhNoPredictiveText | hints.ImhNoAutoUppercase)
        self.setFocusProxy(self.line)
        self._eye = tool_button(self, kind="flat", spoken=_("Show key"), checkable=True)
        self._eye.toggled.connect(self._restyle)
        row = hbox((self.line, 1), self._eye, on=self, spacing=GRID // 2)
        # Never lower than the line, even if the window is too small.
        row.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        FollowsTheme(theme, self, self._restyle)

    def _restyle(self) -> None:
        shown = self._eye.isChecked()
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._eye.setIcon(self._theme.icon("mdi6.eye-off-outline" if shown else "mdi6.eye-outline", Role.MUTED))
        self._eye.setToolTip(tip(_("Hide key") if shown else _("Show key")))


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
        self._small = words(self, tone="faint", font=self._theme.small_font())
        self._small.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
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


class WelcomeDialog(QWidget):
    demo_wanted = Signal()

    def __init__(self, form: KeyForm, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("pane", "list")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(_("Welcome"))
        center = QWidget()
        vbox(scroll_area(self, center), on=self)
        column = QWidget(center)
        column.setMaximumWidth(WIDTH)
        vbox((STRETCH, 2), hbox(STRETCH, (column, 100), STRETCH), (STRETCH, 3), on=center, margins=3 * GRID)
        self._fill(column, form)
        FollowsTheme(theme, self, self._restyle)

    def _fill(self, column: QWidget, form: KeyForm) -> None:
        self._mark = words(column, wrap=False)
        self._mark.setAccessibleName("")
        self._name = words(column, "Runway Desktop", font=self._theme.strong_font())
        what = _("Create video, pictures and sound with the Runway API. Follow every task live, and keep every result.")
        titles = vbox(self._name, words(column, what, "muted"), spacing=2)
        head = hbox((self._mark, Qt.AlignmentFlag.AlignTop), (titles, 1), spacing=GRID + GRID // 2)
        entry = KeyEntry(form, self._theme, _("Check and continue"), column)
        label = words(column, _("Your API key"))
        label.setBuddy(entry)
        where = words(column, str(in_turn(WHERE_FROM, _("Checking reads your balance and is free."))), "faint")
        demo = push_button(column, _("Try the demo"), self.demo_wanted)
        explained = _("Runs a simulated Runway on this computer. It costs nothing and has its own profile.")
        demo.setAccessibleDescription(explained)
        row = hbox((demo, Qt.AlignmentFlag.AlignTop), (words(column, explained, "muted"), 1), spacing=2 * GRID)
        vbox(head, 2 * GRID, label, entry, where, GRID, line(column), GRID, row, on=column)
        self.setFocusProxy(entry)

    def _restyle(self) -> None:
        self._mark.setPixmap(self._theme.icon("mdi6.play-box-outline", Role.ACCENT).pixmap(5 * GRID, 5 * GRID))
