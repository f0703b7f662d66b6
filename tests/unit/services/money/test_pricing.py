"""A price is what Runway said of a like request, what follows from that, or what it has published; else nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.catalog import Field, FieldKind
from runway_desktop.domain.prices import (
    PublishedPrice,
    Unit,
    derived,
    inputs_of,
    price_shape,
    published,
    terms_of,
)
from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import Price, PriceBasis, Pricing, read_published
from runway_desktop.usecases.words.account import price_source
from runway_desktop.values import replace
from tests.engine_rig import CATALOG, Rig, request
from tests.fakes import FakeClock, MemoryStore

TWELVE_A_SECOND = PublishedPrice(model="gen4.5", unit=Unit.SECOND, credits=12.0, source="a page, 1 May 2026")


def with_published(*prices: PublishedPrice) -> Pricing:
    return Pricing(MemoryStore(), FakeClock(), prices)


def speech(text: str) -> Request:
    return Request(endpoint="text_to_speech", model="eleven_multilingual_v2", values={"promptText": text}, prompt=text)


async def test_a_shape_that_was_never_sent_has_no_price():
    async with Rig(loops=()) as rig:
        assert rig.pricing.price(request()) is None


async def test_the_price_of_a_like_request_is_known_after_its_first_sending():
    async with Rig(loops=("lane",)) as rig:
        await rig.submit(request("One"))
        assert rig.pricing.price(request("Another", seed=5)) == Price(25.0, exact=True)


async def test_another_length_costs_about_as_much_a_second():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(duration=5), 25.0)
        assert rig.pricing.price(request(duration=10)) == Price(50.0, exact=False)


async def test_two_known_lengths_give_the_line_through_them():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(duration=5), 30.0)
        await rig.pricing.learn(request(duration=10), 50.0)
        assert rig.pricing.price(request(duration=8)) == Price(42.0, exact=False)


async def test_what_was_learned_is_known_at_the_next_start():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(), 25.0)
    async with Rig(loops=(), store=rig.store) as rig:
        assert rig.pricing.price(request()) == Price(25.0, exact=True)


async def test_the_latest_estimate_counts():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(), 25.0)
        await rig.pricing.learn(request(), 30.0)
        assert rig.pricing.price(request()) == Price(30.0, exact=True)


async def test_a_model_whose_requests_all_cost_the_same_a_second_is_a_fair_guess():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(ratio="1:1"), 25.0)
        assert rig.pricing.price(request(ratio="3:4")) is None
        await rig.pricing.learn(request(ratio="4:3", duration=10), 50.0)
        assert rig.pricing.price(request(ratio="16:9")) == Price(25.0, exact=False)
        await rig.pricing.learn(request(ratio="2:1"), 40.0)
        assert rig.pricing.price(request(ratio="16:9")) is None


async def test_an_upright_picture_costs_what_one_on_its_side_does():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(ratio="1280:720"), 25.0)
        assert rig.pricing.price(request(ratio="720:1280")) == Price(25.0, exact=False)


async def test_a_price_that_follows_the_clip_put_in_is_never_exact():
    async with Rig(loops=()) as rig:
        clip = Request(
            endpoint="video_upscale", model="magnific_video_upscaler_creative", values={"videoUri": "file:///a.mp4"}
        )
        await rig.pricing.learn(clip, 80.0)
        assert rig.pricing.price(clip) == Price(80.0, exact=False)


async def test_speech_is_priced_by_the_length_of_its_text():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(speech("x" * 100), 2.0)
        assert rig.pricing.price(speech("y" * 90)) == Price(2.0, exact=True)
        assert rig.pricing.price(speech("z" * 1_000)) == Price(20.0, exact=False)


async def test_a_published_price_is_shown_as_about_with_its_date_and_source():
    found = with_published(TWELVE_A_SECOND).price(request())
    assert found == Price(60.0, exact=False)
    assert price_source(found) == "Published: a page, 1 May 2026."


async def test_an_estimate_of_runways_own_beats_a_published_price():
    pricing = with_published(TWELVE_A_SECOND)
    await pricing.learn(request(duration=5, ratio="1:1"), 60.0)
    assert pricing.price(request()) == Price(60.0, exact=False)
    await pricing.learn(request(duration=5, ratio="4:3"), 75.0)
    assert pricing.price(request()) is None


async def test_a_reported_price_names_those_who_report_it_and_gives_way_to_runways_own_estimate():
    reported = PublishedPrice(
        model="gen4.5", unit=Unit.SECOND, credits=12.0, source="a page, May 2026; another, June 2026", reports=2
    )
    pricing = with_published(reported)
    found = pricing.price(request())
    assert found == Price(60.0, exact=False)
    assert found.basis is PriceBasis.PUBLISHED
    assert price_source(found) == "Reported by two third parties: a page, May 2026; another, June 2026."
    await pricing.learn(request(), 55.0)
    assert pricing.price(request()) == Price(55.0, exact=True)
    assert pricing.price(request(outputFormat="prores")) is None, "contradicted by the estimate"


def test_a_price_is_as_sure_as_its_least_sure_part():
    extra = PublishedPrice(
        model="gen4.5", unit=Unit.SECOND, credits=5.0, extra=True, source="somebody, 2026", reports=1
    )
    found = with_published(TWELVE_A_SECOND, extra).price(request())
    assert found is not None
    assert price_source(found) == "Reported by a third party: a page, 1 May 2026; somebody, 2026."


def cost(price: PublishedPrice, shape: str, inputs: Mapping[str, int] | None = None, *more: PublishedPrice) -> Any:
    found = published([price, *more], "text_to_image", price.model, shape, inputs or {})
    return found[0] if found is not None else None


def test_a_published_price_holds_only_for_the_settings_it_names():
    small = PublishedPrice(model="gen4_image", unit=Unit.PICTURE, credits=5.0, when={"ratio": frozenset({"1280:720"})})
    assert cost(small, "ratio=720:1280") == 5.0
    assert cost(small, "outputCount=4;ratio=1280:720") == 20.0
    assert cost(small, "ratio=1920:1080") is None


def test_a_price_may_hold_for_a_setting_that_is_left_out():
    loud = PublishedPrice(model="m", unit=Unit.SECOND, credits=40.0, when={"audio": frozenset({"", "true"})})
    assert cost(loud, "duration=4") == 160.0
    assert cost(loud, "audio=true;duration=4") == 160.0
    assert cost(loud, "audio=false;duration=4") is None


def test_a_request_with_a_length_is_paid_by_the_second_and_one_without_at_once():
    a_second = PublishedPrice(model="m", unit=Unit.SECOND, credits=1.0)
    whole = PublishedPrice(model="m", unit=Unit.REQUEST, credits=2.0, when={"duration": frozenset({""})})
    assert cost(a_second, "duration=3.5", {}, whole) == 4.0, "a second that was begun counts whole"
    assert cost(a_second, "", {}, whole) == 2.0
    assert cost(a_second, "duration=auto", {}, whole) is None


def test_an_extra_comes_on_top_and_alone_is_no_price():
    extra = PublishedPrice(
        model="gen4.5", unit=Unit.SECOND, credits=5.0, extra=True, when={"outputFormat": frozenset({"prores"})}
    )
    shape = "duration=5;outputFormat=prores"
    assert cost(TWELVE_A_SECOND, shape, {}, extra) == 85.0
    assert cost(extra, shape) is None
    whole = PublishedPrice(model="gen4.5", unit=Unit.REQUEST, credits=2.0)
    assert cost(whole, "outputFormat=prores", {}, extra) is None, "how much comes on top is not known"


def test_files_that_are_paid_for_come_on_top():
    picture = PublishedPrice(model="m", unit=Unit.PICTURE, credits=6.0)
    once = PublishedPrice(model="m", unit=Unit.INPUT, credits=1.0, extra=True, inputs=frozenset({"referenceImages"}))
    each = replace(once, unit=Unit.INPUT_AND_PICTURE)
    files = inputs_of(request(referenceImages=[{"uri": "file:///a.png"}, {"uri": "runway://b"}], maskUri="file:///c"))
    assert cost(picture, "outputCount=4", files, once) == 26.0
    assert cost(picture, "outputCount=4", files, each) == 32.0
    assert cost(picture, "outputCount=4", {}, once) == 24.0


def test_the_same_settings_with_other_files_have_another_price():
    extra = PublishedPrice(model="gen4.5", unit=Unit.INPUT, credits=1.0, extra=True, inputs=frozenset({"promptImage"}))
    pricing = with_published(TWELVE_A_SECOND, extra)
    assert pricing.price(request()) == Price(60.0, exact=False)
    assert pricing.price(request(promptImage="runway://one")) == Price(61.0, exact=False)


def test_a_price_does_not_hold_with_a_file_whose_price_nobody_says():
    price = PublishedPrice(model="m", unit=Unit.SECOND, credits=10.0, without=frozenset({"clips", "draftTaskId"}))
    assert cost(price, "duration=5") == 50.0
    assert cost(price, "duration=5", inputs_of(request(clips=["file:///a.mp4"]))) is None
    assert cost(price, "duration=5", inputs_of(request(draftTaskId="5e2f"))) is None


def test_no_request_costs_less_than_the_least():
    price = PublishedPrice(model="m", unit=Unit.SECOND, credits=16.0, minimum=64.0)
    assert cost(price, "duration=2") == 64.0
    assert cost(price, "duration=5") == 80.0


async def test_an_estimate_with_files_in_it_does_not_contradict_the_price_without_them():
    a_second = PublishedPrice(model="gen4.5", unit=Unit.SECOND, credits=10.0)
    extra = PublishedPrice(model="gen4.5", unit=Unit.INPUT, credits=1.0, extra=True, inputs=frozenset({"promptImage"}))
    pricing = with_published(a_second, extra)
    await pricing.learn(request(duration=5, promptImage="file:///a.png"), 51.0)
    assert pricing.price(request(duration=5, ratio="1:1")) == Price(50.0, exact=False)
    await pricing.learn(request(duration=5, ratio="4:3"), 40.0)
    assert pricing.price(request(duration=5, ratio="1:1")) is None


def test_a_length_that_the_model_chooses_itself_has_no_price_a_second():
    assert cost(TWELVE_A_SECOND, "duration=auto") is None


def choices_of(field: Field) -> set[str]:
    if field.kind is FieldKind.SWITCH:
        return {"true", "false"}
    return {str(choice) for choice in field.choices}


def stale(prices: Iterable[PublishedPrice]) -> list[object]:
    """What the catalog does not know: models, endpoints, fields and choices that prices name."""
    found: list[object] = []
    for price in prices:
        known = [pair for pair in CATALOG.pairs() if pair.model == price.model]
        pairs = [pair for pair in known if not price.endpoints or pair.endpoint in price.endpoints]
        found += [(price.model, endpoint) for endpoint in price.endpoints - {pair.endpoint for pair in pairs}]
        if not pairs:
            found.append(price.model)
        for name in price.inputs | price.without | price.when.keys():
            fields = [field for pair in pairs if (field := pair.field(name)) is not None]
            choices = price.when.get(name, frozenset()) - {""}
            left = choices - set().union(*map(choices_of, fields))
            if not fields or left:
                found.append((price.model, name, left))
    return found


def test_every_published_price_names_what_the_catalog_knows_and_its_source():
    prices = read_published()
    assert len(prices) > 100
    assert stale(prices) == []
    assert [price.model for price in prices if "2026" not in price.source or price.credits <= 0] == []


@pytest.mark.parametrize(
    "change",
    [
        {"model": "gen3"},
        {"endpoints": frozenset({"text_to_speech"})},
        {"when": {"ratio": frozenset({"1:2"})}},
        {"when": {"sizes": frozenset({""})}},
        {"inputs": frozenset({"pictures"})},
        {"without": frozenset({"clips"})},
    ],
)
def test_a_price_of_something_that_the_catalog_lost_is_found(change: dict[str, Any]):
    assert stale([replace(TWELVE_A_SECOND, **change)])


def test_no_two_prices_that_ship_hold_for_the_same_request():
    """Else neither would count."""
    pricing, prices = with_published(*read_published()), read_published()
    unpriced = []
    for price in prices:
        if price.extra:
            continue
        pair = next(
            pair
            for pair in CATALOG.pairs()
            if pair.model == price.model and (not price.endpoints or pair.endpoint in price.endpoints)
        )
        for name, choices in {"": {""}, **price.when}.items():
            for choice in choices:
                values: dict[str, Any] = {"promptText": "x"} | {
                    other: min(some) for other, some in price.when.items() if "" not in some
                }
                values |= {name: choice} if choice else {}
                if price.unit is Unit.SECOND:
                    values["duration"] = 5
                request = Request(endpoint=pair.endpoint, model=pair.model, values=values)
                if pricing.price(request) is None:
                    unpriced.append((price.model, values))
    assert unpriced == []


REFERENCE = {"uri": "runway://one"}
PICTURES = {"referenceImages": [REFERENCE] * 3}
START = {"promptImage": "runway://one"}


@pytest.mark.parametrize(
    ("endpoint", "model", "values", "credits"),
    [
        ("text_to_video", "gen4.5", {"ratio": "1280:720", "duration": 5}, 60.0),
        ("text_to_video", "gen4.5", {"ratio": "1280:720", "duration": 5, "outputFormat": "hlg"}, 160.0),
        ("image_to_video", "gen4_turbo", {"ratio": "1280:720", "duration": 10}, 50.0),
        ("text_to_video", "veo3.1", {"ratio": "1280:720", "duration": 4}, 160.0),
        ("text_to_video", "veo3.1", {"ratio": "1280:720", "duration": 4, "audio": False}, 80.0),
        ("text_to_video", "seedance2_mini", {"ratio": "864:496", "duration": 2}, 64.0),
        ("text_to_video", "seedance2_5", {"ratio": "1280:720", "duration": 10}, 300.0),
        ("text_to_video", "seedance2_5", {"ratio": "1280:720", "duration": 10, "draft": True}, None),
        ("text_to_video", "seedance2_5", {"ratio": "1280:720", "duration": 10, "referenceVideos": [REFERENCE]}, None),
        ("video_to_video", "seedance2_5", {"ratio": "1280:720", "duration": 10, "promptVideo": "runway://one"}, None),
        ("image_to_video", "gemini_omni_flash", {"duration": 5} | START, 51.0),
        ("image_to_video", "grok_imagine_1_5_lite", {"ratio": "auto_720p", "duration": 5} | START, 16.0),
        ("text_to_image", "gen4_image", {"ratio": "1920:1080"}, 8.0),
        ("text_to_image", "ideogram_4_0", {"ratio": "2048:2048", "quality": "medium", "outputCount": 3}, 21.0),
        ("text_to_image", "ideogram_4_5", {"quality": "low", "preciseEdit": True}, 25.0),
        ("text_to_image", "gpt_image_2", {"ratio": "auto"}, 41.0),
        ("text_to_image", "gpt_image_2_5_flare", {"ratio": "1920:1088", "outputCount": 2} | PICTURES, 38.0),
        ("text_to_image", "gpt_image_2_5_flare", {"ratio": "auto"}, None),
        ("text_to_image", "grok_imagine_image_2", {"ratio": "1024:1024", "outputCount": 4} | PICTURES, 27.0),
        ("text_to_speech", "eleven_multilingual_v2", {"promptText": "x" * 120}, 3.0),
        ("text_to_speech", "eleven_v3", {"promptText": "x" * 120}, 3.0),
        ("sound_effect", "eleven_text_to_sound_v2", {"promptText": "rain"}, 2.0),
        ("sound_effect", "eleven_text_to_sound_v2", {"promptText": "rain", "duration": 7.5}, 8.0),
        ("video_to_video", "aleph2", {"videoUri": "runway://one"}, None),
    ],
)  # fmt: skip
def test_what_ships_prices_what_was_published_or_reported_and_nothing_else(
    endpoint: str, model: str, values: dict[str, Any], credits: float | None
):
    found = with_published(*read_published()).price(Request(endpoint=endpoint, model=model, values=values))
    assert (found.credits if found else None) == credits


settings = st.dictionaries(st.sampled_from(("ratio", "quality", "audio")), st.sampled_from(("a", "b", "1280:720")))
shapes = st.builds(
    lambda chosen, length: ";".join(f"{k}={v}" for k, v in sorted({**chosen, "duration": f"{length:g}"}.items())),
    settings,
    st.integers(1, 60),
)


@given(st.dictionaries(shapes, st.floats(0.01, 10_000), max_size=8), shapes)
def test_a_derived_price_is_none_or_a_sound_sum(known: dict[str, float], shape: str):
    found = derived(known, shape)
    assert found is None or 0 <= found < 1e9


@given(st.floats(0.5, 100), st.lists(st.integers(1, 60), min_size=1, unique=True), st.integers(1, 60), settings)
def test_a_model_priced_a_second_is_derived_right_from_any_lengths(
    rate: float, lengths: list[int], wanted: int, chosen: dict[str, str]
):
    def shape(seconds: int) -> str:
        return ";".join(f"{name}={word}" for name, word in sorted({**chosen, "duration": str(seconds)}.items()))

    found = derived({shape(length): rate * length for length in lengths}, shape(wanted))
    assert found == pytest.approx(rate * wanted, abs=0.02)


@given(settings, st.integers(1, 60))
def test_a_shape_is_like_itself_with_another_length(chosen: dict[str, str], length: int):
    values = {**chosen, "duration": length}
    one = terms_of(price_shape(Request(endpoint="text_to_video", model="m", values=values)))
    other = terms_of(price_shape(Request(endpoint="text_to_video", model="m", values={**values, "duration": 61})))
    assert one.is_like(other)
    assert other.amount == 61
