"""Moments tell what came before what, whatever the clock does."""

from __future__ import annotations

import pytest

from runway_desktop.services.clock import Moments
from tests.rigs.fakes import FakeClock


async def test_later_event_has_a_larger_moment_though_the_clock_stands_still():
    clock = FakeClock()
    moments = Moments(clock)
    first = [moments.now() for _ in range(1_000)]
    assert first == sorted(set(first))
    assert first[-1] == pytest.approx(clock.monotonic())
    await clock.advance(1)
    assert moments.now() == clock.monotonic()


async def test_wall_time_before_this_run_has_a_moment():
    clock = FakeClock()
    moments = Moments(clock)
    assert moments.of(clock.now()) == pytest.approx(clock.monotonic())
    assert moments.of(clock.now() - 3_600) == pytest.approx(clock.monotonic() - 3_600)
