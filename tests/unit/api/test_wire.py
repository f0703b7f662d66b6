"""Parsing of Runway's JSON, and the variations that it tolerates."""

from __future__ import annotations

import json
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from runway_desktop.api import wire
from runway_desktop.domain.account import UsedCredits
from runway_desktop.domain.advance import Answer
from runway_desktop.domain.task import RemoteId
from runway_desktop.domain.workflows.routing import Routing
from runway_desktop.domain.workflows.runs import MOST_NODES, NodeFailure

ID = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("status", ["PENDING", "THROTTLED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "MELTING"])
def test_task_with_unknown_status_and_members_is_read(status: str) -> None:
    answer = wire.read_task(as_json({"id": ID, "status": status, "mood": {"good": [1]}, "cost": {"credits": 3}}), ID)
    assert answer == Answer(remote_id=ID, status=status, cost_credits=3.0)


def test_every_member_of_a_task_is_read() -> None:
    content = as_json(
        {
            "id": ID,
            "status": "SUCCEEDED",
            "createdAt": "2026-08-05T12:00:00.250Z",
            "progress": 1,
            "estimatedCost": {"credits": 12.5, "currency": "?"},
            "cost": {"credits": 12},
            "output": ["https://a.example/1", "https://a.example/2"],
            "failure": "words",
            "failureCode": "INTERNAL",
        }
    )
    assert wire.read_task(content, ID) == Answer(
        remote_id=ID,
        status="SUCCEEDED",
        created_at=1785931200.25,
        progress=1.0,
        estimated_credits=12.5,
        cost_credits=12.0,
        output=("https://a.example/1", "https://a.example/2"),
        failure="words",
        failure_code="INTERNAL",
    )


def test_answer_that_names_another_task_is_rejected() -> None:
    other = "0" + ID[1:]
    with pytest.raises(wire.MalformedAnswer, match="another task"):
        wire.read_task(as_json({"id": other, "status": "SUCCEEDED", "output": ["https://a.example/1"]}), ID)
    assert wire.read_task(as_json({"id": f" {ID.upper()}", "status": "RUNNING"}), ID).status == "RUNNING"
    assert wire.read_task(as_json({"id": None, "status": "RUNNING"}), ID).status == "RUNNING"


def test_null_member_is_treated_as_missing() -> None:
    members = ("createdAt", "progress", "estimatedCost", "cost", "output", "failure", "failureCode")
    answer = wire.read_task(as_json({"status": "RUNNING", **dict.fromkeys(members)}), ID)
    assert answer == Answer(remote_id=ID, status="RUNNING")


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("2026-08-05T12:00:00Z", 1785931200.0),
        ("2026-08-05T12:00:00", 1785931200.0),
        ("2026-08-05T14:00:00+02:00", 1785931200.0),
        (1785931200, 1785931200.0),
        ("yesterday", None),
        (None, None),
        (True, None),
        ({}, None),
        (1785931200250, None),
        (-1, None),
        (1e308, None),
        ("9999-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("0001-01-01", None),
        ("\ud800", None),
    ],
)
def test_timestamps_become_unix_seconds(moment: Any, seconds: float | None) -> None:
    assert wire.unix_seconds(moment) == seconds


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"{}", b'{"status": 5}', b'{"status": "RUNNING"', b"\xff"])
def test_json_without_a_task_is_unreadable(content: bytes) -> None:
    with pytest.raises(wire.MalformedAnswer):
        wire.read_task(content, ID)


def test_new_task_has_a_lower_case_id_and_its_estimate() -> None:
    created = wire.read_created(as_json({"id": ID.upper(), "estimatedCost": {"credits": 25}, "more": 1}))
    assert (created.remote_id, created.estimated_credits) == (ID, 25.0)
    assert wire.read_created(as_json({"id": ID})).estimated_credits is None


def test_id_of_another_form_is_kept_because_it_was_paid_for() -> None:
    assert wire.read_created(as_json({"id": "task_01HX"})).remote_id == "task_01HX"


