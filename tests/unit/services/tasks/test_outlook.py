"""When queued tasks will be sent, open ones done, and which ones a cap keeps here: one forecast for all who show it."""

from __future__ import annotations

from typing import Any

import pytest

from runway_desktop.domain.caps import Cap, HeldBack, Limit
from runway_desktop.domain.library import Timing
from runway_desktop.domain.task import Hold, HoldCode, State, Task, TaskId
from runway_desktop.services.tasks.outlook import Outlook, Range, Usual, outlook, usual
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fakes import settle

NOW = 1_750_000_000.0
HISTORY = usual([Timing(ran=ran, total=ran) for ran in (30.0, 40.0, 40.0, 50.0)])
"""The middle half: 37.5 to 42.5 s."""


def queued(*names: str, model: str = "gen4.5", **more: Any) -> list[Task]:
    return [
        Task(id=TaskId(name), request=request(model=model), created_at=NOW, position=float(at), **more)
        for at, name in enumerate(names, start=1)
    ]


def running(name: str, ago: float, state: State = State.RUNNING) -> Task:
    since = NOW - ago if state is State.RUNNING else None
    return Task(id=TaskId(name), request=request(), created_at=NOW, state=state, sent_at=NOW - ago, running_since=since)


def seen(held: list[Task], at_runway: list[Task] = [], slots: int | None = 2, **more: Any) -> Outlook:  # noqa: B006
    over = more.pop("over", {})
    history = more.pop("history", HISTORY)
    return outlook(held, at_runway, over, lambda _: slots, lambda _: history, NOW, **more)


def test_forecast_starts_a_task_with_a_free_slot_now_and_the_next_when_one_frees():
    found = seen(queued("a", "b", "c"))
    assert found.starts == {"a": Range(0, 0), "b": Range(0, 0), "c": Range(37.5, 42.5)}
    assert found.ends[TaskId("c")] == Range(75.0, 85.0)
    assert found.order == {"a": 1, "b": 2, "c": 3}


def test_finished_task_frees_its_slot():
    found = seen(queued("a", "b"), [running("x", 20.0), running("y", 10.0)])
    assert found.starts[TaskId("a")] == Range(17.5, 22.5)
    assert found.starts[TaskId("b")] == Range(27.5, 32.5)


def test_models_wait_for_their_own_slots():
    found = seen([*queued("a", "b"), *queued("v", model="veo3.1")], slots=1)
    assert found.starts[TaskId("v")] == Range(0, 0)
    assert found.order[TaskId("v")] == 1


def test_held_task_and_task_over_the_cap_are_not_counted_in_the_outlook():
    over = {TaskId("c"): HeldBack(limit=Limit(cap=Cap.DAY, limit=10.0), price=25.0)}
    held = Hold(HoldCode.WAITS_FOR_PERSON)
    found = seen([*queued("a", hold=held), *queued("b", "c", "d")], slots=1, over=over)
    assert found.order == {"b": 1, "d": 2}
    assert set(found.starts) == {"b", "d"}
    assert "c" not in found.ends


def test_waiting_tasks_have_no_forecast_without_a_history():
    found = seen(queued("a", "b"), slots=1, history=Usual())
    assert found.starts == {"a": Range(0, 0)}
    assert found.all_sent is None


def test_overdue_task_leaves_the_forecast_of_the_other_slot():
    found = seen(queued("a", "b"), [running("x", 500.0), running("y", 10.0)])
    assert found.starts[TaskId("a")].high == 32.5
    assert found.ends[TaskId("x")] is None


@pytest.mark.parametrize("more", [{"is_sending": False}, {"slots": 0}])
def test_no_start_is_forecast_while_nothing_is_sent(more):
    found = seen(queued("a"), **more)
    assert found.starts == {}
    assert found.order == {"a": 1}


def test_time_left_of_several_tasks_is_that_of_the_last_including_queued_ones():
    found = seen(queued("a", "b"), [running("x", 20.0)], slots=1)
    assert found.left([TaskId("x")]) == Range(17.5, 22.5)
    assert found.left([TaskId("x"), TaskId("b"), TaskId("saved")]) == found.ends[TaskId("b")]
    assert found.all_sent.high == found.ends[TaskId("b")].high


def test_time_left_of_several_tasks_is_unknown_if_one_is_unknown():
    found = seen([], [running("x", 20.0), running("y", 500.0)])
    assert found.left([TaskId("x"), TaskId("y")]) is None
    assert found.left([]) is None


def test_outlook_of_a_long_queue_reads_each_model_limit_once():
    asked: list[str] = []
    held = [*queued(*"abcdef"), *queued(*"vwxyz", model="veo3.1")]
    outlook(held, [], {}, asked.append, lambda _: HISTORY, NOW)
    assert sorted(asked) == ["gen4.5", "veo3.1"]


async def test_task_over_its_cap_is_known_before_its_turn():
    async with Rig(loops=("lane",)) as rig:
        await rig.pricing.learn(request(), 25.0)
        await rig.lane.pause()
        rig.settings.day_cap = 60.0
        ids = await rig.submit(*(request(f"{n}") for n in range(4)))
        over = rig.lane.outlook().over
        assert set(over) == set(ids[2:])
        limit = over[ids[2]].limit
        assert (limit.spent, limit.coming) == (0.0, 50.0), "nothing is spent yet"
        assert over[ids[2]].raised == 100.0
        rig.lane.outlook()
        rig.settings.day_cap = 100.0
        assert not rig.lane.outlook().over


async def test_preview_of_a_move_tells_which_tasks_the_cap_would_keep():
    async with Rig(loops=("lane",)) as rig:
        await rig.pricing.learn(request(), 25.0)
        await rig.lane.pause()
        rig.settings.day_cap = 30.0
        ids = await rig.submit(*(request(f"{n}") for n in range(2)))
        assert set(rig.lane.outlook().over) == {ids[1]}
        assert set(rig.lane.outlook_if_moved([ids[1]], ids[0]).over) == {ids[0]}
        assert set(rig.lane.outlook().over) == {ids[1]}
        await rig.queue_acts.move([ids[1]], ids[0])
        assert set(rig.lane.outlook().over) == {ids[0]}


async def test_held_task_leaves_its_credits_to_the_others():
    async with Rig(loops=("lane",)) as rig:
        await rig.pricing.learn(request(), 25.0)
        await rig.lane.pause()
        rig.settings.day_cap = 30.0
        ids = await rig.submit(*(request(f"{n}") for n in range(2)))
        await rig.queue_acts.hold([ids[0]])
        assert not rig.lane.outlook().over


async def test_paused_lane_promises_no_start_but_running_tasks_keep_their_forecast():
    async with Rig(loops=("lane",)) as rig:
        for _ in range(3):
            [task_id] = await rig.submit(request())
            remote = (await rig.task(task_id)).remote_id
            rig.runway.say(remote, "RUNNING")
            await rig.ledger.answer(task_id, rig.runway.answers[remote])
            await rig.clock.advance(20)
            rig.runway.finish(remote, "https://x.example/a.mp4")
            await rig.ledger.answer(task_id, rig.runway.answers[remote])
            await settle()
        ids = await rig.submit(*(request(f"{n}") for n in range(4)))
        await settle()
        assert set(rig.lane.outlook().starts) == set(ids[2:])
        await rig.lane.pause()
        found = rig.lane.outlook()
        assert found.starts == {}
        assert set(found.order) == set(ids[2:])
        assert found.ends[ids[0]] is not None
