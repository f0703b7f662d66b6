"""Frames and seconds become timecode as editors write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.film.timecode import RATES, FrameRate, rate_of, timecode

FILM, PAL, FAST, PULLED_DOWN, DROP = RATES
FASTER_DROP = FrameRate(60_000, 1001, is_drop=True)


@pytest.mark.parametrize(
    ("frame", "rate", "written"),
    [
        (0, FILM, "00:00:00:00"),
        (86_399, FILM, "00:59:59:23"),
        (90_000, PAL, "01:00:00:00"),
        (24, PULLED_DOWN, "00:00:01:00"),
        (1_799, DROP, "00:00:59;29"),
        (1_800, DROP, "00:01:00;02"),
        (17_982, DROP, "00:10:00;00"),
        (107_892, DROP, "01:00:00;00"),
        (3_600, FASTER_DROP, "00:01:00;04"),
    ],
)
def test_frames_are_written_as_editors_write_them(frame: int, rate: FrameRate, written: str) -> None:
    assert timecode(frame, rate) == written


@given(st.integers(0, 24 * 90_000 - 1), st.sampled_from([*RATES, FASTER_DROP]))
def test_each_frame_has_a_later_timecode_than_the_one_before(frame: int, rate: FrameRate) -> None:
    assert timecode(frame, rate) < timecode(frame + 1, rate)


@given(st.integers(0, 24 * 86_000 - 1), st.sampled_from(RATES))
def test_timecode_is_that_of_the_official_library(frame: int, rate: FrameRate) -> None:
    opentime = pytest.importorskip("opentimelineio.opentime", reason="it has no wheel for this Python")
    theirs = opentime.RationalTime(frame, rate.num / rate.den)
    assert timecode(frame, rate) == opentime.to_timecode(theirs, theirs.rate, rate.is_drop)


@pytest.mark.parametrize(
    ("fps", "name", "is_drop"),
    [(23.98, "23.976", False), (23.976, "23.976", False), (29.97, "29.97", True), (59.94, "59.94", True),
     (50.0, "50", False), (12.5, "12.5", False), (0.0, "24", False), (float("nan"), "24", False), (1e9, "24", False)],
)  # fmt: skip
def test_rate_of_a_file_is_the_usual_one_that_it_is_near(fps: float, name: str, is_drop: bool) -> None:
    rate = rate_of(fps)
    assert (rate.name, rate.is_drop) == (name, is_drop)


@pytest.mark.parametrize("rate", [*RATES, FASTER_DROP], ids=lambda rate: rate.name)
def test_exported_cuts_begin_at_one_hour(rate: FrameRate) -> None:
    assert timecode(rate.hour, rate)[:8] == "01:00:00"
    assert timecode(rate.hour, rate)[9:] == "00"


def test_seconds_are_rounded_to_the_nearest_frame() -> None:
    assert [PULLED_DOWN.frames(PULLED_DOWN.seconds(n)) for n in (0, 1, 1000, 10_000_000)] == [0, 1, 1000, 10_000_000]
