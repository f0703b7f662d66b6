"""Delays before a retry."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.caps import LaneCode, LaneReason
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.services.clock import LONGEST, LONGEST_RETRY_AFTER, Wait, delay


def test_retry_delays_double_with_up_to_half_more():
    rng = random.Random(1)
    for failures, least in ((1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0)):
        for _ in range(50):
            assert least <= delay(failures, rng) <= 1.5 * least


@given(failures=st.integers(0, 10_000), seed=st.integers(0, 1_000))
def test_retry_delay_is_at_most_a_minute_unless_requested(failures, seed):
    assert 0 < delay(failures, random.Random(seed)) <= LONGEST


@given(failures=st.integers(1, 20), asked=st.floats(0.1, 3_000))
def test_retry_after_is_obeyed(failures, asked):
    assert delay(failures, random.Random(1), retry_after=asked) >= asked


def test_absurd_retry_after_is_limited():
    assert delay(1, random.Random(1), retry_after=1e9) <= LONGEST_RETRY_AFTER + 1
    assert delay(1, random.Random(1), retry_after=-5.0) <= 1.5


def test_short_delay_does_not_shorten_a_longer_one():
    wait = Wait()
    busy = LaneReason(LaneCode.ERROR, cause=Reason(ReasonCode.SERVER_TROUBLE))
    wait.extend(100.0, LaneReason(LaneCode.ERROR), random.Random(1), retry_after=60.0)
    wait.extend(101.0, busy, random.Random(1), retry_after=1.0)
    assert wait.until >= 160.0
    assert (wait.failures, wait.reason) == (2, busy)
