"""Control bar below several panes: playback of all clips, key hints, switches.

Each switch runs a command of the view and has its key in the tool tip. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from runway_desktop.texts import Text, _
from runway_desktop.ui.building import hbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import PlainLabel, words
from runway_desktop.ui.media.commands import FRAME_BACK, FRAME_FORWARD, SHUTTLE
from runway_desktop.ui.media.transport import BarButton, Transport
from runway_desktop.ui.tasks.commands import COMPARE_TAKES, PICK, RATE, REJECT
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.commands.command import Command, RoomCommand
from runway_desktop.usecases.words.plain import tip

from .model import ViewerModel
from .pair import CompareMode
from .panes import Panes
from .room import ADVANCE, DIFFERENCE, SHOW, TAKES, TURNS, WIPE

_AMOUNT_WORDS = {1: Text("{keys} next"), 2: Text("{keys} next two"), 4: Text("{keys} next four")}
_MOST_HINTS = 0.42
"""Maximum share of the bar's width for the key hints."""


class Hints(PlainLabel):
    """Key hints: as many as fit, most important first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("tone", "muted")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def set_words(self, words: tuple[str, ...], room: int) -> None:
        ways = (" · ".join(words[:amount]) for amount in range(len(words), 0, -1))
        said = next((way for way in ways if self.fontMetrics().horizontalAdvance(way) <= room), "")
        self.setText(said)
        self.setToolTip(tip(" · ".join(words)) if said != " · ".join(words) else "")


class CompareBar(QWidget):
    neared = Signal()
    """The pointer is over the position: a drag may follow."""

    def __init__(self, panes: Panes, theme: Theme, keys: Keys, view: QWidget) -> None:
        """The switches run commands on `view`."""
        super().__init__(view)
        self._view, self._panes, self._model = view, panes, panes.model
        self._theme, self._keys = theme, keys
        self._switches: dict[BarButton, RoomCommand[Any]] = {}
        self._hint_words: tuple[str, ...] = ()
        self.transport = Transport(theme, panes.playback, self, keys=keys)
        self.transport.name_position(_("Position of all clips"))
        self.transport.count_frames(True)
        self._position = words(self, tone="muted", wrap=False)
        self._hints = Hints(self)
        self._sizes = {size: self._switch(command) for size, command in SHOW.items()}
        self.modes = {CompareMode.WIPE: self._switch(WIPE), CompareMode.DIFFERENCE: self._switch(DIFFERENCE)}
        self._advance = self._switch(ADVANCE)
        self._rest = QWidget(self)
        self._rest.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        says = ((self.transport, 1), self._position, (self._rest, 1), self._hints)
        margins = (2 * GRID, GRID + GRID // 2, 2 * GRID, GRID + GRID // 2)
        hbox(*says, hbox(*self._switches, spacing=2), on=self, margins=margins, spacing=GRID * 3 // 2)
        self.transport.play_wanted.connect(panes.toggle_play)
        self.transport.full_screen_wanted.connect(panes.full_screen_wanted)
        self.transport.neared.connect(panes.near)
        for signal in (
            panes.playback.changed,
            panes.mode_changed,
            self._model.changed,
            self._model.judged,
            keys.changed,
        ):
            signal.connect(self.show_state)
        FollowsTheme(theme, self, self.show_state)

    def _switch(self, command: RoomCommand[Any]) -> BarButton:
        button = BarButton(self._theme, self, lambda _=False: command.does(self._view), checkable=True)
        self._switches[button] = command
        return button

    def show_state(self) -> None:
        model, panes = self._model, self._panes
        there = panes.playback.has_clips
        self.transport.setVisible(there)
        self._rest.setVisible(not there)
        for size, button in self._sizes.items():
            button.setChecked(size == model.size)
        for mode, button in self.modes.items():
            button.setChecked(mode is panes.mode)
        self._advance.setChecked(model.auto_advance)
        self._position.setText(model.position_words())
        self._position.setVisible(bool(self._position.text()))
        for button, command in self._switches.items():
            button.dress_as(command, self._keys)
        self._hint_words = hints(self._keys, model, clips=panes.shows_clips)
        self._fit_hints()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_hints()

    def _fit_hints(self) -> None:
        others = self.layout().minimumSize().width() - self._hints.minimumSizeHint().width()
        self._hints.set_words(self._hint_words, min(round(self.width() * _MOST_HINTS), self.width() - others))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 7 * GRID)


def hints(keys: Keys, model: ViewerModel, *, clips: bool) -> tuple[str, ...]:
    """Key hints, most important first. `clips`: something that plays is shown."""
    several, stacked = len(model.shown) > 1, any(len(stack.takes) > 1 for stack in model.shown)
    told = (
        (clips, Text("{keys} play together"), SHUTTLE),
        (clips, Text("{keys} frame"), (FRAME_BACK, FRAME_FORWARD)),
        (True, Text("{keys} rate"), RATE[1:]),
        (True, Text("{keys} pick"), (PICK,)),
        (True, Text("{keys} reject"), (REJECT,)),
        (stacked or several, Text("{keys} take"), TAKES),
        (several, Text("{keys} swap"), (COMPARE_TAKES,)),
        (several, Text("{keys} wipe"), (WIPE,)),
        (several and not clips, Text("{keys} difference"), (DIFFERENCE,)),
        (bool(model.position_words()), _AMOUNT_WORDS[model.size], TURNS[::-1]),
    )
    return tuple(hint for holds, words, told_of in told if holds and (hint := _hint(keys, words, told_of)))


def _hint(keys: Keys, words: Text, commands: Sequence[Command[Any]]) -> str:
    """A hint such as "1–5 rate"; empty if a command has no key."""
    caps = list(map(keys.cap, commands))
    if not all(caps):
        return ""
    if caps == [str(number) for number in range(1, len(caps) + 1)] and len(caps) > 1:
        return str(words.with_(keys=f"1–{len(caps)}"))
    return str(words.with_(keys=" ".join(caps)))
