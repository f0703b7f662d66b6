"""The queue as groups, texts of their headers, and the effect of rows dropped on entries of the left pane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import Organization
from runway_desktop.domain.caps import Cap, HeldBack, Kept, LaneCode, LaneReason, Limit
from runway_desktop.domain.library import Entries, Filter, Page, Row
from runway_desktop.domain.task import BatchId, Hold, HoldCode, Request, State, Task, TaskId
from runway_desktop.services.tasks.outlook import Outlook, Range, Slots
from runway_desktop.usecases.commands.commands import Commands
from runway_desktop.usecases.commands.drag_payload import Does, taken_by
from runway_desktop.usecases.commands.queued import RELEASE
from runway_desktop.usecases.commands.requests import RETRY
from runway_desktop.usecases.lane_lines import OVER_CAP, LaneLines, QueueMember, by_lane, lane_group_words, queue_line
from runway_desktop.usecases.listing.lines import GroupWords
from runway_desktop.usecases.searching.pages import PaneEntry
from runway_desktop.usecases.words.queue import InQueue, lifted_words, start_words
from runway_desktop.usecases.words.states import Around, Tone, describe
from runway_desktop.values import replace
from tests.rigs import engine_rig
from tests.rigs.engines import Unasked, engine_of
from tests.rigs.rows import failed, row, task

NOW = 1_750_000_000.0
HELD, ASKED, SHORT = Hold(HoldCode.WAITS_FOR_PERSON), Hold(HoldCode.APPROVAL), Hold(HoldCode.CREDITS)


def of(number: int, model: str = "gen4.5", **more: Any) -> Task:
    return task(number, State.QUEUED, request=Request(endpoint="text_to_video", model=model), **more)


TASKS = {one.id: one for one in (of(1), of(2, "veo3.1"), of(3), of(4, "veo3.1"))}


def test_queue_groups_are_in_sending_order_with_those_over_the_cap_last():
    entries = by_lane(Entries(list(TASKS)), TASKS.get, {TaskId("t1")})
    assert entries.ids == ["t2", "t4", "t3", "t1"]
    assert entries.groups == (("veo3.1", 2), ("gen4.5", 1), (OVER_CAP, 1))


def words(key: str, *tasks: Task, kept: Kept | None = None, slots: int | None = 2, release: str = ""):
    members = [QueueMember(task=one, price=60.0, kept=kept) for one in tasks]
    return lane_group_words(key, members, lambda _: Slots(1, slots), [], release, is_folded=False)


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        (Slots(1, 2), "1 of 2 slots in use"), (Slots(3, 1), "1 of 1 slot in use"), (Slots(0, 2), "0 of 2 slots in use"),
        (Slots(2, None), "2 in use"), (Slots(1, None), "1 in use"), (Slots(0, None), ""),
    ],
)  # fmt: skip
def test_group_header_shows_used_slots(slots: Slots, said: str) -> None:
    assert lane_group_words("gen4.5", [], lambda _: slots, [], is_folded=False).holds == said


def test_group_header_shows_the_progress_of_four_running_tasks() -> None:
    running = [task(number, State.RUNNING, progress=number / 10 or None) for number in range(6)]
    said = lane_group_words("", [], lambda _: Slots(0, None), running, is_folded=True)
    assert said == GroupWords(title="Model not known", is_folded=True, progress=(0.0, 0.1, 0.2, 0.3))


def test_queue_tasks_not_loaded_yet_are_a_group() -> None:
    entries = by_lane(Entries([TaskId("new"), TaskId("t2")], is_whole=False), TASKS.get, ())
    assert (entries.ids, entries.groups, entries.is_whole) == (["new", "t2"], (("", 1), ("veo3.1", 1)), False)


def over(limit: Limit) -> Kept:
    return Kept(lane=LaneReason(LaneCode.HELD_BACK, held=HeldBack(limit=limit, price=60.0)))


def test_group_header_shows_slots_and_held_tasks():
    said = words("gen4.5", of(1), of(2, hold=HELD), of(3))
    assert (said.title, said.holds, said.costs) == ("Gen-4.5", "1 of 2 slots in use", "2 queued · 1 held")
    assert said.sign == "mdi6.pause"
    assert words("gen4.5", *(of(number, hold=hold) for number in (1, 2) for hold in (HELD, SHORT))).costs == (
        "2 held · 2 wait for credits"
    )
    held = words("gen4.5", of(2, hold=HELD), release="Release · 25 credits")
    assert (held.sign, held.button) == ("", "Release · 25 credits")
    assert said.button == ""


@pytest.mark.parametrize(
    ("limit", "title", "button"),
    [
        (Limit(cap=Cap.DAY, limit=2100.0), "Over today's cap of 2,100", "Raise cap…"),
        (Limit(cap=Cap.PROJECT, limit=50.0, project="Aurora"), "Over the cap of 50 for “Aurora”", "Raise cap…"),
        (Limit(cap=Cap.BALANCE, limit=5.0), "Over the balance", ""),
    ],
)
def test_task_over_a_cap_names_it_and_offers_to_raise_it(limit, title, button):
    said = words(OVER_CAP, of(1), kept=over(limit))
    assert (said.title, said.button, said.is_warning) == (title, button, True)


def test_line_above_the_queue_shows_number_cost_and_time():
    outlook = Outlook(order={TaskId("t1"): 1}, ends={TaskId("t1"): Range(300.0, 310.0)})
    assert queue_line(TASKS.values(), lambda _: 60.0, outlook) == "4 tasks · 240 credits · 5–6 min"
    assert queue_line([], lambda _: 60.0, Outlook()) == ""


def test_line_above_the_queue_leaves_out_removed_tasks_and_unknown_prices() -> None:
    assert queue_line([of(1), of(2, removed_at=1.0)], lambda _: None, Outlook()) == "1 task"
    assert queue_line([of(2, removed_at=1.0)], lambda _: 60.0, Outlook()) == ""


@asynccontextmanager
async def a_queue(folder: Path, *tasks: Task) -> AsyncIterator[tuple[engine_rig.Rig, LaneLines]]:
    """A paused lane with these tasks, of 25 credits each."""
    async with engine_rig.Rig(loops=("lane",), paused=True) as parts:
        engine = engine_of(parts, folder / "library")
        for model in ("gen4.5", "veo3.1"):
            await parts.pricing.learn(engine_rig.request(model=model), 25.0)
        await parts.store.add(tasks, (), None, ())
        await parts.ledger.load()
        await parts.budget.load()
        yield parts, LaneLines(engine, Commands(engine, Unasked(engine)))


def priced(number: int, model: str = "gen4.5", **more: Any) -> Task:
    return task(number, **({"request": engine_rig.request(model=model)} | more))


def ids(*numbers: int) -> list[TaskId]:
    return [TaskId(f"t{number}") for number in numbers]


RUNNING = priced(1, state=State.RUNNING, estimated_credits=20.0, sent_at=NOW, progress=0.4)
QUEUE = (
    RUNNING, priced(2), priced(3, "veo3.1"), priced(4), priced(5), priced(6, hold=HELD), priced(7, hold=ASKED),
    priced(8, removed_at=1.0), priced(9, "veo3.1", hold=SHORT), priced(10),
)  # fmt: skip
"""With a daily cap of 80, which t4, t5 and t10 are over."""


async def test_queue_over_a_cap_has_these_lines(tmp_path: Path) -> None:
    async with a_queue(tmp_path, *QUEUE) as (parts, lines):
        parts.settings.day_cap = 80.0
        await parts.clock.advance(1)
        assert (lines.line(), lines.release_words()) == ("7 tasks · 175 credits", "Release 2 · 50 credits")
        assert (lines.is_all_held, lines.is_paused) == (False, True)
        groups = lines.groups(Entries(ids(2, 3, 4, 5, 6, 7, 9)))
        assert groups.groups == (("gen4.5", 3), ("veo3.1", 2), (OVER_CAP, 2))
        assert groups.ids == ids(2, 6, 7, 3, 9, 4, 5)
        assert lines.group_words("gen4.5", ids(2, 6, 99), is_folded=True) == GroupWords(
            title="Gen-4.5",
            holds="1 of 2 slots in use",
            costs="1 queued · 1 held",
            is_folded=True,
            progress=(0.4,),
            sign="mdi6.pause",
        )
        assert lines.group_words("veo3.1", ids(9), is_folded=False) == GroupWords(
            title="Veo 3.1",
            holds="0 of 2 slots in use",
            costs="1 waits for credits",
            button="Release · 25 credits",
        )
        assert lines.group_words(OVER_CAP, ids(4, 5), is_folded=True) == GroupWords(
            title="Over today's cap of 80",
            holds="2 tasks · 50 credits · on hold until the cap is raised, or tomorrow",
            is_folded=True,
            is_warning=True,
            button="Raise cap…",
        )
        budget = lines.budget()
        assert [(share.part.name, share.credits) for share in budget.shares] == [
            ("SPENT", 0.0), ("RUNNING", 20.0), ("QUEUED", 50.0), ("LEFT", 10.0), ("OVER", 75.0), ("SHORT", 25.0),
        ]  # fmt: skip
        assert (budget.cap, budget.over) == (80.0, tuple(ids(4, 5, 10)))
        [reached] = lines.caps_reached().items()
        assert reached == ((Cap.DAY, "", 80.0), budget.kept)
        [kept] = lines.raisable(ids(1, 2, 4, 5, 99))
        assert kept == budget.kept
        assert lines.raise_words(kept) == "Raise today's cap to 150 and send 3 · 75 credits"
        assert lines.raise_words(Kept()) == ""


async def test_queue_over_the_balance_has_these_lines(tmp_path: Path) -> None:
    tasks = (priced(2, hold=HELD), priced(3, hold=SHORT), priced(4), priced(5))
    async with a_queue(tmp_path, *tasks) as (parts, lines):
        parts.account.organization = Organization(balance=30, asked_at=NOW)
        await parts.clock.advance(1)
        assert lines.group_words(OVER_CAP, ids(5), is_folded=False) == GroupWords(
            title="Over the balance", holds="1 task · 25 credits · on hold until there are credits", is_warning=True
        )
        budget = lines.budget()
        assert [(share.part.name, share.credits) for share in budget.shares] == [
            ("SPENT", 0.0), ("RUNNING", 0.0), ("QUEUED", 25.0), ("SHORT", 50.0),
        ]  # fmt: skip
        assert (budget.cap, budget.over, budget.kept, lines.raisable(ids(5))) == (None, tuple(ids(5)), None, [])
        assert list(lines.caps_reached()) == [(Cap.BALANCE, "", 0.0)]


async def test_queue_that_is_empty_or_all_held_has_these_lines(tmp_path: Path) -> None:
    async with a_queue(tmp_path, RUNNING) as (_, lines):
        assert (lines.line(), lines.is_all_held, lines.caps_reached()) == ("", False, {})
        assert (lines.budget().over, lines.budget().kept) == ((), None)
    async with a_queue(tmp_path, priced(2, hold=HELD), priced(3, hold=ASKED), priced(4, removed_at=1.0)) as (_, lines):
        assert (lines.line(), lines.is_all_held) == ("1 task · 25 credits", True)
    async with a_queue(tmp_path, priced(2, "unknown", hold=HELD)) as (_, lines):
        assert (lines.line(), lines.group_words(OVER_CAP, ids(2), is_folded=False).holds) == (
            "1 task", "1 task · 0 credits · on hold until there are credits",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("lifted", "over", "may"),
    [((2,), 6, True), ((2,), 3, False), ((2, 3), 6, False), ((3,), 4, True), ((3,), 9, True), ((2,), 99, True)],
)
async def test_task_can_be_dropped_on_its_model_or_on_tasks_over_a_cap(tmp_path, lifted, over, may):
    async with a_queue(tmp_path, *QUEUE) as (parts, lines):
        parts.settings.day_cap = 80.0
        await parts.clock.advance(1)
        assert lines.may_stand_by(ids(*lifted), *ids(over)) is may


@pytest.mark.parametrize(
    ("over", "lifted", "below", "before"),
    [
        ("t3", ["t9"], False, "t3"), ("t3", ["t9"], True, "t4"), ("t3", ["t3", "t4"], False, "t5"),
        ("t10", ["t2"], True, None), ("t1", ["t2"], True, None), ("t99", ["t2"], False, None),
    ],
)  # fmt: skip
async def test_drop_inserts_before_this_task(tmp_path, over, lifted, below, before):
    async with a_queue(tmp_path, *QUEUE) as (_, lines):
        assert lines.before(TaskId(over), lifted, below=below) == before


async def test_drop_on_a_task_being_sent_inserts_at_the_front(tmp_path: Path) -> None:
    async with a_queue(tmp_path, *QUEUE) as (parts, lines):
        await parts.ledger.change(TaskId("t3"), lambda one: replace(one, state=State.SENDING), "sending")
        for below in (False, True):
            assert lines.before(TaskId("t3"), ids(9), below=below) == "t2"


@pytest.mark.parametrize(
    ("start", "said"), [((0.0, 0.0), "now"), ((38.0, 40.0), "in 35–40 s"), ((40.0, 40.0), "in about 40 s")]
)
def test_queued_task_shows_when_it_starts(start, said):
    assert start_words(start) == said


def told(turn: InQueue, **more: Any) -> tuple[str, str, Tone]:
    found = describe(Row(task=of(1, **more)), Around(turn=turn))
    return found.headline, found.detail, found.tone


def test_queue_row_shows_its_start_and_its_former_start_during_a_drag():
    start = (35.0, 40.0)
    assert told(InQueue(position=1, start=start, is_queue=True))[:2] == ("In 35–40 s", "Next in line")
    assert told(InQueue(position=2, start=start))[:2] == ("Queued", "in 35–40 s")
    assert told(InQueue(position=3, is_queue=True))[:2] == ("Queued", "Place 3 in line")
    moved = InQueue(position=1, start=start, before=(120.0, 120.0), is_moving=True, is_queue=True)
    assert told(moved) == ("In 35–40 s", "was in about 2 min", Tone.BUSY)


def test_dragged_task_shows_its_new_position():
    assert lifted_words([2, 3], [(60.0, 60.0), (60.0, 120.0)]) == "Places 2 to 3 · in 1–2 min"
    assert lifted_words([4], []) == "Place 4"
    assert lifted_words([], []) == ""


def entry(**more) -> PaneEntry:
    return PaneEntry("Somewhere", filter=Filter(**more))


def test_projects_tags_and_picks_accept_dropped_tasks():
    rows = [row(State.SUCCEEDED)]
    project, tag = taken_by(entry(projects=frozenset({"Aurora"})), rows), taken_by(entry(tags=frozenset({"sea"})), rows)
    assert (project.does, project.value) == (Does.PROJECT, "Aurora")
    assert (tag.does, tag.value) == (Does.TAG, "sea")
    assert taken_by(entry(page=Page.PICKS), rows).does is Does.PICK


def test_queue_page_accepts_tasks_that_can_be_released_or_retried():
    queue = entry(page=Page.WAITING_HERE)
    assert taken_by(queue, [row(State.QUEUED, hold=HELD)]).command is RELEASE
    assert taken_by(queue, [failed("INTERNAL")]).command is RETRY
    assert taken_by(queue, [row(State.SUCCEEDED)]).reason


@pytest.mark.parametrize(
    "page", [entry(batches=frozenset({BatchId("b")})), entry(page=Page.SAVED), PaneEntry("Requests", room="requests")]
)
def test_other_pages_say_why_they_accept_no_drop(page):
    taken = taken_by(page, [row(State.SUCCEEDED)])
    assert taken.does is None
    assert taken.reason.endswith(".")
