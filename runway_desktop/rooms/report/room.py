"""Room record of the report of a problem."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

ROOM = Room(
    id="report",
    title=Text("Report a problem"),
    kind=RoomKind.WINDOW,
    icon="mdi6.bug-outline",
    entry="runway_desktop.rooms.report.entry",
)
