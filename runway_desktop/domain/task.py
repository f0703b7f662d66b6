"""A task, its outputs and inputs, and the one function that moves a task from state to state.

Pure and immutable: `advance` takes a task and what happened and gives the next task. It never raises for what a server
may say; it raises `ImpossibleMove` only when the program itself asks for a move that has no meaning. Times are Unix
seconds (UTC), credits are floats, identifiers are strings.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NewType

from .failures import Failure

TaskId = NewType("TaskId", str)
RemoteId = NewType("RemoteId", str)
BatchId = NewType("BatchId", str)


class State(StrEnum):
    """Where a task is. HELD and SENDING are local, UNCERTAIN is between, the others are the server's word."""

    HELD = "held"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    PENDING = "pending"
    THROTTLED = "throttled"
    RUNNING = "running"
    OTHER = "other"
    """A status that this program does not know; its word is in `Task.remote_status`, and the task is asked for as
    ever."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    GONE = "gone"
    """Answered 404 without our cancel: deleted at Runway, or not of this key's organization. Or an uncertain one that
    was let go."""

    @property
    def is_live(self) -> bool:
        """At Runway and not ended: the poller asks for it."""
        return self in LIVE

    @property
    def is_final(self) -> bool:
        return self in FINAL

    @property
    def is_local(self) -> bool:
        return self in LOCAL


LOCAL = frozenset({State.HELD, State.SENDING})
LIVE = frozenset({State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER})
FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.GONE})


WAITS_FOR_YOU = "Waits until you send it."
"""The `hold_reason` of a task that is kept in the lane until the person sends it."""


class Media(StrEnum):
    """What kind of thing a file is, as far as the preview cares."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


class Pick(StrEnum):
    """What the person decided of a result."""

    NONE = ""
    PICK = "pick"
    REJECT = "reject"


