"""Forecasts of the time left, as ranges from the durations of similar tasks; none with fewer than three similar tasks.

`remaining_range` and `usual` are pure. `Forecasts` caches the history of each kind until another such task has ended; a
long history, which one more task hardly changes, for at least `HOLDS`. `outlook` derives the queue's forecast. Seconds.
Loop's thread only; StoreError passes through `Forecasts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from runway_desktop.domain.events import Event, TaskChanged
from runway_desktop.domain.library import Timing
from runway_desktop.domain.prices import shape_of
from runway_desktop.domain.task import Request, State, Task
from runway_desktop.services.bus import Bus
from runway_desktop.services.ports import Clock, Store
from runway_desktop.values import Struct

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
