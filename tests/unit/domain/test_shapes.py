"""Which settings make two requests alike, which of its inputs a request still has, and what a search compares."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.inputs import value_at
from runway_desktop.domain.library import folded, search_words, searched_text
from runway_desktop.domain.prices import shape_of
from runway_desktop.domain.task import Request


def a_request(**values: Any) -> Request:
    return Request(endpoint="image_to_video", model="gen4.5", values=values)


def test_price_shape_of_settings_has_a_fixed_order():
    assert shape_of(a_request(ratio="1280:720", duration=5, audio=True)) == "audio=true;duration=5;ratio=1280:720"


def test_prompt_seed_ids_and_inputs_do_not_change_the_price_shape():
    request = a_request(
        duration=5,
        promptText="short",
        negativePrompt="rain",
        seed=41207,
        promptImage="file:///a.png",
        videoUri="https://e.example/a.mp4",
        audioUri="data:audio/wav;base64,AAAA",
        references=[{"uri": "runway://1", "tag": "cat"}],
        style="a longer text with blanks in it is somebody's words",
        nothing=None,
    )
    assert shape_of(request) == "duration=5"


def test_number_has_one_price_shape_however_it_is_written():
    assert shape_of(a_request(duration=5)) == shape_of(a_request(duration=5.0))
    assert shape_of(a_request(cfgScale=0.5)) == "cfgScale=0.5"


def test_nested_settings_are_in_the_price_shape_by_path():
    assert shape_of(a_request(providerSettings={"quality": "high", "seed": 3})) == "providerSettings.quality=high"
    assert shape_of(a_request()) == ""


@pytest.mark.parametrize(
    ("place", "there"),
    [
        (("promptImage",), True),
        (("references", 0, "uri"), True),
        (("references", 1, "uri"), False),
        (("references", -1, "uri"), False),
        (("references", "0"), False),
        (("emptied",), False),
        (("promptImage", "deeper"), False),
        ((), True),
    ],
)
def test_input_is_found_only_at_a_place_that_the_request_has(place: tuple[str | int, ...], there: bool):
    request = a_request(promptImage="file:///a.png", references=[{"uri": "file:///b.png"}], emptied=None)
    assert (value_at(request, place) is not None) is there


def test_search_ignores_case_and_character_width():
    assert search_words("  Straße ＡＢＣ abc\tStraße ") == ("strasse", "abc")


def test_files_are_searched_by_name_only():
    words = searched_text(["A prompt", None, ""], ["/films/Shot 1.mp4", "C:\\pictures\\b.png", "", "plain.wav"])
    assert words == "a prompt\nshot 1.mp4\nb.png\nplain.wav"


@given(st.text(st.characters()))
def test_folded_text_can_be_stored_in_any_database(text: str):
    assert "\0" not in folded(text)
    folded(text).encode()
