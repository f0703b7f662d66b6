"""Lifetime of a link: 24 to 48 hours after its request, by the API's description."""

from __future__ import annotations

import pytest

from runway_desktop.domain.moments import AT_LATEST, SURELY, LinkLife, LinkStatus

HOUR = 3600.0
LIFE = LinkLife(1_750_000_000.0)


@pytest.mark.parametrize(
    ("hours", "standing", "left"),
    [
        (-2.0, LinkStatus.GOOD, 24.0),
        (0.0, LinkStatus.GOOD, 24.0),
        (12.0, LinkStatus.GOOD, 12.0),
        (23.99, LinkStatus.GOOD, 0.01),
        (24.0, LinkStatus.DOUBTFUL, 0.0),
        (47.99, LinkStatus.DOUBTFUL, 0.0),
        (48.0, LinkStatus.OVER, 0.0),
        (999.0, LinkStatus.OVER, 0.0),
    ],
)
def test_result_link_surely_works_one_day_and_at_most_two(hours: float, standing: LinkStatus, left: float) -> None:
    now = LIFE.fetched_at + hours * HOUR
    assert LIFE.standing(now) is standing
    assert LIFE.left(now) == pytest.approx(left * HOUR)


def test_link_that_expires_first_is_the_smallest() -> None:
    assert min(LinkLife(20.0), LinkLife(10.0)) == LinkLife(10.0)
    assert (LinkLife(10.0).surely_until, LinkLife(10.0).at_latest) == (10.0 + SURELY, 10.0 + AT_LATEST)
