"""Judging by key: stars, picks, tags, project, shot, note of what is chosen, and the way back.

Every judgment goes on a stack with its words ("rating of 12 tasks"); undo and redo walk it. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.search import clean_tags
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.tasks import judged_one, judged_several, judging_words

if TYPE_CHECKING:
    from runway_desktop.services.tasks.judging import Judged

MOST_JUDGMENTS = 200


class JudgingModel(QObject):
    changed = Signal()
    """There is something else to undo or to redo."""
    done = Signal(str, bool, bool)
    """A sentence about what was done, whether it can be undone, and whether it is worth telling: a single task shows
    itself what was decided."""
    decided = Signal(object, str)
    """The id of a single task and what was decided about it ("Rated 2"), after `done`: worth telling all the same where
    it leaves the list by that."""

    def __init__(self, cases: UseCases, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._runner = runner
        self._judgments: list[Judged] = []
        self._undone: list[Judged] = []

    def rate(self, task_ids: Sequence[TaskId], stars: int) -> None:
        self._do(task_ids, self._cases.judging.rate(task_ids, stars), "rate")

    def pick(self, task_ids: Sequence[TaskId], pick: Pick) -> None:
        self._do(task_ids, self._cases.judging.pick(task_ids, pick), "pick")

    def tag(self, task_ids: Sequence[TaskId], line: str) -> None:
        """Commas part the tags; one with a minus before it is taken away."""
        words = [word.strip() for word in line.split(",")]
        gone = [tag for word in words if word.startswith("-") for tag in clean_tags(word[1:])]
        new = [tag for word in words if not word.startswith("-") for tag in clean_tags(word)]
        self._do(task_ids, self._cases.judging.tag(task_ids, new, gone), "tag")

    def set_project(self, task_ids: Sequence[TaskId], project: str) -> None:
        self._do(task_ids, self._cases.judging.set_project(task_ids, project), "set project")

    def set_shot(self, task_ids: Sequence[TaskId], shot: str) -> None:
        self._do(task_ids, self._cases.judging.set_shot(task_ids, shot), "set shot")

    def set_note(self, task_ids: Sequence[TaskId], note: str) -> None:
        self._do(task_ids, self._cases.judging.set_note(task_ids, note), "set note")

    def undo(self) -> None:
        if self._judgments:
            judgment = self._judgments.pop()
            self._undone.append(judgment)
            self._walk(judgment, judgment.before, f"Undone: {judging_words(judgment)}.", can_undo=False)

    def redo(self) -> None:
        if self._undone:
            judgment = self._undone.pop()
            self._judgments.append(judgment)
            self._walk(judgment, judgment.after, f"Done again: {judging_words(judgment)}.", can_undo=True)

    def _walk(self, judgment: Judged, values: Any, sentence: str, *, can_undo: bool) -> None:
        self.changed.emit()
        work = self._cases.judging.put_back(judgment.what, values)
        self._runner(work, "put back", done=lambda _: self.done.emit(sentence, can_undo, True))

    def _do(self, task_ids: Sequence[TaskId], work: Coroutine[Any, Any, Judged], name: str) -> None:
        if not task_ids:
            work.close()
            return
        self._runner(work, name, done=self._note)

    def _note(self, judgment: Judged) -> None:
        if not len(judgment):
            return
        self._judgments = [*self._judgments, judgment][-MOST_JUDGMENTS:]
        self._undone.clear()
        self.changed.emit()
        self.done.emit(judged_several(judgment), True, len(judgment) > 1)
        if len(judgment) == 1:
            self.decided.emit(next(iter(judgment.after)), judged_one(judgment))
