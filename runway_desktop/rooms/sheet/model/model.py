"""Table model of a sheet: text and appearance of cells, states of sent rows, and edits: typing, pasting, filling,
inserting, deleting, axes; each with undo.

Rows and validation are in `checked_rows`. Every change is emitted as an `Edit`, which `undo` and `redo` apply. GUI
thread only; invalid input never raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from runway_desktop.catalog import Catalog, is_left_out
from runway_desktop.domain.folders import moved_on
from runway_desktop.domain.inputs import with_moved_files
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Request, TaskId
from runway_desktop.services.library.expansion import Axis
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.texts import _
from runway_desktop.usecases.sheets import cells as cell
from runway_desktop.usecases.sheets.cell_texts import NOT_USED, RowLine, Saying
from runway_desktop.usecases.sheets.cell_values import CellOption, CellValues
from runway_desktop.usecases.sheets.columns import ENDPOINT, MODEL, PROMPT, ColumnKind, SheetColumn
from runway_desktop.usecases.sheets.rows import (
    CellKey,
    Edit,
    Insert,
    Remove,
    SetAxes,
    SheetRow,
    Values,
    Write,
    axes_after,
    follow_moves,
    writing,
)
from runway_desktop.usecases.words.plain import tip

from .checked_rows import CheckedRows, Work

TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""A `Tone` for the cell."""
WRONG_ROLE = TONE_ROLE + 1
"""Whether the cell has an error."""
LOOK_ROLE = TONE_ROLE + 2
"""A `Look`: all data to paint the cell, in one query."""

_PLAIN = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
_EDITABLE = _PLAIN | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDropEnabled

Index = QModelIndex | QPersistentModelIndex


