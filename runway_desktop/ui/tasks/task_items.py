"""Mixin for list and grid: clicks, keys, drags and menus on tasks and group headers. Inherit it before the Qt view
class. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.building import is_by_key, menu_point, viewport_of
from runway_desktop.usecases.listing.columns import clip_of
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

from .posters import HoverScrub

if TYPE_CHECKING:
    _View = QAbstractItemView
else:
    _View = object

AnyIndex = QModelIndex | QPersistentModelIndex
_FOLDING = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space)


class TaskItems(_View):
    opened = Signal(object)
    """Task id, after Return or a double click."""
    menu_wanted = Signal(QPoint)
    """Global position."""
    group_menu_wanted = Signal(str, QPoint)
    """Group key and global position."""
    seen_changed = Signal(object)
    """Ids of the visible tasks."""
    files_dragged = Signal(object)
    """Ids of the tasks whose files are dragged."""

    rows: TaskListModel
    scrub: HoverScrub
    _header_pressed = False
    _seen: list[TaskId] | None = None

    def set_up(self, model: TaskListModel, name: str) -> None:
        """Call in the constructor, once the view can answer layout queries."""
        self.rows = model
        viewport = viewport_of(self)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setMouseTracking(True)
        viewport.setMouseTracking(True)
        self.doubleClicked.connect(self._open_index)

    def line_at(self, point: QPoint) -> int:
        """Line at a point of the viewport; −1 for none."""
        raise NotImplementedError

    def hover(self, line: int) -> None:
        """The pointer moved to another line; −1 for none."""
        raise NotImplementedError

    def poster_box(self, line: int) -> QRect:
        """Rectangle of a line's poster in the viewport."""
        raise NotImplementedError

    def selected_ids(self) -> list[TaskId]:
        """Ids of the selected tasks in list order."""
        # By ranges: one index per row takes half a second for ten thousand rows.
        chosen = self.selectionModel().selection()
        ranges = [chosen.at(number) for number in range(chosen.count())]
        rows = sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})
        return [task_id for row in rows if (task_id := self.rows.task_id(row)) is not None]

    def tell_seen(self, lines: Iterable[int]) -> None:
        """Emits the tasks of these lines, unless they were the last."""
        seen = [task_id for line in lines if (task_id := self.rows.task_id(line)) is not None]
        if seen != (self._seen or []):
            self._seen = seen
            self.seen_changed.emit(seen)

    def press_button(self, point: QPoint) -> bool:
        """Presses the painted button at a point of the viewport; False if there is none."""
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.press_button(event.position().toPoint()):
            self._header_pressed = True
            return
        key = self.rows.group_key(self.line_at(event.position().toPoint()))
        self._header_pressed = key is not None and event.button() is Qt.MouseButton.LeftButton
        if key is not None and self._header_pressed:
            self.rows.toggle_group(key)
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._header_pressed:
            self._header_pressed = False
            return
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        line = self.line_at(point)
        self.hover(line)
        task_id = self.rows.task_id(line)
        row = self.rows.row_of(task_id) if task_id is not None and not event.buttons() else None
        self.scrub.over(clip_of(row) if row is not None else None, point, self.poster_box(line))
        if not self._header_pressed:
            # Otherwise Qt would drag the row that was pressed before.
            super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hover(-1)
        self.scrub.leave()
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:

        under = self.currentIndex().row() if is_by_key(event) else self.line_at(event.pos())
        key, at = self.rows.group_key(under), menu_point(self, event)
        if key is not None:
            self.group_menu_wanted.emit(key, at)
        else:
            self.menu_wanted.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        key = self.rows.group_key(current.row()) if current.isValid() else None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open_index(current)
            return
        if key is not None and event.key() in _FOLDING:
            collapsed = key in self.rows.collapsed()
            if event.key() == Qt.Key.Key_Space or collapsed is (event.key() == Qt.Key.Key_Right):
                self.rows.toggle_group(key)
            return
        super().keyPressEvent(event)

    def selectAll(self) -> None:
        """Opens folded groups: what is selected is seen."""
        self.rows.fold_all(on=False)
        super().selectAll()

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here: one without a command changes neither selection nor position."""

    def startDrag(self, supported: Qt.DropAction) -> None:
        self.files_dragged.emit(self.selected_ids())

    def _open_index(self, index: QModelIndex) -> None:
        task_id, key = self.rows.task_id(index.row()), self.rows.group_key(index.row())
        if task_id is not None:
            self.opened.emit(task_id)
        elif key is not None:
            self.rows.toggle_group(key)
