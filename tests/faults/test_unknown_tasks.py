"""What is answered with 404 and is not gone: a gateway that answers in Runway's place, a task that Runway does not know
yet. With the real client and the real database on the simulator: nothing ends by it, and what is paid is saved."""

from __future__ import annotations

import asyncio
from pathlib import Path

from runway_desktop.domain.account import Link
from runway_desktop.domain.failures import WhyNot
from runway_desktop.domain.task import OutputState, State
from runway_desktop.simulator.faults import Fault, Harm
from tests.rigs.engine_rig import request
from tests.rigs.on_the_simulator import all_tasks, engine, everything_saved, saving, simulated, until

OUTAGE = 150.0
"""Seconds for which a gateway answers each question with its own page."""


async def test_tasks_survive_404_answers_of_a_gateway(tmp_path: Path):
    async with (
        simulated() as (simulator, clock),
        engine(simulator, clock, tmp_path / "tasks.db") as rig,
        saving(rig, clock, tmp_path / "library"),
    ):
        await rig.submit(request("one [seconds:100]"), request("two [seconds:400]"))
        await until(rig, lambda tasks: all(task.state is State.RUNNING for task in tasks))
        simulator.faults.add(Fault(Harm.HTML, "get", status=404))
        before = len(simulator.witness.accepted)
        await clock.sleep(OUTAGE)
        tasks = await all_tasks(rig)
        assert [task.state for task in tasks] == [State.RUNNING] * 2
        assert [task.not_found_at for task in tasks] == [None] * 2, "nor is it half of a proof"
        assert rig.account.connection.link is Link.TROUBLED
        assert "instead of Runway" in str(rig.account.connection.message)
        simulator.faults.clear()
        assert len(await everything_saved(rig, 2)) == 2
        assert len(simulator.witness.accepted) == before


async def test_expired_result_link_survives_404_answers_of_a_gateway(tmp_path: Path):
    link_is_over = Fault(Harm.EXPIRED, "output")
    async with simulated(link_is_over) as (simulator, clock), engine(simulator, clock, tmp_path / "tasks.db") as rig:
        await rig.submit(request("one [seconds:5]"))
        [task] = await until(rig, lambda tasks: all(task.state is State.SUCCEEDED for task in tasks))
        simulator.faults.add(Fault(Harm.HTML, "get", status=404))
        async with saving(rig, clock, tmp_path / "library"):
            await clock.sleep(2 * OUTAGE)
            [output] = await rig.store.outputs(task.id)
            assert output.state is not OutputState.EXPIRED
            simulator.faults.clear()
            assert len(await asyncio.wait_for(everything_saved(rig, 1), 60)) == 1


async def test_new_task_that_runway_does_not_show_yet_is_canceled_once_it_appears(tmp_path: Path):
    async with (
        simulated(unknown_seconds=25.0) as (simulator, clock),
        engine(simulator, clock, tmp_path / "tasks.db") as rig,
    ):
        ids = await rig.submit(request("one [seconds:500]"))
        await until(rig, lambda tasks: all(task.state.is_live for task in tasks))
        assert (await rig.actions.cancel(ids)).done == list(ids)
        assert simulator.witness.deleted == simulator.witness.accepted
        assert simulator.organizations.first.unfinished() == 0, "what nobody follows would be charged"
        assert min(simulator.witness.shortest_pause.values()) >= 4.9


async def test_cancel_blocked_by_a_gateway_is_sent_in_the_next_run(tmp_path: Path):
    async with simulated() as (simulator, clock):
        async with engine(simulator, clock, tmp_path / "tasks.db") as rig:
            ids = await rig.submit(request("one [seconds:500]"))
            await until(rig, lambda tasks: all(task.state is State.RUNNING for task in tasks))
            simulator.faults.add(Fault(Harm.HTML, "get", status=404), Fault(Harm.HTML, "delete", status=404))
            assert (await rig.actions.cancel(ids)).failed == dict.fromkeys(ids, WhyNot.NOT_FOUND_YET)
        simulator.faults.clear()
        async with engine(simulator, clock, tmp_path / "tasks.db") as rig:
            await until(rig, lambda tasks: all(task.state is State.CANCELLED for task in tasks))
        assert simulator.witness.deleted == simulator.witness.accepted
