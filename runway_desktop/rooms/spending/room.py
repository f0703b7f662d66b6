"""Room record of the Spending window."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

ROOM = Room(
    id="spending",
    title=Text("Spending"),
    kind=RoomKind.WINDOW,
    icon="mdi6.chart-bar",
    entry="runway_desktop.rooms.spending.entry",
    guide="queue-and-caps",
    help=(Text("Tab goes through everything that can be used here, and Escape closes it."),),
)
