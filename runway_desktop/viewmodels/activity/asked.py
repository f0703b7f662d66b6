"""Activity entry for requests of other programs that need approval. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from runway_desktop.domain.clients import waiting, waits_for_approval
from runway_desktop.domain.events import TasksAdded
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.clients import waiting_words
from runway_desktop.viewmodels.bridge import Bridge

from .activity import Activity


class AskedEntry(QObject):
    """`show` opens the Requests page."""

    def __init__(
        self, cases: UseCases, bridge: Bridge, activity: Activity, show: Callable[[], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._cases = cases
        self._activity = activity
        self._open = show
        self._number: int | None = None
        self._known: frozenset[TaskId] = frozenset()
        bridge.tasks_added.connect(self._added)
        bridge.tasks_touched.connect(self._touched)
        self._look()

    def _added(self, event: TasksAdded) -> None:
        if any(map(waits_for_approval, event.tasks)):
            self._look()

    def _touched(self, touches: Mapping[TaskId, Touch]) -> None:
        # Avoids a scan of a long queue on every task update.
        asked = any(touch.task is not None and waits_for_approval(touch.task) for touch in touches.values())
        if asked or not self._known.isdisjoint(touches):
            self._look()

    def _look(self) -> None:
        ids = frozenset(task.id for task in waiting(self._cases.tasks.held()))
        are_new, self._known = not ids <= self._known, ids
        if are_new:
            self._activity.end(self._number)
            self._number = self._activity.tell(
                waiting_words(len(ids)), stays=True, action_text=_("Show"), on_action=self._open
            )
        elif self._number is not None and ids:
            self._activity.say(self._number, waiting_words(len(ids)))
        else:
            self._activity.end(self._number)
            self._number = None
