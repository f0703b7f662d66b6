"""Room record of the reviews of a project."""

from __future__ import annotations

from typing import Any

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.commands.command import FINDING, RecordsOf, Scope

OPEN = RecordsOf[Any](FINDING, Scope.WINDOW)(
    "review",
    Text("Go to the project's reviews"),
    lambda window: window.open_room("review", window.models.filter.project),
    icon="mdi6.comment-check-outline",
    why_not=lambda window: "" if window.models.filter.project else Text("Open a project first."),
    synonyms=Text("client, feedback, comments, approval, rounds"),
)

ROOM = Room(
    id="review",
    title=Text("Reviews", context="view"),
    kind=RoomKind.VIEW,
    icon="mdi6.comment-check-outline",
    commands=(OPEN,),
    counts=lambda counts: counts.rounds,
    guide="review",
    help=(
        Text("Send takes to a client as one file, and drop or paste what comes back anywhere in the window."),
        Text("What you changed after sending stays as it is and waits here for you."),
    ),
    entry="runway_desktop.rooms.review.entry",
)
