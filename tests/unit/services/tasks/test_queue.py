"""The queue as a lane one can hold: rows are held and released, moved and put back, and nothing is sent by it that the
person kept here, nor anything twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.errors import NotReached, SlowDown
from runway_desktop.domain.task import ITS_TURN, Hold, HoldCode, State, TaskId
from runway_desktop.services.tasks.queue_acts import Stood
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, lane, prompts, request, with_picture
from tests.rigs.fakes import settle

PNG = b"\x89PNG\r\n\x1a\n"


def order(rig: Rig) -> list[str]:
    held = sorted(rig.ledger.all_queued(), key=lambda task: task.position)
    return [task.request.prompt for task in held if task.removed_at is None]


async def paused(rig: Rig, amount: int, **more: str) -> list[TaskId]:
    await rig.lane.pause()
    return list(await rig.submit(*(request(f"{n}", **more) for n in range(amount))))


async def test_held_task_is_not_sent_and_blocks_no_other():
    async with lane() as rig:
        ids = await paused(rig, 3)
        assert await rig.queue_acts.hold([ids[0]]) == (ids[0],)
        await rig.lane.resume()
        await settle()
        assert prompts(rig) == ["1", "2"]
        await sent.release(rig, ids[0])


async def test_held_task_stays_held_in_its_place_after_a_kill():
    rig = Rig(loops=("lane",))
    await rig.__aenter__()
    ids = await paused(rig, 3)
    await rig.queue_acts.hold([ids[1]])
    await rig.queue_acts.move([ids[2]], before=ids[0])
    rig = rig.kill()
    async with rig:
        await rig.lane.resume()
        await settle()
        assert prompts(rig) == ["2", "0"]
        assert (await rig.task(ids[1])).hold == Hold(HoldCode.WAITS_FOR_PERSON)


async def test_task_held_while_its_file_is_read_is_not_sent(monkeypatch, tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(PNG)
    async with lane() as rig:
        may_go, begun, prepare = asyncio.Event(), asyncio.Event(), rig.inputs.prepare

        async def slow(*arguments):
            begun.set()
            await may_go.wait()
            return await prepare(*arguments)

        monkeypatch.setattr(rig.inputs, "prepare", slow)
        [task_id] = await rig.submit(with_picture(picture.as_uri()))
        await begun.wait()
        assert await rig.queue_acts.hold([task_id]) == (task_id,)
        may_go.set()
        await settle()
        assert prompts(rig) == []
        assert await rig.state(task_id) is State.QUEUED
        assert (await rig.task(task_id)).hold == Hold(HoldCode.WAITS_FOR_PERSON)


async def test_held_task_with_a_missing_file_is_not_sent_when_the_file_returns(monkeypatch, tmp_path):
    missing = tmp_path / "gone.png"
    async with lane() as rig:
        prepare = rig.inputs.prepare

        async def held_meanwhile(task, key):
            await rig.queue_acts.hold([task.id])
            return await prepare(task, key)

        monkeypatch.setattr(rig.inputs, "prepare", held_meanwhile)
        [task_id] = await rig.submit(with_picture(missing.as_uri()))
        missing.write_bytes(PNG)
        await rig.clock.advance(100)
        assert prompts(rig) == []
        assert (await rig.task(task_id)).hold == Hold(HoldCode.WAITS_FOR_PERSON)


@pytest.mark.parametrize("answer", [SlowDown("Too many requests.", retry_after=5.0), NotReached("No network.")])
async def test_task_held_while_being_sent_is_not_retried_when_rejected(answer):
    async with lane() as rig:
        gate = rig.runway.hold("create")
        rig.runway.then("create", answer)
        [task_id] = await rig.submit(request())
        await gate.arrived()
        assert await rig.queue_acts.hold([task_id]) == (task_id,)
        gate.open()
        await rig.clock.advance(600)
        assert len(prompts(rig)) == 1
        assert (await rig.task(task_id)).hold == Hold(HoldCode.WAITS_FOR_PERSON)


async def test_task_held_while_being_sent_is_polled_once_it_is_accepted():
    async with lane() as rig:
        gate = rig.runway.hold("create")
        [task_id] = await rig.submit(request())
        await gate.arrived()
        await rig.queue_acts.hold([task_id])
        gate.open()
        await settle()
        task = await rig.task(task_id)
        assert (task.state, task.hold) == (State.PENDING, ITS_TURN)


async def test_task_held_or_canceled_right_before_its_first_byte_is_not_sent(monkeypatch):
    async with lane() as rig:
        begun, may_go = asyncio.Event(), asyncio.Event()

        async def slow() -> None:
            begun.set()
            await may_go.wait()

        monkeypatch.setattr(rig.copies, "note_sending", slow)
        [held, canceled] = await rig.submit(request("0"), request("1", model="veo3.1"))
        await begun.wait()
        await rig.queue_acts.hold([held])
        canceling = asyncio.create_task(rig.actions.cancel([canceled]))
        await settle()
        may_go.set()
        await rig.clock.advance(60)
        assert (await canceling).done == [canceled]
        assert prompts(rig) == []
        assert await rig.state(held) is State.QUEUED
        assert await rig.state(canceled) is State.CANCELLED


async def test_task_canceled_while_being_sent_and_rejected_is_never_queued_again(monkeypatch):
    async with lane() as rig:
        gate = rig.runway.hold("create")
        rig.runway.then("create", SlowDown("Too many requests.", retry_after=5.0))
        [task_id] = await rig.submit(request())
        await gate.arrived()
        canceling = asyncio.create_task(rig.actions.cancel([task_id]))
        await settle()
        states: list[State] = []
        save = rig.store.save

        async def noted(task, *more):
            states.append(task.state)
            await save(task, *more)

        monkeypatch.setattr(rig.store, "save", noted)
        gate.open()
        await rig.clock.advance(60)
        await canceling
        assert State.QUEUED not in states, "a program that is killed here would send it"
        assert await rig.state(task_id) is State.CANCELLED


async def test_accepted_task_cannot_be_held():
    async with lane() as rig:
        [task_id] = await rig.submit(request())
        assert await rig.queue_acts.hold([task_id]) == ()


async def test_task_is_released_in_place_or_as_the_next():
    async with lane() as rig:
        ids = await paused(rig, 4)
        await rig.queue_acts.hold([ids[2], ids[3]])
        await rig.queue_acts.release([await rig.task(ids[2])], is_next=False, key=NO_KEY)
        assert order(rig) == ["0", "1", "2", "3"]
        await rig.queue_acts.release([await rig.task(ids[3])], is_next=True, key=NO_KEY)
        assert order(rig) == ["3", "0", "1", "2"]
        assert {(await rig.task(one)).hold for one in ids} == {ITS_TURN}


@pytest.mark.parametrize(
    ("chosen", "up", "there"),
    [
        ("c", True, "acbd"),
        ("a", True, "abcd"),
        ("cd", True, "acdb"),
        ("ab", True, "abcd"),
        ("bd", True, "badc"),
        ("b", False, "acbd"),
        ("d", False, "abcd"),
        ("ab", False, "cabd"),
    ],
)
async def test_move_up_or_down_moves_by_one_place(chosen, up, there):
    async with lane(paused=True) as rig:
        ids = dict(zip("abcd", await rig.submit(*map(request, "abcd")), strict=True))
        stood = await rig.queue_acts.step([ids[one] for one in chosen], up=up)
        assert "".join(order(rig)) == there
        await rig.queue_acts.put_back(stood)
        assert "".join(order(rig)) == "abcd"


async def test_move_up_or_down_passes_the_neighbor_of_the_same_model():
    async with lane(paused=True) as rig:
        ids = await rig.submit(request("a"), request("x", model="veo3.1"), request("b"), request("y", model="veo3.1"))
        await rig.queue_acts.step([ids[2]], up=True)
        assert order(rig) == ["b", "x", "a", "y"]


async def test_move_up_or_down_works_among_equal_positions():
    async with lane() as rig:
        ids = await paused(rig, 3)
        await rig.ledger.place(dict.fromkeys(ids, 1.0))
        before = order(rig)
        await rig.queue_acts.step([ids[int(before[2])]], up=True)
        assert order(rig) == [before[0], before[2], before[1]]


async def test_move_is_undone_in_one_step_even_after_renumbering():
    async with lane() as rig:
        ids = await paused(rig, 4)
        await rig.ledger.place({ids[1]: 1.0 + 1e-7})
        stood = await rig.queue_acts.move([ids[3], ids[2]], before=ids[1])
        assert order(rig) == ["0", "3", "2", "1"]
        await rig.queue_acts.put_back(stood)
        assert order(rig) == ["0", "1", "2", "3"]


async def test_undoing_a_release_leaves_sent_tasks_and_sends_nothing():
    async with lane() as rig:
        ids = await paused(rig, 2)
        await rig.queue_acts.hold(ids)
        stood = rig.queue_acts.stood(ids)
        assert stood == Stood(
            positions={one: (await rig.task(one)).position for one in ids},
            holds=dict.fromkeys(ids, Hold(HoldCode.WAITS_FOR_PERSON)),
            keys=dict.fromkeys(ids, NO_KEY),
        )
        await sent.release(rig, *ids)
        rig.settings.lane_limits = {"gen4.5": 1}
        await rig.lane.resume()
        await settle()
        assert prompts(rig) == ["0"]
        await rig.queue_acts.put_back(stood)
        rig.settings.lane_limits = {}
        await settle()
        assert prompts(rig) == ["0"]
        assert (await rig.task(ids[1])).waits_for_person


@pytest.mark.parametrize("how", ["move", "step", "hold and release", "send next"])
async def test_task_moved_while_it_is_prepared_is_sent_once(monkeypatch, how):
    async with lane() as rig:
        prepare = rig.inputs.prepare

        async def moved_meanwhile(task, key):
            ways: dict[str, Callable[[], Awaitable[object]]] = {
                "move": lambda: rig.queue_acts.move([task.id], before=None),
                "step": lambda: rig.queue_acts.step([task.id], up=False),
                "send next": lambda: rig.queue_acts.send_next([task.id]),
            }
            if how in ways:
                await ways[how]()
            else:
                await rig.queue_acts.hold([task.id])
                await sent.release(rig, task.id)
            return await prepare(task, key)

        monkeypatch.setattr(rig.inputs, "prepare", moved_meanwhile)
        rig.runway.limit("gen4.5", concurrent=None)
        await rig.submit(*(request(f"{n}") for n in range(6)))
        await rig.clock.advance(60)
        assert Counter(prompts(rig)) == Counter(map(str, range(6)))
