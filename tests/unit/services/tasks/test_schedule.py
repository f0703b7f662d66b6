"""When a task is asked for: seldom, and soon after its end."""

from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.advance import Answer
from runway_desktop.domain.task import State
from runway_desktop.services.tasks.schedule import FIRST_LOOK_AT_CLIPS, Seen, next_question, with_answer
from runway_desktop.values import replace
from tests.rigs.fake_runway import remote_id

moments = st.none() | st.floats(0, 10_000)
shares = st.floats(0, 1)
points = st.none() | st.tuples(st.floats(0, 10_000), shares)


@given(
    seen=st.builds(
        Seen,
        state=st.sampled_from([State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER]),
        asked=moments,
        accepted=moments,
        began_after=moments,
        began_before=moments,
        first=points,
        last=points,
        ran_low=st.none() | st.floats(0, 1_000),
        ran_high=st.none() | st.floats(0, 1_000),
        questions=st.integers(0, 1_000_000),
    ),
    seed=st.integers(0, 100),
)
def test_poll_interval_is_at_least_5_seconds_and_bounded(seen, seed):
    now = max(at for at in (10_000.0, seen.asked, seen.accepted) if at is not None)
    due = next_question(seen, now, random.Random(seed))
    assert due >= now
    assert seen.asked is None or due >= seen.asked + 5.0
    assert seen.accepted is None or due >= seen.accepted + 5.0
    assert due <= now + 54.0, "45 s, spread by a fifth"


def test_first_poll_comes_soon_after_the_sending():
    seen = Seen(state=State.PENDING, accepted=100.0)
    assert 105.0 <= next_question(seen, 100.0, random.Random(1)) <= 106.0


def test_first_poll_comes_later_where_similar_tasks_take_long():
    seen = Seen(state=State.PENDING, accepted=100.0, ran_low=30.0, ran_high=42.0)
    assert next_question(seen, 100.0, random.Random(1)) >= 120.0


def test_first_poll_is_at_the_usual_end_where_similar_tasks_take_equally_long():
    seen = Seen(state=State.PENDING, accepted=100.0, ran_low=19.0, ran_high=21.0)
    assert 121.0 <= next_question(seen, 100.0, random.Random(1)) <= 124.0


def test_task_of_an_earlier_run_is_polled_at_once():
    assert next_question(Seen(state=State.PENDING), 100.0, random.Random(1)) == 100.0


def test_throttled_task_is_polled_seldom():
    seen = Seen(state=State.THROTTLED, asked=100.0, accepted=95.0, questions=3)
    assert 130.0 <= next_question(seen, 100.0, random.Random(1)) <= 160.0


def test_task_of_steady_progress_is_polled_next_at_its_expected_end():
    seen = Seen(state=State.RUNNING, asked=30.0, accepted=0.0, began_after=0.0, first=(10.0, 0.24), last=(30.0, 0.74))
    assert 40.0 <= next_question(seen, 30.0, random.Random(1)) <= 42.0


def test_early_progress_value_is_not_trusted_for_long():
    seen = Seen(
        state=State.RUNNING,
        asked=5.0,
        accepted=0.0,
        began_after=0.0,
        began_before=5.0,
        first=(5.0, 0.03),
        last=(5.0, 0.03),
    )
    assert next_question(seen, 5.0, random.Random(1)) <= 20.0


def test_task_running_at_the_first_poll_may_have_started_earlier():
    """Else one whose progress is never told would be noticed a whole run too late."""
    like = Seen(state=State.PENDING, accepted=0.0, ran_low=28.0, ran_high=31.0)
    looked = next_question(like, 0.0, random.Random(1))
    answer = Answer(remote_id=remote_id(1), status="RUNNING")
    seen = replace(with_answer(like, answer, looked), asked=looked)
    assert next_question(seen, looked, random.Random(1)) < looked + 10.0


def test_overdue_task_is_polled_ever_more_seldom():
    seen = Seen(
        state=State.RUNNING, asked=90.0, began_after=0.0, began_before=5.0, ran_low=20.0, ran_high=30.0, questions=8
    )
    assert next_question(seen, 90.0, random.Random(1)) >= 110.0


