"""Prices of recipes before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import Pricing, read_published
from tests.rigs.engine_rig import CATALOG
from tests.rigs.fakes import FakeClock, MemoryStore

PRICING = Pricing(MemoryStore(), FakeClock(), read_published())
AT_720P = ("1280:720", "720:1280", "960:960", "834:1112")
AT_1080P = ("1920:1080", "1080:1920", "1440:1440", "1248:1664")


@pytest.mark.parametrize(
    ("recipe", "values", "credits"),
    [
        *(("product_ad", {"ratio": ratio, "duration": 10}, 200 + 6 * 36) for ratio in AT_720P),
        *(("product_ad", {"ratio": ratio, "duration": 10}, 216 + 6 * 40) for ratio in AT_1080P),
        ("product_ad", {"ratio": "1280:720"}, 416),
        ("product_ad", {"ratio": "1280:720", "duration": 4}, 200),
        ("product_ad", {"ratio": "1080:1920", "duration": 15}, 216 + 11 * 40),
        ("product_ad", {}, None),
        ("product_swap", {}, 212 + 6 * 36),
        ("product_swap", {"resolution": "720p", "duration": 4}, 212),
        ("product_swap", {"resolution": "1080p", "duration": 4}, 228),
        ("product_swap", {"resolution": "1080p"}, 228 + 6 * 40),
        ("product_ugc", {"ratio": "720:1280"}, 192 + 11 * 36),
        ("product_ugc", {"ratio": "720:1280", "duration": 4}, 192),
        ("product_ugc", {"ratio": "1080:1920", "duration": 5}, 208 + 40),
        ("product_ugc", {"duration": 5}, None),
        ("multi_shot_video", {"mode": "auto"}, 130),
        *(("multi_shot_video", {"ratio": ratio, "duration": 5}, 65) for ratio in AT_720P[:3]),
        *(("multi_shot_video", {"ratio": ratio, "duration": 15}, 255) for ratio in AT_1080P[:3]),
        ("ad_localization", {"targetLanguage": "de"}, 21),
        ("marketing_stock_image", {}, 88),
        ("marketing_stock_image", {"quality": "high", "outputCount": 1}, 28),
        ("marketing_stock_image", {"quality": "medium"}, 28),
        ("marketing_stock_image", {"quality": "low", "outputCount": 2}, 10),
        ("product_campaign_image", {}, 144),
    ],
)  # fmt: skip
def test_recipe_costs_what_is_reported(recipe: str, values: dict[str, Any], credits: float | None):
    found = PRICING.price(Request(endpoint=recipe, model=recipe, values=values))
    assert (found.credits if found is not None else None) == credits
    assert found is None or (found.reports == 2 and not found.exact)


def test_prices_assume_the_amount_that_the_catalog_gives_as_default():
    for price in read_published():
        pair = CATALOG.pair(price.model, price.model)
        amounts = [pair.field(name) for name in ("duration", "outputCount")] if pair is not None else []
        assert all(field is None or field.default == price.left_out for field in amounts) or price.left_out is None


def test_twenty_prices_of_recipes_ship_with_the_program():
    recipes = {pair.model for pair in CATALOG.pairs() if "version" in pair.fixed}
    assert len([price for price in read_published() if price.model in recipes]) == 20
