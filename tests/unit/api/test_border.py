"""The API package raises only documented errors, with the right meaning, whatever network and servers do."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import h11
import httpcore
import httpx
import pytest

from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.api.fetcher import HttpFetcher
from runway_desktop.domain.errors import (
    ApiError,
    BadReply,
    KeyRefused,
    NoReply,
    NotReached,
    RequestRefused,
    RunwayDesktopError,
    ServerTrouble,
)
from runway_desktop.domain.task import RemoteId
from tests.rigs.raw_server import RawConnection, raw_server
from tests.rigs.tls_server import CERTIFICATE, tls_server, wire_to

SECRET = "key_" + "5e" * 64
ID = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
DEEP = b"[" * 100_000
DEEP_AND_WHOLE = DEEP + b"]" * 100_000
HURRY = Patience(connect=5.0, read=5.0, create=5.0)

CALLS = ("create", "task", "delete", "organization", "usage", "upload", "download")

OF_THE_WORLD: tuple[Exception, ...] = (
    ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] decryption failed or bad record mac"),
    ssl.SSLCertVerificationError(1, "certificate verify failed"),
    OSError(errno.EIO, "Input/output error"),
    ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
    TimeoutError(),
    asyncio.IncompleteReadError(b"", 5),
    EOFError(),
    UnicodeDecodeError("ascii", b"\xff", 0, 1, "ordinal not in range"),
    anyio.BrokenResourceError(),
    anyio.ClosedResourceError(),
    anyio.BusyResourceError("reading from"),
    anyio.EndOfStream(),
    h11.LocalProtocolError("Too much data for declared Content-Length"),
    h11.RemoteProtocolError("illegal header line"),
    httpcore.ReadError("x"),
    httpcore.ConnectionNotAvailable(),
    httpx.ReadError("x"),
    httpx.WriteError("x"),
    httpx.CloseError("x"),
    httpx.ReadTimeout("x"),
    httpx.WriteTimeout("x"),
    httpx.RemoteProtocolError("x"),
    httpx.TooManyRedirects("x"),
    httpx.DecodingError("x"),
    httpx.StreamClosed(),
    httpx.StreamConsumed(),
    httpx.InvalidURL("x"),
    httpx.CookieConflict("x"),
)
MISTAKES: tuple[Exception, ...] = (
    RuntimeError("Cannot send a request, as the client has been closed."),
    RecursionError("maximum recursion depth exceeded"),
    ValueError("Exceeds the limit (4300 digits) for integer string conversion"),
    OverflowError("Python int too large to convert to C long"),
    TypeError("'NoneType' object is not iterable"),
    KeyError("id"),
    AttributeError("x"),
    AssertionError(),
    LookupError("unknown encoding"),
    NotImplementedError(),
    MemoryError(),
    ExceptionGroup("several", [OSError("x"), ValueError("y")]),
)
UNSENT: tuple[Exception, ...] = (
    httpx.ConnectError("x"),
    httpx.ConnectTimeout("x"),
    httpx.PoolTimeout("x"),
    httpx.ProxyError("x"),
    httpx.UnsupportedProtocol("x"),
    httpx.LocalProtocolError("x"),
)

pytestmark = pytest.mark.usefixtures("survived_mistakes")


def name_of(given: object) -> str:
    return type(given).__name__


class Worst(httpx.AsyncBaseTransport):
    """A network that raises: when it is asked, or in the middle of an answer."""

    def __init__(self, error: BaseException, *, in_body: bool, status: int = 200) -> None:
        self.asked: list[httpx.Request] = []
        self._error = error
        self._in_body = in_body
        self._status = status

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path == "/v1/uploads":
            return httpx.Response(200, json={"uploadUrl": "https://up.example/", "runwayUri": "runway://1"})
        if not self._in_body:
            raise self._error
        return httpx.Response(self._status, stream=_Breaking(self._error))


class _Breaking(httpx.AsyncByteStream):
    def __init__(self, error: BaseException) -> None:
        self._error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"sta'
        raise self._error


@asynccontextmanager
async def calls(
    folder: Path, base_url: str = "https://runway.example", patience: Patience = HURRY, **options: Any
) -> AsyncIterator[dict[str, Callable[[], Awaitable[Any]]]]:
    """Every way to ask, by its name."""
    path = folder / "still.png"
    path.write_bytes(bytes(1000))
    client = RunwayClient(base_url, SECRET, patience=patience, **options)
    fetcher = HttpFetcher(base_url, patience=patience, **options)

    async def download() -> bytes:
        async with fetcher.open(f"{base_url}/result", offset=5, etag='"one"') as stream:
            return b"".join([chunk async for chunk in stream.chunks])

    try:
        yield {
            "create": lambda: client.create("text_to_video", {"model": "gen4.5"}),
            "task": lambda: client.task(ID),
            "delete": lambda: client.delete(ID),
            "organization": client.organization,
            "usage": lambda: client.usage(date(2026, 8, 1), date(2026, 8, 5)),
            "upload": lambda: client.upload(path, lambda _sent, _total: None),
            "download": download,
        }
    finally:
        await client.aclose()
        await fetcher.aclose()


def mistakes_in(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("error", [*OF_THE_WORLD, *MISTAKES], ids=name_of)
async def test_exception_during_a_request_counts_as_possibly_sent(
    error: Exception, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    network = Worst(error, in_body=False)
    async with calls(tmp_path, transport=network) as ways:
        for name in CALLS:
            caplog.clear()
            network.asked.clear()
            with pytest.raises((NoReply, BadReply)) as caught:
                await ways[name]()
            assert caught.value.__context__ is None, "httpx's exceptions hold the key"
            assert SECRET not in f"{caught.value!r} {caught.value.in_words()} {caught.value.detail} {caplog.text}"
            assert len(network.asked) == (2 if name == "upload" else 1), "it was asked again by itself"
            assert bool(mistakes_in(caplog)) is (error in MISTAKES)


@pytest.mark.parametrize("error", UNSENT, ids=name_of)
async def test_exception_before_sending_counts_as_not_sent(error: Exception, tmp_path: Path) -> None:
    async with calls(tmp_path, transport=Worst(error, in_body=False)) as ways:
        for name in CALLS:
            with pytest.raises(NotReached):
                await ways[name]()


@pytest.mark.parametrize("error", [*OF_THE_WORLD, *MISTAKES], ids=name_of)
async def test_exception_while_reading_an_answer_counts_as_no_answer(
    error: Exception, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with calls(tmp_path, transport=Worst(error, in_body=True)) as ways:
        for name in ("create", "task", "organization", "usage", "download"):
            caplog.clear()
            with pytest.raises((NoReply, BadReply)) as caught:
                await ways[name]()
            assert SECRET not in f"{caught.value!r} {caught.value.in_words()} {caught.value.detail} {caplog.text}"
            assert bool(mistakes_in(caplog)) is (error in MISTAKES)
        for name in ("delete", "upload"):
            # That it was taken says its status.
            await ways[name]()


@pytest.mark.parametrize("error", [*OF_THE_WORLD, *MISTAKES], ids=name_of)
async def test_error_status_counts_though_its_body_breaks_off(error: Exception, tmp_path: Path) -> None:
    async with calls(tmp_path, transport=Worst(error, in_body=True, status=401)) as ways:
        for name in ("create", "task", "delete", "organization", "usage"):
            with pytest.raises(KeyRefused):
                await ways[name]()


@pytest.mark.parametrize("in_body", [False, True])
async def test_cancellation_is_passed_to_the_caller(in_body: bool, tmp_path: Path) -> None:
    async with calls(tmp_path, transport=Worst(asyncio.CancelledError(), in_body=in_body)) as ways:
        for name in CALLS:
            with pytest.raises(asyncio.CancelledError):
                await ways[name]()


@pytest.mark.parametrize("body", [DEEP, DEEP_AND_WHOLE, b'{"status":' + DEEP, b'{"x":' + DEEP_AND_WHOLE + b"}"])
@pytest.mark.parametrize("name", ["create", "task", "organization", "usage", "upload"])
async def test_endlessly_nested_answer_is_a_bad_reply(
    name: str, body: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    network = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    async with calls(tmp_path, transport=network) as ways:
        with pytest.raises(BadReply):
            await ways[name]()
    assert not mistakes_in(caplog)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, RequestRefused), (401, KeyRefused), (503, ServerTrouble), (408, NoReply)]
)
@pytest.mark.parametrize(
    "body",
    [
        DEEP_AND_WHOLE,
        b'{"error":' + DEEP_AND_WHOLE + b"}",
        b'{"issues":[{"message":' + b"[" * 900 + b"]" * 900 + b"}]}",
        b'{"issues":[{"path":"' + b"9" * 5000 + b'","message":"x"}]}',
        b'{"issues":[{"path":[' + b"9" * 5000 + b',{},null],"message":"x"}]}',
        b'{"issues":' + b"9" * 5000 + b"}",
        b"\xff\xfe\x00",
        b'{"error":"\\ud800"}',
    ],
    ids=["deep", "deep error", "deep message", "digits", "list of digits", "number", "no text", "half a character"],
)
async def test_error_status_counts_whatever_its_body(
    status: int, kind: type[ApiError], body: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    network = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    async with calls(tmp_path, transport=network) as ways:
        for name in ("create", "task", "organization"):
            with pytest.raises(kind):
                await ways[name]()
    assert not mistakes_in(caplog)


@pytest.mark.parametrize(
    "when",
    [
        "Mon, 01 Jan 99999999999999999 00:00:00 GMT",
        "Jan 1 00:00:00 99999999999999999999 \u0663 99999999999999999999 2026",
        "9" * 5000,
        "-" + "9" * 5000,
        "nan",
        "\u0663",
    ],
)
async def test_invalid_retry_after_is_ignored(when: str, tmp_path: Path) -> None:
    headers = [(b"Retry-After", when.encode())]
    network = httpx.MockTransport(lambda _: httpx.Response(503, headers=headers))
    async with calls(tmp_path, transport=network) as ways:
        for name in CALLS:
            with pytest.raises(ServerTrouble) as caught:
                await ways[name]()
            assert caught.value.retry_after in (None, 0.0, 3.0)


@pytest.mark.parametrize(
    "location",
    [
        "//[",
        "https://[::1",
        "http://xn--/",
        "mailto:x",
        "https://a:b@c:d/",
        "\u2100",
        "https://a/\x00",
        "a" * 70_000,
        "\\",
    ],
)
async def test_redirect_without_a_target_is_no_answer(
    location: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    headers = [(b"Location", location.encode())]
    network = httpx.MockTransport(lambda _: httpx.Response(302, headers=headers))
    async with calls(tmp_path, transport=network) as ways:
        for name in CALLS:
            with pytest.raises((NoReply, BadReply)):
                await ways[name]()
    assert not mistakes_in(caplog)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": f"bytes 5-9/{'9' * 5000}"},
        {"Content-Range": f"bytes {'9' * 5000}-9/10"},
        {"Content-Range": "bytes \u0665-9/10"},
        {"Content-Length": "9" * 5000},
        {"Content-Length": "\u0665"},
    ],
)
async def test_impossible_content_lengths_are_ignored(headers: dict[str, str], tmp_path: Path) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]

    def answer(request: httpx.Request) -> httpx.Response:
        is_rest = "range" in request.headers and "Content-Range" in headers
        return httpx.Response(206 if is_rest else 200, headers=pairs, stream=_Body(b"01234"))

    async with calls(tmp_path, transport=httpx.MockTransport(answer)) as ways:
        assert await ways["download"]() == b"01234"


class _Body(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


@pytest.mark.parametrize("tag", [f'"{"x" * 60_000}"', '"m\u00f6we"', '"a\nb"', '"a"b"', '"\u732b"', '"', "\x00"])
async def test_entity_tag_unfit_for_a_header_is_not_sent(tag: str) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(206, headers={"Content-Range": "bytes 5-9/10"}, stream=_Body(b"56789"))

    fetcher = HttpFetcher(transport=httpx.MockTransport(answer))
    async with fetcher.open("https://out.example/1", offset=5, etag=tag) as stream:
        assert stream.offset == 5
        assert [chunk async for chunk in stream.chunks] == [b"56789"]
    await fetcher.aclose()
    assert "if-range" not in asked[0].headers


@pytest.mark.parametrize("depth", [0, 5000])
async def test_request_that_cannot_be_encoded_is_refused_before_sending(
    depth: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    value: Any = "half a character: \ud83d"
    for _ in range(depth):
        value = [value]
    client = RunwayClient("https://runway.example", SECRET, transport=httpx.MockTransport(answer))
    with pytest.raises(RequestRefused):
        await client.create("text_to_video", {"promptText": value})
    assert not mistakes_in(caplog)
    with pytest.raises(RequestRefused):
        await client.create("text_to_video", {"promptText": object()})
    assert mistakes_in(caplog), "nobody but the program makes those"
    await client.aclose()
    assert not asked


async def test_closed_client_sends_nothing(tmp_path: Path) -> None:
    network = Worst(OSError(), in_body=False)
    async with calls(tmp_path, transport=network) as ways:
        pass
    for name in CALLS:
        with pytest.raises(NotReached):
            await ways[name]()
    assert not network.asked


@pytest.mark.parametrize("path", ["a\x00b.png", "x" * 5000])
async def test_impossible_file_name_is_a_disk_error(path: str) -> None:
    client = RunwayClient("https://runway.example", SECRET, transport=Worst(OSError(), in_body=False))
    with pytest.raises(RunwayDesktopError, match="cannot be read"):
        await client.upload(Path(path), lambda _sent, _total: None)
    await client.aclose()


async def test_exception_in_an_upload_progress_callback_counts_as_no_reply_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of ours in the middle of the sending: told as no answer, and in the log."""

    def fail(_sent: int, _total: int) -> None:
        raise ZeroDivisionError

    path = tmp_path / "still.png"
    path.write_bytes(bytes(1000))
    async with raw_server(slot_giver) as server:
        client = RunwayClient(server.url, SECRET, patience=HURRY)
        with pytest.raises(NoReply):
            await client.upload(path, fail)
        await client.aclose()
    assert "ZeroDivisionError" in mistakes_in(caplog)[0]


