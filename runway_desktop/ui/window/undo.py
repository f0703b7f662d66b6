"""Undo of what was removed from the list, moved to the trash, judged or imported in this session: one after the
other, the last one first, beyond the life of the notice that offered it. GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from shiboken6 import isValid

from runway_desktop.domain.library import Listing
from runway_desktop.domain.task import TaskId
from runway_desktop.ui.dialogs.notices import Bar, Notices
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

Binding = Callable[[], object]
_ANSWERS = 2
"""Within so many answers of the list a task leaves by what was decided: one may have been asked for before that."""


@dataclass(slots=True)
class _MayLeave:
    """A task of this listing about which something was decided."""

    task_id: TaskId
    words: str
    listing: Listing
    answers: int = _ANSWERS


class UndoStack(QObject):
    def __init__(self, task_commands: TaskCommands, rows: TaskListModel, notices: Notices, parent: QObject) -> None:
        super().__init__(parent)
        self._task_commands = task_commands
        self._rows = rows
        self._notices = notices
        self._told: Bar | None = None
        """What was told last of judging. One notice is enough: whoever judges presses a key after the other."""
        self._may_leave: _MayLeave | None = None
        self._undos: list[Binding] = []
        """How each of them is taken back."""
        task_commands.undo_offered.connect(self._done)
        task_commands.judging.done.connect(self._judged)
        task_commands.judging.decided.connect(self._decided)
        rows.loaded.connect(self._look_whether_it_left)

    def undo(self) -> None:
        if self._undos:
            self._undos.pop()()

    def offer(self, message: str, undo: Binding) -> None:
        """Tells of what was done, and remembers how it is taken back."""
        self._undos.append(undo)
        if message:
            self._notices.tell(message, action_text="Undo", on_action=lambda: self._take_back(undo))

    def _done(self, message: str, command: TaskCommand, what: object) -> None:
        self.offer(message, lambda: self._task_commands.undo(command, what))

    def _judged(self, sentence: str, can_undo: bool, is_worth_telling: bool) -> None:
        """What was told before is out of date, its button too: it would take back something else than it says."""
        if self._told is not None and isValid(self._told):
            self._notices.end(self._told)
        self._told = self._may_leave = None
        if can_undo:
            self._undos.append(self._task_commands.judging.undo)
        if is_worth_telling and can_undo:
            self._tell_of_judging(sentence)
        elif is_worth_telling:
            self._told = self._notices.tell(sentence)

    def _decided(self, task_id: TaskId, words: str) -> None:
        if self._rows.holds(task_id):
            self._may_leave = _MayLeave(task_id, words, self._rows.listing)

    def _look_whether_it_left(self) -> None:
        """A single task shows itself what was decided, unless it is gone by that."""
        one = self._may_leave
        if one is None:
            return
        one.answers -= 1
        # Whoever asks for another list is not told that it left this one.
        is_same = self._rows.listing == one.listing
        left = is_same and not self._rows.holds(one.task_id)
        if left or not is_same or not one.answers:
            self._may_leave = None
        if left:
            self._tell_of_judging(f"{one.words}: no longer in this list.")

    def _tell_of_judging(self, sentence: str) -> None:
        undo = self._task_commands.judging.undo
        self._told = self._notices.tell(sentence, action_text="Undo", on_action=lambda: self._take_back(undo))

    def _take_back(self, undo: Binding) -> None:
        if undo in self._undos:
            # The last one of them: all of judging are the same undo.
            del self._undos[len(self._undos) - 1 - self._undos[::-1].index(undo)]
            undo()
