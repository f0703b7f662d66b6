"""Numbers that are no moments come in nowhere, and break nothing where they stand already."""

from __future__ import annotations

import math
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.moments import EARLIEST, LATEST, known_moment, local_time

NONE = (None, True, "1785931200", -1.0, 1785931200250, 253402300799, 1e308, math.inf, -math.inf, math.nan, 10**400)


@pytest.mark.parametrize("at", NONE)
def test_timestamp_outside_of_the_calendar_is_none(at: Any) -> None:
    assert known_moment(at) is None


@pytest.mark.parametrize("at", [0.0, 1785931200, 1785931200.25, LATEST])
def test_valid_timestamp_is_unchanged(at: float) -> None:
    assert known_moment(at) == at


@given(at=st.floats(), zone=st.sampled_from([None, UTC]))
def test_every_number_formats_as_a_date(at: float, zone: Any) -> None:
    found = local_time(at, zone)
    assert 1969 <= found.year <= 3000
    if EARLIEST <= at <= LATEST:
        assert abs(found.timestamp() - at) < 0.001
