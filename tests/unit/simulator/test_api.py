"""The simulator over real HTTP: the API's routes, the other origins, the control endpoint. Time is skipped here."""

from __future__ import annotations

import pytest

from runway_desktop.simulator.app import API_VERSION
from runway_desktop.simulator.child import DEMO_SECRET
from runway_desktop.simulator.organizations import FIRST
from runway_desktop.simulator.world import DAY
from tests.unit.simulator.desk import CLIP, desk

NOWHERE = "/v1/tasks/17f20503-6c24-4c16-946b-35dbbce2af2f"


async def test_task_answer_has_exactly_the_members_of_its_status() -> None:
    async with desk(concurrency=1) as at:
        task_id, waiting = await at.create(), await at.create()
        pending = await at.task(task_id)
        throttled = await at.task(waiting)
        at.simulator.clock.forward(5)
        running = await at.task(task_id)
        at.simulator.clock.forward(100)
        succeeded = await at.task(task_id)
        failed = await at.finished(promptText="Rain [fail:THIRD_PARTY.UNAVAILABLE]")
        unnamed = await at.finished(promptText="Rain [fail:]")

    common = {"id", "status", "createdAt"}
    assert (pending["status"], set(pending)) == ("PENDING", common | {"estimatedCost"})
    assert (throttled["status"], set(throttled)) == ("THROTTLED", common | {"estimatedCost"})
    assert (running["status"], set(running)) == ("RUNNING", common | {"estimatedCost", "progress"})
    assert (succeeded["status"], set(succeeded)) == ("SUCCEEDED", common | {"cost", "output"})
    assert (failed["status"], set(failed)) == ("FAILED", common | {"cost", "failure", "failureCode"})
    assert set(unnamed) == common | {"cost", "failure"}
    assert pending["estimatedCost"] == {"credits": 60} == succeeded["cost"]
    assert failed["cost"] == {"credits": 0}
    assert pending["createdAt"].endswith("Z")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"model": "gen9"}, ["model"]),
        ({"model": None}, ["model"]),
        ({"ratio": "1:1"}, ["ratio"]),
        ({"promptText": ""}, ["promptText"]),
        ({"promptText": "x" * 5_001}, ["promptText"]),
        ({"duration": "5"}, ["duration"]),
    ],
)
async def test_invalid_create_is_refused_with_an_issue_at_the_field(
    changes: dict[str, object], path: list[str]
) -> None:
    async with desk() as at:
        answer = await at.api.post("/v1/text_to_video", json={**CLIP, **changes})
    assert answer.status_code == 400
    refusal = answer.json()
    assert set(refusal) == {"error", "issues", "docUrl"}
    assert [issue["path"] for issue in refusal["issues"]] == [path]
    assert all(issue["message"] and issue["code"] for issue in refusal["issues"])


@pytest.mark.parametrize("image", ["file:///home/me/still.png", "http://example.com/still.png", "runway://unknown"])
async def test_unreadable_input_is_refused_at_its_field(image: str) -> None:
    async with desk() as at:
        body = {"model": "gen4_turbo", "promptImage": image, "ratio": "1280:720", "duration": 5}
        answer = await at.api.post("/v1/image_to_video", json=body)
    assert answer.status_code == 400
    assert [issue["path"][0] for issue in answer.json()["issues"]] == ["promptImage"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
async def test_body_that_is_no_object_is_refused(body: bytes) -> None:
    async with desk() as at:
        answer = await at.api.post("/v1/text_to_video", content=body)
    assert answer.status_code == 400
    assert answer.json()["issues"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": f"Bearer {DEMO_SECRET} x", "X-Runway-Version": API_VERSION}, 401),
        ({"Authorization": "Bearer key_short", "X-Runway-Version": API_VERSION}, 401),
        ({"Authorization": f"Basic {DEMO_SECRET}", "X-Runway-Version": API_VERSION}, 401),
        ({"Authorization": f"Bearer key_{'0f' * 64}", "X-Runway-Version": API_VERSION}, 200),
        ({"Authorization": "Bearer mine", "X-Runway-Version": API_VERSION}, 200),
        ({"Authorization": f"Bearer {DEMO_SECRET}"}, 400),
        ({"Authorization": f"Bearer {DEMO_SECRET}", "X-Runway-Version": "2024-09-13"}, 400),
    ],
)
async def test_every_route_needs_key_and_version(headers: dict[str, str], status: int) -> None:
    async with desk() as at:
        at.simulator.organizations.give("mine", FIRST)
        answer = await at.anyone.get(f"{at.simulator.base_url}/v1/organization", headers=headers)
        task = await at.anyone.get(at.simulator.base_url + NOWHERE, headers=headers)
    assert answer.status_code == status
    assert task.status_code == (404 if status == 200 else status)
    assert status == 200 or answer.json()["error"]


