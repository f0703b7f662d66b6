"""Parts of the main window with their help. A room's help is in its record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from runway_desktop.texts import Text
from runway_desktop.ui.commands.everywhere import UNDO
from runway_desktop.ui.composer import commands as composing
from runway_desktop.ui.media import commands as playing
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.window import commands as window
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.ui.window.workspace import Workspace
from runway_desktop.usecases.commands.command import FINDING, JUDGING, LIST, Command, CommandSection
from runway_desktop.usecases.commands.ending import CANCEL, REMOVE
from runway_desktop.usecases.commands.queued import HOLD_OR_RELEASE, MOVE_DOWN, MOVE_UP, SEND_NEXT
from runway_desktop.usecases.commands.requests import EDIT, RENAME
from runway_desktop.usecases.commands.tasks import KEYED
from runway_desktop.values import Struct


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
