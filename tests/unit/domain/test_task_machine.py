"""The transition function keeps the invariants of `tests.rigs.invariants` for random sequences of events."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.advance import (
    Accepted,
    Adopted,
    Answer,
    Answered,
    CancelAsked,
    Deleted,
    EvidenceGathered,
    ImpossibleMove,
    LetGo,
    NoAnswer,
    NotFound,
    NotSent,
    Refused,
    Sending,
    Transition,
    Withdrawn,
    advance,
)
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import Evidence, Hold, HoldCode, RemoteId, Request, State, Task, TaskId
from runway_desktop.values import replace
from tests.rigs import invariants

REMOTE = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
KEYS = st.sampled_from((NO_KEY, Fingerprint("mine"), Fingerprint("theirs")))
STATUSES = st.sampled_from(
    ("PENDING", "THROTTLED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "DREAMING", "", "succeeded")
)
NUMBERS = st.none() | st.floats(allow_nan=True, allow_infinity=True)
EVIDENCE = Evidence(cause=Reason(ReasonCode.NO_REPLY))
PROGRAMS = st.sampled_from(
    (Accepted(REMOTE), NotSent(Hold(HoldCode.NOT_SENT)), Refused("No"), NoAnswer(EVIDENCE), LetGo(), Withdrawn(),
     EvidenceGathered(EVIDENCE), CancelAsked(), Deleted())
)  # fmt: skip
BY_PERSON = (LetGo, Withdrawn, Deleted)


class TaskMachine(RuleBasedStateMachine):
    """One task, to which everything happens at any time: also what the program must never ask for, which is refused
    and changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_750_000_000.0
        self.task = self.before = Task(
            id=TaskId("one"),
            request=Request(endpoint="text_to_video", model="gen4.5"),
            created_at=self.now,
            title="Fog",
            rating=4,
            tags=("sea",),
        )
        self.last: Transition | None = None

    @initialize(state=st.sampled_from(State))
    def is_in_any_state(self, state: State) -> None:
        has_id = state.is_live or state in (State.SUCCEEDED, State.FAILED)
        self.task = self.before = replace(
            self.task,
            state=state,
            remote_id=REMOTE if has_id else None,
            key=Fingerprint("mine") if has_id else NO_KEY,
            ended_at=self.now if state.is_final else None,
        )

    def happens(self, transition: Transition) -> None:
        self.before, self.last = self.task, transition
        try:
            self.task = advance(self.task, transition, self.now)
        except ImpossibleMove:
            self.last = None

    @rule(seconds=st.floats(-3_600, 86_400))
    def time_passes(self, seconds: float) -> None:
        self.before, self.last = self.task, None
        self.now += seconds

    @rule(key=KEYS)
    def is_sent(self, key: Fingerprint) -> None:
        self.happens(Sending(EVIDENCE, key))

    @rule(transition=PROGRAMS)
    def the_program_says(self, transition: Transition) -> None:
        self.happens(transition)

    @rule(status=STATUSES, key=KEYS, progress=NUMBERS, cost=NUMBERS, created=NUMBERS)
    def the_server_answers(
        self, status: str, key: Fingerprint, progress: float | None, cost: float | None, created: float | None
    ) -> None:
        if self.task.remote_id is not None:
            answer = Answer(remote_id=REMOTE, status=status, progress=progress, cost_credits=cost, created_at=created)
            self.happens(Answered(answer, key))

    @rule(key=KEYS)
    def the_server_does_not_know_it(self, key: Fingerprint) -> None:
        if self.task.remote_id is not None:
            self.happens(NotFound(key))

    @rule(key=KEYS)
    def is_adopted(self, key: Fingerprint) -> None:
        self.happens(Adopted(key))

    @invariant()
    def holds(self) -> None:
        one = self.task.id
        by_server = [one] if isinstance(self.last, Answered | NotFound) else []
        by_person = [one] if isinstance(self.last, BY_PERSON) else []
        invariants.watch({one: self.before}, {one: self.task}, ended_by_server=by_server, ended_by_person=by_person)
        if isinstance(self.last, NotFound) and self.last.key != self.before.key:
            assert self.before.state.is_final or not self.task.state.is_final, "3: another key's 404 ends nothing"
        if self.before.state is State.QUEUED and self.task.state is not State.QUEUED:
            assert isinstance(self.last, Sending | Withdrawn | Deleted), (
                "1: left the lane without being sent or dropped"
            )


TestTaskMachine = TaskMachine.TestCase
TestTaskMachine.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
