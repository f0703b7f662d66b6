"""Room record of the large view, with its commands without playback and judging.

They take the view as `Any`: its panes import this module, so naming its class would be an import cycle.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from runway_desktop.domain.task import MOST_STARS, Pick
from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.commands.command import LARGE, LEADS_OUT, RecordsOf, Scope


def _rate_and_stay(stars: int, view: Any) -> None:
    view.model.rate(stars, stay=True)


_large = RecordsOf[Any](LARGE, Scope.LARGE)
_words = {n: Text("Rate {stars} and stay").with_(stars=n) for n in range(1, MOST_STARS + 1)}

TAKES = (
    _large("large.take.before", Text("Previous take"), lambda view: view.model.move_take(-1), "Left", repeats=True),
    _large("large.take.next", Text("Next take"), lambda view: view.model.move_take(1), "Right", repeats=True),
)
SHOTS = (
    _large("large.shot.before", Text("Previous shot"), lambda view: view.model.move_shot(-1), "Up", repeats=True),
    _large("large.shot.next", Text("Next shot"), lambda view: view.model.move_shot(1), "Down", repeats=True),
)
ADVANCE = _large(
    "large.advance",
    Text("Advance after judging"),
    lambda view: view.model.set_auto_advance(not view.model.auto_advance),
    "A",
    begins=True,
)
DETAILS = _large("large.pane", Text("Show or hide details"), lambda view: view.toggle_pane(), "I", begins=True)
CLOSE = _large("large.close", Text("Back to the list"), lambda view: view.leave(), "Esc", fixed=LEADS_OUT)
COMMANDS = (
    *TAKES,
    *SHOTS,
    ADVANCE,
    *(_large(f"large.stay.rate.{n}", words, partial(_rate_and_stay, n), f"Shift+{n}") for n, words in _words.items()),
    _large("large.stay.pick", Text("Pick and stay"), lambda view: view.model.pick(Pick.PICK, stay=True), "Shift+P"),
    _large(
        "large.stay.reject", Text("Reject and stay"), lambda view: view.model.pick(Pick.REJECT, stay=True), "Shift+X"
    ),
    DETAILS,
    CLOSE,
)

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
