"""The engine with its real client and its real database against the simulator, which misbehaves over real HTTP.

Both live in the same quick time: a second of theirs is a few milliseconds of ours.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from runway_desktop.domain.failures import ReasonCode
from runway_desktop.domain.task import State
from runway_desktop.simulator.faults import Fault, Harm
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, request, with_picture
from tests.rigs.on_the_simulator import all_tasks, ended, engine, simulated, until


async def test_every_paid_task_is_known_or_marked_uncertain_after_random_faults(tmp_path: Path):
    troubles = (
        Fault(Harm.CUT, "create", accepted=True, after=3, times=2),
        Fault(Harm.CUT, "create", after=8, times=1),
        Fault(Harm.STATUS, "create", status=503, after=10, times=2),
        Fault(Harm.STATUS, "create", status=429, retry_after=20.0, after=14, times=1),
        Fault(Harm.BROKEN_JSON, "create", accepted=True, after=16, times=1),
        Fault(Harm.HTML, "get", status=502, probability=0.1),
        Fault(Harm.CUT, "get", probability=0.1),
        Fault(Harm.BROKEN_JSON, "get", probability=0.05),
        Fault(Harm.STATUS, "get", status=429, retry_after=10.0, after=20, times=2),
        Fault(Harm.MEMBERS, "get", probability=0.2),
        Fault(Harm.WORD, "get", word="DREAMING", probability=0.1),
        Fault(Harm.STATUS, "organization", status=500, probability=0.2),
    )
    async with (
        simulated(*troubles, concurrency=4) as (simulator, clock),
        engine(simulator, clock, tmp_path / "tasks.db") as rig,
    ):
        models = ("gen4.5", "veo3.1_fast")
        await sent.submit(
            rig, [request(f"{n} [seconds:{5 + n}]", model=models[n % 2], duration=(5, 4)[n % 2]) for n in range(24)]
        )
        tasks = await until(rig, ended)
        accepted = simulator.witness.accepted
        known = {task.remote_id for task in tasks if task.remote_id}
        states = Counter(task.state for task in tasks)
        assert len(accepted) == len(set(accepted))
        assert len(accepted) - len(known) <= states[State.UNCERTAIN]
        assert known <= set(accepted)
        assert len(accepted) <= 24, "something was sent twice"
        uncertain = [task.evidence.cause.code for task in tasks if task.state is State.UNCERTAIN]
        # What a 503 turned away is sent again only where the readings around it prove that nothing was made.
        assert len([code for code in uncertain if code is not ReasonCode.SERVER_TROUBLE]) == 4
        assert states[State.SUCCEEDED] == 24 - len(uncertain)
        assert min(simulator.witness.shortest_pause.values()) >= 4.99
        for task in tasks:
            if task.state is State.SUCCEEDED:
                assert await rig.store.outputs(task.id)


async def test_small_and_large_pictures_are_accepted_and_equal_ones_uploaded_once(tmp_path: Path):
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    small.write_bytes(b"\x89PNG\r\n\x1a\n" + b"a" * 1_000)
    large.write_bytes(b"\x89PNG\r\n\x1a\n" + b"b" * (5 << 20))
    async with (
        simulated(concurrency=None) as (simulator, clock),
        engine(simulator, clock, tmp_path / "tasks.db") as rig,
    ):
        await sent.submit(rig, [with_picture(path.as_uri()) for path in (small, large, large)])
        tasks = await until(rig, ended)
        assert {task.state for task in tasks} == {State.SUCCEEDED}, [task.failure for task in tasks]
        assert len(simulator.witness.uploads) == 1
        assert not simulator.witness.misplaced_secrets


async def test_key_refused_during_work_stops_all_sending_and_loses_nothing(tmp_path: Path):
    async with simulated(concurrency=2) as (simulator, clock), engine(simulator, clock, tmp_path / "tasks.db") as rig:
        await sent.submit(rig, [request(f"{n}") for n in range(4)])
        await until(rig, lambda tasks: any(task.state is State.RUNNING for task in tasks))
        simulator.faults.add(Fault(Harm.STATUS, "api", status=401))
        await _until_link(rig)
        # What was on its way when the first was refused is refused too.
        while rig.poller._questions or any(task.state is State.SENDING for task in await all_tasks(rig)):
            await asyncio.sleep(0.01)
        before = {task.id: task.state for task in await all_tasks(rig)}
        questions = simulator.witness.questions.total()
        await clock.sleep(60)
        assert simulator.witness.questions.total() == questions
        assert {task.id: task.state for task in await all_tasks(rig)} == before
        simulator.faults.clear()
        await rig.account.use_key(simulator.secret, remember=False)
        tasks = await until(rig, ended)
        assert {task.state for task in tasks} == {State.SUCCEEDED}


async def _until_link(rig: Rig) -> None:
    changed = asyncio.Event()
    stop = rig.bus.listen(lambda _event: changed.set())
    while rig.account.can_ask:
        changed.clear()
        await asyncio.wait_for(changed.wait(), 20)
    stop()
