"""Room record of the import and export windows."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

from .commands import COMMANDS

ROOM = Room(
    id="exchange",
    title=Text("Import and export"),
    kind=RoomKind.WINDOW,
    icon="mdi6.tray-arrow-down",
    entry="runway_desktop.rooms.exchange.entry",
    commands=COMMANDS,
    guide="handing-on",
)
