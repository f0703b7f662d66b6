"""Entry point of help: what can be done in the current room or part of the main window, with the current keys. A room's
help is in its record. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from runway_desktop.domain.library import Page
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import (
    STRETCH,
    Dialog,
    add_row,
    clear_layout,
    grid,
    hbox,
    line,
    open_at,
    push_button,
    scroll_area,
    vbox,
)
from runway_desktop.ui.commands.everywhere import GUIDE, UNDO
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.composer import commands as composing
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.labels import strong, words
from runway_desktop.ui.media import commands as playing
from runway_desktop.ui.room import GuidePage, Room
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.theme import GRID
from runway_desktop.ui.window import commands as window
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.ui.window.workspace import Workspace
from runway_desktop.usecases.commands.command import FINDING, JUDGING, LIST, Command, CommandSection, Scope, Surface
from runway_desktop.usecases.commands.ending import CANCEL, REMOVE
from runway_desktop.usecases.commands.queued import HOLD_OR_RELEASE, MOVE_DOWN, MOVE_UP, SEND_NEXT
from runway_desktop.usecases.commands.requests import EDIT, RENAME
from runway_desktop.usecases.commands.tasks import KEYED
from runway_desktop.usecases.words.failures import MEANINGS, HelpTopic
from runway_desktop.values import Struct

from .guide_window import show_guide


def open_room(desk: Desk, wish: object) -> None:
    """`wish`: a failure's headline, to explain it; a page of the guide; a room and the window over which its help
    opens; None for the focused part of the main window."""
    match wish:
        case GuidePage(page, over):
            if over is None or isValid(over):
                show_guide(page, desk.theme, over or desk.window)
        case str(headline):
            MeaningWindow(MEANINGS[headline], desk.window).open()
        case (Room() as room, QWidget() as over):
            # The window may have been closed while this module was imported.
            if isValid(over):
                _show(desk, room, over)
        case _:
            _show(desk, here(desk), desk.window)


def here(desk: Desk) -> HelpPart | Room:
    """The current part of the main window: its overlay, the open page, or the focused part."""
    window, work = desk.window, desk.window.workspace
    if work.overlay is not None:
        return desk.rooms["viewer"]
    # Pages before focus: an empty page does not take the focus.
    if work.page is not None:
        return desk.rooms[work.pages.current_room]
    part = next((part for part in PARTS if part.is_here(window)), LIST_OF_TASKS)
    # Also from the sidebar, where the queue was chosen: an empty one does not take the focus either.
    is_queue = window.models.filter.page is Page.WAITING_HERE and part in (LEFT_PANE, LIST_OF_TASKS)
    return QUEUE if is_queue else part


def _show(desk: Desk, of: HelpPart | Room, over: QWidget) -> None:
    if not of.help:
        show_guide(of.guide, desk.theme, over)
        return
    opened = HelpWindow(of, desk.keys, over)
    opened.shortcuts_wanted.connect(lambda: desk.open("shortcuts"))
    opened.guide_wanted.connect(lambda: show_guide(of.guide, desk.theme, over))
    opened.open()


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

    def __init__(self, of: HelpPart | Room, keys: Keys, parent: QWidget) -> None:
        super().__init__(_("Help: {part}", part=of.title), parent)
        self._keys = keys
        self._commands = commands_of(of, keys, parent)
        title = strong(words(self, str(of.title)))
        leads = [words(self, str(text), "muted") for text in of.help]
        body = QWidget(self)
        self._grid = grid(on=body, margins=(0, 0, GRID, 0), wide=1)
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
            add_row(self._grid, at, (cap, Qt.AlignmentFlag.AlignLeft), words(self, said))
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


class HelpPart(Struct, frozen=True, kw_only=True, eq=False):
    title: Text
    help: tuple[Text, ...]
    """Without it, the help key opens the page of the guide."""
    commands: tuple[Command[Any], ...]
    guide: str
    is_here: Callable[[MainWindow], bool] = lambda _: False
    """Whether the part has the focus; the first match in `PARTS` wins. List and queue are the fallback."""


def _has_focus(part: Callable[[Workspace], QWidget]) -> Callable[[MainWindow], bool]:
    def has_focus(window: MainWindow) -> bool:
        of, focus = part(window.workspace), window.focusWidget()
        return focus is not None and (of is focus or of.isAncestorOf(focus))

    return has_focus


def _of(*sections: CommandSection) -> tuple[Command[Any], ...]:
    those = (*KEYED, *judging.COMMANDS, *window.COMMANDS)
    return tuple(one for section in sections for one in those if one.section is section)


COMPOSER = HelpPart(
    title=Text("A new request"),
    help=(
        Text("Write a prompt, choose a model, and drop pictures, clips or sound here."),
        Text(
            "The button shows the cost before anything is sent. {braces} in a prompt creates one task per choice."
        ).with_(braces="{fog|sun}"),
    ),
    commands=composing.COMMANDS,
    guide="first-result",
    is_here=_has_focus(lambda work: work.composer),
)
LEFT_PANE = HelpPart(
    title=Text("Sidebar"),
    help=(
        Text("Shows part of the list: by status, project, saved search, tag or batch. Use the arrow keys to switch."),
        Text("Right-click one for its actions."),
    ),
    commands=(window.RENAME, *_of(FINDING)),
    guide="finding",
    is_here=_has_focus(lambda work: work.pages),
)
QUEUE = HelpPart(
    title=Text("The queue"),
    help=(
        Text("Tasks that aren't sent yet. They are sent in this order as soon as their model has a free slot."),
        Text("Nothing here costs anything yet: edit it, send it next, or choose “Do not send”."),
    ),
    commands=(
        *(SEND_NEXT, HOLD_OR_RELEASE, MOVE_UP, MOVE_DOWN, window.PAUSE),
        *(EDIT, CANCEL, REMOVE, RENAME, UNDO, window.ACTIONS, window.ASK_NOW),
    ),
    guide="queue-and-caps",
)
LIST_OF_TASKS = HelpPart(
    title=Text("The list of tasks"),
    help=(
        Text("All tasks, live. Select one to see its result, or several to work with all of them."),
        Text("Right-click for actions. Drag a result into another program, or onto the prompt to use it as an input."),
    ),
    commands=_of(LIST, JUDGING, FINDING),
    guide="finding",
)
WELCOME = HelpPart(
    title=Text("Welcome"),
    help=(),
    commands=(),
    guide="first-result",
    is_here=lambda window: not window.workspace.isVisibleTo(window),
)
PARTS = (
    WELCOME,
    COMPOSER,
    LEFT_PANE,
    HelpPart(
        title=Text("The preview"),
        help=(Text("The result of the selected task. Drag it into another program, or double-click for full screen."),),
        commands=(*playing.COMMANDS, *_of(JUDGING)),
        guide="judging",
        is_here=_has_focus(lambda work: work.preview_room),
    ),
)
