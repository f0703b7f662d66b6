"""What is worth telling a person who looks elsewhere: results that were saved, batches that are done, and what went
wrong. What to tell of is the person's choice; each end is told once.

Ends that come close together are told together. Whether anybody looks at the window, and how the system tells it, is
not decided here. GUI thread only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.library import Filter, GroupBy, GroupSummary, Listing, Row
from runway_desktop.domain.task import BatchId, OutputState, State, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.states import Around, describe

from .bridge import Bridge

GATHER_MS = 2000
LONGEST = 120
"""Characters of a prompt. More is cut off by most systems."""


class End(StrEnum):
    """How it went, in the order in which it is told."""

    SAVED = "saved"
    FAILED = "failed"
    NOT_SAVED = "not saved"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Announcement:
    title: str
    text: str
    task_ids: tuple[TaskId, ...]
    """What to show when it is clicked."""
    is_problem: bool = False


class Announcements(QObject):
    announced = Signal(object)
    """An Announcement."""

    def __init__(self, engine: Engine, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._touched: dict[TaskId, None] = {}
        self._told: set[tuple[str, End]] = set()
        self._timer = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._timer.timeout.connect(self.flush)
        bridge.tasks_touched.connect(self._hear)

    def flush(self) -> None:
        """Looks now at what was gathered."""
        self._timer.stop()
        touched, self._touched = tuple(self._touched), {}
        if touched and self._engine.settings.announce != "off":
            self._runner(self._look(touched), "announce")

    def _hear(self, changes: Mapping[TaskId, Touch]) -> None:
        for task_id, touch in changes.items():
            states = {output.state for output in touch.outputs.values()}
            if any(may_end(state) for state in touch.states) or states & _SETTLED:
                self._touched[task_id] = None
        if self._touched and not self._timer.isActive():
            self._timer.start()

    async def _look(self, task_ids: Sequence[TaskId]) -> None:
        ended: list[tuple[Row, End]] = []
        for row in await self._engine.library.rows(task_ids):
            end = end_of(row)
            if end is not None and (row.task.id, end) not in self._told:
                self._told.add((row.task.id, end))
                ended.append((row, end))
        match self._engine.settings.announce:
            case "each":
                self._tell(ended)
            case "batch":
                alone = [(row, end) for row, end in ended if row.task.batch_id is None or end is End.UNCERTAIN]
                self._tell(alone)
                batches = dict.fromkeys(row.task.batch_id for row, _ in ended if row.task.batch_id is not None)
                for batch_id in batches:
                    await self._look_at_batch(batch_id, [row.task.id for row, _ in ended])
            case "failures":
                self._tell([(row, end) for row, end in ended if end is not End.SAVED])
            case "off":
                pass

    async def _look_at_batch(self, batch_id: BatchId, task_ids: Sequence[TaskId]) -> None:
        listing = Listing(filter=Filter(batches=frozenset({batch_id})), group=GroupBy.BATCH)
        for batch in await self._engine.library.groups(listing):
            if is_over(batch) and (batch_id, End.SAVED) not in self._told:
                self._told.add((batch_id, End.SAVED))
                self.announced.emit(of_batch(batch, task_ids))

    def _tell(self, ended: Sequence[tuple[Row, End]]) -> None:
        if ended:
            self.announced.emit(of_tasks(ended))


_SETTLED = frozenset({OutputState.SAVED, OutputState.FAILED, OutputState.EXPIRED})


def may_end(state: State) -> bool:
    """Whether a task that came to this state may be worth a word."""
    return state.is_final or state is State.UNCERTAIN


def end_of(row: Row) -> End | None:
    """How a task ended; None while it goes on or is being saved, and for what the person ended."""
    match row.task.state:
        case State.UNCERTAIN:
            return End.UNCERTAIN
        case State.FAILED:
            return End.FAILED
        case State.GONE:
            return None if row.task.let_go else End.FAILED
        case State.SUCCEEDED if row.outputs:
            states = {output.state for output in row.outputs}
            if states == {OutputState.SAVED}:
                return End.SAVED
            return End.NOT_SAVED if states <= _SETTLED else None
        case _:
            return None


def is_over(batch: GroupSummary) -> bool:
    """Whether nothing of a batch goes on: all have ended, and what was made is saved."""
    ended = sum(amount for state, amount in batch.by_state.items() if state.is_final)
    return ended == batch.total and batch.saved == batch.by_state.get(State.SUCCEEDED, 0)


def of_tasks(ended: Sequence[tuple[Row, End]]) -> Announcement:
    """One by name, several by number."""
    ids = tuple(row.task.id for row, _ in ended)
    problem = any(end is not End.SAVED for _, end in ended)
    if len(ended) > 1:
        counts = Counter(end for _, end in ended)
        return Announcement(
            units.count(len(ended), "task has", "tasks have") + " ended", _counted(counts), ids, problem
        )
    row, _ = ended[0]
    name = row.task.title or row.task.request.prompt or row.task.request.model
    return Announcement(describe(row, Around()).headline, units.shortened(name, LONGEST), ids, problem)


def of_batch(batch: GroupSummary, task_ids: Sequence[TaskId]) -> Announcement:
    """A whole batch in one sentence."""
    failed = batch.total - batch.saved - batch.by_state.get(State.CANCELLED, 0)
    counts = Counter({End.SAVED: batch.saved, End.FAILED: failed})
    title = f"{units.shortened(batch.title, LONGEST // 2)} is done"
    return Announcement(title, _counted(counts), tuple(task_ids), failed > 0)


def _counted(counts: Mapping[End, int]) -> str:
    found: Iterable[End] = (end for end in End if counts.get(end))
    return " · ".join(f"{counts[end]:,} {end.value}" for end in found)
