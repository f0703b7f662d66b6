"""Runs of a workflow against the simulator: outputs saved as they come, a node that fails beside its siblings, a cost
that comes later, and programs that are killed meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.api.client import RunwayClient
from runway_desktop.catalog.graph import read_version
from runway_desktop.domain.task import OutputState, Request, State, Task
from runway_desktop.domain.workflows.runs import WORKFLOW
from runway_desktop.services.results import sidecar
from runway_desktop.simulator.app import Simulator
from runway_desktop.simulator.faults import Fault, Harm
from runway_desktop.simulator.workflows import DEMO_WORKFLOWS
from runway_desktop.values import replace
from tests.rigs.engine_rig import CATALOG, Rig
from tests.rigs.on_the_simulator import QuickClock, all_tasks, engine, saving, simulated, until

TURNTABLE, _, PLATE = DEMO_WORKFLOWS
NODES = {node.name: node for node in TURNTABLE.nodes}


@pytest.fixture(autouse=True)
def learned() -> None:
    found = [read_version(json.dumps(one.as_json())) for one in DEMO_WORKFLOWS]
    CATALOG.learn(WORKFLOW, [version.pair for version in found if version is not None])


def request(**said: Any) -> Request:
    """`said`: by the label of a node, what is put in."""
    values = {NODES[name.replace("_", " ")].id: value for name, value in said.items()}
    picture = {NODES["Product picture"].id: {"type": "image", "uri": "https://example.org/watch.png"}}
    return Request(endpoint=WORKFLOW, model=TURNTABLE.id, values=picture | values)


@asynccontextmanager
async def a_run(simulator: Simulator, clock: QuickClock, folder: Path, *requests: Request) -> AsyncIterator[Rig]:
    async with engine(simulator, clock, folder / "a.db") as rig, saving(rig, clock, folder / "library"):
        await rig.submit(*requests)
        yield rig


async def saved(rig: Rig, count: int) -> list[Any]:
    async with asyncio.timeout(30):
        while True:
            outputs = [output for task in await all_tasks(rig) for output in await rig.store.outputs(task.id)]
            if sum(output.state is OutputState.SAVED for output in outputs) >= count:
                return outputs
            await asyncio.sleep(0.02)


def paid(tasks: list[Task]) -> bool:
    return bool(tasks) and all(task.cost_credits is not None for task in tasks)


async def test_outputs_are_saved_while_the_run_goes_on_and_a_failed_node_is_told_beside_them(tmp_path: Path):
    line = "Deep [fail:INPUT_PREPROCESSING.SAFETY.TEXT]"
    async with simulated(cost_seconds=300) as (simulator, clock):
        async with a_run(simulator, clock, tmp_path, request(Prompt="Watch [seconds:600]", Spoken_line=line)) as rig:
            await saved(rig, 1)
            [task] = await all_tasks(rig)
            assert task.state is State.RUNNING
        # The program is closed while the rest is made, and opened again.
        async with a_run(simulator, clock, tmp_path) as rig:
            await until(rig, paid)
            outputs = await saved(rig, 3)
            [task] = await all_tasks(rig)
    assert task.run is not None
    assert (task.state, len(outputs)) == (State.SUCCEEDED, 3)
    assert task.run.nodes == tuple(NODES[name].id for name in ("Hero still", "Turntable", "Detail clip"))
    assert [(one.name, one.code) for one in task.run.failures] == [("Voice", "INPUT_PREPROCESSING.SAFETY.TEXT")]
    assert task.cost_credits
    assert len(simulator.witness.accepted) == 1
    kept = sidecar.read(sidecar.document_in(sidecar.path_for(Path(outputs[0].path))))
    assert kept is not None
    assert kept.request == task.request
    assert kept.run is not None
    assert kept.run.nodes[0] == NODES["Hero still"].id


async def test_run_whose_answer_is_lost_is_uncertain_and_never_sent_again(tmp_path: Path):
    lost = Fault(Harm.CUT, "create", accepted=True)
    async with simulated(lost) as (simulator, clock), a_run(simulator, clock, tmp_path, request()) as rig:
        [task] = await until(rig, lambda tasks: bool(tasks) and tasks[0].state is State.UNCERTAIN)
        assert len(simulator.witness.accepted) == 1
        # Its id, found in the web app, settles it.
        await rig.adoption.settle_with(task.id, simulator.witness.accepted[0])
        await saved(rig, 4)


async def test_client_reads_workflows_graphs_and_a_version_that_is_gone(tmp_path: Path):
    async with simulated() as (simulator, _clock):
        client = RunwayClient(simulator.base_url, simulator.secret)
        try:
            found = await client.workflows()
            text = await client.workflow(found[0][0])
        finally:
            await client.aclose()
        pair = CATALOG.pair(WORKFLOW, PLATE.id)
        assert pair is not None
        CATALOG.learn(WORKFLOW, [replace(pair, model="00000000-0000-4000-8000-000000000000")])
        gone = Request(endpoint=WORKFLOW, model="00000000-0000-4000-8000-000000000000", values={})
        async with a_run(simulator, _clock, tmp_path, gone) as rig:
            [task] = await until(rig, lambda tasks: bool(tasks) and tasks[0].state.is_final)
    assert [len(versions) for versions in found] == [2, 1]
    assert TURNTABLE.id in text
    assert task.failure is not None
    assert str(task.failure.words) == "This version of the workflow is no longer at Runway."
