"""Price of a request whose length or size is open."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.domain.prices import OpenPrice
from runway_desktop.domain.task import Request
from runway_desktop.services.money.pricing import Pricing, read_published
from runway_desktop.usecases.requests.choices import open_price
from runway_desktop.usecases.words.account import open_words
from tests.rigs.engine_rig import CATALOG
from tests.rigs.fakes import FakeClock, MemoryStore


def between(endpoint: str, model: str, **values: Any) -> OpenPrice | None:
    pair = CATALOG.pair(endpoint, model)
    assert pair is not None
    pricing = Pricing(MemoryStore(), FakeClock(), read_published())
    return open_price(pair, Request(endpoint=endpoint, model=model, values=values), pricing.price)


@pytest.mark.parametrize(
    ("endpoint", "model", "values", "said"),
    [
        ("text_to_video", "veo3.1", {"ratio": "1280:720"}, "about 160 to 320 credits"),
        ("text_to_video", "veo3.1", {"ratio": "1280:720", "audio": False}, "about 80 to 160 credits"),
        ("image_to_video", "gen4_turbo", {"ratio": "1280:720"}, "about 5 credits a second"),
        ("text_to_video", "seedance2", {"ratio": "1280:720", "duration": "auto"}, "about 36 credits a second"),
        ("image_to_video", "gemini_omni_flash", {"promptImage": "runway://a"}, "about 31 to 101 credits"),
        ("character_performance", "act_two", {}, "about 5 credits a second"),
        ("character_performance", "act_two", {"reference": "https://films.example/a.mp4"}, "about 5 credits a second"),
        ("video_to_video", "aleph2", {}, "about 28 credits a second"),
        ("text_to_video", "hailuo3", {"duration": 5}, "about 50 to 75 credits"),
        ("text_to_video", "hailuo3", {}, "about 10 to 15 credits a second"),
        ("image_to_video", "grok_imagine_1_5_lite", {}, "about 2 to 14 credits a second"),
        ("text_to_image", "ideogram_4_0", {"ratio": "2048:2048"}, "about 4 to 11 credits"),
        ("video_to_hdr", "ruby", {}, "about 20 to 40 credits a second"),
        ("image_upscale", "magnific_precision_upscaler_v2", {}, "about 25 to 150 credits"),
        ("product_ad", "product_ad", {}, "about 416 to 456 credits"),
        ("product_ugc", "product_ugc", {}, "about 588 to 648 credits"),
        ("voice_isolation", "eleven_voice_isolation", {}, "about 10 credits a minute"),
    ],
)  # fmt: skip
def test_open_price_is_a_range_or_a_price_a_second(endpoint: str, model: str, values: dict[str, Any], said: str):
    found = between(endpoint, model, **values)
    assert found is not None
    assert open_words(found) == said


@pytest.mark.parametrize(
    ("endpoint", "model", "values"),
    [
        ("text_to_video", "kling3.0_pro", {"ratio": "1280:720"}),
        ("text_to_video", "seedance2_5", {"ratio": "1280:720", "draft": True}),
        ("video_upscale", "magnific_video_upscaler_creative", {"videoUri": "https://films.example/a.mp4"}),
        (
            "video_to_video",
            "hailuo3",
            {"resolution": "2k", "duration": 5, "promptVideo": "https://films.example/a.mp4"},
        ),
        ("video_to_video", "hailuo3", {"resolution": "2k"}),
        ("text_to_image", "seedream5_flash", {"ratio": "1024:1024"}),
    ],
)
def test_model_without_a_published_price_has_none(endpoint: str, model: str, values: dict[str, Any]):
    assert between(endpoint, model, **values) is None
