"""Selector of a profile's color: labeled swatches, and the selected color in words. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from runway_desktop.domain.profiles import Color
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, hbox, tool_button
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID

from .badge import COLOR_WORDS, badge_width, swatch

_SIDE = 18


class ColorRow(QWidget):
    chosen = Signal(object)
    """The selected Color."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Color"))
        group = QButtonGroup(self)
        self.buttons: dict[Color, QToolButton] = {}
        for color in Color:
            button = tool_button(
                self,
                lambda _=False, color=color: self._choose(color),
                icon=swatch(color, _SIDE),
                kind="swatch",
                tip=str(COLOR_WORDS[color]),
                spoken=_("{setting}: {choice}", setting=_("Color"), choice=COLOR_WORDS[color]),
                checkable=True,
            )
            button.setIconSize(QSize(badge_width(_SIDE), _SIDE))
            group.addButton(button)
            self.buttons[color] = button
        self._said = words(self, tone="muted", wrap=False)
        hbox(*self.buttons.values(), GRID, self._said, STRETCH, on=self, spacing=GRID // 2)

    def show_color(self, color: Color) -> None:
        self.buttons[color].setChecked(True)
        self._said.setText(str(COLOR_WORDS[color]))

    def _choose(self, color: Color) -> None:
        self.show_color(color)
        self.chosen.emit(color)
