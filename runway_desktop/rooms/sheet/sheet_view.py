"""Table view of a sheet: spreadsheet keys, copy and paste of blocks, files dropped on cells.

Return commits and goes down, typing replaces, Delete clears, Ctrl+D fills down, F8 goes to the next error. The
view-model carries out the edits. GUI thread only.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QTableView, QWidget

from runway_desktop.rooms.sheet.model.model import SheetModel
from runway_desktop.texts import _
from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.lifted_rows import paths_in, take_copy
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.sheets.blocks import block_of, text_of_block
from runway_desktop.usecases.sheets.cell_texts import ADD
from runway_desktop.usecases.sheets.columns import (
    CREDITS,
    ENDPOINT,
    MODEL,
    PROMPT,
    RESULT,
    STATE,
    ColumnKind,
    SheetColumn,
)
from runway_desktop.usecases.sheets.rows import SheetRow

from .delegate import PADDING, SheetDelegate, arrow_in
from .parts import FillHandle, RowNumbers

_WIDTHS = {
    ENDPOINT: 16,
    MODEL: 18,
    RESULT: 9,
    CREDITS: 10,
    STATE: 21,
    "duration": 11,
    "seed": 10,
    "ratio": 14,
    "promptImage": 11,
}
"""In multiples of `GRID`, if they fit; the prompt column stretches."""
_USUAL_WIDTH = 13
_NARROW_STATE = 14
_MEASURED = 60
"""Number of rows measured for a column's minimum width."""
LEAST_PROMPT = 20 * GRID


