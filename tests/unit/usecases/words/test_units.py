"""Numbers, times and sizes as text."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.usecases.words import units

NOW = datetime(2026, 11, 3, 14, 2, 9).timestamp()
_SECONDS = {"s": 1, "min": 60, "h": 3600}


@pytest.mark.parametrize(
    ("value", "words"),
    [(8412.0, "8,412"), (2.5, "2.5"), (2.25, "2.25"), (0, "0"), (1234567.1, "1,234,567.1"), (2.004, "2"), (10, "10")],
)
def test_numbers_have_group_separators_and_no_empty_decimals(value, words):
    assert units.number(value) == words


def test_only_one_credit_is_singular():
    assert [units.credits_in_words(value) for value in (1, 1.001, 0, 2, 0.5)] == [
        "1 credit",
        "1 credit",
        "0 credits",
        "2 credits",
        "0.5 credits",
    ]


def test_credits_are_written_in_dollars_and_cents():
    assert units.dollars(60) == "$0.60"
    assert units.dollars(123456) == "$1,234.56"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_950, "1.0 MB"),
        (1_234_567, "1.2 MB"),
        (9_960_000, "10 MB"),
        (2_500_000_000, "2.5 GB"),
        (5_000_000_000_000, "5,000 GB"),
    ],
)
def test_sizes_are_decimal_and_short(amount, words):
    assert units.size(amount) == words
    assert units.speed(amount) == f"{words}/s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (71, "71 s"), (150, "2.5 min"), (120, "2 min"), (1200, "20 min"), (5400, "1.5 h"), (7200, "2 h")],
)
def test_durations_are_written_in_one_unit(seconds, words):
    assert units.duration(seconds) == words


def test_short_length_keeps_its_tenths():
    assert [units.length(seconds) for seconds in (4.5, 5.0, 12.3, 150)] == ["4.5 s", "5 s", "12 s", "2.5 min"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (32, 47, "30–50 s"),
        (250, 350, "4–6 min"),
        (0.2, 3, "1–5 s"),
        (30, 30, "30 s"),
        (20, 110, "1–2 min"),
        (100, 120, "1–2 min"),
        (4000, 9000, "1–3 h"),
        (0, 0, "1 s"),
    ],
)
def test_time_spans_are_written_in_one_unit(low, high, words):
    assert units.span(low, high) == words


@given(st.floats(0, 100_000), st.floats(0, 100_000))
def test_time_span_never_promises_more_precision_than_known(one: float, other: float):
    low, high = sorted((one, other))
    numbers, unit = units.span(low, high).rsplit(" ", 1)
    first, last = (int(part) for part in (numbers.split("–") * 2)[:2])
    assert last * _SECONDS[unit] >= high
    assert first * _SECONDS[unit] <= max(low, _SECONDS[unit])
    assert 1 <= first <= last


def test_times_are_as_short_as_the_day_allows():
    assert units.clock_time(NOW - 60, NOW) == "14:01"
    assert units.clock_time(NOW - 86400, NOW) == f"2 {datetime(2026, 11, 2):%b}"
    assert units.clock_time(datetime(2025, 3, 7, 1, 2).timestamp(), NOW) == f"7 {datetime(2025, 3, 7):%b} 2025"


def test_days_are_named_in_everyday_words():
    assert units.day_in_words("2026-11-03", NOW) == "Today"
    assert units.day_in_words("2026-11-02", NOW) == "Yesterday"
    assert units.day_in_words("2026-10-05", NOW) == f"{datetime(2026, 10, 5):%A}, 5 {datetime(2026, 10, 5):%B}"
    assert units.day_in_words("2025-10-05", NOW).endswith("2025")


def test_elapsed_time_is_never_in_the_future():
    assert units.ago(NOW + 50, NOW) == "just now"
    assert [units.ago(NOW - passed, NOW) for passed in (5, 150, 7200, 200_000)] == [
        "just now",
        "2 min ago",
        "2 h ago",
        "2 d ago",
    ]


@pytest.mark.parametrize("at", [-1.0, 1785931200250.0, 253402300799.0, 1e308, float("inf")])
def test_impossible_timestamp_has_a_text(at: float) -> None:
    for words in (units.clock_time, units.moment):
        assert words(at, NOW)
    assert units.full_time(at)
    assert units.day_and_time(at)
