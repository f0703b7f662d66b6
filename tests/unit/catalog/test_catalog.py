"""Loading the catalog and asking it questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runway_desktop.catalog import Catalog, CatalogError, FieldKind, labels
from runway_desktop.domain.media import Media

CATALOG = Catalog.load()
IMAGE, VIDEO, AUDIO = Media.IMAGE, Media.VIDEO, Media.AUDIO


def names(kinds: set[Media], *, has_prompt: bool) -> list[str]:
    return [endpoint.name for endpoint in CATALOG.endpoints_taking(frozenset(kinds), has_prompt)]


def test_endpoints_are_listed_by_importance() -> None:
    assert [endpoint.name for endpoint in CATALOG.endpoints[:3]] == ["image_to_video", "text_to_video", "text_to_image"]


def test_endpoint_knows_its_path_outputs_and_inputs() -> None:
    endpoint = CATALOG.endpoint("speech_to_speech")

    assert endpoint is not None
    assert (endpoint.path, endpoint.makes) == ("/v1/speech_to_speech", AUDIO)
    assert endpoint.takes == {AUDIO, VIDEO}
    assert endpoint.models == ("eleven_multilingual_sts_v2",)


@pytest.mark.parametrize(
    ("endpoint", "makes"),
    [("text_to_image", IMAGE), ("video_to_hdr", VIDEO), ("sound_effect", AUDIO), ("character_performance", VIDEO),
     ("video_to_audio", AUDIO), ("image_upscale", IMAGE), ("avatar_videos", VIDEO), ("voice_isolation", AUDIO)],
)  # fmt: skip
def test_endpoint_tells_the_media_it_makes(endpoint: str, makes: Media) -> None:
    found = CATALOG.endpoint(endpoint)
    assert found is not None
    assert found.makes is makes


def test_unknown_endpoint_and_model_pair_is_none() -> None:
    assert CATALOG.pair("image_to_video", "gen9") is None
    assert CATALOG.pair("text_to_opera", "gen4.5") is None
    assert CATALOG.endpoint("text_to_opera") is None


def test_endpoint_and_model_pair_is_built_once() -> None:
    assert CATALOG.pair("image_to_video", "gen4.5") is CATALOG.pair("image_to_video", "gen4.5")


def test_number_bounds_are_read_from_sdk_descriptions() -> None:
    pair = CATALOG.pair("image_to_video", "gen4.5")
    assert pair is not None
    duration, prompt = pair.field("duration"), pair.prompt_field

    assert duration is not None
    assert (duration.kind, duration.minimum, duration.maximum) == (FieldKind.INTEGER, 2, 10)
    assert prompt is not None
    assert (prompt.max_length, prompt.required) == (1000, True)


def test_number_field_may_also_accept_a_word() -> None:
    pair = CATALOG.pair("image_to_video", "gemini_omni_flash_1.1")
    assert pair is not None
    duration = pair.field("duration")
    assert duration is not None
    assert (duration.kind, duration.choices, duration.maximum) == (FieldKind.INTEGER, ("auto",), 10)


def test_untyped_list_items_get_the_shape_known_from_other_models() -> None:
    pair = CATALOG.pair("image_to_video", "wan3")
    assert pair is not None
    picture = pair.field("promptImage")
    assert picture is not None
    assert (picture.assumed, picture.kind, picture.positions) == (True, FieldKind.ASSETS, ("first", "last"))


def test_every_form_has_at_most_seven_main_fields() -> None:
    for pair in CATALOG.pairs():
        assert len(pair.main_fields) <= 7, (pair.endpoint, pair.model)


def test_picture_suggests_image_to_video_first() -> None:
    assert names({IMAGE}, has_prompt=True)[0] == "image_to_video"
    assert "image_upscale" in names({IMAGE}, has_prompt=False)


def test_sound_without_a_prompt_suggests_what_works_on_sound() -> None:
    assert names({AUDIO}, has_prompt=False)[:3] == ["speech_to_speech", "voice_dubbing", "voice_isolation"]


def test_clip_and_picture_together_suggest_the_performance_endpoint() -> None:
    assert names({IMAGE, VIDEO}, has_prompt=False)[0] == "character_performance"


def test_prompt_alone_suggests_no_endpoint_that_needs_an_input() -> None:
    found = names(set(), has_prompt=True)
    assert found[:2] == ["text_to_video", "text_to_image"]
    assert "image_to_video" not in found


def test_every_endpoint_model_and_field_has_a_display_name() -> None:
    for endpoint in CATALOG.endpoints:
        assert endpoint.name in labels.ENDPOINT_LABELS
    for pair in CATALOG.pairs():
        assert pair.model in (labels.MODEL_LABELS if "model" in pair.fixed else labels.ENDPOINT_LABELS)
        for field in pair.fields:
            assert field.name in labels.FIELD_WORDS
            assert field.help.endswith(".")


def test_choices_have_display_names() -> None:
    pair = CATALOG.pair("voice_dubbing", "eleven_voice_dubbing")
    assert pair is not None
    language = pair.field("targetLang")
    assert language is not None
    assert labels.choice_label(language.name, "de") == "German"
    assert all(labels.choice_label(language.name, choice)[0].isupper() for choice in language.choices)


def test_unknown_names_are_shown_as_sent() -> None:
    assert labels.model_label("gen9_super") == "Gen9 super"
    assert str(labels.field_words("motionBlur").label) == "Motion blur"
    assert labels.endpoint_label("text_to_opera") == "Text to opera"


def test_field_kind_of_a_later_catalog_is_unknown(tmp_path: Path) -> None:
    later = {
        "sdk": "9.0.0",
        "endpoints": [
            {"name": "text_to_opera", "path": "/v1/text_to_opera", "makes": "audio", "takes": [], "models": ["aria"]}
        ],
        "pairs": [
            {"endpoint": "text_to_opera", "model": "aria", "fields": [{"name": "score", "kind": "notes"}]},
        ],
    }
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(later), encoding="utf-8")

    pair = Catalog.load(path).pair("text_to_opera", "aria")

    assert pair is not None
    assert pair.fields[0].kind is FieldKind.UNKNOWN


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b'{"sdk": "1"}', b'{"sdk": "1", "endpoints": 3, "pairs": []}']
)
def test_broken_catalog_is_refused_with_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "catalog.json"
    path.write_bytes(content)
    with pytest.raises(CatalogError, match="is not a catalog"):
        Catalog.load(path)


def test_missing_catalog_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        Catalog.load(tmp_path / "none.json")
