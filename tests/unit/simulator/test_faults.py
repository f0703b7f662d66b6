"""Each fault of the simulator, as a client sees it on a real connection."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time

import httpx
import pytest

from runway_desktop.simulator.faults import Fault
from tests.unit.simulator.desk import CLIP, desk


@pytest.mark.parametrize(
    ("words", "status", "kind"),
    [
        ("get:status,status=503", 503, "application/json"),
        ("get:status,status=429,retry_after=7", 429, "application/json"),
        ("get:status,status=401", 401, "application/json"),
        ("get:html,status=502", 502, "text/html"),
        ("get:empty,status=504", 504, None),
        ("get:gone", 404, "application/json"),
    ],
)
async def test_status_faults_return_the_requested_status(words: str, status: int, kind: str | None) -> None:
    async with desk() as at:
        task_id = await at.create()
        at.simulator.faults.add(Fault.parse(words))
        answer = await at.api.get(f"/v1/tasks/{task_id}")
    assert (answer.status_code, answer.headers.get("content-type")) == (status, kind)
    assert answer.headers.get("retry-after") == ("7" if "retry_after" in words else None)


async def test_connection_can_be_cut_before_an_answer() -> None:
    async with desk() as at:
        task_id = await at.create()
        at.simulator.faults.add(Fault.parse("get:cut,times=1"))
        with pytest.raises(httpx.TransportError):
            await at.api.get(f"/v1/tasks/{task_id}")
        assert (await at.task(task_id))["status"] == "PENDING"


async def test_accepted_create_can_lose_its_answer() -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse("create:cut,accepted=true,times=1"))
        with pytest.raises(httpx.TransportError):
            await at.api.post("/v1/text_to_video", json=CLIP)
        assert len(at.simulator.witness.accepted) == 1
        assert at.simulator.organizations.first.balance == 10_000 - 60


async def test_accepted_create_can_return_an_error() -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse("create:html,status=504,accepted=true"))
        answer = await at.api.post("/v1/text_to_video", json=CLIP)
    assert answer.status_code == 504
    assert len(at.simulator.witness.accepted) == 1


@pytest.mark.parametrize("words", ["create:cut", "create:status,status=503"])
async def test_create_can_be_rejected_before_acceptance(words: str) -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse(words + ",times=1"))
        try:
            answer = await at.api.post("/v1/text_to_video", json=CLIP)
            assert answer.status_code == 503
        except httpx.TransportError:
            assert "cut" in words
        assert at.simulator.witness.accepted == []


async def test_held_connection_answers_nothing_until_the_client_gives_up() -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse("organization:hold"))
        with pytest.raises(httpx.ReadTimeout):
            await at.api.get("/v1/organization", timeout=httpx.Timeout(20, read=0.2))


async def test_held_connections_do_not_block_the_simulators_exit() -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse("organization:hold"))
        asking = asyncio.create_task(at.api.get("/v1/organization"))
        while not at.simulator.faults.listed()[0].hits:
            await asyncio.sleep(0)
        started = time.monotonic()
    with pytest.raises(httpx.TransportError):
        await asking
    assert time.monotonic() - started < 20, "it waits for nobody, were it for ever"


async def test_latency_fault_returns_the_normal_answer_later() -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse("get:latency,seconds=0.05"))
        started = time.monotonic()
        assert (await at.task(await at.create()))["status"] == "PENDING"
        assert time.monotonic() - started >= 0.05


async def test_create_is_accepted_at_once_if_only_its_answer_is_delayed() -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse("create:latency,accepted=true,seconds=0.05"))
        answer = asyncio.create_task(at.create())
        while not at.simulator.witness.accepted:
            await asyncio.sleep(0)
        assert not answer.done()
        assert [await answer] == at.simulator.witness.accepted


@pytest.mark.parametrize("words", ["output:cut_body", "output:wrong_length"])
async def test_interrupted_download_is_recognized_as_broken(words: str) -> None:
    async with desk() as at:
        link = (await at.finished())["output"][0]
        whole = (await at.anyone.get(link)).content
        at.simulator.faults.add(Fault.parse(words + ",times=1"))
        got = b""
        async with at.anyone.stream("GET", link) as answer:
            parts = answer.aiter_bytes()
            with contextlib.suppress(httpx.RemoteProtocolError):
                async for part in parts:
                    got += part
                pytest.fail("the download did not break off")
        assert got
        assert whole.startswith(got)
        assert (await at.anyone.get(link)).content == whole


async def test_short_body_looks_complete() -> None:
    async with desk() as at:
        link = (await at.finished())["output"][0]
        whole = (await at.anyone.get(link)).content
        at.simulator.faults.add(Fault.parse("output:short_body"))
        assert (await at.anyone.get(link)).content == whole[: len(whole) // 2]


async def test_expired_link_fault_denies_the_download() -> None:
    async with desk() as at:
        link = (await at.finished())["output"][0]
        at.simulator.faults.add(Fault.parse("output:expired,times=1"))
        assert [(await at.anyone.get(link)).status_code for _ in range(2)] == [403, 200]


async def test_json_answers_can_be_broken_altered_or_extended() -> None:
    async with desk() as at:
        task_id = await at.create()
        for words in ("get:broken_json,times=1", "get:word,word=DREAMING,times=1", "get:members,times=1"):
            at.simulator.faults.add(Fault.parse(words))
        broken, strange, richer = [(await at.api.get(f"/v1/tasks/{task_id}")) for _ in range(3)]
    with pytest.raises(json.JSONDecodeError):
        broken.json()
    assert strange.json()["status"] == "DREAMING"
    assert richer.json()["status"] == "PENDING"
    assert set(richer.json()) > {"id", "status", "createdAt", "estimatedCost"}


async def test_faults_are_added_and_removed_by_the_control_endpoint() -> None:
    async with desk() as at:
        control = f"{at.simulator.base_url}/_control/faults"
        task_id = await at.create()
        added = await at.anyone.post(control, json=[{"harm": "status", "route": "get"}, {"harm": "gone", "times": 1}])
        spoiled = await at.api.get(f"/v1/tasks/{task_id}")
        wrong = await at.anyone.post(control, json={"harm": "nothing"})
        removed = await at.anyone.delete(control)
        healthy = await at.api.get(f"/v1/tasks/{task_id}")
    assert added.json() == {"faults": 2}
    assert [answer.status_code for answer in (spoiled, wrong, removed, healthy)] == [503, 400, 204, 200]


async def test_key_can_be_refused_at_the_api_from_now_on() -> None:
    async with desk() as at:
        done = await at.finished()
        at.simulator.faults.add(Fault.parse("api:status,status=401,after=1"))
        answers = [await at.api.get("/v1/organization") for _ in range(4)]
        download = await at.anyone.get(done["output"][0])
    assert [answer.status_code for answer in answers] == [200, 401, 401, 401]
    assert download.status_code == 200


async def test_upload_can_fail() -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse("upload:empty,status=500,times=1"), Fault.parse("slot:cut,after=1,times=1"))
        wish = {"filename": "still.png", "type": "ephemeral"}
        slot = (await at.api.post("/v1/uploads", json=wish)).json()
        file = {"file": ("still.png", b"x", "image/png")}
        answers = [await at.anyone.post(slot["uploadUrl"], data=slot["fields"], files=file) for _ in range(2)]
        with pytest.raises(httpx.TransportError):
            await at.api.post("/v1/uploads", json=wish)
    assert [answer.status_code for answer in answers] == [500, 204]


@pytest.mark.parametrize("words", ["status", "html"])
async def test_accepted_create_can_be_denied(words: str) -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse(f"create:{words},status=503,accepted=true,times=1"))
        answer = await at.api.post("/v1/text_to_video", json=CLIP)
        assert answer.status_code == 503
        assert ("error" in answer.text) is (words == "status")
        assert len(at.simulator.witness.accepted) == 1


async def test_json_members_can_be_reordered() -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse("create:reordered"))
        answer = await at.api.post("/v1/text_to_video", json=CLIP)
    assert list(answer.json()) == ["estimatedCost", "id"]


async def test_unusual_answers_have_the_same_content_in_unexpected_forms() -> None:
    async with desk() as at:
        at.simulator.faults.add(Fault.parse("api:odd"))
        created = await at.api.post("/v1/text_to_video", json=CLIP)
        answer = await at.api.get(f"/v1/tasks/{at.simulator.witness.accepted[0]}")
    assert created.content.startswith(b'\xef\xbb\xbf{"note": "half a character: \\ud83d", "id": ')
    assert json.loads(created.content)["estimatedCost"] == "free"
    assert json.loads(answer.content)["createdAt"] > 1e12


@pytest.mark.parametrize("words", ["endless", "endless,seconds=0.01"])
@pytest.mark.parametrize("route", ["create", "get", "output"])
async def test_endless_body_continues_until_the_client_leaves(words: str, route: str) -> None:
    async with desk() as at:
        task = await at.finished()
        at.simulator.faults.add(Fault.parse(f"{route}:{words}"))
        received = b""
        begun = {
            "create": lambda: at.api.stream("POST", "/v1/text_to_video", json=CLIP),
            "get": lambda: at.api.stream("GET", f"/v1/tasks/{task['id']}"),
            "output": lambda: at.anyone.stream("GET", task["output"][0]),
        }[route]
        async with begun() as answer:
            assert "content-length" not in answer.headers
            async for piece in answer.aiter_bytes():
                received += piece
                if received.endswith(b" " * 5 * 4096):
                    break
        assert received.strip()
        at.simulator.faults.clear()
        assert (await at.task(task["id"]))["status"] == "SUCCEEDED"
