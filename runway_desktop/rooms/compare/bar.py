"""Control bar below the panes: play, time, one scrub line for all clips, key hints, switches.

It controls an `Playback`; each switch runs a command of the view and has its key in the tool tip. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from runway_desktop.texts import Text, _
from runway_desktop.ui.building import hbox, timer
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import PlainLabel, announce, words
from runway_desktop.ui.media.commands import FRAME_BACK, FRAME_FORWARD, FULL_SCREEN, PLAY, SHUTTLE, SOUND
from runway_desktop.ui.media.playback import Playback
from runway_desktop.ui.media.transport import KNOB, BarButton, ScrubSlider, clock
from runway_desktop.ui.tasks.commands import PICK, RATE, REJECT
from runway_desktop.ui.theme import GRID, DarkRoom, Role
from runway_desktop.usecases.commands.command import Command, RoomCommand
from runway_desktop.usecases.words.plain import tip

from .model import Compare
from .overlay import CompareMode
from .room import ADVANCE, ALL_KEYS, DIFFERENCE, LOOPS, SHOW, SWAP, TAKES, TURNS, WIPE

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
SAID_MS = 5_000
"""How long a message replaces the key hints."""
_AMOUNT_WORDS = {1: Text("{keys} next"), 2: Text("{keys} next two"), 4: Text("{keys} next four")}
_MOST_HINTS = 0.42
"""Maximum share of the bar's width for the key hints."""


