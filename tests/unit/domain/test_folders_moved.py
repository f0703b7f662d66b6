"""Where files are that were moved once, or twice, or back."""

from __future__ import annotations

from runway_desktop.domain.folders import moved_on


def test_a_second_move_goes_on_from_the_first():
    once = moved_on({}, {"a": "b"})
    assert moved_on(once, {"b": "c"}) == {"a": "c", "b": "c"}


def test_what_came_back_is_where_it_was():
    there = moved_on({}, {"a": "b"})
    assert moved_on(there, {"b": "a"}) == {"b": "a"}
