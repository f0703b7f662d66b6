"""Activity entries that the engine causes: reached and raised caps, and requests of other programs. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject

from runway_desktop.domain.caps import Cap, Kept
from runway_desktop.domain.events import CapRaised, TaskFound, TasksAdded
from runway_desktop.domain.permissions import waiting, waits_for_approval
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.usecases.lane_lines import LaneLines
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.clients import waiting_words
from runway_desktop.usecases.words.holds import (
    cap_sentence,
    cap_short,
    lowered_words,
    raised_short,
    raised_words,
)
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

from .activity import Activity


class CapNotices(QObject):
    """One entry per reached cap while it holds tasks back, and one with undo for a raised cap."""

    def __init__(
        self, bridge: Bridge, task_commands: TaskCommands, lane: LaneLines, activity: Activity, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._task_commands = task_commands
        self._lane = lane
        self._activity = activity
        self._told: dict[tuple[Cap, str, float], int] = {}
        """Entry number by cap."""
        bridge.cap_raised.connect(self._raised)
        for moved in (bridge.lane_changed, bridge.settings_changed):
            moved.connect(self._look)
        self._look()

    def _look(self, _: object = None) -> None:
        """Each cap is told of once while it keeps tasks, and not while sending is paused."""
        reached = self._lane.caps_reached()
        for which in self._told.keys() - reached.keys():
            self._activity.end(self._told.pop(which))
        for which, kept in reached.items():
            if which not in self._told and not self._lane.is_paused:
                self._tell(kept)

    def _tell(self, kept: Kept) -> None:
        if kept.held is None:
            return
        raising = self._lane.raise_words(kept)
        self._told[kept.held.which] = self._activity.tell(
            cap_sentence(kept.held),
            detail="" if raising else _("It is sent once there are enough credits at Runway."),
            action_text=raising,
            on_action=partial(self._raise, kept, raising),
            stays=True,
            short=cap_short(kept.held),
        )

    def _raise(self, kept: Kept, said: str) -> None:
        """Raises the cap, unless the effect differs from the button's text by now; then shows the updated notice
        instead."""
        if kept.held is None:
            return
        # The button has ended the entry. If the raise fails, the cap is announced again.
        self._told.pop(kept.held.which, None)
        now = self._lane.caps_reached().get(kept.held.which)
        if now is not None and self._lane.raise_words(now) != said:
            self._tell(now)
        elif now is not None:
            self._task_commands.raise_cap(now)

    def _raised(self, raised: CapRaised) -> None:
        self._activity.act(raised_words(raised), partial(self._lower, raised), short=raised_short(raised))

    def _lower(self, raised: CapRaised) -> None:
        self._activity.tell(lowered_words(raised, is_done=self._task_commands.lower_cap(raised)))


class FoundNotices(QObject):
    """One entry with undo for each task that was found in its router's list."""

    def __init__(self, bridge: Bridge, task_commands: TaskCommands, activity: Activity, parent: QObject) -> None:
        super().__init__(parent)
        self._task_commands = task_commands
        self._activity = activity
        bridge.task_found.connect(self._found)

    def _found(self, found: TaskFound) -> None:
        self._activity.act(
            _("Runway had made the task after all: it was in its router's list."),
            partial(self._task_commands.undo_found, found.before),
            short=_("Task found"),
        )


class AskedEntry(QObject):
    """Requests of other programs that need approval. `show` opens the Requests page."""

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
        ids = frozenset(task.id for task in waiting(self._cases.tasks.all_queued()))
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