class SheetModel(CheckedRows):
    edited = Signal(object)
    """An `Edit` that the person just made."""
    said = Signal(str)
    """A sentence about what was done, or why it was not."""

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

    # Edits.

    def choices(self, index: Index) -> tuple[str, ...]:
        """Options of a cell as text; empty if any text is allowed."""
        return self.values.choices(self.rows[index.row()], self.columns[index.column()])

    def shown_choices(self, index: Index) -> list[str]:
        """`choices` as displayed, which can be typed too."""
        return self.values.shown_choices(self.rows[index.row()], self.columns[index.column()])

    def has_choices(self, index: Index) -> bool:
        """Whether a cell has a list of options."""
        return bool(self.flags(index) & Qt.ItemFlag.ItemIsEditable) and bool(self.choices(index))

    def priced_choices(self, index: Index) -> list[CellOption]:
        """`choices` with prices, if they differ."""
        row, column = self.rows[index.row()], self.columns[index.column()]
        return self.values.priced_choices(row, column)

    def choices_of_column(self, key: str) -> tuple[Any, ...]:
        """Options in a column of the models in use, for an axis."""
        return self.values.choices_of_column(self.rows, key)

    def next_finding(self, after: Index) -> QModelIndex:
        """Next cell with an error, row by row with wraparound; invalid if there is none."""
        amount = len(self.rows)
        begin, behind = (after.row(), after.column()) if after.isValid() else (0, -1)
        for step in range(amount + 1 if amount else 0):
            position = (begin + step) % amount
            row = self.rows[position]
            if row.check is None or row.sent or not row.check.problems:
                continue
            keys = {said.key for said in row.check.problems}
            for at, column in enumerate(self.columns):
                if column.key in keys and (step > 0 or at > behind):
                    return self.index(position, at)
        return QModelIndex()

    def write(self, after: Values, words: str, then: Callable[[], None] | None = None) -> bool:
        """Writes cells of unsent rows. False if nothing changes. `then` is called when done."""
        step = self._step(after, words) if self.takes_edits else None
        if step is None:
            return False
        self._do(self._putting(step.after), len(step.after), lambda _: self._edited(step, then))
        return True

    def try_text(self, index: Index, text: str) -> None:
        """Applies text while it is being typed, with validation. Without undo: `settle` commits or reverts it."""
        if self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            row, column = self.rows[index.row()], self.columns[index.column()]
            self._put({(row.number, column.key): self.value_for(row, column.key, text)})

    def remember(self, index: Index) -> Any:
        """Value of a cell before an edit, for `settle`."""
        return self.rows[index.row()].cells.get(self.columns[index.column()].key)

    def settle(self, index: Index, before: Any, text: str | None) -> None:
        """Ends an edit: commits `text` as one undo step with the value `before`; None reverts."""
        row, column = self.rows[index.row()], self.columns[index.column()]
        cell_key = (row.number, column.key)
        if text is None or text == cell.text_of(before):
            self._put({cell_key: before})
            return
        after = self.value_for(row, column.key, text)
        self._put({cell_key: after})
        if after != before:
            self.edited.emit(Write(_("Edit {column}", column=column.title), {cell_key: before}, {cell_key: after}))

    def insert_rows(self, at: int, rows: Sequence[SheetRow], words: str = "") -> None:
        step = Insert(words or _("Insert rows"), max(0, min(at, len(self.rows))), tuple(rows))
        if rows and self.takes_edits:
            self._do(self._inserting(step.at, step.rows), len(rows), lambda _: self._edited(step))

    def write_block(
        self, at: int, keys: Sequence[str], block: Sequence[Sequence[str]], then: Callable[[], None] | None = None
    ) -> None:
        """Writes a block of text from row `at` on in these columns; appends missing rows. `then` is called when
        done."""
        if self.takes_edits and block:
            self._do(self._writing_block(at, keys, block), len(block), lambda step: self._edited(step, then))

    def remove_rows(self, positions: Iterable[int]) -> None:
        wanted = [position for position in sorted(set(positions)) if 0 <= position < len(self.rows)]
        gone = tuple((position, self.rows[position]) for position in wanted if not self.rows[position].sent)
        if gone and self.takes_edits:
            work = self._removing([position for position, _row in gone])
            self._do(work, len(gone), lambda _done: self._edited(Remove(_("Delete rows"), gone)))

    def set_axes(self, axes: Sequence[Axis], words: str = "") -> None:
        step = SetAxes(words or _("Change axes"), self.axes, tuple(axes))
        if step.before != step.after and self.takes_edits:
            self._set_axes(step.after)
            self.edited.emit(step)

    def undo(self, step: Edit) -> None:
        """Reverts an edit. Do not call while rows are being stored."""
        match step:
            case Write(before=before):
                self._do(self._putting(self.where_now(before)), len(before))
            case Insert(rows=rows, cells=cells):
                if cells is not None:
                    self._do(self._putting(self.where_now(cells.before)), len(cells.before))
                self._remove_again(rows)
            case Remove(rows=rows):
                self._do(self._bringing_back(rows), len(rows))
            case SetAxes(before=axes):
                self._set_axes(self._axes_now(axes))

    def redo(self, step: Edit) -> None:
        """Reapplies an edit, as `undo`."""
        match step:
            case Write(after=after):
                self._do(self._putting(self.where_now(after)), len(after))
            case Insert(at=at, rows=rows, cells=cells):
                self._do(self._inserting(min(at, len(self.rows)), self._followed(rows)), len(rows))
                if cells is not None:
                    self._do(self._putting(self.where_now(cells.after)), len(cells.after))
            case Remove(rows=rows):
                self._remove_again([row for _, row in rows])
            case SetAxes(after=axes):
                self._set_axes(self._axes_now(axes))

    def follow(self, moved: Mapping[str, str]) -> None:
        """Updates URIs of moved files (old to new), even while rows are being stored. Without undo; later undo steps
        use the new URIs."""
        self._moved = moved_on(self._moved, moved)
        touched = {}
        for position, row in enumerate(self.rows):
            if follow_moves(row, moved):
                touched[position] = row
        unsent = {place: row for place, row in touched.items() if not row.sent}
        self._do(self._rechecking(unsent), len(unsent))
        for position in touched:
            self._tell(position, position)
        axes = self._axes_now(self.axes)
        if axes != self.axes:
            self._set_axes(axes)
        elif touched:
            self.changed.emit()

    @property
    def moved(self) -> Mapping[str, str]:
        """Moved files, old URI to new."""
        return self._moved

    def where_now(self, value: Any) -> Any:
        """A cell value, edit or request with current URIs of files."""
        return with_moved_files(value, self._moved)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        row, column = self.rows[index.row()], self.columns[index.column()]
        after = self.value_for(row, column.key, str(value))
        self.write({(row.number, column.key): after}, _("Edit {column}", column=column.title))
        return True

    # Helpers.

    def _followed(self, rows: Sequence[SheetRow]) -> Sequence[SheetRow]:
        for row in rows if self._moved else ():
            follow_moves(row, self._moved)
        return rows

    def _axes_now(self, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
        return axes_after(axes, self._moved)

    def value_for(self, row: SheetRow, key: str, text: str, own: Mapping[CellKey, Any] | None = None) -> Any:
        """The cell value of a text in this row. `own`: other cells written with it, such as the model."""
        return self.values.typed(row, key, text, self.beside, own)

    def _put(self, values: Values) -> None:
        """Writes a few cells at once."""
        self._do(self._putting(values), len(values))

    def _edited(self, step: Edit | None, then: Callable[[], None] | None = None) -> None:
        """Called when a change is done; `step` None: nothing changed."""
        if step is not None:
            self.edited.emit(step)
        if then is not None:
            then()

    def _step(self, after: Values, words: str = "") -> Write | None:
        """The undo step of writing these cells, without those unchanged or read-only."""
        positions = {number: position for number, _ in after if (position := self.position_of(number)) is not None}
        return writing(
            {number: self.rows[position] for number, position in positions.items()}, self.all_columns, after, words
        )

    def _writing_block(self, at: int, keys: Sequence[str], block: Sequence[Sequence[str]]) -> Work:
        """Writes a block; returns its undo step."""
        # The model first: the other cells depend on it.
        order = sorted(range(len(keys)), key=lambda position: keys[position] not in (MODEL, ENDPOINT))
        is_cell = [self.all_columns.column(key).is_cell for key in keys]
        after: dict[CellKey, Any] = {}
        missing: list[SheetRow] = []
        start = len(self.rows)
        for index, texts in enumerate(block, start=at):
            row = self.rows[index] if index < start else SheetRow()
            for column in order if not row.sent else ():
                if column >= len(texts) or not is_cell[column]:
                    continue
                value = self.value_for(row, keys[column], texts[column], own=after)
                if index < start:
                    after[row.number, keys[column]] = value
                elif not is_left_out(value):
                    row.cells[keys[column]] = value
            if index >= start:
                missing.append(row)
            yield
        step = self._step(after, _("Paste"))
        if step is not None:
            yield from self._putting(step.after)
        if missing:
            yield from self._inserting(start, missing)
            return Insert(_("Paste"), start, tuple(missing), step)
        return step

    def _bringing_back(self, rows: Sequence[tuple[int, SheetRow]]) -> Work:
        """Restores rows at their former positions, in contiguous ranges."""
        run: list[SheetRow] = []
        begin = 0
        for position, row in rows:
            if run and position != begin + len(run):
                yield from self._inserting(min(begin, len(self.rows)), self._followed(run))
                run = []
            if not run:
                begin = position
            run.append(row)
        yield from self._inserting(min(begin, len(self.rows)), self._followed(run))

    def _remove_again(self, rows: Sequence[SheetRow]) -> None:
        """Removes the rows again, except those sent meanwhile."""
        positions = [at for row in rows if not row.sent and (at := self.position_of(row.number)) is not None]
        self._do(self._removing(positions), len(positions))

    def _set_axes(self, axes: tuple[Axis, ...]) -> None:
        self.checker.axes = axes
        self.axes_changed.emit()
        self.check_all()
        self._arrange(self._wanted())
        self.changed.emit()


def _alignment(column: SheetColumn) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.kind is ColumnKind.CREDITS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
