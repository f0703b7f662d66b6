"""The real program at the steps of a project, opened twice and scrolled.

    python -m tests.benchmarks.steps_child PROFILE_DIR PROJECT FRAMES

Says "opened" with milliseconds: from the wish to the painted board (`first`, then `again`), and of each frame. Ends by
itself.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

from tests.benchmarks.children import run_watched, say

if TYPE_CHECKING:
    from runway_desktop.app.session import Session
    from runway_desktop.ui.window.main_window import MainWindow

_REST = 2.0
_STEP = 90
"""Pixels of one turn of the wheel."""


def main() -> int:
    folder, project, frames = sys.argv[1], sys.argv[2], int(sys.argv[3])
    return run_watched(folder, lambda session: _measure(session, project, frames))


async def _measure(session: Session, project: str, frames: int) -> None:
    await session.ready.wait()
    try:
        assert session.window is not None, "the session is ready"
        assert session.models is not None, "the session is ready"
        window, models = session.window, session.models
        while not models.rows.is_loaded or window.preview is None or not models.pages.counts.projects:
            await asyncio.sleep(0.02)
        await _with_a_chain(session)
        window.workspace.pages.choose(f"all|{project}")
        await asyncio.sleep(_REST)
        first = await _opened(window, project)
        window.pages.leave_view()
        await asyncio.sleep(_REST)
        again = await _opened(window, project)
        await asyncio.sleep(_REST)
        say("opened", first=first, again=again, frames=await _scrolled(window, frames))
    finally:
        session.close()


async def _with_a_chain(session: Session) -> None:
    from runway_desktop.domain.film.steps import Chain, ChainId
    from runway_desktop.rooms.steps.model.editing import usual_steps

    steps = session.rooms.desk.cases.steps
    catalog = session.rooms.desk.cases.catalog
    await steps.save(Chain(id=ChainId("c1"), name="Usual", steps=tuple(usual_steps(catalog))))


def _board(window: MainWindow) -> Any:
    """Its module is not imported for it: that is part of what is measured."""
    kind = getattr(sys.modules.get("runway_desktop.rooms.steps.board_view"), "BoardView", None)
    found: Any = window.findChild(kind) if kind is not None else None
    return found if found is not None and found.isVisible() and found.model().rowCount() else None


async def _opened(window: MainWindow, project: str) -> float:
    begun = time.perf_counter()
    window.open_room("steps", project)
    while (board := _board(window)) is None:
        # A loop that never rests would keep the interpreter's lock from the threads that read the list.
        await asyncio.sleep(0.001)
    board.viewport().repaint()
    return 1000 * (time.perf_counter() - begun)


async def _scrolled(window: MainWindow, frames: int) -> list[float]:
    """Of each frame: from the turn of the wheel until what it brought into sight is painted."""
    from PySide6.QtCore import QEvent, QObject

    class Painted(QObject):
        is_due = True

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.is_due = self.is_due and event.type() != QEvent.Type.Paint
            return False

    board, took = _board(window), []
    bar, painted = board.verticalScrollBar(), Painted()
    board.viewport().installEventFilter(painted)
    for _ in range(frames):
        painted.is_due, begun = True, time.perf_counter()
        bar.setValue((bar.value() + _STEP) % max(1, bar.maximum()))
        while painted.is_due:
            await asyncio.sleep(0)
        took.append(1000 * (time.perf_counter() - begun))
    return took


if __name__ == "__main__":
    raise SystemExit(main())
