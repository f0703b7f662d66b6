"""Room record of help."""

from runway_desktop.domain.text import Text
from runway_desktop.ui.room import Kind, Room

ROOM = Room(
    id="help",
    title=Text("Help"),
    kind=Kind.WINDOW,
    icon="mdi6.help-circle-outline",
    entry="runway_desktop.ui.help.entry",
)
