"""Counting, saying and reading values."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runway_desktop.catalog import (
    Catalog,
    Field,
    FieldKind,
    prompt_of,
    settings_line,
    two_readings,
    utf16_length,
    validate,
    value_from_text,
    value_in_words,
)
from runway_desktop.values import replace

CATALOG = Catalog.load()


def field_of(endpoint: str, model: str, name: str) -> Field:
    pair = CATALOG.pair(endpoint, model)
    found = pair.field(name) if pair is not None else None
    assert found is not None
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec="utf-8")))
def test_prompt_length_counts_utf16_units(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


def test_length_of_a_lone_surrogate_is_one() -> None:
    assert utf16_length("a\ud83d") == 2


def test_prompt_is_found_at_any_place_of_a_request() -> None:
    video = CATALOG.pair("text_to_video", "gen4.5")
    avatar = CATALOG.pair("avatar_videos", "gwm1_avatars")

    assert prompt_of(video, {"promptText": "a harbour"}) == "a harbour"
    assert prompt_of(video, {}) == ""
    assert prompt_of(avatar, {"speech": {"type": "text", "text": "Hello"}}) == "Hello"


def test_prompt_of_an_unknown_model_is_guessed() -> None:
    assert prompt_of(None, {"promptText": "a"}) == "a"
    assert prompt_of(None, {"text": "b"}) == "b"
    assert prompt_of(None, {"settings": {"prompt": "c"}}) == "c"
    assert prompt_of(None, {"seed": 1}) == ""


def test_settings_are_described_in_words() -> None:
    pair = CATALOG.pair("image_to_video", "gen4.5")
    values = {"seed": 41207, "duration": 5, "ratio": "1280:720", "promptText": "a", "promptImage": "https://e.com/a"}
    assert settings_line(pair, values) == "1280:720 · 5 s · seed 41207"


def test_settings_of_an_unknown_model_are_described_too() -> None:
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
        ({"mode": "custom", "shots": [{"prompt": "A door", "duration": 4}] * 3, "duration": 12}, "12 s · 3 shots"),
        ({"mode": "auto", "duration": 10}, "10 s"),
        ({"mode": "extend"}, "extend"),
        ({"ratio": None, "duration": [], "seed": ""}, ""),
        ({}, ""),
    ],
)
def test_settings_line_says_values_in_words(values: dict[str, object], line: str) -> None:
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


@pytest.mark.parametrize(
    "text", ["1_0", "1e1", "\u0661\u0660", "\uff11\uff10", "0x10", "1 000", "1,5", "1.2.3", "inf", "5.", "9" * 9_000]
)
def test_number_needs_ascii_digits_and_at_most_one_decimal_point(text: str) -> None:
    for name in ("seed", "duration"):
        assert value_from_text(field_of("image_to_video", "gen4.5", name), text) == text


@pytest.mark.parametrize("text", ["1.000", "1,000", "-1.000", "2.500", "999.999"])
def test_ambiguous_thousands_separator_is_no_number_until_rewritten(text: str) -> None:
    pair = CATALOG.pair("image_to_video", "gen4.5")
    seed = field_of("image_to_video", "gen4.5", "seed")
    assert pair is not None
    assert value_from_text(seed, text) == text
    said = [finding.message for finding in validate(pair, {"seed": text}) if finding.path == ("seed",)]
    assert said == [two_readings(seed, text)]


def test_message_about_an_ambiguous_number_names_both_readings() -> None:
    duration = replace(field_of("image_to_video", "gen4.5", "duration"), kind=FieldKind.NUMBER, maximum=None)
    assert two_readings(duration, "1.000") == "“1.000” can mean 1000 or 1. Enter one of these."
    assert two_readings(duration, "1.125") == "“1.125” can mean 1125 or 1.1250. Enter one of these."
    assert [value_from_text(duration, text) for text in ("1125", "1.1250", "1.125 s")] == [1125, 1.125, "1.125"]


@pytest.mark.parametrize(("text", "value"), [("1.000", 1.0), ("0.125", 0.125), (".5", 0.5), ("1.0", 1.0), ("+1", 1)])
def test_separator_that_cannot_mean_thousands_is_a_decimal_point(text: str, value: float) -> None:
    assert value_from_text(field_of("text_to_video", "kling3.0_pro", "cfgScale"), text) == value


@pytest.mark.parametrize("text", ["5", "5s", "5 s", "5 sec", "5 secs.", "5 Seconds", "5.0 s"])
def test_duration_may_have_its_unit(text: str) -> None:
    read = value_from_text(field_of("image_to_video", "gen4.5", "duration"), text)
    assert (read, type(read)) == (5, int)


def test_values_are_described_as_words() -> None:
    assert [value_in_words(value) for value in (True, False, "very_low", 4, 0.5)] == [
        "yes",
        "no",
        "very low",
        "4",
        "0.5",
    ]