@pytest.mark.parametrize(
    "content",
    [
        '{"estimatedCost": {"credits": 25}, "id": "%s"}',
        '{"estimatedCost": "free", "id": "%s"}',
        '{"estimatedCost": [{"credits": {}}], "id": "%s"}',
        '{"estimatedCost": {"credits": 1e999}, "id": "%s"}',
        '{"estimatedCost": {"credits": ' + "9" * 5000 + '}, "id": "%s"}',
        '{"estimatedCost": {"credits": NaN}, "id": "%s"}',
        '{"note": {"id": "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"}, "id": "%s"}',
        '{"note": "\\ud800", "id": "%s"}',
        '{"note": "\\"id\\": \\"x\\"", "id": "%s", "cut": [',
        '{"note": "{[", "id": "%s", "cut": "',
        '{"note": ' + "[" * 50_000 + "]" * 50_000 + ', "id": "%s"}',
        '{"id": "%s"} and more',
        '\ufeff{"id": "%s"}',
        '{"id": " %s "}',
        '{"estimatedCost": null, "id": "%s"',
    ],
)
def test_id_of_a_created_task_is_found_anywhere_in_the_answer(content: str) -> None:
    assert wire.read_created((content % ID).encode()).remote_id == ID


@pytest.mark.parametrize("raw", [b"\xed\xa0\x80", b"\xff", b"\xc3"])
def test_id_of_a_created_task_is_found_beside_invalid_text(raw: bytes) -> None:
    assert wire.read_created(b'{"note": "' + raw + b'", "id": "' + ID.encode() + b'"}').remote_id == ID


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_id_of_a_created_task_is_found_in_every_json_encoding(encoding: str) -> None:
    assert wire.read_created(f'{{"id": "{ID}"}}'.encode(encoding)).remote_id == ID


@pytest.mark.parametrize("credits", ["free", {}, True, -1, 1e300, None])
def test_invalid_estimate_is_unknown(credits: Any) -> None:
    assert wire.read_created(as_json({"id": ID, "estimatedCost": {"credits": credits}})).estimated_credits is None


@pytest.mark.parametrize("odd", ["word", 5, [1], {"a": 1}, True, -1, 1e300])
@pytest.mark.parametrize("member", ["createdAt", "progress", "estimatedCost", "cost", "failure", "failureCode"])
def test_malformed_member_does_not_hide_the_results(member: str, odd: Any) -> None:
    answer = wire.read_task(as_json({"status": "SUCCEEDED", "output": ["https://a.example/1"], member: odd}), ID)
    assert (answer.status, answer.output) == ("SUCCEEDED", ("https://a.example/1",))
    assert answer.cost_credits is None
    assert answer.progress is None
    assert answer.created_at in (None, 5.0)


@pytest.mark.parametrize("output", ["https://a.example/1", {"url": "x"}, 5, [None, 5]])
def test_invalid_result_links_are_dropped(output: Any) -> None:
    assert wire.read_task(as_json({"status": "SUCCEEDED", "output": output}), ID).output == ()


def test_lone_surrogates_are_removed_from_answers() -> None:
    content = b'{"status": "FAILED", "failure": "half \\ud83d of it", "failureCode": "\\udc00"}'
    answer = wire.read_task(content, ID)
    assert (answer.failure, answer.failure_code) == ("half \ufffd of it", "\ufffd")


@pytest.mark.parametrize("rest", ['", "estimatedC', '"', '", "estimatedCost": "free"}'])
def test_complete_id_in_a_truncated_answer_is_kept(rest: str) -> None:
    assert wire.read_created(f'{{"id": "{ID}{rest}'.encode()).remote_id == ID


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        f'{{"id": "{ID[:30]}',
        '{"id": ""}',
        '{"id": "../organization"}',
        "null",
        f'{{"task": {{"id": "{ID}"}}}}',
        f'["id", "{ID}"]',
        f'{{"note": "id", "{ID}": 1}}',
        f'<script>x = {{"id": "{ID}"}}</script>',
        f'{{"note": "\\"id\\": \\"{ID}\\"',
    ],
)
def test_answer_to_a_create_without_its_own_id_is_malformed(content: str) -> None:
    with pytest.raises(wire.MalformedAnswer):
        wire.read_created(content.encode())


