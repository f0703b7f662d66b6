"""Dependencies between fields, and the parts of a nested value that another model accepts."""

from __future__ import annotations

import pytest

from runway_desktop.catalog import (
    Catalog,
    Field,
    FieldKind,
    Pair,
    build_payload,
    idle_reason,
    kept_part,
    validate,
    with_what_belongs_together,
)
from runway_desktop.texts import Text
from tests.rigs.samples_of_requests import fullest, smallest

LINK = {"uri": "https://media.example.com/still.png"}
CATALOG = Catalog.load()
PAIRS = {f"{pair.endpoint}-{pair.model}": pair for pair in CATALOG.pairs()}


def pair(endpoint: str, model: str) -> Pair:
    found = CATALOG.pair(endpoint, model)
    assert found is not None
    return found


def reason(of: Pair, name: str, **values: object) -> str:
    field = of.field(name)
    assert field is not None
    return idle_reason(of, values, field)


def test_field_that_counts_only_with_a_choice_names_the_choice():
    gen = pair("image_to_video", "gen4.5")
    assert reason(gen, "proresProfile") == ("Applies only when “File format” is ProRes (MOV) or HDR ProRes (MOV).")
    assert reason(gen, "proresProfile", outputFormat="mp4") != ""
    assert reason(gen, "proresProfile", outputFormat="prores") == ""


def test_field_that_needs_another_field_names_it():
    grok = pair("text_to_image", "grok_imagine_image_2")
    assert reason(grok, "edit") == "Applies only with “Reference pictures”."
    assert reason(grok, "edit", referenceImages=[{"uri": "https://a.example.com/a.png"}]) == ""


def test_fields_that_exclude_others_make_them_ineffective():
    seedance = pair("text_to_video", "seedance2_5")
    assert "sent alone" in reason(seedance, "ratio", draftTaskId="x")
    assert reason(seedance, "draftTaskId", draftTaskId="x") == ""


@pytest.mark.parametrize("name", PAIRS)
def test_every_field_counts_when_everything_is_set(name):
    values = fullest(PAIRS[name])
    assert [
        field.name for field in PAIRS[name].fields if field.name in values and idle_reason(PAIRS[name], values, field)
    ] == []


def test_shots_that_do_not_add_up_to_the_duration_are_told():
    recipe = pair("multi_shot_video", "multi_shot_video")
    shots = [{"prompt": "A door opens", "duration": seconds} for seconds in (3, 3, 3)]
    values = {"mode": "custom", "shots": shots}
    said = "“Shots” last 9 seconds together; they must add up to “Duration”, {} seconds."
    assert [(one.path, one.message) for one in validate(recipe, values)] == [(("shots",), said.format(10))]
    assert [one.message for one in validate(recipe, {**values, "duration": 5})] == [said.format(5)]
    assert validate(recipe, {**values, "shots": [*shots, {"prompt": "It closes", "duration": 1}]}) == ()


def test_field_of_the_other_form_is_neither_needed_nor_accepted():
    recipe = pair("multi_shot_video", "multi_shot_video")
    assert [one.path for one in validate(recipe, {"mode": "custom"})] == [("shots",)]
    assert [one.path for one in validate(recipe, {"mode": "auto"})] == [("prompt",)]
    assert [one.path for one in validate(recipe, {**smallest(recipe), "mode": "custom"})] == [("shots",), ("prompt",)]


@pytest.mark.parametrize(
    ("recipe", "name", "value", "said"),
    [
        ("product_ad", "productImages", [LINK] * 11, "“Product” takes up to 10 for Product ad; there are 11."),
        ("product_ad", "styleImages", [LINK] * 5, "“Style” takes up to 4 for Product ad; there are 5."),
        ("product_ad", "productInfo", "a" * 2_501,
            "“Product facts” is 2,501 characters long; Product ad takes up to 2,500."),
        ("product_ad", "userConcept", "a" * 3_501,
            "The prompt is 3,501 characters long; Product ad takes up to 3,500."),
        ("product_ad", "duration", 16, "Duration for Product ad is a whole number from 4 to 15 seconds."),
        ("product_swap", "newProductImages", [LINK] * 11,
            "“New product” takes up to 10 for Product swap; there are 11."),
        ("product_swap", "newProductImages", [{**LINK, "view": "top"}],
            "View for Product swap is front, side or back."),
        ("marketing_stock_image", "outputCount", 5,
            "Number of pictures for Marketing stock image is a whole number from 1 to 4."),
    ],
)  # fmt: skip
def test_recipe_value_out_of_bounds_is_told_in_a_sentence(recipe: str, name: str, value: object, said: str):
    found = validate(pair(recipe, recipe), {**smallest(pair(recipe, recipe)), name: value})
    assert [one.message for one in found] == [said]


def test_version_of_a_recipe_is_fixed():
    recipe = pair("product_ad", "product_ad")
    assert validate(recipe, {**smallest(recipe), "version": "2026-06"}) == ()
    for other in ("2026-07", "unsafe-latest"):
        found = validate(recipe, {**smallest(recipe), "version": other})
        assert [one.path for one in found] == [("version",)]
        assert build_payload(recipe, {"version": other})["version"] == "2026-06"


def test_fitting_parts_of_a_nested_value_are_kept_and_the_rest_is_named():
    shots = {"keepOriginalSound": False, "multiPrompt": [{"prompt": "A door opens", "duration": 5}]}
    kept, lost = kept_part(pair("text_to_video", "klingO3_pro"), {}, "providerSettings", shots)
    assert kept == {"multiPrompt": [{"prompt": "A door opens", "duration": 5}]}
    assert lost == ("Keep sound",)
    assert "keepOriginalSound" in shots, "what was given is not changed"


@pytest.mark.parametrize("name", PAIRS)
def test_kept_values_are_valid(name):
    """Of every value of every other pair, whatever is kept is accepted."""
    target = PAIRS[name]
    for other in PAIRS.values():
        for field, value in fullest(other).items():
            if (known := target.field(field)) is None or known.is_asset or known.only_when or known.requires:
                continue
            kept, _ = kept_part(target, {}, field, value)
            if kept is not None:
                assert not [found for found in validate(target, {field: kept}) if found.path[:1] == (field,)]


def test_dependent_fields_follow_the_field_they_depend_on():
    fields = [field for field in pair("video_to_video", "aleph2").fields if field.name in _NAMES]
    assert [field.name for field in with_what_belongs_together(reversed_of(fields))] == [
        "seed",
        "outputFormat",
        "proresProfile",
    ]


_NAMES = ("outputFormat", "proresProfile", "seed")


def reversed_of(fields: list[Field]) -> list[Field]:
    return list(reversed(fields))


def strange(**values: object) -> list[str]:
    field = Field(name="newThing", kind=FieldKind.UNKNOWN, label_text=Text("New thing"), help_text=Text(""))
    pair = Pair(endpoint="text_to_video", model="new", label="New", fields=(field,), fixed={"model": "new"})
    found = validate(pair, values)
    return [finding.message for finding in found]


def test_field_of_unknown_kind_accepts_json_and_locates_syntax_errors():
    assert strange(newThing={"any": [1, None]}) == []
    assert strange(newThing="plain words") == []
    assert strange(newThing='{"any": [1,') == ["“New thing” isn't complete JSON: line 1, column 12."]
