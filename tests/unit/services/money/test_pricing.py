"""Prices of requests: learned from Runway's estimates, derived, or published; else unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.catalog import Field, FieldKind
from runway_desktop.domain.library import Estimate
from runway_desktop.domain.prices import (
    Measure,
    PublishedPrice,
    PutIn,
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
from tests.rigs.engine_rig import CATALOG, Rig, request
from tests.rigs.fakes import FakeClock, MemoryStore

TWELVE_A_SECOND = PublishedPrice(model="gen4.5", unit=Unit.SECOND, credits=12.0, source="a page, 1 May 2026")


def with_published(*prices: PublishedPrice) -> Pricing:
    return Pricing(MemoryStore(), FakeClock(), prices)


def speech(text: str) -> Request:
    return Request(endpoint="text_to_speech", model="eleven_multilingual_v2", values={"promptText": text}, prompt=text)


async def test_request_shape_that_was_never_sent_has_no_price():
    async with Rig(loops=()) as rig:
        assert rig.pricing.price(request()) is None


async def test_price_of_an_equal_request_is_known_after_its_first_sending():
    async with Rig(loops=("lane",)) as rig:
        await rig.submit(request("One"))
        assert rig.pricing.price(request("Another", seed=5)) == Price(25.0, exact=True)


async def test_price_of_another_length_is_estimated_per_second():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(duration=5), 25.0)
        assert rig.pricing.price(request(duration=10)) == Price(50.0, exact=False)


async def test_two_known_lengths_give_a_linear_price():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(duration=5), 30.0)
        await rig.pricing.learn(request(duration=10), 50.0)
        assert rig.pricing.price(request(duration=8)) == Price(42.0, exact=False)


async def test_learned_price_is_known_at_the_next_start():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(), 25.0)
    async with Rig(loops=(), store=rig.store) as rig:
        assert rig.pricing.price(request()) == Price(25.0, exact=True)


async def test_latest_estimate_of_runway_wins():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(), 25.0)
        await rig.pricing.learn(request(), 30.0)
        assert rig.pricing.price(request()) == Price(30.0, exact=True)


async def test_price_per_second_is_estimated_once_two_requests_of_a_model_agree():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(ratio="1:1"), 25.0)
        assert rig.pricing.price(request(ratio="3:4")) is None
        await rig.pricing.learn(request(ratio="4:3", duration=10), 50.0)
        assert rig.pricing.price(request(ratio="16:9")) == Price(25.0, exact=False)
        await rig.pricing.learn(request(ratio="2:1"), 40.0)
        assert rig.pricing.price(request(ratio="16:9")) is None


async def test_portrait_and_landscape_pictures_cost_the_same():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(ratio="1280:720"), 25.0)
        assert rig.pricing.price(request(ratio="720:1280")) == Price(25.0, exact=False)


async def test_price_that_depends_on_an_input_clip_is_never_exact():
    async with Rig(loops=()) as rig:
        clip = Request(
            endpoint="video_upscale", model="magnific_video_upscaler_creative", values={"videoUri": "file:///a.mp4"}
        )
        await rig.pricing.learn(clip, 80.0)
        assert rig.pricing.price(clip) == Price(80.0, exact=False)


async def test_speech_is_priced_by_text_length():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(speech("x" * 100), 2.0)
        assert rig.pricing.price(speech("y" * 90)) == Price(2.0, exact=True)
        assert rig.pricing.price(speech("z" * 1_000)) == Price(20.0, exact=False)


async def test_published_price_is_shown_as_approximate_with_date_and_source():
    found = with_published(TWELVE_A_SECOND).price(request())
    assert found == Price(60.0, exact=False)
    assert price_source(found) == "Published: a page, 1 May 2026."


async def test_runways_own_estimate_beats_a_published_price():
    pricing = with_published(TWELVE_A_SECOND)
    await pricing.learn(request(duration=5, ratio="1:1"), 60.0)
    assert pricing.price(request()) == Price(60.0, exact=False)
    await pricing.learn(request(duration=5, ratio="4:3"), 75.0)
    assert pricing.price(request()) is None


async def test_reported_price_names_its_source_and_yields_to_runways_estimate():
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


def test_price_is_as_certain_as_its_least_certain_part():
    extra = PublishedPrice(
        model="gen4.5", unit=Unit.SECOND, credits=5.0, extra=True, source="somebody, 2026", reports=1
    )
    found = with_published(TWELVE_A_SECOND, extra).price(request())
    assert found is not None
    assert price_source(found) == "Reported by a third party: a page, 1 May 2026; somebody, 2026."


def cost(price: PublishedPrice, shape: str, inputs: Mapping[str, PutIn] | None = None, *more: PublishedPrice) -> Any:
    found = published([price, *more], "text_to_image", price.model, shape, inputs or {})
    return found[0] if found is not None else None


def test_published_price_applies_only_to_its_named_settings():
    small = PublishedPrice(model="gen4_image", unit=Unit.PICTURE, credits=5.0, when={"ratio": frozenset({"1280:720"})})
    assert cost(small, "ratio=720:1280") == 5.0
    assert cost(small, "outputCount=4;ratio=1280:720") == 20.0
    assert cost(small, "ratio=1920:1080") is None


def test_published_price_may_apply_to_an_omitted_setting():
    loud = PublishedPrice(model="m", unit=Unit.SECOND, credits=40.0, when={"audio": frozenset({"", "true"})})
    assert cost(loud, "duration=4") == 160.0
    assert cost(loud, "audio=true;duration=4") == 160.0
    assert cost(loud, "audio=false;duration=4") is None


def test_request_with_a_length_is_priced_per_second_and_others_at_once():
    a_second = PublishedPrice(model="m", unit=Unit.SECOND, credits=1.0)
    whole = PublishedPrice(model="m", unit=Unit.REQUEST, credits=2.0, when={"duration": frozenset({""})})
    assert cost(a_second, "duration=3.5", {}, whole) == 4.0, "a second that was begun counts whole"
    assert cost(a_second, "", {}, whole) == 2.0
    assert cost(a_second, "duration=auto", {}, whole) is None


def test_surcharge_is_added_to_a_price_but_is_no_price_alone():
    extra = PublishedPrice(
        model="gen4.5", unit=Unit.SECOND, credits=5.0, extra=True, when={"outputFormat": frozenset({"prores"})}
    )
    shape = "duration=5;outputFormat=prores"
    assert cost(TWELVE_A_SECOND, shape, {}, extra) == 85.0
    assert cost(extra, shape) is None
    whole = PublishedPrice(model="gen4.5", unit=Unit.REQUEST, credits=2.0)
    assert cost(whole, "outputFormat=prores", {}, extra) is None, "how much comes on top is not known"


def test_paid_input_files_are_added_to_the_price():
    picture = PublishedPrice(model="m", unit=Unit.PICTURE, credits=6.0)
    once = PublishedPrice(model="m", unit=Unit.INPUT, credits=1.0, extra=True, inputs=frozenset({"referenceImages"}))
    each = replace(once, unit=Unit.INPUT_AND_PICTURE)
    files = inputs_of(request(referenceImages=[{"uri": "file:///a.png"}, {"uri": "runway://b"}], maskUri="file:///c"))
    assert cost(picture, "outputCount=4", files, once) == 26.0
    assert cost(picture, "outputCount=4", files, each) == 32.0
    assert cost(picture, "outputCount=4", {}, once) == 24.0


def test_equal_settings_with_other_files_have_another_price():
    extra = PublishedPrice(model="gen4.5", unit=Unit.INPUT, credits=1.0, extra=True, inputs=frozenset({"promptImage"}))
    pricing = with_published(TWELVE_A_SECOND, extra)
    assert pricing.price(request()) == Price(60.0, exact=False)
    assert pricing.price(request(promptImage="runway://one")) == Price(61.0, exact=False)


def test_price_is_unknown_with_a_file_of_unknown_price():
    price = PublishedPrice(model="m", unit=Unit.SECOND, credits=10.0, without=frozenset({"clips", "draftTaskId"}))
    assert cost(price, "duration=5") == 50.0
    assert cost(price, "duration=5", inputs_of(request(clips=["file:///a.mp4"]))) is None
    assert cost(price, "duration=5", inputs_of(request(draftTaskId="5e2f"))) is None


def test_no_request_costs_less_than_the_minimum():
    price = PublishedPrice(model="m", unit=Unit.SECOND, credits=16.0, minimum=64.0)
    assert cost(price, "duration=2") == 64.0
    assert cost(price, "duration=5") == 80.0


async def test_estimate_with_files_does_not_contradict_the_price_without_them():
    a_second = PublishedPrice(model="gen4.5", unit=Unit.SECOND, credits=10.0)
    extra = PublishedPrice(model="gen4.5", unit=Unit.INPUT, credits=1.0, extra=True, inputs=frozenset({"promptImage"}))
    pricing = with_published(a_second, extra)
    await pricing.learn(request(duration=5, promptImage="file:///a.png"), 51.0)
    assert pricing.price(request(duration=5, ratio="1:1")) == Price(50.0, exact=False)
    await pricing.learn(request(duration=5, ratio="4:3"), 40.0)
    assert pricing.price(request(duration=5, ratio="1:1")) is None


def test_length_chosen_by_the_model_has_no_price_per_second():
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


def test_every_published_price_names_catalog_fields_and_its_source():
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
def test_price_of_a_removed_catalog_entry_is_detected(change: dict[str, Any]):
    assert stale([replace(TWELVE_A_SECOND, **change)])


SMALL, LARGE = "file:///small.mp4", "file:///large.mp4"
MEASURES = {
    SMALL: Measure(width=1920, height=1080, duration=6.4, frame_rate=25.0),
    LARGE: Measure(width=3840, height=2160, duration=6.4, frame_rate=25.0),
    "file:///long.mp4": Measure(width=1280, height=720, duration=29.0, frame_rate=24.0),
    "file:///three.mp4": Measure(width=1280, height=720, duration=3.0, frame_rate=30.0),
    "file:///sound.wav": Measure(duration=6.4),
}


def measured(*prices: PublishedPrice) -> Pricing:
    pricing = with_published(*prices)
    for address, measure in MEASURES.items():
        pricing.measured(address, measure)
    return pricing


def put_in_of(price: PublishedPrice) -> str:
    """A file of the size that a price is for."""
    return LARGE if price.pixels[0] or price.side[0] else SMALL


def test_shipped_prices_never_overlap():
    """Else neither would count."""
    pricing, prices = measured(*read_published()), read_published()
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
                if price.inputs:
                    values |= {field: put_in_of(price) for field in price.inputs if pair.field(field)}
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
def test_shipped_prices_are_exactly_the_published_and_reported_ones(
    endpoint: str, model: str, values: dict[str, Any], credits: float | None
):
    found = with_published(*read_published()).price(Request(endpoint=endpoint, model=model, values=values))
    assert (found.credits if found else None) == credits


@pytest.mark.parametrize(
    ("endpoint", "model", "values", "credits"),
    [
        ("character_performance", "act_two", {"character": "runway://a", "reference": SMALL}, 35.0),
        ("video_to_video", "aleph2", {"videoUri": SMALL}, 196.0),
        ("video_to_video", "aleph2", {"videoUri": SMALL, "outputFormat": "prores"}, 231.0),
        ("video_to_video", "aleph2", {"videoUri": SMALL, "outputFormat": "sdr_rec709_10bit"}, 336.0),
        ("video_to_video", "aleph2", {"videoUri": LARGE, "outputFormat": "sdr_rec709_10bit"}, 476.0),
        ("video_to_hdr", "ruby", {"videoUri": SMALL}, 140.0),
        ("video_to_hdr", "ruby", {"videoUri": LARGE}, 280.0),
        ("image_upscale", "magnific_precision_upscaler_v2", {"imageUri": SMALL}, 25.0),
        ("image_upscale", "magnific_precision_upscaler_v2", {"imageUri": SMALL, "scaleFactor": 4}, 150.0),
        ("image_upscale", "magnific_precision_upscaler_v2", {"imageUri": LARGE}, 150.0),
        ("video_upscale", "magnific_video_upscaler_creative", {"videoUri": "file:///three.mp4"}, 81.0),
        ("video_upscale", "magnific_video_upscaler_creative",
            {"videoUri": "file:///three.mp4", "resolution": "720p"}, 63.0),
        ("video_upscale", "magnific_video_upscaler_creative",
            {"videoUri": "file:///three.mp4", "fpsBoost": True}, None),
        ("video_upscale", "enhance_frame_rate", {"videoUri": SMALL, "targetFramerate": "60"}, 4.0),
        ("voice_isolation", "eleven_voice_isolation", {"audioUri": "file:///sound.wav"}, 2.0),
        ("voice_dubbing", "eleven_voice_dubbing", {"audioUri": "file:///sound.wav", "targetLang": "de"}, 4.0),
        ("speech_to_speech", "eleven_multilingual_sts_v2", {"media": "file:///sound.wav"}, 3.0),
        ("avatar_videos", "gwm1_avatars", {"speech": {"type": "audio", "audio": "file:///long.mp4"}}, 12.0),
        ("avatar_videos", "gwm1_avatars", {"speech": {"type": "text", "text": "Hello"}}, None),
        ("text_to_speech", "seed_audio", {"promptText": "Hello"}, 5.0),
        ("video_to_video", "gemini_omni_flash", {"videoUri": SMALL, "references": [{"uri": "runway://a"}] * 2}, 79.0),
        ("video_to_video", "seedance2_5", {"ratio": "1280:720", "duration": 10, "promptVideo": SMALL}, 405.0),
        ("video_to_video", "hailuo3", {"resolution": "2k", "duration": 5, "promptVideo": SMALL}, 180.0),
        ("video_to_hdr", "ruby", {"videoUri": "https://films.example/a.mp4"}, None),
    ],
)  # fmt: skip
def test_model_priced_by_its_input_has_a_price_once_the_input_is_measured(
    endpoint: str, model: str, values: dict[str, Any], credits: float | None
):
    found = measured(*read_published()).price(Request(endpoint=endpoint, model=model, values=values))
    assert (found.credits if found else None) == credits
    assert found is None or not found.exact


def test_shipped_prices_cover_52_models_of_the_catalog():
    priced = {price.model for price in read_published() if not price.extra}
    assert len(priced & {pair.model for pair in CATALOG.pairs()}) == 52


def test_price_that_may_be_higher_says_so():
    found = with_published(*read_published()).price(
        Request(endpoint="sound_effect", model="seed_audio", values={"promptText": "rain"})
    )
    assert found is not None
    assert found.at_least


async def test_estimate_of_runway_raises_the_minimum_but_is_never_the_maximum():
    pricing = with_published(*read_published())
    short = Request(endpoint="text_to_speech", model="seed_audio", values={"promptText": "x" * 100})
    long = replace(short, values={"promptText": "x" * 1_000})
    await pricing.learn(short, 6.0)
    assert pricing.price(short) == Price(6.0, exact=False)
    assert pricing.price(long) == Price(60.0, exact=False)
    rain = Request(endpoint="sound_effect", model="seed_audio", values={"promptText": "rain"})
    await pricing.learn(rain, 12.0)
    assert pricing.price(rain) == Price(12.0, exact=False), "another text has another length"
    found = pricing.price(replace(rain, values={"promptText": "rain", "outputFormat": "wav"}))
    assert found == Price(5.0, exact=False, at_least=True), "12 do not contradict at least 5"


@pytest.mark.parametrize(
    "name",
    ["a.b", "a;b", "@x", ".sides", "videoUri.sides", "videoUri=1", "videoUri.seconds", "1x2", "", "ü", "a;@b.frames=x"],
)
async def test_field_with_an_unusual_name_is_no_input(name: str):
    pricing = measured(*read_published())
    odd = Request(endpoint="video_to_hdr", model="ruby", values={name: SMALL, "videoUri": SMALL})
    assert pricing.price(odd) == Price(140.0, exact=False)
    await pricing.learn(odd, 140.0)
    assert pricing.price(odd) == Price(140.0, exact=False)


@pytest.mark.parametrize(
    "shape",
    ["@", "@;@", "@;@videoUri", "@;@videoUri=", "@;@videoUri=1;@videoUri.sides=9", "@;@videoUri.seconds=7",
     "@;@videoUri=1;@videoUri.sides=1x2x3", "@;@videoUri=" + "9" * 5_000, "@;@videoUri=1;@videoUri.more=2", "@;@=3"],
)  # fmt: skip
async def test_damaged_price_shape_of_a_restored_list_is_harmless(shape: str):
    store = MemoryStore()
    await store.learn("video_to_hdr", "ruby", shape, Estimate(credits=4.0, at=1.0))
    pricing = Pricing(store, FakeClock(), read_published())
    await pricing.load()
    pricing.measured(SMALL, MEASURES[SMALL])
    clip = Request(endpoint="video_to_hdr", model="ruby", values={"videoUri": SMALL})
    assert pricing.price(clip) == Price(140.0, exact=False)


def picture(references: int = 0) -> Request:
    values: dict[str, Any] = {"promptText": "x", "quality": "low", "ratio": "1024:1024"}
    if references:
        values["referenceImages"] = [{"uri": f"file:///{number}.png"} for number in range(references)]
    return Request(endpoint="text_to_image", model="grok_imagine_image_2", values=values)


async def test_plain_request_says_nothing_about_the_cost_of_references():
    pricing = with_published(*read_published())
    await pricing.learn(picture(), 4.0)
    assert pricing.price(picture()) == Price(4.0, exact=True)
    assert sum(found.credits for _ in range(60) if (found := pricing.price(picture(references=3)))) == 420.0
    assert pricing.price(picture(references=3)) == Price(7.0, exact=False)


async def test_plain_request_of_an_unpublished_model_says_nothing_about_references():
    pricing = with_published()
    await pricing.learn(picture(), 4.0)
    await pricing.learn(replace(picture(), values={**picture().values, "ratio": "1280:720"}), 4.0)
    assert pricing.price(picture(references=3)) is None
    await pricing.learn(picture(references=3), 7.0)
    assert pricing.price(picture(references=3)) == Price(7.0, exact=False), "nobody says that they are free"


async def test_free_inputs_leave_an_estimate_exact():
    pricing = with_published(*read_published())
    clip = Request(endpoint="image_to_video", model="gen4_turbo", values={"ratio": "1280:720", "duration": 5} | START)
    await pricing.learn(clip, 25.0)
    assert pricing.price(clip) == Price(25.0, exact=True)
    words = replace(clip, values={**clip.values, "promptText": "as on https://example.org"})
    assert pricing.price(words) == Price(25.0, exact=True), "a link in a prompt is not put in"


def veo(seconds: int, *, audio: bool, ratio: str = "1280:720") -> Request:
    values = {"promptText": "x", "ratio": ratio, "duration": seconds, "audio": audio}
    return Request(endpoint="text_to_video", model="veo3.1", values=values)


async def test_silent_clips_say_nothing_about_the_cost_of_sound():
    pricing, alone = with_published(*read_published()), with_published()
    for each in (pricing, alone):
        await each.learn(veo(4, audio=False), 80.0)
        await each.learn(veo(8, audio=False, ratio="1920:1080"), 160.0)
    assert pricing.price(veo(8, audio=True)) == Price(320.0, exact=False)
    assert alone.price(veo(8, audio=True)) is None


async def test_plain_clips_say_nothing_about_the_cost_of_a_format():
    pricing = with_published(*read_published())
    await pricing.learn(request(duration=5, ratio="1280:720"), 60.0)
    await pricing.learn(request(duration=5, ratio="1584:672"), 60.0)
    assert pricing.price(request(duration=10, outputFormat="prores")) == Price(170.0, exact=False)


async def test_published_price_confirmed_by_an_estimate_is_called_worked_out():
    pricing = with_published(TWELVE_A_SECOND)
    await pricing.learn(request(duration=5), 60.0)
    found = pricing.price(request(duration=10))
    assert found == Price(120.0, exact=False)
    assert found is not None
    assert found.basis is PriceBasis.WORKED_OUT


async def test_wrong_surcharge_leaves_the_base_price_unchanged():
    extra = PublishedPrice(
        model="gen4.5", unit=Unit.SECOND, credits=5.0, extra=True, when={"outputFormat": frozenset({"prores"})}
    )
    pricing = with_published(TWELVE_A_SECOND, extra)
    await pricing.learn(request(duration=5, outputFormat="prores"), 100.0)
    assert pricing.price(request(duration=10)) == Price(120.0, exact=False)
    assert pricing.price(request(duration=10, outputFormat="prores")) == Price(200.0, exact=False)
    assert pricing.price(request(duration=10, outputFormat="prores", ratio="1:1")) is None


async def test_clip_of_another_length_has_the_same_price_per_second_without_published_prices():
    def sound_of(address: str) -> Request:
        return Request(endpoint="video_to_audio", model="mirelo_sfx_2_0", values={"videoUri": address})

    pricing = measured()
    await pricing.learn(sound_of("file:///three.mp4"), 9.0)
    assert pricing.price(sound_of("file:///three.mp4")) == Price(9.0, exact=False)
    assert pricing.price(sound_of("file:///long.mp4")) == Price(87.0, exact=False)


async def test_estimate_of_a_small_clip_does_not_apply_to_a_large_one():
    pricing = measured(*read_published())
    small, large = (Request(endpoint="video_to_hdr", model="ruby", values={"videoUri": one}) for one in (SMALL, LARGE))
    await pricing.learn(small, 140.0)
    assert pricing.price(large) == Price(280.0, exact=False)


async def test_prices_learned_by_an_earlier_version_are_ignored():
    """It did not keep what was put in."""
    store = MemoryStore()
    old = "quality=low;ratio=1024:1024"
    await store.learn("text_to_image", "grok_imagine_image_2", old, Estimate(credits=4.0, at=1.0))
    pricing = Pricing(store, FakeClock(), ())
    await pricing.load()
    assert pricing.price(picture(references=3)) is None
    assert pricing.price(picture()) is None
    await pricing.learn(picture(references=3), 7.0)
    again = Pricing(store, FakeClock(), ())
    await again.load()
    assert again.price(picture(references=3)) == Price(7.0, exact=False)


async def test_price_tells_whether_runway_estimated_this_exact_request():
    pricing = with_published(*read_published())
    await pricing.learn(picture(), 4.0)
    await pricing.learn(picture(references=3), 7.0)
    plain, with_references = pricing.price(picture()), pricing.price(picture(references=3))
    assert plain is not None
    assert (plain.exact, plain.basis) == (True, PriceBasis.ESTIMATED)
    assert with_references is not None
    assert (with_references.exact, with_references.basis) == (False, PriceBasis.ESTIMATED_ALIKE)
    assert price_source(with_references) == "Runway's estimate for the last request like this."


async def test_price_changes_are_counted():
    store = MemoryStore()
    pricing = Pricing(store, FakeClock())
    assert pricing.learned == 0
    await pricing.learn(picture(), 4.0)
    await pricing.learn(picture(), 4.0)
    assert pricing.learned == 1
    await pricing.learn(picture(), 5.0)
    assert pricing.learned == 2
    for _ in range(2):
        pricing.measured("file:///a.wav", Measure(duration=3.0))
    assert pricing.learned == 3


def test_shipped_prices_name_who_reported_them():
    prices = [price for price in read_published() if price.model == "seedance2"]
    assert [price.reports for price in prices] == [0, 2, 2]
    assert prices[0].source == "Runway's own API reference, 21 April 2026"
    assert prices[1].source == (
        "cluely/unmodel's price table, 13 August 2026; a copy of Runway's pricing pages, August 2026"
    )
    finished = {"ratio": "1280:720", "duration": 5, "draftTaskId": "5e2f"}
    asked = Request(endpoint="text_to_video", model="seedance2_5", values=finished)
    assert with_published(*read_published()).price(asked) is None, "nobody says what finishing a draft costs"


def test_files_needed_for_a_price_are_named_until_measured():
    pricing = with_published(*read_published())
    dubbed = Request(endpoint="voice_dubbing", model="eleven_voice_dubbing", values={"audioUri": "file:///a.wav"})
    linked = replace(dubbed, values={"audioUri": "https://sounds.example/a.wav"})
    free = Request(endpoint="image_to_video", model="gen4_turbo", values={"promptImage": "file:///a.png"})
    before = pricing.learned
    assert pricing.unmeasured([dubbed, linked, free, dubbed]) == ["file:///a.wav"]
    pricing.measured("file:///a.wav", Measure(duration=3.0))
    assert pricing.unmeasured([dubbed]) == []
    assert pricing.learned > before
    assert pricing.price(dubbed) == Price(2.0, exact=False)


def test_length_of_an_unmeasured_input_may_be_assumed():
    pricing = with_published(*read_published())
    dubbed = Request(endpoint="voice_dubbing", model="eleven_voice_dubbing", values={"audioUri": "runway://a"})
    assert pricing.price(dubbed) is None
    assert pricing.price(dubbed, Measure(duration=60.0)) == Price(30.0, exact=False)
    assert pricing.price(dubbed) is None


settings = st.dictionaries(st.sampled_from(("ratio", "quality", "audio")), st.sampled_from(("a", "b", "1280:720")))
shapes = st.builds(
    lambda chosen, length: ";".join(f"{k}={v}" for k, v in sorted({**chosen, "duration": f"{length:g}"}.items())),
    settings,
    st.integers(1, 60),
)


@given(st.dictionaries(shapes, st.floats(0.01, 10_000), max_size=8), shapes)
def test_derived_price_is_none_or_a_valid_sum(known: dict[str, float], shape: str):
    found = derived(known, shape)
    assert found is None or 0 <= found < 1e9


@given(st.floats(0.5, 100), st.lists(st.integers(1, 60), min_size=1, unique=True), st.integers(1, 60), settings)
def test_price_per_second_is_derived_from_any_known_lengths(
    rate: float, lengths: list[int], wanted: int, chosen: dict[str, str]
):
    def shape(seconds: int) -> str:
        return ";".join(f"{name}={word}" for name, word in sorted({**chosen, "duration": str(seconds)}.items()))

    found = derived({shape(length): rate * length for length in lengths}, shape(wanted))
    assert found == pytest.approx(rate * wanted, abs=0.02)


@given(settings, st.integers(1, 60))
def test_request_shape_matches_itself_with_another_length(chosen: dict[str, str], length: int):
    values = {**chosen, "duration": length}
    one = terms_of(price_shape(Request(endpoint="text_to_video", model="m", values=values)))
    other = terms_of(price_shape(Request(endpoint="text_to_video", model="m", values={**values, "duration": 61})))
    assert one.is_like(other)
    assert other.amount == 61
