"""The client's requests and answers, on a local network."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from runway_desktop.api import wire
from runway_desktop.api.address import AddressRefused
from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.domain.account import NO_KEY, fingerprint_of
from runway_desktop.domain.errors import (
    ApiError,
    BadReply,
    KeyRefused,
    Misrouted,
    NoReply,
    NotReached,
    NotThere,
    RequestRefused,
    ServerTrouble,
    SlowDown,
)
from runway_desktop.domain.task import RemoteId
from tests.rigs.raw_server import RawConnection, RawServer, answers, raw_server, sends

SECRET = "key_" + "5e" * 64
ID = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
BODY = {"model": "gen4.5", "promptText": "Möwen 猫", "duration": 5}
CREATED = json.dumps({"id": ID, "estimatedCost": {"credits": 60}}).encode()
SHORT = Patience(connect=5.0, read=0.05, create=0.05)

Answering = Callable[[httpx.Request], httpx.Response]


@asynccontextmanager
async def answered_by(answer: Answering, **options: Any) -> AsyncIterator[tuple[RunwayClient, list[httpx.Request]]]:
    """A client whose network is one function, and what was asked of it."""
    asked: list[httpx.Request] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        await request.aread()
        asked.append(request)
        return answer(request)

    client = RunwayClient("https://runway.example", SECRET, transport=httpx.MockTransport(handle), **options)
    try:
        yield client, asked
    finally:
        await client.aclose()


@asynccontextmanager
async def client_of(url: str, **options: Any) -> AsyncIterator[RunwayClient]:
    client = RunwayClient(url, SECRET, **options)
    try:
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def served(
    behave: Callable[[RawConnection], Awaitable[None]], **options: Any
) -> AsyncIterator[tuple[RunwayClient, RawServer]]:
    """A client and the server of bare sockets that answers it."""
    async with raw_server(behave) as server, client_of(server.url, **options) as client:
        yield client, server


async def every_call(client: RunwayClient) -> AsyncIterator[Any]:
    """Each call that needs no file, as a coroutine."""
    yield client.create("text_to_video", BODY)
    yield client.task(ID)
    yield client.delete(ID)
    yield client.organization()
    yield client.usage(date(2026, 8, 1), date(2026, 8, 5))


async def test_every_request_carries_key_and_version_to_the_right_path() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(204)
        bodies = {
            "/v1/text_to_video": CREATED,
            "/v1/organization": b'{"creditBalance": 1}',
            "/v1/organization/usage": b'{"results": []}',
        }
        return httpx.Response(200, content=bodies.get(request.url.path, b'{"status": "PENDING"}'))

    async with answered_by(answer) as (client, asked):
        async for call in every_call(client):
            await call
    assert [(request.method, str(request.url).removeprefix("https://runway.example")) for request in asked] == [
        ("POST", "/v1/text_to_video"),
        ("GET", f"/v1/tasks/{ID}"),
        ("DELETE", f"/v1/tasks/{ID}"),
        ("GET", "/v1/organization"),
        ("POST", "/v1/organization/usage"),
    ]
    for request in asked:
        assert request.headers["authorization"] == f"Bearer {SECRET}"
        assert request.headers["x-runway-version"] == "2024-11-06"
        assert request.headers["user-agent"].startswith("runway-desktop/")
    assert json.loads(asked[0].content) == BODY
    assert asked[0].headers["content-type"] == "application/json"
    assert json.loads(asked[4].content) == {"startDate": "2026-08-01", "beforeDate": "2026-08-05"}


async def test_base_address_with_a_path_keeps_it() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, content=b'{"status": "PENDING"}')

    async with client_of("https://gate.example/runway/", transport=httpx.MockTransport(answer)) as client:
        await client.task(ID)
    assert asked == [f"https://gate.example/runway/v1/tasks/{ID}"]


@pytest.mark.parametrize("endpoint", ["image_to_video", "generate/video", "recipes/product_ad", "workflows/17f2-AA"])
async def test_create_accepts_unknown_endpoints(endpoint: str) -> None:
    async with answered_by(lambda _: httpx.Response(201, content=CREATED)) as (client, asked):
        created = await client.create(endpoint, BODY)
    assert (created.remote_id, created.estimated_credits) == (ID, 60.0)
    assert [request.url.path for request in asked] == [f"/v1/{endpoint}"]


@pytest.mark.parametrize("endpoint", ["", "/", "../tasks", "tasks?x=1", "a//b", "Ä", "a b"])
async def test_malformed_endpoint_is_a_program_error_and_not_sent(endpoint: str) -> None:
    async with answered_by(lambda _: httpx.Response(200)) as (client, asked):
        with pytest.raises(ValueError, match="endpoint"):
            await client.create(endpoint, BODY)
        with pytest.raises(ValueError, match="id"):
            await client.task(RemoteId("../organization"))
    assert not asked


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, BadReply),
        (400, RequestRefused),
        (401, KeyRefused),
        (403, RequestRefused),
        (404, Misrouted),
        (405, RequestRefused),
        (408, NoReply),
        (429, SlowDown),
        (500, ServerTrouble),
        (502, ServerTrouble),
        (503, ServerTrouble),
        (504, ServerTrouble),
    ],
)
async def test_create_is_sent_once_whatever_the_answer(status: int, kind: type[ApiError]) -> None:
    headers = {"Retry-After": "1", "Location": "https://elsewhere.example/"}
    async with answered_by(lambda _: httpx.Response(status, headers=headers)) as (client, asked):
        with pytest.raises(ApiError) as caught:
            await client.create("text_to_video", BODY)
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert len(asked) == 1


async def test_create_for_an_unknown_endpoint_at_runway_is_refused() -> None:
    async with answered_by(lambda _: httpx.Response(404, json={"error": "Not found"})) as (client, _):
        with pytest.raises(RequestRefused, match="does not offer"):
            await client.create("text_to_video", BODY)


@pytest.mark.parametrize("content", [b"", b"<html>Welcome</html>", b"{}", b'{"id": 5}', b'{"id": "17f20503-6c24'])
async def test_success_without_an_id_is_a_bad_reply_that_is_not_retried(content: bytes) -> None:
    async with answered_by(lambda _: httpx.Response(200, content=content)) as (client, asked):
        with pytest.raises(BadReply) as caught:
            await client.create("text_to_video", BODY)
    assert caught.value.status == 200
    assert caught.value.detail.startswith("HTTP 200 · ")
    assert len(asked) == 1


@pytest.mark.parametrize("status", [200, 500, 502, 503])
async def test_answer_without_an_id_is_kept_without_the_key(status: int) -> None:
    content = f"<html>Bearer {SECRET} \x00 {'x' * 5000} the end</html>".encode()
    async with answered_by(lambda _: httpx.Response(status, content=content)) as (client, _):
        with pytest.raises(ApiError) as caught:
            await client.create("text_to_video", BODY)
    assert caught.value.answer.startswith(f"HTTP {status} · <html>Bearer key_… \ufffd xxx")
    assert len(caught.value.answer) < 2_100


async def test_partial_answer_of_a_broken_connection_is_kept() -> None:
    async with served(sends(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": "17f2')) as (client, _):
        with pytest.raises(NoReply) as caught:
            await client.create("text_to_video", BODY)
    assert caught.value.answer == 'HTTP 200 · {"id": "17f2'


async def test_missing_task_has_its_own_error() -> None:
    async with answered_by(lambda _: httpx.Response(404, json={"error": "Not found"})) as (client, _):
        with pytest.raises(NotThere):
            await client.task(ID)
        with pytest.raises(NotThere):
            await client.delete(ID)


async def test_client_without_a_key_sends_nothing() -> None:
    async with answered_by(lambda _: httpx.Response(200)) as (client, asked):
        for secret in (None, "", "  \n"):
            client.use_secret(secret)
            async for call in every_call(client):
                with pytest.raises(KeyRefused) as caught:
                    await call
                assert "no API key" in caught.value.message
    assert not asked


@pytest.mark.parametrize("secret", ["key_a b", "key_a\nHost: x", "key_ä", "key_\u202e", "key_\x00"])
async def test_key_unfit_for_a_header_is_refused_unsent_and_unlogged(secret: str) -> None:
    async with answered_by(lambda _: httpx.Response(200)) as (client, asked):
        client.use_secret(secret)
        with pytest.raises(KeyRefused) as caught:
            await client.organization()
    assert not asked
    assert secret not in f"{caught.value!r} {caught.value.in_words()} {caught.value.detail}"


async def test_new_key_is_stripped_and_used_from_the_next_request() -> None:
    async with answered_by(lambda _: httpx.Response(200, content=b'{"creditBalance": 1}')) as (client, asked):
        await client.organization()
        client.use_secret(" key_other \n")
        await client.organization()
    assert [request.headers["authorization"] for request in asked] == [f"Bearer {SECRET}", "Bearer key_other"]


async def test_large_answer_is_decoded_in_a_thread_and_a_small_one_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    read_usage = wire.read_usage

    def reading(content: bytes) -> Any:
        threads.append(threading.current_thread())
        return read_usage(content)

    monkeypatch.setattr(wire, "read_usage", reading)
    day = {"date": "2026-08-04", "usedCredits": [{"model": "m" * 100, "amount": 1}] * 10_000}
    bodies = [{"results": [day]}, {"results": []}]
    with ThreadPoolExecutor(1) as pool:
        async with answered_by(lambda _: httpx.Response(200, json=bodies.pop(0)), executor=pool) as (client, _):
            assert len(await client.usage(date(2026, 8, 1), date(2026, 8, 5))) == 10_000
            assert not await client.usage(date(2026, 8, 1), date(2026, 8, 5))
    assert threads[0] is not threading.current_thread()
    assert threads[1] is threading.current_thread()


# On real connections.


async def test_refused_connection_counts_as_not_sent() -> None:
    async with raw_server(RawConnection.until_gone) as server:
        url = server.url
    async with client_of(url) as client:
        async for call in every_call(client):
            with pytest.raises(NotReached):
                await call


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + CREATED[:20],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n" + CREATED[:5],
        b"SSH-2.0-OpenSSH_9.9\r\n",
    ],
)
async def test_broken_connection_is_no_reply_and_the_create_is_not_repeated(answer: bytes) -> None:
    async with served(sends(answer)) as (client, server):
        with pytest.raises(NoReply):
            await client.create("text_to_video", BODY)
    assert [request.path for request in server.requests] == ["/v1/text_to_video"]


async def test_id_received_before_a_broken_connection_is_used() -> None:
    async with served(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + CREATED[:50])) as (client, _):
        assert (await client.create("text_to_video", BODY)).remote_id == ID


async def test_answer_is_read_only_up_to_a_size_limit() -> None:
    sent: list[int] = []

    async def endless(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\n\r\n" + CREATED[:-1] + b', "output": [')
        while True:
            await connection.send(b'"https://out.example/",' * 10_000)
            sent.append(230_000)

    async with served(endless) as (client, _):
        for call in (client.task(ID), client.organization()):
            with pytest.raises(BadReply) as caught:
                await call
            assert "too long" in caught.value.detail
        assert (await client.create("text_to_video", BODY)).remote_id == ID, "its first bytes say it"
    assert sum(sent) < 40_000_000, "twice 4 MB and once 1, with what the system holds for both sides"


async def test_refusal_counts_though_its_body_broke_off() -> None:
    async with served(sends(b'HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 500\r\n\r\n{"err')) as (client, _):
        with pytest.raises(SlowDown) as caught:
            await client.create("text_to_video", BODY)
    assert caught.value.retry_after == 7.0


async def test_silent_server_is_no_reply() -> None:
    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.until_gone()

    async with served(behave, patience=SHORT) as (client, server):
        async for call in every_call(client):
            with pytest.raises(NoReply) as caught:
                await call
            assert "in time" in caught.value.message
    assert len(server.requests) == 5


async def test_dripping_answer_is_given_up() -> None:
    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while True:
            await connection.send(b" ")
            await asyncio.sleep(0)

    async with served(behave, patience=Patience(whole=0.05)) as (client, _):
        with pytest.raises(NoReply):
            await client.organization()


async def test_cancel_does_not_wait_behind_reads() -> None:
    released = asyncio.Event()

    async def behave(connection: RawConnection) -> None:
        while (request := await connection.read()) is not None:
            if request.method == "GET":
                await released.wait()
            await connection.answer(200, json.dumps({"id": ID, "status": "RUNNING"}).encode(), keep=True)

    async with served(behave) as (client, server):
        questions = [asyncio.create_task(client.task(ID)) for _ in range(20)]
        while len(server.requests) < 6:
            await asyncio.sleep(0)
        await asyncio.wait_for(client.delete(ID), 5)
        assert [request.method for request in server.requests] == ["GET"] * 6 + ["DELETE"]
        released.set()
        await asyncio.gather(*questions)


async def test_create_never_uses_a_connection_that_is_being_closed() -> None:
    """The server keeps each connection open after its first answer and closes it as soon as more comes."""

    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.answer(200, CREATED, keep=True)
        await connection.read()

    async with served(behave) as (client, server):
        for _ in range(3):
            assert (await client.create("text_to_video", BODY)).remote_id == ID
    assert server.connections == 3
    assert [request.headers["connection"] for request in server.requests] == ["close"] * 3


async def test_reads_share_connections() -> None:
    async def behave(connection: RawConnection) -> None:
        while await connection.read():
            await connection.answer(200, b'{"creditBalance": 1}', keep=True)

    async with served(behave) as (client, server):
        for _ in range(5):
            await client.organization()
        assert server.connections == 1
        await asyncio.gather(*(client.organization() for _ in range(40)))
        assert server.connections <= 6
    assert len(server.requests) == 45


async def test_read_after_the_server_closed_uses_a_new_connection() -> None:
    closed = asyncio.Event()

    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.answer(200, b'{"creditBalance": 1}', keep=True)
        closed.set()

    async with served(behave) as (client, server):
        await client.organization()
        await closed.wait()
        for _ in range(10):
            # The close takes a few turns of the loop to reach the client.
            await asyncio.sleep(0)
        await client.organization()
    assert server.connections == 2


async def test_large_body_arrives_complete_with_its_length() -> None:
    body = {"model": "gen4.5", "promptImage": "data:image/png;base64," + "QUJD" * 500_000}

    async with served(answers(200, CREATED)) as (client, server):
        await client.create("image_to_video", body)
    assert json.loads(server.requests[0].body) == body
    assert "transfer-encoding" not in server.requests[0].headers


def test_impossible_host_name_is_refused_at_once() -> None:
    with pytest.raises(AddressRefused):
        RunwayClient("https://" + "ä" * 80 + ".de")


async def test_server_that_speaks_no_tls_counts_as_not_reached() -> None:
    async def behave(connection: RawConnection) -> None:
        await connection.send(b"HTTP/1.1 400 This is no TLS\r\n\r\n")

    async with raw_server(behave) as server, client_of(server.url.replace("http:", "https:")) as client:
        with pytest.raises(NotReached, match="secure connection"):
            await client.create("text_to_video", BODY)


async def test_proxy_from_the_environment_is_not_used_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with (
        raw_server(answers(200, b'{"creditBalance": 1}')) as proxy,
        raw_server(answers(200, b'{"creditBalance": 1}')) as server,
    ):
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        async with client_of(server.url) as client:
            await client.organization()
    assert not proxy.connections


async def test_client_tells_a_fingerprint_of_its_key_only():
    async with answered_by(lambda request: httpx.Response(204)) as (client, _):
        assert client.key == fingerprint_of(SECRET)
        client.use_secret(" key_other ")
        assert client.key == fingerprint_of("key_other")
        client.use_secret(None)
        assert client.key == NO_KEY


async def test_upload_uses_the_key_current_at_its_start(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    looking, may_look = threading.Event(), threading.Event()

    def hold() -> None:
        looking.set()
        may_look.wait(10)

    with ThreadPoolExecutor(1) as pool:
        async with answered_by(lambda request: httpx.Response(503), executor=pool) as (client, asked):
            pool.submit(hold)
            uploading = asyncio.create_task(client.upload(path, lambda sent, total: None))
            await asyncio.to_thread(looking.wait, 10)
            await asyncio.sleep(0)
            client.use_secret("key_other")
            may_look.set()
            with pytest.raises(ServerTrouble):
                await uploading
        assert [request.headers["authorization"] for request in asked] == [f"Bearer {SECRET}"]


async def test_page_with_one_old_entry_does_not_end_the_list_of_a_router() -> None:
    pages = iter(
        (
            b'{"data": [{"id": "e1", "createdAt": "2026-01-01T00:00:00Z", "status": "error"}], "nextCursor": "more"}',
            b'{"data": [{"id": "e2", "createdAt": "2026-06-01T00:00:00Z", "status": "error"}]}',
        )
    )
    async with answered_by(lambda _: httpx.Response(200, content=next(pages))) as (client, _):
        found = await client.router_requests("17f2", since=1_780_000_000.0)
    assert ([one.id for one in found.requests], found.is_whole) == (["e1", "e2"], True)


async def test_router_list_with_an_unreadable_entry_is_an_unreadable_answer() -> None:
    async with answered_by(lambda _: httpx.Response(200, content=b'{"data": [{"id": "e1"}]}')) as (client, _):
        with pytest.raises(BadReply):
            await client.router_requests("17f2", since=0.0)
