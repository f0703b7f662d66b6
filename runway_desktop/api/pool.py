"""Connection pool with a limit of concurrent requests, one connection for each. Loop's thread.

Promises: a connection that did not end cleanly is closed and replaced, whatever exception occurred and whenever its
request was canceled. All exceptions of httpx, its libraries and the system become NotReached, NoReply or BadReply; only
a RunwayDesktopError raised by the request's body passes (a file that cannot be read).

httpx's own pool promises neither: a request that is canceled between connecting and sending, or while its answer is
closed, leaks a connection that still counts against the limit; and TLS errors are not translated. So here each
connection is an httpx client of its own, reused only after a complete answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import InitVar, dataclass, field
from functools import lru_cache
from typing import Any

import httpx

from runway_desktop.domain.errors import ApiError, RunwayDesktopError
from runway_desktop.values import Struct

from . import border, replies

IDLE = 4.0
"""Seconds that an idle connection is kept. Common servers close theirs after 5 s, so requests seldom meet a connection
that is being closed."""

CONNECTING = 3
"""The time-out of connecting as a whole, in multiples of the time-out of a step (TCP, proxy, TLS). httpcore has no
time-out for a SOCKS proxy's answers."""

AHEAD = 4
"""Requests that may run in addition to the limit, without waiting for others."""

Origin = tuple[str, str, int | None]


class _Kept(Struct, frozen=True):
    """An idle client whose connection can be used again."""

    client: httpx.AsyncClient
    origin: Origin
    since: float


@dataclass(eq=False, repr=False)
class ConnectionPool:
    """`build` makes a client with one connection. At most `most` requests run at once and others wait, except for up to
    `AHEAD` priority requests. `who` names the server in errors. `headers` are defaults for every request. `clock` gives
    monotonic seconds."""

    build: Callable[[], httpx.AsyncClient]
    most: InitVar[int]
    who: replies.Peer
    headers: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self, most: int) -> None:
        self._turns = asyncio.Semaphore(most)
        self._turns_ahead = asyncio.Semaphore(AHEAD)
        self._taken: dict[httpx.AsyncClient, asyncio.Semaphore] = {}
        """Clients in use, each with the semaphore that it has acquired."""
        self._kept: list[_Kept] = []
        """Most recently used last."""
        self._is_closed = False

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        timeout: httpx.Timeout,
        content: AsyncIterator[bytes] | httpx.AsyncByteStream | None = None,
        auth: httpx.Auth | None = None,
        ahead: bool = False,
    ) -> PooledResponse:
        """Sends a request once and returns when its answer begins. Does not follow redirects. `ahead`: a priority
        request, which does not wait for others and uses an idle connection if there is one.

        NotReached: nothing was sent. NoReply: it may have been sent. BadReply: invalid address, or the answer is not
        HTTP.
        """
        address = self._parsed(url)
        client = await self._take(address, timeout, self._turns_ahead if ahead else self._turns)
        progress = _Progress(CONNECTING * (timeout.connect or IDLE))
        response: httpx.Response | None = None
        problem: ApiError
        try:
            request = httpx.Request(
                method,
                address,
                headers={**self.headers, **headers},
                content=content,
                extensions={"timeout": timeout.as_dict(), "trace": progress.note},
            )
            async with progress.connecting:
                response = await client.send(request, auth=auth, stream=True, follow_redirects=False)
        except RunwayDesktopError:
            raise
        except Exception as error:  # noqa: BLE001 - of any kind: a paid request may have been sent
            problem = self._translated(error, url, unsent=progress.is_surely_unsent)
        finally:
            if response is None:
                await finished(self._lose(client, progress))
        if response is None:
            raise problem
        return PooledResponse(self, client, response, progress)

    async def aclose(self) -> None:
        """Closes all connections. Requests under way fail; those that wait raise NotReached."""
        self._is_closed = True
        kept, self._kept = self._kept, []
        for client in (*self._taken, *(one.client for one in kept)):
            await _close(client)

    async def give_back(self, client: httpx.AsyncClient, response: httpx.Response) -> None:
        """Returns a client whose answer was read to its end."""
        self._taken.pop(client).release()
        if self._is_closed:
            await finished(_close(client))
            return
        now = self.clock()
        stale = [one for one in self._kept if now - one.since > IDLE]
        self._kept = [one for one in self._kept if now - one.since <= IDLE]
        self._kept.append(_Kept(client, _origin(response.request.url), now))
        for one in stale:
            await finished(_close(one.client))

    async def lose(self, client: httpx.AsyncClient, response: httpx.Response, progress: _Progress) -> None:
        """Closes a client whose answer was not read to its end. If canceled, it still finishes first."""

        async def work() -> None:
            with suppress(Exception):
                # In the regular way first: the libraries' generators cannot be closed after their client.
                await response.aclose()
            await self._lose(client, progress)

        await finished(work())

    def translated(self, error: Exception, response: httpx.Response) -> ApiError:
        """For an exception while an answer was read."""
        return self._translated(error, str(response.request.url), unsent=False)

    def _parsed(self, url: str) -> httpx.URL:
        """BadReply for an invalid address."""
        try:
            return _url(url)
        except (httpx.InvalidURL, UnicodeError) as error:
            problem = self._translated(error, url, unsent=False)
        raise problem

    async def _take(self, url: httpx.URL, timeout: httpx.Timeout, turns: asyncio.Semaphore) -> httpx.AsyncClient:
        """Waits for a free client; NotReached if there is none in time."""
        if turns.locked():
            try:
                async with asyncio.timeout(timeout.pool):
                    await turns.acquire()
            except TimeoutError:
                raise replies.too_much_at_once() from None
        else:
            await turns.acquire()
        try:
            if self._is_closed:
                raise replies.closed()
            client = self._choose(url)
        except BaseException:
            turns.release()
            raise
        self._taken[client] = turns
        return client

    def _choose(self, url: httpx.URL) -> httpx.AsyncClient:
        """The client last used for the same host, to reuse its connection; otherwise any."""
        if not self._kept:
            return self.build()
        origin = _origin(url)
        for position in range(len(self._kept) - 1, -1, -1):
            if self._kept[position].origin == origin:
                return self._kept.pop(position).client
        return self._kept.pop(0).client

    async def _lose(self, client: httpx.AsyncClient, progress: _Progress) -> None:
        await _close(client)
        if progress.stream is not None:
            # The client does not know a connection that was never completed.
            with suppress(Exception):
                await progress.stream.aclose()
        self._taken.pop(client).release()

    def _translated(self, error: Exception, url: str, *, unsent: bool) -> ApiError:
        # While connecting, no code of this program runs, and a SOCKS proxy's answer may raise anything.
        if not unsent and not is_of_the_world(error):
            border.report(f"while it spoke with {self.who.name}", error)
        return replies.from_connection(error, replies.host_of(url), who=self.who, unsent=unsent)


