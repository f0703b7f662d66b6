"""The real program with several sheets, measured from inside.

    python -m tests.benchmarks.sheet_child FOLDER KEYS PASTED

FOLDER may hold `rows.csv` and `tasks.csv`; the profile goes beside them. Says "opened" with seconds (`took`, `stall`,
`keys`), "sent" with seconds (`took`, `stall`) and how many tasks were `stored`, and "pasted" with seconds (`took`,
`stall`) and megabytes (`memory`) for as many rows as PASTED says.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.children import NotToldHere, memory, run_watched, say

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from runway_desktop.app.session import Session
    from runway_desktop.rooms.sheet.window import SheetWindow

POLL_SECONDS = 0.005
"""Asked without a pause, the loop would take the interpreter from the thread that reads the file."""
SETTLE_SECONDS = 1.0
"""After the last task was stored: the list takes them up."""


def main() -> int:
    folder, keys, pasted = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    return run_watched(str(folder / "profile"), lambda session: _measure(session, folder, keys, pasted))


async def _measure(session: Session, folder: Path, keys: int, pasted: int) -> None:
    from tests.benchmarks.lag_probe import Stall

    await session.ready.wait()
    try:
        if (folder / "rows.csv").exists():
            with Stall() as stall:
                begun = time.perf_counter()
                window = await _opened(session, folder / "rows.csv")
                opened = time.perf_counter() - begun
            say("opened", took=opened, stall=stall.longest, keys=await _typed(window, keys))
            window.close()
        if (folder / "tasks.csv").exists():
            window = await _opened(session, folder / "tasks.csv")
            # Closes by itself once nothing is left in it.
            say("sent", **await _sent(session, window))
        say("pasted", **await _pasted(session, pasted))
    finally:
        session.close()


async def _pasted(session: Session, rows: int) -> dict[str, float]:
    """Rows from the clipboard into a blank sheet, until they are checked and painted."""
    from PySide6.QtGui import QGuiApplication

    assert session.window is not None, "the session is ready"
    session.window.open_room("sheet")
    window = await _window(session)
    model, painted = window.sheet.model, _paints_of(window.table.viewport())
    while not model.is_checked or not painted():
        await asyncio.sleep(POLL_SECONDS)
    # The second column is the first frame.
    lines = (f"Shot {n}: the harbour wakes\t\tgen4.5\t1280:720\t{5 if n % 2 else 10}\t{n}" for n in range(rows))
    QGuiApplication.clipboard().setText("\n".join(lines))
    await asyncio.sleep(SETTLE_SECONDS)
    before = _resident()
    from tests.benchmarks.lag_probe import Stall

    with Stall() as stall:
        begun, seen = time.perf_counter(), painted()
        window.table.paste()
        while model.totals.rows < rows or not model.is_checked or painted() == seen:
            await asyncio.sleep(POLL_SECONDS)
        took = time.perf_counter() - begun
    found = {"took": took, "stall": stall.longest, "memory": _resident() - before, "rows": float(model.totals.ready)}
    window.close()
    return found


def _resident() -> float:
    """Megabytes; 0 where the system does not tell."""
    try:
        return memory(os.getpid())["rss"]
    except NotToldHere:
        return 0.0


async def _opened(session: Session, path: Path) -> SheetWindow:
    """The sheet of a file, once it is checked and painted."""
    assert session.models is not None, "the session is ready"
    session.models.task_commands.take(paths=(path,))
    window = await _window(session)
    painted = _paints_of(window.table.viewport())
    while not window.sheet.model.is_checked or not painted():
        await asyncio.sleep(POLL_SECONDS)
    return window


async def _window(session: Session) -> SheetWindow:
    """Of the sheet that was just asked for; those before it were closed."""
    from runway_desktop.rooms.sheet.entry import OpenSheets

    assert session.window is not None, "the session is ready"
    while (sheets := session.window.findChild(OpenSheets)) is None or not sheets.windows:
        await asyncio.sleep(POLL_SECONDS)
    return sheets.windows[-1]


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


async def _sent(session: Session, window: SheetWindow) -> dict[str, float]:
    """To the lane, and what the list does with them then."""
    from tests.benchmarks.lag_probe import Stall

    assert session.cases is not None, "the session is ready"
    ledger, wanted = session.cases.tasks, window.sheet.model.totals.ready
    with Stall() as stall:
        begun = time.perf_counter()
        window.send()
        while len(ledger.all_queued()) < wanted and time.perf_counter() - begun < 30.0:
            await asyncio.sleep(0.002)
        took = time.perf_counter() - begun
        await asyncio.sleep(SETTLE_SECONDS)
    return {"took": took, "stall": stall.longest, "stored": float(len(ledger.all_queued()))}


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
