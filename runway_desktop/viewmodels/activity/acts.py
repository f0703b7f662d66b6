"""Reports acts on tasks to the activity: removed, moved to the trash, judged. Consecutive removals are merged. GUI
thread only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject

from runway_desktop.domain.task import TaskId
from runway_desktop.services.tasks.queue_acts import Stood
from runway_desktop.texts import _, in_turn
from runway_desktop.usecases.activity import MayLeave, Removal
from runway_desktop.usecases.commands.ending import REMOVE
from runway_desktop.usecases.commands.task_command import TaskCommand
from runway_desktop.usecases.words import queue
from runway_desktop.usecases.words.tasks import removed_short, removed_words
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands
from runway_desktop.viewmodels.tasks.task_list import TaskListModel

from .activity import Activity


class Acts(QObject):
    def __init__(
        self, task_commands: TaskCommands, rows: TaskListModel, activity: Activity, bridge: Bridge, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._task_commands = task_commands
        self._rows = rows
        self._activity = activity
        self._judged: dict[int, int] = {}
        """Judgment number to activity entry number."""
        self._removed = Removal()
        self._may_leave: MayLeave | None = None
        self._queued: dict[int, frozenset[TaskId]] = {}
        """By entry number, the tasks that can be held or moved back while one of them is queued."""
        task_commands.undo_offered.connect(self._done)
        task_commands.acted.connect(activity.act)
        task_commands.done_for_good.connect(activity.for_good)
        bridge.tasks_touched.connect(self._look_whether_they_went)
        judging = task_commands.judging
        judging.done.connect(self._tell_of_judging)
        judging.decided.connect(self._decided)
        judging.undone.connect(lambda number, _: activity.end(self._judged.pop(number, None)))
        rows.loaded.connect(self._look_whether_it_left)

    def _done(self, message: str, command: TaskCommand, what: Any) -> None:
        """`what` is passed to undo: task ids, or former queue positions."""
        if command is not REMOVE:
            told = message or str(queue.REORDERED)
            number = self._activity.act(told, lambda: self._task_commands.undo(command, what))
            if isinstance(what, Stood):
                self._queued[number] = frozenset(what.holds or what.positions)
                self._look_whether_they_went(dict.fromkeys(self._queued[number]))
            return
        before, ids = self._removed, tuple(what)
        says = queue.removed if message == str(queue.removed(len(ids))) else removed_words
        if before.says is says and self._activity.may_join(before.act):
            self._activity.end(before.act)
            ids = (*before.task_ids, *ids)
        act = self._activity.act(
            str(says(len(ids))), lambda: self._task_commands.undo(command, ids), short=removed_short(len(ids))
        )
        self._removed = Removal(act, ids, says)

    def _look_whether_they_went(self, touches: Mapping[TaskId, object]) -> None:
        """Takes back the offer to undo what concerns only tasks that have left the queue."""
        concerned = [number for number, ids in self._queued.items() if not ids.isdisjoint(touches)]
        if not concerned:
            return
        queued = {row.task.id for row in self._task_commands.queued()}
        for number in concerned:
            if queued.isdisjoint(self._queued[number]):
                del self._queued[number]
                self._activity.expire(number)

    def _tell_of_judging(self, sentence: str, number: int) -> None:
        """`number` identifies the judgment; 0 means it was undone."""
        self._may_leave = None
        if number:
            self._judged[number] = self._activity.act(sentence, lambda: self._task_commands.judging.take_back(number))
        else:
            self._activity.tell(sentence)

    def _decided(self, task_id: TaskId, words: str, number: int) -> None:
        if self._rows.holds(task_id):
            self._may_leave = MayLeave(task_id, words, self._rows.listing, self._judged[number])

    def _look_whether_it_left(self) -> None:
        """Announces a single judged task only if it left the list by that; otherwise its row shows the judgment."""
        one = self._may_leave
        if one is None:
            return
        one.answers -= 1
        # Not announced if the listing itself was changed.
        is_same = self._rows.listing == one.listing
        left = is_same and not self._rows.holds(one.task_id)
        if left or not is_same or not one.answers:
            self._may_leave = None
        if left:
            self._activity.say(one.act, str(in_turn(_("No longer in this list."), one.words)), aloud=True)
