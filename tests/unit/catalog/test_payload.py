"""Payload of a request: all set values, no unset ones, in a fixed order."""

from __future__ import annotations

from runway_desktop.catalog import Catalog, Pair, build_payload

CATALOG = Catalog.load()
LINK = "https://media.example.com/still.png"


def pair_of(endpoint: str, model: str) -> Pair:
    found = CATALOG.pair(endpoint, model)
    assert found is not None
    return found


def test_payload_has_the_model_first_and_fields_in_catalog_order() -> None:
    pair = pair_of("image_to_video", "gen4.5")
    one = build_payload(pair, {"seed": 1, "ratio": "1280:720", "promptText": "a", "duration": 5, "promptImage": LINK})
    other = build_payload(pair, {"promptImage": LINK, "duration": 5, "promptText": "a", "ratio": "1280:720", "seed": 1})

    assert list(one) == ["model", "duration", "promptImage", "promptText", "ratio", "seed"]
    assert list(other) == list(one)


def test_unset_values_are_omitted_at_any_depth() -> None:
    pair = pair_of("text_to_image", "gen4_image")
    values = {
        "promptText": "a",
        "ratio": "1024:1024",
        "seed": None,
        "contentModeration": {"publicFigureThreshold": None},
        "referenceImages": [{"uri": LINK, "tag": " "}, None],
    }
    assert build_payload(pair, values) == {
        "model": "gen4_image",
        "promptText": "a",
        "ratio": "1024:1024",
        "referenceImages": [{"uri": LINK}],
    }


def test_zero_and_false_are_sent() -> None:
    sent = build_payload(pair_of("text_to_video", "kling3.0_pro"), {"cfgScale": 0, "audio": False, "promptText": "a"})
    assert (sent["cfgScale"], sent["audio"]) == (0, False)


def test_whole_numbers_are_sent_without_a_decimal_point() -> None:
    sent = build_payload(pair_of("image_to_video", "veo3.1"), {"duration": 8.0, "seed": 7.0})
    assert [repr(sent["duration"]), repr(sent["seed"])] == ["8", "7"]


def test_decimal_numbers_keep_their_decimal_point() -> None:
    sent = build_payload(pair_of("sound_effect", "eleven_text_to_sound_v2"), {"promptText": "a", "duration": 2.5})
    assert sent["duration"] == 2.5


def test_prompt_is_sent_as_written() -> None:
    sent = build_payload(pair_of("text_to_video", "gen4.5"), {"promptText": "  two\nlines "})
    assert sent["promptText"] == "  two\nlines "


def test_unknown_member_is_sent_and_the_name_of_another_model_is_not() -> None:
    sent = build_payload(pair_of("text_to_video", "gen4.5"), {"newThing": 1, "promptText": "a", "model": "other"})
    assert sent == {"model": "gen4.5", "promptText": "a", "newThing": 1}
