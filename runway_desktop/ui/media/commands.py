"""Command records for playback and zoom, used by the preview (alone or in the viewer) and by panes."""

from __future__ import annotations

from typing import Any, Protocol

from runway_desktop.texts import Text
from runway_desktop.usecases.commands.command import PLAYING, RecordsOf, Scope


class Plays(Protocol):
    @property
    def shows_result(self) -> bool: ...
    @property
    def playback(self) -> Any:
        """A `Scrubbed`. Commands are imported at start, and import no players."""

    def toggle_full_screen(self) -> None: ...
    def zoom(self, by: int) -> None:
        """1 zooms in, −1 out, 0 toggles between fitted and 100 %."""


def _why_not(on: Plays) -> Text | str:
    return "" if on.shows_result else Text("Nothing to play or show.")


_SEEN = (Scope.PREVIEW, Scope.VIEWER)
_seen = RecordsOf[Plays](PLAYING, *_SEEN, why_not=_why_not)
_listed = RecordsOf[Plays](PLAYING, Scope.LIST, *_SEEN, why_not=_why_not)
_stepping = RecordsOf[Plays](PLAYING, Scope.LIST, *_SEEN, why_not=_why_not, repeats=True)

PLAY = _seen("play.toggle", Text("Play or pause"), lambda on: on.playback.toggle_play(), "Space")
SHUTTLE = (
    _listed("play.back", Text("Shuttle back"), lambda on: on.playback.shuttle(-1), "J"),
    _listed("play.stop", Text("Shuttle stop"), lambda on: on.playback.shuttle(0), "K"),
    _listed("play.forward", Text("Shuttle forward"), lambda on: on.playback.shuttle(1), "L"),
)
FRAME_BACK = _stepping(
    "play.frame.back", Text("One frame back"), lambda on: on.playback.step(-1), ",", icon="mdi6.step-backward"
)
FRAME_FORWARD = _stepping(
    "play.frame.forward", Text("One frame forward"), lambda on: on.playback.step(1), ".", icon="mdi6.step-forward"
)
LOOP = RecordsOf[Plays](PLAYING, Scope.PREVIEW, why_not=_why_not, begins=True)(
    "play.loop", Text("Loop or play once"), lambda on: on.playback.toggle_loop(), "Shift+L"
)
SOUND = _seen("play.sound", Text("Sound on or off"), lambda on: on.playback.toggle_sound(), "M")
FULL_SCREEN = _listed(
    "play.full", Text("Full screen"), lambda on: on.toggle_full_screen(), "F", "F11", icon="mdi6.fullscreen"
)
FIT = _seen("look.fit", Text("Fit, or pixel by pixel"), lambda on: on.zoom(0), "Z", begins=True)
CLOSER = _seen(
    "look.in", Text("Zoom in"), lambda on: on.zoom(1), "+", "=", icon="mdi6.magnify-plus-outline", repeats=True
)
AWAY = _seen("look.out", Text("Zoom out"), lambda on: on.zoom(-1), "-", icon="mdi6.magnify-minus-outline", repeats=True)

COMMANDS = (PLAY, *SHUTTLE, FRAME_BACK, FRAME_FORWARD, LOOP, SOUND, FULL_SCREEN, FIT, CLOSER, AWAY)
