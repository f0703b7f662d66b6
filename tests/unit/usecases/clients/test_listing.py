"""The list of tasks for programs, page by page, and ids that are added to it."""

from __future__ import annotations

import asyncio
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.errors import NoReply, NotThere
from runway_desktop.domain.permissions import COMMAND_LINE
from runway_desktop.usecases.clients.refusals import CallRefused, Code, listed
from tests.rigs.clients_desk import Desk, a_desk
from tests.rigs.fake_runway import remote_id

NEVER = "17f20503-6c24-4c16-946b-35dbbce2af2f"
NOT_THERE = NotThere("Runway knows no such task.", status=404)


async def pages(desk: Desk, limit: int, query: str = "") -> list[list[str]]:
    found: list[list[str]] = []
    after = ""
    while True:
        page = await desk.call(COMMAND_LINE, "list", limit=limit, after=after, query=query)
        found.append([task["id"] for task in page["tasks"]])
        if "next_after" not in page:
            return found
        after = page["next_after"]


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
async def test_pages_hold_each_task_once_also_of_one_moment(limit: int, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = []
        for number in range(7):
            made.append((await desk.create(prompt=f"Fox {number}", request_id=f"{number}", max_credits=100.0))["id"])
            if number in (1, 5):
                await desk.rig.clock.advance(5)
        found = await pages(desk, limit)
        in_turn = [*chain.from_iterable(found)]
        assert (sorted(in_turn), [in_turn]) == (sorted(made), await pages(desk, 200))
        assert {len(page) for page in found[:-1]} <= {limit}
        assert await pages(desk, limit, "nothing like that") == [[]]


async def test_page_goes_on_after_a_task_that_the_query_no_longer_finds(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = []
        for number in range(3):
            made.append((await desk.create(prompt=f"Fox {number}", request_id=f"{number}", max_credits=100.0))["id"])
            await desk.rig.clock.advance(5)
        await desk.call(COMMAND_LINE, "cancel", ids=[made[1]])
        page = await desk.call(COMMAND_LINE, "list", query="is:waiting", after=made[1])
        assert [task["id"] for task in page["tasks"]] == [made[0]]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("bogus:", "“bogus:” is no filter. Filters: model, state,"),
        ("fox BOGUS:x", "“BOGUS:x” is no filter."),
        ("project:", "“project:” is no filter."),
        ('tag:""', "is no filter."),
        ("is:nope", "failed, uncertain, suggested."),
        ("state:nope", "All: "),
        ("rating:many", "Use numbers"),
    ],
)
async def test_query_that_filters_nothing_is_refused_and_names_what_there_is(query: str, says: str, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        with pytest.raises(CallRefused) as refused:
            await desk.call(COMMAND_LINE, "list", query=query)
        assert refused.value.code is Code.INPUT
        assert says in refused.value.in_words()
        assert "searched as a word" not in refused.value.in_words()


@pytest.mark.parametrize(("query", "note"), [("tag:drone", "No tag “drone” yet."), ('"a:b" https://x', None)])
async def test_name_that_no_task_has_finds_nothing_and_is_noted(query: str, note: str | None, tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        await desk.create(max_credits=100.0)
        found = await desk.call(COMMAND_LINE, "list", query=query)
        assert (found["tasks"], found["total"], found.get("note")) == ([], 0, note)


async def adopted(desk: Desk, *ids: str) -> dict[str, Any]:
    adopting = asyncio.create_task(desk.call(COMMAND_LINE, "adopt", ids=list(ids)))
    await desk.rig.clock.advance(10)
    return await adopting


async def test_adopt_asks_twice_and_adds_only_what_runway_knows(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        fresh = (await desk.rig.runway.create("text_to_video", {"model": "gen4.5"})).remote_id
        desk.rig.runway.then("task", NOT_THERE, NOT_THERE)
        found = await adopted(desk, NEVER, fresh)
        assert [task["runway_id"] for task in found["tasks"]] == [fresh]
        assert (list(found["problems"]), len(found["added"]), found["known"]) == ([NEVER], 1, [])
        assert [task.remote_id for task in desk.rig.ledger.open()] == [fresh]
        assert len(desk.rig.runway.named("task")) == 4
        again = await adopted(desk, fresh, found["added"][0])
        assert (again["added"], again["known"], again["problems"]) == ([], found["added"], {})
        assert len(desk.rig.runway.named("task")) == 4, "one that is in the list is not asked for"


async def test_adopt_adds_nothing_if_a_word_is_no_id_or_runway_cannot_be_asked(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        with pytest.raises(CallRefused, match="“fox” is no id of Runway's") as refused:
            await adopted(desk, str(remote_id(1)), "fox")
        assert refused.value.code is Code.INPUT
        desk.rig.runway.then("task", NoReply("The connection was cut."))
        with pytest.raises(CallRefused) as refused:
            await adopted(desk, NEVER)
        assert refused.value.code is Code.AGAIN
        assert not desk.rig.ledger.open()


async def test_refused_value_names_what_is_allowed(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        with pytest.raises(CallRefused) as refused:
            await desk.call(
                COMMAND_LINE, "create", endpoint="text_to_image", model="gen4_image", values={"ratio": "1:1"}
            )
        assert "1680:720" in refused.value.advice


def test_long_lists_of_allowed_values_are_cut_to_twenty_or_a_range():
    assert listed(["a", "b"]) == "a, b"
    assert listed(range(1, 40)) == "1 to 39"
    assert listed([*"abcdefghijklmnopqrstuvw"]).endswith("s, t … and 3 more")
