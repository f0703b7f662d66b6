"""State of the chooser: endpoints, models, their facts, favorites, and new ones."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from runway_desktop.domain.account import ModelLimits, Organization
from runway_desktop.domain.events import OrganizationChanged
from runway_desktop.domain.library import Timing
from runway_desktop.domain.media import Media
from runway_desktop.services.money.pricing import read_published
from runway_desktop.usecases.requests.choices import CatalogPart, ModelOffer
from runway_desktop.values import replace
from runway_desktop.viewmodels.composer.chooser import Chooser
from tests.rigs.desktop import Rig, until
from tests.rigs.engine_rig import CATALOG
from tests.rigs.engine_rig import request as plain_request

EVERY = [(pair.endpoint, pair.model) for pair in CATALOG.pairs()]


@asynccontextmanager
async def opened(folder):
    async with Rig(folder) as rig:
        yield rig, rig.composer.chooser


def offer(chooser: Chooser, endpoint: str, model: str) -> ModelOffer:
    return next(one for one in chooser.offers(CatalogPart.ALL) if one.key == (endpoint, model))


async def test_every_model_is_listed_once_in_catalog_order(tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        assert [one.key for one in chooser.offers(CatalogPart.ALL)] == EVERY
        for part in chooser.parts():
            assert len(chooser.offers(part.scope)) == part.amount


async def test_endpoints_are_grouped_by_what_they_make(tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        headings = [part.heading for part in chooser.parts() if part.heading]
        assert headings == ["Makes clips", "Makes pictures", "Makes sound"]
        others = {endpoint.name for endpoint in CATALOG.endpoints if not endpoint.is_recipe}
        assert {part.scope for part in chooser.parts()} >= others


async def test_recipes_are_a_part_of_their_own_with_prices(tmp_path, qapp):
    async with Rig(tmp_path, prices=read_published()) as rig:
        composer, chooser = rig.composer, rig.composer.chooser
        (part,) = [part for part in chooser.parts() if part.label == "Recipes"]
        offers = chooser.offers(part.scope)
        assert part.amount == len(offers) == 7
        assert {offer.key[0] for offer in offers} == {pair.model for pair in CATALOG.pairs() if "version" in pair.fixed}
        assert all(offer.price for offer in offers), [(offer.label, offer.price) for offer in offers]
        assert [one.key for one in chooser.offers("text_to_video", "recipe")] == [offer.key for offer in offers]
        composer.choose_endpoint("product_ad")
        assert chooser.part == part.scope


@pytest.mark.parametrize("before", [("text_to_video", "gen4.5"), ("text_to_image", "gen4_image")])
async def test_chooser_says_the_price_of_a_recipe_that_the_button_says_once_it_is_chosen(before, tmp_path, qapp):
    async with Rig(tmp_path, prices=read_published()) as rig:
        composer, said = rig.composer, {}
        for offer in composer.chooser.offers(CatalogPart.RECIPES):
            composer.clear()
            composer.choose(*before)
            shown = next(one for one in composer.chooser.offers(CatalogPart.RECIPES) if one.key == offer.key)
            promised = shown.price
            composer.choose(*offer.key)
            said[offer.model] = (promised, composer.button().price)
        assert [one for one in said.values() if one[0] != one[1]] == []
        assert said["product_ad"][0] == ("about 416 credits" if before[0] == "text_to_image" else "about 236 credits")


async def test_chooser_search_covers_everything_and_ranks_the_open_endpoint_first(tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        found = chooser.offers("image_to_video", "gemini")
        assert found[0].key == ("image_to_video", "gemini_omni_flash")
        assert {one.key[0] for one in found} > {"image_to_video", "text_to_image"}
        assert all("gemini" in one.model for one in found)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("veo fast", "veo3.1_fast"),
        ("minimax", "h3_max"),
        ("dubbing", "eleven_voice_dubbing"),
        ("upscale picture", "magnific_precision_upscaler_v2"),
        ("GEN-4.5", "gen4.5"),
    ],
)
async def test_chooser_search_finds_makers_names_and_accepted_inputs(words, expected, tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        assert chooser.offers(CatalogPart.ALL, words)[0].model == expected


@pytest.mark.parametrize("words", ["sound", "music", "voice"])
async def test_models_that_make_sound_rank_before_those_that_accept_or_mention_it(words, tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        makes = [one.makes for one in chooser.offers("image_to_video", words)]
        amount = makes.count(Media.AUDIO)
        assert amount > 5
        assert makes[:amount] == [Media.AUDIO] * amount


async def test_chooser_search_without_a_match_is_empty(tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        assert chooser.offers(CatalogPart.ALL, "zebra") == []


async def test_inputs_at_hand_keep_models_that_accept_them_and_need_nothing_else(tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        with_clip = chooser.offers(CatalogPart.ALL, having=frozenset({"video"}))
        assert ("video_upscale", "enhance_frame_rate") in {one.key for one in with_clip}
        assert "image_upscale" not in {one.key[0] for one in with_clip}
        alone = chooser.offers(CatalogPart.ALL, having=frozenset({"text"}))
        assert not [one for one in alone if one.needs]
        both = chooser.offers(CatalogPart.ALL, having=frozenset({"text", "image"}))
        assert {"image_to_video", "text_to_image"} <= {one.key[0] for one in both}
        assert not [one for one in both if Media.VIDEO in one.needs]


async def test_favorite_model_comes_first_is_stored_and_can_be_removed(tmp_path, qapp):
    async with opened(tmp_path) as (rig, chooser):
        key = ("text_to_video", "wan3")
        chooser.toggle_favorite(key)
        assert chooser.offers("text_to_video")[0].key == key
        assert chooser.offers(CatalogPart.FAVORITES)[0].is_favorite
        assert rig.engine.settings.get("chooser.favourites") == [list(key)]
        chooser.toggle_favorite(key)
        assert chooser.offers(CatalogPart.FAVORITES) == []


async def test_new_models_are_marked_until_the_next_catalog(tmp_path, qapp):
    async with opened(tmp_path) as (rig, chooser):
        assert chooser.new() == frozenset()
        settings = rig.engine.settings
        older = [list(key) for key in EVERY if key[1] != "wan3"]
        settings.set("chooser.catalog", {"version": "5.20.0", "pairs": older, "new": []})
        again = Chooser(rig.cases, rig.bridge, rig.runner, rig.composer, rig.owner)
        assert {key[1] for key in again.new()} == {"wan3"}
        assert CatalogPart.NEW in {part.scope for part in again.parts()}
        later = Chooser(rig.cases, rig.bridge, rig.runner, rig.composer, rig.owner)
        assert {key[1] for key in later.new()} == {"wan3"}, "still, at the next start"


@pytest.mark.parametrize("stored", [None, "x", 3, [1, "a", ["a"]], [["a", 1]], {"pairs": 7}])
async def test_damaged_chooser_settings_are_harmless(stored, tmp_path, qapp):
    async with opened(tmp_path) as (rig, _):
        rig.engine.settings.set("chooser.favourites", stored)
        rig.engine.settings.set("chooser.catalog", stored)
        fresh = Chooser(rig.cases, rig.bridge, rig.runner, rig.composer, rig.owner)
        assert len(fresh.offers(CatalogPart.ALL)) == len(EVERY)


async def test_learned_price_is_shown_per_second(tmp_path, qapp):
    async with opened(tmp_path) as (rig, chooser):
        rig.composer.load(plain_request())
        await rig.engine.pricing.learn(plain_request(), 60)
        assert offer(chooser, "text_to_video", "gen4.5").price == "12 credits a second"


async def test_model_priced_by_input_length_has_a_price_per_second(tmp_path, qapp):
    async with Rig(tmp_path, prices=read_published()) as rig:
        chooser = rig.composer.chooser
        assert offer(chooser, "character_performance", "act_two").price == "about 5 credits a second"
        assert offer(chooser, "voice_dubbing", "eleven_voice_dubbing").price == "about 30 credits a minute"
        assert offer(chooser, "sound_effect", "seed_audio").price == "at least 5 credits"
        assert offer(chooser, "text_to_video", "hailuo3").price == "about 10 to 15 credits a second"


async def test_typical_durations_come_from_own_history(tmp_path, qapp):
    async with opened(tmp_path) as (rig, chooser):
        told = []
        chooser.changed.connect(lambda: told.append(True))

        async def timings(endpoint, model, shape, *, limit=0):
            ran = (40.0, 45.0, 50.0, 55.0) if model == "gen4.5" else ()
            return [Timing(ran=seconds, total=seconds + 5) for seconds in ran]

        rig.store.timings = timings
        chooser.look_up_times()
        await until(lambda: offer(chooser, "text_to_video", "gen4.5").usually)
        assert told
        assert offer(chooser, "text_to_video", "gen4.5").usually.startswith("usually 4")
        assert offer(chooser, "text_to_video", "veo3.1").usually == ""


async def test_limits_of_the_organization_are_shown(tmp_path, qapp):
    async with opened(tmp_path) as (rig, chooser):
        organization = Organization(
            balance=1, limits={"gen4.5": ModelLimits(concurrent=2, daily=50)}, daily_used={"gen4.5": 8}
        )
        rig.engine.account.organization = organization
        rig.engine.bus.tell(OrganizationChanged(organization))
        assert rig.engine.account.organization == organization
        assert offer(chooser, "text_to_video", "gen4.5").limits == "2 at once, 42 left today"
        assert "2 at once" in offer(chooser, "text_to_video", "gen4.5").in_words
        full = replace(organization, daily_used={"gen4.5": 50})
        rig.engine.account.organization = full
        assert "none left today" in offer(chooser, "text_to_video", "gen4.5").limits


async def test_choosing_a_model_keeps_fitting_values_in_the_composer(tmp_path, qapp):
    async with opened(tmp_path) as (rig, chooser):
        rig.composer.set_prompt("A lighthouse")
        chooser.choose(("text_to_image", "gen4_image"))
        assert (
            (rig.composer.pair.endpoint, rig.composer.pair.model) == chooser.current == ("text_to_image", "gen4_image")
        )
        assert rig.composer.prompt == "A lighthouse"
        assert chooser.choose_part("text_to_video")
        assert rig.composer.pair.endpoint == "text_to_video"
        assert not chooser.choose_part(CatalogPart.NEW)


async def test_every_offered_model_has_a_description(tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        for one in chooser.offers(CatalogPart.ALL):
            assert one.facts.startswith(one.endpoint_label)
            assert one.label in one.in_words


@pytest.mark.parametrize("words", ["gen4_image", "Gen-4 Image", "GEN4_IMAGE "])
@pytest.mark.parametrize("scope", [CatalogPart.ALL, "text_to_image", "text_to_video"])
async def test_exact_name_ranks_before_a_longer_one(words, scope, tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        chooser.toggle_favorite(("text_to_image", "gen4_image_turbo"))
        models = [one.model for one in chooser.offers(scope, words)]
        assert models[:2] == ["gen4_image", "gen4_image_turbo"]


async def test_name_prefix_ranks_before_other_matches(tmp_path, qapp):
    async with opened(tmp_path) as (_, chooser):
        names = [(one.label.casefold(), one.model) for one in chooser.offers(CatalogPart.ALL, "ideo")]
        begins = [any(name.startswith("ideo") for name in both) for both in names]
        assert begins == sorted(begins, reverse=True)
        assert set(begins) == {True, False}
