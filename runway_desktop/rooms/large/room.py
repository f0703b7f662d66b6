"""Room record of the large view."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

from .commands import COMMANDS

ROOM = Room(
    id="large",
    title=Text("Large view"),
    kind=RoomKind.OVERLAY,
    icon="mdi6.fullscreen",
    commands=COMMANDS,
    guide="judging",
    help=(Text("One result in full size. Arrow keys go through takes and shots; judging moves on to the next."),),
    entry="runway_desktop.rooms.large.entry",
)
