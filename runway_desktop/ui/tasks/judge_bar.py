"""Button bar that judges the selection and shows its common values: stars, Pick, Reject, Tags, Note, Compare. One line
at any width: in narrow windows, icons without text. GUI thread only."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from runway_desktop.domain.task import MOST_STARS, Pick
from runway_desktop.ui.building import STRETCH, PushButton, hbox, tool_button
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.theme import GRID, TARGET, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.command import RoomCommand
from runway_desktop.usecases.words.tasks import rating_words
from runway_desktop.viewmodels.tasks.details import DetailsModel

from .commands import COMPARE_TAKES, NOTE, PICK, RATE, REJECT, TAG, star_words
from .judge import Judge

_STARS = MOST_STARS * TARGET
_LEAST = TARGET
"""Width of a button without text."""
_APART = GRID
"""Gap between stars and buttons."""
_GAP = 2


class JudgeBar(QWidget):
    def __init__(self, details: DetailsModel, judge: Judge, theme: Theme, keys: Keys) -> None:
        super().__init__()
        self._details = details
        self._judge = judge
        self._theme = theme
        self._keys = keys
        self._stars = [self._star(number) for number in range(1, MOST_STARS + 1)]
        self._pick = _CommandButton(PICK, judge, self, checkable=True)
        self._reject = _CommandButton(REJECT, judge, self, checkable=True)
        others = (_CommandButton(command, judge, self) for command in (TAG, NOTE, COMPARE_TAKES))
        self._worded = (self._pick, self._reject, *others)
        deciding = hbox(*self._worded, spacing=_GAP)
        hbox(hbox(*self._stars, spacing=0), _APART, deciding, STRETCH, on=self, spacing=0)
        OneStop(self, self._stars)
        OneStop(self, self._worded)
        details.changed.connect(self._show)
        keys.changed.connect(self._restyle)
        FollowsTheme(theme, self, self._restyle)

    def minimumSizeHint(self) -> QSize:
        """With icons only, so that the bar does not force a minimum pane width."""
        width = _STARS + _APART + len(self._worded) * (_LEAST + _GAP) - _GAP
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _star(self, number: int) -> QToolButton:
        star = tool_button(self, partial(self._rate, number), kind="flat")
        star.setStyleSheet("padding: 4px 1px; min-height: 0;")
        star.setFixedWidth(TARGET)
        return star

    def _rate(self, number: int) -> None:
        """Rates; pressing the current rating clears it."""
        self._judge.rate(0 if self._details.rating == number else number)

    def _restyle(self) -> None:
        for button in self._worded:
            button.dress(self._theme, self._keys)
        for number, star in enumerate(self._stars, start=1):
            star.setToolTip(self._keys.tip(RATE[number], rating_words(number)))
        self._show()
        self._fit()

    def _fit(self) -> None:
        """Shows text on all buttons if it fits, else on Pick and Reject, else on none."""
        room = self.width() - _STARS - _APART + _GAP
        for worded in (self._worded, (self._pick, self._reject), ()):
            widths = (button.wide if button in worded else _LEAST for button in self._worded)
            if sum(widths) + len(self._worded) * _GAP <= room or not worded:
                for button in self._worded:
                    button.show_words(on=button in worded)
                return

    def _show(self) -> None:
        self.setVisible(bool(self._details.chosen))
        rating = self._details.rating
        for number, star in enumerate(self._stars, start=1):
            full = number <= rating
            name, role = ("mdi6.star", Role.ACCENT) if full else ("mdi6.star-outline", Role.FAINT)
            star.setIcon(self._theme.icon(name, role))
            star.setAccessibleName(str(star_words(number, rating)))
            star.setVisible(self._details.can_be_rated)
        for button, pick in ((self._pick, Pick.PICK), (self._reject, Pick.REJECT)):
            button.setChecked(self._details.pick is pick)
            button.dress(self._theme, self._keys)


class _CommandButton(PushButton):
    """Button with an icon, or icon, text and key."""

    def __init__(self, command: RoomCommand[Any], judge: Judge, parent: QWidget, *, checkable: bool = False) -> None:
        super().__init__(parent)
        self._command = command
        self._words = command.name
        self._worded = False
        self.wide = _LEAST
        """Width with text."""
        self.setProperty("compact", True)
        self.setAccessibleName(command.name)
        self.setCheckable(checkable)
        self.setIconSize(QSize(16, 16))
        # Drops the `checked` argument of the signal.
        self.clicked.connect(lambda _=False: command.does(judge))

    def dress(self, theme: Theme, keys: Keys) -> None:
        self.setIcon(theme.icon(self._command.sign, Role.ACCENT if self.isChecked() else Role.MUTED))
        self.setToolTip(keys.tip(self._command))
        self._words = f"{self._command.name}  {keys.words(self._command)}".rstrip()
        self.ensurePolished()
        self.wide = self.fontMetrics().horizontalAdvance(self._words) + 16 + 3 * GRID
        self.show_words(on=self._worded)

    def show_words(self, *, on: bool) -> None:
        self._worded = on
        text, width = (self._words, self.wide) if on else ("", _LEAST)
        if self.text() != text or self.minimumWidth() != width:
            self.setText(text)
            self.setFixedWidth(width)
