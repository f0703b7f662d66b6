"""Trips to the disk that several results share: what comes while one is under way goes together in the next.

A result comes aboard, is given a place, tells the list of tasks its name, and then has its work done; the trip goes
when everyone aboard is ready for it. So results that go together are also written into the list together. Nobody waits
for company: where no trip is under way, the next goes at once. The next is let aboard when half of a trip's work is
done, so that its names stand in the list when the disk is free. A disk that is slow to sync gets several at a time.

Loop's thread. The work itself is done on a thread, one piece after the other, and `Shared` is used there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from runway_desktop.services.disk.disk_steps import sync_folder

Result = TypeVar("Result")

MOST_TOGETHER = 8
"""Results of one trip."""
SLOW = 0.03
"""Seconds after which a trip that is under way keeps no other from going."""


class Shared:
    """What all the work of a trip does once."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Any] = {}
        self._folders: dict[Path, None] = {}

    def once(self, look: Callable[..., Result], *arguments: object) -> Result:
        """What the first look of this trip told. Raises what it raises, and then the next one looks anew."""
        question = (look, *arguments)
        if question not in self._found:
            self._found[question] = look(*arguments)
        found: Result = self._found[question]
        return found

    def named_in(self, folder: Path) -> None:
        """A name was given there: the folder is synced before anybody is told."""
        self._folders[folder] = None

    def sync(self) -> None:
        for folder in self._folders:
            sync_folder(folder)


Work = Callable[[Shared], Result]


def alone(work: Work[Result]) -> Result:
    """A trip of its own. Blocks; raises what the work raises."""
    shared = Shared()
    result = work(shared)
    shared.sync()
    return result


class SharedTrips:
    """`begin` has something done on a thread. `monotonic` in seconds."""

    def __init__(
        self, begin: Callable[[Callable[[], None]], asyncio.Future[None]], monotonic: Callable[[], float]
    ) -> None:
        self._begin = begin
        self._monotonic = monotonic
        self._waiting: deque[asyncio.Future[Trip]] = deque()
        self._under_way: dict[Trip, float] = {}
        """With the times at which they began."""

    async def board(self) -> Trip:
        """Comes aboard the next trip. Call `leave` in any case."""
        place: asyncio.Future[Trip] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._admit()
        try:
            return await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self.leave(place.result())
            raise

    def leave(self, trip: Trip) -> None:
        if trip.is_left_by_all():
            del self._under_way[trip]
            self._admit()

    def _admit(self) -> None:
        now = self._monotonic()
        while self._waiting and all(trip.is_half_done or now - at >= SLOW for trip, at in self._under_way.items()):
            trip = Trip(self._begin, self._admit)
            while self._waiting and trip.aboard < MOST_TOGETHER:
                place = self._waiting.popleft()
                if not place.done():
                    trip.aboard += 1
                    place.set_result(trip)
            if trip.aboard:
                self._under_way[trip] = now


class Trip:
    """`tell_half_done` is called on the loop, at the most once, while the rest of the work is done."""

    def __init__(
        self, begin: Callable[[Callable[[], None]], asyncio.Future[None]], tell_half_done: Callable[[], None]
    ) -> None:
        self.aboard = 0
        self.is_half_done = False
        self._begin = begin
        self._tell_half_done = tell_half_done
        self._errands: list[_Errand[Any]] = []
        self._going: asyncio.Future[None] | None = None

    async def do(self, work: Work[Result]) -> Result:
        """Has the work done with that of all others aboard. Raises what it raises. What was not begun when its caller
        is canceled is not done."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        errand = _Errand(work, done)
        self._errands.append(errand)
        self._go_if_all_are_ready()
        return await done

    def is_left_by_all(self) -> bool:
        """One leaves: was it the last one? What still hangs then, nobody waits for."""
        self.aboard -= 1
        if self.aboard:
            self._go_if_all_are_ready()
        elif self._going is not None:
            self._going.cancel()
        return not self.aboard

    def _go_if_all_are_ready(self) -> None:
        ready = [errand for errand in self._errands if not errand.done.done()]
        if ready and len(ready) == self.aboard:
            self._errands = []
            try:
                self._going = self._begin(partial(_do_all, ready, self._half_done, asyncio.get_running_loop()))
            except Exception as error:  # noqa: BLE001 - whoever waits gets it
                _refuse(ready, error)
            else:
                self._going.add_done_callback(lambda going: _tell(ready, going))

    def _half_done(self) -> None:
        self.is_half_done = True
        self._tell_half_done()


class _Errand(Generic[Result]):
    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Work[Result], done: asyncio.Future[Result]) -> None:
        self.work = work
        self.done = done
        self.error: BaseException | None = None
        self.result: Result


def _do_all(errands: list[_Errand[Any]], half_done: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
    """On a thread."""
    shared = Shared()
    for number, errand in enumerate(errands):
        if number and number == len(errands) // 2:
            with suppress(RuntimeError):
                # The loop may have ended before its threads.
                loop.call_soon_threadsafe(half_done)
        if not errand.done.done():
            try:
                errand.result = errand.work(shared)
            except BaseException as error:  # noqa: BLE001 - whoever waits gets it
                errand.error = error
    shared.sync()


def _tell(errands: list[_Errand[Any]], going: asyncio.Future[None]) -> None:
    if going.cancelled():
        for errand in errands:
            errand.done.cancel()
        return
    if (error := going.exception()) is not None:
        _refuse(errands, error)
    for errand in errands:
        if errand.done.done():
            continue
        if errand.error is not None:
            errand.done.set_exception(errand.error)
        else:
            errand.done.set_result(errand.result)


def _refuse(errands: list[_Errand[Any]], error: BaseException) -> None:
    for errand in errands:
        if not errand.done.done():
            errand.done.set_exception(error)
