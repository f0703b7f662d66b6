"""What names of the cast in a prompt become: the one expansion that all entrances share."""

from __future__ import annotations

import time
from typing import Any

import pytest

from runway_desktop.catalog import Pair, validate
from runway_desktop.domain.cast import MemberKind, as_text, settled_names
from runway_desktop.domain.task import Request
from runway_desktop.usecases.casting import Casting, Fill, as_asked, cast_into, cast_request, fill_of
from runway_desktop.values import replace
from tests.rigs.cast import cast, file, member
from tests.rigs.engine_rig import CATALOG
from tests.rigs.rows import task

MAYA = member("Maya", "maya1.png", "maya2.png", "maya.mp4", voice="maya.mp3", words="a woman of 30 with red hair")
BEN = member("Old Ben", "ben1.png", "ben2.png", "ben3.png", words="an old sailor")
MAYAN = member("Mayan Temple", words="a temple of stone")
MAYA_IN_JAPANESE = member("マヤ", "maya_ja.png")
CAST = cast(MAYA, BEN, MAYAN, MAYA_IN_JAPANESE)

TAGGED = ("text_to_image", "gen4_image")
PLAIN = ("text_to_image", "seedream5_pro")
FIRST_FRAME = ("image_to_video", "gen4_turbo")
WORDS = ("text_to_video", "gen4.5")


SERUM = member("Serum", "serum1.png", "serum2.png", kind=MemberKind.PROP)
FILM = member("Film", "film.png", kind=MemberKind.STYLE)


@pytest.mark.parametrize(
    ("recipe", "concept", "filled"),
    [
        ("product_ugc", "@Maya shows @Serum", {"characterImage": ["maya1.png"], "productImage": ["serum1.png"]}),
        ("product_ugc", "@Serum for @Maya", {"characterImage": ["maya1.png"], "productImage": ["serum1.png"]}),
        ("product_ugc", "@Maya", {"characterImage": ["maya1.png"]}),
        ("product_ugc", "@Serum", {"productImage": ["serum1.png"]}),
        ("product_ad", "@Serum like @Film",
            {"productImages": ["serum1.png", "serum2.png"], "styleImages": ["film.png"]}),
        ("product_ad", "@Maya", {"productImages": ["maya1.png", "maya2.png"]}),
        ("product_ad", "@Maya and @Serum", {"productImages": ["serum1.png", "serum2.png"]}),
        ("product_campaign_image", "@Maya with @Serum", {"image": ["serum1.png"]}),
        ("product_campaign_image", "@Maya", {"image": ["maya1.png"]}),
    ],
)  # fmt: skip
def test_names_fill_the_product_and_character_pictures_of_recipes(
    recipe: str, concept: str, filled: dict[str, list[str]]
):
    pair = pair_of((recipe, recipe))
    assert pair.prompt_field is not None
    casting = cast_into(pair, {pair.prompt_field.name: concept}, cast(MAYA, SERUM, FILM))
    found: dict[str, list[str]] = {}
    for use in casting.uses:
        found.setdefault(use.field, []).append(use.file.sha256)
    assert found == filled
    assert {one.path[0] for one in validate(pair, casting.values)} <= {field.name for field in pair.asset_fields} - set(
        filled
    )


def pair_of(key: tuple[str, str]) -> Pair:
    pair = CATALOG.pair(*key)
    assert pair is not None
    return pair


def cast_in(prompt: str, key: tuple[str, str] = PLAIN, settled: tuple[str, ...] = (), **values: Any) -> Casting:
    return cast_into(pair_of(key), {"promptText": prompt, **values}, CAST, settled)


def uri(name: str) -> str:
    return file(name).uri


def names(casting: Casting) -> list[str]:
    return [one.name for one in casting.members]


def used(casting: Casting) -> list[tuple[str, str, int]]:
    return [(use.file.sha256, use.field, use.number) for use in casting.uses]


