"""Judgments of tasks: stars, picks, tags, project, shot, note, in and out, notes at a time, with undo and redo.

Each judgment is recorded with its text ("rating of 12 tasks") and can also be undone individually. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import clean_tags
from runway_desktop.domain.task import Mark, Pick, Task, TaskId, Trim
from runway_desktop.services.supervised import Runner
from runway_desktop.services.tasks.judging import Judged, PutBack, without
from runway_desktop.texts import _, in_turn
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.queue import held_instead
from runway_desktop.usecases.words.tasks import done_words, undone_words
from runway_desktop.values import replace
from runway_desktop.viewmodels.model import Model

MOST_JUDGMENTS = 200


class JudgingModel(Model):
    changed = Signal()
    """The undo or redo step changed."""
    done = Signal(str, int)
    """A sentence, and the number to undo it (0: it was an undo)."""
    decided = Signal(object, str, int)
    """Id of a single task, its judgment in words ("Rated 2"), and the number. Emitted after `done`, for the case that
    the task leaves the list."""
    undone = Signal(int, object)
    """Number of the undone judgment, and the ids of its tasks."""

    def __init__(self, cases: UseCases, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._judgments: dict[int, Judged] = {}
        """By number, oldest first."""
        self._undone: list[Judged] = []
        self._said: dict[int, str] = {}
        """By number, the caller's own sentence about a judgment."""
        self._number = 0

    def rate(self, task_ids: Sequence[TaskId], stars: int, *, said: str = "") -> None:
        """`said` replaces the usual sentence, if the caller knows more."""
        self._do(task_ids, self._cases.judging.rate(task_ids, stars), said)

    def pick(self, task_ids: Sequence[TaskId], pick: Pick, *, said: str = "") -> None:
        self._do(task_ids, self._cases.judging.pick(task_ids, pick), said)

    def pick_instead(self, task_ids: Sequence[TaskId]) -> None:
        """Picks these in place of other takes: see `Shots.pick_instead`."""
        self._do(task_ids, self._cases.shots.pick_instead(task_ids))

    def tag(self, task_ids: Sequence[TaskId], line: str) -> None:
        """Adds and removes tags, separated by commas; a leading minus removes."""
        words = [word.strip() for word in line.split(",")]
        gone = [tag for word in words if word.startswith("-") for tag in clean_tags(word[1:])]
        new = [tag for word in words if not word.startswith("-") for tag in clean_tags(word)]
        self._do(task_ids, self._cases.judging.tag(task_ids, new, gone))

    def set_project(self, task_ids: Sequence[TaskId], project: str) -> None:
        self._do(task_ids, self._cases.judging.set_project(task_ids, project))

    def set_shot(self, task_ids: Sequence[TaskId], shot: str) -> None:
        self._do(task_ids, self._cases.judging.set_shot(task_ids, shot))

    def set_note(self, task_ids: Sequence[TaskId], note: str) -> None:
        self._do(task_ids, self._cases.judging.set_note(task_ids, note))

    def set_trims(self, trims: Mapping[TaskId, tuple[Trim, ...]]) -> None:
        self._do(list(trims), self._cases.judging.set_trims(trims))

    def set_mark(self, task_id: TaskId, mark: Mark, *, remove: bool = False) -> None:
        """Adds, replaces or removes a note at a time."""
        self._do([task_id], self._cases.judging.set_mark(task_id, mark, remove=remove))

    def undo(self, within: Collection[TaskId]) -> bool:
        """Undoes the last judgment of these tasks alone, and of those whose pick one of them took over. False if there
        is none."""
        known = reversed(self._judgments.items())
        number = next((number for number, one in known if one.chosen <= set(within)), None)
        if number is not None:
            self.take_back(number)
        return number is not None

    def take_back(self, number: int) -> None:
        """Undoes a judgment; later judgments of the same values stay."""
        if number not in self._judgments:
            return

        judgment = self._judgments[number]
        values, self._judgments = without(self._judgments, number)
        if values:
            self._undone.append(replace(judgment, before=values, after={one: judgment.after[one] for one in values}))
        self.undone.emit(number, list(values))
        if values:
            said = self._said.pop(number, "")
            self._walk(judgment, values, judgment.after, lambda tasks: undone_words(judgment, tasks, said), 0)
        else:
            self.changed.emit()
            self.done.emit(_("Not undone: it was changed again since."), 0)

    def redo(self) -> None:
        if self._undone:
            judgment = self._undone.pop()
            number = self._keep(judgment)
            self._walk(judgment, judgment.after, judgment.before, lambda _: done_words(judgment), number)

    def _walk(
        self,
        judgment: Judged,
        values: Mapping[TaskId, Any],
        replaced: Mapping[TaskId, Any],
        says: Callable[[tuple[Task, ...]], str],
        number: int,
    ) -> None:
        self.changed.emit()
        work = self._cases.judging.put_back(judgment.what, values, replaced)

        def told(back: PutBack) -> None:
            self.done.emit(str(in_turn(says(back.tasks), held_instead(back.held))), number)

        self._runner(work, "put back", done=told)

    def _do(self, task_ids: Sequence[TaskId], work: Coroutine[Any, Any, Judged], said: str = "") -> None:
        if not task_ids:
            work.close()
            return
        self._runner(work, "judge", done=partial(self._note, said))

    def _note(self, said: str, judgment: Judged) -> None:
        if not len(judgment):
            return
        number = self._keep(judgment)
        self._undone.clear()
        self.changed.emit()
        if said:
            self._said[number] = said
        words = said or done_words(judgment)
        self.done.emit(words, number)
        if len(judgment) == 1:
            self.decided.emit(next(iter(judgment.after)), words, number)

    def _keep(self, judgment: Judged) -> int:
        self._number += 1
        self._judgments[self._number] = judgment
        for number in list(self._judgments)[:-MOST_JUDGMENTS]:
            del self._judgments[number]
            self._said.pop(number, None)
        return self._number
