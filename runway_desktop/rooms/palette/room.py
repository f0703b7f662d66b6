"""Room record of the palette."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

ROOM = Room(
    id="palette",
    title=Text("Command palette"),
    kind=RoomKind.OVERLAY,
    icon="mdi6.magnify",
    entry="runway_desktop.rooms.palette.entry",
)
