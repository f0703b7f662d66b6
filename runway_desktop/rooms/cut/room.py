"""Room record of a project's cut, with its commands without judging and playing.

They take the view as `Any`: its widgets import this module, so naming its class would be an import cycle.
"""

from __future__ import annotations

from typing import Any

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.commands.command import CUT, FINDING, RecordsOf, Scope

_cut = RecordsOf[Any](CUT, Scope.VIEW, why_not=lambda view: "" if view.model.cards else Text("No shots yet."))

OPEN = RecordsOf[Any](FINDING, Scope.WINDOW)(
    "cut",
    Text("Go to the project's cut"),
    lambda window: window.open_room("cut", window.models.filter.project),
    "Ctrl+Alt+C",
    icon=CUT.icon,
    why_not=lambda window: "" if window.models.filter.project else Text("Open a project first."),
    synonyms=Text("edit, timeline, film, sequence, play the picks"),
)
BACK = _cut("cut.back", Text("Move the shot back"), lambda view: view.model.move_by(-1), "Alt+Left")
ON = _cut("cut.on", Text("Move the shot on"), lambda view: view.model.move_by(1), "Alt+Right")
IN = _cut("cut.in", Text("Set in"), lambda view: view.model.trim_here(is_in=True), "I", begins=True)
OUT = _cut("cut.out", Text("Set out"), lambda view: view.model.trim_here(is_in=False), "O")
WHOLE = _cut("cut.whole", Text("Clear in and out"), lambda view: view.model.clear_trim(), "Shift+L")
NOTE = _cut("cut.note", Text("Note here…"), lambda view: view.note(), "N", icon="mdi6.note-text-outline", begins=True)
ADD = RecordsOf[Any](CUT, Scope.VIEW)(
    "cut.add", Text("Add files to the cut…"), lambda view: view.add_files(), icon="mdi6.plus", begins=True
)
EXPORT = _cut("cut.export", Text("Export the cut…"), lambda view: view.tools.open_exports(), icon="mdi6.export-variant")
COMMANDS = (OPEN, BACK, ON, IN, OUT, WHOLE, NOTE, ADD, EXPORT)

ROOM = Room(
    id="cut",
    title=Text("Cut", context="view"),
    kind=RoomKind.VIEW,
    icon=CUT.icon,
    commands=COMMANDS,
    guide="cut",
    help=(
        Text("The cut plays the picks in the order of the shots. Nothing is sent or charged."),
        Text("↑ and ↓ try another take in place; P makes it the pick. I and O trim at the playhead."),
    ),
    entry="runway_desktop.rooms.cut.entry",
)
