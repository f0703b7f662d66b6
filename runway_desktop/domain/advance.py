"""State machine of a task: the transitions (decisions of the user, the outcome of its create, answers of Runway), and
one pure function that applies them.

`advance` takes a task and a transition and returns the next task. No answer of a server makes it raise; it raises
`ImpossibleMove` only for a bug of this program.
"""

from __future__ import annotations

from collections.abc import Iterable

from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from .account import NO_KEY, Fingerprint
from .failures import Failure
from .media import Media, guess_media
from .task import ITS_TURN, Evidence, Hold, Output, Refusal, RemoteId, State, Task
from .workflows.routing import Routing
from .workflows.runs import COST_FOR, NodeFailure, Run, placed

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
    """Runway's answer about a task (`GET /v1/tasks/{id}`) or a run of a workflow, parsed. `status` is the server's
    word, known or not."""

    remote_id: RemoteId
    status: str
    created_at: float | None = None
    progress: float | None = None
    estimated_credits: float | None = None
    cost_credits: float | None = None
    output: tuple[str, ...] = ()
    failure: str = ""
    failure_code: str = ""
    nodes: tuple[str, ...] | None = None
    """Of a run: the node of each output; it may be RUNNING and list only those that are made. None: a task."""
    node_failures: tuple[NodeFailure, ...] = ()

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
    routing: Routing | None = None


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
    """The user cancels a queued task: it is never sent. `hold` says so of a program's request that was not approved."""

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
    routing: Routing | None = None


POLL_GAP = 5.0
"""Least seconds between two polls of a task, and between its sending and the first. Source: the API's guide."""
GONE_AFTER = 30.0
"""Seconds between two 404s for a task under its own key, with no other answer in between, after which the task is GONE.
One 404 is not enough: servers under maintenance, or that do not know a new task yet, answer 404 for a moment."""
SOUGHT_GONE_AFTER = 4.0
"""The same for an id that the user entered and that Runway never answered for: a task made elsewhere is known at Runway
already, and a wrong id should be reported soon. Less than `POLL_GAP`."""
CANCELED_AFTER = 90.0
"""The same for a task whose cancel was requested; it then counts as canceled. Longer, because a task that is only not
known yet still runs and is charged, and because a canceled task is polled closely in its first minute."""


class ImpossibleMove(ValueError):
    """A bug of this program: the transition is not valid in the task's state."""


def advance(task: Task, transition: Transition, now: float) -> Task:
    """Returns the next task. `now` in Unix seconds. Raises `ImpossibleMove` only for a bug of this program."""
    match transition:
        case Sending(evidence, key):
            _expect(task, transition, State.QUEUED)
            if task.waits_for_person:
                raise ImpossibleMove("A task that waits for the person is not sent")
            sending = replace(task, state=State.SENDING, sent_at=now, hold=ITS_TURN, evidence=evidence, key=key)
            return replace(sending, run=Run()) if task.is_run else sending
        case Accepted(remote_id, estimated, routing):
            # GONE: the person dismissed the uncertain task before its id was written. It is paid for, so it is kept.
            _expect(task, transition, State.SENDING, State.UNCERTAIN, State.GONE)
            price = task.evidence.price if task.evidence is not None else None
            return replace(
                task,
                state=State.PENDING,
                remote_id=remote_id,
                ended_at=None,
                evidence=None,
                hold=ITS_TURN,
                routing=routing,
                # Where Runway gives no estimate, the price computed before sending counts as spent.
                estimated_credits=next(
                    (credits for credits in (estimated, task.estimated_credits, price) if credits is not None), None
                ),
            )
        case NotSent(hold, evidence, key):
            _expect(task, transition, State.SENDING)
            kept = task.hold if task.waits_for_person else hold
            queued_with = task.key if key is None else key
            back = replace(task, state=State.QUEUED, sent_at=None, hold=kept, evidence=evidence, key=queued_with)
            return _dropped(back, now) if task.cancel_asked else back
        case Refused(message, refusals):
            _expect(task, transition, State.SENDING)
            return replace(
                task,
                state=State.FAILED,
                ended_at=now,
                refusals=refusals,
                cost_credits=0.0,
                evidence=None,
                hold=ITS_TURN,
                failure=Failure(code="REQUEST.REFUSED", words=message),
            )
        case NoAnswer(evidence):
            _expect(task, transition, State.SENDING)
            return replace(task, state=State.UNCERTAIN, evidence=evidence, hold=ITS_TURN)
        case EvidenceGathered(evidence):
            return replace(task, evidence=evidence) if task.state is State.UNCERTAIN else task
        case LetGo():
            _expect(task, transition, State.UNCERTAIN)
            return replace(task, state=State.GONE, ended_at=now)
        case Withdrawn(hold):
            _expect(task, transition, State.QUEUED)
            return _dropped(task, now, hold)
        case CancelAsked():
            return task if task.state.is_final else replace(task, cancel_asked=True)
        case Answered(answer, key):
            return _answered(task, answer, key, now)
        case NotFound(key):
            return _not_found(task, key, now)
        case Adopted(key):
            return _adopted(task, key)
        case Deleted():
            return _deleted(task, now)


def _dropped(task: Task, now: float, why: Hold = ITS_TURN) -> Task:
    """Ends a queued task that the user does not want sent. Keeps the hold if it says that the task may exist at
    Runway."""
    hold = task.hold if task.may_be_sent_already else why
    cost = None if task.may_be_made else 0.0
    return replace(task, state=State.CANCELLED, ended_at=now, hold=hold, cost_credits=cost)


