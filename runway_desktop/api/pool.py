"""Connections to one kind of place: so many requests at once, each on a connection of its own. Loop's thread.

It promises two things. A connection that did not end well is closed and replaced, whatever was raised, and at whatever
moment its request was canceled. And everything that httpx, the libraries below it and the system raise comes out as
NotReached, NoReply or BadReply; only what the body of a request raises as RunwayDesktopError passes (a file that
cannot be read).

httpx's own pool keeps neither: a request that is canceled between its connecting and its sending, or while its answer
is closed, leaves a connection behind that counts and serves nobody, and errors of TLS come through as they are. So each
connection is an httpx client of its own here, which is used again only after a whole answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import suppress
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import httpx

from runway_desktop.domain.errors import ApiError, RunwayDesktopError
from runway_desktop.values import Struct

from . import border, replies

IDLE = 4.0
"""Seconds that an unused connection is kept: less than the 5 s after which common servers close it, so that a
question seldom meets a connection that is just being closed."""

CONNECTING = 3
"""Connecting as a whole takes no longer than so many of its steps may: TCP, a proxy, TLS. Of a SOCKS proxy's answers
the libraries wait without an end."""

AHEAD = 4
"""Requests beside the others that wait for none of them."""

Origin = tuple[str, str, int | None]

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class _Kept(Struct, frozen=True):
    """A client whose connection can be used again."""

    client: httpx.AsyncClient
    origin: Origin
    since: float


class ConnectionPool:
    """`build` makes a client that keeps one connection at most. `most` requests are under way at once; others
    wait for their turn, but for `AHEAD` that go ahead of all. `who` names the other side in errors. `headers` are those
    of every request that has no others of their names. `clock` gives seconds that never go back."""

    def __init__(
        self,
        build: Callable[[], httpx.AsyncClient],
        most: int,
        who: str,
        headers: Mapping[str, str] = _NO_HEADERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._build = build
        self._who = who
        self._headers = headers
        self._clock = clock
        self._turns = asyncio.Semaphore(most)
        self._turns_ahead = asyncio.Semaphore(AHEAD)
        self._taken: dict[httpx.AsyncClient, asyncio.Semaphore] = {}
        """Those in use, each with what its turn was taken from."""
        self._kept: list[_Kept] = []
        """The one that was used last stands at the end."""
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
        """Sends a request, once, and gives its answer as soon as that begins. Redirects are not followed. With `ahead`
        it waits for no turn behind other requests, and leaves at once where a connection is kept.

        NotReached: surely nothing left. NoReply: it may have left. BadReply: the address is none, or the answer is no
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
                headers={**self._headers, **headers},
                content=content,
                extensions={"timeout": timeout.as_dict(), "trace": progress.note},
            )
            async with progress.connecting:
                response = await client.send(request, auth=auth, stream=True, follow_redirects=False)
        except RunwayDesktopError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, a paid request may have left
            problem = self._translated(error, url, unsent=progress.is_surely_unsent)
        finally:
            if response is None:
                await finished(self._lose(client, progress))
        if response is None:
            raise problem
        return PooledResponse(self, client, response, progress)

    async def aclose(self) -> None:
        """Closes all connections. What is still under way fails; who waits for a turn is told NotReached."""
        self._is_closed = True
        kept, self._kept = self._kept, []
        for client in (*self._taken, *(one.client for one in kept)):
            await _close(client)

    async def give_back(self, client: httpx.AsyncClient, response: httpx.Response) -> None:
        """For an answer that was read to its end."""
        self._taken.pop(client).release()
        if self._is_closed:
            await finished(_close(client))
            return
        now = self._clock()
        stale = [one for one in self._kept if now - one.since > IDLE]
        self._kept = [one for one in self._kept if now - one.since <= IDLE]
        self._kept.append(_Kept(client, _origin(response.request.url), now))
        for one in stale:
            await finished(_close(one.client))

    async def lose(self, client: httpx.AsyncClient, response: httpx.Response, progress: _Progress) -> None:
        """For an answer that was not read to its end. Also when it is canceled, it returns only when that is done."""

        async def work() -> None:
            with suppress(Exception):
                # By its own way first: generators of the libraries that are dropped after it have nothing to await.
                await response.aclose()
            await self._lose(client, progress)

        await finished(work())

    def translated(self, error: Exception, response: httpx.Response) -> ApiError:
        """For what was raised while an answer was read."""
        return self._translated(error, str(response.request.url), unsent=False)

    # Below: one client.

    def _parsed(self, url: str) -> httpx.URL:
        """BadReply for what is no address."""
        try:
            return _url(url)
        except (httpx.InvalidURL, UnicodeError) as error:
            problem = self._translated(error, url, unsent=False)
        raise problem

    async def _take(self, url: httpx.URL, timeout: httpx.Timeout, turns: asyncio.Semaphore) -> httpx.AsyncClient:
        """A client for the link, in its turn; NotReached when that does not come in time."""
        if turns.locked():
            problem: ApiError | None = None
            try:
                async with asyncio.timeout(timeout.pool):
                    await turns.acquire()
            except TimeoutError:
                problem = replies.too_much_at_once(self._who)
            if problem is not None:
                raise problem
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
        """The one used last for the same place, so that its connection serves again; else any."""
        if not self._kept:
            return self._build()
        origin = _origin(url)
        for position in range(len(self._kept) - 1, -1, -1):
            if self._kept[position].origin == origin:
                return self._kept.pop(position).client
        return self._kept.pop(0).client

    async def _lose(self, client: httpx.AsyncClient, progress: _Progress) -> None:
        await _close(client)
        if progress.stream is not None:
            # Of a connection that was never completed the client knows nothing.
            with suppress(Exception):
                await progress.stream.aclose()
        self._taken.pop(client).release()

    def _translated(self, error: Exception, url: str, *, unsent: bool) -> ApiError:
        # While it connects, nothing of this program runs, and what a SOCKS proxy says may raise anything.
        if not unsent and not is_of_the_world(error):
            border.report(f"while it spoke with {self._who}", error)
        return replies.from_connection(error, replies.host_of(url), who=self._who, unsent=unsent)


