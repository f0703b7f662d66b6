"""The real program, started as its command line starts it, and watched from within.

    python -m tests.benchmarks.program_child PROFILE_DIR [LAG_AFTER LAG_FOR | first LAG_FOR]

Says "painted" after the first paint and "ready" when its loops run and the key is there; with the other two arguments
also "begins" and "lag" (`lag_probe`), whose `rows` are the seconds from the engine's word of a task's end to the change
of the list's row; with "first" the lag is that of the time that follows the first paint. Closes as a person would close
it, when its input ends. Where Runway is, and the key, are in the environment.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from tests.benchmarks.children import as_started, say

if TYPE_CHECKING:
    from runway_desktop.app.session import Session


def main() -> int:
    start = as_started()
    from runway_desktop.app import session
    from runway_desktop.ui.window import command_bindings
    from runway_desktop.ui.window.main_window import MainWindow

    folder, *lag = sys.argv[1:]
    is_first = lag[:1] == ["first"]

    class WatchedWindow(MainWindow):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            self.painted.connect(self._say)

        def _say(self) -> None:
            say("painted")
            if is_first:
                from tests.benchmarks.lag_probe import LagProbe

                LagProbe(0.0, float(lag[1]), self).start()

    class WatchedSession(session.Session):
        async def run(self, *given: Any) -> int:
            waiting = asyncio.ensure_future(
                _when_ready(self, [] if lag[:1] == ["first"] else [float(word) for word in lag])
            )
            try:
                return await super().run(*given)
            finally:
                waiting.cancel()

    vars(command_bindings).update(MainWindow=WatchedWindow)
    vars(session).update(Session=WatchedSession)
    return start(["--profile-dir", folder])


async def _when_ready(session: Session, lag: list[float]) -> None:
    await session.ready.wait()
    say("ready")
    loop = asyncio.get_running_loop()
    threading.Thread(target=_close_when_input_ends, args=(session, loop), daemon=True).start()
    if lag:
        from tests.benchmarks.lag_probe import LagProbe

        LagProbe(lag[0], lag[1], session, _rows_of(session)).start()


def _close_when_input_ends(session: Session, loop: asyncio.AbstractEventLoop) -> None:
    sys.stdin.read()
    loop.call_soon_threadsafe(session.close)


def _rows_of(session: Session) -> list[float]:
    """Grows by one for each end: seconds from the engine's event to the row's change."""
    from PySide6.QtCore import QModelIndex

    from runway_desktop.domain.events import Event, TaskChanged
    from runway_desktop.domain.task import TaskId

    assert session.cases is not None, "the session is ready"
    assert session.models is not None, "the session is ready"
    rows = session.models.rows
    ended: dict[TaskId, float] = {}
    took: list[float] = []

    def hear(event: Event) -> None:
        if isinstance(event, TaskChanged) and event.task.state.is_final and not event.before.state.is_final:
            ended[event.task.id] = time.perf_counter()

    def changed(first: QModelIndex, last: QModelIndex, roles: object = None) -> None:
        now = time.perf_counter()
        for line in range(first.row(), last.row() + 1):
            task_id = rows.task_id(line)
            if task_id is not None and (at := ended.pop(task_id, None)) is not None:
                took.append(now - at)

    session.cases.bus.listen(hear)
    rows.dataChanged.connect(changed)
    return took


if __name__ == "__main__":
    raise SystemExit(main())
