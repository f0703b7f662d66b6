"""The search language: meaning of words, chips, and completion."""

from __future__ import annotations

from datetime import datetime

import pytest

from runway_desktop.domain.library import PERSON, Bounds, Filter, Page, PageCounts, Without
from runway_desktop.domain.task import BatchId, MemberId, Pick, State
from runway_desktop.usecases.searching.language import KEYS, Query, Term, meaning, read
from runway_desktop.usecases.searching.suggestions import suggestions, values_of
from runway_desktop.values import replace

NOW = datetime(2026, 10, 14, 12, 30).timestamp()
KNOWN = PageCounts(
    models={"gen4.5": 30, "gen4_image": 8, "veo3.1": 2},
    endpoints={"text_to_video": 32},
    projects={"Aurora spot": 12},
    tags={"drone": 5, "low key": 3},
    batches=((BatchId("b1"), "shots.csv", 9),),
    states={State.FAILED: 4},
    shots={"010": 2, "011": 1},
    pages={Page.PICKS: 1, Page.SAVED: 7},
    ratings={5: 2, 4: 3, 0: 40},
    cast=((MemberId("m1"), "Maya", 4), (MemberId("m2"), "Maya Novak", 2)),
    clients=("claude-code", "codex", "command line"),
)


def wanted(line: str, page: Filter | None = None) -> Filter:
    return meaning(read(line), KNOWN, NOW, page).filter


def said(line: str) -> tuple[str, ...]:
    return meaning(read(line), KNOWN, NOW).said


def at(*day: int) -> float:
    return datetime(*day).timestamp()  # type: ignore[arg-type]


def test_search_line_is_parsed_into_words_with_and_without_a_key():
    query = read('fog model:gen4.5 -tag:x "exact words" project:"Aurora spot" -rain rating:>=4')
    assert query.terms == (
        Term("model", "gen4.5"),
        Term("tag", "x", negative=True),
        Term("project", "Aurora spot"),
        Term("rating", ">=4"),
    )
    assert query.text == 'fog "exact words" -rain'
    assert read(query.line) == query


@pytest.mark.parametrize(
    ("line", "filter_"),
    [
        ("model:gen4.5", Filter(models=frozenset({"gen4.5"}))),
        ("model:gen4", Filter(models=frozenset({"gen4.5", "gen4_image"}))),
        ("model:gen4.5 model:VEO3.1", Filter(models=frozenset({"gen4.5", "veo3.1"}))),
        ("model:Gen-4.5", Filter(models=frozenset({"gen4.5"}))),
        ("tag:drone tag:low tags:drone", Filter(tags=frozenset({"drone", "low"}))),
        ("rating:>=4", Filter(rating=Bounds(4, None))),
        ("rating:>3", Filter(rating=Bounds(4, None))),
        ("stars:2..3", Filter(rating=Bounds(2, 3))),
        ("rating:5", Filter(rating=Bounds(5, 5))),
        ("cost:>=20 cost:<=60", Filter(cost=Bounds(20, 60))),
        ("length:5-10s", Filter(length=Bounds(5, 10))),
        ("is:pick is:saved", Filter(picks=frozenset({Pick.PICK}), pages=frozenset({Page.SAVED}))),
        ("is:unrated", Filter(rating=Bounds(None, 0))),
        ("-is:rated", Filter(rating=Bounds(None, 0))),
        ("state:failed", Filter(states=frozenset({State.FAILED}))),
        ("state:queued", Filter(states=frozenset({State.QUEUED}))),
        ("-state:failed", Filter(without=Without(states=frozenset({State.FAILED})))),
        ("-tag:drone", Filter(without=Without(tags=frozenset({"drone"})))),
        ("-is:reject", Filter(without=Without(picks=frozenset({Pick.REJECT})))),
        ("batch:shots", Filter(batches=frozenset({BatchId("b1")}))),
        ("endpoint:text", Filter(endpoints=frozenset({"text_to_video"}))),
        ("shot:010", Filter(shots=frozenset({"010"}))),
        ("by:Claude", Filter(clients=frozenset({"claude-code"}))),
        ("by:claude by:codex", Filter(clients=frozenset({"claude-code", "codex"}))),
        ('by:"command line"', Filter(clients=frozenset({"command line"}))),
        ('by:"claude code"', Filter(clients=frozenset({"claude-code"}))),
        ("by:me", Filter(clients=frozenset({PERSON}))),
        ("by:You", Filter(clients=frozenset({PERSON}))),
        ("-by:ME", Filter(without=Without(clients=frozenset({PERSON})))),
        ("before:2026-10", Filter(until=at(2026, 10, 1))),
        ("after:2026", Filter(since=at(2026, 1, 1))),
        ("date:2026-10-05", Filter(since=at(2026, 10, 5), until=at(2026, 10, 6))),
        ("on:2026-12", Filter(since=at(2026, 12, 1), until=at(2027, 1, 1))),
        ("date:today", Filter(since=at(2026, 10, 14), until=at(2026, 10, 15))),
        ("date:yesterday", Filter(since=at(2026, 10, 13), until=at(2026, 10, 14))),
        ("date:week", Filter(since=at(2026, 10, 8), until=at(2026, 10, 15))),
        ("cast:maya", Filter(cast=frozenset({MemberId("m1")}))),
        ("-cast:nov", Filter(without=Without(cast=frozenset({MemberId("m2")})))),
        ("fog model:", Filter(text="fog")),
    ],
)
def test_search_words_become_a_filter(line: str, filter_: Filter):
    assert wanted(line) == filter_


