"""Judgments that are only noted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.task import Pick, State, Task, TaskId
from tests.rigs.rows import task


class NotingJudge(QObject):
    undone = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, tuple[TaskId, ...], object]] = []

    def rate(self, task_ids: Sequence[TaskId], stars: int, said: str = "") -> None:
        self.calls.append(("rate", tuple(task_ids), stars))

    def pick(self, task_ids: Sequence[TaskId], pick: Pick, said: str = "") -> None:
        self.calls.append(("pick", tuple(task_ids), pick))

    def pick_instead(self, task_ids: Sequence[TaskId]) -> None:
        self.calls.append(("pick instead", tuple(task_ids), None))

    def undo(self, within: Collection[TaskId]) -> bool:
        self.calls.append(("undo", tuple(sorted(within)), None))
        return True


def done(number: int, prompt: str = "", **members: object) -> Task:
    return task(number, State.SUCCEEDED, prompt or f"Prompt {number}", **members)
