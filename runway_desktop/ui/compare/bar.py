"""The line below the panes: play, position, one scrub line over all clips, length, keys in words, and the few switches.

It commands an `InStep` and tells the rest by signals; every switch has a key, which its tooltip tells. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from runway_desktop.ui.building import hbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import words
from runway_desktop.ui.media.bar import BarButton, LineSlider
from runway_desktop.ui.media.transport import clock
from runway_desktop.ui.theme import GRID, DarkRoom, Role

from .in_step import InStep
from .overlay import Way

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
_MOST_HINTS = 0.42
"""Of the bar's width, for the keys in words."""


class ScrubLine(LineSlider):
    """The line of the preview, with the looped range below it. With the focus, the arrow keys are its own."""

    def __init__(self, theme: DarkRoom, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._range: tuple[float | None, float | None] = (None, None)

    def set_range(self, wanted: tuple[float | None, float | None]) -> None:
        """Seconds."""
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
        knob = self._knob()
        width = max(1.0, self.width() - 2 * knob)
        left = knob + width * (begin or 0.0) * 1000 / self.maximum()
        right = knob + width if end is None else knob + width * min(1.0, end * 1000 / self.maximum())
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.WARN))
        middle = self.height() / 2
        painter.drawRect(QRectF(left, middle + 4, max(2.0, right - left), 2))
        for x in (left, right - 2):
            painter.drawRect(QRectF(x, middle - 6, 2, 12))


