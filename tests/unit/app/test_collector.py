"""Python's search for garbage waits until the window stands."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from runway_desktop.app import collector


class Knot:
    """Garbage that only a search finds."""

    def __init__(self, found: list[bool]) -> None:
        self._me: Any = self
        self._found = found

    def __del__(self) -> None:
        self._found.append(True)


@pytest.fixture
def found() -> Iterator[list[bool]]:
    """Grows once a knot is found. The search of this process is as before, afterwards."""
    was_on, thresholds = gc.isenabled(), gc.get_threshold()
    gc.disable()
    gc.unfreeze()
    gc.set_threshold(1, 1, 1)
    yield []
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    if was_on:
        gc.enable()


def test_nothing_is_searched_before_what_starting_made_is_spared(found: list[bool]):
    Knot(found)
    collector.collect()
    assert found == []


def test_what_comes_after_that_is_searched(found: list[bool]):
    gc.collect()
    collector.spare_what_is_there()
    Knot(found)
    knots: list[list[Any]] = [[] for _ in range(10)]
    collector.collect()
    assert found == [True]
    assert len(knots) == 10
