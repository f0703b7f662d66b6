"""What became of a sheet as a grid: a place for each task, by what was chosen for it of braces and axes. The model
fills as states and results come. GUI thread only."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.usecases.sheets.columns import PROMPT
from runway_desktop.usecases.words.states import Around, StateWords, describe

from .sheet import Sheet

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The `Row` of the place's task; None while it is not known."""
WORDS_ROLE = ROW_ROLE + 1
POSTER_ROLE = ROW_ROLE + 2
TASK_ROLE = ROW_ROLE + 3

TITLE_LETTERS = 26
TITLE_LINES = 6

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Grid:
    """`tasks` by row and column."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    tasks: dict[tuple[int, int], TaskId]


def grid_of(sent: Sequence[tuple[str, Sequence[tuple[TaskId, tuple[str, ...]]]]]) -> Grid:
    """A grid of rows' prompts and the tasks that were made of each, with their labels. The last thing that differs
    stands across, all others down."""
    entries = [(task, (prompt, *labels)) for prompt, tasks in sent for task, labels in tasks]
    deep = max((len(labels) for _, labels in entries), default=0)
    # Rows with fewer choices than others have nothing in those dimensions.
    padded = [(task, labels + ("",) * (deep - len(labels))) for task, labels in entries]
    differing = [at for at in range(deep) if len({labels[at] for _, labels in padded}) > 1]
    # Rows without a brace have nothing in its dimension: one that all have makes the better columns.
    whole = [at for at in differing[1 if differing[:1] == [0] else 0 :] if all(labels[at] for _, labels in padded)]
    others = [at for at in differing if at > 0]
    across = whole[-1] if whole else others[-1] if others else None
    down = [at for at in differing if at != across] or [0]
    rows: dict[tuple[str, ...], int] = {}
    columns: dict[str, int] = {}
    tasks: dict[tuple[int, int], TaskId] = {}
    for task, labels in padded:
        row = rows.setdefault(tuple(labels[at] for at in down) if labels else ("",), len(rows))
        column = columns.setdefault(labels[across] if across is not None else "", len(columns))
        # Two rows that ask for the same stand below each other.
        while (row, column) in tasks:
            row = rows.setdefault((*tuple(labels[at] for at in down), str(len(rows))), len(rows))
        tasks[row, column] = task
    titles = tuple(" · ".join(part for part in key[: len(down)] if part) for key in rows)
    return Grid(titles, tuple(columns), tasks)


class GridModel(QAbstractTableModel):
    def __init__(self, sheet: Sheet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet = sheet
        self._grid = self._made()
        self._where = {task: place for place, task in self._grid.tasks.items()}
        sheet.model.dataChanged.connect(self._moved)

    @property
    def title(self) -> str:
        return self._sheet.title

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._grid.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._grid.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        titles = self._grid.columns if orientation is Qt.Orientation.Horizontal else self._grid.rows
        if not 0 <= section < len(titles):
            return None
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Vertical:
            return textwrap.fill(titles[section], TITLE_LETTERS, max_lines=TITLE_LINES, placeholder="…")
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return titles[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        task_id = self._grid.tasks.get((index.row(), index.column()))
        if task_id is None:
            return "Nothing was made here" if role == Qt.ItemDataRole.AccessibleTextRole else None
        row = self._sheet.model.task(task_id)
        words = describe(row, Around()) if row is not None else StateWords(headline="…")
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return words.headline
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(part for part in (row.task.request.prompt if row else "", words.spoken) if part)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._grid.rows[index.row()]}, {self._grid.columns[index.column()]}: {words.spoken}"
            case _ if role == ROW_ROLE:
                return row
            case _ if role == WORDS_ROLE:
                return words
            case _ if role == POSTER_ROLE:
                return _poster(row)
            case _ if role == TASK_ROLE:
                return task_id
        return None

    def _made(self) -> Grid:
        sent = [
            (str(row.cells.get(PROMPT) or ""), [(task.task_id, task.labels) for task in row.sent])
            for row in self._sheet.model.rows
            if row.sent
        ]
        return grid_of(sent)

    def _moved(self, first: QModelIndex, last: QModelIndex, roles: object = None) -> None:
        """Rows of the sheet changed; those that were sent meanwhile make another grid."""
        rows = self._sheet.model.rows[first.row() : last.row() + 1]
        tasks = [task.task_id for row in rows for task in row.sent]
        if any(task not in self._where for task in tasks):
            self.beginResetModel()
            self._grid = self._made()
            self._where = {task: place for place, task in self._grid.tasks.items()}
            self.endResetModel()
            return
        for task in tasks:
            at = self.index(*self._where[task])
            self.dataChanged.emit(at, at)


def _poster(row: Row | None) -> str:
    return next((output.poster for output in row.outputs if output.poster), "") if row is not None else ""
