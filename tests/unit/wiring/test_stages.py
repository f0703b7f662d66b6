"""Every task has an owner, every bug is reported once, and closing always completes."""

from __future__ import annotations

import asyncio
import logging

import pytest

from runway_desktop.wiring.stages import ClosingStage, Supervisor, go_down
from tests.rigs.mistakes import Mistakes


class Told(list[tuple[str, str]]):
    def __call__(self, name: str, error: BaseException) -> None:
        self.append((name, str(error)))


async def fail() -> None:
    raise ValueError("a mistake")


async def test_exception_is_reported_once_with_the_name_of_its_work():
    told = Told()
    supervisor = Supervisor(told)
    with pytest.raises(ValueError, match="a mistake"):
        await supervisor.spawn(fail(), "count the lane")
    await asyncio.sleep(0)
    assert told == [("count the lane", "a mistake")]


async def test_closing_cancels_work_and_waits_for_its_cleanup():
    supervisor = Supervisor(Told())
    tidied = []

    async def careful() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            tidied.append(True)

    supervisor.spawn(careful(), "careful")
    await asyncio.sleep(0)
    await supervisor.close(5)
    assert tidied == [True]


async def test_hanging_work_is_named_and_does_not_block_the_exit(mistakes: Mistakes):
    supervisor = Supervisor(Told())
    gate = asyncio.Event()

    async def stubborn() -> None:
        while not gate.is_set():
            try:
                await gate.wait()
            except asyncio.CancelledError:
                continue

    work = supervisor.spawn(stubborn(), "stubborn")
    await asyncio.sleep(0)
    await supervisor.close(0.01)
    mistakes.take("Still running at the end: stubborn")
    assert not work.done()
    gate.set()
    await work


async def test_work_started_after_closing_is_refused():
    supervisor = Supervisor(Told())
    await supervisor.close(1)
    started = []

    async def late() -> None:
        started.append(True)

    work = supervisor.spawn(late(), "late")
    await asyncio.wait([work])
    assert work.cancelled()
    assert not started


def test_timer_that_fires_after_the_loop_ended_is_harmless():
    told = Told()
    supervisor = Supervisor(told)
    started = []

    async def late() -> None:
        started.append(True)

    asyncio.run(supervisor.close(1))
    assert supervisor.spawn(late(), "late").cancelled()
    assert not started
    assert not told


async def test_each_closing_stage_runs_though_others_fail_or_hang(caplog: pytest.LogCaptureFixture, mistakes: Mistakes):
    ran: list[str] = []

    def stage(name: str, work, deadline: float = 5.0) -> ClosingStage:
        return ClosingStage(name, work, deadline)

    async def good() -> None:
        ran.append("good")

    with caplog.at_level(logging.WARNING):
        await go_down(
            [
                stage("broken", fail),
                stage("stuck", asyncio.Event().wait, 0.01),
                stage("store", good),
                stage("HTTP", good),
            ]
        )
    assert ran == ["good", "good"]
    mistakes.take("Closing: broken failed")
    assert "Closing: stuck took longer" in caplog.text


async def _wait(gate: asyncio.Event) -> None:
    await gate.wait()