async def slot_giver(connection: RawConnection) -> None:
    request = await connection.read()
    if request is not None:
        url = f"http://{request.headers['host']}/storage"
        await connection.answer(200, json.dumps({"uploadUrl": url, "runwayUri": "runway://1"}).encode())


# On real connections.


# Not the word by which httpcore itself asks for another connection.
REAL = [error for error in (*OF_THE_WORLD, *MISTAKES) if not isinstance(error, httpcore.ConnectionNotAvailable)]


@pytest.mark.parametrize("error", REAL, ids=name_of)
async def test_exception_while_connecting_counts_as_not_sent(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
    async with calls(tmp_path, base_url="http://127.0.0.1:9") as ways:
        with pytest.raises(NotReached):
            await ways["create"]()


@pytest.mark.parametrize("error", REAL, ids=name_of)
async def test_exception_while_writing_counts_as_possibly_sent(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        """A transport of asyncio that writes nothing."""

        def __init__(self, transport: asyncio.Transport) -> None:
            self._transport = transport

        def __getattr__(self, name: str) -> Any:
            return getattr(self._transport, name)

        def write(self, _: bytes) -> None:
            raise error

    loop = asyncio.get_running_loop()
    usual = loop.create_connection

    async def connect(*arguments: Any, **options: Any) -> Any:
        transport, protocol = await usual(*arguments, **options)
        return Failing(transport), protocol

    monkeypatch.setattr(loop, "create_connection", connect)
    # Where a connection broke as it was written to, an answer is waited for all the same.
    patience = Patience(create=0.5)
    async with raw_server(RawConnection.until_gone) as server, calls(tmp_path, server.url, patience) as ways:
        with pytest.raises((NoReply, BadReply)):
            await ways["create"]()


@pytest.mark.parametrize(
    ("name", "begins"),
    [(name, begins) for name in CALLS for begins in (False, True) if not begins or name not in ("delete", "upload")],
)
async def test_damaged_tls_record_is_no_reply(
    name: str, begins: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))

    async def behave(connection: RawConnection) -> None:
        while (request := await connection.read()) is not None:
            if request.path == "/v1/uploads":
                slot = {"uploadUrl": f"{address}/storage", "runwayUri": "runway://1"}
                await connection.answer(200, json.dumps(slot).encode(), keep=True)
                continue
            if begins:
                wire.carried.clear()
                await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n{")
                await wire.carried.wait()
            wire.is_damaging = True
            await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await connection.until_gone()

    async with (
        tls_server(behave) as server,
        wire_to(server) as (wire, address),
        calls(tmp_path, base_url=address) as ways,
    ):
        with pytest.raises(NoReply):
            await ways[name]()
