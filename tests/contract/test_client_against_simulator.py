"""The client against its two judges: the official SDK, which sends the same requests, and the simulator, which answers.

With the SDK, requests are compared on their way out: method, path, the headers that matter, JSON. With the simulator,
they travel over real HTTP, and every kind of trouble that it can make has to arrive as the right error.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
import pytest
from runwayml import RunwayML

from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.api.fetcher import HttpFetcher
from runway_desktop.catalog import Catalog, build_payload
from runway_desktop.domain.errors import (
    BadReply,
    KeyRefused,
    LinkExpired,
    NoReply,
    NotTaken,
    NotThere,
    RequestRefused,
    RunwayDesktopError,
    ServerTrouble,
    SlowDown,
)
from runway_desktop.domain.task import RemoteId
from runway_desktop.simulator.app import Simulator
from runway_desktop.simulator.faults import Fault
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from tests.rigs.samples_of_requests import fullest, smallest
from tests.rigs.sdk_types import method_of

CATALOG = Catalog.load()
PAIRS = {f"{pair.endpoint}-{pair.model}": pair for pair in CATALOG.pairs()}
SECRET = "key_" + "a1" * 64
ID = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
BODY: Mapping[str, Any] = {"model": "gen4.5", "promptText": "A gull over 猫", "ratio": "1280:720", "duration": 5}

REPLIES: Mapping[str, Any] = {
    "/v1/organization": {
        "creditBalance": 1,
        "tier": {"maxMonthlyCreditSpend": 1, "models": {}},
        "usage": {"models": {}},
    },
    "/v1/organization/usage": {"results": [], "models": []},
    "/v1/uploads": {"uploadUrl": "https://storage.example/put", "fields": {"key": "a"}, "runwayUri": "runway://1"},
    f"/v1/tasks/{ID}": {
        "id": ID,
        "status": "PENDING",
        "createdAt": "2026-08-05T12:00:00Z",
        "estimatedCost": {"credits": 1},
    },
}


# What the SDK sends.


Sent = httpx.Request | httpx.Request
"""The SDK speaks by httpx, we by its continuation."""


def reply(request: Sent) -> tuple[int, object]:
    """A status, and what stands in the body."""
    if request.method == "DELETE" or request.url.host == "storage.example":
        return 204, None
    return 200, REPLIES.get(request.url.path, {"id": ID, "estimatedCost": {"credits": 1}})


class Theirs(httpx.MockTransport):
    """A network that answers everything well and keeps what was asked."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []
        super().__init__(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        status, body = reply(request)
        return httpx.Response(status, json=body)


class Ours(httpx.MockTransport):
    """The same network for us."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []
        super().__init__(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        status, body = reply(request)
        return httpx.Response(status, json=body)


@pytest.fixture
def theirs() -> Theirs:
    return Theirs()


@pytest.fixture
def sdk(theirs: Theirs) -> Iterator[RunwayML]:
    with (
        httpx.Client(transport=theirs) as transport,
        RunwayML(api_key=SECRET, http_client=transport, max_retries=0, base_url="https://runway.example") as client,
    ):
        yield client


@asynccontextmanager
async def ours() -> AsyncIterator[tuple[RunwayClient, list[httpx.Request]]]:
    recorder = Ours()
    client = RunwayClient("https://runway.example", SECRET, transport=recorder)
    try:
        yield client, recorder.sent
    finally:
        await client.aclose()


def essence(request: Sent) -> dict[str, Any]:
    """What the server can tell two requests apart by."""
    headers = {name: request.headers.get(name) for name in ("authorization", "x-runway-version", "accept")}
    body = json.loads(request.content) if request.content else None
    if body is not None:
        headers["content-type"] = request.headers["content-type"]
    if request.method == "DELETE":
        # Nothing comes back that could be accepted; the SDK says so, we say the usual.
        del headers["accept"]
    return {"method": request.method, "url": str(request.url), "headers": headers, "body": body}


@pytest.mark.parametrize("name", PAIRS)
async def test_create_requests_equal_those_of_the_sdk(name: str, sdk: RunwayML, theirs: Theirs) -> None:
    pair = PAIRS[name]
    async with ours() as (client, sent):
        for values in (smallest(pair), fullest(pair)):
            body = build_payload(pair, values)
            arguments = {re.sub(r"(?=[A-Z])", "_", member).lower(): value for member, value in body.items()}
            method_of(sdk, pair)(**arguments)
            created = await client.create(CATALOG.address(pair.endpoint, pair.model), body)
            assert (created.remote_id, created.estimated_credits) == (ID, 1.0)
    assert [essence(request) for request in sent] == [essence(request) for request in theirs.sent]
    assert len(sent) == 2


async def test_other_requests_equal_those_of_the_sdk(sdk: RunwayML, theirs: Theirs) -> None:
    sdk.tasks.retrieve(ID)
    sdk.tasks.delete(ID)
    sdk.organization.retrieve()
    sdk.organization.retrieve_usage(start_date=date(2026, 8, 1), before_date=date(2026, 8, 5))
    async with ours() as (client, sent):
        await client.task(ID)
        await client.delete(ID)
        await client.organization()
        await client.usage(date(2026, 8, 1), date(2026, 8, 5))
    assert [essence(request) for request in sent] == [essence(request) for request in theirs.sent]


async def test_upload_requests_equal_those_of_the_sdk(
    sdk: RunwayML, theirs: Theirs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "still.png"
    path.write_bytes(bytes(range(256)))
    client_of = httpx.Client
    # The SDK opens a client of its own for the upload host.
    monkeypatch.setattr(httpx, "Client", lambda **options: client_of(transport=theirs, **options))
    their_uri = sdk.uploads.create_ephemeral(file=path).uri
    monkeypatch.undo()
    async with ours() as (client, sent):
        assert await client.upload(path, lambda sent, total: None) == their_uri
    assert essence(sent[0]) == essence(theirs.sent[0])
    assert (sent[1].method, str(sent[1].url)) == (theirs.sent[1].method, str(theirs.sent[1].url))
    assert form_of(sent[1]) == form_of(theirs.sent[1])
    assert "authorization" not in sent[1].headers


def form_of(request: Sent) -> list[tuple[Any, ...]]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parts: Any = message_from_bytes(head + request.content).get_payload()
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get("content-type"),
            part.get_payload(decode=True),
        )
        for part in parts
    ]


# What the simulator answers.


USUAL = Patience()


@asynccontextmanager
async def at_simulator(*faults: Fault, **knobs: Any) -> AsyncIterator[tuple[RunwayClient, Simulator]]:
    knobs = {"speed": 1000.0, "seed": 1, "balance": 10_000_000, **knobs}
    async with running_simulator(Knobs(**knobs), faults=faults) as simulator, asking(simulator) as client:
        yield client, simulator


@asynccontextmanager
async def asking(simulator: Simulator, patience: Patience = USUAL) -> AsyncIterator[RunwayClient]:
    client = RunwayClient(simulator.base_url, simulator.secret, patience=patience)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def fetching(patience: Patience = USUAL) -> AsyncIterator[HttpFetcher]:
    fetcher = HttpFetcher("http://127.0.0.1", patience=patience)
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


async def finished(client: RunwayClient, simulator: Simulator, body: Mapping[str, Any] = BODY) -> tuple[str, ...]:
    """The links of a task that was made and is done."""
    created = await client.create("text_to_video", body)
    simulator.clock.forward(1000)
    answer = await client.task(created.remote_id)
    assert answer.status == "SUCCEEDED"
    return answer.output


@pytest.mark.parametrize("endpoint", [endpoint.name for endpoint in CATALOG.endpoints])
async def test_task_of_every_endpoint_and_model_can_be_created_and_read(endpoint: str, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    async with at_simulator() as (client, simulator):
        uploaded = await client.upload(file, lambda sent, total: None)
        for pair in [pair for pair in PAIRS.values() if pair.endpoint == endpoint]:
            for values in (smallest(pair), fullest(pair)):
                body = json.loads(re.sub(r"runway://[0-9a-f-]+", uploaded, json.dumps(build_payload(pair, values))))
                created = await client.create(CATALOG.address(endpoint, pair.model), body)
                assert created.estimated_credits is not None
                simulator.clock.forward(500)
                answer = await client.task(created.remote_id)
                assert (answer.remote_id, answer.status) == (created.remote_id, "SUCCEEDED")
                assert answer.output
                assert answer.cost_credits is not None
                assert answer.created_at is not None


async def test_client_follows_a_task_to_its_end_and_deletes_it() -> None:
    async with at_simulator(speed=1.0, concurrency=1) as (client, simulator):
        first = await client.create("text_to_video", BODY)
        second = await client.create("text_to_video", BODY)
        seen = []
        for _ in range(100):
            answers = [await client.task(task.remote_id) for task in (first, second)]
            seen += [(answer.status, answer.progress is not None) for answer in answers]
            simulator.clock.forward(2)
        assert ("THROTTLED", False) in seen
        assert ("RUNNING", True) in seen
        assert [answer.status for answer in answers] == ["SUCCEEDED", "SUCCEEDED"]
        await client.delete(first.remote_id)
        for call in (client.task, client.delete):
            with pytest.raises(NotThere):
                await call(first.remote_id)


async def test_failed_task_has_a_failure_code_and_message() -> None:
    async with at_simulator() as (client, simulator):
        created = await client.create("text_to_video", {**BODY, "promptText": "[fail:SAFETY.INPUT.TEXT] gull"})
        simulator.clock.forward(1000)
        answer = await client.task(created.remote_id)
    assert (answer.status, answer.failure_code) == ("FAILED", "SAFETY.INPUT.TEXT")
    assert answer.failure


async def test_client_reads_balance_limits_and_usage() -> None:
    async with at_simulator(balance=1000, concurrency=3, daily_limit=9) as (client, simulator):
        before = await client.organization()
        await finished(client, simulator)
        after = await client.organization()
        today = datetime.fromtimestamp(simulator.clock(), UTC).date()
        used = await client.usage(date.fromordinal(today.toordinal() - 30), date.fromordinal(today.toordinal() + 1))
    assert before.balance == 1000.0
    assert (before.concurrent("gen4.5"), before.left_today("gen4.5"), after.left_today("gen4.5")) == (3, 9, 8)
    assert after.balance == before.balance - sum(spent.credits for spent in used)
    assert {spent.model for spent in used} == {"gen4.5"}


async def test_uploaded_file_can_be_used_by_its_uri(tmp_path: Path) -> None:
    path = tmp_path / "Möwe 1.png"
    path.write_bytes(bytes(range(256)) * 5000)
    seen: list[tuple[int, int]] = []
    async with at_simulator() as (client, simulator):
        uri = await client.upload(path, lambda sent, total: seen.append((sent, total)))
        body = {**BODY, "promptImage": uri}
        assert (await client.create("image_to_video", body)).remote_id
        with pytest.raises(RequestRefused) as caught:
            await client.create("image_to_video", {**body, "promptImage": f"runway://{ID}"})
    assert caught.value.refusals[0].path[0] == "promptImage"
    assert uri.startswith("runway://")
    assert simulator.witness.uploads[0]["size"] == path.stat().st_size
    assert not simulator.witness.misplaced_secrets
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


async def test_validation_issues_name_their_fields() -> None:
    async with at_simulator() as (client, _):
        with pytest.raises(RequestRefused) as caught:
            await client.create("text_to_video", {**BODY, "ratio": "1:1", "duration": 500})
    assert {refusal.path for refusal in caught.value.refusals} == {("ratio",), ("duration",)}
    assert all(refusal.message for refusal in caught.value.refusals)


async def test_wrong_key_is_refused_and_the_right_key_works_afterwards() -> None:
    async with at_simulator() as (client, simulator):
        client.use_secret("key_wrong")
        with pytest.raises(KeyRefused) as caught:
            await client.organization()
        assert caught.value.status == 401
        client.use_secret(simulator.secret + " ")
        await client.organization()


async def test_daily_limit_is_reported_as_a_rate_limit() -> None:
    async with at_simulator(daily_limit=1) as (client, _):
        await client.create("text_to_video", BODY)
        with pytest.raises(SlowDown):
            await client.create("text_to_video", BODY)


TROUBLES: Mapping[str, tuple[dict[str, Any], type[RunwayDesktopError]]] = {
    "slow down": ({"harm": "status", "status": 429, "retry_after": 7}, SlowDown),
    "key refused": ({"harm": "status", "status": 401}, KeyRefused),
    "forbidden": ({"harm": "status", "status": 403}, RequestRefused),
    "not taken": ({"harm": "status", "status": 503, "retry_after": 7}, NotTaken),
    "gateway unavailable": ({"harm": "html", "status": 503, "retry_after": 7}, ServerTrouble),
    "bad gateway": ({"harm": "html", "status": 502}, ServerTrouble),
    "gateway time-out": ({"harm": "empty", "status": 504}, ServerTrouble),
    "moved": ({"harm": "empty", "status": 301}, BadReply),
    "silence": ({"harm": "hold"}, NoReply),
    "cut": ({"harm": "cut"}, NoReply),
    "cut in the body": ({"harm": "cut_body"}, NoReply),
    "short": ({"harm": "short_body"}, BadReply),
    "broken JSON": ({"harm": "broken_json"}, BadReply),
}


def patience_for(trouble: str) -> Patience:
    """Short only where silence is what is waited for: on a busy machine an answer may take long."""
    return Patience(read=1.0, create=1.0) if trouble in ("silence", "hold") else USUAL


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_create_with_a_network_fault_is_sent_once_and_its_outcome_is_classified(trouble: str) -> None:
    fault, kind = TROUBLES[trouble]
    async with at_simulator(Fault.of({"route": "create", "accepted": True, "times": 1, **fault})) as (
        client,
        simulator,
    ):
        async with asking(simulator, patience_for(trouble)) as troubled:
            with pytest.raises(RunwayDesktopError) as caught:
                await troubled.create("text_to_video", BODY)
        assert type(caught.value) is kind
        assert getattr(caught.value, "retry_after", None) == fault.get("retry_after")
        # The server took it and its answer was lost: asking twice would have paid twice.
        assert len(simulator.witness.accepted) == 1
        await client.create("text_to_video", BODY)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_read_with_a_network_fault_can_be_repeated(trouble: str) -> None:
    fault, kind = TROUBLES[trouble]
    async with at_simulator(Fault.of({"route": "get", "times": 1, **fault})) as (client, simulator):
        created = await client.create("text_to_video", BODY)
        async with asking(simulator, patience_for(trouble)) as troubled:
            with pytest.raises(RunwayDesktopError) as caught:
                await troubled.task(created.remote_id)
        assert type(caught.value) is kind
        assert (await client.task(created.remote_id)).remote_id == created.remote_id


async def test_task_id_in_a_truncated_answer_is_used() -> None:
    async with at_simulator(Fault.of({"harm": "wrong_length", "route": "create"})) as (client, simulator):
        created = await client.create("text_to_video", BODY)
        assert simulator.witness.accepted == [created.remote_id]


async def test_unknown_status_words_and_fields_are_accepted() -> None:
    faults = [Fault.of({"harm": "word", "route": "get", "times": 1}), Fault.of({"harm": "members"})]
    async with at_simulator(*faults, speed=1.0) as (client, simulator):
        created = await client.create("text_to_video", BODY)
        assert (await client.task(created.remote_id)).status == "FINALIZING"
        assert (await client.task(created.remote_id)).status in {"PENDING", "RUNNING"}
        await client.organization()
        assert simulator.witness.accepted == [created.remote_id]


async def test_results_are_downloaded_completely_without_sending_the_key() -> None:
    async with at_simulator() as (client, simulator), fetching() as fetcher:
        (link,) = await finished(client, simulator)
        async with fetcher.open(link) as stream:
            content = b"".join([chunk async for chunk in stream.chunks])
            assert (stream.offset, stream.total) == (0, len(content))
            assert stream.content_type == "video/mp4"
        async with fetcher.open(link, offset=1000, etag=stream.etag) as resumed:
            rest = b"".join([chunk async for chunk in resumed.chunks])
            assert content == content[: resumed.offset] + rest
        assert resumed.offset == 1000
        assert not simulator.witness.misplaced_secrets


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        ("cut", NoReply),
        ("cut_body", NoReply),
        ("wrong_length", NoReply),
        ("hold", NoReply),
        ("expired", LinkExpired),
        ("gone", LinkExpired),
        ("status", ServerTrouble),
    ],
)
async def test_failed_download_is_reported_and_works_on_retry(harm: str, kind: type[RunwayDesktopError]) -> None:
    fault = Fault.of({"harm": harm, "route": "output", "times": 1})
    async with at_simulator(fault) as (client, simulator), fetching() as fetcher:
        (link,) = await finished(client, simulator)
        async with fetching(patience_for(harm)) as troubled:
            with pytest.raises(RunwayDesktopError) as caught:
                await read(troubled, link)
        assert type(caught.value) is kind
        assert await read(fetcher, link)


async def test_expired_link_is_reported_and_a_new_link_works() -> None:
    async with at_simulator(link_seconds=60.0) as (client, simulator), fetching() as fetcher:
        created = await client.create("text_to_video", BODY)
        simulator.clock.forward(1000)
        (link,) = (await client.task(created.remote_id)).output
        simulator.clock.forward(120)
        with pytest.raises(LinkExpired):
            await read(fetcher, link)
        (fresh,) = (await client.task(created.remote_id)).output
        assert await read(fetcher, fresh)


async def read(fetcher: HttpFetcher, link: str) -> bytes:
    async with fetcher.open(link) as stream:
        return b"".join([chunk async for chunk in stream.chunks])


@pytest.mark.parametrize("harm", ["reordered", "odd"])
async def test_json_in_another_field_order_is_read_as_the_same_task(harm: str) -> None:
    async with at_simulator(Fault.of({"harm": harm, "route": "api"}), speed=1.0) as (client, simulator):
        created = await client.create("text_to_video", BODY)
        assert [created.remote_id] == simulator.witness.accepted
        answer = await client.task(created.remote_id)
        assert answer.status in ("PENDING", "RUNNING")
        assert (answer.created_at is None) is (harm == "odd")


@pytest.mark.parametrize("seconds", [0.0, 0.05])
async def test_endless_answer_is_cut_off_and_its_task_id_is_used(seconds: float) -> None:
    async with (
        at_simulator(Fault.of({"harm": "endless", "route": "api", "seconds": seconds})) as (_, simulator),
        asking(simulator, Patience(whole=0.3)) as hurried,
    ):
        created = await hurried.create("text_to_video", BODY)
        assert [created.remote_id] == simulator.witness.accepted
        with pytest.raises((NoReply, BadReply)):
            await hurried.task(created.remote_id)


async def test_endless_download_can_be_canceled() -> None:
    async with at_simulator(Fault.of({"harm": "endless", "route": "output"})) as (client, simulator):
        created = await client.create("text_to_video", BODY)
        simulator.clock.forward(100)
        [link] = (await client.task(created.remote_id)).output
        async with fetching() as fetcher, fetcher.open(link) as stream:
            assert stream.total is None
            received = 0
            async for chunk in stream.chunks:
                received += len(chunk)
                if received > 5_000_000:
                    break
