"""When to poll a task next: soon after its end, and seldom before. Pure; seconds on the monotonic clock.

The API asks clients to poll a task at most every `POLL_GAP`, so a poll is worth most just after the end. The end is
estimated from, best first: two progress values (a speed), one progress value (a speed since a start known only to lie
between two polls), and the durations of similar tasks. Far from the end only a part of the time is waited, because
progress is uneven and estimates improve; never longer than `LONGEST`, because estimates may be wrong.
"""

from __future__ import annotations

import random

from runway_desktop.domain.advance import POLL_GAP, Answer
from runway_desktop.domain.task import State
from runway_desktop.values import Struct, replace

LEAST_GAP = POLL_GAP
LONGEST = 45.0
THROTTLED_GAP = 40.0
AFTER_END = 0.35
"""Seconds after the estimated end, for the server's last step and the network."""
FIRST_LOOK_AT_CLIPS = 11.0
"""Seconds. Clips are hardly ever made faster, and an earlier poll shows too little progress to estimate the end."""
USUAL_QUEUE = 1.5
"""Seconds that an accepted task usually waits before it runs, if not throttled."""
SURE = 1.5
"""Estimates with at most this uncertainty in seconds are used as they are."""
VAGUE = 5.0
"""Estimates with more uncertainty, in seconds, justify another poll in between."""
NUDGE = 1.0
"""Seconds after a task's end before the next throttled task of its model is polled."""


class Seen(Struct, frozen=True, kw_only=True):
    """What is known of one task. It started running between `began_after` and `began_before`."""

    state: State
    asked: float | None = None
    accepted: float | None = None
    first_look: float = LEAST_GAP
    """Seconds from sending to first poll if the history is too short."""
    began_after: float | None = None
    began_before: float | None = None
    first: tuple[float, float] | None = None
    """Time and value (0 to 1) of the first progress seen."""
    last: tuple[float, float] | None = None
    ran_low: float | None = None
    """Lower quartile of similar tasks' running times; None if the history is too short."""
    ran_high: float | None = None
    questions: int = 0
    """Polls since the state last changed."""
    still: int = 0
    """Answers in a row without new progress."""


def next_question(seen: Seen, now: float, rng: random.Random) -> float:
    """Time of the next poll: at least `LEAST_GAP` after the last poll or the sending, and not in the past."""
    earliest = max(now, *(at + LEAST_GAP for at in (seen.asked, seen.accepted) if at is not None), now)
    return max(earliest, _wished(seen, now, rng))


def with_answer(seen: Seen, answer: Answer, now: float) -> Seen:
    """`seen` updated with an answer received at `now`."""
    state = answer.state if answer.state in (State.RUNNING, State.THROTTLED) else State.PENDING
    same = state is seen.state
    known = replace(seen, state=state, questions=seen.questions + 1 if same else 1)
    if state is not State.RUNNING:
        return replace(known, began_after=now, began_before=None, first=None, last=None, still=0)
    if seen.state is not State.RUNNING or seen.began_before is None:
        known = replace(known, began_before=now)
    if answer.progress is None:
        return known
    stands = known.last is not None and answer.progress <= known.last[1]
    known = replace(known, still=known.still + 1 if stands else 0)
    point = (now, answer.progress)
    if known.first is None or answer.progress < known.first[1]:
        return replace(known, first=point, last=point)
    if known.last is not None and known.last != known.first and _is_far(known.last, point):
        # Progress is uneven: the latest speed predicts the rest better than the first.
        return replace(known, first=known.last, last=point)
    return replace(known, last=point)


def _wished(seen: Seen, now: float, rng: random.Random) -> float:
    match seen.state:
        case State.RUNNING:
            return _while_running(seen, now, rng)
        case State.THROTTLED:
            return now + THROTTLED_GAP * (0.85 + 0.3 * rng.random())
        case _:
            return _before_running(seen, now, rng)


def _before_running(seen: Seen, now: float, rng: random.Random) -> float:
    """Accepted, but not known to run. The gap grows with each poll."""
    if seen.asked is None:
        if seen.accepted is None:
            return now
        return seen.accepted + min(LONGEST, max(LEAST_GAP, _first_look(seen))) + 0.3 * rng.random()
    gap = min(LONGEST, LEAST_GAP * 1.4 ** _grown(seen.questions))
    return now + gap * (1.0 + 0.1 * rng.random())


def _grown(questions: int) -> int:
    """Exponent of a growing gap. Bounded: a task that waits for days is polled thousands of times, and the power would
    overflow a float."""
    return min(30, max(0, questions - 1))


