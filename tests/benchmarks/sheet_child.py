"""The real program with two sheets, measured from within.

    python -m tests.benchmarks.sheet_child FOLDER KEYS

FOLDER holds `rows.csv` and `tasks.csv`; the profile goes beside them. Says "sheet" with seconds: `opened`, `keys`,
`sent`, `stall`, and how many tasks were `stored`.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runway_desktop.services.intake import Dropped
from tests.benchmarks.children import say

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from runway_desktop.app.session import Session
    from runway_desktop.ui.sheet.window import SheetWindow

SETTLE_SECONDS = 1.0
"""After the last task was stored: the list takes them up."""


def main() -> int:
    from runway_desktop.__main__ import main as start
    from runway_desktop.app import session

    folder, keys = Path(sys.argv[1]), int(sys.argv[2])

    class WatchedSession(session.Session):
        async def run(self, *given: Any) -> int:
            measuring = asyncio.ensure_future(_measure(self, folder, keys))
            try:
                return await super().run(*given)
            finally:
                await measuring

    vars(session).update(Session=WatchedSession)
    return start(["--profile-dir", str(folder / "profile")])


async def _measure(session: Session, folder: Path, keys: int) -> None:
    await session.ready.wait()
    try:
        begun = time.perf_counter()
        window = await _opened(session, folder / "rows.csv")
        opened = time.perf_counter() - begun
        typed = await _typed(window, keys)
        window.close()
        window = await _opened(session, folder / "tasks.csv")
        sent, stall, stored = await _sent(session, window)
        say("sheet", opened=opened, keys=typed, sent=sent, stall=stall, stored=stored)
    finally:
        session.close()


async def _opened(session: Session, path: Path) -> SheetWindow:
    """The sheet of a file, once it is checked and painted."""
    assert session.cases is not None, "the session is ready"
    host = session._sheet_host()
    assert host is not None, "the session is ready"
    host.door.open_gathered(await session.cases.intake.gather(Dropped(paths=(path,))))
    window = host.windows[-1]
    painted = _paints_of(window.table.viewport())
    while not window.sheet.model.is_checked or not painted():
        await asyncio.sleep(0)
    return window


async def _typed(window: SheetWindow, keys: int) -> list[float]:
    """Seconds from each key to the table's next paint."""
    from PySide6.QtCore import QEvent, Qt
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication, QPlainTextEdit

    model, table = window.sheet.model, window.table
    index = model.index(model.rowCount() // 2, 0)
    table.setCurrentIndex(index)
    table.edit(index)
    editor = table.viewport().findChild(QPlainTextEdit)
    assert editor is not None, "the cell can be edited"
    painted = _paints_of(table.viewport())
    took = []
    for number in range(keys):
        await asyncio.sleep(0.01)
        before, begun = painted(), time.perf_counter()
        letter = chr(ord("a") + number % 26)
        event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(editor, event)
        while painted() == before:
            await asyncio.sleep(0)
            if time.perf_counter() - begun > 5.0:
                return took
        took.append(time.perf_counter() - begun)
    return took


async def _sent(session: Session, window: SheetWindow) -> tuple[float, float, int]:
    """Seconds to the lane, the longest stall meanwhile, and how many tasks are there."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QPushButton

    assert session.cases is not None, "the session is ready"
    ledger, wanted = session.cases.tasks, window.sheet.model.totals.ready
    go = next(found for found in window.findChildren(QPushButton) if found.text().startswith("Generate"))
    moments = [time.perf_counter()]
    timer = QTimer(window, interval=5)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: moments.append(time.perf_counter()))
    timer.start()
    begun = time.perf_counter()
    go.click()
    while len(ledger.held()) < wanted and time.perf_counter() - begun < 30.0:
        await asyncio.sleep(0.002)
    sent = time.perf_counter() - begun
    await asyncio.sleep(SETTLE_SECONDS)
    moments.append(time.perf_counter())
    timer.stop()
    gaps = [after - before for before, after in itertools.pairwise(moments)]
    return sent, max(0.0, max(gaps) - 0.005), len(ledger.held())


def _paints_of(widget: QWidget) -> Callable[[], int]:
    """Counts how often a widget was painted from now on."""
    from PySide6.QtCore import QEvent, QObject

    class Counter(QObject):
        amount = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                self.amount += 1
            return False

    counter = Counter(widget)
    widget.installEventFilter(counter)
    return lambda: counter.amount


if __name__ == "__main__":
    raise SystemExit(main())