class PooledResponse:
    """An answer that has begun. The caller must call `aclose`, whether it read the answer to its end or not."""

    def __init__(
        self, pool: ConnectionPool, client: httpx.AsyncClient, response: httpx.Response, progress: _Progress
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers.items())
        """Header names in lower case."""
        self._pool = pool
        self._client = client
        self._response = response
        self._progress = progress
        self._is_whole = False
        self._is_closed = False

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    async def pieces(self, *, raw: bool = False) -> AsyncGenerator[bytes, None]:
        """The body in pieces, decompressed unless `raw`. Use `contextlib.aclosing` to leave early. NoReply if it breaks
        off, BadReply if it cannot be decompressed."""
        problem: ApiError | None = None
        body = self._response.aiter_raw() if raw else self._response.aiter_bytes()
        try:
            async for piece in body:
                yield piece
            self._is_whole = True
        except Exception as error:  # noqa: BLE001 - of any kind: the rest of the answer does not come
            problem = self._pool.translated(error, self._response)
        finally:
            if not self._is_whole:
                # Before `body` is dropped: afterwards the answer could not be closed any more.
                await self.aclose()
        if problem is not None:
            raise problem

    async def aclose(self) -> None:
        """Returns the connection to the pool, or closes it if the answer was not read to its end."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._is_whole:
            await self._pool.give_back(self._client, self._response)
        else:
            await self._pool.lose(self._client, self._response, self._progress)


async def finished(work: Coroutine[Any, Any, None]) -> None:
    """Runs `work` to its end. A cancellation meanwhile is raised afterwards."""
    task = asyncio.create_task(work, name="finish what was begun")
    canceled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            canceled = error
    if canceled is not None:
        raise canceled
    task.result()


def is_of_the_world(error: Exception) -> bool:
    """Whether an exception is of network, system or server; otherwise it is a bug of this program."""
    if isinstance(error, (OSError, EOFError, UnicodeError)):
        return True
    return any(kind.__module__.partition(".")[0] in _LIBRARIES for kind in type(error).__mro__)


_LIBRARIES = frozenset({"httpx", "httpcore", "h11", "anyio", "ssl"})


class _Progress:
    """How far a request got, from httpcore's extension `trace`."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.connecting = asyncio.timeout(None)
        """Time-out for connecting as a whole; httpcore has none for the dialog with a proxy."""
        self.is_surely_unsent = False
        """True while it connects. False may also mean that httpcore reported nothing."""
        self.stream: Any = None
        """httpcore's stream below TLS."""

    async def note(self, name: str, members: Mapping[str, Any]) -> None:
        if name.endswith(".send_request_headers.started"):
            # The CONNECT request to a proxy contains nothing of the request itself.
            if members["request"].method != b"CONNECT":
                self.is_surely_unsent = False
                self.connecting.reschedule(None)
        elif name.endswith(".connect_tcp.started"):
            self.is_surely_unsent = True
            self.connecting.reschedule(asyncio.get_running_loop().time() + self._patience)
        elif name.endswith(".connect_tcp.complete"):
            self.stream = members["return_value"]


async def _close(client: httpx.AsyncClient) -> None:
    """Errors while closing are ignored: the connection is not used again."""
    with suppress(Exception):
        await client.aclose()


@lru_cache(256)
def _url(text: str) -> httpx.URL:
    # Cached: the same URLs are used repeatedly, and parsing one takes as long as sending a request.
    return httpx.URL(text)


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host, url.port