async def test_canceled_and_deleted_tasks_return_404() -> None:
    async with desk() as at:
        running, done = await at.create(), (await at.finished())["id"]
        for task_id in (running, done):
            assert (await at.api.delete(f"/v1/tasks/{task_id}")).status_code == 204
            assert (await at.api.get(f"/v1/tasks/{task_id}")).status_code == 404
            assert (await at.api.delete(f"/v1/tasks/{task_id}")).status_code == 404
        assert (await at.api.get(NOWHERE)).status_code == 404
        assert (await at.api.get("/v1/tasks")).status_code == 404
        assert (await at.api.put("/v1/organization")).status_code == 405


async def test_daily_limit_and_missing_credits_are_refused_like_by_the_api() -> None:
    async with desk(daily_limit=1, balance=60) as at:
        await at.create()
        limited = await at.api.post("/v1/text_to_video", json=CLIP)
        at.simulator.clock.forward(DAY + 1)
        poor = await at.api.post("/v1/text_to_video", json=CLIP)
        organization = (await at.api.get("/v1/organization")).json()
    assert (limited.status_code, poor.status_code) == (429, 400)
    assert limited.json()["error"]
    assert "credits" in poor.json()["error"]
    assert organization["creditBalance"] == 0
    assert dict(at.simulator.witness.refused) == {429: 1, 400: 1}


async def test_organization_lists_limits_and_usage_of_every_model() -> None:
    async with desk(concurrency=None, daily_limit=7) as at:
        await at.create()
        organization = (await at.api.get("/v1/organization")).json()
    assert len(organization["tier"]["models"]) == 69
    assert organization["tier"]["models"]["gen4.5"] == {"maxConcurrentGenerations": None, "maxDailyGenerations": 7}
    assert organization["usage"]["models"]["gen4.5"] == {"dailyGenerations": 1}


async def test_usage_lists_credits_by_day_and_model() -> None:
    async with desk() as at:
        await at.create()
        today = (await at.task(await at.create()))["createdAt"][:10]
        asked = {"startDate": today}
        answer = await at.api.post("/v1/organization/usage", json=asked)
        too_long = await at.api.post(
            "/v1/organization/usage", json={"startDate": "2026-01-01", "beforeDate": "2026-12-01"}
        )
        odd = await at.api.post("/v1/organization/usage", json={"startDate": "yesterday"})
    assert answer.json() == {
        "results": [{"date": today, "usedCredits": [{"model": "gen4.5", "amount": 120}]}],
        "models": ["gen4.5"],
    }
    assert (too_long.status_code, odd.status_code) == (400, 400)


async def test_each_of_several_outputs_has_a_link() -> None:
    async with desk() as at:
        done = await at.finished(promptText="A lighthouse [outputs:4]")
        bodies = {(await at.anyone.get(link)).content for link in done["output"]}
    assert len(done["output"]) == len(bodies) == 4


async def test_unknown_status_word_is_returned_while_the_task_runs() -> None:
    async with desk() as at:
        task_id = await at.create(promptText="[status:FINALIZING]")
        at.simulator.clock.forward(5)
        assert (await at.task(task_id))["status"] == "FINALIZING"
        at.simulator.clock.forward(100)
        assert (await at.task(task_id))["status"] == "SUCCEEDED"


async def test_download_supports_ranges_and_head() -> None:
    async with desk() as at:
        link = (await at.finished())["output"][0]
        whole = await at.anyone.get(link)
        head = await at.anyone.head(link)
        size = len(whole.content)
        rest = await at.anyone.get(link, headers={"Range": "bytes=1000-", "If-Range": whole.headers["etag"]})
        tail = await at.anyone.get(link, headers={"Range": "bytes=-500"})
        changed = await at.anyone.get(link, headers={"Range": "bytes=1000-", "If-Range": '"another"'})
        outside = await at.anyone.get(link, headers={"Range": f"bytes={size}-"})

    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    assert "last-modified" in whole.headers
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(size))
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{size - 1}/{size}"
    assert (tail.status_code, tail.content) == (206, whole.content[-500:])
    assert (changed.status_code, changed.content) == (200, whole.content)
    assert (outside.status_code, outside.headers["content-range"]) == (416, f"bytes */{size}")


