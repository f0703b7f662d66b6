"""Room record of the expiry board's page."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.words.expiry import worth_telling

ROOM = Room(
    id="not_saved",
    title=Text("Not saved"),
    kind=RoomKind.PAGE,
    icon="mdi6.content-save-alert-outline",
    count=lambda cases: cases.library.left.total,
    is_listed=lambda cases: worth_telling(cases.library.left, cases.clock.now()),
    entry="runway_desktop.ui.expiry.entry",
    guide="finding",
    help=(Text("Results that are not on this computer, the most urgent first. Runway keeps them for about a day."),),
)
