"""Control bar of a clip, a sound or a sequence: frame steps, play, position, loop, volume, full screen. Controls a
`Playback` or a `SequencePlayer`.

Every control has an accessible name and a tool tip with its key. Similar buttons are one Tab stop with arrow keys
inside. GUI thread only.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSlider, QToolButton, QWidget, QWidgetAction

from runway_desktop.domain.film.timecode import timecode
from runway_desktop.texts import _
from runway_desktop.ui.building import Does, ToolButton, hbox, push_button
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import words
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.words.plain import tip

from .commands import FRAME_BACK, FRAME_FORWARD, FULL_SCREEN, LOOP, PLAY, SHUTTLE, SOUND
from .playback import PlayState, Scrubbed

KNOB = 6.0
"""Radius of the slider's knob in pixels."""
_ACTIVATING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
LEAST_SLIDER = 15 * GRID
"""Minimum width of the slider in pixels. If it does not fit, first the length is hidden, then controls that
have a key."""
_SPACING = GRID // 4
_BOTH, _POSITION = "00:00.0 / 00:00.0", "00:00.0"
_CODE = "00:00:00:00"
_RANGE, _DOT = 4.0, 4.0
"""Heights of the marks of in and out, and radius of a note's dot."""


class BarButton(ToolButton):
    """Icon button with an accessible name. Focused, it handles Space and Return itself, before any shortcut."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, does: Does | None = None, *, checkable: bool = False
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCheckable(checkable)
        if does is not None:
            self.clicked.connect(does)
        self.setProperty("kind", "flat")
        self.setStyleSheet("QToolButton { padding: 2px; }")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        size = self.fontMetrics().height() + 2
        self.setIconSize(QSize(size, size))

    def dress(self, icon: str, name: str, keys: str = "") -> None:
        """Sets icon, accessible name, and a tool tip with the key."""
        self.setIcon(self._theme.icon(icon, Role.ACCENT if self.isChecked() else Role.MUTED))
        self.setAccessibleName(name)
        self.setToolTip(tip(f"{name} ({keys})" if keys else name))

    def dress_as(self, command: Command[Any], keys: Keys | None) -> None:
        self.dress(command.sign, command.name, keys.words(command) if keys is not None else "")

    def dress_play(self, playing: bool, keys: str) -> None:
        self.dress("mdi6.pause" if playing else "mdi6.play", _("Pause") if playing else _("Play"), keys)

    def dress_sound(self, silent: bool, keys: str) -> None:
        self.dress(sound_icon(silent), _("Sound on") if silent else _("Mute"), keys)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ACTIVATING:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


def sound_icon(silent: bool) -> str:
    return "mdi6.volume-off" if silent else "mdi6.volume-high"


class LineSlider(QSlider):
    """Slider as a thin line, filled up to the value. A press jumps there, and a drag follows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(32)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(32, self.fontMetrics().height() + 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._move_to(event.position().x())
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._move_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        knob = KNOB
        middle = self.height() / 2
        line = QRectF(knob, middle - 2, max(1.0, self.width() - 2 * knob), 4)
        at = line.x() + line.width() * self._fraction()
        painter.setBrush(self._theme.color(Role.BORDER))
        painter.drawRoundedRect(line, 2, 2)
        if self.isEnabled():
            painter.setBrush(self._theme.color(Role.ACCENT))
            painter.drawRoundedRect(QRectF(line.x(), line.y(), at - line.x(), line.height()), 2, 2)
            if self.underMouse() or self.hasFocus() or self.isSliderDown():
                if self.hasFocus():
                    painter.setPen(QPen(self._theme.color(Role.ACCENT), 2))
                painter.setBrush(self._theme.color(Role.TEXT))
                painter.drawEllipse(QRectF(at - knob + 1, middle - knob + 1, 2 * knob - 2, 2 * knob - 2))

    def _fraction(self) -> float:
        span = self.maximum() - self.minimum()
        return (self.sliderPosition() - self.minimum()) / span if span > 0 else 0.0

    def _move_to(self, x: float) -> None:
        fraction = min(1.0, max(0.0, (x - KNOB) / max(1.0, self.width() - 2 * KNOB)))
        value = self.minimum() + round(fraction * (self.maximum() - self.minimum()))
        # Moves only the slider, which emits `sliderMoved` for scrubbing; the value follows the playback.
        self.setSliderPosition(value)


class ScrubSlider(LineSlider):
    """Playback position in milliseconds; drag, keys and wheel seek."""

    neared = Signal()
    """The pointer entered it: a drag may follow."""

    def __init__(self, theme: Theme, plays: Scrubbed, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._plays = plays
        self.setTracking(False)
        self.setRange(0, 0)
        self.setSingleStep(100)
        self.setPageStep(1000)
        self.sliderPressed.connect(plays.begin_scrub)
        self.sliderMoved.connect(lambda value: plays.seek(value / 1000))
        self.sliderReleased.connect(plays.end_scrub)
        self.actionTriggered.connect(self._slid_by_key)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.neared.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """With in and out below the line, and a dot on it for each note."""
        super().paintEvent(event)
        (begin, end), marks = self._plays.range, self._plays.marks
        if self.maximum() <= 0 or (begin is None and end is None and not marks):
            return
        width, middle = max(1.0, self.width() - 2 * KNOB), self.height() / 2

        def place(seconds: float) -> float:
            return KNOB + width * min(1.0, max(0.0, seconds * 1000 / self.maximum()))

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.WARN))
        if begin is not None or end is not None:
            left, right = place(begin or 0.0), place(self.maximum() / 1000 if end is None else end)
            painter.drawRect(QRectF(left, middle + _RANGE, max(2.0, right - left), 2))
            for x in (left, right - 2):
                painter.drawRect(QRectF(x, middle - _RANGE, 2, 2 * _RANGE + 2))
        for at in marks:
            painter.drawEllipse(QPointF(place(at), middle), _DOT, _DOT)

    def follow(self, seconds: float) -> None:
        """Shows a position, unless a drag is in progress."""
        if self.isSliderDown():
            return
        at = round(seconds * 1000)
        self.setSliderPosition(at)
        if at // 1000 != self.value() // 1000:
            # The value is what screen readers read, and they are told of each change: once a second is enough.
            self.setValue(at)

    def _slid_by_key(self, _action: int) -> None:
        if not self.isSliderDown():
            self._plays.seek(self.sliderPosition() / 1000)


