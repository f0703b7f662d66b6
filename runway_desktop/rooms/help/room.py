"""Room record of help."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

ROOM = Room(
    id="help",
    title=Text("Help"),
    kind=RoomKind.WINDOW,
    icon="mdi6.help-circle-outline",
    entry="runway_desktop.rooms.help.entry",
)
