"""Item model of the expiry board. Rows are inserted, moved and removed by key, which keeps selection, focus and scroll
position. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import takewhile

from PySide6.QtCore import QModelIndex, QObject, Qt

from runway_desktop.usecases.words.expiry import BOARD_TITLES, BoardColumn, BoardLine, Key
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.model import AnyIndex, LinesTable

LINE = Qt.ItemDataRole.UserRole + 1
"""The BoardLine of an index."""


class BoardLines(LinesTable[BoardLine]):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(tuple(map(str, BOARD_TITLES)), parent)

    def line(self, row: int) -> BoardLine | None:
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def lines(self) -> list[BoardLine]:
        return list(self._lines)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.line(index.row()) if index.isValid() else None
        if line is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.cells[index.column()]
            case Qt.ItemDataRole.AccessibleTextRole:
                return line.spoken if index.column() == BoardColumn.RESULT else line.cells[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return tip(line.cells[index.column()])
            case _:
                return line if role == LINE else None

    def show(self, lines: Sequence[BoardLine]) -> None:
        """Changes the rows to these. Rows that stay keep their persistent indexes; adjacent changes are one signal."""
        self._remove({line.key for line in lines})
        known = {line.key for line in self._lines}
        row = 0
        while row < len(lines):
            if row < len(self._lines) and self._lines[row].key == lines[row].key:
                row += 1
            elif lines[row].key in known:
                at = next(at for at in range(row + 1, len(self._lines)) if self._lines[at].key == lines[row].key)
                self.beginMoveRows(QModelIndex(), at, at, QModelIndex(), row)
                self._lines.insert(row, self._lines.pop(at))
                self.endMoveRows()
            else:
                new = list(takewhile(lambda line: line.key not in known, lines[row:]))
                self.beginInsertRows(QModelIndex(), row, row + len(new) - 1)
                self._lines[row:row] = new
                self.endInsertRows()
                row += len(new)
        changed = [row for row, line in enumerate(lines) if self._lines[row] != line]
        self._lines = list(lines)
        for row in changed:
            self._tell(range(row, row + 1))

    def fill(self, line: BoardLine) -> None:
        """Updates one row by key; ignored if it is not listed."""
        row = next((row for row, shown in enumerate(self._lines) if shown.key == line.key), None)
        if row is not None and self._lines[row] != line:
            self._lines[row] = line
            self._tell(range(row, row + 1))

    def _remove(self, wanted: Set[Key]) -> None:
        end = len(self._lines)
        while end:
            first = end
            while first and self._lines[first - 1].key not in wanted:
                first -= 1
            if first < end:
                self.beginRemoveRows(QModelIndex(), first, end - 1)
                del self._lines[first:end]
                self.endRemoveRows()
            end = max(0, first - 1)
