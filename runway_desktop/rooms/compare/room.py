"""Room record of the compare window, with its commands without playback and judging.

They take the view as `Any`: its bar imports this module, so naming its class would be an import cycle.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.commands.command import COMPARING, LEADS_OUT, Command, RecordsOf, Scope, Standard


def _alone(view: Any) -> Text | str:
    return "" if len(view.model.shown) > 1 else Text("No other result to compare with.")


def _no_clips(view: Any) -> Text | str:
    return "" if view.clips.has_clips else Text("No clip is shown.")


def _show(size: int, view: Any) -> None:
    view.show_size(size)


_comparing = RecordsOf[Any](COMPARING, Scope.COMPARE)
_several = RecordsOf[Any](COMPARING, Scope.COMPARE, why_not=_alone)
_clips = RecordsOf[Any](COMPARING, Scope.COMPARE, why_not=_no_clips)

SHOW = {
    size: _comparing(f"compare.show.{size}", words, partial(_show, size), f"Ctrl+{size}", icon=icon)
    for size, words, icon in (
        (1, Text("One at a time"), "mdi6.square-outline"),
        (2, Text("Two at a time"), "mdi6.view-parallel-outline"),
        (4, Text("Four at a time"), "mdi6.view-grid-outline"),
    )
}
TAKES = (
    _comparing(
        "compare.take.next", Text("Next take"), lambda on: on.model.move_take(1), "Right", begins=True, repeats=True
    ),
    _comparing(
        "compare.take.before", Text("Previous take"), lambda view: view.model.move_take(-1), "Left", repeats=True
    ),
)
TURNS = (
    _comparing("compare.next", Text("Next page"), lambda view: view.model.turn(1), "PgDown"),
    _comparing("compare.before", Text("Previous page"), lambda view: view.model.turn(-1), "PgUp"),
)
SWAP = _several("compare.swap", Text("Swap sides"), lambda view: view.model.swap(), "C", begins=True)
WIPE = _comparing("compare.wipe", Text("Wipe between two"), lambda view: view.toggle_wipe(), "W", icon="mdi6.compare")
DIFFERENCE = _comparing(
    "compare.difference",
    Text("Difference of two"),
    lambda view: view.toggle_difference(),
    "D",
    icon="mdi6.circle-opacity",
)
LOOPS = (
    _clips("compare.in", Text("Set loop start"), lambda view: view.clips.set_in(), "I", begins=True),
    _clips("compare.out", Text("Set loop end"), lambda view: view.clips.set_out(), "O"),
    _clips("compare.whole", Text("Loop the whole clip"), lambda view: view.clips.set_range(None, None), "Shift+L"),
)
ADVANCE = _comparing(
    "compare.advance",
    Text("Advance after judging"),
    lambda view: view.model.set_auto_advance(not view.model.auto_advance),
    "A",
    icon="mdi6.debug-step-over",
    begins=True,
)
ALL_KEYS = _comparing(
    "compare.keys",
    Text("Keyboard shortcuts"),
    lambda on: on.keys_wanted.emit(),
    "Ctrl+?",
    "F1",
    icon="mdi6.keyboard-outline",
)

COMMANDS = (
    *SHOW.values(),
    *TAKES,
    *TURNS,
    _several("compare.focus.up", Text("Focus the previous take"), lambda view: view.model.move_focus(-1), "Up"),
    _several("compare.focus.down", Text("Focus the next take"), lambda view: view.model.move_focus(1), "Down"),
    # Handled by the view's event filter, not by an action.
    Command(
        id="compare.take",
        words=Text("Next take of the stack"),
        section=COMPARING,
        scopes=frozenset({Scope.COMPARE}),
        keys=("Tab",),
        fixed=Text("Tab always moves on."),
    ),
    SWAP,
    _comparing("compare.stack", Text("Stack or spread takes"), lambda on: on.model.stack(not on.model.is_stacked), "S"),
    WIPE,
    _several(
        "compare.divider.left", Text("Divider to the left"), lambda on: on.move_divider(-1), "Shift+Left", repeats=True
    ),
    _several(
        "compare.divider.right",
        Text("Divider to the right"),
        lambda on: on.move_divider(1),
        "Shift+Right",
        repeats=True,
    ),
    DIFFERENCE,
    *LOOPS,
    ADVANCE,
    _comparing("compare.undo", Text("Undo last judgment"), lambda view: view.model.undo(), "U", Standard.UNDO),
    _comparing("compare.controls", Text("Go to controls"), lambda view: view.bar.focus_controls(), "F6", begins=True),
    ALL_KEYS,
    _comparing("compare.close", Text("Close"), lambda view: view.close(), "Esc", fixed=LEADS_OUT),
)

ROOM = Room(
    id="compare",
    title=Text("Compare"),
    kind=RoomKind.WINDOW,
    icon="mdi6.compare",
    entry="runway_desktop.rooms.compare.entry",
    commands=COMMANDS,
)
