"""What narrows the list: the open place, the search line, the chips; and how it is sorted and grouped. GUI thread
only.

One listing comes out of it; sorting and grouping are remembered, filters are not (a list that hides tasks at the
next start would look as if they were lost).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.library import Filter, GroupBy, Listing, SortKey
from runway_desktop.domain.task import State
from runway_desktop.services.engine import Engine

from .task_list import TaskListModel

_MEMORY = "list.order"
SEARCH_DELAY_MS = 80

STATUS_CHOICES: tuple[tuple[str, frozenset[State]], ...] = (
    ("Waiting here", frozenset({State.HELD, State.SENDING})),
    ("Live", frozenset({State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER})),
    ("Succeeded", frozenset({State.SUCCEEDED})),
    ("Failed", frozenset({State.FAILED})),
    ("Uncertain", frozenset({State.UNCERTAIN})),
    ("Cancelled", frozenset({State.CANCELLED})),
    ("Not at Runway", frozenset({State.GONE})),
)


class ListFilter(QObject):
    changed = Signal()

    def __init__(self, engine: Engine, model: TaskListModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._model = model
        self._place = Filter()
        self._title = "All tasks"
        self._text = ""
        self._today = False
        self._states: frozenset[str] = frozenset()
        self._models: frozenset[str] = frozenset()
        self._sort, self._descending, self._group = SortKey.SENT, True, GroupBy.BATCH
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._timer.timeout.connect(self._apply)

    def restore(self) -> None:
        """Takes up sorting and grouping of the last time. Call once, after the settings are loaded."""
        stored = self._engine.settings.get(_MEMORY, {})
        try:
            self._sort = SortKey(stored.get("sort", self._sort))
            self._group = GroupBy(stored.get("group", self._group))
            self._descending = bool(stored.get("descending", True))
        except (AttributeError, ValueError):
            self._sort, self._descending, self._group = SortKey.SENT, True, GroupBy.BATCH
        self._apply()

    @property
    def listing(self) -> Listing:
        states = frozenset(state for name, states in STATUS_CHOICES if name in self._states for state in states)
        since = datetime.fromtimestamp(self._engine.clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        chosen = replace(
            self._place,
            text=self._text,
            states=states,
            models=self._models,
            since=since.timestamp() if self._today else None,
        )
        return Listing(filter=chosen, sort=self._sort, descending=self._descending, group=self._group)

    @property
    def title(self) -> str:
        return self._title

    @property
    def today(self) -> bool:
        return self._today

    @property
    def states(self) -> frozenset[str]:
        return self._states

    @property
    def models(self) -> frozenset[str]:
        return self._models

    @property
    def narrows(self) -> bool:
        """Something beyond the open place hides tasks."""
        return bool(self._text.strip() or self._today or self._states or self._models)

    def open_place(self, place: Filter, title: str) -> None:
        self._place, self._title = place, title
        self._apply()

    def search(self, text: str) -> None:
        """As one types; asked a moment after the last key."""
        if text != self._text:
            self._text = text
            self._timer.start()

    def set_today(self, on: bool) -> None:
        self._today = on
        self._apply()

    def toggle_state(self, name: str) -> None:
        self._states = self._states ^ {name}
        self._apply()

    def toggle_model(self, name: str) -> None:
        self._models = self._models ^ {name}
        self._apply()

    def group_by(self, group: GroupBy) -> None:
        self._group = group
        self._remember()

    def sort_by(self, key: SortKey, *, descending: bool) -> None:
        self._sort, self._descending = key, descending
        self._remember()

    def clear(self) -> None:
        self._text, self._today = "", False
        self._states = self._models = frozenset()
        self._apply()

    def _remember(self) -> None:
        self._engine.settings.set(
            _MEMORY, {"sort": self._sort.value, "descending": self._descending, "group": self._group.value}
        )
        self._apply()

    def _apply(self) -> None:
        self._timer.stop()
        self._model.set_listing(self.listing)
        self.changed.emit()
