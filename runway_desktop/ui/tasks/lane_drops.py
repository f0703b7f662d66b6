"""Drop target for rows dragged in the queue: the line between two rows, and the task after it.

Each model has its own queue, so a task cannot be dropped among rows of another model. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QTableView, QToolTip

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.building import viewport_of
from runway_desktop.ui.lifted_rows import has_rows, take_copy
from runway_desktop.usecases.words.plain import tip
from runway_desktop.usecases.words.queue import OTHER_LANE
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

EDGE = 24
"""Height in pixels at the top and bottom edge where a drag scrolls."""


class LaneDrops(QObject):
    shown = Signal(object, object)
    """Dragged task ids over a valid position, and the id of the task that would follow them; None: at the end."""
    taken = Signal(object, object)
    """The same, after a drop."""

    def __init__(self, view: QTableView, rows: TaskListModel) -> None:
        super().__init__(view)
        self._view = view
        self._rows = rows
        self._lifted: list[TaskId] = []
        self._told: tuple[TaskId | None] | None = None
        """Last emitted id of the following task, or None for the end."""
        self.line: int | None = None
        """Position of the line in the viewport; None if there is no valid position."""
        self.pointer = QPoint()
        self.words = ""

    def begin(self, task_ids: Sequence[TaskId]) -> None:
        self._lifted = list(task_ids)
        self.leave()

    def leave(self) -> None:
        self.line, self.words, self._told = None, "", None
        self._rows.show_move(None)

    def hold_over(self, event: QDragMoveEvent) -> None:
        event.ignore()
        if not self._lifted or not has_rows(event.mimeData()):
            return
        point = event.position().toPoint()
        self._scroll(point)
        position = self._drop_at(point)
        if position is None:
            self.leave()
            return
        take_copy(event)
        self.pointer = point
        self.line, before = position
        if self._told != (before,):
            self._told = (before,)
            self.shown.emit(self._lifted, before)

    def drop(self, event: QDropEvent) -> None:
        position = self._drop_at(event.position().toPoint()) if self._lifted and has_rows(event.mimeData()) else None
        self.leave()
        if position is None:
            event.ignore()
            return
        take_copy(event)
        self.taken.emit(list(self._lifted), position[1])

    def _drop_at(self, point: QPoint) -> tuple[int, TaskId | None] | None:
        """Position of the line, and the id of the task that would follow."""
        view, rows = self._view, self._rows
        row = view.rowAt(point.y())
        if row < 0:
            row, is_below = rows.rowCount() - 1, True
        else:
            is_below = point.y() > view.rowViewportPosition(row) + view.rowHeight(row) // 2
        if row < 0:
            return None
        if rows.group_key(row) is not None:
            row, is_below = (row + 1, False) if rows.task_id(row + 1) is not None else (row, True)
        over = rows.task_id(row)
        if over is None:
            return None
        if not rows.lane.may_stand_by(self._lifted, over):
            QToolTip.showText(viewport_of(view).mapToGlobal(point), tip(str(OTHER_LANE)), view)
            return None
        QToolTip.hideText()
        top = view.rowViewportPosition(row)
        line = top + view.rowHeight(row) if is_below else top
        return max(1, line), rows.lane.before(over, self._lifted, below=is_below)

    def _scroll(self, point: QPoint) -> None:
        bar, height = self._view.verticalScrollBar(), viewport_of(self._view).height()
        if point.y() < EDGE:
            bar.setValue(bar.value() - EDGE)
        elif point.y() > height - EDGE:
            bar.setValue(bar.value() + EDGE)
