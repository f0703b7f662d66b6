"""A price is what Runway said of a like request, or nothing."""

from __future__ import annotations

from runway_desktop.services.pricing import Price
from tests.engine_rig import Rig, request


async def test_a_shape_that_was_never_sent_has_no_price():
    async with Rig(loops=()) as rig:
        assert rig.pricing.price(request()) is None


async def test_the_price_of_a_like_request_is_known_after_its_first_sending():
    async with Rig(loops=("lane",)) as rig:
        await rig.submit(request("One"))
        assert rig.pricing.price(request("Another", seed=5)) == Price(25.0, exact=True)
        assert rig.pricing.price(request(duration=10)) is None


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


async def test_a_model_whose_requests_all_cost_the_same_is_a_fair_guess():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(ratio="1:1"), 25.0)
        await rig.pricing.learn(request(ratio="4:3"), 25.0)
        assert rig.pricing.price(request(ratio="3:4")) == Price(25.0, exact=False)
        await rig.pricing.learn(request(duration=10), 50.0)
        assert rig.pricing.price(request(ratio="3:4")) is None
