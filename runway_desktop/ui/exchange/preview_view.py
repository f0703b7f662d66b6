"""The table of an import, whose lines are ticked with the mouse or the space bar. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from runway_desktop.ui.building import make_plain
from runway_desktop.ui.labels import SECOND_INKS
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.viewmodels.exchange.preview_table import PreviewTable

ROW = 3 * GRID + GRID // 2
_WIDEST = 2


class _Cell(QStyledItemDelegate):
    """What a line is stands in its tone; a line that cannot be ticked is faint."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = self._theme.tabular(option.font)
        tone, is_fixed = index.data(PreviewTable.TONE), index.data(PreviewTable.FIXED)
        role = SECOND_INKS[tone] if tone is not None else Role.MUTED if is_fixed else Role.TEXT
        option.palette.setColor(QPalette.ColorRole.Text, self._theme.color(role))
        if is_fixed and index.column() == 0:
            option.palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text, self._theme.color(role))
            option.state &= ~QStyle.StateFlag.State_Enabled


class PreviewView(QTableView):
    def __init__(self, model: PreviewTable, theme: Theme, widths: tuple[int, ...], parent: QWidget) -> None:
        """`widths` in steps of the grid, one a column; the third column takes what is left."""
        super().__init__(parent)
        self._table = model
        # Its header begins where plain cells do; said before the model, as a header dresses for what it is given.
        self.setProperty("cells", "plain")
        self.setModel(model)
        self.setItemDelegate(_Cell(theme, self))
        make_plain(self, "What was found")
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(5 * GRID)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width * GRID)
        header.setSectionResizeMode(_WIDEST, QHeaderView.ResizeMode.Stretch)
        FollowsTheme(theme, self, lambda: self.viewport().update())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._turn()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _turn(self) -> None:
        """All chosen lines become what the current one is not."""
        lines = self._table.lines
        rows = {index.row() for index in self.selectionModel().selectedRows()} | {self.currentIndex().row()}
        rows = {row for row in rows if 0 <= row < len(lines) and not lines[row].fixed}
        if not rows:
            return
        at = self.currentIndex().row()
        on = not lines[at if at in rows else min(rows)].is_ticked
        self._table.tick(lambda row: on if row in rows else lines[row].is_ticked)
