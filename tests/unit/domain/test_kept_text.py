"""A stored text is shown in the reader's language, and a damaged one unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from runway_desktop import texts
from runway_desktop.domain import kept_text
from runway_desktop.domain.folders import Size
from runway_desktop.texts import Text, in_turn
from tests.rigs.pseudo import LANGUAGES


@pytest.fixture
def other_language() -> Iterator[None]:
    before = texts.language()
    texts.use(LANGUAGES["long"])
    yield
    texts.use(before)


@pytest.mark.parametrize(
    "said",
    [
        Text("The disk is full."),
        Text("“{file}” is empty.").with_(file=Path("a {b}.mp4")),
        Text("Retry", "Retry {n}").of(3),
        Text("Pick", context="verb"),
        Text("{size} are needed in {folder}.").with_(size=Size(5_000_000), folder="/films"),
        in_turn(Text("Runway did not answer."), "HTTP {0}"),
        "Runway's own {words}",
        "",
    ],
)
def test_stored_text_reads_back_the_same(said: Text | str, other_language: None):
    again = kept_text.read(json.loads(json.dumps(kept_text.kept(said))))
    assert str(again) == str(said)


def test_text_stored_by_an_older_version_is_shown_unchanged(other_language: None):
    assert str(kept_text.read("The disk {is} full.")) == "The disk {is} full."


@pytest.mark.parametrize(
    "stored",
    [
        {"text": "{file} is empty."},
        {"text": "{file", "values": {"file": "a"}},
        {"text": "{file.size}", "values": {"file": "a"}},
        {"text": "{0}", "values": ["a"]},
        {"text": 5, "n": "many", "values": {"n": None}},
        {},
        [],
        None,
    ],
)
def test_damaged_stored_text_does_not_crash(stored: object):
    assert isinstance(str(kept_text.read(stored)), str)


def nested(levels: int, text: str = "in {a}") -> object:
    found: object = "the core"
    for _ in range(levels):
        found = {"text": text, "values": {"a": found}}
    return found


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ({"text": "Retry", "many": "Retry {n}", "n": 1e999}, "Retry"),
        ({"text": "{n} files", "n": float("nan"), "many": "{n} files"}, "{n} files"),
        ({"text": "{size} are needed.", "values": {"size": {"bytes": 10**400}}}, "{size} are needed."),
        ({"text": "{file:>900000000} is empty.", "values": {"file": "a"}}, "{file:>900000000} is empty."),
        ({"text": "{file!r} is empty.", "values": {"file": "a"}}, "{file!r} is empty."),
        ({"text": "A", "many": "{n:900000000}", "n": 2}, "A"),
        (nested(30), "in " * 30 + "the core"),
        (nested(400), "in " * 33 + "{a}"),
    ],
    ids=["endless number", "no number", "size", "width", "form", "width of many", "30 levels", "400 levels"],
)
def test_unusual_stored_text_is_shown_quickly_and_unchanged(stored: object, shown: str):
    assert str(kept_text.read(stored)) == shown


def test_nested_stored_text_stays_small():
    assert len(str(kept_text.read(nested(30, "{a}{a}")))) < 200_000
