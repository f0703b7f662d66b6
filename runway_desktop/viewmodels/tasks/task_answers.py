"""Queries the store for the listing, and decides which answers to use.

The first part of an answer arrives with the rows for the first screen; the full answer arrives with group sums. An
answer is used if its listing is still current and no newer answer was used: requiring the newest query would never show
a list that changes constantly. GUI thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.library import Entries, GroupBy, GroupSummary, Listing, Row
from runway_desktop.domain.task import TaskId
from runway_desktop.services.clock import Throttle
from runway_desktop.services.library.library import Ahead, Beginning
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.listing import lines
from runway_desktop.usecases.listing.changes import Touch, counts, moves
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.model import Model, Soon

PAUSE = 0.25
"""Pause in seconds before the full query of a new listing."""


_WITHOUT_SUMS = (GroupBy.NONE, GroupBy.LANE)


class TaskAnswers(Model):
    """`take` receives the rows of the first screen, so that none is shown without its text."""

    begun = Signal(object, object)
    """First entries of a listing, and the listing."""
    came = Signal(object, object, object)
    """All entries of a listing, the listing, and its group sums by key."""
    summed = Signal(object)
    """Group sums by key that changed without a new query."""

    def __init__(
        self,
        cases: UseCases,
        runner: Runner,
        take: Callable[[Sequence[Row]], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(cases, runner, parent)
        self._take = take
        self._ahead: Ahead | None = None
        self.listing = Listing()
        self._loaded: Listing | None = None
        self._sums: dict[str, GroupSummary] = {}
        self._most = 0
        """Number of tasks in the largest answer: in a large library, sums take noticeably long."""
        self._asked = 0
        self._answered = 0
        self._under_way: set[asyncio.Task[Any]] = set()
        self._sweep = asyncio.Lock()
        self._rest, self._rest_of_sums = Throttle(cases.clock, 200), Throttle(cases.clock, 400)
        self._refresh_timer = Soon(self, 0, self._refresh_due)
        self._sums_timer = Soon(self, 0, self._ask_sums)

    @property
    def is_whole(self) -> bool:
        """Whether the full answer to the current listing has arrived."""
        return self._loaded is self.listing

    def expect(self, ahead: Ahead) -> None:
        """Uses a query that is already running if the next listing matches."""
        self._ahead = ahead

    def ask(self, listing: Listing) -> None:
        if listing != self.listing or not self._asked:
            self.listing = listing
            # Cancels queries over the whole library for the former listing.
            for answer in self._under_way:
                answer.cancel()
            self.refresh()

    def refresh(self) -> None:
        self._asked += 1
        self._begin(self._answer(self._asked, self.listing), "list tasks")

    def refresh_soon(self) -> None:
        """Queries within 0.2 s; calls until then are merged. Later during a burst of changes in a large library."""
        if not self._refresh_timer.isActive():
            self._refresh_timer.start(self._rest.ms)

    def _refresh_due(self) -> None:
        if self._sweep.locked() or not self._rest.is_over:
            # Changes during the pause are queried after it.
            self.refresh_soon()
        else:
            self.refresh()

    def touched(self, touches: Mapping[TaskId, Touch]) -> None:
        """Queries again if the changes affect the listing or its sums."""
        reorder = any(moves(touch, self.listing) for touch in touches.values())
        if reorder:
            self.refresh_soon()
        if (reorder or any(map(counts, touches.values()))) and not self._sums_timer.isActive():
            self._sums_timer.start(self._rest_of_sums.ms)

    async def _answer(self, asked: int, listing: Listing) -> None:
        entries: Entries | None = None
        if listing is not self._loaded:
            entries, rows = await self._beginning(listing)
            if self._is_stale(asked, listing):
                return
            self._take(rows)
            if not entries.is_whole or self._most > lines.MANY:
                self.begun.emit(entries, listing)
            if not entries.is_whole:
                entries = None
                if self._loaded is not None:
                    # While typing continues, the full query would soon be obsolete.
                    await asyncio.sleep(PAUSE)
        # One full query at a time; of those waiting, only the latest is still valid.
        async with self._sweep:
            if self._is_stale(asked, listing):
                return
            with self._rest:
                if entries is None:
                    entries = await self._cases.library.list(listing)
                    if self._is_stale(asked, listing):
                        return
                # Sums first, so that a header never shows a bare key.
                sums = await self._cases.library.groups(listing) if listing.group not in _WITHOUT_SUMS else ()
        if self._is_stale(asked, listing):
            return
        self._answered, self._loaded = asked, listing
        self._sums = {summary.key: summary for summary in sums}
        self._most = max(self._most, len(entries))
        self.came.emit(entries, listing, self._sums)

    async def _beginning(self, listing: Listing) -> Beginning:
        ahead, self._ahead = self._ahead, None
        found = await ahead.answer if ahead is not None and ahead.listing == listing else None
        return found or await self._cases.library.beginning(listing)

    def _is_stale(self, asked: int, listing: Listing) -> bool:
        return listing is not self.listing or asked < self._answered

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        answer = self._runner(work, name)
        self._under_way.add(answer)
        answer.add_done_callback(self._under_way.discard)

    def _ask_sums(self) -> None:
        if not self._rest_of_sums.is_over:
            self._sums_timer.start(self._rest_of_sums.ms)
        elif self.is_whole and self.listing.group not in _WITHOUT_SUMS:
            self._begin(self._sum(self.listing), "group sums")

    async def _sum(self, listing: Listing) -> None:
        with self._rest_of_sums:
            found = {summary.key: summary for summary in await self._cases.library.groups(listing)}
        if listing is self.listing and found != self._sums:
            self._sums = found
            self.summed.emit(found)
