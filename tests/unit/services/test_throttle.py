"""In a burst of changes what goes through a whole library leaves most of the time to others."""

from __future__ import annotations

import contextlib

import pytest

from runway_desktop.services.clock import Throttle
from tests.rigs.fakes import FakeClock


def test_first_change_is_processed_at_once():
    rest = Throttle(FakeClock(), 300)
    assert rest.is_over
    assert rest.ms == 300


async def test_long_work_is_followed_by_a_fourfold_rest():
    clock = FakeClock()
    rest = Throttle(clock, 300)
    with rest:
        assert not rest.is_over
        assert rest.ms == 300, "asked anew after a moment"
        await clock.advance(0.5)
    assert rest.ms == pytest.approx(2000, abs=1)
    await clock.advance(1.5)
    assert not rest.is_over
    assert rest.ms == pytest.approx(500, abs=1)
    await clock.advance(0.5)
    assert rest.is_over
    await clock.advance(60)
    assert rest.ms == 300


async def test_short_work_is_followed_by_no_rest():
    clock = FakeClock()
    rest = Throttle(clock, 300)
    with rest:
        await clock.advance(0.002)
    assert rest.ms == 300


async def test_failed_work_is_followed_by_a_rest_too():
    clock = FakeClock()
    rest = Throttle(clock, 300)
    with contextlib.suppress(ValueError), rest:
        await clock.advance(1)
        raise ValueError("odd")
    assert rest.ms == pytest.approx(4000, abs=1)