def _first_look(seen: Seen) -> float:
    """Seconds after the sending. If similar tasks take about equally long, the first poll targets the end, else the
    progress."""
    if seen.ran_low is None or seen.ran_high is None:
        return seen.first_look
    spread = seen.ran_high - seen.ran_low
    if spread <= VAGUE - 1.0:
        return seen.ran_high + USUAL_QUEUE
    # Early enough for the quarter of tasks that end below the lower quartile.
    return max(seen.first_look, min(0.75 * seen.ran_low, seen.ran_low - 0.5 * spread))


def _while_running(seen: Seen, now: float, rng: random.Random) -> float:
    guess = _end_by_progress(seen) or _end_by_history(seen)
    if guess is None or (seen.last is None and guess[1] <= now):
        return now + _growing(seen.questions, rng)
    soonest, latest = max(0.0, guess[0] - now), max(0.0, guess[1] - now)
    unsure = latest - soonest
    if unsure > VAGUE and soonest > 2.0 * LEAST_GAP:
        # Another poll in between improves the estimate and leaves the gap before the earliest end.
        wait = max(LEAST_GAP, min(0.6 * latest, soonest - LEAST_GAP))
    else:
        # A poll before the end costs a request and the whole gap; one after it only the time since.
        wait = soonest + min(0.9 * unsure, max(4.0, 0.04 * _elapsed(seen, now))) if unsure > SURE else latest
        wait += AFTER_END + (0.3 + 0.01 * latest) * rng.random()
    wait = min(wait, LONGEST, _trust(seen, now))
    # Progress that stopped no longer predicts the end.
    return now + (max(wait, _growing(seen.still, rng)) if seen.still > 1 else wait)


def _growing(questions: int, rng: random.Random) -> float:
    """A gap that grows with each poll without news, used when nothing better is known."""
    return min(LONGEST / 1.5, LEAST_GAP * 1.25 ** _grown(questions)) * (1.0 + 0.1 * rng.random())


def _trust(seen: Seen, now: float) -> float:
    """Seconds ahead for which an estimate is trusted: about twice the time that the task has run. Progress is uneven,
    and a fast finish would be noticed late."""
    return LONGEST if seen.last is None else max(2.4 * LEAST_GAP, 2.0 * _elapsed(seen, now))


def _elapsed(seen: Seen, now: float) -> float:
    began = seen.began_before if seen.began_after is None else seen.began_after
    return now - began if began is not None else 0.0


def _end_by_progress(seen: Seen) -> tuple[float, float] | None:
    """Earliest and latest likely end from the server's progress; None if there is too little of it."""
    if seen.last is None or not 0.0 < seen.last[1] <= 1.0:
        return None
    at, shown = seen.last
    grain = _grain(shown, *([seen.first[1]] if seen.first is not None else []))
    # Progress is rounded down, so on average half a grain more is done.
    done = min(1.0, shown + grain / 2.0)
    if seen.first is not None and at - seen.first[0] >= 2.0 and shown - seen.first[1] >= 2.0 * grain:
        made = shown - seen.first[1]
        took = at - seen.first[0]
        blur = grain / 2.0
        return (
            at + (1.0 - min(1.0, done + blur)) * took / (made + blur),
            at + (1.0 - done + blur) * took / max(blur, made - blur),
        )
    earliest = seen.began_after if seen.began_after is not None else seen.accepted
    if earliest is None or done < 0.03:
        return None
    # A task seen waiting and then running most likely started soon after the first of these polls.
    latest = min(earliest + 2.5, earliest + 0.6 * (at - earliest))
    left = (1.0 - done) / done
    return at + left * (at - latest), at + left * (at - earliest)


def _grain(*progress: float) -> float:
    """The coarsest step that all values are multiples of: some servers report progress in tenths, some exactly."""
    for grain in (0.1, 0.05, 0.01):
        if all(abs(value / grain - round(value / grain)) < 1e-6 for value in progress):
            return grain
    return 0.001


def _end_by_history(seen: Seen) -> tuple[float, float] | None:
    if seen.ran_low is None or seen.ran_high is None:
        return None
    began = seen.began_before if seen.began_before is not None else seen.began_after
    if began is None:
        return None
    if seen.began_after is None and seen.accepted is not None:
        # The first poll found it running already, so it had started long before.
        began = min(began, seen.accepted + USUAL_QUEUE)
    return began + seen.ran_low, began + seen.ran_high


def _is_far(earlier: tuple[float, float], later: tuple[float, float]) -> bool:
    return later[0] - earlier[0] >= 8.0 and later[1] - earlier[1] >= 0.15
