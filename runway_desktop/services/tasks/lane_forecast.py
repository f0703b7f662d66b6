"""When everything that waits in the lane will probably be done. Loop's thread only; nothing raises."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.task import Task

from .forecast import Forecasts
from .ledger import Ledger

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Slots:
    """Tasks of one model at Runway. `limit` None: no limit."""

    in_use: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class LaneForecast:
    """How many wait here, and in how many seconds all of them are probably done."""

    waiting: int
    low_seconds: float
    high_seconds: float


class LaneForecasts:
    """`slots` says of a model how many are at Runway or on their way, and how many may be."""

    def __init__(self, ledger: Ledger, forecasts: Forecasts, slots: Callable[[str], Slots]) -> None:
        self._ledger = ledger
        self._forecasts = forecasts
        self._slots = slots

    async def remember_times(self) -> None:
        """Reads the history of what waits, one of each pair, so that `now` can answer at once."""
        seen: set[tuple[str, str]] = set()
        for task in self._ledger.held():
            pair = (task.request.endpoint, task.request.model)
            if pair not in seen:
                seen.add(pair)
                try:
                    await self._forecasts.usual(task.request)
                except StoreError as error:
                    log.warning("The history of %s could not be read: %s", pair, error)

    def now(self) -> LaneForecast | None:
        """When the lane will be empty and done; None when nothing waits or one's own history is too short to say."""
        waiting: dict[str, list[Task]] = {}
        for task in self._ledger.held():
            if not task.waits_for_person and task.removed_at is None:
                waiting.setdefault(task.request.model, []).append(task)
        if not waiting:
            return None
        low = high = 0.0
        for model, tasks in waiting.items():
            known = self._forecasts.usual_now(tasks[0].request)
            if known is None or known.total is None:
                return None
            slots = self._slots(model)
            at_once = slots.limit or len(tasks) + slots.in_use
            rounds = math.ceil((len(tasks) + slots.in_use) / at_once)
            low = max(low, known.total.low * (rounds - 1 if slots.in_use else rounds))
            high = max(high, known.total.high * rounds)
        return LaneForecast(sum(map(len, waiting.values())), low, high)
