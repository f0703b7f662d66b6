"""What may happen to a task: what the person decides, how its sending went, what Runway says of it.

Immutable values without rules; `advance.py` says what each does to a task.
"""

from __future__ import annotations

from runway_desktop.values import Struct

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


class Answer(Struct, frozen=True, kw_only=True):
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


class Sending(Struct, frozen=True):
    """The sending begins: from here on the request may reach Runway. `evidence` is what was known just before, so that
    it outlives a program that dies in the middle; so does `key`, with which it is sent."""

    evidence: Evidence | None = None
    key: Fingerprint = NO_KEY


class Accepted(Struct, frozen=True):
    """Runway took it and gave it an id."""

    remote_id: RemoteId
    estimated_credits: float | None = None


class NotSent(Struct, frozen=True):
    """Nothing reached Runway, or Runway says that it did not take it (429, 503): back to the lane. `evidence` is kept
    where that is Runway's word alone, and the counts are read before it is sent again. `key` is the one that it was
    queued with; None: that with which it was sent."""

    hold: Hold = ITS_TURN
    evidence: Evidence | None = None
    key: Fingerprint | None = None


class Refused(Struct, frozen=True):
    """Runway answered that the request is not valid. No task was made, nothing is charged."""

    message: str
    refusals: tuple[Refusal, ...] = ()


class NoAnswer(Struct, frozen=True):
    """The request left and no answer came."""

    evidence: Evidence


class EvidenceGathered(Struct, frozen=True):
    evidence: Evidence


class LetGo(Struct, frozen=True):
    """The person gives up on an uncertain task."""


class Withdrawn(Struct, frozen=True):
    """The person cancels a held task: it never leaves."""


class Answered(Struct, frozen=True):
    """`key` is the one that it was asked for with, which need not be in use any more."""

    answer: Answer
    key: Fingerprint = NO_KEY


class NotFound(Struct, frozen=True):
    """Asked for with `key`, and answered 404: deleted, or another organization's."""

    key: Fingerprint


class Adopted(Struct, frozen=True):
    """The person says that Runway has it, and wants it asked for with `key`."""

    key: Fingerprint


class CancelAsked(Struct, frozen=True):
    """The person asked to cancel; Runway has not said anything yet."""


class Deleted(Struct, frozen=True):
    """Runway confirmed the DELETE of a task."""


Transition = (
    Sending
    | Accepted
    | NotSent
    | Refused
    | NoAnswer
    | EvidenceGathered
    | LetGo
    | Withdrawn
    | Answered
    | NotFound
    | Adopted
    | CancelAsked
    | Deleted
)


class CreatedTask(Struct, frozen=True, kw_only=True):
    remote_id: RemoteId
    estimated_credits: float | None = None
