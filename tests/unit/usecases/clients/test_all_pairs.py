"""An agent can request every endpoint with every model."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.domain.permissions import Permission
from tests.rigs.clients_desk import AGENT, a_desk
from tests.rigs.samples_of_requests import smallest


async def test_request_for_every_model_is_listed_checked_and_waits_for_approval(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.engine.clients.permit(AGENT, Permission.ASK)
        listed = {(one["endpoint"], one["model"]) for one in (await desk.call(AGENT, "models"))["models"]}
        pairs = list(desk.engine.catalog.pairs())
        assert listed == {(pair.endpoint, pair.model) for pair in pairs}
        for number, pair in enumerate(pairs):
            wish = {"endpoint": pair.endpoint, "model": pair.model, "values": smallest(pair)}
            assert "credits" in await desk.call(AGENT, "estimate", **wish)
            made = await desk.call(AGENT, "create", **wish, request_id=f"wish {number}")
            assert (made["state"], made["is_repeat"]) == ("waiting_for_approval", False), pair
        assert len(desk.engine.clients.waiting()) == len(pairs)
        assert not desk.rig.runway.requests