async def test_expired_and_forged_links_are_denied_and_new_ones_work() -> None:
    async with desk(link_seconds=60) as at:
        done = await at.finished()
        link = done["output"][0]
        forged = await at.anyone.get(link.replace("exp=", "exp=9"))
        unsigned = await at.anyone.get(link.partition("?")[0])
        at.simulator.clock.forward(61)
        expired = await at.anyone.get(link)
        fresh = await at.anyone.get((await at.task(done["id"]))["output"][0])
        await at.api.delete(f"/v1/tasks/{done['id']}")
        deleted = await at.anyone.get(str(fresh.url))
    assert [answer.status_code for answer in (forged, unsigned, expired)] == [403, 403, 403]
    assert fresh.status_code == 200
    assert deleted.status_code == 404


async def test_upload_slot_is_used_once_and_its_uri_works_for_a_day() -> None:
    async with desk() as at:
        slot = (await at.api.post("/v1/uploads", json={"filename": "still.png", "type": "ephemeral"})).json()
        body = {"model": "gen4_turbo", "promptImage": slot["runwayUri"], "ratio": "1280:720", "duration": 5}
        early = await at.api.post("/v1/image_to_video", json=body)
        file = {"file": ("still.png", b"x" * 3_000, "image/png")}
        wrong = await at.anyone.post(slot["uploadUrl"], data={**slot["fields"], "policy": "none"}, files=file)
        empty = await at.anyone.post(slot["uploadUrl"], data=slot["fields"], files={"other": ("a", b"", "text/plain")})
        right = await at.anyone.post(slot["uploadUrl"], data=slot["fields"], files=file)
        again = await at.anyone.post(slot["uploadUrl"], data=slot["fields"], files=file)
        good = await at.api.post("/v1/image_to_video", json=body)
        at.simulator.clock.forward(DAY + 1)
        late = await at.api.post("/v1/image_to_video", json=body)
        nameless = await at.api.post("/v1/uploads", json={"type": "ephemeral"})

    assert set(slot) == {"uploadUrl", "fields", "runwayUri"}
    assert not slot["uploadUrl"].startswith(at.simulator.base_url)
    assert [answer.status_code for answer in (early, wrong, empty, right, again)] == [400, 403, 400, 204, 403]
    assert [answer.status_code for answer in (good, late, nameless)] == [200, 400, 400]


async def test_key_sent_to_another_origin_is_recorded() -> None:
    async with desk() as at:
        link = (await at.finished())["output"][0]
        await at.anyone.get(link)
        before = (await at.anyone.get(f"{at.simulator.base_url}/_control/state")).json()
        await at.api.get(link)
        await at.api.post(f"{at.simulator.upload_url}/uploads/none", data={"policy": "x"})
        after = (await at.anyone.get(f"{at.simulator.base_url}/_control/state")).json()
    assert before["misplacedSecrets"] == {}
    assert after["misplacedSecrets"] == {"outputs": 1, "uploads": 1}
    assert DEMO_SECRET not in str(after)


async def test_control_endpoint_lists_requests_and_changes_settings() -> None:
    async with desk() as at:
        control = f"{at.simulator.base_url}/_control"
        task_id = await at.create()
        for _ in range(3):
            await at.task(task_id)
        turned = await at.anyone.post(f"{control}/knobs", json={"speed": 20, "balance": 500})
        refused = await at.anyone.post(f"{control}/knobs", json={"sped": 20})
        skipped = await at.anyone.post(f"{control}/clock", json={"forward": 100})
        backwards = await at.anyone.post(f"{control}/clock", json={"forward": -1})
        state = (await at.anyone.get(f"{control}/state")).json()

    assert turned.json()["speed"] == 20
    assert (refused.status_code, skipped.status_code, backwards.status_code) == (400, 200, 400)
    assert "sped" in refused.json()["error"]
    assert state["creates"] == {"accepted": [task_id], "refused": {}}
    assert state["gets"] == {task_id: 3}
    assert list(state["ended"]) == [task_id]
    assert (state["balance"], state["open"]) == (500, 0)


async def test_new_task_can_be_invisible_for_a_while() -> None:
    async with desk(unknown_seconds=20) as at:
        task_id = await at.create()
        for ask in (at.api.get, at.api.delete):
            answer = await ask(f"/v1/tasks/{task_id}")
            assert (answer.status_code, answer.json()) == (404, {"error": "Task not found."})
        at.simulator.clock.forward(20)
        assert (await at.task(task_id))["status"] == "RUNNING"
