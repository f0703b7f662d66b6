"""A run of a workflow: outputs as its nodes make them, nodes that fail beside others, and ids of runs that the person
brings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.catalog import Pair
from runway_desktop.domain.caps import Cap, LaneCode
from runway_desktop.domain.errors import NoReply, NotSeen, NotThere, RequestRefused
from runway_desktop.domain.failures import WhyNot
from runway_desktop.domain.task import HoldCode, Output, OutputState, Request, State, TaskId
from runway_desktop.domain.workflows.runs import COST_FOR, WORKFLOW, NodeFailure
from runway_desktop.services.tasks.uncertainty import Likelihood, verdict
from runway_desktop.texts import Text
from runway_desktop.values import replace
from tests.rigs.engine_rig import CATALOG, Rig, held_by, kept_by, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import settle

VERSION = "5f0c2a1e-0000-4000-8000-000000000004"
ANOTHER = "5f0c2a1e-0000-4000-8000-000000000005"
HERO, CLIP = "https://out.example/hero.png", "https://out.example/clip.mp4"
REFUSED = NodeFailure(node="voice", message="The text was refused.", code="SAFETY.INPUT.TEXT", name="Spoken line")


@pytest.fixture(autouse=True)
def known_versions() -> None:
    pairs = [
        Pair(endpoint=WORKFLOW, model=one, label=one, fields=(), fixed={}, inside="nodeOutputs")
        for one in (VERSION, ANOTHER)
    ]
    CATALOG.learn(WORKFLOW, pairs)


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


async def test_outputs_of_one_node_are_each_saved_once_in_whatever_order_they_are_told():
    async with Rig() as rig:
        task_id = await sent(rig)
        say(rig, "RUNNING", ("hero", CLIP))
        await rig.clock.advance(60)
        assert await rig.store.change_output(task_id, 0, saved) is not None
        say(rig, "SUCCEEDED", ("hero", HERO), ("hero", CLIP + "?2"), cost_credits=40.0)
        await rig.clock.advance(60)
        first, second = await rig.store.outputs(task_id)
        assert (first.state, first.url, second.url) == (OutputState.SAVED, CLIP, HERO)


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


async def test_single_404_does_not_give_up_what_a_failed_run_made():
    async with Rig() as rig:
        task_id = await sent(rig)
        say(rig, "FAILED", ("hero", HERO), failure="One node failed.", cost_credits=12.0)
        await rig.clock.advance(60)
        assert await rig.state(task_id) is State.FAILED
        rig.runway.then("run", NotThere("Not found.", status=404))
        with pytest.raises(NotSeen):
            await rig.asking.ask_for_results(await rig.task(task_id))
        await rig.clock.advance(60)
        assert [one.url for one in await rig.asking.ask_for_results(await rig.task(task_id))] == [HERO]


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


async def test_cost_that_comes_an_hour_late_is_found_after_a_restart():
    async with Rig() as rig:
        task_id = await sent(rig)
        say(rig, "SUCCEEDED", ("hero", HERO))
        await rig.clock.advance(60)
        assert (await rig.task(task_id)).cost_credits is None
    async with Rig(store=rig.store, runway=rig.runway, clock=rig.clock) as again:
        await again.clock.advance(3_600)
        say(again, "SUCCEEDED", ("hero", HERO), cost_credits=174.0)
        await again.clock.advance(2 * 3_600)
        task = await again.task(task_id)
        assert (task.state, task.cost_credits, again.budget.spent_today) == (State.SUCCEEDED, 174.0, 174.0)
        assert (await again.kinds(task_id))[-1] == "cost"
        price = again.pricing.price(run("Another watch"))
        assert price is not None
        assert (price.credits, price.exact) == (174.0, False)
    async with Rig(store=rig.store, runway=rig.runway, clock=rig.clock) as later:
        assert later.pricing.price(run()) == price


async def test_cost_is_asked_for_seldom_and_not_after_a_day():
    async with Rig() as rig:
        await sent(rig)
        say(rig, "SUCCEEDED", ("hero", HERO))
        await rig.clock.advance(60)
        before = len(rig.runway.named("run"))
        await rig.clock.advance(COST_FOR + 60)
        asked = len(rig.runway.named("run")) - before
        await rig.clock.advance(COST_FOR)
        assert 4 <= asked <= 14
        assert len(rig.runway.named("run")) - before == asked


async def test_canceled_run_is_not_asked_for_its_cost():
    async with Rig() as rig:
        await sent(rig)
        say(rig, "CANCELLED")
        await rig.clock.advance(60)
        asked = len(rig.runway.named("run"))
        await rig.clock.advance(7_200)
        assert len(rig.runway.named("run")) == asked


async def test_runs_go_one_after_the_other_until_the_first_cost_is_known():
    async with Rig() as rig:
        _, second, third = await rig.submit(run("1"), run("2"), run("3"))
        await rig.clock.advance(1)
        kept = kept_by(rig, second)
        assert kept is not None
        assert kept.code is LaneCode.FIRST_COST
        say(rig, "SUCCEEDED", ("hero", HERO))
        await rig.clock.advance(60)
        assert len(rig.runway.named("create")) == 1
        say(rig, "SUCCEEDED", ("hero", HERO), cost_credits=150.0)
        await rig.clock.advance(3_600)
        assert [await rig.state(one) for one in (second, third)] == [State.PENDING, State.PENDING]


async def test_run_of_another_version_does_not_wait():
    async with Rig() as rig:
        await rig.submit(run(), run(version=ANOTHER))
        await rig.clock.advance(1)
        assert len(rig.runway.named("create")) == 2


@pytest.mark.parametrize("status", ["CANCELLED", "SUCCEEDED"])
async def test_after_a_run_that_tells_no_cost_the_next_waits_for_the_person(status: str):
    async with Rig() as rig:
        _, second, third = await rig.submit(run("1"), run("2"), run("3"))
        await rig.clock.advance(1)
        say(rig, status)
        await rig.clock.advance(60 if status == "CANCELLED" else COST_FOR + 120)
        assert [(await rig.task(one)).hold.code for one in (second, third)] == [HoldCode.NO_COST] * 2
        assert len(rig.runway.named("create")) == 1
        await rig.queue_acts.release([await rig.task(second)], is_next=False, key=rig.runway.key)
        await rig.clock.advance(1)
        assert [await rig.state(one) for one in (second, third)] == [State.PENDING, State.QUEUED]


async def test_run_without_a_history_counts_as_all_that_is_left_of_a_cap():
    async with Rig() as rig:
        rig.settings.day_cap = 1_000.0
        first = await sent(rig, run())
        [clip] = await rig.submit(request())
        await rig.pricing.learn(request(), 25.0)
        await rig.clock.advance(1)
        held = held_by(rig, clip)
        assert held is not None
        assert (held.limit.cap, held.limit.left) == (Cap.DAY, 0.0)
        assert held.raised is None, "no cap is high enough for what may cost any amount"
        rig.budget.raise_cap(held)
        assert rig.settings.day_cap == 1_000.0
        say(rig, "SUCCEEDED", ("hero", HERO), cost_credits=100.0)
        await rig.clock.advance(120)
        assert await rig.state(clip) is State.PENDING
        assert await rig.state(first) is State.SUCCEEDED


async def test_run_is_neither_canceled_nor_deleted_at_runway():
    async with Rig() as rig:
        task_id = await sent(rig)
        report = await rig.actions.cancel([task_id])
        assert report.failed == {task_id: WhyNot.RUN_IS_NOT_CANCELED}
        assert not (await rig.task(task_id)).cancel_asked
        say(rig, "SUCCEEDED", cost_credits=1.0)
        await rig.clock.advance(60)
        assert (await rig.actions.delete_remotely([task_id])).failed == {task_id: WhyNot.RUN_IS_NOT_DELETED}
        assert rig.runway.named("delete") == []


async def test_queued_run_can_still_be_taken_back():
    async with Rig(paused=True) as rig:
        task_id = await sent(rig)
        assert (await rig.actions.cancel([task_id])).done == [task_id]


async def test_run_without_an_answer_is_uncertain_and_the_next_waits():
    async with Rig() as rig:
        rig.runway.then("create", NoReply("No answer came."))
        first, second = await rig.submit(run("1"), run("2"))
        await rig.clock.advance(600)
        assert [await rig.state(one) for one in (first, second)] == [State.UNCERTAIN, State.QUEUED]
        task = await rig.task(first)
        assert task.evidence is not None
        assert task.evidence.daily_after is None


async def test_balance_says_nothing_of_a_run_without_an_answer_and_its_usual_price_counts():
    async with Rig() as rig:
        rig.settings.day_cap = 1_000.0
        await sent(rig)
        say(rig, "SUCCEEDED", ("hero", HERO), cost_credits=150.0)
        await rig.clock.advance(60)
        rig.runway.then("create", NoReply("No answer came."))
        lost = await sent(rig, run("2"))
        await rig.clock.advance(120)
        task = await rig.task(lost)
        assert task.evidence is not None
        assert task.evidence.balance_after is not None
        assert verdict(task.evidence).likelihood is Likelihood.UNKNOWN
        [clip] = await rig.submit(request())
        await rig.clock.advance(1)
        assert await rig.state(clip) is State.PENDING


async def test_run_of_a_version_whose_form_is_not_known_is_kept_here():
    async with Rig() as rig:
        [task_id] = await rig.submit(run(version="5f0c2a1e-0000-4000-8000-00000000dead"))
        await rig.clock.advance(60)
        assert (await rig.task(task_id)).hold.code is HoldCode.NOT_PREPARED
        assert rig.runway.named("create") == []


async def test_run_of_a_version_that_is_gone_fails_in_one_sentence_and_frees_the_next():
    async with Rig() as rig:
        gone = RequestRefused(Text("This version of the workflow is no longer at Runway."), status=404)
        rig.runway.always("create", gone)
        first, second = await rig.submit(run("1"), run("2"))
        await rig.clock.advance(60)
        task = await rig.task(first)
        assert task.failure is not None
        assert (str(task.failure.words), task.cost_credits) == (str(gone.text), 0.0)
        assert await rig.state(second) is State.FAILED


async def test_run_killed_before_its_id_is_in_the_list_is_found_in_the_journal(tmp_path: Path):
    rig = Rig(ids=tmp_path / "accepted.ids")
    async with rig:
        reached = asyncio.Event()

        async def never() -> None:
            if rig.runway.named("create"):
                reached.set()
                await asyncio.Event().wait()

        rig.store.before = never
        submitting = asyncio.create_task(rig.submit(run()))
        await asyncio.wait_for(reached.wait(), 5)
        await settle()
        rig.store.before = None
        submitting.cancel()
        async with rig.kill() as again:
            await again.clock.advance(60)
            [task] = again.store.tasks.values()
            assert (task.state, task.remote_id) == (State.PENDING, remote_id(1))
            assert again.runway.named("run")
            assert len(again.runway.named("create")) == 1
