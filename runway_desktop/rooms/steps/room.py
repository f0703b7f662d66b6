"""Room record of the steps of a project, with its commands without judging.

They take the view as `Any`: its widgets import this module, so naming its class would be an import cycle.
"""

from __future__ import annotations

from typing import Any

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.commands.command import FINDING, STEPS, RecordsOf, Scope

_steps = RecordsOf[Any](STEPS, Scope.VIEW)

OPEN = RecordsOf[Any](FINDING, Scope.WINDOW)(
    "steps",
    Text("Go to the project's steps"),
    lambda window: window.open_room("steps", window.models.filter.project),
    "Ctrl+Alt+S",
    icon=STEPS.icon,
    why_not=lambda window: "" if window.models.filter.project else Text("Open a project first."),
    synonyms=Text("chain, pipeline, workflow, continue picks"),
)
CONTINUE = _steps(
    "steps.continue",
    Text("Continue the picks…"),
    lambda view: view.model.prepare(),
    "Ctrl+Return",
    "Ctrl+Enter",
    why_not=lambda view: view.model.why_no_bill,
    synonyms=Text("next step, send picks"),
)
AGAIN = _steps(
    "steps.continue.take",
    Text("Continue this pick…"),
    lambda view: view.model.prepare_take(),
    "Ctrl+Shift+Return",
    "Ctrl+Shift+Enter",
    why_not=lambda view: view.model.why_no_take,
    synonyms=Text("continue again"),
)
LARGE = _steps("steps.large", Text("Large view of the take"), lambda view: view.board.take_action(), "Space")
ADVANCE = _steps(
    "steps.advance", Text("Advance after judging"), lambda view: view.tools.advance.toggle(), "A", begins=True
)
COMMANDS = (OPEN, CONTINUE, AGAIN, LARGE, ADVANCE)

ROOM = Room(
    id="steps",
    title=Text("Steps", context="view"),
    kind=RoomKind.VIEW,
    icon=STEPS.icon,
    commands=COMMANDS,
    guide="steps",
    help=(
        Text("Columns are steps, rows are shots. Only picks go on to the next step, and nothing goes on by itself."),
        Text("Pick with P. Continue shows what the picks make and cost; a press on its button sends them."),
    ),
    entry="runway_desktop.rooms.steps.entry",
)
