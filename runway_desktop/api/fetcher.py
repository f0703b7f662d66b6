"""Results from their links: fits the port `Fetcher`. Loop's thread. No key exists in here, so none can leak.

It promises that what is read is what was announced: a body that ends early raises NoReply, and a resumed download is
of the same file or begins at 0. Raises LinkExpired for 401, 403, 404 and 410, else NotReached, NoReply, BadReply,
SlowDown, ServerTrouble and RequestRefused.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from urllib.parse import urljoin, urlsplit

import httpx

from runway_desktop.domain.errors import LinkExpired, NoReply, RunwayDesktopError
from runway_desktop.domain.wire import Stream

from . import replies
from .address import is_safe
from .connections import USER_AGENT, OtherHosts, Patience, body_of

MOST_REDIRECTS = 5

HOST = "the server that keeps the result"


class HttpFetcher:
    """Opens links, https or http to this machine. Close it with `aclose`. `transport` stands in for the network in
    tests."""

    def __init__(
        self,
        *,
        user_agent: str = USER_AGENT,
        now: Callable[[], float] = time.time,
        patience: Patience | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._now = now
        self._patience = patience or Patience()
        self._hosts = OtherHosts(user_agent=user_agent, connections=8, reuse=True, transport=transport)

    @asynccontextmanager
    async def open(self, url: str, *, offset: int = 0, etag: str = "") -> AsyncIterator[Stream]:
        """Opens a link at a byte offset. `etag` guards a resumed download: a changed file starts at 0."""
        response = await self._begin(url, offset, etag)
        try:
            begin = offset if response.status_code == 206 else 0
            total = _total(response)
            async with aclosing(self._chunks(response, begin, total)) as chunks:
                yield Stream(
                    chunks=chunks,
                    offset=begin,
                    total=total,
                    content_type=response.headers.get("content-type", ""),
                    etag=response.headers.get("etag", ""),
                )
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Closes all connections; downloads that are still open fail."""
        await self._hosts.aclose()

    async def _begin(self, url: str, offset: int, etag: str) -> httpx.Response:
        """An answer of 200, or of 206 that truly continues at `offset`; everything else is an error or asked for from
        0."""
        response = await self._follow(url, _headers(offset, etag))
        if offset and (
            response.status_code == 416 or (response.status_code == 206 and not _continues(response, offset, etag))
        ):
            await response.aclose()
            response = await self._follow(url, _headers(0, ""))
        if response.status_code in {200, 206}:
            return response
        problem = await self._refusal(response)
        await response.aclose()
        raise problem

    async def _follow(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """Sends the question, and again to where a redirect points: five times at most, and never from https to
        less."""
        for _ in range(MOST_REDIRECTS + 1):
            if not is_safe(url):
                raise replies.unreadable("a link that is neither https nor on this machine", who=HOST)
            response = await self._send(url, headers)
            location = response.headers.get("location", "")
            if response.status_code not in {301, 302, 303, 307, 308} or not location:
                return response
            await response.aclose()
            target = urljoin(url, location)
            if url.startswith("https:") and not target.startswith("https:"):
                raise replies.unreadable("a redirect from https to less", status=response.status_code, who=HOST)
            url = target
        raise replies.unreadable("too many redirects", who=HOST)

    async def _send(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        client = self._hosts.client_for(url)
        try:
            request = client.build_request("GET", url, headers=headers, timeout=self._patience.for_question())
            return await client.send(request, stream=True, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            problem = replies.from_connection(error, urlsplit(url).hostname or "", who=HOST)
        raise problem

    async def _chunks(self, response: httpx.Response, begin: int, total: int | None) -> AsyncGenerator[bytes, None]:
        """The body as it comes. Raises NoReply when it ends before `total`."""
        problem: RunwayDesktopError | None = None
        received = begin
        # A server that packs although it was asked not to is unpacked; then no length is known (see `_total`).
        try:
            async with aclosing(body_of(response, raw=not _is_packed(response))) as pieces:
                async for piece in pieces:
                    received += len(piece)
                    yield piece
        except httpx.HTTPError as error:
            problem = replies.from_connection(error, "", who=HOST)
        if problem is None and total is not None and received < total:
            message = "The download ended before it was complete."
            problem = NoReply(message, advice="It can be continued.", detail=f"{received} of {total} bytes")
        if problem is not None:
            raise problem

    async def _refusal(self, response: httpx.Response) -> RunwayDesktopError:
        """What an answer means that brings no file."""
        status = response.status_code
        content = b""
        try:
            async with aclosing(body_of(response)) as pieces:
                async for piece in pieces:
                    content += piece
                    if len(content) > 16 * 1024:
                        break
        except httpx.HTTPError:
            # Its words broke off; its status says enough.
            pass
        problem = replies.from_other_host(
            status, response.headers, content, self._now(), who=HOST, refused="The result was not handed out."
        )
        if status in {401, 403, 404, 410}:
            message = "The link of this result is no longer good."
            return LinkExpired(message, advice="A fresh one can be asked for.", detail=problem.detail)
        return problem


def _headers(offset: int, etag: str) -> dict[str, str]:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        if etag.startswith('"'):
            # A weak tag is not allowed here; `_continues` compares those afterwards.
            headers["If-Range"] = etag
    return headers


def _continues(response: httpx.Response, offset: int, etag: str) -> bool:
    """Whether a 206 is the rest that was asked for, of the same file, as it lies on disk."""
    found = _RANGE.fullmatch(response.headers.get("content-range", "").strip())
    tag = response.headers.get("etag", "")
    unchanged = not etag or not tag or tag == etag
    return found is not None and int(found.group(1)) == offset and unchanged and not _is_packed(response)


def _total(response: httpx.Response) -> int | None:
    """The whole file's length in bytes, None where nobody says it."""
    if _is_packed(response):
        return None
    if response.status_code == 206:
        found = _RANGE.fullmatch(response.headers.get("content-range", "").strip())
        return int(found.group(3)) if found and found.group(3) != "*" else None
    length = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


def _is_packed(response: httpx.Response) -> bool:
    return response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}


_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
