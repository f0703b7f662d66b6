"""Fault injection: which requests are hit, how often, and how their answers are damaged.

`Faults` holds the list and decides, with no I/O; `FaultyApp` wraps an origin and damages real answers. A fault applies
to a route (`api`: all routes of the API; `*`: all), may skip the first `after` requests, and then hits the next
`times`, every `every`-th, or each with a `probability`; by default all. With `accepted` the request is carried out
first and only its answer is damaged: so a paid create loses its answer. Runs on the loop's thread. Raises `ValueError`
with a message for an invalid fault.
"""

from __future__ import annotations

import asyncio
import codecs
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runway_desktop.values import Struct

API_ROUTES = ("create", "get", "delete", "organization", "usage", "slot", "other")
ROUTES = (*API_ROUTES, "upload", "output")
HTML = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr></body></html>"


class Harm(StrEnum):
    """What is done to the answer."""

    STATUS = "status"  # an answer with `status` and a JSON error
    HTML = "html"  # the same with an HTML page as body
    EMPTY = "empty"  # the same without a body
    LATENCY = "latency"  # the true answer, `seconds` late
    HOLD = "hold"  # no answer: the connection stays open until the client closes it, or for `seconds`
    CUT = "cut"  # the connection closes without an answer
    CUT_BODY = "cut_body"  # the connection closes in the middle of the body
    WRONG_LENGTH = "wrong_length"  # Content-Length is 64 bytes more than the body
    SHORT_BODY = "short_body"  # half of the body, with a matching Content-Length
    BROKEN_JSON = "broken_json"  # the body's end is missing, the length matches
    WORD = "word"  # `status` in the JSON becomes `word`, which no client knows
    MEMBERS = "members"  # members that no client knows are added to the JSON
    REORDERED = "reordered"  # the members of the JSON in reverse order: the estimate before the id
    ODD = "odd"  # JSON with byte order mark, lone surrogate, members of other types, times in ms
    ENDLESS = "endless"  # the true body followed by endless blanks, a piece every `seconds`
    GONE = "gone"  # 404, as for a task that was deleted
    EXPIRED = "expired"  # 403, as for a link or a slot that is too old


Amount = Annotated[int, msgspec.Meta(ge=0)]
Number = Annotated[float, msgspec.Meta(ge=0)]


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """One rule for faulty answers. Times in seconds. `path` must be part of the request's path (an endpoint, a task
    id)."""

    harm: Harm
    route: str = "*"
    path: str = ""
    accepted: bool = False
    after: Amount = 0
    times: Amount | None = None
    every: Amount | None = None
    probability: Number | None = None
    status: Amount = 503
    retry_after: Number | None = None
    seconds: Number | None = None
    word: str = "FINALIZING"
    hits: int = 0
    seen: int = 0

    def __post_init__(self) -> None:
        if self.route not in (*ROUTES, "api", "*"):
            raise ValueError(f"there is no route {self.route!r}; there are {', '.join(ROUTES)}, api and *")

    @classmethod
    def of(cls, wish: object) -> Fault:
        """A fault from JSON: an object with `harm` and optional members."""
        try:
            return msgspec.convert(wish, cls)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from None

    @classmethod
    def parse(cls, words: str) -> Fault:
        """A fault from the command line: `route:harm,name=value,…`, for example `get:status,status=503,times=3`."""
        head, *rest = words.split(",")
        route, _, harm = head.partition(":")
        wish: dict[str, object] = {"route": route, "harm": harm}
        for part in rest:
            name, _, value = part.partition("=")
            wish[name] = _value(value)
        return cls.of(wish)

    def strikes(self, route: str, path: str, chance: Callable[[], float]) -> bool:
        """Whether it hits this request; updates its counts."""
        wanted = self.route in ("*", route) or (self.route == "api" and route in API_ROUTES)
        if not wanted or self.path not in path:
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.seen += 1
        position = self.seen - self.after
        if position <= 0:
            return False
        if self.every is not None and position % max(1, self.every):
            return False
        if self.probability is not None and chance() >= self.probability:
            return False
        self.hits += 1
        return True


class Faults:
    """The active faults, in order; the first that hits is applied."""

    def __init__(self, seed: int | None = None, faults: Iterable[Fault] = ()) -> None:
        self._random = random.Random(seed)
        self._faults = list(faults)

    def add(self, *faults: Fault) -> None:
        self._faults.extend(faults)

    def clear(self) -> None:
        self._faults.clear()

    def listed(self) -> tuple[Fault, ...]:
        return tuple(self._faults)

    def next_for(self, route: str, path: str) -> Fault | None:
        """The fault that hits this request, if any."""
        for fault in self._faults:
            if fault.strikes(route, path, self._random.random):
                return fault
        return None