class ScrubLine(ScrubSlider):
    """The preview's slider with the loop range marked below it. Focused, it handles the arrow keys itself."""

    def __init__(self, theme: DarkRoom, clips: Playback, parent: QWidget) -> None:
        super().__init__(theme, clips, parent)
        self._range: tuple[float | None, float | None] = (None, None)

    def set_range(self, wanted: tuple[float | None, float | None]) -> None:
        """Begin and end of the loop in seconds, or None."""
        if wanted != self._range:
            self._range = wanted
            self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ARROWS:
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        begin, end = self._range
        if self._range == (None, None) or self.maximum() <= 0:
            return
        width = max(1.0, self.width() - 2 * KNOB)
        left = KNOB + width * (begin or 0.0) * 1000 / self.maximum()
        right = KNOB + width if end is None else KNOB + width * min(1.0, end * 1000 / self.maximum())
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.WARN))
        middle = self.height() / 2
        painter.drawRect(QRectF(left, middle + 4, max(2.0, right - left), 2))
        for x in (left, right - 2):
            painter.drawRect(QRectF(x, middle - 6, 2, 12))


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
    """The pointer is over the scrub line: a drag may follow."""

    def __init__(self, theme: DarkRoom, clips: Playback, keys: Keys, view: QWidget) -> None:
        """The switches run commands on `view`."""
        super().__init__(view)
        self._view = view
        self._switches: dict[BarButton, RoomCommand[Any]] = {}
        self._theme = theme
        self._keys = keys
        self._clips = clips
        self._hint_words: tuple[str, ...] = ()
        self._said = ""
        self._silent = timer(self, SAID_MS, self._said_enough)
        self._line = ScrubLine(theme, clips, self)
        self._line.setAccessibleName(_("Position of all clips"))
        self._play = BarButton(theme, self, clips.toggle)
        self._now, self._length = self._time(), self._time()
        self._position = words(self, tone="muted", wrap=False)
        self._hints = Hints(self)
        self._sizes = {size: self._switch(command) for size, command in SHOW.items()}
        self._modes = {CompareMode.WIPE: self._switch(WIPE), CompareMode.DIFFERENCE: self._switch(DIFFERENCE)}
        self._advance = self._switch(ADVANCE)
        self._mute = BarButton(theme, self, clips.toggle_sound, checkable=True)
        self._full = self._switch(FULL_SCREEN, checkable=False)
        self._all_keys = self._switch(ALL_KEYS, checkable=False)
        self._arrange()
        self._line.neared.connect(self.neared)
        clips.changed.connect(self.show_state)
        clips.moved.connect(self._show_position)
        clips.length_known.connect(self.show_state)
        keys.changed.connect(self._dress)
        keys.changed.connect(self.show_state)
        self._dress()

    def _switch(self, command: RoomCommand[Any], *, checkable: bool = True) -> BarButton:
        button = BarButton(self._theme, self, lambda _=False: command.does(self._view), checkable=checkable)
        self._switches[button] = command
        return button

    def set_hints(self, words: tuple[str, ...]) -> None:
        self._hint_words = words
        self._fit_hints()

    def say(self, sentence: str) -> None:
        """Shows a message in place of the key hints for `SAID_MS`, and announces it."""
        self._said = sentence
        self._silent.start()
        self._fit_hints()
        announce(self, sentence)

    def _said_enough(self) -> None:
        self._said = ""
        self._fit_hints()

    def show_choice(self, size: int, mode: CompareMode, advance: bool, position: str) -> None:
        """Shows the state: how many panes, how they are laid out, auto-advance, and which of all takes."""
        for known, button in self._sizes.items():
            button.setChecked(known == size)
        for other, button in self._modes.items():
            button.setChecked(other is mode)
        self._advance.setChecked(advance)
        self._position.setText(position)
        self._position.setVisible(bool(position))
        self._dress()
        self._fit_hints()

    def focus_controls(self) -> None:
        first = self._play if self._play.isVisible() else self._sizes[1]
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_state(self) -> None:
        clips = self._clips
        there = clips.has_clips
        for part in (self._play, self._line, self._now, self._length, self._mute):
            part.setVisible(there)
        self._rest.setVisible(not there)
        self._play.dress_play(clips.is_playing, self._keys.words(PLAY))
        self._mute.setChecked(clips.muted)
        self._mute.dress_sound(clips.muted, self._keys.words(SOUND))
        self._line.setRange(0, round(clips.length * 1000))
        self._line.set_range(clips.range)
        self._length.setText(clock(clips.length))
        self._show_position(clips.position)
        self._fit_hints()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_hints()

    def _arrange(self) -> None:
        self._rest = QWidget(self)
        self._rest.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        plays = (self._play, self._now, (self._line, 1), self._length)
        switches = (*self._sizes.values(), *self._modes.values(), self._advance, self._mute, self._full, self._all_keys)
        says = (self._position, (self._rest, 1), self._hints)
        margins = (2 * GRID, GRID + GRID // 2, 2 * GRID, GRID + GRID // 2)
        hbox(*plays, *says, hbox(*switches, spacing=2), on=self, margins=margins, spacing=GRID * 3 // 2)

    def _time(self) -> QLabel:
        label = words(self, "00:00.0", wrap=False)
        label.setFont(self._theme.tabular(label.font()))
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance("00:00.0") + 2)
        return label

    def _dress(self) -> None:
        for button, command in self._switches.items():
            button.dress_as(command, self._keys)
        ends = list(map(self._keys.words, LOOPS))
        words = _("Position of all clips")
        if all(ends):
            begin, end, none = ends
            words = _(
                "Position of all clips. {begin} and {end} set the loop, {none} clears it.",
                begin=begin,
                end=end,
                none=none,
            )
        self._line.setToolTip(tip(words))

    def _show_position(self, seconds: float) -> None:
        self._line.follow(seconds)
        self._now.setText(clock(seconds))

    def _fit_hints(self) -> None:
        others = self.layout().minimumSize().width() - self._hints.minimumSizeHint().width()
        room = min(round(self.width() * _MOST_HINTS), self.width() - others)
        self._hints.set_words((self._said,) if self._said else self._hint_words, room)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 7 * GRID)


def hints(keys: Keys, model: Compare, *, clips: bool) -> tuple[str, ...]:
    """Key hints, most important first. `clips`: something that plays is shown."""
    several, stacked = len(model.shown) > 1, any(len(stack.takes) > 1 for stack in model.shown)
    told = (
        (clips, Text("{keys} play together"), SHUTTLE),
        (clips, Text("{keys} frame"), (FRAME_BACK, FRAME_FORWARD)),
        (True, Text("{keys} rate"), RATE[1:]),
        (True, Text("{keys} pick"), (PICK,)),
        (True, Text("{keys} reject"), (REJECT,)),
        (stacked or several, Text("{keys} take"), TAKES[::-1]),
        (several, Text("{keys} swap"), (SWAP,)),
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
