"""Selects tasks in the list that are wanted by id: new ones appear only with the store's next answers, others may be
hidden by filters. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _, ngettext
from runway_desktop.ui.tasks.view import TaskView
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

_LOOKS = 2
"""Answers to wait for: one already on its way may not contain the tasks."""


class TaskFinder(QObject):
    """`show_everything` clears page and filters."""

    def __init__(
        self, rows: TaskListModel, view: TaskView, activity: Activity, show_everything: Callable[[], None]
    ) -> None:
        super().__init__(view)
        self._rows = rows
        self._view = view
        self._activity = activity
        self._show_everything = show_everything
        self._wanted: tuple[TaskId, ...] = ()
        self._looks_left = 0
        self._clears_filters = False
        rows.loaded.connect(self._look)

    def show(self, task_ids: Sequence[TaskId], *, clears_filters: bool = False) -> None:
        """Tasks that are hidden are offered in a notice; with `clears_filters`, they are shown at once."""
        self._wanted, self._looks_left = tuple(task_ids), _LOOKS
        self._clears_filters = clears_filters
        self._look()

    def _look(self) -> None:
        wanted = self._wanted
        if not wanted:
            return
        self._rows.reveal(wanted)
        found = next((task_id for task_id in wanted if self._rows.position(task_id) is not None), None)
        if found is not None:
            # Of a batch, selects the first; the others are directly below.
            self._wanted = ()
            self._view.select([found])
        elif self._looks_left:
            self._looks_left -= 1
            self._rows.refresh_soon()
        elif self._clears_filters:
            self._show_all(wanted)
        else:
            self._wanted = ()
            hidden = ngettext("The task is hidden by filters.", "The tasks are hidden by filters.", len(wanted))
            self._activity.tell(hidden, action_text=_("Show"), on_action=lambda: self._show_all(wanted))

    def _show_all(self, task_ids: Sequence[TaskId]) -> None:
        self._show_everything()
        self.show(task_ids)
