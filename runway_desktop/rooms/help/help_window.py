"""Help window: what can be done in a room or part, with the current keys. GUI thread only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import (
    STRETCH,
    Dialog,
    clear_layout,
    hbox,
    line,
    open_at,
    push_button,
    scroll_area,
    vbox,
)
from runway_desktop.ui.commands.everywhere import GUIDE
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import strong, words
from runway_desktop.ui.room import Room
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.commands.command import Command, Scope, Surface
from runway_desktop.usecases.words.failures import HelpTopic

from .parts import HelpPart


def commands_of(of: HelpPart | Room, keys: Keys, over: QWidget) -> list[Command[Any]]:
    """Commands to list: its own, for a room also others of its scopes, then the commands of every window that this one
    has. Commands that only open the room are left out."""
    own = [one for one in of.commands if isinstance(of, HelpPart) or Scope.WINDOW not in one.scopes]
    if isinstance(of, Room):
        heard = frozenset[Scope]().union(*(one.scopes for one in own))
        own += [one for one in keys.commands if one.scopes & heard and one not in own]
    shown = [one for one in own if Surface.HELP not in one.left_out_of and not one.is_everywhere]
    return [*shown, *(one for one in keys.given(over) if one.is_everywhere)]


class HelpWindow(Dialog):
    shortcuts_wanted = Signal()
    guide_wanted = Signal()

    def __init__(self, of: HelpPart | Room, keys: Keys, theme: Theme, parent: QWidget) -> None:
        super().__init__(_("Help: {part}", part=of.title), parent)
        self._keys = keys
        self._commands = commands_of(of, keys, parent)
        title = strong(words(self, str(of.title)))
        leads = [words(self, str(text), "muted") for text in of.help]
        body = QWidget(self)
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(0, 0, GRID, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setColumnStretch(1, 1)
        guide = push_button(self, _("Guide"), self._open_guide)
        change = push_button(self, _("Change shortcuts…"), self._change)
        close = push_button(self, _("Close"), self.accept, default=True)
        row = hbox(guide, change, STRETCH, close)
        vbox(title, *leads, line(self), (scroll_area(self, body), 1), line(self), row, on=self, margins=2 * GRID)
        open_at(self, QSize(64 * GRID, 72 * GRID))
        own = ((GUIDE,), lambda: self._open_guide)
        keys.bind(self, Scope.WINDOW, own, context=Qt.ShortcutContext.WindowShortcut)
        keys.changed.connect(self._show)
        self._show()
        close.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_guide(self) -> None:
        self.accept()
        self.guide_wanted.emit()

    def _change(self) -> None:
        self.accept()
        self.shortcuts_wanted.emit()

    def _show(self) -> None:
        clear_layout(self._grid)
        for at, (key, said) in enumerate(self._lines()):
            cap = words(self, key, wrap=False)
            cap.setProperty("kind", "key")
            self._grid.addWidget(cap, at, 0, Qt.AlignmentFlag.AlignLeft)
            self._grid.addWidget(words(self, said), at, 1)
        self._grid.setRowStretch(self._grid.rowCount(), 1)

    def _lines(self) -> Iterator[tuple[str, str]]:
        """Keys and names of commands. Those without a key are in the menu."""
        for command in self._commands:
            if key := self._keys.words(command):
                yield key, command.name


class MeaningWindow(Dialog):
    """Explains a failure, and what to do."""

    def __init__(self, meaning: HelpTopic, parent: QWidget) -> None:
        super().__init__(str(meaning.headline), parent)
        self.setMinimumWidth(56 * GRID)
        close = push_button(self, _("Close"), self.accept, default=True)
        title, text = strong(words(self, str(meaning.headline))), words(self, str(meaning.words))
        vbox(title, text, hbox(STRETCH, close), on=self, margins=2 * GRID)
