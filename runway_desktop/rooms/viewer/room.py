"""Room record of the viewer, with its commands without playback and judging.

With one pane, arrow keys go through takes and shots; with several, ← and → through the takes of the focused stack, ↑
and ↓ through the panes. Commands take the view as `Any`: its parts import this module, so naming its class would be an
import cycle.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from runway_desktop.domain.task import MOST_STARS, Pick
from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.commands.command import COMPARING, LARGE, LEADS_OUT, RecordsOf, Scope


def _rate_and_stay(stars: int, view: Any) -> None:
    view.model.rate(stars, stay=True)


def _show(size: int, view: Any) -> None:
    view.show_size(size)


def _alone(view: Any) -> Text | str:
    return "" if view.model.is_one or len(view.model.shown) > 1 else Text("No other result to compare with.")


def _no_clip(view: Any) -> Text | str:
    return "" if view.has_length else Text("No clip is shown.")


_large = RecordsOf[Any](LARGE, Scope.VIEWER)
_comparing = RecordsOf[Any](COMPARING, Scope.VIEWER)
_words = {n: Text("Rate {stars} and stay").with_(stars=n) for n in range(1, MOST_STARS + 1)}

TAKES = (
    _large("large.take.before", Text("Previous take"), lambda view: view.model.move_take(-1), "Left", repeats=True),
    _large("large.take.next", Text("Next take"), lambda view: view.model.move_take(1), "Right", repeats=True),
)
SHOTS = (
    _large("large.shot.before", Text("Previous shot or pane"), lambda view: view.model.move_up(-1), "Up", repeats=True),
    _large("large.shot.next", Text("Next shot or pane"), lambda view: view.model.move_up(1), "Down", repeats=True),
)
ADVANCE = _large(
    "large.advance",
    Text("Advance after judging"),
    lambda view: view.model.set_auto_advance(not view.model.auto_advance),
    "A",
    icon="mdi6.debug-step-over",
    begins=True,
)
_timed = RecordsOf[Any](LARGE, Scope.VIEWER, why_not=_no_clip)
RANGE = (
    _timed("compare.in", Text("Set in"), lambda view: view.set_in(), "I", begins=True),
    _timed("compare.out", Text("Set out"), lambda view: view.set_out(), "O"),
    _timed("compare.whole", Text("Clear in and out, or loop"), lambda view: view.clear_range(), "Shift+L"),
)
NOTE = _large(
    "viewer.note", Text("Note at this time…"), lambda view: view.ask_note(), "N", icon="mdi6.note-text-outline"
)
DETAILS = _large("large.pane", Text("Show or hide details"), lambda view: view.toggle_pane(), "Shift+I", begins=True)
CLOSE = _large("large.close", Text("Back to the list"), lambda view: view.step_back(), "Esc", fixed=LEADS_OUT)
SHOW = {
    size: _comparing(f"compare.show.{size}", words, partial(_show, size), f"Alt+{size}", icon=icon)
    for size, words, icon in (
        (1, Text("One at a time"), "mdi6.square-outline"),
        (2, Text("Two at a time"), "mdi6.view-parallel-outline"),
        (4, Text("Four at a time"), "mdi6.view-grid-outline"),
    )
}
TURNS = (
    _comparing("compare.next", Text("Next page"), lambda view: view.model.turn(1), "PgDown", begins=True),
    _comparing("compare.before", Text("Previous page"), lambda view: view.model.turn(-1), "PgUp"),
)
WIPE = _comparing(
    "compare.wipe",
    Text("Wipe between two"),
    lambda view: view.toggle_wipe(),
    "W",
    icon="mdi6.compare",
    why_not=_alone,
    begins=True,
)
DIFFERENCE = _comparing(
    "compare.difference",
    Text("Difference of two"),
    lambda view: view.toggle_difference(),
    "D",
    icon="mdi6.circle-opacity",
    why_not=_alone,
)

COMMANDS = (
    *TAKES,
    *SHOTS,
    ADVANCE,
    *(_large(f"large.stay.rate.{n}", words, partial(_rate_and_stay, n), f"Shift+{n}") for n, words in _words.items()),
    _large("large.stay.pick", Text("Pick and stay"), lambda view: view.model.pick(Pick.PICK, stay=True), "Shift+P"),
    _large(
        "large.stay.reject", Text("Reject and stay"), lambda view: view.model.pick(Pick.REJECT, stay=True), "Shift+X"
    ),
    _large("compare.undo", Text("Undo last judgment"), lambda view: view.model.undo(), "U"),
    *RANGE,
    NOTE,
    DETAILS,
    CLOSE,
    *SHOW.values(),
    *TURNS,
    _comparing("compare.stack", Text("Stack or spread takes"), lambda on: on.model.stack(not on.model.is_stacked), "S"),
    WIPE,
    _comparing("compare.divider.left", Text("Divider to the left"), lambda view: view.panes.move_divider(-1),
               "Shift+Left", repeats=True),
    _comparing("compare.divider.right", Text("Divider to the right"), lambda view: view.panes.move_divider(1),
               "Shift+Right", repeats=True),
    DIFFERENCE,
)  # fmt: skip

ROOM = Room(
    id="viewer",
    title=Text("Large view"),
    kind=RoomKind.OVERLAY,
    icon="mdi6.fullscreen",
    commands=COMMANDS,
    guide="judging",
    help=(
        Text("One result in full size. Arrow keys go through takes and shots; judging moves on to the next."),
        Text("Beside others, clips play in step; Left and Right change the focused take, Up and Down the focus."),
    ),
    entry="runway_desktop.rooms.viewer.entry",
)
