"""What may happen to a task: what the person decides, how its sending went, what Runway says of it.

Immutable values without rules; `advance.py` says what each does to a task.
"""

from __future__ import annotations

from dataclasses import dataclass

from .account import NO_KEY, Fingerprint
from .task import ITS_TURN, Evidence, Hold, Refusal, RemoteId, State

_STATES = {
    "PENDING": State.PENDING,
    "THROTTLED": State.THROTTLED,
    "RUNNING": State.RUNNING,
    "SUCCEEDED": State.SUCCEEDED,
    "FAILED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}
"""What each word of the server means. Source: the API's reference, "Get a task"."""


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

    @property
    def state(self) -> State:
        """What `status` means: OTHER for a word that this program does not know. Nobody else reads the word."""
        return _STATES.get(self.status, State.OTHER)


@dataclass(frozen=True, slots=True)
class Sending:
    """The sending begins: from here on the request may reach Runway. `evidence` is what was known just before, so that
    it outlives a program that dies in the middle; so does `key`, with which it is sent."""

    evidence: Evidence | None = None
    key: Fingerprint = NO_KEY


@dataclass(frozen=True, slots=True)
class Accepted:
    """Runway took it and gave it an id."""

    remote_id: RemoteId
    estimated_credits: float | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing reached Runway, or Runway says that it did not take it (429, 503): back to the lane. `evidence` is kept
    where that is Runway's word alone, and the counts are read before it is sent again."""

    hold: Hold = ITS_TURN
    evidence: Evidence | None = None


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
    """`key` is the one that it was asked for with, which need not be in use any more."""

    answer: Answer
    key: Fingerprint = NO_KEY


@dataclass(frozen=True, slots=True)
class NotFound:
    """Asked for with `key`, and answered 404: deleted, or another organization's."""

    key: Fingerprint


@dataclass(frozen=True, slots=True)
class Adopted:
    """The person says that Runway has it, and wants it asked for with `key`."""

    key: Fingerprint


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """The person asked to cancel; Runway has not said anything yet."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """Runway confirmed the DELETE of a task."""


Transition = (
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
    | Adopted
    | CancelAsked
    | Deleted
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedTask:
    remote_id: RemoteId
    estimated_credits: float | None = None
