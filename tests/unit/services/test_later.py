"""A part that is made later is made by its first use, once, and can be given as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from runway_desktop.services.later import Later, made_by, make_all, waits


@dataclass(frozen=True, kw_only=True)
class Whole:
    name: str
    first: Later[list[str]] = Later()
    second: Later[list[str] | None] = Later(None)


def test_a_part_is_made_by_its_first_use_and_only_once():
    made: list[list[str]] = []

    def make() -> list[str]:
        made.append(["made"])
        return made[-1]

    whole = Whole(name="w", first=made_by(make))
    assert waits(whole)
    assert made == []
    assert whole.first is whole.first
    assert made == [["made"]]
    assert not waits(whole)


def test_a_part_that_is_there_is_given_as_it_is():
    part = ["there"]
    whole = Whole(name="w", first=part)
    assert whole.first is part
    assert not waits(whole)
    assert replace(whole, name="v").first is part


def test_a_part_without_a_default_must_be_given_and_another_need_not():
    with pytest.raises(TypeError):
        Whole(name="w")
    assert Whole(name="w", first=[]).second is None


def test_a_making_that_failed_is_tried_again():
    turns = 0

    def make() -> list[str]:
        nonlocal turns
        turns += 1
        if turns == 1:
            raise RuntimeError("not now")
        return ["made"]

    whole = Whole(name="w", first=made_by(make))
    with pytest.raises(RuntimeError):
        _ = whole.first
    assert waits(whole)
    assert whole.first == ["made"]


def test_all_that_waits_is_made_at_once():
    whole = Whole(name="w", first=made_by(lambda: ["one"]), second=made_by(lambda: ["two"]))
    make_all(whole)
    assert not waits(whole)
    assert (whole.first, whole.second) == (["one"], ["two"])