@pytest.mark.parametrize(
    ("prompt", "stored", "found", "unknown"),
    [
        ("@Maya walks", "Maya walks", ["Maya"], ()),
        ("@maya, @MAYA", "Maya, Maya", ["Maya"], ()),
        ("@Maya's hat", "Maya's hat", ["Maya"], ()),
        ("@Mayan Temple at dawn", "Mayan Temple (a temple of stone) at dawn", ["Mayan Temple"], ()),
        ("森で@マヤが走る", "森でマヤが走る", ["マヤ"], ()),
        ('@"Old Ben" and @Old Ben', "Old Ben and Old Ben", ["Old Ben"], ()),
        ("@“old  ben” sails", "Old Ben sails", ["Old Ben"], ()),
        ("Mail a@Maya or a.b-@Maya.com", "Mail a@Maya or a.b-@Maya.com", [], ()),
        ("Print `@Maya` as\n```\n@Maya\n```", "Print `@Maya` as\n```\n@Maya\n```", [], ()),
        ("@Nobody and @Maya", "@Nobody and Maya", ["Maya"], ("Nobody",)),
        ('@"Nobody Else"', '@"Nobody Else"', [], ("Nobody Else",)),
        ("5 @ 3 @@Maya @", "5 @ 3 @@Maya @", [], ()),
        ("No name", "No name", [], ()),
    ],
)
def test_names_in_a_prompt_are_replaced_and_everything_else_stays(
    prompt: str, stored: str, found: list[str], unknown: tuple[str, ...]
):
    casting = cast_in(prompt)
    assert (casting.values["promptText"], names(casting), casting.unknown) == (stored, found, unknown)


def test_model_with_tags_gets_tags_that_the_prompt_names():
    casting = cast_in("@Maya meets @マヤ. @Mayas hat", TAGGED)
    assert casting.values["promptText"] == "@Maya meets @character. @Maya s hat"
    assert casting.values["referenceImages"] == [
        {"uri": uri("maya1.png"), "tag": "Maya"},
        {"uri": uri("maya_ja.png"), "tag": "character"},
        {"uri": uri("maya2.png"), "tag": "Maya2"},
    ]
    assert validate(pair_of(TAGGED), {**casting.values, "ratio": "1280:720"}) == ()


def test_router_gets_the_pictures_of_a_member_as_references_not_as_frames():
    casting = cast_into(pair_of(("generate_video", "")), {"promptText": "@Maya walks"}, cast(MAYA))
    assert {one["role"] for one in casting.values["referenceImages"]} == {"reference"}
    assert {one["role"] for one in casting.values["referenceVideos"]} == {"reference"}


def test_expanded_request_is_not_expanded_again():
    for key in (TAGGED, PLAIN, WORDS):
        once = cast_in("@Maya and @Old Ben", key)
        again = cast_into(pair_of(key), once.values, CAST)
        assert (again.values, again.members) == (once.values, ())


def test_tag_of_this_request_wins_over_a_member_of_that_name():
    own = [{"uri": "https://example.com/a.png", "tag": "maya"}]
    casting = cast_in("@Maya walks", TAGGED, referenceImages=own)
    assert (casting.values, casting.members) == ({"promptText": "@Maya walks", "referenceImages": own}, ())


def test_new_tag_differs_from_the_tags_of_the_request():
    own = [{"uri": "https://example.com/a.png", "tag": "old_ben"}]
    casting = cast_in("@Old Ben", TAGGED, referenceImages=own)
    assert casting.values["promptText"] == "@Old_Ben2"
    assert [one["tag"] for one in casting.values["referenceImages"]] == ["old_ben", "Old_Ben2", "Old_Ben3"]


def test_members_share_the_places_of_a_field_fairly():
    casting = cast_in("@Old Ben and @Maya", TAGGED)
    assert [use.file.sha256 for use in casting.uses] == ["ben1.png", "maya1.png", "ben2.png"]
    left = {one.name: [file.sha256 for file in casting.left_out(one)] for one in casting.members}
    assert left == {"Old Ben": ["ben3.png"], "Maya": ["maya2.png", "maya.mp4", "maya.mp3"]}


