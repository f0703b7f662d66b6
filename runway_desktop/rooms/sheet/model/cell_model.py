"""Table model of a sheet: text and appearance of cells, and states of sent rows.

Rows and validation are in `checked_rows`, edits in `model`. GUI thread only; invalid input never raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt

from runway_desktop.catalog import Catalog
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.texts import _
from runway_desktop.usecases.sheets.cell_texts import NOT_USED, RowLine, Saying
from runway_desktop.usecases.sheets.cell_values import CellValues
from runway_desktop.usecases.sheets.columns import PROMPT, ColumnKind, SheetColumn
from runway_desktop.usecases.sheets.rows import SheetRow
from runway_desktop.usecases.words.plain import tip

from .checked_rows import CheckedRows

TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""A `Tone` for the cell."""
WRONG_ROLE = TONE_ROLE + 1
"""Whether the cell has an error."""
LOOK_ROLE = TONE_ROLE + 2
"""A `Look`: all data to paint the cell, in one query."""

_PLAIN = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
_EDITABLE = _PLAIN | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDropEnabled

Index = QModelIndex | QPersistentModelIndex


class CellModel(CheckedRows):
    def __init__(self, catalog: Catalog, pricing: Pricing, composed: Request, parent: QObject | None = None) -> None:
        super().__init__(catalog, pricing, composed, parent)
        self.saying = Saying(catalog, self.checker)
        self.values = CellValues(catalog, self.checker)
        self.tasks: dict[TaskId, Row] = {}
        """Rows of sent tasks. Call `show_tasks` after each change."""
        self.beside = ""
        self._moved: dict[str, str] = {}
        """Files moved while it is open, old URI to new."""

    def line(self, position: int) -> RowLine:
        row = self.rows[position]
        like = self._positions.get(self._tally.first_alike(row.number) or 0)
        tasks = [found for sent in row.sent if (found := self.tasks.get(sent.task_id)) is not None]
        return RowLine(row, position + 1, 0 if like is None else like + 1, tasks)

    def usual_texts(self, column: SheetColumn) -> set[str]:
        """Texts of blank cells: in a row that has a prompt, and in one whose model lacks the field."""
        row = SheetRow({PROMPT: "a"})
        row.check = self.checker.check(row)
        unused = str(NOT_USED) if column.kind in (ColumnKind.FIELD, ColumnKind.ASSETS) else ""
        return {self.saying.text(RowLine(row, 1), column), unused}

    def show_tasks(self, numbers: Iterable[int]) -> None:
        """Updates the rows with these numbers after `tasks` changed."""
        for number in numbers:
            if (position := self.position_of(number)) is not None:
                self._tell(position, position)

    # Model interface.

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                is_only_input = (
                    column.kind is ColumnKind.ASSETS and sum(c.kind is ColumnKind.ASSETS for c in self.columns) == 1
                )
                return _("Input") if is_only_input else column.title
            case Qt.ItemDataRole.ToolTipRole:
                return tip(column.help) or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        # Fast: Qt calls it for each selected cell, tens of thousands after a paste.
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        is_written = self.takes_edits and self.columns[index.column()].is_cell and not self.rows[index.row()].sent
        return _EDITABLE if is_written else _PLAIN

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self.rows) or index.column() >= len(self.columns):
            return None
        column = self.columns[index.column()]
        match role:
            case _ if role == LOOK_ROLE:
                return self.saying.look(self.line(index.row()), column)
            case Qt.ItemDataRole.DisplayRole:
                return self.saying.text(self.line(index.row()), column)
            case Qt.ItemDataRole.EditRole:
                return self.saying.edited(self.line(index.row()), column)
            case Qt.ItemDataRole.ToolTipRole:
                return tip(self.saying.tip(self.line(index.row()), column))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.saying.spoken(self.line(index.row()), column)
            case _ if role == TONE_ROLE:
                return self.saying.tone(self.line(index.row()), column)
            case _ if role == WRONG_ROLE:
                return bool(self.saying.problem(self.line(index.row()), column))
        return None


def _alignment(column: SheetColumn) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.kind is ColumnKind.CREDITS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
