"""Mapping of HTTP statuses and server messages to errors with readable sentences."""

from __future__ import annotations

import json

import httpx
import pytest

from runway_desktop.api import replies
from runway_desktop.domain.errors import (
    ApiError,
    BadReply,
    KeyRefused,
    Misrouted,
    NoCredits,
    NoReply,
    NoRouter,
    NotReached,
    NotTaken,
    NotThere,
    RequestRefused,
    ServerTrouble,
    SlowDown,
)
from runway_desktop.domain.task import Refusal
from runway_desktop.texts import Text

NOON = 1785931200.0
"""Wed, 05 Aug 2026 12:00:00 GMT"""

GATEWAY_PAGE = b"""<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>h1 { color: red }</style></head>
<body><h1>Bad Gateway</h1><script>alert(1)</script></body></html>"""


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, BadReply),
        (304, BadReply),
        (400, RequestRefused),
        (401, KeyRefused),
        (402, RequestRefused),
        (403, RequestRefused),
        (404, NotThere),
        (405, RequestRefused),
        (408, NoReply),
        (409, RequestRefused),
        (413, RequestRefused),
        (422, RequestRefused),
        (429, SlowDown),
        (500, ServerTrouble),
        (502, ServerTrouble),
        (503, NotTaken),
        (504, ServerTrouble),
        (599, ServerTrouble),
        (999, BadReply),
    ],
)
def test_every_http_status_maps_to_an_error_with_its_number(status: int, kind: type[ApiError]) -> None:
    problem = replies.from_status(status, {}, b'{"error": "some words"}', NOON)
    assert type(problem) is kind
    assert problem.status == status
    assert problem.detail.startswith(f"HTTP {status}")
    assert problem.message.endswith(".")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"<html>404 Not Found</html>", b'{"message": "no Route matched"}', b'{"error": {}}']
)
def test_foreign_404_answer_says_nothing_about_a_task(body: bytes) -> None:
    problem = replies.from_status(404, {}, body, NOON)
    assert type(problem) is Misrouted
    assert problem.status == 404
    assert problem.may_retry
    assert "instead of Runway" in problem.message


@pytest.mark.parametrize(
    "body",
    [
        b'{"code": "router_config_not_found"}',
        b'{"error": "Router config not found.", "code": "router_config_not_found"}',
    ],
)
def test_router_that_is_gone_is_told_apart_from_other_404s(body: bytes) -> None:
    assert type(replies.from_status(404, {}, body, NOON)) is NoRouter


def test_router_without_a_model_says_what_left_none_at_its_field() -> None:
    body = {"error": "None.", "code": "no_eligible_model", "emptiedBy": ["prompt_length", "price", "new_filter"]}
    problem = replies.from_status(400, {}, json.dumps(body).encode(), NOON)

    assert type(problem) is RequestRefused
    assert [(one.path, one.message) for one in problem.refusals] == [
        (("promptText",), "The prompt is too long for every model of this router."),
        ((), "Every model that can do this costs more than this router allows."),
        ((), "new_filter"),
    ]
    assert problem.message.startswith("The router found no model for this request. Nothing is charged.")
    assert type(replies.from_status(400, {}, b'{"code": "no_eligible_model", "emptiedBy": 3}', NOON)) is RequestRefused


def test_refused_key_error_says_what_to_do() -> None:
    problem = replies.from_status(401, {}, b'{"error": "invalid api key"}', NOON)
    assert str(problem) == "Runway did not accept the key."
    assert "stray space" in problem.advice
    assert problem.detail == "HTTP 401 · invalid api key"
    assert not problem.may_retry


def test_validation_issues_name_their_fields() -> None:
    body = {
        "error": "Validation of body failed",
        "issues": [
            {"code": "too_big", "path": ["references", 0, "uri"], "message": "Too long"},
            {"path": "ratio", "message": "Not a choice"},
            {"message": ""},
            "odd",
        ],
        "docUrl": "https://docs.example",
    }
    problem = replies.from_status(400, {}, json.dumps(body).encode(), NOON)
    assert isinstance(problem, RequestRefused)
    assert problem.message == "Runway did not accept the request: Validation of body failed."
    assert problem.refusals == (
        Refusal(path=("references", 0, "uri"), message="Too long", code="too_big"),
        Refusal(path=("ratio",), message="Not a choice"),
        Refusal(path=(), message="Not accepted."),
        Refusal(path=(), message="odd"),
    )


