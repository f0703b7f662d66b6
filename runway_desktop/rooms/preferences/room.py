"""Room record of the preferences."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

ROOM = Room(
    id="preferences",
    title=Text("Preferences"),
    kind=RoomKind.WINDOW,
    icon="mdi6.cog-outline",
    entry="runway_desktop.rooms.preferences.entry",
    help=(Text("Everything here applies at once. Each setting is found from the main window too, by its name."),),
)
