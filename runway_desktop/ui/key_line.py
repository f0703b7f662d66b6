"""Line edit for a secret key, masked unless its eye button is pressed. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QLineEdit, QWidget

from runway_desktop.texts import _
from runway_desktop.usecases.words.plain import tip

from .building import hbox, line_edit, tool_button
from .theme import GRID, FollowsTheme, Role, Theme


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