def test_search_words_narrow_the_current_page():
    page = Filter(projects=frozenset({"Aurora spot"}))
    assert wanted("fog", page) == Filter(text="fog", projects=frozenset({"Aurora spot"}))
    assert wanted("project:Aurora", page) == page
    assert "Other" not in wanted("project:Other", page).projects
    assert wanted("project:Other", page) != page


@pytest.mark.parametrize(
    ("line", "alike"),
    [
        ("-rating:5", "rating:<=4"),
        ("-rating:>=4", "rating:<=3"),
        ("-rating:0", "rating:>=1"),
        ("-cost:<=60", "cost:>60"),
        ("rating:4..2", "rating:2..4"),
        ("-before:2026-10", "after:2026-10"),
        ("-after:2026-10", "before:2026-10"),
        ("-date:today", "before:today"),
        ("SHOT:01", "shot:010 shot:011"),
    ],
)
def test_negated_filter_means_the_rest(line: str, alike: str):
    assert wanted(line) == wanted(alike) != Filter()
    assert said(line) == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("shot:900", "No shot “900” here."),
        ("by:nobody", "No program “nobody” here."),
        ("rating:6", "Ratings go from 0 (not rated) to 5."),
        ("cost:>9 cost:<3", "Nothing can match all “cost:” filters at once."),
        ("after:2026-10 before:2026-02", "There is no day between these dates."),
    ],
)
def test_search_that_cannot_match_says_so(line: str, words: str):
    assert said(line) == (words,)


def test_unrecognized_search_words_filter_nothing_and_are_listed_apart():
    line = read("rating:good -cost:5 is:nice state:odd before:soon model:gen4.5")
    found = meaning(line, KNOWN, NOW)
    assert found.filter == Filter(models=frozenset({"gen4.5"}))
    assert set(line.terms) - found.unused == {Term("model", "gen4.5")}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("model:sora", "No model “sora” here."),
        ("tag:zzz", "No tag “zzz” yet."),
        ("rating:good", "“rating:good” isn't understood"),
        ("before:soon", "“before:soon” isn't a date"),
        ("is:nice", "“is:nice” isn't a filter"),
        ("state:odd", "No status “odd”"),
        ("color:red", "“color:” isn't a filter"),
        ("-cost:5", "Use cost:<5 or cost:>5."),
        ("-date:2026-09", "Use before:2026-09 or after:2026-10-01."),
        ("date:0001-01-01", "isn't a date"),
        ("before:1901", "isn't a date"),
        ("after:9999-12-31", "isn't a date"),
        ("modle:gen4.5", "Did you mean “model:”?"),
    ],
)
def test_unrecognized_search_words_are_reported(line: str, words: str):
    [sentence] = said(line)
    assert words in sentence


def test_text_that_resembles_a_filter_is_searched_as_text():
    for line in ("https://example.com/a", "at 10:30", '"color: red"', '"the color: red"', "model:gen4.5", "fog -rain"):
        assert said(line) == (), line
    assert wanted("color:red").text == "color:red"


