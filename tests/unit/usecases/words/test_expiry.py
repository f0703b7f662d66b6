"""Text about how long a link works, without a promise of unknown facts."""

from __future__ import annotations

from datetime import datetime

import pytest

from runway_desktop.domain.moments import LinkLife
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.expiry import copied_words, line_words, until_words
from runway_desktop.values import replace
from tests.rigs.rows import saved, task

HOUR = 3600.0
FETCHED = datetime(2026, 11, 25, 14, 0).timestamp()
LIFE = LinkLife(FETCHED)


@pytest.mark.parametrize(
    ("count", "hours", "words"),
    [
        (1, 0, "Link copied. It works until about tomorrow, 14:00 – at the latest 27 Nov, 14:00."),
        (3, 12, "3 links copied. They work until about today, 14:00 – at the latest tomorrow, 14:00."),
        (1, 30, "Link copied. It may have expired, and stops working by tomorrow, 14:00."),
        (2, 50, "2 links copied. They have expired."),
    ],
)
def test_copied_link_says_how_long_it_works(count: int, hours: float, words: str) -> None:
    assert str(copied_words(count, LIFE, FETCHED + hours * HOUR)) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "valid until about tomorrow, 14:00"),
        (30, "may have expired; stops by tomorrow, 14:00"),
        (50, "expired; “Copy link” gets a new one"),
    ],
)
def test_details_show_the_link_expiry_in_a_line(hours: float, words: str) -> None:
    assert line_words(LIFE, FETCHED + hours * HOUR) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (6, "Safe until tomorrow, 14:00"),
        (23.5, "Safe until today, 14:00"),
        (30, "Link may have expired"),
        (50, "Runway may no longer keep it"),
    ],
)
def test_status_shows_until_when_unsaved_results_are_safe(hours: float, words: str) -> None:
    first = saved(task(1), url_fetched_at=FETCHED)
    assert until_words([replace(first, url_fetched_at=FETCHED + HOUR), first], FETCHED + hours * HOUR) == words


def test_expiry_times_are_named_in_everyday_words() -> None:
    assert units.moment(FETCHED - 24 * HOUR, FETCHED) == "yesterday, 14:00"
    assert units.moment(FETCHED + 24 * 40 * HOUR, FETCHED) == "4 Jan 2027, 14:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "less than a minute left"), (61, "1 min left"), (7199, "119 min left"), (7200, "2 h left")],
)
def test_remaining_time_is_rounded_down(seconds: float, words: str) -> None:
    assert units.left(seconds) == words
