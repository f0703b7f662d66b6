"""Results from their links: whole, resumed, moved, expired, cut."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from runway_desktop.api.address import DEFAULT_BASE_URL
from runway_desktop.api.connections import Patience
from runway_desktop.api.fetcher import MOST_REDIRECTS, HttpFetcher
from runway_desktop.domain.errors import (
    BadReply,
    LinkExpired,
    NoReply,
    NotReached,
    RequestRefused,
    RunwayDesktopError,
    ServerTrouble,
    SlowDown,
)
from tests.rigs.raw_server import RawConnection, answers, raw_server, sends

URL = "https://out.example/1.mp4?sig=a"
CONTENT = bytes(range(256)) * 10
TAG = '"one"'


@asynccontextmanager
async def fetching(
    answer: Callable[[httpx.Request], httpx.Response] | None = None, base_url: str = "http://127.0.0.1", **options: Any
) -> AsyncIterator[tuple[HttpFetcher, list[httpx.Request]]]:
    """A fetcher, on the real network or on one that is one function, and what was asked."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        assert answer is not None
        return answer(request)

    fetcher = HttpFetcher(base_url, transport=httpx.MockTransport(handle) if answer else None, **options)
    try:
        yield fetcher, asked
    finally:
        await fetcher.aclose()


class File(httpx.AsyncByteStream):
    """A body that comes in small pieces, as from a network."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for begin in range(0, len(self._content), 100):
            yield self._content[begin : begin + 100]


def served(request: httpx.Request, content: bytes = CONTENT, tag: str = TAG) -> httpx.Response:
    """What a host that understands Range and If-Range answers."""
    headers = {"ETag": tag, "Content-Type": "video/mp4", "Content-Length": str(len(content))}
    wanted = request.headers.get("range")
    if wanted is None or request.headers.get("if-range", tag) != tag:
        return httpx.Response(200, headers=headers, stream=File(content))
    begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
    if begin >= len(content):
        return httpx.Response(416, headers={"Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
    headers["Content-Length"] = str(len(content) - begin)
    return httpx.Response(206, headers=headers, stream=File(content[begin:]))


async def read(fetcher: HttpFetcher, url: str = URL, **options: Any) -> tuple[int, int | None, bytes]:
    """Where the download began, how long the whole is, and what came."""
    async with fetcher.open(url, **options) as stream:
        return stream.offset, stream.total, b"".join([chunk async for chunk in stream.chunks])


async def collect(fetcher: HttpFetcher, url: str, into: bytearray, **options: Any) -> None:
    """Reads into what is still there when the download breaks off."""
    async with fetcher.open(url, **options) as stream:
        async for chunk in stream.chunks:
            into += chunk


async def test_result_is_downloaded_with_its_content_type_and_entity_tag() -> None:
    async with fetching(served) as (fetcher, asked):
        assert await read(fetcher) == (0, len(CONTENT), CONTENT)
        async with fetcher.open(URL) as stream:
            assert (stream.content_type, stream.etag) == ("video/mp4", TAG)
    assert "authorization" not in asked[0].headers
    assert "range" not in asked[0].headers
    assert asked[0].headers["accept-encoding"] == "identity"


async def test_download_resumes_where_it_ended() -> None:
    async with fetching(served) as (fetcher, asked):
        assert await read(fetcher, offset=1000, etag=TAG) == (1000, len(CONTENT), CONTENT[1000:])
    assert asked[0].headers["range"] == "bytes=1000-"
    assert asked[0].headers["if-range"] == TAG


async def test_changed_file_is_downloaded_from_the_start() -> None:
    async with fetching(lambda request: served(request, b"new", '"two"')) as (fetcher, asked):
        assert await read(fetcher, offset=1, etag=TAG) == (0, 3, b"new")
    assert len(asked) == 1


async def test_changed_file_is_downloaded_from_the_start_without_if_range_support() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        request.headers.pop("if-range", None)
        return served(request, b"new file", '"two"')

    async with fetching(answer) as (fetcher, asked):
        assert await read(fetcher, offset=1, etag=TAG) == (0, 8, b"new file")
    assert len(asked) == 2


@pytest.mark.parametrize("tag", ['W/"weak"', ""])
async def test_weak_entity_tag_is_compared_after_the_answer(tag: str) -> None:
    async with fetching(lambda request: served(request, tag=tag)) as (fetcher, asked):
        assert await read(fetcher, offset=7, etag=tag) == (7, len(CONTENT), CONTENT[7:])
    assert "if-range" not in asked[0].headers


@pytest.mark.parametrize("offset", [len(CONTENT), len(CONTENT) + 5])
async def test_offset_at_or_beyond_the_end_restarts_the_download(offset: int) -> None:
    async with fetching(served) as (fetcher, asked):
        assert await read(fetcher, offset=offset, etag=TAG) == (0, len(CONTENT), CONTENT)
    assert [request.headers.get("range") for request in asked] == [f"bytes={offset}-", None]


@pytest.mark.parametrize("place", ["bytes 5-9/10", "bytes */10", "", "lines 3-4/5"])
async def test_answer_with_another_range_restarts_the_download(place: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "range" in request.headers:
            return httpx.Response(206, headers={"Content-Range": place, "ETag": TAG}, stream=File(b"wrong"))
        return served(request)

    async with fetching(answer) as (fetcher, _):
        assert await read(fetcher, offset=3, etag=TAG) == (0, len(CONTENT), CONTENT)


async def test_host_that_ignores_ranges_restarts_the_download() -> None:
    async with fetching(lambda _: httpx.Response(200, stream=File(CONTENT))) as (fetcher, _):
        assert await read(fetcher, offset=3, etag=TAG) == (0, None, CONTENT)


async def test_compressed_body_is_unpacked_and_its_length_ignored() -> None:
    packed = gzip.compress(CONTENT)
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
    async with fetching(lambda _: httpx.Response(200, headers=headers, stream=File(packed))) as (fetcher, _):
        assert await read(fetcher) == (0, None, CONTENT)


@pytest.mark.parametrize("offset", [0, 1000])
async def test_body_that_ends_early_is_no_reply(offset: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        whole = served(request)
        return httpx.Response(whole.status_code, headers=whole.headers, stream=File(CONTENT[offset : offset + 500]))

    received = bytearray()
    async with fetching(answer) as (fetcher, _):
        with pytest.raises(NoReply) as caught:
            await collect(fetcher, URL, received, offset=offset, etag=TAG)
    assert received == CONTENT[offset : offset + 500]
    assert str(offset + 500) in caught.value.detail


async def test_redirects_are_followed_with_the_range_header() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        hop = int(request.url.params.get("hop", "0"))
        if hop < MOST_REDIRECTS:
            return httpx.Response(302, headers={"Location": f"/next?hop={hop + 1}"})
        return served(request)

    async with fetching(answer) as (fetcher, asked):
        assert await read(fetcher, offset=9, etag=TAG) == (9, len(CONTENT), CONTENT[9:])
    assert len(asked) == MOST_REDIRECTS + 1
    assert {request.headers["range"] for request in asked} == {"bytes=9-"}


@pytest.mark.parametrize(
    "location",
    ["https://out.example/again", "http://out.example/", "http://127.0.0.1/", "file:///etc/passwd", "https://"],
)
async def test_endless_and_unsafe_redirects_are_not_followed(location: str) -> None:
    async with fetching(lambda _: httpx.Response(301, headers={"Location": location})) as (fetcher, asked):
        with pytest.raises(BadReply):
            await read(fetcher)
    assert len(asked) <= MOST_REDIRECTS + 1
    assert {request.url.host for request in asked} == {"out.example"}
    assert {request.url.scheme for request in asked} == {"https"}


@pytest.mark.parametrize(
    "url",
    ["http://out.example/1", "ftp://out.example/1", "", "nonsense", "https:///1", "https://a:b/", "https://a\u2003b/"],
)
async def test_unsafe_links_are_not_opened(url: str) -> None:
    async with fetching(served) as (fetcher, asked):
        with pytest.raises(BadReply):
            await read(fetcher, url)
    assert not asked


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, LinkExpired),
        (403, LinkExpired),
        (404, LinkExpired),
        (410, LinkExpired),
        (400, RequestRefused),
        (408, NoReply),
        (416, RequestRefused),
        (429, SlowDown),
        (500, ServerTrouble),
        (503, ServerTrouble),
        (204, BadReply),
        (304, BadReply),
    ],
)
async def test_error_answers_of_a_download_host_are_classified(status: int, kind: type[RunwayDesktopError]) -> None:
    body = b"<?xml version='1.0'?><Error><Code>X</Code><Message>Request has expired</Message></Error>"
    headers = {"Retry-After": "5"}
    async with fetching(lambda _: httpx.Response(status, headers=headers, content=body)) as (fetcher, _):
        with pytest.raises(RunwayDesktopError) as caught:
            await read(fetcher)
    assert type(caught.value) is kind
    assert caught.value.detail.startswith(f"HTTP {status}")
    if isinstance(caught.value, SlowDown | ServerTrouble):
        assert caught.value.retry_after == 5.0


# On real connections.


async def test_missing_download_host_counts_as_not_reached() -> None:
    async with raw_server(RawConnection.until_gone) as server:
        url = server.url
    async with fetching() as (fetcher, _):
        with pytest.raises(NotReached):
            await read(fetcher, url)


@pytest.mark.parametrize(
    "head", [b"Content-Length: 1000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n7\r\n"], ids=["length", "chunked"]
)
async def test_broken_download_delivers_received_bytes_and_then_no_reply(head: bytes) -> None:
    received = bytearray()
    async with raw_server(sends(b"HTTP/1.1 200 OK\r\n" + head + b"content")) as server, fetching() as (fetcher, _):
        with pytest.raises(NoReply):
            await collect(fetcher, server.url, received)
    assert received == b"content"


async def test_silent_download_is_no_reply() -> None:
    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun")
        await connection.until_gone()

    async with raw_server(behave) as server, fetching(patience=Patience(read=0.05)) as (fetcher, _):
        with pytest.raises(NoReply):
            await read(fetcher, server.url)


async def test_leaving_a_download_early_closes_the_connection() -> None:
    gone: asyncio.Queue[int] = asyncio.Queue()

    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000)
        await connection.until_gone()
        gone.put_nowait(connection.number)

    async with raw_server(behave) as server, fetching() as (fetcher, _):
        for number in (1, 2):
            async with fetcher.open(server.url) as stream:
                assert await anext(stream.chunks)
            assert await gone.get() == number


async def test_result_of_the_real_api_is_never_fetched_from_this_machine_by_http() -> None:
    async with (
        raw_server(answers(200, b"what only this machine may see")) as server,
        fetching(base_url=DEFAULT_BASE_URL) as (fetcher, _),
    ):
        for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
            with pytest.raises(BadReply):
                await read(fetcher, url)
        assert not server.connections
    async with (
        raw_server(answers(200, b"what only this machine may see")) as server,
        fetching(base_url=server.url) as (fetcher, _),
    ):
        assert await read(fetcher, server.url)
