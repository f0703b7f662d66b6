"""Sums in a group header equal those of its tasks."""

from __future__ import annotations

from runway_desktop.domain.library import GroupBy, GroupSummary
from runway_desktop.domain.task import State
from runway_desktop.usecases.listing.lines import group_words


def test_missing_file_is_grouped_apart_from_saved_ones() -> None:
    group = GroupSummary(key="b", title="Shots", total=5, by_state={State.SUCCEEDED: 5}, saved=5, missing=2)
    words = group_words(group, GroupBy.BATCH, 0.0, None, is_folded=False)
    assert (words.title, words.holds, words.costs) == ("Shots", "5 tasks · 3 saved · 2 missing", "")
