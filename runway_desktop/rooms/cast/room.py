"""Room record of the Cast page."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

ROOM = Room(
    id="cast",
    title=Text("Cast"),
    kind=RoomKind.PAGE,
    icon="mdi6.account-group-outline",
    # From the members that were read, so that the first paint need not read them.
    count=lambda cases: len(cases.cast.now.members) if cases.is_made("cast") else 0,
    entry="runway_desktop.rooms.cast.entry",
    guide="cast",
    help=(
        Text("Write a member's name after an @ in any prompt: its files become inputs, as many as the model takes."),
        Text("Alt+Left and Alt+Right move a picture. The first ones count where a model takes fewer."),
    ),
)
