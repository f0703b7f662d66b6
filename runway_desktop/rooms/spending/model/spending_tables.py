"""Item models of the *Spending* window's tables. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt

from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.spending import MoneyLine
from runway_desktop.viewmodels.model import AnyIndex, LinesTable


class MoneyTable(LinesTable[MoneyLine]):
    """Few lines, replaced as a whole. Role `LINE` returns the `MoneyLine`."""

    LINE = Qt.ItemDataRole.UserRole + 1

    def show(self, lines: Sequence[MoneyLine], title: str) -> None:
        """`title` of the first column."""
        self.beginResetModel()
        self._titles, self._lines = (title, *self._titles[1:]), list(lines)
        self.endResetModel()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return super().headerData(section, orientation, role)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self._lines[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.cells[column]
            case Qt.ItemDataRole.AccessibleTextRole:
                return line.spoken[column] if line.spoken else None
            case Qt.ItemDataRole.ToolTipRole:
                return tip(line.spoken[column]) if line.spoken else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case self.LINE:
                return line
            case _:
                return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
