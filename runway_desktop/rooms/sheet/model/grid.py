"""Item model of a sheet's results as a grid, updated live. GUI thread only."""

from __future__ import annotations

import textwrap
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from runway_desktop.texts import _
from runway_desktop.usecases.listing.columns import clip_of
from runway_desktop.usecases.sheets.columns import PROMPT
from runway_desktop.usecases.sheets.result_grid import Grid, grid_of
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.states import Around, StateWords, describe

from .sheet import Sheet

WORDS_ROLE = int(Qt.ItemDataRole.UserRole) + 1
POSTER_ROLE = WORDS_ROLE + 1
TASK_ROLE = WORDS_ROLE + 2
CLIP_ROLE = WORDS_ROLE + 3

TITLE_LETTERS = 26
TITLE_LINES = 6

Index = QModelIndex | QPersistentModelIndex


class GridModel(QAbstractTableModel):
    def __init__(self, sheet: Sheet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet = sheet
        self._grid = self._made()
        self._where = {task: position for position, task in self._grid.tasks.items()}
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
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(titles[section])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return titles[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        task_id = self._grid.tasks.get((index.row(), index.column()))
        if task_id is None:
            return _("No result") if role == Qt.ItemDataRole.AccessibleTextRole else None
        row = self._sheet.model.tasks.get(task_id)
        words = describe(row, Around()) if row is not None else StateWords(headline="…")
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return words.headline
            case Qt.ItemDataRole.ToolTipRole:
                return tip("\n".join(part for part in (row.task.request.prompt if row else "", words.spoken) if part))
            case Qt.ItemDataRole.AccessibleTextRole:
                return _(
                    "{row}, {column}: {state}",
                    row=self._grid.rows[index.row()],
                    column=self._grid.columns[index.column()],
                    state=words.spoken,
                )
            case _ if role == WORDS_ROLE:
                return words
            case _ if role == POSTER_ROLE:
                outputs = row.outputs if row is not None else ()
                return next((output.poster for output in outputs if output.poster), "")
            case _ if role == TASK_ROLE:
                return task_id
            case _ if role == CLIP_ROLE:
                return clip_of(row) if row is not None else None
        return None

    def _made(self) -> Grid:
        sent = [
            (str(row.cells.get(PROMPT) or ""), [(task.task_id, task.labels) for task in row.sent])
            for row in self._sheet.model.rows
            if row.sent
        ]
        return grid_of(sent)

    def _moved(self, first: QModelIndex, last: QModelIndex, roles: object = None) -> None:
        """Updates cells of changed rows; rebuilds the grid if rows were sent."""
        rows = self._sheet.model.rows[first.row() : last.row() + 1]
        tasks = [task.task_id for row in rows for task in row.sent]
        if any(task not in self._where for task in tasks):
            self.beginResetModel()
            self._grid = self._made()
            self._where = {task: position for position, task in self._grid.tasks.items()}
            self.endResetModel()
            return
        for task in tasks:
            at = self.index(*self._where[task])
            self.dataChanged.emit(at, at)