def _answered(task: Task, answer: Answer, key: Fingerprint, now: float) -> Task:
    state = answer.state
    if task.state is State.UNCERTAIN:
        # An answer that was under way when the person undid that the task was found.
        return task
    if task.state is State.SUCCEEDED and state is not State.SUCCEEDED:
        # A paid result is never lost to a late or inconsistent answer.
        return replace(task, asked_at=now)
    if task.state in (State.FAILED, State.CANCELLED) and not state.is_final and not task.is_missed:
        # A late answer, sent before the task ended.
        return replace(task, asked_at=now)
    known = replace(
        task,
        state=state,
        remote_status=answer.status if state is State.OTHER else "",
        asked_at=now,
        remote_created_at=answer.created_at if answer.created_at is not None else task.remote_created_at,
        estimated_credits=answer.estimated_credits if answer.estimated_credits is not None else task.estimated_credits,
        cost_credits=answer.cost_credits if answer.cost_credits is not None else task.cost_credits,
        progress=None,
        ended_at=None,
        key=key or task.key,
        hidden_from=NO_KEY,
        not_found_at=None,
        # The task exists at Runway, so an earlier "deleted" is dropped.
        deleted_remotely=task.deleted_remotely and state is not State.SUCCEEDED,
        run=_run(task, answer, now),
    )
    if state is State.RUNNING:
        # Progress never goes back: a smaller value from the server would make the bar jump.
        said = max((p for p in (task.progress, answer.progress) if p is not None), default=None)
        return replace(known, progress=said, running_since=task.running_since or now)
    if state.is_final:
        failure = Failure(code=answer.failure_code, words=answer.failure) if state is State.FAILED else None
        # GONE was our guess; drop its end time.
        ended_at = None if task.is_missed else task.ended_at
        return replace(known, ended_at=ended_at or now, failure=failure)
    return known


def _run(task: Task, answer: Answer, now: float) -> Run | None:
    if answer.nodes is None:
        return task.run
    known, due = task.run or Run(), None
    if answer.state.is_final and answer.cost_credits is None and task.cost_credits is None:
        # A canceled run never declares a cost. Source: the SDK's types.
        ends = now if answer.state is State.CANCELLED else now + COST_FOR
        due = known.cost_due if task.state.is_final and not task.is_missed else ends
    made, _ = placed(known, answer.nodes, answer.output)
    return replace(made, failures=answer.node_failures or known.failures, cost_due=due)


def _not_found(task: Task, key: Fingerprint, now: float) -> Task:
    """Handles a 404. Only two of them under the task's own key end the task. Another key may belong to an organization
    that never had it."""
    if not task.state.is_live and not task.has_results:
        return replace(task, asked_at=now)
    if key == NO_KEY or key != task.key:
        return replace(task, hidden_from=key if task.state.is_live else NO_KEY, asked_at=now)
    since = None if task.not_found_at is None else now - task.not_found_at
    # Negative: the clock was set back, so the time since the first 404 is unknown.
    if since is None or since < 0:
        return replace(task, not_found_at=now, hidden_from=NO_KEY, asked_at=now)
    is_cancel = task.state.is_live and task.cancel_asked
    if since < (CANCELED_AFTER if is_cancel else SOUGHT_GONE_AFTER if task.is_sought else GONE_AFTER):
        return replace(task, hidden_from=NO_KEY, asked_at=now)
    if task.has_results:
        return replace(task, deleted_remotely=True, asked_at=now)
    if is_cancel:
        return replace(_over(task, State.CANCELLED, now), not_found_at=task.not_found_at)
    return _over(task, State.GONE, now)


def _deleted(task: Task, now: float) -> Task:
    if task.state.is_final:
        return replace(task, deleted_remotely=True, asked_at=now)
    return _over(task, State.CANCELLED, now)


def _over(task: Task, state: State, now: float) -> Task:
    run = replace(task.run, cost_due=now) if task.run is not None and task.cost_credits is None else task.run
    over = replace(task, state=state, ended_at=now, asked_at=now, progress=None, run=run)
    return replace(over, hidden_from=NO_KEY, not_found_at=None)


def _adopted(task: Task, key: Fingerprint) -> Task:
    """Polls the task again as if it had never been missed. A live task with a known key keeps that key: a 404 under
    another key says nothing, and the adopting key would end it."""
    fresh = replace(task, hidden_from=NO_KEY, not_found_at=None)
    match task.state:
        case _ if task.is_missed:
            return replace(
                fresh, state=State.PENDING, key=key, remote_status="", ended_at=None, asked_at=None, cancel_asked=False
            )
        case State.SUCCEEDED if task.deleted_remotely:
            return replace(fresh, deleted_remotely=False, key=key)
        case _ if task.state.is_live and task.adopted and task.key == NO_KEY:
            return replace(fresh, key=key)
        case _:
            return fresh


def _expect(task: Task, transition: Transition, *states: State) -> None:
    if task.state not in states:
        raise ImpossibleMove(f"{type(transition).__name__} makes no sense for a task that is {task.state}")


def outputs_of(task: Task, answer: Answer, now: float, makes: Media) -> tuple[Output, ...]:
    """The results whose links an answer contains, not saved yet. `task`: as moved by the answer. `makes`: what the
    task's endpoint makes."""
    indexes: Iterable[int] = range(len(answer.output))
    if task.run is not None and answer.nodes is not None:
        indexes = placed(task.run, answer.nodes, answer.output)[1]
    return tuple(
        Output(task_id=task.id, index=index, url=url, url_fetched_at=now, media=guess_media(url, makes))
        for index, url in zip(indexes, answer.output, strict=True)
    )
