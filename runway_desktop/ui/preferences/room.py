"""Room record of the preferences."""

from runway_desktop.domain.text import Text
from runway_desktop.ui.room import Kind, Room

ROOM = Room(
    id="preferences",
    title=Text("Preferences"),
    kind=Kind.WINDOW,
    icon="mdi6.cog-outline",
    entry="runway_desktop.ui.preferences.entry",
    help=(Text("Everything here applies at once. Each setting is found from the main window too, by its name."),),
)
