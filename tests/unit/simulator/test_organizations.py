"""Two organizations at one simulated Runway do not see each other's tasks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest

from runway_desktop.simulator.__main__ import main
from runway_desktop.simulator.app import API_VERSION
from tests.unit.simulator.desk import CLIP, Bench, desk

OTHER = "key_" + "e5" * 64
SAME = "key_" + "d4" * 64


@contextlib.asynccontextmanager
async def other(at: Bench, secret: str = OTHER) -> AsyncIterator[httpx.AsyncClient]:
    """A client with another key."""
    headers = {"Authorization": f"Bearer {secret}", "X-Runway-Version": API_VERSION}
    async with httpx.AsyncClient(base_url=at.simulator.base_url, headers=headers) as client:
        yield client


async def give(at: Bench, secret: str, organization: str) -> None:
    answer = await at.anyone.post(
        f"{at.simulator.base_url}/_control/keys", json={"secret": secret, "organization": organization}
    )
    assert answer.status_code == 200, answer.text


async def test_all_keys_belong_to_one_organization_until_assigned():
    async with desk() as at, other(at) as client:
        task_id = await at.create()
        assert (await client.get(f"/v1/tasks/{task_id}")).status_code == 200
        await give(at, OTHER, "second")
        assert (await client.get(f"/v1/tasks/{task_id}")).status_code == 404
        assert (await at.api.get(f"/v1/tasks/{task_id}")).status_code == 200


async def test_two_keys_of_an_organization_see_the_same_tasks():
    async with desk() as at, other(at) as one, other(at, SAME) as two:
        await give(at, OTHER, "second")
        await give(at, SAME, "second")
        task_id = (await one.post("/v1/text_to_video", json=CLIP)).json()["id"]
        assert (await two.get(f"/v1/tasks/{task_id}")).status_code == 200


async def test_task_of_another_organization_is_neither_found_nor_deleted():
    async with desk() as at, other(at) as client:
        await give(at, OTHER, "second")
        task_id = await at.create()
        assert (await client.delete(f"/v1/tasks/{task_id}")).status_code == 404
        assert (await at.task(task_id))["status"] in ("PENDING", "RUNNING")


async def test_each_organization_has_its_own_balance_limits_and_counts():
    async with desk(concurrency=1, seed=5) as at, other(at) as client:
        await give(at, OTHER, "second")
        first = await at.create()
        theirs = (await client.post("/v1/text_to_video", json=CLIP)).json()["id"]
        assert first != theirs, "a seed does not make the same ids twice"
        told = (await client.get("/v1/organization")).json()
        assert told["creditBalance"] == 10_000 - 60
        assert told["usage"]["models"]["gen4.5"] == {"dailyGenerations": 1}
        # With one place for both of them, the second would have to wait.
        assert (await client.get(f"/v1/tasks/{theirs}")).json()["status"] != "THROTTLED"
        state = (await at.anyone.get(f"{at.simulator.base_url}/_control/state")).json()
        assert state["organizations"] == {
            "first": {"balance": 9_940, "open": 1},
            "second": {"balance": 9_940, "open": 1},
        }


async def test_upload_is_usable_only_by_its_own_organization():
    async with desk() as at, other(at) as client:
        await give(at, OTHER, "second")
        slot = (await at.api.post("/v1/uploads", json={"filename": "a.png", "type": "ephemeral"})).json()
        sent = await at.anyone.post(slot["uploadUrl"], data=slot["fields"], files={"file": ("a.png", b"png")})
        assert sent.status_code == 204
        wish = {"model": "gen4_turbo", "promptImage": slot["runwayUri"], "ratio": "1280:720", "duration": 5}
        assert (await at.api.post("/v1/image_to_video", json=wish)).status_code == 200
        refused = await client.post("/v1/image_to_video", json=wish)
        assert refused.status_code == 400
        assert refused.json()["issues"][0]["path"] == ["promptImage"]


async def test_result_link_opens_without_a_key():
    async with desk() as at, other(at) as client:
        await give(at, OTHER, "second")
        task_id = (await client.post("/v1/text_to_image", json=PICTURE)).json()["id"]
        at.simulator.clock.forward(100)
        link = (await client.get(f"/v1/tasks/{task_id}")).json()["output"][0]
        assert (await at.anyone.get(link)).status_code == 200


async def test_assigned_key_is_accepted_in_any_form():
    async with desk() as at, other(at, "key_short") as client:
        assert (await client.get("/v1/organization")).status_code == 401
        await give(at, "key_short", "second")
        assert (await client.get("/v1/organization")).status_code == 200


async def test_simulator_settings_apply_to_all_organizations():
    async with desk() as at, other(at) as client:
        await give(at, OTHER, "second")
        await at.anyone.post(f"{at.simulator.base_url}/_control/knobs", json={"balance": 7})
        for each in (at.api, client):
            assert (await each.get("/v1/organization")).json()["creditBalance"] == 7


@pytest.mark.parametrize("wish", [{}, {"secret": "key_a"}, {"secret": " ", "organization": "second"}, {"secret": 1}])
async def test_invalid_control_request_is_refused(wish: dict[str, object]):
    async with desk() as at:
        assert (await at.anyone.post(f"{at.simulator.base_url}/_control/keys", json=wish)).status_code == 400


def test_help_of_the_command_line_names_keys_of_other_organizations(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--other-secret" in capsys.readouterr().out


PICTURE = {"model": "gen4_image", "promptText": "A lighthouse", "ratio": "1280:720"}