def test_limit_missing_in_an_organization_is_none() -> None:
    limits = {"gen4.5": {"maxConcurrentGenerations": None, "maxDailyGenerations": 200.0, "new": 1}, "veo3": {}}
    content = as_json(
        {
            "creditBalance": 7,
            "tier": {"maxMonthlyCreditSpend": 10000, "models": limits},
            "usage": {"models": {"gen4.5": {"dailyGenerations": 3}}},
        }
    )
    organization = wire.read_organization(content, asked_at=5.0)
    assert organization.balance == 7.0
    assert organization.asked_at == 5.0
    assert organization.concurrent("gen4.5") is None
    assert organization.left_today("gen4.5") == 197
    assert organization.left_today("veo3") is None


def test_organization_needs_only_a_balance() -> None:
    assert wire.read_organization(b'{"creditBalance": 0.5}', 0.0).balance == 0.5
    assert wire.read_organization(b'{"creditBalance": 1, "tier": null, "usage": {"models": null}}', 0.0).limits == {}


@pytest.mark.parametrize("odd", ["unlimited", {}, [1], True, -1, 1e300])
def test_malformed_limit_is_ignored_and_hides_no_balance(odd: Any) -> None:
    limits = {"gen4.5": {"maxConcurrentGenerations": odd, "maxDailyGenerations": 5}, "veo3": odd}
    used = {"gen4.5": {"dailyGenerations": odd}, "veo3": {"dailyGenerations": 3}}
    content = as_json({"creditBalance": 7, "tier": {"models": limits}, "usage": {"models": used}})
    organization = wire.read_organization(content, 0.0)
    assert (organization.balance, organization.concurrent("gen4.5")) == (7.0, None)
    assert dict(organization.daily_used) == {"gen4.5": 0, "veo3": 3}
    for part in ("tier", "usage"):
        assert wire.read_organization(as_json({"creditBalance": 7, part: odd}), 0.0).balance == 7.0
        assert wire.read_organization(as_json({"creditBalance": 7, part: {"models": odd}}), 0.0).balance == 7.0


@pytest.mark.parametrize("balance", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5000, '"7"', "null", "{}"])
def test_balance_that_is_no_number_is_unreadable(balance: str) -> None:
    with pytest.raises(wire.MalformedAnswer):
        wire.read_organization(f'{{"creditBalance": {balance}}}'.encode(), 0.0)


def test_usage_amount_that_is_no_number_is_left_out() -> None:
    credits = '[{"model": "a", "amount": 1e999}, {"model": "b", "amount": 2}]'
    content = f'{{"results": [{{"date": "2026-08-04", "usedCredits": {credits}}}]}}'
    assert [use.model for use in wire.read_usage(content.encode())] == ["b"]


def test_lone_surrogates_are_removed_from_upload_slots() -> None:
    content = b'{"uploadUrl": "https://a.example/", "runwayUri": "runway://\\ud83d", "fields": {"k\\udc00": "\\ud83d"}}'
    slot = wire.read_slot(content)
    assert (slot.runway_uri, slot.fields) == ("runway://\ufffd", {"k\ufffd": "\ufffd"})


def test_usage_is_read_by_model_and_day_with_refunds() -> None:
    days = [
        {"date": "2026-08-04", "usedCredits": [{"model": "gen4.5", "amount": 60}, {"model": "veo3", "amount": -5}]},
        {"date": "2026-08-05T00:00:00Z", "usedCredits": []},
    ]
    assert wire.read_usage(as_json({"models": ["gen4.5", "veo3"], "results": days, "apiKeys": None})) == [
        UsedCredits(day=date(2026, 8, 4), model="gen4.5", credits=60.0),
        UsedCredits(day=date(2026, 8, 4), model="veo3", credits=-5.0),
    ]


