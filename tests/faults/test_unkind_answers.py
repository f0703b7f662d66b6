"""Answers that a kind server never gives: made and denied, in other orders and forms, without an end."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from runway_desktop.api.connections import Patience
from runway_desktop.domain.task import OutputState, State
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.simulator.faults import Fault, Harm
from tests.rigs import sent
from tests.rigs.engine_rig import request
from tests.rigs.on_the_simulator import all_tasks, ended, engine, saving, simulated, until

HURRY = Patience(whole=0.3)


@pytest.mark.parametrize("harm", [Harm.STATUS, Harm.HTML, Harm.EMPTY])
async def test_task_made_despite_a_rejection_is_not_made_twice(harm: Harm, tmp_path: Path):
    denied = Fault(harm, "create", status=503, accepted=True, times=1)
    async with simulated(denied) as (simulator, clock), engine(simulator, clock, tmp_path / "tasks.db") as rig:
        await sent.submit(rig, [request("[seconds:600]")])
        await until(rig, ended)
        # Until counts and balance were looked at for the last time.
        await clock.sleep(120)
        [task] = await all_tasks(rig)
        assert task.state is State.UNCERTAIN
        assert task.evidence is not None
        assert verdict(task.evidence).likelihood is Likelihood.MADE
        assert task.evidence.answer.startswith("HTTP 503")
        assert len(simulator.witness.accepted) == 1


async def test_task_rejected_several_times_is_resent_and_made_once(tmp_path: Path):
    busy = Fault(Harm.STATUS, "create", status=503, times=2)
    async with simulated(busy) as (simulator, clock), engine(simulator, clock, tmp_path / "tasks.db") as rig:
        await sent.submit(rig, [request("0")])
        [task] = await until(rig, ended)
        assert task.state is State.SUCCEEDED
        assert len(simulator.witness.accepted) == 1


@pytest.mark.parametrize("harm", [Harm.REORDERED, Harm.ODD])
async def test_answers_with_other_field_orders_and_types_lose_nothing(harm: Harm, tmp_path: Path):
    async with (
        simulated(Fault(harm, "create"), Fault(harm, "get")) as (simulator, clock),
        engine(simulator, clock, tmp_path / "tasks.db") as rig,
        saving(rig, clock, tmp_path / "library"),
    ):
        rig.settings.name_template = "{date}_{time}_{model}"
        await sent.submit(rig, [request(f"{number} [outputs:2]") for number in range(3)])
        tasks = await until(rig, ended)
        assert Counter(task.state for task in tasks) == {State.SUCCEEDED: 3}
        assert {task.remote_id for task in tasks} == set(simulator.witness.accepted)
        async with asyncio.timeout(20):
            for task in tasks:
                while {output.state for output in await rig.store.outputs(task.id)} != {OutputState.SAVED}:
                    await asyncio.sleep(0.01)


@pytest.mark.parametrize("seconds", [0.001, 0.05])
async def test_endless_answers_lose_no_task(seconds: float, tmp_path: Path):
    endless = [Fault(Harm.ENDLESS, route, seconds=seconds, times=2) for route in ("create", "get", "organization")]
    async with (
        simulated(*endless) as (simulator, clock),
        engine(simulator, clock, tmp_path / "tasks.db", patience=HURRY) as rig,
    ):
        await sent.submit(rig, [request(f"{number}") for number in range(3)])
        tasks = await until(rig, ended)
        assert Counter(task.state for task in tasks) == {State.SUCCEEDED: 3}
        assert {task.remote_id for task in tasks} == set(simulator.witness.accepted)
        assert len(simulator.witness.accepted) == 3


async def test_endless_download_blocks_no_other_download_and_no_closing(tmp_path: Path):
    endless = Fault(Harm.ENDLESS, "output", seconds=0.01, times=1)
    async with simulated(endless) as (simulator, clock), engine(simulator, clock, tmp_path / "tasks.db") as rig:
        async with saving(rig, clock, tmp_path / "library"):
            await sent.submit(rig, [request(f"{number}") for number in range(3)])
            tasks = await until(rig, ended)
            assert Counter(task.state for task in tasks) == {State.SUCCEEDED: 3}
            async with asyncio.timeout(20):
                while True:
                    outputs = [output for task in tasks for output in await rig.store.outputs(task.id)]
                    if Counter(output.state for output in outputs)[OutputState.SAVED] == 2:
                        break
                    await asyncio.sleep(0.01)
        async with saving(rig, clock, tmp_path / "library"), asyncio.timeout(20):
            while {output.state for task in tasks for output in await rig.store.outputs(task.id)} != {
                OutputState.SAVED
            }:
                await asyncio.sleep(0.01)
