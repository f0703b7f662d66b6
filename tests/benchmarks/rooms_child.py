"""The real program, and one of its rooms opened by its command, twice.

    python -m tests.benchmarks.rooms_child PROFILE_DIR ROOM REST

Says "opened" with milliseconds: from the command to the painted room (`first`, then `again`), and how long the window
stood still at most until half a second later (`stall`, `stall_again`). REST is the seconds that the program has had to
itself before. Ends by itself.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.benchmarks.children import run_watched, say

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from runway_desktop.app.session import Session
    from runway_desktop.ui.window.main_window import MainWindow

_AFTER = 0.5
"""Seconds: what a room reads and fills in once it stands."""
_PATIENCE = 20.0
_COMPARED = 4


@dataclass(frozen=True, slots=True)
class Room:
    """The command that opens it, and the class of its widget."""

    command: str
    module: str
    name: str

    def widget(self, window: MainWindow) -> QWidget | None:
        """Where it stands and can be painted. Its module is not imported for it: that is part of what is measured."""
        kind = getattr(sys.modules.get(f"runway_desktop.{self.module}"), self.name, None)
        found: QWidget | None = window.findChild(kind) if kind is not None else None
        if found is None or not found.isVisible():
            return None
        handle = found.window().windowHandle()
        return found if handle is not None and handle.isExposed() else None


ROOMS = {
    "spending": Room("spending", "rooms.spending.entry", "SpendingWindow"),
    "settings": Room("preferences", "rooms.preferences.entry", "Preferences"),
    "palette": Room("palette", "rooms.palette.entry", "PalettePanel"),
    "help": Room("help", "rooms.help.entry", "HelpWindow"),
    "shortcuts": Room("shortcuts", "rooms.shortcuts.entry", "ShortcutsDialog"),
    "a blank sheet": Room("sheet.new", "rooms.sheet.window", "SheetWindow"),
    "large view": Room("large.open", "rooms.viewer.view", "Viewer"),
    "compare": Room("compare.chosen", "rooms.viewer.panes", "Panes"),
    "export": Room("exchange.export", "rooms.exchange.export_window", "ExportWindow"),
    "activity": Room("notices.focus", "ui.activity.pill", "ActivityList"),
}


def main() -> int:
    folder, room, rest = sys.argv[1], ROOMS[sys.argv[2]], float(sys.argv[3])
    return run_watched(folder, lambda session: _measure(session, room, rest))


async def _measure(session: Session, room: Room, rest: float) -> None:
    await session.ready.wait()
    try:
        assert session.window is not None, "the session is ready"
        assert session.models is not None, "the session is ready"
        window, rows = session.window, session.models.rows
        while not rows.is_loaded or window.preview is None:
            await asyncio.sleep(0.02)
        chosen = [task_id for at in range(60) if (task_id := rows.task_id(at))]
        window.workspace.view.select(chosen[: _COMPARED if room.name == "Panes" else 1])
        window.workspace.views.setFocus()
        await asyncio.sleep(rest)
        first, stall = await _opened(window, room)
        _close(window, room)
        await asyncio.sleep(rest)
        again, stall_again = await _opened(window, room)
        say("opened", first=first, stall=stall, again=again, stall_again=stall_again)
        _close(window, room)
    finally:
        session.close()


async def _opened(window: MainWindow, room: Room) -> tuple[float, float]:
    """Milliseconds until it is painted, and the longest standstill."""
    from PySide6.QtGui import QAction

    from tests.benchmarks.lag_probe import Stall

    command = window.findChild(QAction, room.command)
    assert command is not None, "the command is bound"
    with Stall() as stall:
        begun = time.perf_counter()
        command.trigger()
        while (found := room.widget(window)) is None:
            await asyncio.sleep(0)
            if time.perf_counter() - begun > _PATIENCE:
                raise RuntimeError(f"{room.name} did not come")
        found.repaint()
        took = time.perf_counter() - begun
        await asyncio.sleep(_AFTER)
    return 1000 * took, 1000 * stall.longest


def _close(window: MainWindow, room: Room) -> None:
    found = room.widget(window)
    if window.workspace.overlay is not None:
        window.leave_overlay()
    elif room.command == "palette":
        window.open_room("palette")
    elif found is not None:
        found.close()


if __name__ == "__main__":
    raise SystemExit(main())