def test_frozen_mappings_are_serialized_as_objects() -> None:
    body = MappingProxyType({"model": "gen4.5", "references": (MappingProxyType({"uri": "https://a.example/ü"}),)})
    assert json.loads(wire.encode(body)) == {"model": "gen4.5", "references": [{"uri": "https://a.example/ü"}]}


def test_choice_of_a_router_is_read_and_its_estimate_counts() -> None:
    routing = {
        "configId": "everyday", "model": "gen4.5", "provider": "runway", "estimatedCost": {"credits": 60},
        "resolvedSettings": {"optimizeFor": "cost", "priceCeiling": None},
        "capacityFallback": {"skipped": ["gen4_turbo", 3], "allExhausted": False},
    }  # fmt: skip
    created = wire.read_created(as_json({"id": ID, "routing": routing}))

    assert created.estimated_credits == 60
    assert created.routing == Routing(model="gen4.5", provider="runway", skipped=("gen4_turbo",))
    assert wire.read_created(as_json({"id": ID, "routing": "?"})).routing is None


def test_entry_of_a_router_without_id_or_time_makes_its_list_unreadable() -> None:
    good = {"id": "e1", "createdAt": "2026-08-05T12:00:00Z", "status": "routed", "taskId": ID, "estimatedCredits": 60}
    failed = {**good, "status": "error"}
    read, _ = wire.read_requests(as_json({"data": [good, failed], "nextCursor": None}))

    assert [(one.remote_id, one.credits) for one in read] == [(ID, 60), ("", 60)]
    for bad in ({**good, "id": 3}, {**good, "createdAt": "yesterday"}, "entry"):
        with pytest.raises(wire.MalformedAnswer):
            wire.read_requests(as_json({"data": [bad]}))


def test_run_names_the_node_of_each_output_and_of_each_failure() -> None:
    said = {"message": "Refused.", "failureCode": "SAFETY.INPUT.TEXT", "nodeName": "Spoken line"}
    content = {
        "id": ID, "status": "SUCCEEDED", "output": {"hero": ["https://a.example/1", "https://a.example/2"], "clip": []},
        "nodeErrors": {"voice": said},
    }  # fmt: skip
    assert wire.read_task(as_json(content), ID, is_run=True) == Answer(
        remote_id=ID,
        status="SUCCEEDED",
        output=("https://a.example/1", "https://a.example/2"),
        nodes=("hero", "hero"),
        node_failures=(NodeFailure(node="voice", message="Refused.", code="SAFETY.INPUT.TEXT", name="Spoken line"),),
    )


@pytest.mark.parametrize("odd", [None, 7, "x", ["https://a.example/1"], {"n": 7}, {"n": [None, {}]}, {"n": {"a": 1}}])
def test_run_with_odd_outputs_and_failures_is_read_without_them(odd: object) -> None:
    answer = wire.read_task(as_json({"status": "RUNNING", "output": odd}), ID, is_run=True)
    assert (answer.output, answer.nodes, answer.node_failures) == ((), (), ())
    answer = wire.read_task(as_json({"status": "RUNNING", "nodeErrors": odd}), ID, is_run=True)
    assert all(failure == NodeFailure(node="n") for failure in answer.node_failures)


def test_run_of_endless_outputs_is_read_up_to_a_bound() -> None:
    links = {f"n{number}": ["https://a.example/1"] for number in range(2 * MOST_NODES)}
    answer = wire.read_task(as_json({"status": "RUNNING", "output": links, "nodeErrors": links}), ID, is_run=True)
    assert (len(answer.output), len(answer.node_failures)) == (MOST_NODES, MOST_NODES)


def test_workflows_without_a_usable_version_are_left_out() -> None:
    listed = [7, {"name": "A"}, {"name": "B", "versions": [{"id": "../x"}]}, {"versions": [{"id": ID, "version": 2}]}]
    assert wire.read_workflows(as_json({"data": listed})) == [[ID]]
    with pytest.raises(wire.MalformedAnswer):
        wire.read_workflows(b'{"data": 7}')
    with pytest.raises(wire.MalformedAnswer):
        wire.read_workflow(b"[]")