def test_first_frame_is_filled_only_where_none_was_chosen():
    casting = cast_in("@Maya and @Old Ben", FIRST_FRAME)
    assert casting.values["promptImage"] == uri("maya1.png")
    assert casting.values["promptText"] == "Maya and Old Ben (an old sailor)"
    own = cast_in("@Maya", FIRST_FRAME, promptImage="https://example.com/own.png")
    assert own.values["promptImage"] == "https://example.com/own.png"
    assert (used(own), [one.name for one in own.in_words]) == ([], ["Maya"])


def test_model_that_takes_no_file_gets_name_and_words_once():
    casting = cast_in("@Maya sits. @Maya stands.", WORDS)
    assert casting.values == {"promptText": "Maya (a woman of 30 with red hair) sits. Maya stands."}
    assert [one.name for one in casting.in_words] == ["Maya"]
    assert len(casting.left_out(casting.members[0])) == 4


def test_clip_and_sound_go_where_the_model_takes_them():
    casting = cast_in("@Maya", ("text_to_video", "seedance2"))
    assert used(casting) == [
        ("maya1.png", "references", 0),
        ("maya2.png", "references", 1),
        ("maya.mp4", "referenceVideos", 0),
        ("maya.mp3", "referenceAudio", 0),
    ]
    speech = cast_in("@Maya", ("text_to_speech", "seed_audio"))
    assert speech.values["voice"] == {"type": "reference-audio", "audioUri": uri("maya.mp3")}


def test_sound_that_needs_pictures_is_left_out_without_them():
    voice = member("Echo", voice="echo.mp3")
    pair = pair_of(("text_to_video", "grok_imagine_1_5"))
    assert cast_into(pair, {"promptText": "@Echo"}, cast(voice)).uses == ()
    both = cast_into(pair, {"promptText": "@Echo with @Maya"}, cast(voice, MAYA))
    assert [use.field for use in both.uses if use.member is voice] == ["referenceAudio"]


def test_sound_that_the_model_numbers_is_named_by_its_number():
    casting = cast_in(
        "A song like @Maya", ("sound_effect", "seed_audio"), referenceAudios=["https://example.com/a.mp3"]
    )
    assert casting.values["promptText"] == "A song like @Audio2"
    assert casting.values["referenceAudios"] == ["https://example.com/a.mp3", uri("maya.mp3")]


def test_reference_is_no_first_frame_where_a_bare_address_is_one():
    own = "https://example.com/own.png"
    casting = cast_in("@マヤ", ("image_to_video", "klingO3_pro"), promptImage=own)
    assert (casting.values["promptImage"], casting.values["references"]) == (own, [{"uri": uri("maya_ja.png")}])


def test_mask_is_never_filled():
    assert {use.field for use in cast_in("@Maya", ("text_to_image", "ideogram_4_5")).uses} == {"referenceImages"}


def test_member_without_files_and_words_is_its_name():
    assert cast_into(pair_of(PLAIN), {"promptText": "@Ghost"}, cast(member("Ghost"))).values["promptText"] == "Ghost"


def test_of_two_members_of_one_name_the_first_is_meant():
    first, second = member("Maya", "a.png"), member("maya", "b.png", id="other")
    casting = cast_into(pair_of(PLAIN), {"promptText": "@Maya"}, cast(first, second))
    assert casting.members == (first,)


def test_name_of_an_earlier_prompt_stays_text_until_the_member_is_chosen():
    settled = settled_names("@Maya walks to @マヤの家")
    assert names(cast_in("@Maya walks to @マヤの森 with @Old Ben", settled=settled)) == ["Old Ben"]


