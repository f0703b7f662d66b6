"""Asks the store what is listed, and decides which of its answers count.

The beginning of an answer is given first, with the rows that a window shows at once; the whole follows with the sums of
its groups. An answer counts while its question is still the present one and no later answer came before it: a list that
is asked for again all the time would else never be shown. GUI thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.library import Entries, GroupBy, GroupSummary, Listing, Row
from runway_desktop.domain.task import TaskId
from runway_desktop.services.clock import Throttle
from runway_desktop.services.library.library import Ahead, Beginning
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.listing import lines
from runway_desktop.usecases.listing.changes import Touch, counts, moves
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.model import Model

PAUSE = 0.25
"""Seconds that a new question rests before everything that answers it is asked for."""


_WITHOUT_SUMS = (GroupBy.NONE, GroupBy.LANE)


class TaskAnswers(Model):
    """`take` gets the rows that a window shows first, so that nothing is shown without its words."""

    begun = Signal(object, object)
    """The first entries that answer a listing, and that listing."""
    came = Signal(object, object, object)
    """All entries that answer a listing, that listing, and the sums of its groups by key."""
    summed = Signal(object)
    """The sums of the groups by key: they moved while nothing was asked anew."""

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
        """The present question."""
        self._loaded: Listing | None = None
        self._sums: dict[str, GroupSummary] = {}
        self._most = 0
        """How many tasks there were in the longest answer: in a large library sums take longer than a person waits."""
        self._asked = 0
        self._answered = 0
        self._under_way: set[asyncio.Task[Any]] = set()
        self._sweep = asyncio.Lock()
        self._rest, self._rest_of_sums = Throttle(cases.clock, 200), Throttle(cases.clock, 400)
        self._refresh_timer = QTimer(self, singleShot=True)
        self._refresh_timer.timeout.connect(self._refresh_due)
        self._sums_timer = QTimer(self, singleShot=True)
        self._sums_timer.timeout.connect(self._ask_sums)

    @property
    def is_whole(self) -> bool:
        """Whether the whole answer to the present question came."""
        return self._loaded is self.listing

    def expect(self, ahead: Ahead) -> None:
        """The next question, if it is this one, is answered by what is on its way already."""
        self._ahead = ahead

    def ask(self, listing: Listing) -> None:
        if listing != self.listing or not self._asked:
            self.listing = listing
            # What would go through the whole library for a question that is no more does not hold up this one.
            for answer in self._under_way:
                answer.cancel()
            self.refresh()

    def refresh(self) -> None:
        self._asked += 1
        self._begin(self._answer(self._asked, self.listing), "list tasks")

    def refresh_soon(self) -> None:
        """Within a fifth of a second, however often it is asked for meanwhile; later in a burst of changes to a library
        that takes long to go through."""
        if not self._refresh_timer.isActive():
            self._refresh_timer.start(self._rest.ms)

    def _refresh_due(self) -> None:
        if self._sweep.locked() or not self._rest.is_over:
            # What happened meanwhile is asked for too, after a rest.
            self.refresh_soon()
        else:
            self.refresh()

    def touched(self, touches: Mapping[TaskId, Touch]) -> None:
        """Asks again where what happened can alter the answer or its sums."""
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
                    # Whoever goes on typing is not held up by what the next key makes void.
                    await asyncio.sleep(PAUSE)
        # One at a time goes through everything: of those that wait, all but the latest are out of date by then.
        async with self._sweep:
            if self._is_stale(asked, listing):
                return
            with self._rest:
                if entries is None:
                    entries = await self._cases.library.list(listing)
                    if self._is_stale(asked, listing):
                        return
                # The sums come first: a header never shows a bare key until they are there.
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
