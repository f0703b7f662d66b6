"""Runway's JSON and its conversion to domain values. Pure; any thread.

Unknown members and statuses are accepted. Optional members of a task may be missing, null or invalid; they then count
as unknown. Required members are checked while decoding; `MalformedAnswer` is raised if they are invalid. Source: the
API's description and the official SDK's response types.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, TypeVar

import msgspec

from runway_desktop.domain.account import ModelLimits, Organization, UsedCredits, model_listed
from runway_desktop.domain.advance import Answer, CreatedTask
from runway_desktop.domain.moments import known_moment
from runway_desktop.domain.task import REMOTE_ID, RemoteId, accepted_id, parse_remote_id
from runway_desktop.domain.workflows.routing import RoutedRequest, Router, Routing
from runway_desktop.domain.workflows.runs import MOST_NODES, NodeFailure

Reply = TypeVar("Reply")
Entry = TypeVar("Entry")
Page = tuple[list[Entry], str | None]
"""Entries of a list, and what asks for the next page."""


MOST_CREDITS = 1e9
"""A larger cost is invalid: ten million dollars."""
MOST_GENERATIONS = 1e9
"""A larger limit or usage is invalid."""
LONGEST_SAID = 2_000
"""Letters that are read of a node's failure."""


class MalformedAnswer(Exception):
    """The bytes are not the expected answer. `str()` says why, for the small print."""


class Unwritable(Exception):
    """The values cannot be encoded as JSON. `str()` says why, for the small print."""


class UploadSlot(msgspec.Struct, rename="camel"):
    """Target of an upload: `POST /v1/uploads`."""

    upload_url: str
    runway_uri: str
    fields: dict[str, Any] = {}


class _Created(msgspec.Struct, rename="camel"):
    id: str
    estimated_cost: Any = None
    routing: Any = None


class _Page(msgspec.Struct, rename="camel"):
    data: list[Any]
    next_cursor: str | None = None


class _Linked(msgspec.Struct):
    url: str


class _Task(msgspec.Struct, rename="camel"):
    status: str
    id: Any = None
    created_at: Any = None
    progress: Any = None
    estimated_cost: Any = None
    cost: Any = None
    output: Any = None
    failure: Any = None
    failure_code: Any = None
    node_errors: Any = None


class _Organization(msgspec.Struct, rename="camel"):
    credit_balance: float
    tier: Any = None
    usage: Any = None


class _Spent(msgspec.Struct):
    model: str
    amount: float


class _Day(msgspec.Struct, rename="camel"):
    date: str
    used_credits: list[_Spent] | None = None


class _Usage(msgspec.Struct):
    results: list[_Day]


def encode(body: Mapping[str, Any]) -> bytes:
    """A request's JSON. Unwritable for values that have none: a lone surrogate, or endless nesting."""
    try:
        return msgspec.json.encode(body, enc_hook=_plain)
    except (UnicodeEncodeError, RecursionError) as error:
        raise Unwritable(f"{type(error).__name__}: {error}") from None


def read_created(content: bytes) -> CreatedTask:
    """The answer to a create. If its id is readable, the id counts even if the rest is invalid: the task was paid for,
    and nothing else leads to it. Unreadable if there is no id."""
    try:
        reply = _decode(content, _Created)
    except MalformedAnswer:
        remote_id = _id_in(content)
        if remote_id is None:
            raise
        return CreatedTask(remote_id=remote_id)
    # Ids are version-4 UUIDs by the description; one of another form is accepted all the same.
    remote_id = accepted_id(reply.id)
    if remote_id is None:
        raise MalformedAnswer("the id is not one")
    routing = _object(reply.routing)
    estimate = _credits(reply.estimated_cost if reply.estimated_cost is not None else routing.get("estimatedCost"))
    return CreatedTask(remote_id=remote_id, estimated_credits=estimate, routing=_routing(routing))


