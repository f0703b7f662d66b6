"""Item model of the board: a row for each shot, a column for each step; cells are worked out when they are first shown.
GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from runway_desktop.domain.task import TaskId
from runway_desktop.usecases.steps import Board
from runway_desktop.usecases.words.plain import tip
from runway_desktop.viewmodels.model import AnyIndex

from .cells import CellShown, shot_words

CELL = Qt.ItemDataRole.UserRole + 1
PROMPT = Qt.ItemDataRole.UserRole + 2


class BoardTable(QAbstractTableModel):
    shown = Signal()
    """All cells may be others."""

    def __init__(self, shown: Callable[[int, int], CellShown], parent: QObject) -> None:
        """`shown` works out the cell of a row and column."""
        super().__init__(parent)
        self._worked_out = shown
        self.board: Board | None = None
        self._cells: dict[tuple[int, int], CellShown] = {}
        self._places: dict[TaskId, tuple[int, int]] = {}

    def show(self, board: Board | None) -> None:
        """In place if shots and steps are the same, which keeps what is current."""
        is_same = _outline(board) == _outline(self.board)
        if not is_same:
            self.beginResetModel()
        self.board, self._places = board, {}
        self._cells.clear()
        for row, shot in enumerate(board.rows if board is not None else ()):
            for column, cell in enumerate(shot.cells):
                self._places |= {take.row.task.id: (row, column) for take in cell.takes}
        if not is_same:
            self.endResetModel()
        elif self.rowCount() and self.columnCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
        self.shown.emit()

    def place(self, task_id: TaskId) -> tuple[int, int] | None:
        """Row and column of a take."""
        return self._places.get(task_id)

    def changed(self, task_ids: Collection[TaskId]) -> None:
        """Some takes look different."""
        for place in {self._places[one] for one in task_ids if one in self._places}:
            self._cells.pop(place, None)
            self.dataChanged.emit(self.index(*place), self.index(*place))

    def cell(self, row: int, column: int) -> CellShown:
        found = self._cells.get((row, column))
        if found is None:
            found = self._cells[row, column] = self._worked_out(row, column)
        return found

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() or self.board is None else len(self.board.rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() or self.board is None else len(self.board.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        match role:
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.DisplayRole:
                return self.cell(index.row(), index.column()).spoken
            case Qt.ItemDataRole.ToolTipRole:
                said = self.cell(index.row(), index.column()).beside
                return tip("\n".join(filter(None, (said.headline, said.detail))))
            case _:
                return self.cell(index.row(), index.column()) if role == CELL else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.board is None:
            return None
        if orientation is Qt.Orientation.Horizontal:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        row = self.board.rows[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name or shot_words("")
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{shot_words(row.name)}. {row.prompt}"
            case Qt.ItemDataRole.ToolTipRole:
                return tip(row.prompt)
            case _:
                return row.prompt if role == PROMPT else None


def _outline(board: Board | None) -> object:
    if board is None:
        return None
    return [row.name for row in board.rows], [column.step.id for column in board.columns]
