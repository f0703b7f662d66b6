"""What is stored of a text is shown in the language of whoever reads it, and what is damaged is shown as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from runway_desktop import texts
from runway_desktop.domain import kept_text
from runway_desktop.domain.folders import Size
from runway_desktop.texts import Text, in_turn
from tests.pseudo import LANGUAGES


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
def test_a_text_says_the_same_when_it_is_read_again(said: Text | str, other_language: None):
    again = kept_text.read(json.loads(json.dumps(kept_text.kept(said))))
    assert str(again) == str(said)


def test_what_an_older_version_stored_is_shown_as_it_is(other_language: None):
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
def test_a_damaged_one_is_no_crash(stored: object):
    assert isinstance(str(kept_text.read(stored)), str)
