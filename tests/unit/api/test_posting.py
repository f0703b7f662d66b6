"""An event sent to an address of the person's, with a server on this machine."""

from __future__ import annotations

import asyncio
import time

import pytest

from runway_desktop.api.posting import post
from runway_desktop.domain.hooks import HookFailed, check_address
from tests.rigs.raw_server import RawConnection, raw_server

EVENT = b'{"event": "saved"}'


async def posted(url: str, seconds: float = 20.0) -> None:
    await asyncio.to_thread(post, url, EVENT, seconds)


async def test_event_is_the_body_and_a_success_is_enough_though_the_answer_never_ends():
    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(
            b"HTTP/1.1 204 No Content\r\n\r\n" if connection.number == 1 else b"HTTP/1.1 200 OK\r\n\r\n"
        )
        await connection.until_gone()

    async with raw_server(behave) as server:
        await posted(f"{server.url}/hooks?topic=shots")
        await posted(f"{server.url}/hooks")
        request = server.requests[0]
        assert (request.method, request.path, request.body) == ("POST", "/hooks?topic=shots", EVENT)
        assert request.headers["content-type"] == "application/json"
        assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("status", "said"),
    [(500, "127.0.0.1 answered with 500."), (404, "answered with 404."), (302, "leads to another address")],
)
async def test_other_answers_are_failures_and_a_redirect_is_not_followed(status: int, said: str):
    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.answer(status, b"no", {"Location": "/elsewhere"})

    async with raw_server(behave) as server:
        with pytest.raises(HookFailed, match=said) as failed:
            await posted(f"{server.url}/secret-token")
        assert len(server.requests) == 1
        assert "secret-token" not in f"{failed.value} {failed.value.detail}"


async def test_server_that_hangs_or_drips_ends_in_time():
    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        if connection.number == 2:
            while True:
                await connection.send(b"x")
                await asyncio.sleep(0.05)
        await connection.until_gone()

    async with raw_server(behave) as server:
        for _ in range(2):
            begun = time.monotonic()
            with pytest.raises(HookFailed, match="did not answer within 1 seconds"):
                await posted(server.url, 1.0)
            assert time.monotonic() - begun < 15


async def test_hook_address_that_is_not_there_or_speaks_no_http_is_reported():
    with pytest.raises(HookFailed, match=r"127\.0\.0\.1 could not be reached\."):
        await posted("http://127.0.0.1:9/")

    async def behave(connection: RawConnection) -> None:
        await connection.send(b"220 mail.example ESMTP\r\n\r\n")
        await connection.until_gone()

    async with raw_server(behave) as server:
        with pytest.raises(HookFailed, match="gave no valid answer"):
            await posted(server.url)


async def test_this_machine_is_not_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch):
    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.answer(200)

    async with raw_server(behave) as server:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        await posted(server.url)


@pytest.mark.parametrize(
    "address",
    [
        "http://nas.example/hook",
        "ftp://127.0.0.1/",
        "https://",
        "https:///path",
        "https://x y.example/",
        "file:///etc",
        "https://[::1",
    ],
)
def test_address_of_a_hook_must_begin_with_https_or_be_this_machine(address: str):
    with pytest.raises(HookFailed, match="must begin with https"):
        check_address(address)


def test_https_addresses_and_this_machine_may_be_addresses_of_hooks():
    for address in (
        "https://ntfy.example/shots?m=%7B%7D",
        "http://127.0.0.1:8080/",
        "http://localhost/x",
        "http://[::1]:80/",
    ):
        check_address(address)
