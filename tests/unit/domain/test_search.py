"""Search words, spelling of tags, and prompts that count as equal."""

from __future__ import annotations

import pytest

from runway_desktop.domain.library import (
    Bounds,
    Entries,
    Takes,
    Words,
    asked_seconds,
    clean_tag,
    clean_tags,
    prompt_key,
    words_of,
)
from runway_desktop.domain.task import Request, TaskId


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("Fog  HARBOUR fog", ("fog", "harbour"), ()),
        ('"wet  planks" sun', ("wet planks", "sun"), ()),
        ('sun "wet pla', ("sun", "wet pla"), ()),
        ('-fog -"wet planks" mid-air', ("mid-air",), ("fog", "wet planks")),
        ('- "" -"" "', (), ()),
        ("ＦＯＧ", ("fog",), ()),
    ],
)
def test_search_line_is_split_into_words(text, wanted, unwanted):
    assert words_of(text) == Words(wanted, unwanted)


def test_tag_has_one_normalized_spelling():
    assert clean_tag("  Low   KEY ") == "low key"
    assert clean_tags("Drone, low key,, drone , ") == ("drone", "low key")
    assert clean_tag('a "b", c') == "a b c"


def request(prompt: str, **values) -> Request:
    return Request(endpoint="text_to_video", model="gen4.5", values=values, prompt=prompt)


def test_equal_prompts_have_the_same_key_whatever_their_blanks():
    assert prompt_key(request("One boat")) == prompt_key(request(" one\n boat "))
    assert prompt_key(request("One boat")) != prompt_key(request("One boat."))
    assert prompt_key(request("  ")) == ""


@pytest.mark.parametrize(("asked", "seconds"), [(5, 5.0), (7.5, 7.5), ("5", 0.0), (True, 0.0), (-1, 0.0), (1e99, 0.0)])
def test_invalid_length_counts_as_not_given(asked, seconds):
    assert asked_seconds(request("x", duration=asked)) == seconds


def test_range_includes_its_ends():
    assert 4 in Bounds(least=4)
    assert 3.9 not in Bounds(least=4)
    assert 8 in Bounds(4, 8)
    assert not Bounds()
    assert 1e9 in Bounds()


def test_group_entries_have_their_positions():
    entries = Entries([TaskId("a"), TaskId("b"), TaskId("c")], (("x", 2), ("", 1)))
    assert list(entries.runs()) == [("x", 0, 2), ("", 2, 3)]


def test_takes_are_numbered_from_the_first():
    takes = Takes(ids=(TaskId("a"), TaskId("b")))
    assert (takes.number(TaskId("b")), takes.number(TaskId("z"))) == (2, 0)