def test_filter_chips_say_what_they_keep():
    labels = [
        term.label for term in read("model:gen4.5 rating:>=4 -tag:drone is:pick before:2026-10 cost:20..60").terms
    ]
    assert labels == ["Gen-4.5", "Rating ≥ 4", "Not Tag: drone", "Picks", "Before 2026-10", "Credits 20–60"]
    by = [term.label for term in read("by:me by:claude-code by:kiosk -by:codex").terms]
    assert by == ["By you", "By Claude Code", "By kiosk", "Not By codex"]
    assert Query((Term("model", "a"), Term("tag", "b c"))).without(Term("model", "a")).line == 'tag:"b c"'


def test_search_keys_are_suggested_and_then_values_with_counts():
    [first, *_] = suggestions("fog mo", 6, KNOWN)
    assert (first.text, first.line, first.cursor) == ("model:  Model", "fog model:", 10)
    values = suggestions("fog model:g", 11, KNOWN)
    assert [(found.text, found.detail) for found in values] == [("Gen-4.5", "30"), ("Gen-4 Image", "8")]
    assert values[0].line == "fog model:gen4.5 "
    assert values[0].cursor == len(values[0].line)
    assert suggestions("fog model:gen4.5", 16, KNOWN) == []
    assert suggestions("fog ", 4, KNOWN) == []
    assert suggestions("color:", 7, KNOWN) == []


def test_filters_without_a_match_are_not_offered():
    def offered(line: str, known: PageCounts = KNOWN) -> list[tuple[str, str]]:
        return [(found.text, found.detail) for found in suggestions(line, len(line), known)]

    assert offered("state:") == [("failed", "4"), ("ended", "4")]
    assert offered("is:") == [("pick", "1"), ("reject", ""), ("rated", "5"), ("unrated", "40"), ("saved", "7"),
                              ("failed", "4")]  # fmt: skip
    assert offered("shot:") == [("010", "2"), ("011", "1")]
    assert offered("cast:") == [("Maya", "4"), ("Maya Novak", "2")]
    assert offered("by:") == [("you", ""), ("Claude Code", ""), ("codex", ""), ("Command line", "")]
    assert offered("by:cla") == [("Claude Code", "")]
    assert offered("by", PageCounts()) == [], "no program has asked for anything"
    assert offered("pro", PageCounts()) == []
    twice = PageCounts(batches=tuple((BatchId(name), "shots.csv", 4) for name in ("b1", "b2")))
    assert offered("batch:", twice) == [("shots.csv", "8")]


def test_suggested_value_with_blanks_is_quoted_and_the_rest_of_the_line_stays():
    [found] = suggestions("-tag:lo fog", 7, KNOWN)
    assert (found.line, found.cursor) == ('-tag:"low key" fog', 15)
    [again] = suggestions('tag:"low k', 10, KNOWN)
    assert again.line == 'tag:"low key" '


def test_every_search_key_has_values_to_complete():
    for key in KEYS:
        assert values_of(key, KNOWN), key
    assert dict(values_of("rating", KNOWN))[">=4"] == 5
    assert dict(values_of("state", KNOWN))["failed"] == 4


@pytest.mark.parametrize(
    "line", ["state:cancelled", "state:canceled", "status:Cancelled", "is:cancelled", "is:canceled"]
)
def test_canceled_tasks_are_found_by_either_spelling(line: str):
    assert meaning(read(line), PageCounts(), 0.0).filter.states == frozenset({State.CANCELLED})


def test_either_spelling_of_canceled_is_one_chip():
    assert read("state:cancelled").terms == read("state:canceled").terms


def test_batch_names_are_folded_once_however_many_letters_are_typed():
    looks: list[str] = []

    class Name(str):
        def isascii(self) -> bool:
            looks.append(self)
            return super().isascii()

    batches = tuple((BatchId(f"b{n}"), Name(f"Shots of {n} May"), 1) for n in range(31))
    known = PageCounts(batches=batches)
    found = [meaning(read(f"batch:{typed}"), known, NOW).filter.batches for typed in ("shots", "7", "b7", "nothing")]
    assert found == [{f"b{n}" for n in range(31)}, {"b7", "b17", "b27"}, {"b7"}, {"nothing"}]
    assert sorted(looks) == sorted(name for _, name, _ in batches)
    more = replace(known, batches=(*batches, (BatchId("new"), "Take 7", 1)))
    assert meaning(read("batch:7"), more, NOW).filter.batches == {"b7", "b17", "b27", "new"}
