"""The one function that moves a task from state to state.

Pure: `advance` takes a task and what happened and gives the next task. It never raises for what a server may say; it
raises `ImpossibleMove` only when the program itself asks for a move that has no meaning.
"""

from __future__ import annotations

from dataclasses import replace

from .failures import Failure
from .happenings import (
    Accepted,
    Answer,
    Answered,
    CancelAsked,
    Deleted,
    Dropped,
    EvidenceGathered,
    Happening,
    LetGo,
    NoAnswer,
    NotFound,
    NotSent,
    Refused,
    Sending,
)
from .task import State, Task


class ImpossibleMove(ValueError):
    """Our own mistake: a move that has no meaning in the task's state."""


_WORDS = {
    "PENDING": State.PENDING,
    "THROTTLED": State.THROTTLED,
    "RUNNING": State.RUNNING,
    "SUCCEEDED": State.SUCCEEDED,
    "FAILED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}


def advance(task: Task, happening: Happening, now: float) -> Task:
    """The next task. `now` in Unix seconds. Raises `ImpossibleMove` for the program's own mistakes only."""
    match happening:
        case Sending(evidence):
            _expect(task, happening, State.HELD)
            return replace(
                task,
                state=State.SENDING,
                sent_at=now,
                hold_reason="",
                refusals=(),
                failure=None,
                evidence=evidence,
            )
        case Accepted(remote_id, estimated):
            _expect(task, happening, State.SENDING, State.UNCERTAIN)
            return replace(
                task,
                state=State.PENDING,
                remote_id=remote_id,
                sent_at=task.sent_at or now,
                evidence=None,
                estimated_credits=estimated if estimated is not None else task.estimated_credits,
            )
        case NotSent(reason):
            _expect(task, happening, State.SENDING)
            return replace(task, state=State.HELD, sent_at=None, hold_reason=reason, evidence=None)
        case Refused(message, refusals):
            _expect(task, happening, State.SENDING)
            return replace(
                task,
                state=State.FAILED,
                ended_at=now,
                refusals=refusals,
                cost_credits=0.0,
                evidence=None,
                failure=Failure(code="REQUEST.REFUSED", words=message),
            )
        case NoAnswer(evidence):
            _expect(task, happening, State.SENDING)
            return replace(task, state=State.UNCERTAIN, evidence=evidence)
        case EvidenceGathered(evidence):
            return replace(task, evidence=evidence) if task.state is State.UNCERTAIN else task
        case LetGo():
            _expect(task, happening, State.UNCERTAIN)
            return replace(task, state=State.GONE, ended_at=now)
        case Dropped():
            _expect(task, happening, State.HELD)
            return replace(task, state=State.CANCELLED, ended_at=now, hold_reason="", cost_credits=0.0)
        case CancelAsked():
            return task if task.state.is_final else replace(task, cancel_asked=True)
        case Answered(answer):
            return _answered(task, answer, now)
        case NotFound() | Deleted():
            return _vanished(task, happening, now)


def _answered(task: Task, answer: Answer, now: float) -> Task:
    state = _WORDS.get(answer.status, State.OTHER)
    if task.state is State.SUCCEEDED and state is not State.SUCCEEDED:
        # A paid result stays one, whatever a late or confused answer says.
        return replace(task, asked_at=now)
    if task.state in (State.FAILED, State.CANCELLED) and not state.is_final:
        # An answer that was on its way while the task ended.
        return replace(task, asked_at=now)
    known = replace(
        task,
        state=state,
        remote_status=answer.status if state is State.OTHER else "",
        asked_at=now,
        remote_created_at=answer.created_at if answer.created_at is not None else task.remote_created_at,
        estimated_credits=answer.estimated_credits if answer.estimated_credits is not None else task.estimated_credits,
        cost_credits=answer.cost_credits if answer.cost_credits is not None else task.cost_credits,
        progress=answer.progress if state is State.RUNNING else None,
    )
    if state is State.RUNNING:
        # Progress that the server takes back would make the bar jump; the larger word stands.
        said = max((p for p in (task.progress, answer.progress) if p is not None), default=None)
        return replace(known, progress=said, running_since=task.running_since or now)
    if state.is_final:
        failure = Failure(code=answer.failure_code, words=answer.failure) if state is State.FAILED else None
        return replace(known, ended_at=task.ended_at if task.state.is_final and task.ended_at else now, failure=failure)
    return known


def _vanished(task: Task, happening: NotFound | Deleted, now: float) -> Task:
    if task.state is State.SUCCEEDED or (task.state.is_final and isinstance(happening, Deleted)):
        return replace(task, deleted_remotely=True, asked_at=now)
    if task.state.is_final:
        return replace(task, asked_at=now)
    ours = task.cancel_asked or isinstance(happening, Deleted)
    return replace(task, state=State.CANCELLED if ours else State.GONE, ended_at=now, asked_at=now, progress=None)


def _expect(task: Task, happening: Happening, *states: State) -> None:
    if task.state not in states:
        raise ImpossibleMove(f"{type(happening).__name__} makes no sense for a task that is {task.state}")
