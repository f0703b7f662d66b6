"""What Runway's answers look like, and how they become values of the domain. Pure; any thread.

Unknown members and unknown statuses pass; optional members may be missing or null. What a value cannot do without is
checked while it is decoded: then `Unreadable` is raised, and the caller knows how to say it.
Source: the API's description and the official SDK's response types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import msgspec

from runway_desktop.domain.account import ModelLimits, Organization, UsedCredits
from runway_desktop.domain.task import RemoteId, parse_remote_id
from runway_desktop.domain.transitions import Answer, CreatedTask

Reply = TypeVar("Reply")


class Unreadable(Exception):
    """The bytes are not the answer that was expected. `str()` says why, for the small print."""


class Unwritable(Exception):
    """The values are no JSON. `str()` says why, for the small print."""


class Slot(msgspec.Struct, rename="camel"):
    """Where an upload goes: `POST /v1/uploads`."""

    upload_url: str
    runway_uri: str
    fields: dict[str, Any] = {}


class _Cost(msgspec.Struct):
    credits: float | None = None


class _Created(msgspec.Struct, rename="camel"):
    id: str
    estimated_cost: _Cost | None = None


class _Task(msgspec.Struct, rename="camel"):
    status: str
    created_at: str | float | None = None
    progress: float | None = None
    estimated_cost: _Cost | None = None
    cost: _Cost | None = None
    output: list[str] | None = None
    failure: str | None = None
    failure_code: str | None = None


class _Limits(msgspec.Struct, rename="camel"):
    max_concurrent_generations: float | None = None
    max_daily_generations: float | None = None


class _Tier(msgspec.Struct, rename="camel"):
    models: dict[str, _Limits] | None = None


class _ModelUse(msgspec.Struct, rename="camel"):
    daily_generations: float | None = None


class _Use(msgspec.Struct):
    models: dict[str, _ModelUse] | None = None


class _Organization(msgspec.Struct, rename="camel"):
    credit_balance: float
    tier: _Tier | None = None
    usage: _Use | None = None


class _Spent(msgspec.Struct):
    model: str
    amount: float


class _Day(msgspec.Struct, rename="camel"):
    date: str
    used_credits: list[_Spent] | None = None


class _Usage(msgspec.Struct):
    results: list[_Day]


def encode(body: Mapping[str, Any]) -> bytes:
    """A request's JSON. Unwritable for values that have none: half a character, or nesting without end."""
    try:
        return msgspec.json.encode(body, enc_hook=_plain)
    except (UnicodeEncodeError, RecursionError) as error:
        raise Unwritable(f"{type(error).__name__}: {error}") from None


def read_created(content: bytes) -> CreatedTask:
    """The answer to a create. When the JSON is broken but its id came through whole, the id counts: it was paid for,
    and no other way leads to it. Unreadable when there is no id."""
    try:
        reply = _decode(content, _Created)
    except Unreadable:
        found = _ID_AT_START.match(content)
        remote_id = parse_remote_id(found.group(1).decode()) if found else None
        if remote_id is None:
            raise
        return CreatedTask(remote_id=remote_id)
    if not ID.fullmatch(reply.id):
        raise Unreadable("the id is not one")
    # Ids are version-4 UUIDs by the description; one of another form is kept all the same.
    return CreatedTask(
        remote_id=parse_remote_id(reply.id) or RemoteId(reply.id), estimated_credits=_credits(reply.estimated_cost)
    )


def read_task(content: bytes, remote_id: RemoteId) -> Answer:
    """The answer to a question for one task."""
    reply = _decode(content, _Task)
    return Answer(
        remote_id=remote_id,
        status=reply.status,
        created_at=unix_seconds(reply.created_at),
        progress=reply.progress,
        estimated_credits=_credits(reply.estimated_cost),
        cost_credits=_credits(reply.cost),
        output=tuple(reply.output or ()),
        failure=reply.failure or "",
        failure_code=reply.failure_code or "",
    )


def read_organization(content: bytes, asked_at: float) -> Organization:
    """Balance, limits and the day's use; `asked_at` in Unix seconds."""
    reply = _decode(content, _Organization)
    tier = reply.tier or _Tier()
    used = (reply.usage.models if reply.usage else None) or {}
    return Organization(
        balance=reply.credit_balance,
        limits={
            model: ModelLimits(
                concurrent=_whole(found.max_concurrent_generations), daily=_whole(found.max_daily_generations)
            )
            for model, found in (tier.models or {}).items()
        },
        daily_used={model: int(found.daily_generations or 0) for model, found in used.items()},
        asked_at=asked_at,
    )


def read_usage(content: bytes) -> list[UsedCredits]:
    """Credits of each model on each day, in the server's order. Amounts may be negative: refunds."""
    return [
        UsedCredits(day=_day(found.date), model=spent.model, credits=spent.amount)
        for found in _decode(content, _Usage).results
        for spent in found.used_credits or ()
    ]


def read_slot(content: bytes) -> Slot:
    """Where to upload."""
    return _decode(content, Slot)


def unix_seconds(moment: str | float | None) -> float | None:
    """ISO 8601, or seconds already, as Unix seconds; UTC where no zone is named; None for what is no moment."""
    if moment is None or isinstance(moment, (int, float)):
        return moment
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""What may stand in a path as an id."""

_ID_AT_START = re.compile(rb'\s*\{\s*"id"\s*:\s*"([0-9A-Fa-f-]{36})"')


def _decode(content: bytes, kind: type[Reply]) -> Reply:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise Unreadable(f"no date: {text[:40]}") from error


def _plain(value: Any) -> Any:
    """Frozen mappings of the domain are objects on the wire."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a request")


def _credits(cost: _Cost | None) -> float | None:
    return None if cost is None else cost.credits


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
