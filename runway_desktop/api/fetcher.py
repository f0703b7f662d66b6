"""Downloads results from their links; implements the port `Fetcher`. Loop's thread. It does not know the key.

The body is complete, or NoReply is raised; a resumed download is of the same file, or begins at 0. Raises LinkExpired
for 401, 403, 404 and 410, otherwise NotReached, NoReply, BadReply, SlowDown, ServerTrouble and RequestRefused.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from urllib.parse import urljoin

import httpx

from runway_desktop.domain.errors import ApiError, LinkExpired, NoReply, RunwayDesktopError
from runway_desktop.domain.outputs import Stream
from runway_desktop.texts import Text

from . import border, replies
from .address import DEFAULT_BASE_URL, is_loopback, is_safe
from .connections import OtherHosts, Patience, trust
from .pool import PooledResponse
from .replies import FILE_SERVER

MOST_REDIRECTS = 5


class HttpFetcher:
    """Opens links: https, or http to this machine if the API at `base_url` is also on it. `transport` replaces the
    network in tests. The constructor reads the system's certificates, so call it on a worker thread. Close with
    `aclose`."""

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        *,
        now: Callable[[], float] = time.time,
        patience: Patience | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._now = now
        self._patience = patience or Patience()
        self._is_near = is_loopback(base_url)
        self._hosts = OtherHosts(8, context=trust(base_url), reuse=True, who=FILE_SERVER, transport=transport)

    @asynccontextmanager
    async def open(self, url: str, *, offset: int = 0, etag: str = "") -> AsyncIterator[Stream]:
        exchange = await self._begin(url, offset, etag)
        try:
            begin = offset if exchange.status == 206 else 0
            total = _total(exchange)
            async with aclosing(self._chunks(exchange, begin, total)) as chunks:
                yield Stream(
                    chunks=chunks,
                    offset=begin,
                    total=total,
                    content_type=exchange.headers.get("content-type", ""),
                    etag=exchange.headers.get("etag", ""),
                )
        finally:
            await exchange.aclose()

    async def aclose(self) -> None:
        """Closes all connections; open downloads fail."""
        await self._hosts.aclose()

    @border.guarded
    async def _begin(self, url: str, offset: int, etag: str) -> PooledResponse:
        """An answer with 200, or with 206 that continues exactly at `offset`. A wrong 206 is requested again from 0;
        anything else raises."""
        exchange = await self._follow(url, _headers(offset, etag))
        if offset and (exchange.status == 416 or (exchange.status == 206 and not _continues(exchange, offset, etag))):
            await exchange.aclose()
            exchange = await self._follow(url, _headers(0, ""))
        if exchange.status in {200, 206}:
            return exchange
        raise await self._refusal(exchange)

    async def _follow(self, url: str, headers: Mapping[str, str]) -> PooledResponse:
        """Sends the request and follows redirects: at most five, and never from https to http."""
        for _ in range(MOST_REDIRECTS + 1):
            if not is_safe(url, is_near=self._is_near):
                raise replies.unreadable("a link that is neither https nor on this machine", who=FILE_SERVER)
            pool = self._hosts.pool_for(url)
            exchange = await pool.send("GET", url, headers=headers, timeout=self._patience.for_question())
            location = exchange.headers.get("location", "")
            if exchange.status not in {301, 302, 303, 307, 308} or not location:
                return exchange
            await exchange.aclose()
            target = _target(url, location)
            if url.lower().startswith("https:") and not target.lower().startswith("https:"):
                raise replies.unreadable("a redirect from https to less", status=exchange.status, who=FILE_SERVER)
            url = target
        raise replies.unreadable("too many redirects", who=FILE_SERVER)

    async def _chunks(self, exchange: PooledResponse, begin: int, total: int | None) -> AsyncGenerator[bytes, None]:
        """The body in pieces. Raises NoReply if it ends before `total`."""
        received = begin
        # A body that is compressed against our request is decompressed; its length is then unknown (see `_total`).
        async with aclosing(exchange.pieces(raw=not _is_packed(exchange))) as pieces:
            async for piece in pieces:
                received += len(piece)
                yield piece
        if total is not None and received < total:
            message = Text("The download ended before it was complete.")
            raise NoReply(message, advice=Text("It can be continued."), detail=f"{received} of {total} bytes")

    async def _refusal(self, exchange: PooledResponse) -> RunwayDesktopError:
        """The error for an answer without a file. Closes the answer."""
        content = b""
        try:
            async with aclosing(exchange.pieces()) as pieces:
                async for piece in pieces:
                    content += piece
                    if len(content) > 16 * 1024:
                        break
        except ApiError:
            # The body is incomplete; the status suffices.
            pass
        finally:
            await exchange.aclose()
        problem = replies.from_other_host(
            exchange.status,
            exchange.headers,
            content,
            self._now(),
            who=FILE_SERVER,
            refused=Text("Runway's file server did not give out the result."),
        )
        if exchange.status in {401, 403, 404, 410}:
            message = Text("The link of this result has expired.")
            return LinkExpired(message, advice=Text("A new one can be requested."), detail=problem.detail)
        return problem


def _headers(offset: int, etag: str) -> dict[str, str]:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        if _STRONG_TAG.fullmatch(etag):
            # A weak tag is not allowed here, nor one that is not valid in a header; `_continues` compares those
            # afterwards.
            headers["If-Range"] = etag
    return headers


def _target(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise replies.unreadable(f"a redirect to nowhere: {error}", who=FILE_SERVER) from None


def _continues(exchange: PooledResponse, offset: int, etag: str) -> bool:
    """Whether a 206 is the requested rest of the same file, uncompressed."""
    found = _RANGE.fullmatch(exchange.headers.get("content-range", "").strip())
    tag = exchange.headers.get("etag", "")
    unchanged = not etag or not tag or tag == etag
    return found is not None and _count(found.group(1)) == offset and unchanged and not _is_packed(exchange)


def _total(exchange: PooledResponse) -> int | None:
    """The whole file's length in bytes; None if unknown."""
    if _is_packed(exchange):
        return None
    if exchange.status == 206:
        found = _RANGE.fullmatch(exchange.headers.get("content-range", "").strip())
        return _count(found.group(3)) if found else None
    return _count(exchange.headers.get("content-length", ""))


def _count(text: str) -> int | None:
    """A number of bytes; None if the text is no number or too large for a file."""
    return int(text) if _COUNT.fullmatch(text) else None


def _is_packed(exchange: PooledResponse) -> bool:
    return exchange.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}


_RANGE = re.compile(r"bytes ([0-9]+)-([0-9]+)/([0-9]+|\*)")
_COUNT = re.compile(r"[0-9]{1,18}")
_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]{0,500}"')
"""A longer tag would make a request that servers refuse."""
