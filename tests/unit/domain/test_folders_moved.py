"""Paths of files after one move, two moves, or a move back."""

from __future__ import annotations

from runway_desktop.domain.folders import moved_on


def test_second_library_move_continues_from_the_first():
    once = moved_on({}, {"a": "b"})
    assert moved_on(once, {"b": "c"}) == {"a": "c", "b": "c"}


def test_file_moved_back_is_found_at_its_first_place():
    there = moved_on({}, {"a": "b"})
    assert moved_on(there, {"b": "a"}) == {"b": "a"}
