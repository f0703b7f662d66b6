"""The key is sent only to the API's host: not to other hosts, nor into errors, reprs, tracebacks or logs."""

from __future__ import annotations

import json
import logging
import traceback
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.task import RemoteId
from tests.rigs.raw_server import RawConnection, raw_server

SECRET = "key_" + "5ec2e7" * 21 + "ab"
ID = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")

Behavior = Callable[[RawConnection], Awaitable[None]]


def answering(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Behavior:
    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.answer(status, body, headers)

    return behave


async def cutting(connection: RawConnection) -> None:
    await connection.read()


async def cutting_the_body(connection: RawConnection) -> None:
    await connection.read()
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")


async def silent(connection: RawConnection) -> None:
    await connection.read()
    await connection.until_gone()


async def packed_badly(connection: RawConnection) -> None:
    await connection.read()
    await connection.answer(200, b"no gzip", {"Content-Encoding": "gzip"})


ECHO = f'{{"error": "Invalid key {SECRET}", "issues": [{{"message": "{SECRET}", "path": ["{SECRET}"]}}]}}'.encode()

BEHAVIORS = {
    "cut": cutting,
    "cut in the body": cutting_the_body,
    "silent": silent,
    "badly packed": packed_badly,
    "echo 200": answering(200, ECHO),
    "echo 400": answering(400, ECHO),
    "echo 401": answering(401, ECHO),
    "echo in HTML": answering(502, b"<html><title>" + SECRET.encode() + b"</title></html>"),
    "429": answering(429, headers={"Retry-After": "3"}),
    "500": answering(500),
}


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[RunwayClient]:
    client = RunwayClient(url, SECRET, patience=Patience(read=0.05, create=0.05))
    try:
        yield client
    finally:
        await client.aclose()


def calls(client: RunwayClient, path: Path) -> list[Callable[[], Awaitable[Any]]]:
    return [
        lambda: client.create("text_to_video", {"model": "gen4.5"}),
        lambda: client.task(ID),
        lambda: client.delete(ID),
        client.organization,
        lambda: client.usage(date(2026, 8, 1), date(2026, 8, 2)),
        lambda: client.upload(path, lambda sent, total: None),
    ]


@pytest.mark.parametrize("name", BEHAVIORS)
async def test_no_error_and_no_log_contains_the_key(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    caplog.set_level(logging.DEBUG)
    for logger in ("httpx", "httpcore", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=logger)
    errors = []
    async with raw_server(BEHAVIORS[name]) as server, client_of(server.url) as client:
        for call in calls(client, path):
            try:
                await call()
            except RunwayDesktopError as problem:
                errors.append(problem)
        assert SECRET not in f"{client!r} {client._key!r}"
    assert len(errors) >= 5
    for error in errors:
        words = f"{error!r} {error} {error.in_words()} {error.detail} {vars(error)}"
        assert SECRET not in words
        assert error.__traceback__ is not None
        # Without the first frame: that is this test, which knows the key.
        frames = error.__traceback__.tb_next
        deep = traceback.TracebackException(type(error), error, frames, capture_locals=True)
        assert SECRET not in "".join(deep.format(chain=True))
    assert caplog.records
    assert SECRET not in caplog.text


@pytest.mark.parametrize("status", [200, 400, 401, 502])
async def test_key_repeated_by_a_server_in_another_form_is_removed_from_the_quote(status: int) -> None:
    secret = "sk/live+" + "5ec2e7" * 6
    forms = (secret, quote(secret, safe=""), b64encode(f"me:{secret}".encode()).decode())
    body = json.dumps({"error": f"Invalid: {' '.join(forms)}", "issues": [{"message": forms[1]}]}).encode()
    async with raw_server(answering(status, body)) as server:
        client = RunwayClient(server.url, secret)
        try:
            with pytest.raises(RunwayDesktopError) as caught:
                await client.create("text_to_video", {"model": "gen4.5"})
        finally:
            await client.aclose()
    words = f"{caught.value} {caught.value.detail} {vars(caught.value)} {caught.value.reason}"
    assert "5ec2e7" not in words
    assert forms[2][8:30] not in words


async def test_redirect_never_carries_the_key() -> None:
    async with raw_server(answering(200, b"{}")) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            behave = answering(status, headers={"Location": f"{elsewhere.url}/v1/caught"})
            async with raw_server(behave) as server, client_of(server.url) as client:
                for call in (client.organization, lambda client=client: client.create("text_to_video", {})):
                    with pytest.raises(RunwayDesktopError, match="could not be read"):
                        await call()
        assert not elsewhere.connections


async def test_upload_host_gets_the_file_and_no_key(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"picture")
    async with raw_server(answering(204)) as storage:
        slot = f'{{"uploadUrl": "{storage.url}/put", "fields": {{"key": "a"}}, "runwayUri": "runway://1"}}'.encode()
        async with raw_server(answering(200, slot)) as server, client_of(server.url) as client:
            assert await client.upload(path, lambda sent, total: None) == "runway://1"
    (request,) = storage.requests
    assert b"picture" in request.body
    assert SECRET not in f"{request}"
    assert "authorization" not in request.headers
    assert "x-runway-version" not in request.headers
