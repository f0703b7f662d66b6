"""Prices of other models, shown for a request of unknown price."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.domain.prices import LikePrices, PublishedPrice, Unit
from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import Price, Pricing
from runway_desktop.usecases.sending.sending import like_prices
from tests.rigs.engine_rig import CATALOG
from tests.rigs.fakes import FakeClock, MemoryStore


def prices(**credits: float) -> tuple[PublishedPrice, ...]:
    """Of models by the second; their names are written with "_" for "."."""
    names = {"gen4_5": "gen4.5", "veo3_1": "veo3.1", "kling2_5_turbo_pro": "kling2.5_turbo_pro"}
    return tuple(
        PublishedPrice(model=names.get(name, name), unit=Unit.SECOND, credits=rate) for name, rate in credits.items()
    )


def like(*requests: Request, **credits: float) -> LikePrices | None:
    return like_prices(requests, CATALOG, Pricing(MemoryStore(), FakeClock(), prices(**credits)).price)


def clip(model: str = "kling3.0_pro", endpoint: str = "text_to_video", **values: Any) -> Request:
    return Request(endpoint=endpoint, model=model, values={"ratio": "1280:720", "duration": 5, **values})


def test_price_range_comes_from_other_models_with_the_same_length():
    assert like(clip(), gen4_5=12.0, seedance2_fast=29.0) == LikePrices("text_to_video", 60.0, 145.0)
    assert like(clip(duration=10), gen4_5=12.0, seedance2_fast=29.0) == LikePrices("text_to_video", 120.0, 290.0)


def test_models_of_other_endpoints_do_not_affect_the_price_range():
    assert like(clip(), gen4_turbo=5.0) is None


def test_model_is_not_compared_with_itself():
    own = clip(model="seedance2_5")
    assert like_prices([own], CATALOG, lambda asked: Price(9.0, True) if asked.model == own.model else None) is None


def test_model_that_cannot_make_that_amount_does_not_affect_the_price_range():
    assert like(clip(duration=15), gen4_5=12.0) is None
    picture = Request(
        endpoint="text_to_image", model="seedream5_flash", values={"ratio": "1024:1024", "outputCount": 4}
    )
    one = (PublishedPrice(model="gen4_image_turbo", unit=Unit.PICTURE, credits=2.0),)
    assert like_prices([picture], CATALOG, Pricing(MemoryStore(), FakeClock(), one).price) is None


def test_other_models_are_priced_at_the_same_settings_where_possible():
    loud, still = (
        PublishedPrice(model="veo3.1", unit=Unit.SECOND, credits=rate, when={"audio": frozenset({word})})
        for rate, word in ((40.0, "true"), (20.0, "false"))
    )
    price = Pricing(MemoryStore(), FakeClock(), (loud, still)).price
    assert like_prices([clip(duration=4, audio=False)], CATALOG, price) == LikePrices("text_to_video", 80.0, 80.0)
    assert like_prices([clip(duration=4, audio=True)], CATALOG, price) == LikePrices("text_to_video", 160.0, 160.0)


def test_unset_length_is_the_models_default_for_the_price_range():
    turbo = Request(endpoint="text_to_video", model="kling2.5_turbo_pro", values={})
    assert like(turbo, gen4_5=12.0) == LikePrices("text_to_video", 60.0, 60.0)


def test_clip_as_long_as_its_input_is_not_compared_with_five_seconds():
    edit = Request(endpoint="video_to_video", model="aleph2", values={"videoUri": "file:///a.mp4"})
    assert like(edit, seedance2_fast=29.0) is None


@pytest.mark.parametrize(
    "others", [[clip(duration=10)], [clip(endpoint="image_to_video")], [clip(), clip(duration="auto")]]
)
def test_requests_of_different_amounts_or_endpoints_have_no_price_range(others: list[Request]):
    assert like(clip(), *others, gen4_5=12.0) is None


def test_many_requests_of_equal_amount_have_one_price_range():
    assert like(clip(), clip(model="kling_4"), gen4_5=12.0) == LikePrices("text_to_video", 60.0, 60.0)


def test_no_known_model_price_gives_no_price_range():
    assert like(clip()) is None
    assert like(clip(model="of-tomorrow"), gen4_5=12.0) is None
    assert like() is None
