"""Room record of the Workflows page."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

ROOM = Room(
    id="workflows",
    title=Text("Workflows"),
    kind=RoomKind.PAGE,
    icon="mdi6.sitemap-outline",
    # From those that were learned, so that the first paint need not read them.
    count=lambda cases: len(cases.workflows.all()) if cases.is_made("workflows") else 0,
    entry="runway_desktop.rooms.workflows.entry",
    guide="workflows",
    help=(
        Text("What you leave as it is stays at the workflow's own default."),
        Text("Each output of a run is saved as soon as it is made. A run can't be canceled: Runway offers no way."),
    ),
)
