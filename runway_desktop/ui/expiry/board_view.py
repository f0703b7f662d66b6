"""Table view of the expiry board. Return or a row's button runs the row's action; keys follow the platform. GUI thread
only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import make_plain
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.words.expiry import BoardColumn, Key
from runway_desktop.viewmodels.expiry.board_table import BoardLines

from .board_delegate import BoardDelegate

NARROW = 84 * GRID
_LEAST_RESULT = 14 * GRID
"""With less for the result the column that says why is hidden: the tool tip has it."""
_WIDTHS = {BoardColumn.WHY: 27 * GRID, BoardColumn.LINK: 29 * GRID, BoardColumn.ACTION: 12 * GRID}
_NARROW_WIDTHS = {BoardColumn.WHY: 15 * GRID, BoardColumn.LINK: 28 * GRID, BoardColumn.ACTION: 11 * GRID}


class BoardView(QTableView):
    deed_wanted = Signal(object)
    """Keys of the rows whose action to run."""
    open_wanted = Signal(object)
    """Key of the row whose task to show in the list."""
    menu_wanted = Signal(QPoint)
    selection_moved = Signal()

    def __init__(self, lines: BoardLines, theme: Theme, posters: PosterCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self._delegate = BoardDelegate(theme, posters, self)
        self.setModel(lines)
        self.setItemDelegate(self._delegate)
        make_plain(self, _("Results that are not saved"))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(BoardColumn.RESULT, QHeaderView.ResizeMode.Stretch)
        self._set_widths()
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_moved.emit())
        self.doubleClicked.connect(self._double_clicked)
        posters.ready.connect(self.viewport().update)
        FollowsTheme(theme, self, self._restyle)

    def selected_keys(self) -> list[Key]:
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [line.key for row in rows if (line := self._lines.line(row)) is not None]

    def choose_first(self) -> None:
        """Selects the most urgent row, unless there is a selection."""
        first = self._lines.index(0, 0)
        if first.isValid() and not self.selectionModel().hasSelection():
            # Not `selectRow`, which toggles while Ctrl is held, as it is when a shortcut opens the page.
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(first, flags.ClearAndSelect | flags.Rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_widths()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if not event.isAutoRepeat() and (keys := self.selected_keys()):
                self.deed_wanted.emit(keys)
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        line = self._lines.line(index.row()) if index.isValid() else None
        if (
            line is not None
            and line.action
            and event.button() is Qt.MouseButton.LeftButton
            and index.column() == BoardColumn.ACTION
            and self._delegate.button(self.visualRect(index)).contains(at)
        ):
            self.deed_wanted.emit([line.key])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        self._hover(index.row(), index.column())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1, -1)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selected_keys():
            self.menu_wanted.emit(event.globalPos())

    def _hover(self, row: int, column: int) -> None:
        if self._delegate.hovered != (row, column):
            self._delegate.hovered = (row, column)
            self.viewport().update()

    def _double_clicked(self, index: QModelIndex) -> None:
        line = self._lines.line(index.row())
        if line is not None and index.column() != BoardColumn.ACTION:
            self.open_wanted.emit(line.key)

    def _set_widths(self) -> None:
        narrow = self.viewport().width() < NARROW
        self._delegate.shows_pictures = not narrow
        room = self.viewport().width()
        widths = dict(_NARROW_WIDTHS if narrow else _WIDTHS)
        widths[BoardColumn.ACTION] = max(widths[BoardColumn.ACTION], self._delegate.action_width())
        is_cramped = room - sum(widths.values()) < _LEAST_RESULT
        if is_cramped:
            half = max(0, room - widths[BoardColumn.ACTION]) // 2
            widths[BoardColumn.LINK] = min(widths[BoardColumn.LINK], half)
        self.setColumnHidden(BoardColumn.WHY, is_cramped)
        for column, width in widths.items():
            if self.columnWidth(column) != width:
                self.setColumnWidth(column, width)

    def _restyle(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._delegate.row_height(self.font()))
        self.viewport().update()