def clock(seconds: float) -> str:
    """Minutes, seconds and tenths, as 00:01.9. Rounded down, so that a clip never shows more than its length."""
    tenths = int(seconds * 10 + 1e-6)
    return f"{tenths // 600:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"


class Transport(QWidget):
    full_screen_wanted = Signal()
    frame_wanted = Signal(QWidget)
    neared = Signal()
    """The pointer is over the slider: a drag may follow."""

    def __init__(
        self,
        theme: Theme,
        playback: Scrubbed,
        parent: QWidget | None = None,
        *,
        keys: Keys | None = None,
        leads: bool = False,
    ) -> None:
        """Without `keys`, tool tips mention none. `leads`: of a sequence, with its timecode first."""
        super().__init__(parent)
        # Time runs from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._theme = theme
        self._keys = keys
        self._playback = playback
        self._back = BarButton(theme, self, lambda: playback.step(-1))
        self._play = BarButton(theme, self, playback.toggle_play)
        self._on = BarButton(theme, self, lambda: playback.step(1))
        self._slider = ScrubSlider(theme, playback, self)
        self._time = words(self, tone="" if leads else "muted", wrap=False)
        self._more = words(self, tone="muted", wrap=False)
        """Of a sequence: what follows its timecode."""
        self._more.setVisible(leads)
        self._time.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._loop = BarButton(theme, self, playback.toggle_loop, checkable=True)
        self._volume = BarButton(theme, self)
        self._full = BarButton(theme, self, self.full_screen_wanted)
        self._use_frame = push_button(self, f"{_('Use frame')}  ▾", kind="flat")
        self._use_frame.clicked.connect(lambda: self.frame_wanted.emit(self._use_frame))
        self._use_frame.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._use_frame.hide()
        self._buttons = [self._back, self._play, self._on, self._loop, self._volume, self._full]
        self._position_name = _("Position")
        self._counts_frames = self._leads = leads
        self._rate = playback.rate_shown
        self._written = _BOTH
        """Template of the widest time text; empty if there is no room for it."""
        self._build_volume()
        first, last = (self._back, self._play, self._on), (self._loop, self._volume, self._full)
        leading = (self._time, self._more) if leads else ()
        hbox(
            *first,
            *leading,
            (self._slider, 1),
            GRID // 2,
            *(() if leads else (self._time,)),
            GRID // 2,
            *last,
            self._use_frame,
            on=self,
            spacing=_SPACING,
        )
        OneStop(self, first)
        OneStop(self, last)
        self._slider.neared.connect(self.neared)
        playback.changed.connect(self._show_state)
        playback.moved.connect(self._slider.follow)
        playback.moved.connect(self._write_time)
        playback.length_known.connect(self._length_known)
        if keys is not None:
            keys.changed.connect(self._restyle)
        self._style = FollowsTheme(theme, self, self._restyle)

    def keep_to_frames(self) -> None:
        """Hides loop, volume and full screen, for the dialog that selects a frame."""
        for button in (self._loop, self._volume, self._full):
            button.hide()
            self._buttons.remove(button)
        self._fit()

    def count_frames(self, on: bool) -> None:
        """Shows timecode, number of the frame and speed instead of minutes and seconds, where there is room."""
        self._counts_frames = on
        self._fit()

    def name_position(self, name: str) -> None:
        """Sets the accessible name of the slider, for several clips."""
        self._position_name = name
        self._restyle()

    def offer_frame(self, on: bool) -> None:
        """Shows or hides the button for the visible frame."""
        if self._use_frame.isHidden() is on:
            self._use_frame.setVisible(on)
            self._fit()

    def minimumSizeHint(self) -> QSize:
        """Minimum width with everything hidden that can be."""
        return QSize(self._taken("", self._ways()[-1][1]) + LEAST_SLIDER, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _build_volume(self) -> None:
        menu, playback = QMenu(self), self._playback
        box = QWidget(menu)
        self._mute = BarButton(self._theme, box, playback.toggle_sound)
        self._loudness = LineSlider(self._theme, box)
        self._loudness.setRange(0, 100)
        self._loudness.setValue(round(playback.volume * 100))
        self._loudness.setMinimumWidth(12 * GRID)
        self._loudness.valueChanged.connect(lambda value: playback.set_volume(value / 100, value == 0))
        hbox(self._mute, self._loudness, on=box, margins=(GRID, GRID // 2, GRID, GRID // 2))
        action = QWidgetAction(menu)
        action.setDefaultWidget(box)
        menu.addAction(action)
        menu.aboutToShow.connect(self._loudness.setFocus)
        self._volume.setMenu(menu)
        self._volume.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _restyle(self) -> None:
        small = self._theme.tabular(self._theme.small_font())
        self._time.setFont(self._theme.tabular(self._theme.title_font()) if self._leads else small)
        self._more.setFont(small)
        self._back.dress_as(FRAME_BACK, self._keys)
        self._on.dress_as(FRAME_FORWARD, self._keys)
        self._slider.setAccessibleName(self._position_name)
        shuttle = list(map(self._told, SHUTTLE))
        words = _("Position")
        if all(shuttle):
            back, stop, forward = shuttle
            words = _(
                "Position. {back} plays backwards, {stop} stops, {forward} plays.",
                back=back,
                stop=stop,
                forward=forward,
            )
        self._slider.setToolTip(tip(words))
        self._loudness.setAccessibleName(_("Volume"))
        self._full.dress_as(FULL_SCREEN, self._keys)
        self._show_state()
        self._fit()

    def _show_state(self) -> None:
        playback = self._playback
        ready = playback.activity in (PlayState.PAUSED, PlayState.PLAYING)
        self._play.dress_play(playback.is_playing, self._told(PLAY))
        for widget in (self._back, self._on, self._slider):
            widget.setEnabled(ready)
        self._use_frame.setEnabled(ready)
        self._loop.setChecked(playback.loop)
        self._loop.dress("mdi6.repeat", _("Loop"), "" if self._leads else self._told(LOOP))
        silent = playback.muted or playback.volume == 0
        said = _("No sound device on this computer") if playback.lacks_device else _("Volume")
        self._volume.dress(sound_icon(silent or playback.lacks_device), said)
        self._mute.dress_sound(silent, self._told(SOUND))
        if playback.activity in (PlayState.EMPTY, PlayState.OPENING, PlayState.FAILED) and playback.length == 0:
            self._slider.setRange(0, 0)
        self._slider.update()
        if playback.rate_shown != self._rate:
            self._rate = playback.rate_shown
            self._fit()
        self._write_time()

    def _told(self, command: Command[Any]) -> str:
        return self._keys.words(command) if self._keys is not None else ""

    def _length_known(self, seconds: float) -> None:
        self._slider.setRange(0, round(seconds * 1000))
        self._fit()

    def _write_time(self) -> None:
        playback = self._playback
        rate = self._rate
        if rate is not None and self._written in (*self._frames_written, _CODE):
            frame, last = (rate.frames(seconds) for seconds in (playback.position, playback.length))
            said = [timecode(frame, rate)]
            if self._written == self._frames_written[0]:
                said = [f"{said[0]} / {timecode(last, rate)}", _("frame {n}", n=frame)]
            if playback.is_playing and playback.rate != 1 and self._written != _CODE:
                said.append(f"{playback.rate:g}×")
            text = " · ".join(said)
        else:
            text = clock(playback.position)
            if self._written != _POSITION:
                text = f"{text} / {clock(playback.length)}"
        time, more = self._parts_of(text)
        self._time.setText(time)
        self._more.setText(more)

    def _parts_of(self, text: str) -> tuple[str, str]:
        """The timecode of a sequence stands before the rest, larger."""
        time, _space, more = text.partition(" ") if self._leads else (text, "", "")
        return time, more.removeprefix("· ")

    @property
    def _frames_written(self) -> tuple[str, str]:
        """Templates with frames, the longer one first."""
        return " · ".join((f"{_CODE} / {_CODE}", _("frame {n}", n="0000"), "-8×")), f"{_CODE} · -8×"

    def _fit(self) -> None:
        """Hides controls until the slider has its minimum width."""
        ways = self._ways()
        fits = (way for way in ways if self._taken(*way) + LEAST_SLIDER <= self.width())
        self._written, shown = next(fits, ways[-1])
        for button in self._buttons:
            button.setVisible(button in shown)
        self._time.setVisible(bool(self._written))
        # Fixed width, so that running digits do not move anything.
        for label, written in zip((self._time, self._more), self._parts_of(self._written), strict=True):
            label.setMinimumWidth(_width(label, written))
        self._more.setVisible(self._leads and bool(self._written))
        self._write_time()

    def _ways(self) -> list[tuple[str, list[BarButton]]]:
        """What can be shown next to the slider, from most to least: template of the time, and buttons."""
        every = self._buttons
        steps = (self._back, self._on)
        # In a sequence loop has no key.
        fewer = [button for button in every if button not in (steps if self._leads else (self._loop,))]
        fewest = [button for button in fewer if button not in steps]
        frames = self._frames_written if self._counts_frames and self._rate is not None else ()
        brief = _CODE if frames and self._leads else _POSITION
        fuller = [(written, every) for written in (*(frames or (_BOTH,)), brief)]
        return [*fuller, (brief, fewer), ("", fewer), ("", fewest)]

    def _taken(self, written: str, buttons: list[BarButton]) -> int:
        """Width of everything except the slider, in pixels."""
        words = self._words_width(written) + _SPACING if written else 0
        words += 0 if self._use_frame.isHidden() else self._use_frame.sizeHint().width() + _SPACING
        return words + sum(button.sizeHint().width() + _SPACING for button in buttons) + 2 * (GRID // 2 + _SPACING)

    def _words_width(self, written: str) -> int:
        time, more = self._parts_of(written)
        return _width(self._time, time) + (_width(self._more, more) + _SPACING if more else 0)


def _width(label: QLabel, text: str) -> int:
    return label.fontMetrics().horizontalAdvance(text) + 2 if text else 0
