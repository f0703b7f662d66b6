"""Entry point of the compare window: creates it on first use, then reuses it. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.building import in_turns, timer
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.room import GuidePage, Shortcuts, SideBySide
from runway_desktop.usecases.commands.command import COMPARING

from .compare_view import CompareView
from .model import Compare


def open_room(desk: Desk, wish: Sequence[TaskId] | SideBySide) -> None:
    """`wish`: ids of the tasks whose results are compared; for a single task, all its takes."""
    window, commands = desk.window, desk.models.task_commands
    comparing = window.findChild(Comparing)
    if comparing is None:
        model = Compare(desk.cases, desk.models.bridge, desk.runner, commands.judging, window)
        model.said.connect(commands.tell)
        comparing = Comparing(model, desk)
        comparing.entered.connect(window.pause_preview)
        desk.endings.append(comparing.shutdown)
    if isinstance(wish, SideBySide):
        comparing.model.open_chosen(wish.task_ids, stacked=False)
    else:
        comparing.model.open_chosen(wish)


class Comparing(QObject):
    entered = Signal()
    """The window is shown: other playback should pause."""

    def __init__(self, model: Compare, desk: Desk) -> None:
        super().__init__(desk.window)
        self.model = model
        self._desk = desk
        self._closed = False
        self.room: CompareView | None = None
        self.full_screen = True
        # Through the event loop: the signal may come from a coroutine, in which players must not be created.
        model.opened.connect(timer(self, 0, self._enter).start)

    def shutdown(self) -> None:
        self._closed = True
        if self.room is not None:
            self.room.shutdown()

    def _enter(self) -> None:
        if self.room is None:
            in_turns(self, self._make, self._show)
        else:
            self._show()

    def _make(self) -> None:
        if self.room is None and not self._closed:
            desk, strips = self._desk, self._desk.window.workspace.posters.strips
            self.room = CompareView(self.model, desk.theme, desk.keys, strips, desk.window)
            self.room.left.connect(desk.window.activateWindow)
            guide = GuidePage("judging", self.room, self.room.dark)
            self.room.keys_wanted.connect(partial(desk.open, "shortcuts", Shortcuts(COMPARING, guide)))
            self.room.guide_wanted.connect(partial(desk.open, "help", guide))

    def _show(self) -> None:
        if self.room is None or self._closed:
            return
        if not self.room.isVisible():
            self.room.enter(full_screen=self.full_screen)
        if self.model.left_out:
            self.room.bar.say(self.model.left_out)
        self.entered.emit()
