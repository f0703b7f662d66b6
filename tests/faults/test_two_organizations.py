"""Two organizations at one Runway, with the real client and the real database: what one key cannot see is not lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import OutputState, State
from runway_desktop.simulator.faults import Fault, Harm
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from tests.rigs import sent
from tests.rigs.engine_rig import CATALOG, Rig, request, with_picture
from tests.rigs.on_the_simulator import QuickClock, all_tasks, ended, engine, saving, simulated, until

THEIRS = "key_" + "e5" * 64
HOUR = 3_600.0


async def use(rig: Rig, secret: str) -> None:
    await rig.account.use_key(secret, remember=False)


async def test_running_tasks_survive_an_hour_under_another_key_and_are_paid_once(tmp_path: Path):
    clock = QuickClock(1_440.0)
    async with (
        running_simulator(
            Knobs(seed=3, concurrency=3), clock=clock.now, catalog=CATALOG, other_secrets=[THEIRS]
        ) as simulator,
        engine(simulator, clock, tmp_path / "tasks.db") as rig,
    ):
        await sent.submit(rig, [request(f"{n} [seconds:{2_000 * n}]") for n in (1, 2, 3)])
        await until(rig, lambda tasks: all(task.state is State.RUNNING for task in tasks))
        await use(rig, THEIRS)
        await clock.sleep(HOUR)
        tasks = await all_tasks(rig)
        assert [task.state for task in tasks] == [State.RUNNING] * 3
        assert all(task.is_hidden for task in tasks)
        await use(rig, simulator.secret)
        tasks = await until(rig, ended)
        assert [task.state for task in tasks] == [State.SUCCEEDED] * 3
        assert len(simulator.witness.accepted) == 3
        assert min(simulator.witness.shortest_pause.values()) >= 4.9


async def test_start_with_another_organizations_key_loses_nothing(tmp_path: Path):
    database = tmp_path / "tasks.db"
    async with simulated(concurrency=2) as (simulator, clock):
        simulator.organizations.give(THEIRS, "theirs")
        async with engine(simulator, clock, database) as rig:
            await sent.submit(rig, [request(f"{n} [seconds:60]") for n in range(2)])
            await until(rig, lambda tasks: all(task.state is State.RUNNING for task in tasks))
        async with engine(simulator, clock, database, secret=THEIRS) as rig:
            await until(rig, lambda tasks: all(task.is_hidden for task in tasks))
            await clock.sleep(120)
            assert {task.state for task in await all_tasks(rig)} == {State.RUNNING}
        async with engine(simulator, clock, database) as rig:
            tasks = await until(rig, ended)
            assert {task.state for task in tasks} == {State.SUCCEEDED}
        assert len(simulator.witness.accepted) == 2


async def test_results_wait_for_the_key_that_can_fetch_them(tmp_path: Path):
    async with simulated(concurrency=2) as (simulator, clock), engine(simulator, clock, tmp_path / "tasks.db") as rig:
        simulator.organizations.give(THEIRS, "theirs")
        # The first links never work, so that Runway has to be asked for others: with a key that does not see the task.
        simulator.faults.add(Fault(Harm.EXPIRED, "output"))
        await sent.submit(rig, [request("one"), request("two")])
        tasks = await until(rig, ended)
        await use(rig, THEIRS)
        async with saving(rig, clock, tmp_path / "library"):
            await clock.sleep(300)
            outputs = [output for task in tasks for output in await rig.store.outputs(task.id)]
            assert {output.state for output in outputs} == {OutputState.WAITING}
            assert {output.problem for output in outputs} == {Reason(ReasonCode.WAITS_FOR_ITS_KEY)}
            assert not any(task.deleted_remotely for task in await all_tasks(rig))
            simulator.faults.clear()
            await use(rig, simulator.secret)
            async with asyncio.timeout(30):
                while await rig.store.unsaved():
                    await asyncio.sleep(0.02)
        outputs = [output for task in tasks for output in await rig.store.outputs(task.id)]
        assert {output.state for output in outputs} == {OutputState.SAVED}


async def test_upload_of_one_organization_is_not_used_by_another(tmp_path: Path):
    picture = tmp_path / "still.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(6 * 1024 * 1024))
    async with simulated(concurrency=2) as (simulator, clock), engine(simulator, clock, tmp_path / "tasks.db") as rig:
        simulator.organizations.give(THEIRS, "theirs")
        await sent.submit(rig, [with_picture(picture.as_uri())])
        await until(rig, ended)
        await use(rig, THEIRS)
        await sent.submit(rig, [with_picture(picture.as_uri())])
        tasks = await until(rig, ended)
        assert [task.state for task in tasks] == [State.SUCCEEDED] * 2, [task.refusals for task in tasks]
        assert len(simulator.witness.uploads) == 2


async def test_task_wrongly_marked_as_gone_comes_back_when_adopted(tmp_path: Path):
    async with simulated(concurrency=2) as (simulator, clock), engine(simulator, clock, tmp_path / "tasks.db") as rig:
        await sent.submit(rig, [request("one [seconds:200]")])
        [task] = await until(rig, lambda tasks: tasks[0].state is State.RUNNING)
        simulator.faults.add(Fault(Harm.GONE, "get"))
        await until(rig, ended)
        simulator.faults.clear()
        await rig.adoption.adopt([str(task.remote_id)])
        [task] = await until(rig, ended)
        assert task.state is State.SUCCEEDED
        assert len(simulator.witness.accepted) == 1
