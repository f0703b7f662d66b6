"""What was chosen comes back with its tasks: a search that finds nothing for a moment, as while one types, takes them
from the list, and the next letter may bring them again. GUI thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from runway_desktop.domain.task import TaskId

if TYPE_CHECKING:
    from .view import TaskView


class SelectionRestore(QObject):
    """Only what another question takes away: what leaves by itself, or is taken away, is not chosen anew."""

    def __init__(self, view: TaskView) -> None:
        super().__init__(view)
        self._view = view
        self._chosen: list[TaskId] = []
        self._at = 0
        """Where the first of them stood, in pixels of the viewport."""
        model = view.rows
        model.lines_replaced.connect(self._note)
        model.answered.connect(self._bring_back)
        model.loaded.connect(self._bring_back)

    def _note(self) -> None:
        if chosen := self._view.selected_ids():
            current = self._view.current_id()
            self._chosen = sorted(chosen, key=lambda one: one != current)
            self._at = self._view.rowViewportPosition(self._view.rows.position(self._chosen[0]) or 0)

    def _bring_back(self) -> None:
        view = self._view
        if not self._chosen:
            return
        if view.selectionModel().hasSelection():
            self._chosen = []
            return
        row = view.rows.position(self._chosen[0])
        if row is None:
            return
        chosen, self._chosen = self._chosen, []
        view.select(chosen, scroll=False)
        if 0 <= self._at < view.viewport().height():
            view.updateGeometries()
            bar = view.verticalScrollBar()
            bar.setValue(bar.value() + view.rowViewportPosition(row) - self._at)
