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
    # As after the collection of tests: every full search would look through all modules again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*thresholds)
    if was_on:
        gc.enable()


@pytest.fixture
def searching(found: list[bool], qapp: object) -> Iterator[collector.Collector]:
    made = collector.Collector()
    yield made
    made.close()
    made.deleteLater()


def test_garbage_collector_spares_objects_made_during_the_start(found: list[bool], searching: collector.Collector):
    Knot(found)
    searching.search()
    assert found == []


def test_garbage_collector_searches_objects_made_after_the_start(found: list[bool], searching: collector.Collector):
    gc.collect()
    collector.spare_what_is_there()
    Knot(found)
    # Many, for what other threads free meanwhile counts against them.
    knots: list[list[Any]] = [[] for _ in range(1_000)]
    searching.search()
    assert found == [True]
    assert len(knots) == 1_000


def test_spared_objects_are_counted_until_there_are_some(
    searching: collector.Collector, monkeypatch: pytest.MonkeyPatch
):
    """Counting takes as long as a search through all of it."""
    counted: list[int] = []
    amounts = iter((0, 0, 5))

    def count() -> int:
        counted.append(next(amounts))
        return counted[-1]

    monkeypatch.setattr(gc, "get_freeze_count", count)
    for _ in range(6):
        searching.search()
    assert counted == [0, 0, 5]


def test_collector_timer_seldom_fires_when_there_is_nothing_to_search(
    found: list[bool], searching: collector.Collector
):
    collector.spare_what_is_there()
    gc.set_threshold(10_000, 10_000, 10_000)
    for _ in range(6):
        searching.search()
    assert searching.interval == collector.SELDOM_MS
    gc.set_threshold(1, 10_000, 10_000)
    knots = [Knot(found) for _ in range(10)]
    searching.search()
    assert (searching.interval, len(knots)) == (collector.EVERY_MS, 10)


@pytest.mark.parametrize("was_on", [False, True])
def test_garbage_collection_disabled_before_stays_disabled_at_exit(found: list[bool], qapp: object, was_on: bool):
    if was_on:
        gc.enable()
    made = collector.Collector()
    assert not gc.isenabled()
    made.close()
    assert gc.isenabled() is was_on
    gc.disable()