class PooledResponse:
    """An answer that has begun. Whoever has one reads it to the end or not, and calls `aclose` in any case."""

    def __init__(
        self, pool: ConnectionPool, client: httpx.AsyncClient, response: httpx.Response, progress: _Progress
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers.items())
        """By their names in small letters."""
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
        """The body in pieces as they come, unpacked unless `raw`. Close it when leaving early (`contextlib.aclosing`).
        NoReply when it breaks off, BadReply when it cannot be unpacked."""
        problem: ApiError | None = None
        body = self._response.aiter_raw() if raw else self._response.aiter_bytes()
        try:
            async for piece in body:
                yield piece
            self._is_whole = True
        except Exception as error:  # noqa: BLE001 - whatever it is, the rest of the answer does not come
            problem = self._pool.translated(error, self._response)
        finally:
            if not self._is_whole:
                # While `body` is still held: dropped before the answer is closed, it could not close it any more.
                await self.aclose()
        if problem is not None:
            raise problem

    async def aclose(self) -> None:
        """Gives the connection back, or closes it when the answer was not read to its end."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._is_whole:
            await self._pool.give_back(self._client, self._response)
        else:
            await self._pool.lose(self._client, self._response, self._progress)


async def finished(work: Coroutine[Any, Any, None]) -> None:
    """Does something to its end. Whoever is canceled meanwhile is told so afterwards."""
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
    """Whether an exception says what network, system or server did; else it is a mistake of the program."""
    if isinstance(error, (OSError, EOFError, UnicodeError)):
        return True
    return any(kind.__module__.partition(".")[0] in _LIBRARIES for kind in type(error).__mro__)


_LIBRARIES = frozenset({"httpx", "httpcore", "h11", "anyio", "ssl"})


class _Progress:
    """How far a request got, as httpcore tells it by its extension `trace`."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.connecting = asyncio.timeout(None)
        """Ends what takes longer than `patience` to connect; httpcore has no time-out for the talk with a proxy."""
        self.is_surely_unsent = False
        """It connects. Where nothing was told, nobody knows."""
        self.stream: Any = None
        """The connection below TLS, as httpcore has it."""

    async def note(self, name: str, members: Mapping[str, Any]) -> None:
        if name.endswith(".send_request_headers.started"):
            # What a proxy is asked to connect to holds nothing of the request.
            if members["request"].method != b"CONNECT":
                self.is_surely_unsent = False
                self.connecting.reschedule(None)
        elif name.endswith(".connect_tcp.started"):
            self.is_surely_unsent = True
            self.connecting.reschedule(asyncio.get_running_loop().time() + self._patience)
        elif name.endswith(".connect_tcp.complete"):
            self.stream = members["return_value"]


async def _close(client: httpx.AsyncClient) -> None:
    """Closing cannot fail in a way that matters: what is closed is not used again."""
    with suppress(Exception):
        await client.aclose()


@lru_cache(256)
def _url(text: str) -> httpx.URL:
    # The same places are asked again and again, and reading an address takes as long as sending one.
    return httpx.URL(text)


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host, url.port
