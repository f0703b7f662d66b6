"""The viewer's widget: one pane with the strip of takes below and details at the side, or several panes in a dark
surround.

With one pane, the preview is borrowed: it is open already, and also shows sounds, several outputs and what it cannot
play. Shortcuts work while the viewer contains the focus, except keys that a focused button or slider uses. GUI thread
only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QStackedWidget, QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import hbox, line, vbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.labels import announce
from runway_desktop.ui.media import commands as playing
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.transport import clock
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, DarkRoom, FollowsTheme, Role, Theme
from runway_desktop.ui.window.workspace import Overlay
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.tasks.details import DetailsModel

from .bars import CompareBar, Header
from .model import ViewerModel
from .pair import CompareMode
from .panes import Panes
from .room import COMMANDS
from .side import SidePane
from .take_strip import TakeStrip

_PRESSES = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Left, Qt.Key.Key_Right)
_SLIDES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
_NARROW = 130 * GRID
"""Below this width the details are hidden unless requested."""


class Viewer(Overlay):
    left = Signal()
    """Back to the list."""
    full_screen_wanted = Signal()
    frame_menu_wanted = Signal(QWidget)
    """The button below which the uses of the visible frame are offered."""

    def __init__(
        self,
        model: ViewerModel,
        details: DetailsModel,
        activity: Activity,
        theme: Theme,
        keys: Keys,
        posters: PosterCache,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = model
        self._theme = theme
        self._surround = DarkRoom(theme)
        self._tell = activity.tell
        self._preview: Preview | None = None
        self._give_back: Callable[[], object] = lambda: None
        self._pane_wanted: bool | None = None
        """Whether the person wants the details; None: depends on the width."""
        self._told: TaskId | None = None
        """The task that was announced last."""
        self._shows_one = True
        self.setAccessibleName(_("Large view"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.header = Header(model, activity, self._surround, keys, self)
        self.side = SidePane(model, details, theme, keys, self)
        self.takes = TakeStrip(model, theme, posters, self)
        self.panes = Panes(model, self._surround, posters.strips, self)
        self.bar = CompareBar(self.panes, self._surround, keys, self)
        self._ground = QWidget(self)
        self._room = vbox(on=self._ground, margins=(2 * GRID, 2 * GRID, 2 * GRID, GRID))
        self._stage = QStackedWidget(self)
        self._stage.addWidget(self._ground)
        self._stage.addWidget(self.panes)
        FollowsTheme(theme, self, self.update)
        middle = hbox((self._stage, 1), self.side, spacing=0)
        vbox(self.header, line(), (middle, 1), line(), self.takes, self.bar, on=self, spacing=0)
        bound = ((COMMANDS, lambda: self), (playing.COMMANDS, lambda: self.plays), (judging.COMMANDS, lambda: model))
        keys.bind(self, Scope.VIEWER, *bound, tell=activity.tell)
        self._connect()

    @property
    def plays(self) -> Preview | Panes | None:
        """What the keys of playback act on."""
        return self._preview if self.model.is_one else self.panes

    def enter(self, preview: Preview, give_back: Callable[[], object]) -> None:
        """Takes over the preview, and plays what the model shows; `give_back` returns the preview."""
        self._preview, self._give_back = preview, give_back
        self._room.addWidget(preview)
        preview.full_screen_asked.connect(self.full_screen_wanted)
        preview.frame_wanted.connect(self.frame_menu_wanted)
        preview.currentChanged.connect(self._output_chosen)
        self._arrange(self.model.is_one)
        self.show_take()

    def leave(self) -> None:
        preview, self._preview, self._told = self._preview, None, None
        if preview is not None:
            preview.full_screen_asked.disconnect(self.full_screen_wanted)
            preview.frame_wanted.disconnect(self.frame_menu_wanted)
            preview.currentChanged.disconnect(self._output_chosen)
            preview.playback.set_range(None, None)
            self.panes.close_files()
            self._surround.darken(self, on=False)
            preview.rest(False)
            preview.lend(False)
            self._give_back()
            self.left.emit()

    def step_back(self) -> None:
        """From panes that a single one led to back to it, else to the list."""
        current = self.model.current
        if self.model.comes_from_one and not self.model.is_one and current is not None:
            self.model.open(current)
        else:
            self.leave()

    def toggle_pane(self) -> None:
        self._pane_wanted = self.side.isHidden()
        self._fit_side()

    def show_size(self, size: int) -> None:
        """Shows one, two or four takes, without wipe or difference."""
        self.panes.set_mode(CompareMode.SIDE_BY_SIDE)
        self.model.show(size)
        self.bar.show_state()

    def toggle_wipe(self) -> None:
        self._toggle(CompareMode.WIPE)

    def toggle_difference(self) -> None:
        self._toggle(CompareMode.DIFFERENCE)

    @property
    def has_length(self) -> bool:
        return self.plays is not None and self.plays.playback.length > 0

    def set_in(self) -> None:
        if self.plays is not None:
            self.model.set_trim(self.plays.playback.from_here())

    def set_out(self) -> None:
        if self.plays is not None:
            self.model.set_trim(self.plays.playback.to_here())

    def clear_range(self) -> None:
        if self.model.trim is not None:
            self.model.set_trim(None)
        elif self.plays is not None:
            self.plays.playback.toggle_loop()

    def ask_note(self) -> None:
        """Pauses, and asks for a note at the playhead."""
        if self.plays is None or self.model.task is None:
            return
        playback = self.plays.playback
        playback.pause()
        title = _("Note at {time}", time=clock(playback.position))
        ask_text(self, title, _("Note"), "", lambda text: "" if text.strip() else _("Type a note."),
                 partial(self.model.add_mark, playback.position), ok=_("Add note"))  # fmt: skip

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not event.modifiers():
            focus = self.window().focusWidget()
            is_press = isinstance(focus, QAbstractButton) and event.key() in _PRESSES
            is_slide = isinstance(focus, QAbstractSlider) and event.key() in _SLIDES
            if is_press or is_slide:
                event.accept()
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._surround.color(Role.SURFACE))
        # Same color as behind the picture, so the letterbox has no edges.
        painter.fillRect(self._stage.geometry(), self._surround.color(Role.MEDIA))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_side()

    def _connect(self) -> None:
        model = self.model
        model.changed.connect(self._changed)
        model.judged.connect(self.show_take)
        model.moved.connect(self.show_take)
        self.takes.chosen.connect(model.go_to)
        model.focus_moved.connect(self._show_range)
        self.side.notes.time_wanted.connect(self._go_to_time)
        self.panes.full_screen_wanted.connect(self.full_screen_wanted)
        self.panes.size_wanted.connect(self.show_size)
        self.panes.said.connect(self._tell)
        self.header.full_screen_wanted.connect(self.full_screen_wanted)

    def _toggle(self, mode: CompareMode) -> None:
        if self.model.is_one:
            # One pane has no second take, so show two.
            self.model.show(2)
        if self.model.is_one:
            self._tell(_("No other result to compare with."))
        else:
            self.panes.toggle_mode(mode)

    def _changed(self) -> None:
        if self._preview is not None and self._shows_one is not self.model.is_one:
            self._arrange(self.model.is_one)
        self.show_take()

    def _arrange(self, one: bool) -> None:
        """Shows the preview with strip and details, or the panes in the dark."""
        self._shows_one = one
        preview = self._preview
        if preview is None:
            return
        self._surround.darken(self, on=not one)
        self._stage.setCurrentIndex(0 if one else 1)
        self.takes.setVisible(one)
        self.bar.setVisible(not one)
        self._fit_side()
        preview.rest(not one)
        if one:
            self.panes.close_files()
            preview.show()
            preview.lend(True)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.panes.open()

    def _show_range(self) -> None:
        """In, out and notes are those of the current take."""
        if self.plays is not None:
            trim, marks = self.model.trim, tuple(mark.at for mark in self.model.marks)
            start, end = (trim.start, trim.end) if trim is not None else (None, None)
            self.plays.playback.set_range(start, end, marks)

    def _output_chosen(self, index: int) -> None:
        self.model.output = index
        self.show_take()

    def _go_to_time(self, seconds: float) -> None:
        if self.plays is not None:
            self.plays.playback.pause()
            self.plays.playback.seek(seconds)

    def show_take(self, *_: object) -> None:
        if self._preview is not None:
            self._show_range()
            self.header.show_take()
            if self.model.is_one:
                self.takes.show_takes()
            self._tell_take()

    def _tell_take(self) -> None:
        """The view has the focus, so its name is the take; going to another one is announced."""
        told = self.model.spoken() if self.model.is_one else ""
        if not told:
            self.setAccessibleName(_("Compare takes"))
            return
        self.setAccessibleName(_("Large view: {take}", take=told))
        if self._told != self.model.current:
            self._told = self.model.current
            announce(self, told)

    def _fit_side(self) -> None:
        wanted = self._pane_wanted if self._pane_wanted is not None else self.width() >= self._theme.wide(_NARROW)
        self.side.setVisible(wanted and self.model.is_one)
        self.header.show_pane(wanted)
