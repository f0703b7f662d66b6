"""Undo of what was removed from the list or judged in this session: one deed after the other, the last one first,
beyond the life of the notice that offered it. GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.dialogs.notices import Notices
from runway_desktop.viewmodels.desk import Desk


class TakingBack(QObject):
    def __init__(self, desk: Desk, notices: Notices, chosen: Callable[[], list[TaskId]], parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._notices = notices
        self._chosen = chosen
        self._deeds: list[Sequence[TaskId] | None] = []
        """What was removed from the list; None stands for a deed of judging."""
        desk.undo_offered.connect(self._removed)
        desk.judging.done.connect(self._judged)

    def undo(self) -> None:
        if not self._deeds:
            return
        task_ids = self._deeds[-1]
        if task_ids is None:
            self._deeds.pop()
            self._desk.judging.undo()
        else:
            self._restore(task_ids)

    def _removed(self, message: str, task_ids: Sequence[TaskId]) -> None:
        self._deeds.append(task_ids)
        self._notices.tell(message, action_text="Undo", on_action=lambda: self._restore(task_ids))

    def _judged(self, sentence: str, can_undo: bool) -> None:
        """One task shows itself what became of it; of many a notice tells."""
        if not can_undo:
            self._notices.tell(sentence)
            return
        self._deeds.append(None)
        if len(self._chosen()) > 1:
            self._notices.tell(sentence, action_text="Undo", on_action=self.undo)

    def _restore(self, task_ids: Sequence[TaskId]) -> None:
        if task_ids in self._deeds:
            self._deeds.remove(task_ids)
            self._desk.restore(task_ids)
