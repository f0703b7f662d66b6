"""What became of a sending is written down until that works, or until the program closes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runway_desktop.domain.errors import NoReply
from runway_desktop.domain.events import Notice
from runway_desktop.domain.task import State
from runway_desktop.domain.transitions import Accepted
from runway_desktop.services.bus import Bus
from runway_desktop.services.tasks.accepted_ids import AcceptedId, AcceptedIds
from runway_desktop.services.tasks.dispatch import CLOSING_PATIENCE, Outcome, Result
from tests.dispatch_desk import FULL, ONE, REMOTE, desk
from tests.engine_rig import AtOnce
from tests.fake_runway import remote_id
from tests.fakes import FakeClock, settle


async def test_an_id_is_kept_in_its_own_file_before_the_database_has_it(tmp_path):
    path = tmp_path / "ids.txt"
    async with desk(path) as at:
        await at.dispatch.recall()
        at.ledger.troubles.extend((None, FULL))
        delivering = asyncio.create_task(at.deliver())
        await at.rig.clock.advance(0.5)
        now = at.rig.clock.now()
        assert await left_in(path) == [AcceptedId(task_id=ONE, remote_id=REMOTE, at=now - 0.5, credits=25.0)]
        assert (await at.task()).state is State.SENDING
        await at.rig.clock.advance(5)
        assert await delivering == Outcome(Result.ACCEPTED)
        assert (await at.task()).remote_id == REMOTE
        assert await left_in(path) == []


async def left_in(path: Path) -> list[AcceptedId]:
    ids = AcceptedIds(path, AtOnce(), Bus(), FakeClock())
    await ids.open()
    return list(ids.left)


async def test_an_id_that_cannot_be_written_is_told_once_with_the_id_and_tried_ever_more_seldom():
    async with desk() as at:
        at.ledger.troubles.append(None)
        at.ledger.always = FULL
        delivering = asyncio.create_task(at.deliver())
        await settle()
        told = Notice(
            "Runway accepted a task, but the database cannot be written. It is tried again until it works.",
            f"Runway's id is {REMOTE}.",
            is_problem=True,
        )
        assert at.notices() == [told]
        tries = []
        for _ in range(4):
            await at.rig.clock.advance(30)
            tries.append(at.ledger.tries)
        assert tries[0] > 4
        assert 1 <= tries[-1] - tries[0] <= 3
        at.ledger.always = None
        await at.rig.clock.advance(60)
        assert await delivering == Outcome(Result.ACCEPTED)
        assert at.notices() == [told]


async def test_any_other_end_that_cannot_be_written_is_told_with_its_reason():
    async with desk() as at:
        at.rig.runway.then("create", NoReply("No answer came."))
        at.ledger.troubles.extend((None, FULL))
        delivering = asyncio.create_task(at.deliver())
        await settle()
        assert at.notices() == [
            Notice(
                "What became of a sending cannot be written down yet. It is tried again until it works.",
                "The disk is full. Make room on it.",
                is_problem=True,
            )
        ]
        await at.rig.clock.advance(5)
        assert (await delivering).result is Result.UNCERTAIN
        assert (await at.task()).state is State.UNCERTAIN


async def test_a_mistake_while_an_id_is_written_is_tried_again_like_a_full_disk(mistakes):
    async with desk() as at:
        at.ledger.troubles.extend((None, RuntimeError("a bug")))
        delivering = asyncio.create_task(at.deliver())
        await settle()
        assert [notice.is_problem for notice in at.notices()] == [True]
        await at.rig.clock.advance(5)
        assert await delivering == Outcome(Result.ACCEPTED)
        assert (await at.task()).remote_id == REMOTE
    assert "a bug" in mistakes.take("writing down what became of a sending")


async def test_a_move_without_a_meaning_is_not_tried_again(mistakes):
    async with desk() as at:
        gate = at.rig.runway.hold("create")
        delivering = asyncio.create_task(at.deliver())
        await gate.arrived()
        await at.ledger.move(ONE, Accepted(remote_id(2)))
        gate.open()
        assert await delivering == Outcome(Result.ACCEPTED)
        assert (await at.task()).remote_id == remote_id(2)
        assert at.ledger.tries == 3
    assert "Accepted makes no sense" in mistakes.take("writing down what became of a sending")


@pytest.mark.parametrize("is_kept", [True, False])
async def test_closing_tries_for_a_while_unless_the_id_is_in_its_file(tmp_path, is_kept):
    async with desk(tmp_path / "ids.txt" if is_kept else None) as at:
        await at.dispatch.recall()
        at.ledger.troubles.append(None)
        at.ledger.always = FULL
        delivering = asyncio.create_task(at.deliver())
        await settle()
        await at.dispatch.close()
        if not is_kept:
            await at.rig.clock.advance(CLOSING_PATIENCE - 1.5)
            assert not delivering.done()
            await at.rig.clock.advance(2.5)
        await settle()
        assert delivering.done()
        assert await delivering == Outcome(Result.ACCEPTED)


async def test_what_becomes_writable_while_the_program_closes_is_written():
    async with desk() as at:
        at.ledger.troubles.append(None)
        at.ledger.always = FULL
        delivering = asyncio.create_task(at.deliver())
        await at.rig.clock.advance(100)
        await at.dispatch.close()
        await at.rig.clock.advance(3)
        at.ledger.always = None
        await at.rig.clock.advance(1)
        assert delivering.done()
        assert (await at.task()).remote_id == REMOTE
