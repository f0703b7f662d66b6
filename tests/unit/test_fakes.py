"""The fakes keep their own promises: a test that trusts a broken clock proves nothing."""

from __future__ import annotations

import asyncio
import gc

import pytest

from tests.rigs.fakes import FakeClock, settle
from tests.rigs.running import run_test


async def test_sleepers_wake_in_order_at_their_own_times():
    clock = FakeClock(now=100.0)
    heard: list[tuple[str, float]] = []

    async def sleeper(name: str, *naps: float) -> None:
        for nap in naps:
            await clock.sleep(nap)
            heard.append((name, clock.now()))

    tasks = [asyncio.create_task(sleeper("slow", 5)), asyncio.create_task(sleeper("quick", 2, 2, 2))]
    await clock.advance(5)
    assert heard == [("quick", 102.0), ("quick", 104.0), ("slow", 105.0)]
    assert clock.sleeping == 1
    await clock.advance(1)
    assert heard[-1] == ("quick", 106.0)
    await asyncio.gather(*tasks)


async def test_canceled_sleeper_is_forgotten():
    clock = FakeClock()
    task = asyncio.create_task(clock.sleep(5))
    await settle()
    task.cancel()
    await clock.advance(10)
    assert task.cancelled()
    assert clock.sleeping == 0


async def test_jump_moves_only_the_wall_clock():
    clock = FakeClock(now=10.0)
    before = clock.monotonic()
    clock.jump(3600)
    assert clock.now() == 3610.0
    assert clock.monotonic() == before


def test_task_left_running_fails_the_test():
    async def careless() -> None:
        asyncio.get_running_loop().keep = asyncio.create_task(asyncio.sleep(60))  # type: ignore[attr-defined]

    with pytest.raises(AssertionError, match="left tasks running"):
        run_test(careless)


def test_hung_test_is_ended():
    async def hung() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run_test(hung, patience=0.01)


def test_exception_in_a_callback_fails_the_test(mistakes):
    async def careless() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(0)

    run_test(careless)
    assert "ZeroDivisionError" in mistakes.take("Nobody could catch this")


def test_unretrieved_task_exception_fails_the_test(mistakes):
    async def careless() -> None:
        async def fail() -> None:
            raise ZeroDivisionError

        asyncio.create_task(fail())  # noqa: RUF006 - just this is careless
        await asyncio.sleep(0.01)

    run_test(careless)
    gc.collect()
    assert "ZeroDivisionError" in mistakes.take("Nobody could catch this")
