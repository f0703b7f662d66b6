"""List of problems in words, collapsed if long. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from runway_desktop.texts import _, ngettext
from runway_desktop.ui.building import hbox, push_button, scroll_area, vbox
from runway_desktop.ui.labels import at_start, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme

FOLDED = 3
HIGHEST = 18 * GRID


class FindingsList(QFrame):
    def __init__(self, messages: Sequence[str], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._messages = list(messages)
        self._theme = theme
        self._unfolded = False
        self.setProperty("box", True)
        self.setAccessibleName(_("Problems found"))
        self.setAccessibleDescription(" ".join(self._messages))
        self._icon = words(self, wrap=False)
        self._text = words(self)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop | at_start())
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._area = scroll_area(self, self._text)
        self._more = push_button(self, "", self._turn, kind="flat")
        row = hbox((self._icon, Qt.AlignmentFlag.AlignTop), (self._area, 1))
        more = (self._more, Qt.AlignmentFlag.AlignLeft)
        vbox(row, more, on=self, margins=(GRID + GRID // 2, GRID, GRID, GRID), spacing=GRID // 2)
        FollowsTheme(theme, self, self._restyle)
        self._show()

    def show_messages(self, messages: Sequence[str]) -> None:
        if list(messages) != self._messages:
            self._messages = list(messages)
            self.setAccessibleDescription(" ".join(self._messages))
            self._show()

    def _turn(self) -> None:
        self._unfolded = not self._unfolded
        self._show()

    def _show(self) -> None:
        hidden = len(self._messages) - FOLDED
        shown = self._messages if self._unfolded or hidden <= 0 else self._messages[:FOLDED]
        self._text.setText("\n".join(shown))
        self._more.setVisible(hidden > 0)
        self._more.setText(_("Show fewer") if self._unfolded else ngettext("Show {n} more", "Show {n} more", hidden))
        self.setVisible(bool(self._messages))
        if self._messages:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._messages:
            self._fit()

    def _fit(self) -> None:
        wide = max(self._area.viewport().width(), 20 * GRID)
        self._area.setFixedHeight(min(self._text.heightForWidth(wide) + 2, HIGHEST))

    def _restyle(self) -> None:
        self._icon.setPixmap(self._theme.icon("mdi6.alert-outline", Role.WARN).pixmap(2 * GRID, 2 * GRID))
