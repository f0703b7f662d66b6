"""A run of a workflow: outputs as its nodes make them, nodes that fail beside others, and ids of runs that the person
brings."""

from __future__ import annotations

from typing import Any

from runway_desktop.domain.task import Output, OutputState, Request, State, TaskId
from runway_desktop.domain.workflows.runs import WORKFLOW, NodeFailure
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig
from tests.rigs.fake_runway import remote_id

VERSION = "5f0c2a1e-0000-4000-8000-000000000004"
HERO, CLIP = "https://out.example/hero.png", "https://out.example/clip.mp4"
REFUSED = NodeFailure(node="voice", message="The text was refused.", code="SAFETY.INPUT.TEXT", name="Spoken line")


def run(prompt: str = "A watch", version: str = VERSION) -> Request:
    return Request(endpoint=WORKFLOW, model=version, values={"prompt": prompt}, prompt=prompt)


async def sent(rig: Rig, *requests: Request) -> TaskId:
    """The first of them, at Runway."""
    task_id, *_ = await rig.submit(*(requests or (run(),)))
    await rig.clock.advance(1)
    return task_id


def say(rig: Rig, status: str, *made: tuple[str, str], number: int = 1, **members: Any) -> None:
    """What Runway says of a run from now on: each output's node and link."""
    nodes, links = tuple(node for node, _ in made), tuple(link for _, link in made)
    rig.runway.say(remote_id(number), status, nodes=nodes, output=links, **members)


def saved(output: Output) -> Output:
    return replace(output, state=OutputState.SAVED, path="/library/hero.png", sha256="a" * 64)


async def test_run_is_asked_for_at_its_own_address():
    async with Rig() as rig:
        task_id = await sent(rig)
        await rig.clock.advance(20)
        assert await rig.state(task_id) is State.PENDING
        assert rig.runway.named("run")
        assert rig.runway.named("task") == []


async def test_outputs_are_there_as_soon_as_their_nodes_have_made_them():
    async with Rig() as rig:
        task_id = await sent(rig)
        say(rig, "RUNNING", ("hero", HERO), progress=0.3)
        await rig.clock.advance(60)
        task, [hero] = await rig.task(task_id), await rig.store.outputs(task_id)
        assert (task.state, task.run and task.run.nodes, hero.url) == (State.RUNNING, ("hero",), HERO)
        assert [row.task.id for row in await rig.store.unsaved()] == [task_id]


async def test_index_of_an_output_never_changes_and_what_is_saved_stays():
    async with Rig() as rig:
        task_id = await sent(rig)
        say(rig, "RUNNING", ("hero", HERO))
        await rig.clock.advance(60)
        assert await rig.store.change_output(task_id, 0, saved) is not None
        say(rig, "RUNNING", ("clip", CLIP), ("hero", HERO + "?2"))
        await rig.clock.advance(60)
        say(rig, "SUCCEEDED", ("clip", CLIP + "?3"), cost_credits=40.0)
        await rig.clock.advance(60)
        task, [first, second] = await rig.task(task_id), await rig.store.outputs(task_id)
        assert task.run is not None
        assert (task.state, task.run.nodes) == (State.SUCCEEDED, ("hero", "clip"))
        assert (first.path, first.state) == ("/library/hero.png", OutputState.SAVED)
        assert second.url == CLIP


async def test_node_that_fails_is_kept_beside_what_its_siblings_made():
    async with Rig() as rig:
        task_id = await sent(rig)
        say(rig, "SUCCEEDED", ("hero", HERO), node_failures=(REFUSED,), cost_credits=12.0)
        await rig.clock.advance(60)
        task = await rig.task(task_id)
        assert task.run is not None
        assert (task.state, task.run.failures, task.cost_credits) == (State.SUCCEEDED, (REFUSED,), 12.0)
        lines = await rig.store.ledger(task_id)
        assert lines[-1].detail["nodes"] == ["Spoken line"]


async def test_id_of_a_run_that_the_person_brings_is_found():
    async with Rig() as rig:
        rig.runway.say(remote_id(7), "RUNNING", nodes=("hero",), output=(HERO,))
        added = await rig.adoption.adopt([remote_id(7)])
        await rig.clock.advance(20)
        task = await rig.task(added.added[0])
        assert (task.state, task.run and task.run.nodes) == (State.RUNNING, ("hero",))


async def test_id_that_is_neither_a_task_nor_a_run_is_tried_as_a_run_once():
    async with Rig() as rig:
        added = await rig.adoption.adopt([remote_id(8)])
        await rig.clock.advance(60)
        assert await rig.state(added.added[0]) is State.GONE
        assert len(rig.runway.named("run")) == 1