@dataclass(eq=False, repr=False)
class FaultyApp:
    """An origin with fault injection. `hang_up` closes the connection of a scope: at once, or after what was
    written."""

    _app: ASGIApp
    _faults: Faults
    _route_of: Callable[[str, str], str]
    _hang_up: Callable[[Scope, bool], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_ours = scope["type"] != "http" or path.startswith("/_control")
        fault = None if is_ours else self._faults.next_for(self._route_of(scope["method"], path), path)
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.accepted or fault.harm in _HARMS_OF_A_TRUE_ANSWER:
            await self._harm(fault, await _answer_of(self._app, scope, receive), scope, receive, send)
        elif fault.harm is Harm.LATENCY:
            await asyncio.sleep(fault.seconds or 0.0)
            await self._app(scope, receive, send)
        else:
            await _read_to_end(receive)
            await self._harm(fault, None, scope, receive, send)

    async def _harm(self, fault: Fault, answer: _Answer | None, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.harm:
            case Harm.STATUS:
                error = json.dumps({"error": f"The simulator was told to answer {fault.status}."}).encode()
                await _say(send, fault.status, "application/json", error, fault.retry_after)
            case Harm.HTML:
                page = HTML.format(f"{fault.status} from the gateway").encode()
                await _say(send, fault.status, "text/html", page, fault.retry_after)
            case Harm.EMPTY:
                await _say(send, fault.status, "", b"", fault.retry_after)
            case Harm.GONE:
                await _say(send, 404, "application/json", b'{"error": "Task not found."}', None)
            case Harm.EXPIRED:
                await _say(send, 403, "application/xml", b"<Error><Code>AccessDenied</Code></Error>", None)
            case Harm.HOLD:
                await _wait_until_gone(receive, fault.seconds)
                self._hang_up(scope, False)
            case Harm.CUT:
                self._hang_up(scope, False)
                await _wait_until_gone(receive, None)
            case _ if answer is not None:
                await self._harm_answer(fault, answer, scope, receive, send)

    async def _harm_answer(self, fault: Fault, answer: _Answer, scope: Scope, receive: Receive, send: Send) -> None:
        body = answer.body
        match fault.harm:
            case Harm.CUT_BODY:
                await answer.send(send, body[: len(body) // 2], len(body), more=True)
            case Harm.WRONG_LENGTH:
                await answer.send(send, body, len(body) + 64, more=True)
            case Harm.ENDLESS:
                await _go_on(answer, fault.seconds or 0.0, receive, send)
                return
            case harm:
                if harm is Harm.LATENCY:
                    await asyncio.sleep(fault.seconds or 0.0)
                elif harm in (Harm.SHORT_BODY, Harm.BROKEN_JSON):
                    body = body[: len(body) // 2]
                else:
                    body = _with_changes(fault, body)
                await answer.send(send, body, len(body))
                return
        self._hang_up(scope, True)
        await _wait_until_gone(receive, None)


_HARMS_OF_A_TRUE_ANSWER = frozenset(
    {
        *(Harm.CUT_BODY, Harm.WRONG_LENGTH, Harm.SHORT_BODY, Harm.BROKEN_JSON, Harm.ENDLESS),
        *(Harm.WORD, Harm.MEMBERS, Harm.REORDERED, Harm.ODD),
    }
)
_BLANKS = b" " * 4096


class _Answer(Struct, frozen=True):
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    async def send(self, send: Send, body: bytes, length: int | None, more: bool = False) -> None:
        headers = [pair for pair in self.headers if pair[0].lower() != b"content-length"]
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def _answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> _Answer:
    parts: list[Message] = []

    async def keep(message: Message) -> None:
        parts.append(message)

    await app(scope, receive, keep)
    start = next(part for part in parts if part["type"] == "http.response.start")
    body = b"".join(part.get("body", b"") for part in parts if part["type"] == "http.response.body")
    return _Answer(start["status"], tuple(tuple(pair) for pair in start["headers"]), body)


async def _say(send: Send, status: int, content_type: str, body: bytes, retry_after: float | None) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    if content_type:
        headers.append((b"content-type", content_type.encode()))
    if retry_after is not None:
        headers.append((b"retry-after", f"{retry_after:g}".encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _read_to_end(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return


async def _go_on(answer: _Answer, seconds: float, receive: Receive, send: Send) -> None:
    """Sends until the client disconnects, which `send` does not report."""
    gone = asyncio.create_task(_wait_until_gone(receive, None), name="simulator waits for a client to go")
    try:
        await answer.send(send, answer.body, None, more=True)
        while not gone.done():
            await asyncio.sleep(seconds)
            await send({"type": "http.response.body", "body": _BLANKS, "more_body": True})
    finally:
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)


async def _wait_until_gone(receive: Receive, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def _with_changes(fault: Fault, body: bytes) -> bytes:
    try:
        document = json.loads(body)
    except ValueError:
        return body
    if not isinstance(document, dict):
        return body
    match fault.harm:
        case Harm.WORD:
            document["status"] = fault.word
        case Harm.REORDERED:
            document = dict(reversed(document.items()))
        case Harm.ODD:
            return _oddly(document)
        case _:
            document |= {"queuePosition": 3, "region": {"name": "eu", "zones": [1, None]}, "labels": ["new"]}
    return json.dumps(document).encode()


def _oddly(document: dict[str, object]) -> bytes:
    odd: dict[str, object] = {"note": "half a character: \ud83d"}
    for name, value in document.items():
        match name:
            case "estimatedCost" | "cost":
                odd[name] = "free"
            case "createdAt":
                odd[name] = 1000 * datetime.fromisoformat(str(value)).timestamp()
            case _:
                odd[name] = value
    return codecs.BOM_UTF8 + json.dumps(odd).encode()


def _value(words: str) -> object:
    try:
        return json.loads(words)
    except ValueError:
        return words
