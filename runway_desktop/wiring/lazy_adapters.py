"""Adapters built at first use, so that the window is painted before httpx is imported and the demo's simulator has
started.

They implement the same ports as the adapters they build. If building fails they raise NotReached, since nothing was
sent. Loop's thread only; building may use a worker thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from runway_desktop.domain.account import Fingerprint, fingerprint_of
from runway_desktop.domain.errors import NotReached, RunwayDesktopError
from runway_desktop.texts import Text

if TYPE_CHECKING:
    from runway_desktop.domain.account import Organization, UsedCredits
    from runway_desktop.domain.advance import Answer, CreatedTask
    from runway_desktop.domain.outputs import Stream
    from runway_desktop.domain.secrecy import KnownSecrets
    from runway_desktop.domain.task import RemoteId
    from runway_desktop.services.ports import ClosableRunway, Fetcher

    class ClosableFetcher(Fetcher, Protocol):
        async def aclose(self) -> None: ...


class _Closable(Protocol):
    async def aclose(self) -> None: ...


Made = TypeVar("Made", bound=_Closable)

log = logging.getLogger(__name__)


class Late(Generic[Made]):
    """Builds one object at first use; after a failure the next call retries. Raises NotReached if it cannot be
    built."""

    def __init__(self, make: Callable[[], Awaitable[Made]]) -> None:
        self._make = make
        self._lock = asyncio.Lock()
        self.made: Made | None = None

    async def get(self) -> Made:
        async with self._lock:
            if self.made is None:
                self.made = await self._make_it()
            return self.made

    async def aclose(self) -> None:
        if self.made is not None:
            await self.made.aclose()

    async def _make_it(self) -> Made:
        try:
            return await self._make()
        except RunwayDesktopError as error:
            # For instance an address that must not be used: nothing was sent.
            raise NotReached(error.said, advice=error.advises, detail=error.detail) from error
        except Exception as error:
            # For instance the simulator does not start, a library is missing, or the program is closing.
            log.warning("What speaks with Runway could not be made", exc_info=True)
            message = Text("The connection to Runway could not be started.")
            raise NotReached(message, advice=Text("Start the program again."), detail=f"{error}") from error


class LateRunway:
    """Implements `Runway`. A secret set before the client exists is passed on when it is built. If the key changes
    while a call waits for that, the call is not sent. Each secret is registered in `secrecy` until `aclose`."""

    def __init__(self, make: Callable[[], Awaitable[ClosableRunway]], secrecy: KnownSecrets) -> None:
        self._secrecy = secrecy
        self._late = Late(make)
        self._secret: str | None = None
        self.key: Fingerprint = fingerprint_of(None)

    def use_secret(self, secret: str | None) -> None:
        if secret and secret != self._secret:
            self._secrecy.add(secret)
        self._secret = secret
        self.key = fingerprint_of(secret)
        if self._late.made is not None:
            self._late.made.use_secret(secret)

    async def create(self, endpoint: str, body: Mapping[str, Any]) -> CreatedTask:
        return await (await self._client()).create(endpoint, body)

    async def task(self, remote_id: RemoteId) -> Answer:
        return await (await self._client()).task(remote_id)

    async def delete(self, remote_id: RemoteId) -> None:
        await (await self._client()).delete(remote_id)

    async def organization(self) -> Organization:
        return await (await self._client()).organization()

    async def usage(self, start: date, before: date) -> Sequence[UsedCredits]:
        return await (await self._client()).usage(start, before)

    async def upload(self, path: Path, progress: Callable[[int, int], None], sha256: str = "") -> str:
        return await (await self._client()).upload(path, progress, sha256)

    async def aclose(self) -> None:
        await self._late.aclose()
        # A second call must not discard a secret that another client uses.
        secret, self._secret = self._secret, None
        if secret:
            self._secrecy.discard(secret)

    async def _client(self) -> ClosableRunway:
        new, key = self._late.made is None, self.key
        client = await self._late.get()
        if new:
            client.use_secret(self._secret)
        if key != self.key:
            raise NotReached(Text("The key was changed before anything was sent."), advice=Text("Try again."))
        return client


class LateFetcher:
    """Implements `Fetcher`."""

    def __init__(self, make: Callable[[], Awaitable[ClosableFetcher]]) -> None:
        self._late = Late(make)

    @asynccontextmanager
    async def open(self, url: str, *, offset: int = 0, etag: str = "") -> AsyncIterator[Stream]:
        fetcher = await self._late.get()
        async with fetcher.open(url, offset=offset, etag=etag) as stream:
            yield stream

    async def aclose(self) -> None:
        await self._late.aclose()
