"""Forecasts: the time left of a task, from the durations of at least three similar ones; for all open tasks, when each
queued one is sent, when each is done, and which ones a cap or the balance blocks. The one source of all times left and
start times that are shown.

Only forecasts: the lane decides when it sends. Ranges in seconds from now; left out where the history is too short.
`Forecasts` caches the history of each kind until another such task has ended; a long history, which one more task
hardly changes, for at least `HOLDS`. Loop's thread only; StoreError passes through `Forecasts`.
"""

from __future__ import annotations

import heapq
import logging
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from runway_desktop.domain.caps import HeldBack
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import Event, TaskChanged
from runway_desktop.domain.library import Timing
from runway_desktop.domain.prices import shape_of
from runway_desktop.domain.task import Request, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.ports import Clock, Store
from runway_desktop.values import Struct, field

from .ledger import Ledger
from .queue_acts import placed_before

log = logging.getLogger(__name__)

FRESH = 1.0
"""Seconds for which an outlook is valid without events."""
SHARE = 50
"""The outlook of a long queue is reused for this many times as long as its computation took."""
AT_ONCE = 500
"""Tasks processed per iteration of the loop."""
LEAST_HISTORY = 3
MOST_HISTORY = 200
"""Tasks read from the store, latest to end first. In a batch the slow ones end last, so this must cover a good part of
a large batch."""
LONG = 20
"""Tasks that make a history long."""
HOLDS = 2.0
"""Seconds for which a long history is not read again."""


class Range(Struct, frozen=True):
    """Seconds, low to high."""

    low: float
    high: float


UNKNOWN = Range(0.0, math.inf)


class Usual(Struct, frozen=True):
    """Durations of similar tasks: the middle half, and the longest."""

    ran: Range | None = None
    total: Range | None = None
    longest_run: float = 0.0
    longest_total: float = 0.0


def usual(timings: Sequence[Timing]) -> Usual:
    """The usual durations among `timings`; a part known for fewer than three tasks is None."""
    ran = sorted(timing.ran for timing in timings if timing.ran >= 0)
    total = sorted(timing.total for timing in timings if timing.total >= 0)
    return Usual(
        ran=_middle_half(ran),
        total=_middle_half(total),
        longest_run=ran[-1] if ran else 0.0,
        longest_total=total[-1] if total else 0.0,
    )


def remaining_range(task: Task, known: Usual, now: float) -> Range | None:
    """Time left of a live task; None if it is throttled or already longer than any before it."""
    match task.state:
        case State.RUNNING if known.ran is not None and task.running_since is not None:
            left = _minus(known.ran, now - task.running_since, known.longest_run)
            return _narrowed(left, task, now) if left is not None else None
        case State.PENDING if known.total is not None and task.sent_at is not None:
            return _minus(known.total, now - task.sent_at, known.longest_total)
        case _:
            return None


def _minus(span: Range, elapsed: float, longest: float) -> Range | None:
    if elapsed < span.high:
        return Range(max(0.0, span.low - elapsed), span.high - elapsed)
    if elapsed < longest:
        return Range(0.0, longest - elapsed)
    return None


def _narrowed(left: Range, task: Task, now: float) -> Range:
    """From 20 % on, the server's progress takes precedence over the history."""
    if task.progress is None or task.running_since is None or not 0.2 <= task.progress < 1.0:
        return left
    by_progress = (now - task.running_since) * (1.0 - task.progress) / task.progress
    low, high = 0.75 * by_progress, 1.35 * by_progress
    if high < left.low or low > left.high:
        return Range(low, high)
    return Range(max(low, left.low), min(high, left.high))


def _middle_half(values: Sequence[float]) -> Range | None:
    """From the lower to the upper quartile of sorted values."""
    if len(values) < LEAST_HISTORY:
        return None
    return Range(_quantile(values, 0.25), _quantile(values, 0.75))


def _quantile(values: Sequence[float], part: float) -> float:
    rank = part * (len(values) - 1)
    below = int(rank)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (rank - below)


Kind = tuple[str, str, str]


class _History(Struct, frozen=True):
    """The store's history of a kind. `endings`: tasks of its endpoint and model that had ended in this run by then."""

    usual: Usual
    tasks: int
    endings: int
    at: float


