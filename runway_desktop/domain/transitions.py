"""Transitions of a task: decisions of the user, the outcome of its create, answers of Runway.

Immutable values without rules; `advance.py` applies them.
"""

from __future__ import annotations

from runway_desktop.texts import Text
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
"""Meaning of each status of the server. Source: the API's reference, "Get a task"."""


class Answer(Struct, frozen=True, kw_only=True):
    """Runway's answer about a task (`GET /v1/tasks/{id}`), parsed. `status` is the server's word, known or not."""

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
        """Meaning of `status`: OTHER if this program does not know it. `status` is interpreted nowhere else."""
        return _STATES.get(self.status, State.OTHER)


class Sending(Struct, frozen=True):
    """The create begins: from now on it may reach Runway. `evidence` (readings just before) and `key` (used to send it)
    are stored first, so that they survive a crash."""

    evidence: Evidence | None = None
    key: Fingerprint = NO_KEY


class Accepted(Struct, frozen=True):
    """Runway accepted the create and returned an id."""

    remote_id: RemoteId
    estimated_credits: float | None = None


class NotSent(Struct, frozen=True):
    """Nothing reached Runway, or Runway says that it did not accept it (429, 503): the task returns to the lane.
    `evidence` is kept if only Runway's word says so; the counts are then read before it is sent again. `key` is the one
    it was queued with; None: the one it was sent with."""

    hold: Hold = ITS_TURN
    evidence: Evidence | None = None
    key: Fingerprint | None = None


class Refused(Struct, frozen=True):
    """Runway answered that the request is invalid. No task was created, nothing is charged."""

    message: Text | str
    refusals: tuple[Refusal, ...] = ()


class NoAnswer(Struct, frozen=True):
    """The request was sent and got no answer."""

    evidence: Evidence


class EvidenceGathered(Struct, frozen=True):
    evidence: Evidence


class LetGo(Struct, frozen=True):
    """The user dismisses an uncertain task."""


class Withdrawn(Struct, frozen=True):
    """The user cancels a held task: it is never sent. `hold` says so of a program's request that was not approved."""

    hold: Hold = ITS_TURN


class Answered(Struct, frozen=True):
    """`key` is the one that the task was read with, which may have been replaced since."""

    answer: Answer
    key: Fingerprint = NO_KEY


class NotFound(Struct, frozen=True):
    """Runway answered 404 to a read with `key`: deleted, or another organization's."""

    key: Fingerprint


class Adopted(Struct, frozen=True):
    """The user says that Runway has the task, and wants it polled with `key`."""

    key: Fingerprint


class CancelAsked(Struct, frozen=True):
    """The user asked to cancel; Runway has not answered yet."""


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
