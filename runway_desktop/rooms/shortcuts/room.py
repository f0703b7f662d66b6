"""Room record of the list of shortcuts."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

ROOM = Room(
    id="shortcuts",
    title=Text("Keyboard shortcuts"),
    kind=RoomKind.WINDOW,
    icon="mdi6.keyboard-outline",
    entry="runway_desktop.rooms.shortcuts.entry",
    guide="keys",
)
