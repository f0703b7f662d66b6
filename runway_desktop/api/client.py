"""The Runway API over httpx; implements the port `Runway`. Loop's thread, which it never blocks.

Promises:
- A create is sent at most once, and its error says whether it can have arrived. After NotReached, RequestRefused,
  KeyRefused, SlowDown and NotTaken no task was created; after any other error the outcome is unknown.
- The key is sent to the API's host only: not to upload hosts, not after a redirect. It is in no error, repr or log.
- Every error is one of `domain.errors`, whatever the libraries raise. A bug of this program becomes one too and is
  logged; only `border.Malformed`, for an invalid endpoint or id, is raised as it is.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from runway_desktop.domain.account import NO_KEY, Fingerprint, Organization, UsedCredits, fingerprint_of
from runway_desktop.domain.advance import Answer, CreatedTask
from runway_desktop.domain.errors import ApiError, NotThere, RequestRefused
from runway_desktop.domain.secrecy import without_secret
from runway_desktop.domain.task import REMOTE_ID, RemoteId
from runway_desktop.domain.workflows.routing import RequestList, RoutedRequest, Router
from runway_desktop.texts import Text

from . import border, replies, uploads, wire
from .address import DEFAULT_BASE_URL, NO_WEB_ADDRESS, AddressRefused, check_base_url, is_loopback, is_safe
from .connections import OtherHosts, Patience, open_pool, trust
from .pool import ConnectionPool, PooledResponse
from .replies import FILE_SERVER, RUNWAY, Peer

API_VERSION = "2024-11-06"
"""The `X-Runway-Version` that this program uses. Source: the API's page on versions."""

LARGE_ANSWER = 1024 * 1024
"""Answers of at least so many bytes are decoded in the executor; smaller ones take a few milliseconds at most."""

LARGEST_ANSWER = 4 * 1024 * 1024
"""Answers of more bytes are refused: a thousand times the size of a task. Decoded, they need many times the memory."""

LARGEST_COMPLAINT = 256 * 1024
PIECE = 64 * 1024
IN_A_PAGE = 100
"""Entries of a list that are asked for at once. Source: the API reference, which allows no more."""
MOST_PAGES = 5

Value = TypeVar("Value")


