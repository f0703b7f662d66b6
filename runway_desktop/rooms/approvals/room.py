"""Room record of the Requests page."""

from runway_desktop.domain.permissions import waiting
from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.commands.approval import OF_PAGE
from runway_desktop.usecases.use_cases import UseCases


def _is_listed(cases: UseCases) -> bool:
    return bool(waiting(cases.tasks.all_queued())) or (cases.is_made("clients") and cases.clients.has_met_programs)


ROOM = Room(
    id="requests",
    title=Text("Requests"),
    kind=RoomKind.PAGE,
    icon="mdi6.hand-back-right-outline",
    commands=OF_PAGE,
    # Counted from the tasks, so that the first paint need not load the client services.
    count=lambda cases: len(waiting(cases.tasks.all_queued())),
    is_listed=_is_listed,
    entry="runway_desktop.rooms.approvals.entry",
    guide="agents",
    help=(
        Text("Requests from other programs wait here until you approve them. They expire after 24 hours."),
        Text("Check several with Space to answer them together. If you refuse, the program gets your reason."),
    ),
)