class SheetView(QTableView):
    menu_wanted = Signal(QPoint)
    files_dropped = Signal(object, object)
    """Dropped paths with the cell's index, or None outside the cells."""
    input_wanted = Signal(object)
    """Index of an input cell that needs a file dialog."""
    task_wanted = Signal(int)
    """Row whose sent task to show."""

    def __init__(self, model: SheetModel, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent, showGrid=False, wordWrap=False, cornerButtonEnabled=False)
        viewport_of(self)
        self._model = model
        self._theme = theme
        self._by_hand: set[str] = set()
        """Columns resized by the person."""
        self._is_fitting = False
        self._measured: dict[int, int] = {}
        """Cached minimum width of each column; cleared when its texts change."""
        self.setAccessibleName(_("Rows"))
        self.setVerticalHeader(RowNumbers(self))
        self.setModel(model)
        self._delegate = SheetDelegate(model, theme, posters, self)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.setDropIndicatorShown(False)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        for header in (rows, columns):
            # At each paint a header asks for each section whether all of it is selected. An unused selection model
            # avoids that.
            header.setSelectionModel(QItemSelectionModel(model, header))
        columns.setHighlightSections(False)
        columns.setMinimumSectionSize(6 * GRID)
        columns.setSectionsMovable(True)
        columns.sectionResized.connect(self._sized_by_hand)
        for signal in (
            model.dataChanged, model.headerDataChanged, model.rowsInserted, model.rowsRemoved, model.layoutChanged,
            model.columnsInserted, model.columnsRemoved, model.modelReset,
        ):  # fmt: skip
            signal.connect(self._measure_anew)
        model.columnsInserted.connect(self._fit_columns)
        model.modelReset.connect(self._fit_columns)
        self.doubleClicked.connect(self._show_task)
        self._handle = FillHandle(self, theme, self._fillable)
        self._handle.dragged_to.connect(self.fill_to)
        model.busy_changed.connect(self._handle.place)
        FollowsTheme(theme, self, self._restyle)
        if model.rowCount():
            self.go_to(model.index(0, model.column_position(PROMPT) or 0))

    # Commands, for keys, menu and buttons.

    @property
    def chosen_rows(self) -> list[int]:
        """Rows with a selected cell, else the current row."""
        positions = {index.row() for index in self.selectionModel().selectedIndexes()}
        if not positions and self.currentIndex().isValid():
            positions = {self.currentIndex().row()}
        return sorted(positions)

    @property
    def editor(self) -> QWidget | None:
        return self._delegate.editor

    def go_to(self, index: QModelIndex) -> None:
        """Makes a cell current and the only one selected. `setCurrentIndex` would extend the selection by the modifiers
        of a shortcut."""
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def finish_editing(self) -> None:
        """Commits and closes the open editor."""
        if self._delegate.editor is not None:
            self._delegate.keep(self._delegate.editor)

    def copy(self) -> None:
        block = self._block()
        if block:
            texts = [[_copied(index) for index in line] for line in block]
            QGuiApplication.clipboard().setText(text_of_block(texts))

    def cut(self) -> None:
        self.copy()
        self.empty(_("Cut"))

    def paste(self) -> None:
        mime = QGuiApplication.clipboard().mimeData()
        current = self._first_chosen()
        if paths := paths_in(mime):
            self.files_dropped.emit(paths, current)
            return
        block = block_of(mime.text())
        if not block or not current.isValid():
            return
        keys = [column.key for column in self._visible_columns(current)]
        chosen = self._block()
        if len(block) == len(block[0]) == 1 and (len(chosen) > 1 or (chosen and len(chosen[0]) > 1)):
            # A single copied cell fills the whole selection.
            block = [[block[0][0]] * len(chosen[0])] * len(chosen)
        cell, across = QPersistentModelIndex(current), max(map(len, block))
        self._model.write_block(
            current.row(),
            keys,
            block,
            then=lambda: self._choose(cell.sibling(cell.row(), cell.column()), len(block), across),
        )

    def empty(self, words: str = "") -> None:
        self._model.write(
            {cell: None for line in self._block() for cell in [self._cell_key(i) for i in line]},
            words or _("Clear cells"),
        )

    def fill_down(self) -> None:
        """Copies the first selected row into those below; for a single cell, the one above into it."""
        block = self._block()
        if not block:
            return
        source = block[0]
        if len(block) == 1:
            if source[0].row() == 0:
                return
            source = [index.siblingAtRow(index.row() - 1) for index in block[0]]
            block = [source, *block]
        values = [self._model.remember(index) for index in source]
        after = {self._cell_key(index): value for line in block[1:] for index, value in zip(line, values, strict=True)}
        self._model.write(after, _("Fill down"))

    def fill_to(self, row: int) -> None:
        """Repeats the selected block down to `row`."""
        block = self._block()
        first = block[-1][0].row() + 1 if block else 0
        after: dict[tuple[int, str], Any] = {}
        for at in range(first, min(row, self._model.rowCount() - 1) + 1):
            source = block[(at - first) % len(block)]
            after |= {self._cell_key(one.siblingAtRow(at)): self._model.remember(one) for one in source}
        if after:
            chosen, last = block[0][0], block[-1][-1].siblingAtRow(row)
            self._model.write(after, _("Fill down"), lambda: self._choose_all(chosen, last))

    def open_choices(self) -> None:
        """Opens the options of the current cell, with prices if they differ; for an input cell, the file dialog."""
        index = self.currentIndex()
        if not index.isValid() or not self._model.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return
        column = self._model.columns[index.column()]
        if column.kind is ColumnKind.ASSETS:
            self.input_wanted.emit(index)
            return
        choices = self._model.priced_choices(index)
        if not choices:
            return
        options = [Option(choice.text, choice.shown, aside=choice.price) for choice in choices]
        cell = QPersistentModelIndex(index)
        popup = ChoicePopup(options, str(index.data(Qt.ItemDataRole.EditRole) or ""), column.title, self)
        popup.chosen.connect(lambda text: self._model.setData(cell, text))
        popup.open_below(self.visualRect(index), self.viewport())

    def insert_rows(self, below: bool = False) -> None:
        positions = self.chosen_rows or [self._model.rowCount() - 1]
        at = positions[-1] + 1 if below else positions[0]
        self._model.insert_rows(at, [SheetRow() for _ in positions])
        self.go_to(self._model.index(at, max(0, self.currentIndex().column())))

    def duplicate_rows(self) -> None:
        positions = self.chosen_rows
        if positions:
            copies = [self._model.rows[position].copy() for position in positions]
            self._model.insert_rows(positions[-1] + 1, copies, _("Duplicate rows"))

    def delete_rows(self) -> None:
        positions = self.chosen_rows
        if not positions:
            return
        if any(self._model.rows[position].sent for position in positions):
            self._model.said.emit(_("Sent rows can't be deleted."))
        self._model.remove_rows(positions)
        self.go_to(
            self._model.index(min(positions[0], self._model.rowCount() - 1), max(0, self.currentIndex().column()))
        )

    def next_finding(self) -> None:
        found = self._model.next_finding(self.currentIndex())
        if found.isValid():
            self.go_to(found)
            self.scrollTo(found)
        else:
            self._model.said.emit(_("No problems in this sheet."))

    # Events.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the current cell's arrow, or on "Add", opens its options."""
        at, current = event.position().toPoint(), self.currentIndex()
        cell = self.visualRect(current)
        is_current = current.isValid() and cell.contains(at) and not event.modifiers()
        adds = is_current and current.data() == str(ADD)
        if adds or (is_current and self._arrow(cell).contains(at) and self._model.has_choices(current)):
            self.finish_editing()
            self.open_choices()
        else:
            super().mousePressEvent(event)

    def _arrow(self, cell: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), cell, arrow_in(cell))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.key() == Qt.Key.Key_Down and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            self.open_choices()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Cut):
            self.cut()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.modifiers():
            self.empty()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() and current.isValid():
            self._return(current)
        elif event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            # Shortcuts of the window must not start editing.
            event.ignore()
            if event.key() in _MOVES:
                super().keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(self.viewport().mapFrom(self, event.pos()))
        if index.isValid() and not self.selectionModel().isSelected(index):
            self.go_to(index)
        self.menu_wanted.emit(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._answer_drag(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._answer_drag(event)
        index = self.indexAt(event.position().toPoint())
        if event.isAccepted() and index.isValid():
            self.go_to(index)

    def dropEvent(self, event: QDropEvent) -> None:
        if paths := paths_in(event.mimeData()):
            take_copy(event)
            self.files_dropped.emit(paths, self.indexAt(event.position().toPoint()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()
        self._handle.place()

    # Helpers.

    def _fillable(self) -> QRect:
        """Rectangle of the selection in the viewport; empty unless all of it is editable."""
        # By ranges: after a paste there may be tens of thousands of cells.
        selection = self.selectionModel().selection()
        ranges = [selection.at(position) for position in range(selection.size())]
        pairs = [(one.top(), one.left()) for one in ranges] + [(one.bottom(), one.right()) for one in ranges]
        corners = [self._model.index(*pair) for pair in pairs] or [self.currentIndex()]
        if not all(index.isValid() and self._model.flags(index) & Qt.ItemFlag.ItemIsEditable for index in corners):
            return QRect()
        first = self._model.index(min(i.row() for i in corners), min(i.column() for i in corners))
        last = self._model.index(max(i.row() for i in corners), max(i.column() for i in corners))
        return self.visualRect(first).united(self.visualRect(last))

    def _choose_all(self, first: QModelIndex, last: QModelIndex) -> None:
        chosen = QItemSelection(first, last)
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _answer_drag(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasUrls():
            take_copy(event)
        else:
            event.ignore()

    def _return(self, current: QModelIndex) -> None:
        """Goes down; at the end, adds a row."""
        if self._model.rows[current.row()].sent:
            self._show_task(current)
            return
        if current.row() == self._model.rowCount() - 1 and self._model.rows[current.row()].cells:
            self._model.insert_rows(self._model.rowCount(), [SheetRow()], _("Add row"))
        self.go_to(current.siblingAtRow(min(current.row() + 1, self._model.rowCount() - 1)))

    def _show_task(self, index: QModelIndex) -> None:
        if index.isValid() and self._model.rows[index.row()].sent:
            self.task_wanted.emit(index.row())

    def _block(self) -> list[list[QModelIndex]]:
        """Bounding rectangle of the selection, else the current cell, in visual column order."""
        chosen = self.selectionModel().selectedIndexes() or [self.currentIndex()]
        chosen = [index for index in chosen if index.isValid()]
        if not chosen:
            return []
        header = self.horizontalHeader()
        seen = sorted(
            {index.column() for index in chosen if not self.isColumnHidden(index.column())}, key=header.visualIndex
        )
        rows = range(min(index.row() for index in chosen), max(index.row() for index in chosen) + 1)
        return [[self._model.index(row, column) for column in seen] for row in rows]

    def _first_chosen(self) -> QModelIndex:
        block = self._block()
        return block[0][0] if block else QModelIndex()

    def _visible_columns(self, first: QModelIndex) -> list[SheetColumn]:
        header = self.horizontalHeader()
        visual = range(header.visualIndex(first.column()), header.count())
        positions = [position for at in visual if not self.isColumnHidden(position := header.logicalIndex(at))]
        return [self._model.columns[position] for position in positions]

    def _cell_key(self, index: QModelIndex) -> tuple[int, str]:
        return self._model.rows[index.row()].number, self._model.columns[index.column()].key

    def _choose(self, first: QModelIndex, rows: int, columns: int) -> None:
        last = self._model.index(
            min(first.row() + rows, self._model.rowCount()) - 1,
            min(first.column() + columns, self._model.columnCount()) - 1,
        )
        self.selectionModel().select(QItemSelection(first, last), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _restyle(self) -> None:
        self._measured.clear()
        self.horizontalHeader().setFont(self._theme.small_font())
        self.verticalHeader().setFont(Theme.tabular(self.font()))
        self.verticalHeader().setDefaultSectionSize(max(4 * GRID + GRID // 2, self.fontMetrics().height() + 2 * GRID))
        self.viewport().update()

    def _fit_columns(self, *_: object) -> None:
        """Sets column widths: the usual ones, or less where the texts allow it if the prompt would not fit. Columns
        resized by the person are kept."""
        usual = {column.key: _WIDTHS.get(column.key, _USUAL_WIDTH) * GRID for column in self._model.columns}
        prompt, header = self._model.column_position(PROMPT), self.horizontalHeader()
        narrow = self.viewport().width() - sum(usual.values()) + usual.get(PROMPT, 0) < LEAST_PROMPT
        self._is_fitting = True
        for position, column in enumerate(self._model.columns):
            header.setSectionResizeMode(position, QHeaderView.ResizeMode.Interactive)
            if position != prompt and column.key not in self._by_hand:
                wanted = max(usual[column.key], header.sectionSizeHint(position))
                header.resizeSection(position, min(wanted, self._needed(position)) if narrow else wanted)
        state = self._model.column_position(STATE)
        if narrow and state is not None and STATE not in self._by_hand:
            # Space left by a prompt of minimum width goes to the state column first.
            others = sum(header.sectionSize(at) for at in range(header.count()) if at not in (prompt, state))
            room = self.viewport().width() - others - LEAST_PROMPT
            header.resizeSection(state, max(header.sectionSize(state), min(usual[STATE], room)))
        self._fit_prompt()
        self._is_fitting = False

    def _needed(self, position: int) -> int:
        """Cached minimum width of a column's title and first rows. Opening the window asks several times."""
        if position not in self._measured:
            self._measured[position] = self._measure(position)
        return self._measured[position]

    def _measure_anew(self, *_: object) -> None:
        self._measured.clear()

    def _measure(self, position: int) -> int:
        # Figures are drawn in tabular ones, which are wider.
        model, cells = self._model, QFontMetrics(Theme.tabular(self.font()))
        title = self.horizontalHeader().sectionSizeHint(position)
        if model.columns[position].key == STATE:
            # Narrow: the line below the table has the full text for the current row.
            return max(title, _NARROW_STATE * GRID)
        # Distinct texts only: most rows repeat them, and measuring is slow.
        texts = {str(model.index(row, position).data() or "") for row in range(min(model.rowCount(), _MEASURED))}
        texts |= model.usual_texts(model.columns[position])
        return max(title, max(map(cells.horizontalAdvance, texts)) + 2 * PADDING + 2)

    def _fit_prompt(self) -> None:
        """Gives the remaining width to the prompt column."""
        position = self._model.column_position(PROMPT)
        if position is None or PROMPT in self._by_hand:
            return
        header = self.horizontalHeader()
        others = sum(header.sectionSize(at) for at in range(header.count()) if at != position)
        header.resizeSection(position, max(LEAST_PROMPT, self.viewport().width() - others))

    def _sized_by_hand(self, position: int) -> None:
        if not self._is_fitting and 0 <= position < len(self._model.columns):
            self._by_hand.add(self._model.columns[position].key)
            self._is_fitting = True
            self._fit_prompt()
            self._is_fitting = False


_MOVES = frozenset(
    {
        Qt.Key.Key_A, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left,
        Qt.Key.Key_Right,
    }
)  # fmt: skip


def _copied(index: QModelIndex) -> str:
    value = index.data(Qt.ItemDataRole.EditRole)
    return "" if value is None else str(value)