def test_name_after_a_backslash_is_text_and_the_backslash_is_not_sent():
    casting = cast_in(r"\@Maya sees @Maya, write to a@maya.org")
    assert casting.values["promptText"] == "@Maya sees Maya, write to a@maya.org"
    assert cast_in(r"\@Maya").values == {"promptText": "@Maya"}
    prompt = r"\@Maya"
    asked = Request(endpoint=PLAIN[0], model=PLAIN[1], values={"promptText": prompt}, prompt=prompt)
    assert cast_request(pair_of(PLAIN), asked, CAST)[0].prompt == "@Maya"


@pytest.mark.parametrize("prompt", ["@Maya and @マヤ, `@Maya`, a@maya.org, @ 5, @3PO", '@"Old Ben" at 5 @ noon', ""])
def test_stored_prompt_is_typed_so_that_it_is_sent_as_it_was(prompt: str):
    assert cast_in(as_text(prompt)).values["promptText"] == prompt
    assert cast_in(as_text(prompt)).members == ()
    assert as_text("@img1 and @Maya", {"img1"}) == r"@img1 and \@Maya"


def test_every_pair_takes_what_a_member_brings():
    """What the catalog then refuses is only what it refused before."""
    for pair in CATALOG.pairs():
        if pair.prompt_field is None:
            continue
        before = {found.path[0] for found in validate(pair, {pair.prompt_field.name: "Maya walks"}) if found.path}
        casting = cast_into(pair, {pair.prompt_field.name: "@Maya walks"}, CAST)
        found = validate(pair, casting.values)
        assert {one.path[0] for one in found if one.path} <= before, (pair.endpoint, pair.model, found)


def test_name_is_found_among_500_members_within_a_frame():
    crowd = cast(*(member(f"Member number {n}", f"{n}.png") for n in range(500)))
    pair, prompt = pair_of(PLAIN), {"promptText": "A @Member number 499 " * 20}
    start = time.perf_counter()
    casting = cast_into(pair, prompt, crowd)
    assert (len(casting.members), time.perf_counter() - start < 0.016) == (1, True)


@pytest.mark.parametrize("key", [TAGGED, PLAIN, FIRST_FRAME, WORDS, ("text_to_video", "seedance2")])
@pytest.mark.parametrize(
    "prompt", ['@"Maya" sees @"Old Ben", and Maya-like @"Maya"!', '森で@"マヤ"が@"Maya"を見る', "Maya"]
)
def test_names_of_a_stored_prompt_are_found_again_for_the_next_request(key: tuple[str, str], prompt: str):
    pair = pair_of(key)
    request = Request(endpoint=key[0], model=key[1], values={"promptText": prompt}, prompt=prompt)
    stored, ids = cast_request(pair, request, CAST)
    again = as_asked(replace(task(1), request=stored, cast=ids), CAST.members, CATALOG)
    asked = Request(endpoint=key[0], model=key[1], values={"promptText": again}, prompt=again)
    assert cast_request(pair, asked, CAST, settled_names(stored.prompt))[1] == ids


def test_name_that_was_text_is_text_for_the_next_request():
    stored = replace(task(1), request=Request(endpoint=PLAIN[0], model=PLAIN[1], prompt="Maya meets @マヤ"))
    again = as_asked(replace(stored, cast=(MAYA.id,)), CAST.members, CATALOG)
    assert names(cast_in(again)) == ["Maya"]
    assert cast_in(again).values["promptText"] == "Maya meets @マヤ"


def test_what_a_model_takes_of_a_member_in_words():
    maya = member("Maya", "walk.mp4", "1.png", "2.png", voice="maya.mp3", words="red hair")
    assert fill_of(pair_of(("text_to_image", "gen4_image")), maya).words == "2 pictures, no clip, no voice"
    first_frame = fill_of(pair_of(("image_to_video", "gen4_turbo")), maya)
    assert first_frame.words == "Picture 1 as first frame, no clip, no voice"
    assert fill_of(pair_of(("text_to_video", "gen4.5")), maya) == Fill("Words only", in_words=True)
    assert fill_of(pair_of(("text_to_video", "gen4.5")), member("Ben")).words == "Name only"
