"""Welcome page for a profile without a key: what the program is, a line for the key, and the demo. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from runway_desktop.texts import _, in_turn
from runway_desktop.ui.building import STRETCH, hbox, line, push_button, scroll_area, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.viewmodels.profiles.welcome import WHERE_FROM, KeyForm

from .key_entry import KeyEntry

WIDTH = 58 * GRID


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
        self._name = words(column, "Runway Desktop")
        self._name.setFont(self._theme.strong_font())
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