class RunwayClient:
    """The API at one address, with one key at a time.

    `base_url`: https, or http to this machine; otherwise AddressRefused. `secret` None: every call raises KeyRefused
    without a request. `executor` reads files and decodes large answers (None: the loop's default). `now` gives Unix
    seconds. `transport` replaces the network in tests. The constructor reads the system's certificates, so call it on a
    worker thread. Close with `aclose`.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        secret: str | None = None,
        *,
        executor: Executor | None = None,
        now: Callable[[], float] = time.time,
        patience: Patience | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = check_base_url(base_url)
        _check_host(self.base_url)
        self._executor = executor
        self._now = now
        self._patience = patience or Patience()
        self._key: _Key | None = None
        self.use_secret(secret)
        self._is_near = is_loopback(self.base_url)
        context = trust(self.base_url)

        def pool(connections: int, reuse: bool) -> ConnectionPool:
            return open_pool(connections, context=context, reuse=reuse, loopback=self._is_near, transport=transport)

        # At most ten connections, plus those of cancels. Each create gets a new one: if a server closes a kept
        # connection at that moment, the request is sent and no answer comes, and the user would have to decide about a
        # task that was never created.
        self._questions = pool(6, reuse=True)
        self._creates = pool(4, reuse=False)
        self._hosts = OtherHosts(2, context=context, reuse=False, who=FILE_SERVER, transport=transport)

    def __repr__(self) -> str:
        return f"<RunwayClient {self.base_url}, {'with' if self._key else 'without'} a key>"

    @property
    def key(self) -> Fingerprint:
        return self._key.fingerprint if self._key is not None else NO_KEY

    def use_secret(self, secret: str | None) -> None:
        """Sets the key; requests under way keep theirs. Surrounding blanks are dropped."""
        self._key = _Key(secret.strip()) if secret and secret.strip() else None

    @border.guarded
    async def create(self, endpoint: str, body: Mapping[str, Any]) -> CreatedTask:
        if not _ENDPOINT.fullmatch(endpoint):
            raise border.Malformed(f"not the name of an endpoint: {endpoint!r}")
        try:
            reply = await self._ask("POST", f"/v1/{endpoint}", body, pool=self._creates, allow_cut=True)
        except NotThere as error:
            # No such endpoint or model at this address. For a create that is a refusal.
            message = Text("Runway does not offer this endpoint or model.")
            if endpoint.startswith("workflows/"):
                message = Text("This version of the workflow is no longer at Runway.")
            raise RequestRefused(message, detail=error.detail, status=error.status) from None
        try:
            return wire.read_created(reply.content)
        except wire.MalformedAnswer as error:
            problem = reply.cut or self._unreadable(reply, str(error))
            problem.answer = replies.quoted(reply.status, reply.without_key())
        raise problem

    @border.guarded
    async def design_voice(self, words: str, model: str) -> str:
        # Whether it is charged is not stated, so it is sent like a create. Source: the API reference.
        reply = await self._ask("POST", "/v1/voices/preview", {"prompt": words, "model": model}, pool=self._creates)
        return wire.read_link(reply.content)

    @border.guarded
    async def routers(self) -> Sequence[Router]:
        return [one async for routers, _, _ in self._pages("/v1/routers", wire.read_routers) for one in routers]

    @border.guarded
    async def router_requests(self, router_id: str, since: float) -> RequestList:
        # The order is not stated: only a page that is sorted, and ends before `since`, ends the reading early.
        found: dict[str, RoutedRequest] = {}
        at, is_whole = None, True
        path = f"{_path('routers', router_id)}/requests"
        async for entries, is_last, reply in self._pages(path, wire.read_requests):
            found |= {entry.id: entry for entry in entries}
            times = [entry.at for entry in entries]
            at = replies.server_time(reply.headers)
            is_sorted = len(times) > 1 and times == sorted(times, reverse=True)
            is_whole = is_last or (is_sorted and times[-1] < since)
            if is_whole:
                break
        return RequestList(at=at, requests=tuple(found.values()), is_whole=is_whole)

    async def _pages(
        self, path: str, reader: Callable[[bytes], wire.Page[Value]]
    ) -> AsyncIterator[tuple[Sequence[Value], bool, _Reply]]:
        """The entries of each page of a list, and whether it is the last; `MOST_PAGES` at most."""
        cursor = ""
        for _ in range(MOST_PAGES):
            reply = await self._ask("GET", f"{path}?limit={IN_A_PAGE}{cursor}")
            entries, following = await self._read(reply, reader)
            yield entries, following is None, reply
            if not following:
                return
            cursor = f"&cursor={quote(following, safe='')}"

    @border.guarded
    async def task(self, remote_id: RemoteId) -> Answer:
        return await self._get(_path("tasks", remote_id), lambda content: wire.read_task(content, remote_id))

    @border.guarded
    async def run(self, remote_id: RemoteId) -> Answer:
        path = _path("workflow_invocations", remote_id)
        return await self._get(path, lambda content: wire.read_task(content, remote_id, is_run=True))

    @border.guarded
    async def workflows(self) -> Sequence[Sequence[str]]:
        return await self._get("/v1/workflows", wire.read_workflows)

    @border.guarded
    async def workflow(self, version_id: str) -> str:
        return await self._get(_path("workflows", version_id), wire.read_workflow)

    @border.guarded
    async def delete(self, remote_id: RemoteId) -> None:
        # Ahead of all waiting requests: a task may end meanwhile, and the DELETE would then delete its result.
        # The body of a success is not needed, so it may be incomplete.
        await self._ask("DELETE", _path("tasks", remote_id), allow_cut=True, ahead=True)

    @border.guarded
    async def organization(self) -> Organization:
        """Balance, limits and usage of the day."""
        return await self._get("/v1/organization", lambda content: wire.read_organization(content, self._now()))

    @border.guarded
    async def usage(self, start: date, before: date) -> Sequence[UsedCredits]:
        """Credits of each model on each day from `start` to the day before `before` (UTC), at most 90 days."""
        body = {"startDate": start.isoformat(), "beforeDate": before.isoformat()}
        reply = await self._ask("POST", "/v1/organization/usage", body)
        return await self._read(reply, wire.read_usage)

    @border.guarded
    async def upload(self, path: Path, progress: Callable[[int, int], None], sha256: str = "") -> str:
        # The upload belongs to the key at the time of the call, even if the key changes while the file is read.
        key = self._key
        file = await uploads.look_at(path, self._executor)
        if key is None:
            raise replies.no_key()
        body = {"filename": file.name, "type": "ephemeral"}
        reply = await self._ask("POST", "/v1/uploads", body, key=key)
        slot = await self._read(reply, wire.read_slot)
        if not is_safe(slot.upload_url, is_near=self._is_near):
            raise replies.unreadable(
                "the address for the upload is neither https nor on this machine", status=reply.status
            )
        fields = {name: str(value) for name, value in slot.fields.items() if value is not None}
        form = uploads.MultipartFile(fields, file, progress, self._executor, secrets.token_hex(16), sha256)
        await self._send_file(slot.upload_url, form)
        return slot.runway_uri

    async def aclose(self) -> None:
        """Closes all connections; requests under way fail. Must be the last call."""
        await self._questions.aclose()
        await self._creates.aclose()
        await self._hosts.aclose()

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        pool: ConnectionPool | None = None,
        key: _Key | None = None,
        allow_cut: bool = False,
        ahead: bool = False,
    ) -> _Reply:
        """One request to the API; by default on the pool for reads, with the present key. Returns a success with a
        complete body; with `allow_cut` the body may be incomplete. Raises ApiError otherwise, also for an error whose
        body is incomplete."""
        key = key or self._key
        if key is None:
            raise replies.no_key()
        if not key.usable:
            raise replies.unusable_key()
        headers = {"X-Runway-Version": API_VERSION, "Accept": "application/json"}
        content: AsyncIterator[bytes] | None = None
        if body is not None:
            encoded = _encoded(body)
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(encoded))}
            # In pieces, because the write time-out applies to each: a long body on a slow line must not fail.
            content = _pieces(encoded, self._patience.body)
        timeout = self._patience.for_question() if pool is None else self._patience.for_create()
        exchange = await (pool or self._questions).send(
            method, self.base_url + path, headers=headers, content=content, timeout=timeout, auth=key, ahead=ahead
        )
        most = LARGE_ANSWER if allow_cut else LARGEST_ANSWER
        reply = await self._receive(exchange, key, RUNWAY, most)
        if not reply.is_success:
            problem = replies.from_status(reply.status, reply.headers, reply.without_key(), self._now())
            problem.answer = replies.quoted(reply.status, reply.without_key())
            raise problem
        if reply.cut is not None and not allow_cut:
            raise reply.cut
        return reply

    async def _receive(self, exchange: PooledResponse, key: _Key | None, who: Peer, most: int = LARGE_ANSWER) -> _Reply:
        """Reads the body, or what arrives of it in time, at most `most` bytes of a success. If it is incomplete, `cut`
        is the error."""
        most = most if exchange.is_success else LARGEST_COMPLAINT
        content = bytearray()
        cut: ApiError | None = None
        try:
            async with asyncio.timeout(self._patience.whole), aclosing(exchange.pieces()) as pieces:
                async for piece in pieces:
                    space = most - len(content)
                    content += piece[:space]
                    if len(piece) > space:
                        cut = replies.unreadable("the answer is too long", status=exchange.status, who=who)
                        break
        except ApiError as error:
            cut = error
        except TimeoutError:
            cut = replies.too_slow(self._patience.whole, who=who)
        finally:
            await exchange.aclose()
        return _Reply(exchange.status, exchange.headers, bytes(content), cut, key)

    async def _get(self, path: str, reader: Callable[[bytes], Value]) -> Value:
        return await self._read(await self._ask("GET", path), reader)

    async def _read(self, reply: _Reply, reader: Callable[[bytes], Value]) -> Value:
        try:
            if len(reply.content) > LARGE_ANSWER:
                return await asyncio.get_running_loop().run_in_executor(self._executor, reader, reply.content)
            return reader(reply.content)
        except wire.MalformedAnswer as error:
            problem = self._unreadable(reply, str(error))
        raise problem

    def _unreadable(self, reply: _Reply, reason: str) -> ApiError:
        begun = replies.decoded(reply.without_key()).strip()
        return replies.unreadable(
            f"{reason}; it begins: {begun[:120]}" if begun else "it is empty", status=reply.status
        )

    async def _send_file(self, url: str, form: uploads.MultipartFile) -> None:
        """POST to the upload host, a different host, which does not get the key."""
        try:
            exchange = await self._hosts.pool_for(url).send(
                "POST", url, headers=form.headers, content=form, timeout=self._patience.for_create()
            )
            reply = await self._receive(exchange, None, FILE_SERVER)
        finally:
            form.close()
        if not reply.is_success:
            refused = Text("Runway did not take the file.")
            raise replies.from_other_host(
                reply.status, reply.headers, reply.content, self._now(), who=FILE_SERVER, refused=refused
            )


@dataclass(frozen=True, slots=True)
class _Reply:
    """Status, headers and body of an answer. `cut`: why the body is incomplete; None if it is complete."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    cut: ApiError | None
    key: _Key | None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def without_key(self) -> bytes:
        """The body without the key, which some servers echo."""
        return self.key.struck_out(self.content) if self.key else self.content


