"""Inputs in a request: found, replaced, written and judged."""

from __future__ import annotations

import pytest

from runway_desktop.catalog import (
    AssetItem,
    Catalog,
    Field,
    Pair,
    asset_items,
    asset_value,
    assets_in,
    link_problem,
    uri_problem,
    with_assets,
)
from runway_desktop.domain.media import Media
from tests.rigs.samples_of_requests import fullest

CATALOG = Catalog.load()
LINK = "https://media.example.com/still.png"
FILE = "file:///home/anna/still.png"


def pair_of(endpoint: str, model: str) -> Pair:
    found = CATALOG.pair(endpoint, model)
    assert found is not None
    return found


def field_of(endpoint: str, model: str, name: str) -> Field:
    found = pair_of(endpoint, model).field(name)
    assert found is not None
    return found


FIRST_FRAME = field_of("image_to_video", "gen4_turbo", "promptImage")
FRAMES = field_of("image_to_video", "veo3.1", "promptImage")
CLIP = field_of("video_upscale", "enhance_frame_rate", "videoUri")


def test_assets_of_a_request_are_found_with_their_paths() -> None:
    pair = pair_of("image_to_video", "seedance2")
    values = {
        "promptImage": [{"uri": LINK, "position": "first"}, {"uri": FILE}],
        "referenceAudio": [{"type": "audio", "uri": "runway://abc"}],
        "promptText": LINK,
    }

    found = assets_in(pair, values)

    assert [(place.path, place.uri) for place in found] == [
        (("promptImage", 0, "uri"), LINK),
        (("promptImage", 1, "uri"), FILE),
        (("referenceAudio", 0, "uri"), "runway://abc"),
    ]
    assert found[2].media == {Media.AUDIO}


def test_single_asset_is_found_by_its_field_name() -> None:
    assert [place.path for place in assets_in(pair_of("image_to_video", "gen4_turbo"), {"promptImage": LINK})] == [
        ("promptImage",)
    ]


def test_tag_tells_the_kind_of_an_input() -> None:
    pair = pair_of("character_performance", "act_two")
    (place,) = assets_in(pair, {"character": {"type": "video", "uri": LINK}})
    assert place.path == ("character", "uri")
    assert place.media == {Media.VIDEO}


def test_assets_inside_objects_are_found() -> None:
    avatar = pair_of("avatar_videos", "gwm1_avatars")
    keyframes = pair_of("video_to_video", "aleph2")
    voice = pair_of("text_to_speech", "seed_audio")

    assert [p.path for p in assets_in(avatar, {"speech": {"type": "audio", "audio": LINK}})] == [("speech", "audio")]
    assert [p.path for p in assets_in(keyframes, {"keyframes": [{"uri": LINK, "at": 0.5}]})] == [
        ("keyframes", 0, "uri")
    ]
    assert [p.path for p in assets_in(voice, {"voice": {"type": "reference-audio", "audioUri": LINK}})] == [
        ("voice", "audioUri")
    ]


def test_replacing_assets_leaves_the_given_request_unchanged() -> None:
    pair = pair_of("image_to_video", "veo3.1")
    values = {"promptImage": [{"uri": FILE, "position": "first"}], "ratio": "1280:720"}

    sent = with_assets(values, {place.path: "runway://up" for place in assets_in(pair, values)})

    assert sent == {"promptImage": [{"uri": "runway://up", "position": "first"}], "ratio": "1280:720"}
    assert values["promptImage"] == [{"uri": FILE, "position": "first"}]


@pytest.mark.parametrize("path", [("promptVideo",), ("promptImage", 3, "uri"), ("ratio", "uri"), ("ratio", 0)])
def test_replacing_a_missing_asset_is_an_error(path: tuple[str | int, ...]) -> None:
    with pytest.raises(KeyError):
        with_assets({"promptImage": [], "ratio": "1280:720"}, {path: LINK})