class Hints(QLabel):
    """Keys in words: as many as there is room for, the most needed first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self.setProperty("tone", "muted")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def set_words(self, words: tuple[str, ...], room: int) -> None:
        self._words = words
        said = ""
        for amount in range(len(words), 0, -1):
            said = " · ".join(words[:amount])
            if self.fontMetrics().horizontalAdvance(said) <= room:
                break
        else:
            said = ""
        if self.text() != said:
            self.setText(said)
        self.setToolTip(" · ".join(words) if said != " · ".join(words) else "")


class CullingBar(QWidget):
    size_wanted = Signal(int)
    way_wanted = Signal(object)
    """The Way of a pressed switch."""
    advance_wanted = Signal(bool)
    full_screen_wanted = Signal()
    keys_wanted = Signal()

    def __init__(self, theme: DarkRoom, clips: InStep, keys: Keys, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys = keys
        self._clips = clips
        self._hint_words: tuple[str, ...] = ()
        self._line = ScrubLine(theme, self)
        self._line.setTracking(False)
        self._line.setSingleStep(100)
        self._line.setPageStep(1000)
        self._line.setRange(0, 0)
        self._line.setAccessibleName("Position of all clips")
        self._line.sliderPressed.connect(clips.begin_scrub)
        self._line.sliderMoved.connect(lambda value: clips.seek(value / 1000))
        self._line.sliderReleased.connect(clips.end_scrub)
        self._line.actionTriggered.connect(self._slid_by_key)
        self._play = self._button()
        self._play.clicked.connect(lambda _=False: clips.toggle())
        self._now, self._length = self._time(), self._time()
        self._place = words(self, tone="muted", wrap=False)
        self._hints = Hints(self)
        self._sizes = {size: self._button(checkable=True) for size in (1, 2, 4)}
        for size, button in self._sizes.items():
            button.clicked.connect(lambda _=False, size=size: self.size_wanted.emit(size))
        self._ways = {way: self._button(checkable=True) for way in (Way.WIPE, Way.DIFFERENCE)}
        for way, button in self._ways.items():
            button.clicked.connect(lambda _=False, way=way: self.way_wanted.emit(way))
        self._advance = self._button(checkable=True)
        self._advance.clicked.connect(self.advance_wanted)
        self._mute = self._button(checkable=True)
        self._mute.clicked.connect(lambda _=False: clips.set_muted(not clips.muted))
        self._full = self._button()
        self._full.clicked.connect(lambda _=False: self.full_screen_wanted.emit())
        self._all_keys = self._button()
        self._all_keys.clicked.connect(lambda _=False: self.keys_wanted.emit())
        self._arrange()
        clips.changed.connect(self.show_state)
        clips.moved.connect(self._show_position)
        clips.length_known.connect(lambda _: self.show_state())
        keys.changed.connect(self._dress)
        keys.changed.connect(self.show_state)
        self._dress()

    def set_hints(self, words: tuple[str, ...]) -> None:
        self._hint_words = words
        self._fit_hints()

    def say(self, sentence: str) -> None:
        """In the place of the keys, until they are told anew."""
        self.set_hints((sentence,))

    def show_choice(self, size: int, way: Way, advance: bool, place: str) -> None:
        """How many at a time, laid over each other or not, going on by itself or not, and which of them all."""
        for known, button in self._sizes.items():
            button.setChecked(known == size)
        for other, button in self._ways.items():
            button.setChecked(other is way)
        self._advance.setChecked(advance)
        self._place.setText(place)
        self._place.setVisible(bool(place))
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
        playing = clips.is_playing
        self._play.dress(
            "mdi6.pause" if playing else "mdi6.play", "Pause" if playing else "Play", self._keys.words("play.toggle")
        )
        self._mute.setChecked(clips.muted)
        self._mute.dress(
            "mdi6.volume-off" if clips.muted else "mdi6.volume-high",
            "Sound on" if clips.muted else "Mute",
            self._keys.words("play.sound"),
        )
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
        hbox(
            self._play,
            self._now,
            (self._line, 1),
            self._length,
            self._place,
            (self._rest, 1),
            self._hints,
            hbox(
                *self._sizes.values(),
                *self._ways.values(),
                self._advance,
                self._mute,
                self._full,
                self._all_keys,
                spacing=2,
            ),
            on=self,
            margins=(2 * GRID, GRID + GRID // 2, 2 * GRID, GRID + GRID // 2),
            spacing=GRID * 3 // 2,
        )

    def _button(self, *, checkable: bool = False) -> BarButton:
        button = BarButton(self._theme, self)
        button.setCheckable(checkable)
        return button

    def _time(self) -> QLabel:
        label = QLabel("00:00.0", self)
        label.setFont(self._theme.tabular(label.font()))
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance("00:00.0") + 2)
        return label

    def _dress(self) -> None:
        keys = self._keys.words
        icons = {1: "mdi6.square-outline", 2: "mdi6.view-parallel-outline", 4: "mdi6.view-grid-outline"}
        names = {1: "One at a time", 2: "Two side by side", 4: "Four side by side"}
        for size, button in self._sizes.items():
            button.dress(icons[size], names[size], keys(f"compare.show.{size}"))
        self._ways[Way.WIPE].dress("mdi6.compare", "Wipe between two", keys("compare.wipe"))
        self._ways[Way.DIFFERENCE].dress("mdi6.circle-opacity", "Difference of two", keys("compare.difference"))
        self._advance.dress("mdi6.debug-step-over", "Go on after a decision", keys("compare.advance"))
        self._full.dress("mdi6.fullscreen", "Full screen or window", keys("play.full"))
        self._all_keys.dress("mdi6.keyboard-outline", "All keys of this room", keys("compare.keys"))
        ends = [keys(name) for name in ("compare.in", "compare.out", "compare.whole")]
        loops = ". {} and {} set where a loop begins and ends, {} takes it away" if all(ends) else ""
        self._line.setToolTip(f"Position of all clips{loops.format(*ends)}")

    def _show_position(self, seconds: float) -> None:
        if not self._line.isSliderDown():
            self._line.setSliderPosition(round(seconds * 1000))
        self._now.setText(clock(seconds))

    def _slid_by_key(self, _action: int) -> None:
        if not self._line.isSliderDown():
            self._clips.seek(self._line.sliderPosition() / 1000)

    def _fit_hints(self) -> None:
        self._hints.set_words(self._hint_words, round(self.width() * _MOST_HINTS))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 7 * GRID)
