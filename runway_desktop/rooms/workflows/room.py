"""Room record of the Workflows page."""

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind

ROOM = Room(
    id="workflows",
    title=Text("Workflows"),
    kind=RoomKind.PAGE,
    icon="mdi6.sitemap-outline",
    # Of those that were learned. Runway is asked when the page is opened; until then it has no number.
    count=lambda cases: (len(cases.workflows.all()) or None) if cases.is_made("workflows") else None,
    entry="runway_desktop.rooms.workflows.entry",
    guide="workflows",
    help=(
        Text("A workflow is built and published in Runway's web app. Here you fill in its inputs and run it."),
        Text("Each output is saved as soon as it arrives, also if another node of the run failed."),
    ),
)