def _routing(told: Mapping[str, Any]) -> Routing | None:
    if not (model := _text(told.get("model"))):
        return None
    fallback = _object(told.get("capacityFallback"))
    return Routing(
        model=model,
        provider=_text(told.get("provider")),
        price_ceiling=_number(_object(told.get("resolvedSettings")).get("priceCeiling"), most=MOST_CREDITS),
        skipped=tuple(one for one in _list(fallback.get("skipped")) if isinstance(one, str)),
        all_exhausted=fallback.get("allExhausted") is True,
    )


def read_routers(content: bytes) -> Page[Router]:
    """Routers that can be used; others are left out."""
    found, page = [], _decode(content, _Page)
    for told in map(_object, page.data):
        slug, settings = _text(told.get("slug")), _object(told.get("settings"))
        most = _object(settings.get("maxCreditsPerGeneration"))
        ceilings = {kind: number for kind in most if (number := _number(most[kind], most=MOST_CREDITS)) is not None}
        if slug and REMOTE_ID.fullmatch(router_id := _text(told.get("id"))):
            found.append(Router(id=router_id, slug=slug, name=_text(told.get("name")) or slug, ceilings=ceilings))
    return found, page.next_cursor


def read_requests(content: bytes) -> Page[RoutedRequest]:
    """Entries of a router's list; MalformedAnswer if one has no id or time, as nothing can be concluded then."""
    found, page = [], _decode(content, _Page)
    for told in map(_object, page.data):
        entry_id, at = _text(told.get("id")), unix_seconds(told.get("createdAt"))
        if not entry_id or at is None:
            raise MalformedAnswer("an entry has no id or time")
        is_routed = told.get("status") == "routed"
        found.append(
            RoutedRequest(
                id=entry_id,
                at=at,
                remote_id=(is_routed and accepted_id(_text(told.get("taskId")))) or "",
                model=_text(told.get("model")),
                credits=_number(told.get("estimatedCredits"), most=MOST_CREDITS),
            )
        )
    return found, page.next_cursor


def read_task(content: bytes, remote_id: RemoteId, *, is_run: bool = False) -> Answer:
    """The answer to a GET of one task, or of one run of a workflow. Unreadable if it is about another task, as from a
    proxy's cache."""
    reply = _decode(content, _Task)
    if isinstance(reply.id, str) and reply.id.strip().lower() != remote_id.lower():
        raise MalformedAnswer("it is about another task")
    made = [(node, link) for node, links in _object(reply.output).items() for link in _list(links) if _text(link)]
    made = made[:MOST_NODES] if is_run else [("", link) for link in _list(reply.output) if isinstance(link, str)]
    return Answer(
        remote_id=remote_id,
        status=reply.status,
        created_at=unix_seconds(reply.created_at),
        progress=_number(reply.progress, most=1.0),
        estimated_credits=_credits(reply.estimated_cost),
        cost_credits=_credits(reply.cost),
        output=tuple(link for _, link in made),
        failure=_text(reply.failure),
        failure_code=_text(reply.failure_code),
        nodes=tuple(node for node, _ in made) if is_run else None,
        node_failures=tuple(_node_failures(reply.node_errors)) if is_run else (),
    )


def _node_failures(errors: object) -> Iterator[NodeFailure]:
    for node, error in islice(_object(errors).items(), MOST_NODES):
        said = _object(error)
        message, code, name = (_text(said.get(one))[:LONGEST_SAID] for one in ("message", "failureCode", "nodeName"))
        yield NodeFailure(node=node, message=message, code=code, name=name)


def read_workflows(content: bytes) -> list[list[str]]:
    """Ids of the versions of each workflow, in the server's order. One without a version that can be asked for is left
    out."""
    listed = (_list(_object(one).get("versions")) for one in _decode(content, _Page).data)
    ids = ([_text(_object(version).get("id")) for version in versions] for versions in listed)
    return [usable for found in ids if (usable := [one for one in found if REMOTE_ID.fullmatch(one)])]


def read_workflow(content: bytes) -> str:
    """A version with its graph, as JSON that any reader takes."""
    return msgspec.json.encode(_decode(content, dict[str, Any])).decode()


