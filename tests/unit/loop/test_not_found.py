"""404s on the program's own loop, with its client, against the simulator: a cancel meets one, a task comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runway_desktop.domain.advance import Answer
from runway_desktop.domain.failures import WhyNot
from runway_desktop.domain.task import RemoteId, State
from runway_desktop.simulator.faults import Fault, Harm
from tests.rigs.engine_rig import Rig, request
from tests.rigs.on_the_simulator import engine, simulated, until


def note_calls(rig: Rig) -> list[str]:
    """What the client is asked for, and what it answered, in order."""
    happened: list[str] = []
    ask, delete = rig.runway.task, rig.runway.delete

    async def noted_ask(remote_id: RemoteId) -> Answer:
        answer = await ask(remote_id)
        happened.append("answered")
        return answer

    async def noted_delete(remote_id: RemoteId) -> None:
        happened.append("deleted")
        await delete(remote_id)

    rig.runway.task, rig.runway.delete = noted_ask, noted_delete  # type: ignore[method-assign]
    save = rig.store.save

    async def noted_save(*arguments: Any, **more: Any) -> None:
        happened.append("written")
        await save(*arguments, **more)

    rig.store.save = noted_save  # type: ignore[method-assign]
    return happened


async def test_task_unknown_to_runway_yet_is_canceled_once_it_appears(tmp_path: Path):
    async with (
        simulated(unknown_seconds=25.0) as (simulator, clock),
        engine(simulator, clock, tmp_path / "tasks.db") as rig,
    ):
        ids = await rig.submit(request("one [seconds:500]"))
        await until(rig, lambda tasks: all(task.state.is_live for task in tasks))
        assert (await rig.actions.cancel(ids)).done == list(ids)
        assert simulator.witness.deleted == simulator.witness.accepted


async def test_pending_delete_is_sent_in_the_same_step_as_the_poll_answer(tmp_path: Path):
    async with (
        simulated() as (simulator, clock),
        engine(simulator, clock, tmp_path / "tasks.db") as rig,
    ):
        ids = await rig.submit(request("one [seconds:500]"))
        await until(rig, lambda tasks: all(task.state is State.RUNNING for task in tasks))
        simulator.faults.add(Fault(Harm.GONE, "get"))
        assert (await rig.actions.cancel(ids)).failed == dict.fromkeys(ids, WhyNot.NOT_FOUND_YET)
        happened = note_calls(rig)
        simulator.faults.clear()
        await until(rig, lambda tasks: all(task.state is State.CANCELLED for task in tasks))
        answered = happened.index("answered")
        assert happened[answered : answered + 2] == ["answered", "deleted"]
        assert happened.count("deleted") == 1
        assert simulator.witness.deleted == simulator.witness.accepted


async def test_task_thought_gone_comes_back_and_ends(tmp_path: Path):
    async with (
        simulated() as (simulator, clock),
        engine(simulator, clock, tmp_path / "tasks.db") as rig,
    ):
        await rig.submit(request("one [seconds:100]"))
        await until(rig, lambda tasks: all(task.state is State.RUNNING for task in tasks))
        simulator.faults.add(Fault(Harm.GONE, "get"))
        await until(rig, lambda tasks: all(task.state is State.GONE for task in tasks))
        simulator.faults.clear()
        await until(rig, lambda tasks: all(task.state is State.SUCCEEDED for task in tasks))
        assert len(simulator.witness.accepted) == 1
        assert min(simulator.witness.shortest_pause.values()) >= 4.9
