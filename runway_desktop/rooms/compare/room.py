"""Room record of the compare window."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

from .commands import COMMANDS

ROOM = Room(
    id="compare",
    title=Text("Compare"),
    kind=RoomKind.WINDOW,
    icon="mdi6.compare",
    entry="runway_desktop.rooms.compare.entry",
    commands=COMMANDS,
)
