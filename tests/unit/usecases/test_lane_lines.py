"""The queue as groups, texts of their headers, and the effect of rows dropped on entries of the left pane."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.domain.caps import Cap, HeldBack, Kept, LaneCode, LaneReason, Limit
from runway_desktop.domain.library import Entries, Filter, Page, Row
from runway_desktop.domain.task import BatchId, Hold, HoldCode, Request, State, Task, TaskId
from runway_desktop.services.tasks.outlook import Outlook, Range, Slots
from runway_desktop.usecases.commands.drag_payload import Does, taken_by
from runway_desktop.usecases.commands.queued import RELEASE
from runway_desktop.usecases.commands.requests import RETRY
from runway_desktop.usecases.lane_lines import OVER_CAP, QueueMember, by_lane, lane_group_words, queue_line
from runway_desktop.usecases.searching.pages import PaneEntry
from runway_desktop.usecases.words.queue import InQueue, lifted_words, start_words
from runway_desktop.usecases.words.states import Around, Tone, describe
from tests.rigs.rows import failed, row, task

HELD = Hold(HoldCode.WAITS_FOR_PERSON)


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


def over(limit: Limit) -> Kept:
    return Kept(lane=LaneReason(LaneCode.HELD_BACK, held=HeldBack(limit=limit, price=60.0)))


def test_group_header_shows_slots_and_held_tasks():
    said = words("gen4.5", of(1), of(2, hold=HELD), of(3))
    assert (said.title, said.holds, said.costs) == ("Gen-4.5", "1 of 2 slots in use", "2 queued · 1 held")
    assert said.sign == "mdi6.pause"
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
