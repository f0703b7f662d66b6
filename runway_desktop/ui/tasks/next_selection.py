"""Which row is chosen next when all that was chosen is taken from the list. Pure.

The list moves on its own time: its lines may go before or after one hears that the person took them away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from runway_desktop.domain.task import TaskId


class NextSelection:
    def __init__(self) -> None:
        self._chosen: frozenset[TaskId] = frozenset()
        """What was chosen when lines last began to move."""
        self._heirs: tuple[TaskId, ...] = ()
        self._leaving: frozenset[TaskId] = frozenset()

    def note(self, chosen: Iterable[TaskId], near: Iterable[TaskId | None]) -> None:
        """What is chosen, and the tasks that may follow it, the best first."""
        self._chosen = frozenset(chosen)
        self._heirs = tuple(task_id for task_id in near if task_id is not None)

    def leave(self, task_ids: Collection[TaskId]) -> None:
        """The person takes these away; what went by itself has no heir."""
        self._leaving = frozenset(task_ids)

    def heir(self, is_there: Callable[[TaskId], bool]) -> TaskId | None:
        """Once, as soon as all that was chosen has left: the first that is still there; None before, and without."""
        if not self._chosen or not self._chosen <= self._leaving or any(map(is_there, self._chosen)):
            return None
        found = next((task_id for task_id in self._heirs if is_there(task_id)), None)
        self._chosen = self._leaving = frozenset()
        return found
