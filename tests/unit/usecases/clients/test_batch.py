"""The rows of a batch: what each asks for, its id, what is wrong with a line, and what they cost together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.permissions import COMMAND_LINE
from runway_desktop.domain.task import HoldCode
from runway_desktop.usecases.clients.batch import MOST_ROWS, Batch, batch_of
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from tests.rigs.clients_desk import Desk, a_desk

FOX = {"prompt": "A fox"}
WOLF = {"prompt": "A wolf", "duration": 10}
GIVEN = {"endpoint": "text_to_video", "model": "gen4.5", "values": {"ratio": "1280:720", "duration": 5}}


def lines(*rows: object) -> str:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


def batch(*rows: object, name: str = "") -> Batch:
    return batch_of(lines(*rows), is_table=False, given=GIVEN, name=name)


def ids(found: Batch) -> list[str]:
    return [row.request_id for row in found.rows]


def test_row_overrides_what_the_command_line_gives():
    found = batch(FOX, {**WOLF, "model": "gen4_turbo", "project": " Ad ", "ratio": None, "request_id": " w "})
    assert found.rows[0].wish == {**GIVEN, **FOX, "project": "", "request_id": ids(found)[0]}
    assert found.rows[1].wish == {
        "endpoint": "text_to_video", "model": "gen4_turbo", "prompt": "A wolf", "project": "Ad", "request_id": "w",
        "values": {"duration": 10},
    }  # fmt: skip


def test_equal_rows_are_different_takes_and_moved_rows_are_the_same():
    first = ids(batch(FOX, WOLF, FOX))
    assert len(set(first)) == 3
    assert ids(batch("", WOLF, FOX, FOX)) == [first[1], first[0], first[2]]
    assert ids(batch(FOX, WOLF, FOX, name="again")) != first
    assert not {*first} & {*ids(batch(FOX, WOLF, FOX, name="again"))}


def test_row_with_an_id_of_its_own_does_not_number_the_others():
    assert ids(batch({**FOX, "request_id": "one"}, FOX, name="x")) == ["one", *ids(batch(FOX, name="x"))]


def test_one_id_for_two_requests_names_both_lines():
    found = batch({**FOX, "request_id": "one"}, "", {**FOX, "request_id": "one"}, {**WOLF, "request_id": "one"})
    assert found.problems == {4: "It has the request_id of line 1, and asks for something else."}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{"prompt": ', "It is no JSON: "),
        ('{"seed": NaN}', "It is no JSON: NaN is no number."),
        ("[]", "It is no JSON object."),
        ({"prompt": 5}, "Its “prompt” is no text."),
    ],
)
def test_line_that_is_no_request_is_named(row: object, said: str):
    found = batch(FOX, row, FOX)
    assert [(line, problem.startswith(said)) for line, problem in found.problems.items()] == [(2, True)]


def test_row_without_a_model_is_named():
    nothing = {"values": {}}
    assert batch_of(lines({"endpoint": "text_to_video"}), is_table=False, given=nothing).problems == {
        1: "Neither it nor the command line names its model."
    }


def test_table_is_read_as_the_lines_are():
    table = 'prompt;duration;request_id;;\n"A fox,\nred";5;one;\n\n\'=A wolf;;two;;\n'
    found = batch_of(table, is_table=True, given=GIVEN)
    assert not found.problems
    assert [(row.line, row.wish["prompt"], row.wish["values"]["duration"], row.request_id) for row in found.rows] == [
        (2, "A fox,\nred", 5, "one"),
        (5, "=A wolf", 5, "two"),
    ]
    alike = batch_of(lines({"prompt": "A fox,\nred", "request_id": "one"}), is_table=False, given=GIVEN)
    assert found.rows[0].wish == alike.rows[0].wish


@pytest.mark.parametrize(
    ("table", "line", "said"),
    [
        ("prompt,seed\nA fox,1\nA wolf,2,3\n", 3, "more cells"),
        ('prompt,seed\nA fox,1\n"A wolf,2\nA cat,3\n', 3, "unexpected end"),
        ("sep=;\nprompt;prompt\nA fox;1\n", 2, "name of another"),
        ("prompt,,seed\nA fox,,1\n", 1, "no name"),
    ],
)
def test_broken_line_of_a_table_is_named(table: str, line: int, said: str):
    problems = batch_of(table, is_table=True, given=GIVEN).problems
    assert said in problems[line]


def test_batch_has_rows_and_a_sentence_says_how_many_at_most():
    for text, is_table in (("\n \n", False), ("prompt,seed\n", True)):
        with pytest.raises(CallRefused, match="no row"):
            batch_of(text, is_table=is_table, given=GIVEN)
    assert len(batch(*[FOX] * MOST_ROWS).rows) == MOST_ROWS
    with pytest.raises(CallRefused, match="up to 2,000 rows; this one has 20,000") as refused:
        batch(*[FOX] * 20_000)
    assert refused.value.code is Code.INPUT


# What they cost together: a fox costs 25 credits.


async def priced(desk: Desk, rows: Sequence[object], max_credits: float | None = None, **more: Any) -> dict[str, Any]:
    wishes = [{**row.wish, **more} for row in batch(*rows).rows]
    return await desk.call(COMMAND_LINE, "estimate_batch", rows=wishes, max_credits=max_credits)


async def make(desk: Desk, row: object) -> dict[str, Any]:
    return await desk.call(COMMAND_LINE, "create", **batch(row).rows[0].wish, max_credits=25.0)


async def test_limit_is_for_the_sum_of_all_rows(tmp_path: Path):
    async with a_desk(tmp_path, granted=60.0) as desk:
        said = await priced(desk, [FOX, FOX], 49.0)
        assert (said["would"], said["because"]) == (
            "refuse",
            "It costs 50 credits, more than 49. Say a higher --max-credits to agree to that. Nothing was sent.",
        )
        assert (await priced(desk, [FOX, FOX], 50.0))["would"] == "send"
        assert "Say --max-credits 50" in (await priced(desk, [FOX, FOX]))["because"], "above the person's limit"
        assert "60 credits are left" in (await priced(desk, [FOX] * 3, 100.0))["because"]
        assert not desk.rig.ledger.all_queued()


async def test_row_that_was_made_costs_nothing_again(tmp_path: Path):
    async with a_desk(tmp_path, granted=60.0) as desk:
        made = await make(desk, FOX)
        said = await priced(desk, [FOX, FOX], 25.0)
        assert (said["would"], said["credits"]) == ("send", 25.0)
        assert [(row["id"], row["most"], row["is_sure"]) for row in said["rows"]] == [
            (made["id"], 0.0, True),
            ("", 25.0, True),
        ]
        assert (await priced(desk, [FOX], 0.0))["would"] == "repeat"


async def test_each_wrong_row_is_named_by_the_engine(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await make(desk, {**FOX, "request_id": "one"})
        rows = [FOX, {**FOX, "hue": 3}, {**FOX, "duration": "long"}, {**WOLF, "request_id": "one"}]
        said = await priced(desk, rows, 1000.0)
        problems = [row["problem"] for row in said["rows"]]
        assert (said["would"], problems[0]) == ("refuse", "")
        assert all(word in said for word, said in zip(("“hue”", "duration", "request_id"), problems[1:], strict=True))


async def test_price_that_runway_has_not_named_is_not_sure(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        [row] = (await priced(desk, [WOLF], 1000.0))["rows"]
        assert (row["most"], row["is_sure"]) == (50.0, False)


async def test_row_over_a_cap_is_queued(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        desk.rig.settings.day_cap = 30.0
        assert (await priced(desk, [FOX, FOX], 50.0))["would"] == "queue"
        for row in ({**FOX, "request_id": "one"}, {**FOX, "request_id": "two"}):
            assert (await make(desk, row))["state"] == "queued"
        assert [task.hold.code for task in desk.rig.ledger.all_queued()] == [HoldCode.ITS_TURN] * 2


async def test_row_without_a_price_counts_as_what_it_books(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        rows = [FOX, {"prompt": "A cat", "model": "veo3.1", "duration": 4}]
        assert "price" in (await priced(desk, rows, 1000.0))["because"]
        said = await priced(desk, rows, 84.0, price_up_to=60.0)
        assert (said["would"], [row["most"] for row in said["rows"]]) == ("refuse", [25.0, 60.0])
        assert (await priced(desk, rows, 85.0, price_up_to=60.0))["would"] == "send"
