"""List and grid in one place: one model, one selection, one of them in sight. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from .grid import GridView
from .view import TaskView


class ListAndGrid(QWidget):
    def __init__(self, view: TaskView, grid: GridView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.grid = grid
        self._stack = QStackedLayout(self)
        self._stack.addWidget(view)
        self._stack.addWidget(grid)
        self.setFocusProxy(view)

    @property
    def is_grid(self) -> bool:
        return self._stack.currentWidget() is self.grid

    def set_covered(self, height: int) -> None:
        """So many pixels of the foot lie under something: the last task can be scrolled past it."""
        self.view.set_covered(height)
        self.grid.set_covered(height)

    def enter(self) -> None:
        """The keyboard comes to the list, on what is chosen there, else on its first task."""
        rows = self.view.rows
        first = next((found for row in range(rows.rowCount()) if (found := rows.task_id(row)) is not None), None)
        if first is None:
            return
        if not self.view.selectionModel().hasSelection():
            self.view.select([first])
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_menu(self) -> None:
        """That of what is chosen, by key. Not every system sends the wish for it by itself."""
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
        QApplication.sendEvent(self.grid if self.is_grid else self.view, asked)

    def show_grid(self, on: bool) -> None:
        """The keyboard goes along, and the current task stays in sight."""
        if on is self.is_grid:
            return
        before, after = (self.view, self.grid) if on else (self.grid, self.view)
        had_focus = before.hasFocus()
        in_sight = self.view.currentIndex()
        self._stack.setCurrentWidget(after)
        self.setFocusProxy(after)
        if had_focus:
            after.setFocus()
        if in_sight.isValid():
            after.scrollTo(in_sight)
