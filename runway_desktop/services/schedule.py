"""When to ask for a task next: soon after its end, and seldom before. Pure; seconds on the monotonic clock.

The API asks clients not to expect news of one task more often than every 5 seconds, so a question is worth most just
after the end. Where that is comes from three things, the better ones first: the server's own progress seen twice (a
speed), progress seen once (a speed since a start that is only known to lie between two questions), and how long like
tasks took. Far from the end only a part of the way is waited, because progress is not even and guesses get better on
the way; never longer than `LONGEST`, because guesses may be wrong.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from runway_desktop.domain.task import State

LEAST_GAP = 5.0
"""Least seconds between two questions about one task, and between its sending and the first. Source: the API's
guide."""
LONGEST = 45.0
THROTTLED_GAP = 40.0
AFTER_END = 0.35
"""Seconds after the guessed end: the server's last step and the way to us."""
NUDGE = 1.0
"""Seconds after the end of one task until the next throttled one of its model is asked whether it has begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of one task. `began_after` and `began_before` enclose the moment at which it began to run."""

    state: State
    asked: float | None = None
    accepted: float | None = None
    began_after: float | None = None
    began_before: float | None = None
    first: tuple[float, float] | None = None
    """When progress was first seen, and the progress (0 to 1)."""
    last: tuple[float, float] | None = None
    ran_low: float | None = None
    """The lower quartile of how long like tasks ran; None where history is too short."""
    ran_high: float | None = None
    questions: int = 0
    """Asked since the state last changed."""


def next_question(seen: Seen, now: float, rng: random.Random) -> float:
    """When to ask next. Never sooner than `LEAST_GAP` after the last question or the sending, never in the past."""
    earliest = max(now, *(at + LEAST_GAP for at in (seen.asked, seen.accepted) if at is not None), now)
    return max(earliest, _wished(seen, now, rng))


def _wished(seen: Seen, now: float, rng: random.Random) -> float:
    match seen.state:
        case State.RUNNING:
            return _while_running(seen, now, rng)
        case State.THROTTLED:
            return now + THROTTLED_GAP * (0.85 + 0.3 * rng.random())
        case _:
            return _before_running(seen, now, rng)


def _before_running(seen: Seen, now: float, rng: random.Random) -> float:
    """Accepted, in a place that is not known. The first look is for the start; half of the shortest usual run is early
    enough."""
    if seen.asked is None:
        if seen.accepted is None:
            return now
        usual = 0.5 * seen.ran_low if seen.ran_low is not None else 0.0
        return seen.accepted + min(30.0, max(LEAST_GAP, usual)) + 0.3 * rng.random()
    gap = min(LONGEST, LEAST_GAP * 1.4 ** max(0, seen.questions - 1))
    return now + gap * (1.0 + 0.1 * rng.random())


def _while_running(seen: Seen, now: float, rng: random.Random) -> float:
    guess = _end(seen)
    if guess is None:
        gap = min(LONGEST / 1.5, LEAST_GAP * 1.4 ** max(0, seen.questions - 1))
        return now + gap * (1.0 + 0.1 * rng.random())
    low, high = guess
    left_low, left = max(0.0, low - now), max(0.0, high - now)
    unsure = left - left_low
    if unsure <= max(1.5, 0.06 * left) or left <= LEAST_GAP:
        # Sure enough to go for the end itself, unless it is so far away that the guess should be looked at again.
        wait = left + AFTER_END + 0.02 * left
        if left > LONGEST:
            wait = LONGEST
    else:
        # The early end of the guess, or a good part of the way: whichever is later tells more for one question.
        wait = max(left_low, 0.6 * left)
        if wait + LEAST_GAP > left:
            wait = left + AFTER_END
    wait = min(wait, LONGEST)
    return now + wait + (0.3 if wait < 10.0 else 0.05 * wait) * rng.random()


def _end(seen: Seen) -> tuple[float, float] | None:
    """The earliest and the latest likely end; None when nothing is known."""
    by_history = _end_by_history(seen)
    by_progress = _end_by_progress(seen)
    return by_progress or by_history


def _end_by_progress(seen: Seen) -> tuple[float, float] | None:
    if seen.last is None or not 0.0 < seen.last[1] <= 1.0:
        return None
    at, done = seen.last
    if seen.first is not None and at - seen.first[0] >= 2.0 and done - seen.first[1] >= 0.02:
        left = (1.0 - done) * (at - seen.first[0]) / (done - seen.first[1])
        # Progress comes rounded and in steps: the less way was measured, the less is sure.
        blur = min(0.5, 0.01 / (done - seen.first[1]))
        return at + left * (1.0 - blur), at + left * (1.0 + blur)
    if done < 0.03:
        return None
    per_second = (1.0 - done) / done
    earliest = seen.began_after if seen.began_after is not None else seen.accepted
    latest = seen.began_before if seen.began_before is not None else at
    if earliest is None:
        return None
    # It cannot have begun at the very moment it already showed progress.
    latest = min(latest, at - 0.25 * (at - earliest))
    return at + per_second * (at - latest), at + per_second * (at - earliest)


def _end_by_history(seen: Seen) -> tuple[float, float] | None:
    if seen.ran_low is None or seen.ran_high is None:
        return None
    began = seen.began_before if seen.began_before is not None else seen.began_after
    if began is None:
        return None
    return began + seen.ran_low, began + seen.ran_high