class Forecasts:
    def __init__(self, store: Store, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[Kind, _History] = {}
        self._endings: Counter[tuple[str, str]] = Counter()
        bus.listen(self._hear)

    async def remaining(self, task: Task) -> Range | None:
        """Time left of a live task in seconds; None for one that is hidden from the key in use."""
        if not task.state.is_live or task.is_hidden:
            return None
        return remaining_range(task, await self.usual(task.request), self._clock.now())

    async def usual(self, request: Request) -> Usual:
        """How long requests like this one take."""
        key = kind_of(request)
        if self.is_wanted(key):
            if not request.model:
                return Usual()
            endings, now = self._endings[key[:2]], self._clock.monotonic()
            timings = await self._store.timings(*key, limit=MOST_HISTORY)
            self._known[key] = _History(usual(timings), len(timings), endings, now)
        return self._known[key].usual

    def usual_now(self, request: Request) -> Usual | None:
        """Like `usual`, from the cache only; None if not read yet."""
        return self.known(kind_of(request))

    def known(self, kind: Kind) -> Usual | None:
        """The cached history of a kind."""
        history = self._known.get(kind)
        return None if history is None else history.usual

    def is_wanted(self, kind: Kind) -> bool:
        """Whether `usual` would read from the store."""
        history = self._known.get(kind)
        if history is None:
            return True
        if history.endings == self._endings[kind[:2]]:
            return False
        return history.tasks < LONG or self._clock.monotonic() >= history.at + HOLDS

    def _hear(self, event: Event) -> None:
        if isinstance(event, TaskChanged) and event.task.state is State.SUCCEEDED is not event.before.state:
            # Invalidates every kind of this endpoint and model.
            self._endings[event.task.request.endpoint, event.task.request.model] += 1


def kind_of(request: Request) -> Kind:
    """The key by which requests of similar duration are grouped."""
    return (request.endpoint, request.model, shape_of(request))


class Slots(Struct, frozen=True):
    """Tasks of one model at Runway. `limit` None: no limit."""

    in_use: int
    limit: int | None


class Outlook(Struct, frozen=True, kw_only=True):
    order: Mapping[TaskId, int] = field(default_factory=dict)
    """Queued tasks that will be sent automatically, with the position among those of their model, from 1."""
    starts: Mapping[TaskId, Range] = field(default_factory=dict)
    ends: Mapping[TaskId, Range | None] = field(default_factory=dict)
    """For every task at Runway or in `order`; None: unknown."""
    over: Mapping[TaskId, HeldBack] = field(default_factory=dict)
    """Queued tasks blocked by a cap or the balance, each with the credits that the others blocked by it need."""

    @property
    def all_sent(self) -> Range | None:
        """When all queued tasks will be done; None if there are none or it is unknown."""
        return self.left(self.order)

    def left(self, task_ids: Iterable[TaskId]) -> Range | None:
        """Time until the last of these tasks is done; None without any, or if one of them is unknown."""
        ends = [self.ends[task_id] for task_id in task_ids if task_id in self.ends]
        known = [end for end in ends if end is not None]
        if not ends or len(known) < len(ends):
            return None
        return Range(max(end.low for end in known), max(end.high for end in known))


def outlook(
    queued: Sequence[Task],
    at_runway: Sequence[Task],
    over: Mapping[TaskId, HeldBack],
    limit: Callable[[str], int | None],
    usual: Callable[[Task], Usual],
    now: float,
    *,
    is_sending: bool = True,
) -> Outlook:
    """`queued`: all queued tasks in order. `limit`: most tasks of a model at once. `is_sending`: nothing blocks the
    whole lane."""
    free: defaultdict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    """Two heaps per model: earliest and latest times at which its slots in use become free."""
    ends: dict[TaskId, Range | None] = {}
    for task in at_runway:
        known = usual(task)
        end = (remaining_range(task, known, now) if task.state.is_live else known.total) or UNKNOWN
        ends[task.id] = _known(end)
        lows, highs = free[task.request.model]
        heapq.heappush(lows, end.low)
        heapq.heappush(highs, end.high)
    order: dict[TaskId, int] = {}
    starts: dict[TaskId, Range] = {}
    counts: defaultdict[str, int] = defaultdict(int)
    limits = {model: limit(model) for model in {task.request.model for task in queued}}
    for task in queued:
        if task.waits_for_person or task.id in over:
            continue
        model = task.request.model
        counts[model] += 1
        order[task.id] = counts[model]
        slots = free[model]
        start = _start(slots, limits[model]) if is_sending else UNKNOWN
        total = usual(task).total or UNKNOWN
        end = Range(start.low + total.low, start.high + total.high)
        heapq.heappush(slots[0], end.low)
        heapq.heappush(slots[1], end.high)
        ends[task.id] = _known(end)
        if _known(start) is not None:
            starts[task.id] = start
    return Outlook(order=order, starts=starts, ends=ends, over=over)


def _start(slots: tuple[list[float], list[float]], limit: int | None) -> Range:
    """When the next slot is free; removes it from the heaps."""
    if limit is None:
        return Range(0.0, 0.0)
    if limit <= 0:
        return UNKNOWN
    found = []
    for ends in slots:
        at = 0.0
        while len(ends) >= limit:
            at = max(at, heapq.heappop(ends))
        found.append(at)
    return Range(found[0], found[1])


def _known(span: Range) -> Range | None:
    return span if span.high < math.inf else None


@dataclass(eq=False, repr=False)
class Outlooks:
    """`over`: which queued tasks, in order, a cap or the balance blocks. `limit`: most tasks of a model at once.
    `is_sending`: nothing blocks the whole lane."""

    _ledger: Ledger
    _forecasts: Forecasts
    _over: Callable[[Sequence[Task]], Mapping[TaskId, HeldBack]]
    _limit: Callable[[str], int | None]
    _is_sending: Callable[[], bool]
    _clock: Clock

    def __post_init__(self) -> None:
        self._kinds: dict[TaskId, tuple[Request, Kind]] = {}
        self._in_use: dict[Kind, Request] = {}
        """One request of each kind that was open at the last full scan."""
        self._has_new = True
        self._known: Outlook | None = None
        self._holds_until = self._rests_until = 0.0
        self._is_stale = True

    def now(self) -> Outlook:
        """The current outlook, or a cached one."""
        now = self._clock.monotonic()
        if self._known is None or now >= self._holds_until or (self._is_stale and now >= self._rests_until):
            self._known = self._made(self._ledger.queued())
            took = self._clock.monotonic() - now
            self._rests_until = now + SHARE * took
            self._holds_until = max(now + FRESH, self._rests_until)
            self._is_stale = False
        return self._known

    def forget(self, *, at_once: bool = False) -> None:
        """Invalidates the cache; for a long queue only after a pause, unless `at_once`."""
        self._is_stale = True
        if at_once:
            self._rests_until = 0.0

    def if_moved(self, task_ids: Sequence[TaskId], before: TaskId | None) -> Outlook:
        """The outlook if these queued tasks stood before another one; None: at the end."""
        return self._made(placed_before(self._ledger.queued(), task_ids, before))

    def follow(self, task: Task, before: Task | None = None) -> None:
        """A task was added or changed."""
        if task.state.is_final:
            self._kinds.pop(task.id, None)
        elif before is None or before.state.is_final or task.request is not before.request:
            self._has_new = True

    async def remember_times(self) -> None:
        """Reads the history of each open kind, so that `now` need not wait."""
        if self._has_new:
            self._has_new = False
            await self._look_at_all()
        for kind, request in list(self._in_use.items()):
            if self._forecasts.is_wanted(kind):
                try:
                    await self._forecasts.usual(request)
                except StoreError as error:
                    log.warning("The history of %s could not be read: %s", kind, error)
                self.forget()

    async def _look_at_all(self) -> None:
        tasks = self._ledger.open()
        open_now = {task.id for task in tasks}
        self._kinds = {task_id: known for task_id, known in self._kinds.items() if task_id in open_now}
        in_use: dict[Kind, Request] = {}
        for number, task in enumerate(tasks, start=1):
            in_use.setdefault(self._kind(task), task.request)
            if number % AT_ONCE == 0:
                await self._clock.sleep(0)
        self._in_use = in_use

    def _kind(self, task: Task) -> Kind:
        """Cached per request."""
        known = self._kinds.get(task.id)
        if known is None or known[0] is not task.request:
            known = self._kinds[task.id] = (task.request, kind_of(task.request))
        return known[1]

    def _made(self, queued: Sequence[Task]) -> Outlook:
        at_runway = [
            task
            for task in self._ledger.open()
            if (task.state.is_live and not task.is_hidden) or task.state is State.SENDING
        ]
        return outlook(
            queued,
            at_runway,
            self._over(queued),
            self._limit,
            self._usual,
            self._clock.now(),
            is_sending=self._is_sending(),
        )

    def _usual(self, task: Task) -> Usual:
        return self._forecasts.known(self._kind(task)) or Usual()