class _Key(httpx.Auth):
    """Puts the key into the header. Encapsulated, so that no repr and no traceback frame shows it."""

    def __init__(self, secret: str) -> None:
        self.usable = re.fullmatch(r"[\x21-\x7e]+", secret) is not None
        self.fingerprint = fingerprint_of(secret)
        self._secret = secret

    def __repr__(self) -> str:
        return "<a key>"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._secret}"
        yield request

    def struck_out(self, content: bytes) -> bytes:
        text = content.decode("utf-8", "surrogateescape")
        return without_secret(text, self._secret).encode("utf-8", "surrogateescape")


def _check_host(base_url: str) -> None:
    try:
        httpx.URL(base_url)
    except (httpx.InvalidURL, UnicodeError) as error:
        # httpx is stricter about host names than the standard library.
        raise AddressRefused(NO_WEB_ADDRESS, detail=str(error)) from None


_ENDPOINT = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*")
"""With the id of a workflow's version in it, which may have any letters of an id."""


def _path(kind: str, remote_id: str) -> str:
    if not REMOTE_ID.fullmatch(remote_id):
        raise border.Malformed(f"not an id: {remote_id!r}")
    return f"/v1/{kind}/{remote_id}"


def _encoded(body: Mapping[str, Any]) -> bytes:
    """RequestRefused if it cannot be encoded: nothing was sent."""
    try:
        return wire.encode(body)
    except wire.Unwritable as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - a bug of this program; nothing was sent
        border.report("while it wrote a request", error)
        reason = type(error).__name__
    raise replies.not_writable(reason)


async def _pieces(content: bytes, patience: float) -> AsyncIterator[bytes]:
    """Raises NoReply if the pieces are not consumed within `patience` seconds."""
    deadline = asyncio.get_running_loop().time() + patience
    for begin in range(0, len(content), PIECE):
        if asyncio.get_running_loop().time() > deadline:
            raise replies.too_slow(patience, what="the request")
        yield content[begin : begin + PIECE]
