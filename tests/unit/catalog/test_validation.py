"""Every kind of violation gets one sentence at its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runway_desktop.catalog import Catalog, Field, FieldKind, Pair, build_payload, validate
from runway_desktop.catalog.text import LARGEST
from tests.rigs.samples_of_requests import fullest, smallest

CATALOG = Catalog.load()
PAIRS = list(CATALOG.pairs())
LINK = "https://media.example.com/still.png"


def pair_of(endpoint: str, model: str) -> Pair:
    found = CATALOG.pair(endpoint, model)
    assert found is not None
    return found


def findings(endpoint: str, name: str, /, **values: Any) -> dict[tuple[str | int, ...], str]:
    """What is found when the smallest request gets these values; a value of None leaves the field out."""
    pair = pair_of(endpoint, name)
    found = validate(pair, {**smallest(pair), **values})
    return {finding.path: finding.message for finding in found}


def test_prompt_that_contains_an_api_key_is_refused() -> None:
    found = findings("text_to_video", "gen4.5", promptText=f"A fox key_{'0a' * 64}")
    assert found == {("promptText",): "“Prompt” holds an API key. Remove it: it would be sent and stored."}
    assert findings("text_to_video", "gen4.5", promptText="A key_lighting_setup and key_2024") == {}


def test_error_about_a_short_choice_lists_all_values() -> None:
    assert findings("image_to_video", "veo3.1", duration=5) == {
        ("duration",): "Duration for Veo 3.1 is 4, 6 or 8 seconds."
    }


def test_error_about_a_long_choice_lists_some_values() -> None:
    found = findings("text_to_image", "gemini_image3.1_flash", ratio="5:4")
    assert found[("ratio",)].startswith(
        "Size for Gemini 3.1 Flash Image can't be 5:4. It is one of 56 values, such as "
    )


def test_choice_of_numbers_does_not_accept_true_for_one() -> None:
    assert ("outputCount",) in findings("text_to_image", "gemini_image3_pro", outputCount=True)


def test_deprecated_choice_is_still_accepted() -> None:
    assert findings("image_to_video", "hailuo3", resolution="768P") == {}


def test_open_choice_accepts_other_texts() -> None:
    assert findings("text_to_image", "seedream5_lite", ratio="2000:2100") == {}
    assert ("ratio",) in findings("text_to_image", "seedream5_lite", ratio=2000)


@pytest.mark.parametrize("duration", [1, 11, 4.5, 10**400, "five", True, float("nan"), [5]])
def test_whole_number_out_of_bounds_is_told_its_bounds(duration: object) -> None:
    assert findings("image_to_video", "gen4.5", duration=duration) == {
        ("duration",): "Duration for Gen-4.5 is a whole number from 2 to 10 seconds."
    }


@pytest.mark.parametrize("seed", [int("9" * 400), -int("9" * 400), 1 << 63, 1e300])
def test_number_without_own_bounds_has_those_of_its_list(seed: float) -> None:
    pair = CATALOG.pair("text_to_image", "gen4_image")
    assert pair is not None
    values = {"promptText": "A fox", "ratio": "1024:1024"}
    [finding] = validate(pair, {**values, "seed": seed})
    assert (finding.path, "whole number" in finding.message) == (("seed",), True)
    assert not validate(pair, {**values, "seed": (1 << 63) - 1})


def test_whole_number_may_be_written_with_a_decimal_point() -> None:
    assert findings("image_to_video", "gen4.5", duration=5.0) == {}


def test_number_error_lists_the_accepted_words() -> None:
    message = findings("image_to_video", "gemini_omni_flash_1.1", duration="long")[("duration",)]
    assert message == "Duration for Gemini Omni Flash 1.1 is a whole number from 3 to 10 seconds, or “auto”."
    assert findings("image_to_video", "gemini_omni_flash_1.1", duration="auto") == {}


def test_count_below_one_is_refused_without_a_stated_bound() -> None:
    assert findings("text_to_image", "muse_image", outputCount=0) == {
        ("outputCount",): "Number of pictures for Muse Image is a whole number, at least 1."
    }


def test_fraction_out_of_bounds_is_refused() -> None:
    assert findings("text_to_video", "kling3.0_pro", cfgScale=1.5) == {
        ("cfgScale",): "Prompt strength for Kling 3.0 Pro is a number from 0 to 1."
    }


def test_switch_accepts_only_true_or_false() -> None:
    assert findings("text_to_video", "veo3.1", audio="yes") == {
        ("audio",): "Sound for Veo 3.1 is on or off (true or false)."
    }


def test_prompt_one_unit_over_the_limit_is_refused() -> None:
    assert findings("image_to_video", "gen4.5", promptText="a" * 1000) == {}
    assert findings("image_to_video", "gen4.5", promptText="a" * 1001) == {
        ("promptText",): "The prompt is 1,001 characters long; Gen-4.5 takes up to 1,000."
    }


def test_prompt_limit_counts_utf16_units() -> None:
    assert findings("image_to_video", "gen4.5", promptText="🐈" * 500) == {}
    assert "1,002 characters" in findings("image_to_video", "gen4.5", promptText="🐈" * 501)[("promptText",)]


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t", None])
def test_blank_required_prompt_is_refused(prompt: str | None) -> None:
    assert findings("text_to_video", "gen4.5", promptText=prompt) == {
        ("promptText",): "The prompt is empty. Gen-4.5 needs it."
    }


def test_optional_prompt_may_be_blank() -> None:
    assert findings("image_to_video", "gen4_turbo", promptText="  ") == {}


def test_number_in_a_text_field_is_refused() -> None:
    assert findings("text_to_video", "gen4.5", promptText=7) == {("promptText",): "“Prompt” must be text."}


def test_missing_picture_error_says_what_to_add() -> None:
    assert findings("image_to_video", "gen4_turbo", promptImage=None) == {
        ("promptImage",): "Add a picture: Gen-4 Turbo needs one."
    }


def test_missing_choice_error_says_what_to_choose() -> None:
    assert findings("image_to_video", "gen4_turbo", ratio="") == {("ratio",): "Choose “Ratio”: Gen-4 Turbo needs it."}


def test_unknown_setting_is_named_in_the_error() -> None:
    assert findings("image_to_video", "gen4_turbo", loop=True) == {
        ("loop",): "Gen-4 Turbo has no setting named “loop”."
    }


def test_model_of_another_endpoint_is_named_in_the_error() -> None:
    assert findings("image_to_video", "gen4_turbo", model="gen4_turbo") == {}
    assert ("model",) in findings("image_to_video", "gen4_turbo", model="gen4.5")


def test_bad_link_inside_a_list_is_found() -> None:
    found = findings("image_to_video", "veo3.1", promptImage=[{"uri": "http://example.com/a.png", "position": "first"}])
    assert found == {
        ("promptImage", 0, "uri"): "The link begins with http://. Runway only accepts links that begin with https://."
    }


def test_last_frame_alone_is_refused_where_the_first_is_needed() -> None:
    last = [{"uri": LINK, "position": "last"}]
    assert findings("image_to_video", "veo3.1", promptImage=last) == {
        ("promptImage",): "Veo 3.1 needs a first frame when there is a last one."
    }


def test_two_first_frames_are_refused() -> None:
    twice = [{"uri": LINK, "position": "first"}] * 2
    assert findings("image_to_video", "veo3.1", promptImage=twice) == {
        ("promptImage",): "Only one input can be the first frame."
    }


@pytest.mark.parametrize("item", [{"uri": LINK, "position": "last"}, {"uri": LINK}])
def test_frame_position_that_the_model_does_not_accept_is_refused(item: dict[str, str]) -> None:
    assert findings("image_to_video", "gen4_turbo", promptImage=[item]) == {
        ("promptImage", 0, "position"): "Gen-4 Turbo takes this input only as the first frame."
    }


def test_link_in_items_of_assumed_shape_is_validated_and_their_position_is_not() -> None:
    frames = [{"uri": LINK, "position": "first"}, {"uri": LINK, "position": "middle"}, {"uri": "http://e.com/a"}]
    assert list(findings("image_to_video", "kling_4", promptImage=frames)) == [("promptImage", 2, "uri")]


def test_too_many_pictures_are_refused_with_their_count() -> None:
    found = findings("text_to_image", "gen4_image", referenceImages=[{"uri": LINK}] * 4)
    assert found == {("referenceImages",): "“Reference pictures” takes up to 3 for Gen-4 Image; there are 4."}


def test_single_link_in_place_of_a_list_is_refused() -> None:
    assert ("referenceImages",) in findings("text_to_image", "gen4_image", referenceImages=LINK)


def test_empty_list_item_is_refused() -> None:
    found = findings("text_to_image", "gen4_image", referenceImages=[{"uri": LINK}, {"uri": ""}])
    assert found == {("referenceImages", 1, "uri"): "Empty. Add a picture."}


def test_media_kind_of_an_input_must_fit() -> None:
    found = findings("character_performance", "act_two", character={"type": "sound", "uri": LINK})
    assert found == {("character", "type"): "The kind of this input must be “image” or “video”."}


@pytest.mark.parametrize("tag", ["a", "1st", "two words", "hy-phen", "x" * 17])
def test_tag_must_be_a_valid_name(tag: str) -> None:
    found = findings("text_to_image", "gen4_image", referenceImages=[{"uri": LINK, "tag": tag}])
    assert list(found) == [("referenceImages", 0, "tag")]


def test_color_must_be_hexadecimal() -> None:
    found = findings("text_to_image", "recraft_v4_1_vector", colors=["#1A2B3C", "teal"], backgroundColor="white")
    hint = "isn't a color. Enter # and six hexadecimal digits, such as #1A2B3C."
    assert found == {("backgroundColor",): f"“white” {hint}", ("colors", 1): f"“teal” {hint}"}


def test_object_of_unknown_form_is_refused() -> None:
    found = findings("text_to_speech", "eleven_v4", voice={"type": "clone", "presetId": "Maya"})
    assert found == {("voice",): "“Voice” has an unknown form; its “type” must be “runway-preset”."}


def test_members_of_an_object_are_validated() -> None:
    found = findings(
        "avatar_videos", "gwm1_avatars", speech={"type": "text", "text": "Hello", "voice": {"type": "custom"}}
    )
    assert found == {("speech", "voice", "id"): "“Voice ID” is empty. GWM-1 Avatars needs it."}


def test_keyframe_variants_are_distinguished_by_their_member() -> None:
    frames = [{"uri": LINK, "seconds": 1.5}, {"uri": LINK, "at": 2}, {"uri": LINK}]
    found = findings("video_to_video", "aleph2", keyframes=frames)
    assert found == {
        ("keyframes", 1, "at"): "Position for Aleph 2 is a number from 0 to 1.",
        ("keyframes", 2): "“Keyframes” has an unknown form; it must have “seconds” or “at”.",
    }


def test_total_length_of_shots_must_fit_the_model() -> None:
    shots = [{"prompt": "a", "duration": 10}, {"prompt": "b", "duration": 6}]
    found = findings("text_to_video", "kling3.0_pro", providerSettings={"multiPrompt": shots})
    assert found == {("providerSettings", "multiPrompt"): "“Shots” last 16 seconds together; they may last 3 to 15."}


def test_setting_that_counts_only_with_another_is_reported() -> None:
    found = findings("image_to_video", "gen4.5", proresProfile="422", outputFormat="mp4")
    assert found == {
        ("proresProfile",): "ProRes profile applies only when “File format” is ProRes (MOV) or HDR ProRes (MOV)."
    }
    assert findings("image_to_video", "gen4.5", proresProfile="422", outputFormat="prores") == {}


def test_setting_that_needs_another_is_reported() -> None:
    assert findings("text_to_image", "grok_imagine_image_2", edit=True) == {
        ("edit",): "“Edit reference” works only with “Reference pictures”."
    }
    assert findings("text_to_image", "grok_imagine_image_2", edit=False) == {}


def test_finishing_a_draft_accepts_no_other_settings() -> None:
    assert findings("text_to_video", "seedance2_5", draftTaskId="17f20503-6c24-4c16-946b-35dbbce2af2f") == {}
    assert ("draftTaskId",) in findings("text_to_video", "seedance2_5", draftTaskId="x", promptText="more")


def test_local_files_are_allowed_until_the_request_is_sent() -> None:
    pair = pair_of("image_upscale", "magnific_precision_upscaler_v2")
    values = {"imageUri": "file:///home/anna/still.png"}

    assert validate(pair, values) == ()
    assert [finding.path for finding in validate(pair, values, local_files=False)] == [("imageUri",)]


# A busy machine is slow at making input, which is no fault of what is tested.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.sampled_from(
    ["uri", "type", "position", "first", "image", "seconds", "", " ", "https://e.com/a", "ö🐈", "x" * 99]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


@patient
@given(st.data())
def test_validation_never_raises_for_any_value(data: st.DataObject) -> None:
    pair = data.draw(st.sampled_from(PAIRS))
    names = [field.name for field in pair.fields]
    values = data.draw(st.dictionaries(st.sampled_from(names), JSON, max_size=4))

    found = validate(pair, {**smallest(pair), **values})

    assert len({finding.path for finding in found}) == len(found)
    assert all(finding.message[-1] == "." for finding in found)


def scalar(field: Field) -> st.SearchStrategy[Any]:
    """Any valid value of a field without parts."""
    match field.kind:
        case FieldKind.CHOICE:
            return st.sampled_from(field.choices)
        case FieldKind.SWITCH:
            return st.booleans()
        case FieldKind.INTEGER:
            least = -LARGEST if field.minimum is None else int(field.minimum)
            numbers = st.integers(least, LARGEST if field.maximum is None else int(field.maximum))
            return numbers | st.sampled_from(field.choices) if field.choices else numbers
        case FieldKind.NUMBER:
            low = -1e18 if field.minimum is None else field.minimum
            high = 1e18 if field.maximum is None else field.maximum
            return st.floats(low, high, allow_nan=False)
        case _:
            return st.text(st.characters(codec="utf-8"), max_size=(field.max_length or 80) // 2)


SCALARS = (FieldKind.CHOICE, FieldKind.SWITCH, FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PROMPT, FieldKind.TEXT)


@patient
@given(st.data())
def test_valid_values_have_no_findings_and_stay_valid_as_payload(data: st.DataObject) -> None:
    pair = data.draw(st.sampled_from(PAIRS))
    fields = [field for field in pair.fields if not field.pattern and not field.alone and not field.requires]
    values = smallest(pair) if data.draw(st.booleans()) else fullest(pair)
    conditional = {field.only_when[0] for field in pair.fields if field.only_when is not None}
    conditional |= {field.sums_to or "" for field in pair.fields}
    for field in fields:
        if (
            field.kind in SCALARS
            and field.name not in conditional
            and field.only_when is None
            and data.draw(st.booleans())
        ):
            value = data.draw(scalar(field))
            if not (field.required and isinstance(value, str) and not value.strip()):
                values[field.name] = value
    if any("promptText" in field.requires for field in pair.fields):
        values["promptText"] = "A harbour at dawn"

    assert validate(pair, values) == ()
    assert validate(pair, build_payload(pair, values)) == ()
