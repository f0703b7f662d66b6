"""Fuzzed server answers: tasks, errors, and retry-after headers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.api import replies, wire
from runway_desktop.domain.errors import ApiError
from runway_desktop.domain.task import RemoteId
from tests.fuzz.bounds import assert_bounded, changed, damaged, often

NOW = 1_780_000_000.0
ID = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
TASK: dict[str, Any] = {
    "id": ID, "status": "SUCCEEDED", "createdAt": "2026-11-03T14:02:00.123Z", "progress": 0.5,
    "estimatedCost": {"credits": 5}, "cost": {"credits": 5.0}, "output": ["https://a.test/b.mp4?sig=1"],
    "failure": "no", "failureCode": "SAFETY.INPUT.TEXT",
}  # fmt: skip
ORGANIZATION = {
    "creditBalance": 100, "tier": {"models": {"gen4.5": {"maxConcurrentGenerations": 2, "maxDailyGenerations": 9}}},
    "usage": {"models": {"gen4.5": {"dailyGenerations": 1}}},
}  # fmt: skip
USAGE = {"results": [{"date": "2026-11-03", "usedCredits": [{"model": "gen4.5", "amount": 5}]}], "models": ["gen4.5"]}
SLOT = {"uploadUrl": "https://a.test", "runwayUri": "runway://x", "fields": {"key": "x"}}
ERROR = {"error": "Validation failed", "issues": [{"path": ["seed", 0], "message": "no"}], "docUrl": "https://a.test"}
READERS: Mapping[str, Callable[[bytes], object]] = {
    "created": wire.read_created,
    "task": lambda content: wire.read_task(content, ID),
    "organization": lambda content: wire.read_organization(content, NOW),
    "usage": wire.read_usage,
    "slot": wire.read_slot,
}
SEEDS = [json.dumps(document).encode() for document in (TASK, ORGANIZATION, USAGE, SLOT, ERROR)]
MADE = (b"[" * 200_000, b'{"id":' * 50_000, b"9" * 200_000, b"\xff\xfe" * 500, b"<" * 100_000, b"<title>" * 15_000)


def assert_read_or_refused(content: bytes) -> None:
    for read in READERS.values():
        assert_bounded(partial(read, content), [wire.MalformedAnswer])
    for status in (302, 400, 401, 404, 408, 418, 429, 500, 503, 600):
        found = assert_bounded(partial(replies.from_status, status, {}, content, NOW))
        assert isinstance(found, ApiError)
        assert len(found.detail) < 2_000


@pytest.mark.parametrize("content", MADE)
def test_deep_or_long_answer_is_read_or_reported_as_unreadable(content: bytes):
    assert_read_or_refused(content)


@given(damaged(SEEDS))
@often(150)
def test_damaged_answer_is_read_or_reported_as_unreadable(content: bytes):
    assert_read_or_refused(content)


@given(st.sampled_from([TASK, ORGANIZATION, USAGE, SLOT, ERROR]).flatmap(changed))
@often(150)
def test_mutated_answer_is_read_or_reported_as_unreadable(document: object):
    assert_read_or_refused(json.dumps(document).encode("utf-8", "surrogatepass"))


@given(
    st.text(max_size=40)
    | st.sampled_from(["1e400", "-1", "nan", "inf", "9" * 5_000, "Thu, 01 Jan 1970 00:00:00 GMT", "0x10", "1_000"])
    | st.datetimes().map(lambda at: f"{at:%a, %d %b} {at.year:04} {at:%H:%M:%S} GMT")
)
@often(200)
def test_any_retry_after_header_gives_a_delay_or_none(text: str):
    wait = assert_bounded(lambda: replies.retry_after({"retry-after": text}, NOW))
    assert wait is None or wait >= 0
    assert_bounded(lambda: replies.from_status(429, {"retry-after": text}, b"", NOW))


@given(st.binary(max_size=300) | st.text(st.sampled_from("<>!/titlehead \"'=;&#"), max_size=300).map(str.encode))
@often(150)
def test_any_error_body_is_shortened_to_one_line(content: bytes):
    text = assert_bounded(lambda: replies.shorten(replies.decoded(content)))
    assert text is not None
    assert "\n" not in text