@pytest.mark.parametrize(
    "words", ["You do not have enough credits to run this task.", "Insufficient credits", "Not enough credit balance."]
)
def test_missing_credits_are_not_an_invalid_request(words: str) -> None:
    problem = replies.from_status(400, {}, json.dumps({"error": words}).encode(), NOON)
    assert isinstance(problem, NoCredits)
    issue = {"path": ["promptText"], "message": words}
    wrong = replies.from_status(400, {}, json.dumps({"error": words, "issues": [issue]}).encode(), NOON)
    assert not isinstance(wrong, NoCredits), "a field is named"
    other = replies.from_status(400, {}, b'{"error": "This model takes credits of a paid plan."}', NOON)
    assert not isinstance(other, NoCredits)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"issues": 5}', b'{"error": null, "issues": [null]}', b"\xff\xfe"]
)
def test_refusal_without_a_readable_message_is_still_a_refusal(body: bytes) -> None:
    problem = replies.from_status(400, {}, body, NOON)
    assert isinstance(problem, RequestRefused)
    assert problem.message.startswith("Runway did not accept the request")


def test_html_error_page_becomes_one_line() -> None:
    problem = replies.from_status(502, {}, GATEWAY_PAGE, NOON)
    assert problem.detail == "HTTP 502 · Bad Gateway"


def test_long_error_texts_are_cut_and_control_characters_dropped() -> None:
    assert len(replies.shorten("x" * 10_000)) == replies.LONGEST
    assert replies.shorten("a\x00b\r\n\tc\u202ed") == "a b c d"
    assert replies.shorten("<p>One &amp; <b>two</b></p>") == "One & two"
    assert replies.shorten("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Wed, 05 Aug 2026 12:01:30 GMT", 90.0),
        ("Wed, 05 Aug 2026 11:00:00 GMT", 0.0),
        ("Wed, 05 Aug 2026 12:00:10 -0000", 10.0),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert replies.retry_after(httpx.Headers({"Retry-After": text}), NOON) == seconds


def test_rate_limit_error_says_when_to_retry() -> None:
    problem = replies.from_status(429, httpx.Headers({"Retry-After": "120"}), b'{"error": "daily quota"}', NOON)
    assert isinstance(problem, SlowDown)
    assert problem.retry_after == 120.0
    assert problem.advice == "Try again in 2 minutes."
    assert replies.from_status(429, {}, b"", NOON).advice


def test_runways_own_503_says_that_the_request_was_not_taken() -> None:
    problem = replies.from_status(503, httpx.Headers({"Retry-After": "3"}), b'{"error": "Overloaded."}', NOON)
    assert isinstance(problem, NotTaken)
    assert (problem.status, problem.retry_after) == (503, 3.0)
    assert "did not take the request" in problem.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><title>503 Service Unavailable</title></html>",
        b'{"message": "Service Unavailable"}',
        b'{"error": {"code": 503}}',
        b'{"error": "Overloaded.',
        b'["error"]',
        b'{"error": null}',
    ],
)
def test_gateway_503_says_nothing_about_the_request(content: bytes) -> None:
    problem = replies.from_status(503, httpx.Headers({"Retry-After": "3"}), content, NOON)
    assert type(problem) is ServerTrouble
    assert (problem.status, problem.retry_after) == (503, 3.0)
    assert "did not take" not in problem.message


@pytest.mark.parametrize(
    ("error", "kind", "word"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), NotReached, "reached"),
        (httpx.ConnectError("[Errno -2] Name or service not known"), NotReached, "runway.example"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), NotReached, "secure"),
        (httpx.ConnectTimeout(""), NotReached, "reached"),
        (httpx.PoolTimeout(""), NotReached, "Too many requests"),
        (httpx.ProxyError("407"), NotReached, "reached"),
        (httpx.UnsupportedProtocol("x"), NotReached, "reached"),
        (httpx.WriteError(""), NoReply, "interrupted"),
        (httpx.WriteTimeout(""), NoReply, "in time"),
        (httpx.ReadError(""), NoReply, "interrupted"),
        (httpx.ReadTimeout(""), NoReply, "in time"),
        (httpx.CloseError(""), NoReply, "interrupted"),
        (httpx.RemoteProtocolError("Server disconnected"), NoReply, "interrupted"),
        (httpx.DecodingError("bad gzip"), BadReply, "could not be read"),
    ],
)
def test_only_failures_before_sending_count_as_not_reached(error: Exception, kind: type[ApiError], word: str) -> None:
    problem = replies.from_connection(error, "runway.example")
    assert type(problem) is kind
    assert word in problem.message
    assert problem.detail
    assert "Errno" not in problem.detail
    assert problem.advice


def test_errors_of_other_hosts_are_no_refusals_of_the_key() -> None:
    for status in (401, 403):
        problem = replies.from_other_host(
            status, {}, b"<Error><Message>Expired</Message></Error>", NOON, who=replies.FILE_SERVER, refused=Text("No.")
        )
        assert type(problem) is RequestRefused
        assert problem.detail == f"HTTP {status} · Expired"
