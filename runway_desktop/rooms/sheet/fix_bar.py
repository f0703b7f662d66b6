"""Bar with the most common error of a sheet's rows, and a button that fixes it in all of them. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.texts import _, in_turn
from runway_desktop.ui.building import hbox, push_button, timer
from runway_desktop.ui.labels import announce, say, words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.sheets.mending import Fix
from runway_desktop.usecases.words import units

_AFTER_MS = 120
"""Debounce while typing."""


class FixBar(QFrame):
    rows_wanted = Signal(int, str)
    """First row with the error, and the key of its column."""

    def __init__(self, sheet: Sheet, theme: Theme, is_editing: Callable[[], bool], parent: QWidget) -> None:
        """`is_editing`: whether a cell is being edited; then the layout must not change."""
        super().__init__(parent)
        self._sheet = sheet
        self._is_editing = is_editing
        self._theme = theme
        self._fix: Fix | None = None
        self.setProperty("box", True)
        self.setAccessibleName(_("Suggested fix"))
        self._icon = words(self, wrap=False)
        self._text = words(self)
        show = push_button(self, _("Show rows"), self._show_rows, kind="flat")
        self._apply = push_button(self, _("Fix"), sheet.apply_fix)
        hbox(self._icon, (self._text, 1), show, self._apply, on=self, margins=(GRID + GRID // 2, GRID, GRID, GRID))
        self._soon = timer(self, _AFTER_MS, self._look)
        sheet.model.counted.connect(self._soon.start)
        sheet.model.busy_changed.connect(self._soon.start)
        sheet.sending.changed.connect(self._soon.start)
        FollowsTheme(theme, self, self._restyle)
        self.hide()
        self._soon.start()

    def _look(self) -> None:
        if self._is_editing():
            self._soon.start()
            return
        fix = self._sheet.fix
        if fix == self._fix:
            return
        if fix is not None and (self._fix is None or fix.problem != self._fix.problem):
            announce(self, fix.problem)
        self._fix = fix
        self.setVisible(fix is not None)
        if fix is None:
            return
        over = self._sheet.outlook.over_cap(fix.credits or 0.0)
        cap = _("That is {credits} over today's cap.", credits=units.credits_in_words(over)) if over else ""
        say(self._text, str(in_turn(fix.problem, cap)), "warn" if over else "")
        self._apply.setText("   ".join(part for part in (fix.label, fix.price) if part))
        self._apply.setAccessibleName(
            _("{action}, {price}", action=fix.label, price=fix.price) if fix.price else fix.label
        )
        self._apply.setToolTip(_("You can undo this. Nothing is sent."))

    def _show_rows(self) -> None:
        if self._fix is not None:
            self.rows_wanted.emit(self._fix.row, self._fix.key)

    def _restyle(self) -> None:
        side = 2 * GRID + GRID // 4
        self._icon.setPixmap(self._theme.icon("mdi6.alert-outline", Role.WARN).pixmap(side, side))
        self._icon.setAlignment(Qt.AlignmentFlag.AlignVCenter)
