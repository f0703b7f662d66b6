"""Room record of sheets."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

from .commands import COMMANDS

ROOM = Room(
    id="sheet",
    title=Text("Sheets"),
    kind=RoomKind.WINDOW,
    icon="mdi6.table",
    entry="runway_desktop.rooms.sheet.entry",
    commands=COMMANDS,
    guide="sheets",
    help=(
        Text("One task per row. Cells are checked as you type, and you see the price before anything is sent."),
        Text("Paste a table from any program. Drag the corner of a cell to fill down."),
    ),
)
