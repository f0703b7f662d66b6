"""Bars of the viewer: the header above, and the controls below several panes.

The header says where one came from and which take this is; the controls play all clips, with key hints and switches.
Each switch runs a command of the view and has its key in the tool tip. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from runway_desktop.domain.task import Pick
from runway_desktop.texts import Text, _
from runway_desktop.ui.activity.pill import Pill
from runway_desktop.ui.building import STRETCH, hbox, push_button, tool_button
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import PlainLabel, words
from runway_desktop.ui.media.commands import FRAME_BACK, FRAME_FORWARD, FULL_SCREEN, SHUTTLE
from runway_desktop.ui.media.transport import BarButton, Transport
from runway_desktop.ui.tasks.commands import COMPARE_SO_MANY, COMPARE_TAKES, PICK, RATE, REJECT
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.command import LARGE, Command, RoomCommand
from runway_desktop.usecases.listing.takes import Shot
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.viewmodels.activity.activity import Activity

from .model import ViewerModel
from .pair import CompareMode
from .panes import Panes
from .room import ADVANCE, CLOSE, DETAILS, DIFFERENCE, SHOW, TAKES, TURNS, WIPE
from .side import name_with_key

_AMOUNT_WORDS = {1: Text("{keys} next"), 2: Text("{keys} next two"), 4: Text("{keys} next four")}
_MOST_HINTS = 0.42
"""Maximum share of the bar's width for the key hints."""


class Header(QWidget):
    full_screen_wanted = Signal()

    def __init__(self, model: ViewerModel, activity: Activity, theme: Theme, keys: Keys, view: QWidget) -> None:
        super().__init__(view)
        self._model = model
        self._theme = theme
        self._keys = keys
        self.setProperty("pane", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._back = push_button(self, "", partial(CLOSE.does, view), kind="flat", spoken=CLOSE.name)
        self._where = words(self, tone="muted", wrap=False)
        self._take = words(self, wrap=False)
        self._dots = Dots(theme, self)
        self.pill = Pill(activity, theme, keys, self)
        self._before = tool_button(self, lambda: model.move_line(-1), side=18, kind="flat", spoken=_("Previous task"))
        self._position = words(self, tone="muted", wrap=False)
        self._next = tool_button(self, lambda: model.move_line(1), side=18, kind="flat", spoken=_("Next task"))
        self._compare = push_button(self, "", model.compare)
        self._pane = tool_button(
            self, partial(DETAILS.does, view), side=18, kind="flat", spoken=_("Details"), checkable=True
        )
        self._full = tool_button(self, self.full_screen_wanted, side=18, kind="flat", spoken=_("Full screen"))
        margins = (GRID, GRID, GRID + GRID // 2, GRID)
        left = (self._back, self._where, self._take, self._dots)
        right = (self._before, self._position, self._next, GRID, self._compare, self._pane, self._full)
        self._can_compare = False
        self._row = hbox(*left, STRETCH, self.pill, STRETCH, *right, on=self, margins=margins, spacing=GRID)
        for button in self.findChildren(QAbstractButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        keys.changed.connect(self._restyle)
        FollowsTheme(theme, self, self._restyle)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pill.fit(self.width())
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Hides parts that do not fit, first those also visible elsewhere."""
        giving = (self._where, self._dots, self._position, self._compare)
        one = self._model.is_one
        for part in (*giving, self._before, self._next, self._pane):
            part.setVisible(one and (part is not self._compare or self._can_compare))
        self._where.setVisible(True)
        for part in giving:
            # A notice that makes the pill wider takes no button away.
            if self._row.sizeHint().width() - self.pill.sizeHint().width() + self.pill.minimumWidth() <= self.width():
                return
            part.hide()

    def show_pane(self, on: bool) -> None:
        self._pane.setChecked(on)
        self._pane.setIcon(self._theme.icon("mdi6.information-outline", Role.ACCENT if on else Role.MUTED))

    def show_take(self) -> None:
        model = self._model
        came_from = LARGE.title if model.comes_from_one and not model.is_one else model.back or model.came_from
        left = self._back.fontMetrics().elidedText(str(came_from), Qt.TextElideMode.ElideRight, 20 * GRID)
        self._back.setText(f"{caption(left)}  {self._keys.words(CLOSE)}")
        self._back.setToolTip(tip(str(came_from)))
        self._back.setAccessibleName(model.back or CLOSE.name)
        row, shot = model.row, model.shot
        where = ""
        if not model.is_one:
            self._take.setText(model.judged_words())
        elif row is not None and shot is not None:
            where = f"{row.task.project} · {shot.title}" if row.task.project else shot.title
            self._take.setText(_("Take {number} of {count}", number=model.take, count=len(shot.rows)))
            self._dots.show_shot(shot, model.take)
            at, of = model.position()
            self._position.setText(_("{number} of {count}", number=at, count=of) if at else "")
            name_with_key(self._compare, str(COMPARE_SO_MANY.of(model.comparable)), self._keys.words(COMPARE_TAKES))
            self._can_compare = model.comparable > 1
        self._where.setText(self._where.fontMetrics().elidedText(where, Qt.TextElideMode.ElideRight, 28 * GRID))
        self._where.setToolTip(tip(where))
        self._fit()

    def _restyle(self) -> None:
        theme, keys = self._theme, self._keys
        self._take.setFont(theme.strong_font())
        self._position.setFont(theme.tabular(self._position.font()))
        mirrored = self.isRightToLeft()
        before, after = "mdi6.chevron-left", "mdi6.chevron-right"
        self._back.setIcon(theme.icon("mdi6.arrow-right" if mirrored else "mdi6.arrow-left", Role.TEXT))
        self._before.setIcon(theme.icon(after if mirrored else before, Role.TEXT))
        self._next.setIcon(theme.icon(before if mirrored else after, Role.TEXT))
        self._compare.setIcon(theme.icon("mdi6.compare", Role.TEXT))
        self._pane.setToolTip(keys.tip(DETAILS))
        self._full.setIcon(theme.icon("mdi6.fullscreen", Role.TEXT))
        self._full.setToolTip(keys.tip(FULL_SCREEN))
        self.show_pane(self._pane.isChecked())
        self.show_take()


class Dots(QWidget):
    """Takes of a shot as short bars, colored by judgment; the current one is wider."""

    MOST = 12

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: list[tuple[Role, bool]] = []

    def show_shot(self, shot: Shot, take: int) -> None:
        roles = {Pick.PICK: Role.GOOD, Pick.REJECT: Role.BAD}
        self._bars = [
            (
                Role.ACCENT
                if number == take
                else roles.get(row.task.pick, Role.MUTED if row.task.rating else Role.BORDER),
                number == take,
            )
            for number, row in enumerate(shot.rows[: self.MOST], start=1)
        ]
        self.setFixedWidth(sum(16 if wide else 8 for _, wide in self._bars) + 4 * len(self._bars))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 2 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        x = 0.0
        for role, wide in self._bars:
            width = 16 if wide else 8
            painter.setBrush(self._theme.color(role))
            painter.drawRoundedRect(QRectF(x, self.height() / 2 - 2, width, 4), 2, 2)
            x += width + 4


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