class OutputState(StrEnum):
    WAITING = "waiting"
    DOWNLOADING = "downloading"
    SAVED = "saved"
    FAILED = "failed"
    """The last attempt failed for a reason on this machine (disk full, folder missing); `Output.problem` says it. Tried
    again."""
    EXPIRED = "expired"
    """Runway keeps it no longer and it was never saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One result of a task. `index` counts from 0 in the server's order."""

    task_id: TaskId
    index: int
    url: str
    url_fetched_at: float
    state: OutputState = OutputState.WAITING
    media: Media = Media.OTHER
    path: str = ""
    size: int = 0
    sha256: str = ""
    saved_at: float | None = None
    problem: str = ""
    poster: str = ""
    """Path of the poster picture, made once by whoever can decode the file; empty until then."""
    width: int = 0
    height: int = 0
    duration: float = 0.0

    @property
    def is_here(self) -> bool:
        """Saved, and not moved to the bin since: there should be a file at `path`."""
        return self.state is OutputState.SAVED and bool(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A file or link that a request uses. `place` is the path in the request's values, such as ("promptImage",) or
    ("references", 0, "uri")."""

    task_id: TaskId
    place: tuple[str | int, ...]
    uri: str
    media: Media = Media.OTHER
    path: str = ""
    sha256: str = ""
    size: int = 0
    upload_uri: str = ""
    uploaded_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of Runway. `values` is the wire JSON without `model`; a local file stands there as a file://
    URI."""

    endpoint: str
    model: str
    values: Mapping[str, Any] = field(default_factory=dict)
    prompt: str = ""
    """The words of the request, for the list and the search. Derived from `values` by whoever builds the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    id: BatchId
    name: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One thing that Runway did not like about a request (HTTP 400 `issues`). `path` names the field; empty means the
    whole."""

    path: tuple[str | int, ...]
    message: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was known about money and counts around a sending that got no answer. None: could not be asked."""

    balance_before: float | None = None
    balance_after: float | None = None
    daily_before: int | None = None
    daily_after: int | None = None
    accepted_between: int = 0
    """Sendings of the same model, by this program, that did get an answer between the two readings."""
    charged_between: float = 0.0
    """Credits that this program's other sendings, of any model, were estimated at between the two readings."""
    price: float | None = None
    """What the task would probably cost, where it is known."""
    reason: str = ""
    """What happened to the sending, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    id: TaskId
    request: Request
    created_at: float
    state: State = State.HELD
    batch_id: BatchId | None = None
    project: str = ""
    parent_id: TaskId | None = None
    """The task of which this is a retry, an edit or a remix."""
    position: float = 0.0
    """Order in the local lane; smaller is sent sooner."""
    remote_id: RemoteId | None = None
    remote_status: str = ""
    sent_at: float | None = None
    remote_created_at: float | None = None
    running_since: float | None = None
    ended_at: float | None = None
    asked_at: float | None = None
    progress: float | None = None
    estimated_credits: float | None = None
    cost_credits: float | None = None
    failure: Failure | None = None
    refusals: tuple[Refusal, ...] = ()
    evidence: Evidence | None = None
    cancel_asked: bool = False
    adopted: bool = False
    deleted_remotely: bool = False
    """Its results were deleted at Runway; what was saved before is still here."""
    hold_reason: str = ""
    """Why a held task waits, when it is not just its turn ("The balance is too low"). Empty else."""
    removed_at: float | None = None
    """Removed from the list (undo is possible); files and ledger stay."""
    title: str = ""
    """A name given by the person (F2); empty: the prompt stands for it."""
    rating: int = 0
    """1 to 5 stars; 0: not rated."""
    pick: Pick = Pick.NONE
    tags: tuple[str, ...] = ()
    """Each as `domain.search.clean_tag` spells it, each once, in the order in which they were given."""
    shot: str = ""
    """The shot that it is meant for, such as "010"."""
    note: str = ""

    @property
    def credits(self) -> float | None:
        """The best known price: the actual one, else the estimate."""
        return self.cost_credits if self.cost_credits is not None else self.estimated_credits

    @property
    def let_go(self) -> bool:
        return self.state is State.GONE and self.remote_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Runway said of a task (`GET /v1/tasks/{id}`), already off the wire. `status` is the server's word, known or
    not."""

    remote_id: RemoteId
    status: str
    created_at: float | None = None
    progress: float | None = None
    estimated_credits: float | None = None
    cost_credits: float | None = None
    output: tuple[str, ...] = ()
    failure: str = ""
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """The sending begins: from here on the request may reach Runway. `evidence` is what was known just before, so that
    it outlives a program that dies in the middle."""

    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """Runway took it and gave it an id."""

    remote_id: RemoteId
    estimated_credits: float | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Surely nothing reached Runway, or it was turned away unread (429, 503): back to the lane."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Runway answered that the request is not valid. No task was made, nothing is charged."""

    message: str
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The request left and no answer came."""

    evidence: Evidence


@dataclass(frozen=True, slots=True)
class EvidenceGathered:
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class LetGo:
    """The person gives up on an uncertain task."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The person cancels a held task: it never leaves."""


@dataclass(frozen=True, slots=True)
class Answered:
    answer: Answer


@dataclass(frozen=True, slots=True)
class NotFound:
    """Asked for, and answered 404."""


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """The person asked to cancel; Runway has not said anything yet."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """Runway confirmed the DELETE of a task."""


Happening = (
    Sending
    | Accepted
    | NotSent
    | Refused
    | NoAnswer
    | EvidenceGathered
    | LetGo
    | Dropped
    | Answered
    | NotFound
    | CancelAsked
    | Deleted
)


class ImpossibleMove(ValueError):
    """Our own mistake: a move that has no meaning in the task's state."""


def new_task_id() -> TaskId:
    return TaskId(uuid.uuid4().hex)


def new_batch_id() -> BatchId:
    return BatchId(uuid.uuid4().hex)


def parse_remote_id(text: str) -> RemoteId | None:
    """A version-4 UUID in its usual spelling, whatever the case and the blanks around it; None for anything else.
    Source: the API's description gives task ids the format uuid4."""
    word = text.strip().lower()
    try:
        value = uuid.UUID(word)
    except ValueError:
        return None
    return RemoteId(word) if value.version == 4 and str(value) == word else None


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
