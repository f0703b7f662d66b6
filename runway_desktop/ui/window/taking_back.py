"""Undo of what was removed from the list, moved to the bin, judged or imported in this session: one deed after the
other, the last one first, beyond the life of the notice that offered it. GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from shiboken6 import isValid

from runway_desktop.domain.task import TaskId
from runway_desktop.ui.dialogs.notices import Bar, Notices
from runway_desktop.viewmodels.desk import Desk

Deed = Callable[[], object]


class TakingBack(QObject):
    def __init__(self, desk: Desk, notices: Notices, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._notices = notices
        self._told: Bar | None = None
        """What was told last of judging. One notice is enough: whoever judges presses a key after the other."""
        self._deeds: list[Deed] = []
        """How each of them is taken back."""
        desk.undo_offered.connect(self._removed)
        desk.astray.undo_offered.connect(self._binned)
        desk.judging.done.connect(self._judged)

    def undo(self) -> None:
        if self._deeds:
            self._deeds.pop()()

    def offer(self, message: str, deed: Deed) -> None:
        """Tells of what was done, and remembers how it is taken back."""
        self._deeds.append(deed)
        self._notices.tell(message, action_text="Undo", on_action=lambda: self._take_back(deed))

    def _removed(self, message: str, task_ids: Sequence[TaskId]) -> None:
        self.offer(message, lambda: self._desk.restore(task_ids))

    def _binned(self, message: str, task_ids: Sequence[TaskId]) -> None:
        self.offer(message, lambda: self._desk.astray.put_back(task_ids))

    def _judged(self, sentence: str, can_undo: bool, is_worth_telling: bool) -> None:
        """What was told before is out of date, its button too: it would take back something else than it says."""
        if self._told is not None and isValid(self._told):
            self._notices.end(self._told)
        self._told = None
        undo = self._desk.judging.undo
        if can_undo:
            self._deeds.append(undo)
        if is_worth_telling and can_undo:
            self._told = self._notices.tell(sentence, action_text="Undo", on_action=lambda: self._take_back(undo))
        elif is_worth_telling:
            self._told = self._notices.tell(sentence)

    def _take_back(self, deed: Deed) -> None:
        if deed in self._deeds:
            # The last one of them: all of judging are the same deed.
            del self._deeds[len(self._deeds) - 1 - self._deeds[::-1].index(deed)]
            deed()
