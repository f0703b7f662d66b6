"""One task of a model is sent at a time: the next once nothing about the one before can change its turn."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.advance import Accepted, Transition
from runway_desktop.domain.errors import SlowDown
from runway_desktop.domain.task import State, Task, TaskId
from tests.rigs.engine_rig import Rig, held_by, prompts, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import settle

PRICE = 25.0
"""Runway's estimate in these tests."""


class SlowList:
    """A rig whose list takes no id until `goes_on` is set."""

    def __init__(self, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        self.goes_on = asyncio.Event()
        usual = rig.ledger.move

        async def move(task_id: TaskId, transition: Transition, **more: Any) -> Task:
            if isinstance(transition, Accepted):
                await self.goes_on.wait()
            return await usual(task_id, transition, **more)

        monkeypatch.setattr(rig.ledger, "move", move)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accepted-ids.txt"


async def test_next_task_is_sent_once_the_id_is_journaled_and_a_kill_loses_neither(path, monkeypatch):
    async with Rig(ids=path) as rig:
        await rig.pricing.learn(request(), PRICE)
        SlowList(rig, monkeypatch)
        ids = await rig.submit(request("first"), request("second"))
        assert prompts(rig) == ["first", "second"]
        assert [await rig.state(task_id) for task_id in ids] == [State.SENDING, State.SENDING]
        again = rig.kill()
    async with again:
        assert [(await again.task(task_id)).remote_id for task_id in ids] == [remote_id(1), remote_id(2)]
        await again.clock.advance(60)
        assert prompts(again) == ["first", "second"]


@pytest.mark.parametrize(
    ("known", "has_journal"), [(PRICE, False), (None, True), (PRICE - 5.0, True)],
    ids=["without a journal", "of an unknown price", "of another price than was known"],
)  # fmt: skip
async def test_next_task_waits_for_a_slow_list_without_journal_or_price(known, has_journal, path, monkeypatch):
    async with Rig(ids=path if has_journal else None) as rig:
        if known is not None:
            await rig.pricing.learn(request(), known)
        slow = SlowList(rig, monkeypatch)
        await rig.submit(request("first"), request("second"))
        await rig.clock.advance(60)
        assert prompts(rig) == ["first"]
        slow.goes_on.set()
        await settle()
        assert prompts(rig) == ["first", "second"]


async def test_sending_not_stored_in_the_list_yet_counts_toward_caps(path, monkeypatch):
    async with Rig(ids=path) as rig:
        await rig.pricing.learn(request(), PRICE)
        rig.settings.day_cap = PRICE * 1.5
        slow = SlowList(rig, monkeypatch)
        _, second = await rig.submit(request("first"), request("second"))
        assert prompts(rig) == ["first"]
        assert held_by(rig, second) is not None
        slow.goes_on.set()


async def test_retry_after_is_obeyed_while_an_earlier_id_is_stored(path, monkeypatch):
    async with Rig(ids=path) as rig:
        await rig.pricing.learn(request(), PRICE)
        slow = SlowList(rig, monkeypatch)
        rig.runway.then("create", ..., SlowDown("Too many requests.", retry_after=20.0))
        await rig.submit(request("first"), request("second"))
        slow.goes_on.set()
        await rig.clock.advance(15)
        assert prompts(rig) == ["first", "second"]
        await rig.clock.advance(10)
        assert prompts(rig) == ["first", "second", "second"]
