"""Counting, saying and reading values."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runway_desktop.catalog import (
    Catalog,
    Field,
    prompt_of,
    settings_line,
    utf16_length,
    value_from_text,
    value_in_words,
)

CATALOG = Catalog.load()


def field_of(endpoint: str, model: str, name: str) -> Field:
    pair = CATALOG.pair(endpoint, model)
    found = pair.field(name) if pair is not None else None
    assert found is not None
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec="utf-8")))
def test_length_is_that_of_the_utf16_encoding(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


def test_length_of_a_lone_surrogate_is_one() -> None:
    assert utf16_length("a\ud83d") == 2


def test_prompt_is_found_wherever_it_stands() -> None:
    video = CATALOG.pair("text_to_video", "gen4.5")
    avatar = CATALOG.pair("avatar_videos", "gwm1_avatars")

    assert prompt_of(video, {"promptText": "a harbour"}) == "a harbour"
    assert prompt_of(video, {}) == ""
    assert prompt_of(avatar, {"speech": {"type": "text", "text": "Hello"}}) == "Hello"


def test_prompt_of_an_unknown_pair_is_guessed() -> None:
    assert prompt_of(None, {"promptText": "a"}) == "a"
    assert prompt_of(None, {"text": "b"}) == "b"
    assert prompt_of(None, {"settings": {"prompt": "c"}}) == "c"
    assert prompt_of(None, {"seed": 1}) == ""


def test_settings_are_said_in_words() -> None:
    pair = CATALOG.pair("image_to_video", "gen4.5")
    values = {"seed": 41207, "duration": 5, "ratio": "1280:720", "promptText": "a", "promptImage": "https://e.com/a"}
    assert settings_line(pair, values) == "1280:720 · 5 s · seed 41207"


def test_settings_of_an_unknown_pair_are_said_too() -> None:
    assert settings_line(None, {"ratio": "1280:720", "duration": 5, "odd": {"a": 1}}) == "1280:720 · 5 s"


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"duration": "auto", "audio": False}, "automatic length · no sound"),
        ({"audio": True, "duration": 2.0}, "2 s · sound"),
        ({"ratio": "auto_720p", "outputCount": 4}, "auto 720p · 4 pictures"),
        ({"outputCount": 1, "quality": "high", "ratio": "auto"}, "automatic size · high quality"),
        ({"targetFramerate": "23_98"}, "23.98 fps"),
        ({"targetLang": "de"}, "German"),
        ({"scaleFactor": 4, "flavor": "photo_denoiser"}, "4× · photo denoiser"),
        ({"ratio": None, "duration": [], "seed": ""}, ""),
        ({}, ""),
    ],
)
def test_each_setting_has_its_words(values: dict[str, object], line: str) -> None:
    assert settings_line(None, values) == line


@pytest.mark.parametrize(
    ("endpoint", "model", "name", "text", "value"),
    [
        ("image_to_video", "veo3.1", "duration", " 6 ", 6),
        ("image_to_video", "veo3.1", "duration", "5", "5"),
        ("image_to_video", "gen4.5", "duration", "5 s", 5),
        ("image_to_video", "gen4.5", "duration", "five", "five"),
        ("image_to_video", "gen4.5", "seed", "1234567890123456789", 1234567890123456789),
        ("image_to_video", "gen4.5", "seed", "12345678901234567891", "12345678901234567891"),
        ("image_to_video", "gemini_omni_flash_1.1", "duration", "Auto", "auto"),
        ("image_to_video", "gen4.5", "ratio", "1280:720", "1280:720"),
        ("image_to_video", "grok_imagine_1_5_lite", "ratio", "auto 720p", "auto_720p"),
        ("image_to_video", "veo3.1", "audio", "Yes", True),
        ("image_to_video", "veo3.1", "audio", "0", False),
        ("image_to_video", "veo3.1", "audio", "maybe", "maybe"),
        ("image_to_video", "gen4.5", "promptText", " two words ", " two words "),
        ("image_to_video", "gen4.5", "promptText", "  ", None),
        ("image_to_video", "gen4.5", "promptImage", "https://e.com/a.png", "https://e.com/a.png"),
        ("text_to_video", "kling3.0_pro", "cfgScale", "0.25", 0.25),
        ("text_to_video", "kling3.0_pro", "cfgScale", "nan", "nan"),
        ("voice_dubbing", "eleven_voice_dubbing", "targetLang", "german", "de"),
        ("text_to_image", "recraft_v4_1_vector", "colors", "#1A2B3C, #FFFFFF", ["#1A2B3C", "#FFFFFF"]),
    ],
)
def test_cell_of_a_table_becomes_the_wire_value(endpoint: str, model: str, name: str, text: str, value: object) -> None:
    read = value_from_text(field_of(endpoint, model, name), text)
    assert read == value
    assert type(read) is type(value)


def test_values_are_read_as_words() -> None:
    assert [value_in_words(value) for value in (True, False, "very_low", 4, 0.5)] == [
        "yes",
        "no",
        "very low",
        "4",
        "0.5",
    ]
