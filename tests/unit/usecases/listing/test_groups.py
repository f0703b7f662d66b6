"""Sums in a group header equal those of its tasks."""

from __future__ import annotations

import pytest

from runway_desktop.domain.library import GroupBy, GroupSummary
from runway_desktop.domain.task import State
from runway_desktop.usecases.listing.lines import GroupWords, group_words

NOW = 1_750_000_000.0


def test_missing_file_is_grouped_apart_from_saved_ones() -> None:
    group = GroupSummary(key="b", title="Shots", total=5, by_state={State.SUCCEEDED: 5}, saved=5, missing=2)
    words = group_words(group, GroupBy.BATCH, 0.0, None, is_folded=False)
    assert (words.title, words.holds, words.costs) == ("Shots", "5 tasks · 3 saved · 2 missing", "")


def test_group_header_counts_every_state() -> None:
    states = {state: 1 for state in State} | {State.SUCCEEDED: 4}
    group = GroupSummary(key="b", title="Shots", total=14, by_state=states, saved=3, missing=1, credits=480.0)
    assert group_words(group, GroupBy.BATCH, NOW, (170.0, 180.0), is_folded=True) == GroupWords(
        title="Shots",
        holds="14 tasks · 2 saved · 1 missing · 4 live · 2 queued · 3 need attention",
        costs="480 credits · about 2–3 min left",
        is_folded=True,
    )
    states = {State.SUCCEEDED: 2, State.RUNNING: 1, State.QUEUED: 1, State.FAILED: 1}
    group = GroupSummary(key="b", title="Shots", total=5, by_state=states, saved=2, missing=1)
    assert group_words(group, GroupBy.BATCH, NOW, None, is_folded=False) == GroupWords(
        title="Shots", holds="5 tasks · 1 saved · 1 missing · 1 live · 1 queued · 1 needs attention"
    )
    unread = GroupSummary(key="b", title="Shots", total=0, by_state={State.FAILED: 1})
    assert group_words(unread, GroupBy.BATCH, NOW, None, is_folded=False) == GroupWords(title="")


@pytest.mark.parametrize(
    ("grouping", "key", "title", "said"),
    [
        (GroupBy.BATCH, "b1", "Shots", "Shots"), (GroupBy.BATCH, "b1", "", "b1"),
        (GroupBy.BATCH, "", "x", "Single tasks"),
        (GroupBy.DAY, "2025-06-15", "x", "Today"), (GroupBy.DAY, "", "", "Others"),
        (GroupBy.MODEL, "gen4.5", "x", "Gen-4.5"), (GroupBy.MODEL, "", "x", "Model not known"),
        (GroupBy.PROJECT, "Aurora", "", "Aurora"), (GroupBy.PROJECT, "", "x", "No project"),
        (GroupBy.PROMPT, "k", "Fog", "Fog"), (GroupBy.PROMPT, "", "x", "Prompts with one take"),
    ],
)  # fmt: skip
def test_group_has_this_title(grouping: GroupBy, key: str, title: str, said: str) -> None:
    group = GroupSummary(key=key, title=title, total=1)
    assert group_words(group, grouping, NOW, None, is_folded=False) == GroupWords(title=said, holds="1 task")


def test_screen_reader_hears_whether_a_group_is_collapsed() -> None:
    said = [GroupWords(title="Shots", holds="5 tasks", is_folded=folded).spoken for folded in (True, False)]
    assert said == ["Shots, 5 tasks, collapsed", "Shots, 5 tasks, expanded"]
