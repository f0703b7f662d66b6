"""An agent can request every endpoint with every model."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.permissions import Permission
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from tests.rigs.clients_desk import AGENT, a_desk
from tests.rigs.samples_of_requests import smallest


async def test_request_for_every_model_is_listed_checked_and_waits_for_approval(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.engine.clients.permit(AGENT, Permission.ASK)
        endpoints = (await desk.call(AGENT, "models"))["endpoints"]
        listed = {(one["endpoint"], model) for one in endpoints for model in one["models"]}
        pairs = list(desk.engine.catalog.pairs())
        assert listed == {(pair.endpoint, pair.model) for pair in pairs}
        for number, pair in enumerate(pairs):
            wish = {"endpoint": pair.endpoint, "model": pair.model, "values": smallest(pair)}
            assert "credits" in await desk.call(AGENT, "estimate", **wish)
            made = await desk.call(AGENT, "create", **wish, request_id=f"wish {number}")
            assert (made["state"], made["is_repeat"]) == ("waiting_for_approval", False), pair
        assert len(desk.engine.clients.waiting()) == len(pairs)
        assert not desk.rig.runway.requests


async def test_models_are_listed_by_what_goes_in_and_one_in_full(tmp_path: Path):
    async with a_desk(tmp_path) as desk:

        async def listed(**wanted: str) -> dict[str, list[str]]:
            found = await desk.call(AGENT, "models", **wanted)
            return {one["endpoint"]: one["models"] for one in found["endpoints"]}

        from_text, from_video = await listed(takes="text"), await listed(takes="video")
        assert "gen4.5" in from_text["text_to_video"]
        assert "image_to_video" not in from_text
        assert {"video_to_video", "video_upscale"} <= from_video.keys()
        assert "avatar_videos" not in from_video
        assert list(await listed(endpoint="sound_effect")) == ["sound_effect"]
        [known] = (await desk.call(AGENT, "models", endpoint="text_to_video", model="gen4.5"))["models"]
        fields = {field["name"]: field for field in known["fields"]}
        assert known["credits"] == 25.0
        assert (fields["duration"]["least"], fields["duration"]["most"]) == (2, 10)
        assert fields["ratio"]["choices"] == ["1280:720", "720:1280"]
        [avatar] = (await desk.call(AGENT, "models", model="gwm1_avatars"))["models"]
        assert [field["name"] for field in avatar["fields"][0]["forms"][0]] == ["type", "presetId"]


@pytest.mark.parametrize("wanted", [{"endpoint": "nope"}, {"takes": "smell"}, {"model": "gen9"}])
async def test_unknown_word_for_models_names_what_there_is(wanted: dict[str, str], tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        with pytest.raises(CallRefused, match="There is no such") as refused:
            await desk.call(AGENT, "models", **wanted)
        assert (refused.value.code, refused.value.advice[:11]) == (Code.INPUT, "There are: ")
