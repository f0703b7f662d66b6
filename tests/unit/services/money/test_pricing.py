"""A price is what Runway said of a like request, what follows from that, or what it has published; else nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.prices import PublishedPrice, Unit, derived, price_shape, published, terms_of
from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import Price, Pricing, read_published
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
    assert found.why == "Published: a page, 1 May 2026."


async def test_an_estimate_of_runways_own_beats_a_published_price():
    pricing = with_published(TWELVE_A_SECOND)
    await pricing.learn(request(duration=5, ratio="1:1"), 60.0)
    assert pricing.price(request()) == Price(60.0, exact=False)
    await pricing.learn(request(duration=5, ratio="4:3"), 75.0)
    assert pricing.price(request()) is None


def test_a_published_price_holds_only_for_the_settings_it_names():
    small = PublishedPrice(model="gen4_image", unit=Unit.PICTURE, credits=5.0, when={"ratio": frozenset({"1280:720"})})
    picture = {"endpoint": "text_to_image", "model": "gen4_image"}
    assert published([small], **picture, shape="ratio=720:1280") == (5.0, "")
    assert published([small], **picture, shape="outputCount=4;ratio=1280:720") == (20.0, "")
    assert published([small], **picture, shape="ratio=1920:1080") is None


def test_an_extra_comes_on_top_and_alone_is_no_price():
    extra = PublishedPrice(
        model="gen4.5", unit=Unit.SECOND, credits=5.0, extra=True, when={"outputFormat": frozenset({"prores"})}
    )
    ask = ("text_to_video", "gen4.5", "duration=5;outputFormat=prores")
    assert published([TWELVE_A_SECOND, extra], *ask) == (85.0, "a page, 1 May 2026")
    assert published([extra], *ask) is None


def test_a_length_that_the_model_chooses_itself_has_no_price_a_second():
    assert published([TWELVE_A_SECOND], "text_to_video", "gen4.5", "duration=auto") is None


def test_every_published_price_names_a_model_and_settings_of_the_catalog_and_its_source():
    prices = read_published()
    assert prices
    for price in prices:
        pairs = [pair for pair in CATALOG.pairs() if pair.model == price.model]
        assert pairs, price.model
        assert price.endpoints <= {pair.endpoint for pair in pairs}
        assert "2026" in price.source
        for name, choices in price.when.items():
            known = {choice for pair in pairs if (field := pair.field(name)) for choice in field.choices}
            assert choices <= known, (price.model, name)


@pytest.mark.parametrize(
    ("endpoint", "model", "values", "credits"),
    [
        ("text_to_video", "gen4.5", {"ratio": "1280:720", "duration": 5}, 60.0),
        ("image_to_video", "gen4_turbo", {"ratio": "1280:720", "duration": 10}, 50.0),
        ("text_to_image", "gen4_image", {"ratio": "1920:1080"}, 8.0),
        ("text_to_image", "ideogram_4_0", {"ratio": "2048:2048", "quality": "medium", "outputCount": 3}, 21.0),
        ("text_to_speech", "eleven_multilingual_v2", {"promptText": "x" * 120}, 3.0),
        ("text_to_video", "veo3.1", {"ratio": "1280:720", "duration": 4}, None),
    ],
)
def test_what_ships_prices_what_was_published_and_nothing_else(
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