def read_organization(content: bytes, asked_at: float) -> Organization:
    """Balance, limits and usage of the day; `asked_at` in Unix seconds."""
    reply = _decode(content, _Organization)
    if not math.isfinite(reply.credit_balance):
        raise MalformedAnswer("the balance is no number")
    limits, used = (_object(_object(part).get("models")) for part in (reply.tier, reply.usage))
    return Organization(
        balance=reply.credit_balance,
        limits={
            model: ModelLimits(
                concurrent=_count(found, "maxConcurrentGenerations"), daily=_count(found, "maxDailyGenerations")
            )
            for model, found in limits.items()
        },
        daily_used={model: _count(found, "dailyGenerations") or 0 for model, found in used.items()},
        asked_at=asked_at,
    )


def read_usage(content: bytes) -> list[UsedCredits]:
    """Credits of each model on each day, in the server's order. Amounts may be negative: refunds."""
    return [
        UsedCredits(day=_day(found.date), model=model_listed(spent.model), credits=spent.amount)
        for found in _decode(content, _Usage).results
        for spent in found.used_credits or ()
        if math.isfinite(spent.amount)
    ]


def read_slot(content: bytes) -> UploadSlot:
    """Where to upload."""
    return _decode(content, UploadSlot)


def read_link(content: bytes) -> str:
    """The link of a voice that was designed by words."""
    return _decode(content, _Linked).url


def unix_seconds(moment: object) -> float | None:
    """ISO 8601, or seconds already, as Unix seconds; UTC if no zone is given; None if it is no valid time."""
    if not isinstance(moment, str):
        return known_moment(moment)
    try:
        parsed = datetime.fromisoformat(moment)
        return known_moment((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


_LONGEST_SCAN = 1024 * 1024
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_VALUE = re.compile(r'\s*:\s*"([^"\\]{1,200})"')


def _decode(content: bytes, kind: type[Reply]) -> Reply:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error)
    try:
        return msgspec.convert(_loosely_decoded(content), kind)
    except (ValueError, RecursionError):
        raise MalformedAnswer(reason) from None


def _loosely_decoded(content: bytes) -> Any:
    """Decodes JSON that msgspec refuses and other programs write: with a byte order mark, lone surrogates, invalid
    UTF-8, NaN or very long numbers. Raises ValueError and RecursionError."""
    return _without_halves(json.loads(_as_text(content), parse_int=float, parse_constant=lambda _: None))


def _without_halves(value: Any) -> Any:
    """The same without lone surrogates, which cannot be encoded."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_halves(part) for part in value]
    if isinstance(value, dict):
        return {_without_halves(name): _without_halves(part) for name, part in value.items()}
    return value


def _as_text(content: bytes) -> str:
    return content.decode(json.detect_encoding(content), "replace")


def _id_in(content: bytes) -> RemoteId | None:
    """The version-4 UUID that is the top-level `id` of a JSON object, at any position, even if the whole cannot be
    decoded."""
    text = _as_text(content[:_LONGEST_SCAN])
    if not text.lstrip().startswith("{"):
        return None
    depth = 0
    for token in _TOKENS.finditer(text):
        word = token.group()
        if word in "{[":
            depth += 1
        elif word in "}]":
            depth -= 1
        elif depth == 1 and word == '"id"' and (value := _VALUE.match(text, token.end())):
            return parse_remote_id(value.group(1))
    return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise MalformedAnswer(f"no date: {text[:40]}") from error


def _plain(value: Any) -> Any:
    """Encodes the domain's frozen mappings as objects."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a request")


def _credits(cost: object) -> float | None:
    return _number(_object(cost).get("credits"), most=MOST_CREDITS)


def _number(value: object, most: float) -> float | None:
    """A number from 0 to `most`; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= most else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(part: object, name: str) -> int | None:
    number = _number(_object(part).get(name), most=MOST_GENERATIONS)
    return None if number is None else int(number)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