class Course:
    """A task at a server that tells its progress as `shown` makes it of the true share of the way."""

    def __init__(self, pending: float, running: float, shown=lambda share: round(share, 2)) -> None:
        self.pending, self.running, self.shown = pending, running, shown

    @property
    def end(self) -> float:
        return self.pending + self.running

    def ask_as_we_do(
        self, rng: random.Random, first_look: float, history: tuple[float, float] | None
    ) -> tuple[int, float]:
        """Questions, and seconds from the end to the answer that tells of it."""
        seen = Seen(state=State.PENDING, accepted=0.0, began_after=0.0, first_look=first_look)
        if history is not None:
            seen = replace(seen, ran_low=history[0], ran_high=history[1])
        now, questions = 0.0, 0
        while True:
            now = next_question(seen, now, rng)
            questions += 1
            if now >= self.end:
                return questions, now - self.end
            status = "PENDING" if now < self.pending else "RUNNING"
            share = max(0.0, (now - self.pending) / self.running)
            answer = Answer(remote_id=remote_id(1), status=status, progress=self.shown(share))
            seen = with_answer(replace(seen, asked=now), answer, now)

    def ask_as_the_sdk_does(self, rng: random.Random) -> tuple[int, float]:
        now, questions = 0.0, 0
        while now < self.end:
            now += 6.0 + 3.0 * rng.random() - 1.5
            questions += 1
        return questions, now - self.end


def compare(
    shortest: float,
    longest: float,
    *,
    shown=lambda share: round(share, 2),
    first_look=FIRST_LOOK_AT_CLIPS,
    history=False,
):
    """Questions and mean and 95th percentile of the delays, ours and the SDK's, over 1,000 tasks of random length."""
    rng = random.Random(7)
    courses = [Course(rng.uniform(0.2, 2.5), rng.uniform(shortest, longest), shown) for _ in range(1_000)]
    quarter = (longest - shortest) / 4
    known = (shortest + quarter, longest - quarter) if history else None
    ours = [course.ask_as_we_do(rng, first_look, known) for course in courses]
    theirs = [course.ask_as_the_sdk_does(rng) for course in courses]
    return _summary(ours), _summary(theirs)


def _summary(outcomes: list[tuple[int, float]]) -> tuple[float, float, float]:
    delays = [delay for _, delay in outcomes]
    return (
        statistics.mean(asked for asked, _ in outcomes),
        statistics.mean(delays),
        statistics.quantiles(delays, n=20)[-1],
    )


@pytest.mark.parametrize(("shortest", "longest"), [(20, 60), (20, 120), (60, 300)])
@pytest.mark.parametrize("history", [False, True])
def test_polling_needs_half_of_the_sdks_requests_and_notices_the_end_earlier(shortest, longest, history):
    (asked, mean, p95), (asked_by_sdk, mean_of_sdk, p95_of_sdk) = compare(shortest, longest, history=history)
    assert asked <= 0.5 * asked_by_sdk
    assert mean < 0.75 * mean_of_sdk
    assert p95 < p95_of_sdk


@pytest.mark.parametrize(("shortest", "longest"), [(5, 10), (5, 20), (10, 30)])
def test_end_of_short_tasks_is_noticed_earlier_with_fewer_polls(shortest, longest):
    (asked, mean, p95), (asked_by_sdk, mean_of_sdk, p95_of_sdk) = compare(shortest, longest)
    assert asked <= 0.62 * asked_by_sdk
    assert mean < mean_of_sdk
    assert p95 < p95_of_sdk


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(lambda share: int(share * 10) / 10, id="in tenths"),
        pytest.param(lambda share: share**0.6, id="slower and slower"),
        pytest.param(lambda share: share**1.5, id="faster and faster"),
        pytest.param(lambda share: 0.0, id="none"),
        pytest.param(lambda share: None, id="not told"),
        pytest.param(lambda share: 0.99, id="always nearly done"),
    ],
)
def test_misleading_progress_costs_few_polls_and_little_delay(shown):
    (asked, mean, _), (asked_by_sdk, _, _) = compare(20, 60, shown=shown)
    assert asked <= asked_by_sdk
    assert mean <= 8.0
