"""The reference of everything that has a window: PySide6, a main window, a table of as many rows, and no more.

    python -m tests.benchmarks.bare_window ROWS [LAG_AFTER LAG_FOR]

Says "painted", then "lag" where that was asked for; ends with its input. It imports what such a window needs, no
database, no asyncio, no media.
"""

from __future__ import annotations

import json
import os
import sys
import time

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

COLUMNS = 6

AnyIndex = QModelIndex | QPersistentModelIndex


class Numbers(QAbstractTableModel):
    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = [tuple(f"{row} in {column}" for column in range(COLUMNS)) for row in range(rows)]

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else COLUMNS

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        return self._rows[index.row()][index.column()] if role == Qt.ItemDataRole.DisplayRole else None


class Window(QMainWindow):
    def __init__(self, rows: int) -> None:
        super().__init__()
        self._painted = False
        table = QTableView()
        table.setModel(Numbers(rows))
        self.setCentralWidget(table)
        self.resize(1280, 800)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, _say_painted)


def _say_painted() -> None:
    print(json.dumps({"word": "painted", "at": time.time()}), flush=True)


def main() -> None:
    application = QApplication([])
    window = Window(int(sys.argv[1]))
    window.show()
    if len(sys.argv) > 2:
        from tests.benchmarks.lag_probe import LagProbe

        probe = LagProbe(float(sys.argv[2]), float(sys.argv[3]), window)
        probe.start()
    from threading import Thread

    # The process is a measuring piece and has nothing to tidy.
    Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    application.exec()


if __name__ == "__main__":
    main()