def test_every_asset_of_every_endpoint_and_model_can_be_found_and_replaced() -> None:
    for pair in CATALOG.pairs():
        for form in range(2):
            values = fullest(pair, form)
            places = assets_in(pair, values)
            replaced = with_assets(values, {place.path: f"runway://{n}" for n, place in enumerate(places)})
            assert [place.uri for place in assets_in(pair, replaced)] == [f"runway://{n}" for n in range(len(places))]


def test_single_first_frame_is_written_as_one_uri() -> None:
    assert asset_value(FRAMES, [AssetItem(uri=LINK)]) == LINK


def test_two_frames_get_their_positions_in_order() -> None:
    assert asset_value(FRAMES, [AssetItem(uri=LINK), AssetItem(uri=FILE)]) == [
        {"uri": LINK, "position": "first"},
        {"uri": FILE, "position": "last"},
    ]


def test_last_frame_keeps_its_position() -> None:
    written = asset_value(FRAMES, [AssetItem(uri=FILE, position="last"), AssetItem(uri=LINK)])
    assert written == [{"uri": FILE, "position": "last"}, {"uri": LINK, "position": "first"}]


def test_input_that_may_be_picture_or_clip_is_written_with_its_type_tag() -> None:
    character = field_of("character_performance", "act_two", "character")
    assert asset_value(character, [AssetItem(uri=LINK, media=Media.VIDEO)]) == {"type": "video", "uri": LINK}


def test_missing_input_is_omitted_from_the_request() -> None:
    assert asset_value(FRAMES, []) is None
    assert asset_items(FRAMES, None) == ()


def test_input_items_read_back_as_written() -> None:
    for pair in CATALOG.pairs():
        values = fullest(pair)
        for field in pair.asset_fields:
            assert asset_value(field, asset_items(field, values[field.name])) == values[field.name]


@pytest.mark.parametrize(
    "uri",
    [
        LINK,
        FILE,
        "https://example.com",
        "https://example.com:8443/a?b=c#d",
        "HTTPS://EXAMPLE.COM/A.PNG",
        "runway://x",
        "data:image/png;base64,iVBORw0KGgo=",
        "data:image/webp;name=a.webp;base64,AAAA",
    ],
)
def test_valid_uris_are_accepted(uri: str) -> None:
    assert uri_problem(uri, FIRST_FRAME) is None


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("http://example.com/a.png", "http://"),
        ("https://192.168.0.7/a.png", "uses the address 192.168.0.7"),
        ("https://[::1]/a.png", "uses the address ::1"),
        ("https://2130706433/a.png", "uses the address 2130706433"),
        ("https://0x7f.1/a.png", "uses the address"),
        ("https://localhost/a.png", "only known in this network"),
        ("https:///a.png", "no domain name"),
        ("https://example.com/a b.png", "contains a space"),
        ("https://example.com:99999/a.png", "can't be read"),
        ("https://[::1/a.png", "can't be read"),
        ("https://anna:secret@example.com/a.png", "a user name"),
        ("runway://", "incomplete"),
        ("file://", "incomplete"),
        ("file://server/a.png", "incomplete"),
        ("still.png", "neither a file nor a link"),
        ("ftp://example.com/a.png", "neither a file nor a link"),
        ("data:image/png,abc", "damaged"),
        ("data:image/png;base64,", "damaged"),
        ("data:video/mp4;base64,AAAA", "must be a picture"),
    ],
)
def test_invalid_uris_are_refused_with_a_sentence(uri: str, words: str) -> None:
    problem = uri_problem(uri, FIRST_FRAME)
    assert problem is not None
    assert words in problem


def test_link_may_have_2048_characters() -> None:
    start = "https://example.com/"
    assert link_problem(start + "a" * (2048 - len(start))) is None
    assert "2,049 characters" in str(link_problem(start + "a" * (2049 - len(start))))


def test_embedded_file_over_the_model_limit_is_refused() -> None:
    clip = "data:video/mp4;base64," + "A" * (5 * 1024 * 1024)
    assert "larger than 5 MB" in str(uri_problem(clip, CLIP))
