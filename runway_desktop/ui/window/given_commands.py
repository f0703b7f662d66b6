"""The commands that the window has now, as the actions of their keys: a menu and the palette give the same ones.

GUI thread only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction

from runway_desktop.domain.library import Row
from runway_desktop.ui.commands.table import BY_ID
from runway_desktop.usecases.commands.command import JUDGING, PLAYING, SECTIONS, Command, Section
from runway_desktop.usecases.commands.tasks import KEYED

if TYPE_CHECKING:
    from .main_window import MainWindow

_OF_SELECTION = frozenset({"compare.takes", "compare.chosen", "judge.tag", "judge.note", "judge.project", "judge.shot"})
SELECT_FIRST = "Select a task in the list first."
NOTHING_SHOWN = "Nothing is shown that could be played or looked at."


def actions_of(window: MainWindow) -> dict[str, QAction]:
    """The action of each command by its id, of the place that one is in before the others."""
    large = window.large.view if window.large.is_open else None
    found: dict[str, QAction] = {}
    for place in (large, window.workspace.views, window.preview, window):
        for action in place.findChildren(QAction) if place is not None else ():
            if action.objectName() in BY_ID and action.isEnabled():
                found.setdefault(action.objectName(), action)
    return found


def reason_against(command: Command[Any], rows: Sequence[Row], *, shows_result: bool) -> str:
    """Why a command cannot be given now; empty when it can. `rows` are those that are selected."""
    if command.section is PLAYING:
        return "" if shows_result else NOTHING_SHOWN
    if command in KEYED:
        return command.reason(rows)
    is_judging = command.section is JUDGING and command.id not in ("judge.redo",)
    return SELECT_FIRST if (is_judging or command.id in _OF_SELECTION) and not rows else ""


def by_section(ids: Mapping[str, QAction]) -> dict[Section, list[Command[Any]]]:
    """The commands of these ids below their headings, in the table's order."""
    found: dict[Section, list[Command[Any]]] = {section: [] for section in SECTIONS}
    for command in BY_ID.values():
        if command.id in ids:
            found[command.section].append(command)
    return {section: commands for section, commands in found.items() if commands}
