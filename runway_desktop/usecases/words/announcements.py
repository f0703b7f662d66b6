"""Texts of desktop notifications: saved results, finished batches, failures, and requests of clients. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.library import GroupSummary, Row
from runway_desktop.domain.task import Output, OutputState, State, Task, TaskId
from runway_desktop.texts import Text, _, listed, ngettext
from runway_desktop.values import Struct

from . import units
from .holds import asker
from .states import Around, describe

LONGEST = 120
"""Characters of a prompt. Most systems cut off more."""


class End(StrEnum):
    """How a task ended, in the order of the text."""

    SAVED = "saved"
    FAILED = "failed"
    NOT_SAVED = "not saved"
    UNCERTAIN = "uncertain"


class Announcement(Struct, frozen=True):
    title: str
    text: str
    task_ids: tuple[TaskId, ...]
    """What to show when it is clicked."""
    is_problem: bool = False
    room: str = ""
    """The id of the room to open instead."""


_SETTLED = frozenset({OutputState.SAVED, OutputState.FAILED, OutputState.EXPIRED})


def may_end(states: Iterable[State], outputs: Iterable[Output]) -> bool:
    """Whether the change of a task to these states, or of its results, may be worth a notification."""
    ended = any(state.is_final or state is State.UNCERTAIN for state in states)
    return ended or any(output.state in _SETTLED for output in outputs)


def is_sent(before: Task | None, after: Task | None) -> bool:
    """Whether this change of a task means that Runway accepted it."""
    return before is not None and after is not None and before.state.is_local and after.state.is_live


def end_of(row: Row) -> End | None:
    """How a task ended; None while it runs or is being saved, and if the user ended it."""
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
    """Whether a batch is finished: all tasks have ended, and all results are saved."""
    ended = sum(amount for state, amount in batch.by_state.items() if state.is_final)
    return ended == batch.total and batch.saved == batch.by_state.get(State.SUCCEEDED, 0)


def of_sent(rows: Sequence[Row]) -> Announcement:
    """Tasks that Runway accepted: a single one by name, several by number."""
    ids = tuple(row.task.id for row in rows)
    if len(rows) > 1:
        return Announcement(ngettext("{n} task sent", "{n} tasks sent", len(rows)), "", ids)
    return Announcement(_("Sent"), name_of(rows[0].task), ids)


def of_tasks(ended: Sequence[tuple[Row, End]]) -> Announcement:
    """A single one by name, several by number."""
    ids = tuple(row.task.id for row, _ in ended)
    problem = any(end is not End.SAVED for _, end in ended)
    if len(ended) > 1:
        counts = Counter(end for _, end in ended)
        return Announcement(ngettext("{n} task ended", "{n} tasks ended", len(ended)), _counted(counts), ids, problem)
    row, _ = ended[0]
    return Announcement(describe(row, Around()).headline, name_of(row.task), ids, problem)


def of_requests(asked: Sequence[Task]) -> Announcement:
    """Requests of clients that wait for approval."""
    ids = tuple(task.id for task in asked)
    if len(asked) == 1:
        name = units.shortened(asked[0].request.prompt or model_label(asked[0].request.model), LONGEST)
        title = _("{program} asks for approval", program=asker(asked[0].hold))
        return Announcement(title, name, ids, room="requests")
    programs = listed(list(dict.fromkeys(asker(task.hold) for task in asked)))
    title = ngettext("{n} request needs your approval", "{n} requests need your approval", len(asked))
    return Announcement(title, programs, ids, room="requests")


def of_batch(batch: GroupSummary, task_ids: Sequence[TaskId]) -> Announcement:
    """A whole batch in one sentence."""
    failed = batch.total - batch.saved - batch.by_state.get(State.CANCELLED, 0)
    counts = Counter({End.SAVED: batch.saved, End.FAILED: failed})
    title = _("{batch} is done", batch=units.shortened(batch.title, LONGEST // 2))
    return Announcement(title, _counted(counts), tuple(task_ids), failed > 0)


def name_of(task: Task) -> str:
    """Its title, prompt or model."""
    return units.shortened(task.title or task.request.prompt or model_label(task.request.model), LONGEST)


def _counted(counts: Mapping[End, int]) -> str:
    found: Iterable[End] = (end for end in End if counts.get(end))
    return " · ".join(str(_COUNTED[end].of(counts[end])) for end in found)


_COUNTED = {
    End.SAVED: Text("{n} saved", "{n} saved"),
    End.FAILED: Text("{n} failed", "{n} failed"),
    End.NOT_SAVED: Text("{n} not saved", "{n} not saved"),
    End.UNCERTAIN: Text("{n} uncertain", "{n} uncertain"),
}
