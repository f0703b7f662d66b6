"""Requests whose model a router chooses: sent once, found again after a lost answer, held when the router is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runway_desktop.catalog import build_payload
from runway_desktop.domain.events import TaskFound
from runway_desktop.domain.library import Document, Row
from runway_desktop.domain.task import HoldCode, Request, State, Task
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, TaskSource
from runway_desktop.services.tasks.uncertainty import Lookup
from runway_desktop.simulator.app import Simulator
from runway_desktop.simulator.faults import Fault, Harm
from runway_desktop.usecases.requests.choices import Choices, typical_request
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.tasks import small_print, trouble_of
from tests.rigs.engine_rig import CATALOG, Rig, forget_learned
from tests.rigs.engines import engine_of
from tests.rigs.on_the_simulator import QuickClock, ended, engine, simulated, until

EVERY = frozenset(Ask) - {Ask.REPEAT}
RAIN = Request(endpoint="generate_video", model="everyday", values={"promptText": "Rain [stuck]", "duration": 5})


def lost() -> Fault:
    """The next create is carried out, and its answer is lost."""
    return Fault(Harm.CUT, route="create", accepted=True, times=1)


@asynccontextmanager
async def routed(simulator: Simulator, clock: QuickClock, tmp_path: Path) -> AsyncIterator[tuple[Rig, UseCases]]:
    """An engine that knows the simulator's routers."""
    async with engine(simulator, clock, tmp_path / "a.db") as rig:
        rig.routers.learn(await rig.store.documents(Document.ROUTER))
        await until(rig, lambda _: rig.account.organization is not None)
        assert await rig.routers.refresh()
        yield rig, UseCases(engine_of(rig, tmp_path / "library"))


async def send(cases: UseCases, *requests: Request) -> None:
    new = [NewTask(request=one) for one in requests]
    await cases.sending.send(cases.sending.prepare(new, Origin(TaskSource.COMPOSER)), EVERY)


async def test_request_to_a_router_is_priced_by_its_ceiling_and_tells_what_was_chosen(
    tmp_path: Path,
) -> None:
    still = Request(endpoint="generate_image", model="everyday", values={"promptText": "Rain", "outputCount": 2})
    async with simulated() as (simulator, clock), routed(simulator, clock, tmp_path) as (rig, cases):
        price = rig.pricing.price(still)
        assert price is not None
        assert (price.credits, price.at_most) == (40, True)
        assert rig.pricing.price(Request(endpoint="generate_video", model="final-cut")) is None
        choices = Choices(
            catalog=CATALOG, favorites=(), new=frozenset(), current=still, usually={}, organization=None,
            price=rig.pricing.price, chosen=typical_request,
        )  # fmt: skip
        offers = [(offer.label, offer.price) for offer in choices.offers("generate_video")]
        assert offers == [("Automatic: Everyday", "up to 120 credits"), ("Automatic: Final cut", "")]
        await send(cases, still)
        (task,) = await until(rig, lambda tasks: bool(tasks) and ended(tasks))
    assert task.state is State.SUCCEEDED
    assert task.routing is not None
    assert (task.routing.model, task.routing.price_ceiling) == ("muse_image", 20)
    assert task.estimated_credits == task.cost_credits == 2


async def test_task_whose_answer_was_lost_is_found_in_the_list_and_paid_once(tmp_path: Path) -> None:
    async with simulated(lost()) as (simulator, clock), routed(simulator, clock, tmp_path) as (rig, cases):
        await send(cases, RAIN)
        (task,) = await until(rig, lambda tasks: any(one.state.is_live for one in tasks))
        (found,) = [event for event in rig.events if isinstance(event, TaskFound)]
        back = await cases.adoption.undo_found(found.before)
        assert (back.state, back.remote_id) == (State.UNCERTAIN, None)
        assert simulator.witness.accepted == [task.remote_id]
    assert task.routing is not None
    assert task.estimated_credits is not None
    assert back.evidence is not None
    assert back.evidence.router is not None
    assert back.evidence.router.verdict == Lookup.UNDONE
    assert [one.remote_id for one in back.evidence.router.found] == [task.remote_id]


async def test_task_is_only_offered_if_another_program_uses_the_router(tmp_path: Path) -> None:
    async with simulated(lost()) as (simulator, clock), routed(simulator, clock, tmp_path) as (rig, cases):
        stranger = asyncio.create_task(_create(rig))
        await asyncio.wait([stranger])
        simulator.faults.add(lost())
        await send(cases, RAIN)
        (task,) = await until(rig, lambda tasks: any(_looked_up(one) for one in tasks))
    assert task.state is State.UNCERTAIN
    assert task.evidence is not None
    assert task.evidence.router is not None
    assert task.evidence.router.verdict == Lookup.OTHERS
    assert [one.remote_id for one in task.evidence.router.found] == simulator.witness.accepted[-1:]


async def test_task_whose_request_never_arrived_stays_uncertain(tmp_path: Path) -> None:
    fault = Fault(Harm.CUT, route="create", times=1)
    async with simulated(fault) as (simulator, clock), routed(simulator, clock, tmp_path) as (rig, cases):
        await send(cases, RAIN)
        (task,) = await until(rig, lambda tasks: any(_looked_up(one) for one in tasks))
        assert simulator.witness.accepted == []
    assert task.state is State.UNCERTAIN
    assert task.evidence is not None
    assert task.evidence.router is not None
    assert task.evidence.router.verdict == Lookup.NONE


async def test_what_waits_for_a_deleted_router_is_held_and_another_router_goes_on(tmp_path: Path) -> None:
    async with simulated() as (simulator, clock), routed(simulator, clock, tmp_path) as (rig, cases):
        del simulator.routers["first"].found["everyday"]
        other = Request(endpoint="generate_image", model="final-cut", values={"promptText": "Rain"})
        await send(cases, RAIN, other)
        held, _ = await until(rig, lambda tasks: len(tasks) == 2 and _held_and_made(tasks))
        assert simulator.witness.refused == {404: 1}
        pair = CATALOG.pair("generate_video", "everyday")
        assert pair is not None
        assert pair.label == "Automatic: Everyday"
        assert [one.model for one in CATALOG.pairs() if one.endpoint == "generate_video"] == ["final-cut"]
        prepared = cases.sending.prepare([NewTask(request=RAIN)], Origin(TaskSource.COMPOSER))
        assert [finding.path for finding in prepared.findings[0]] == [("model",)]
    assert held.hold.code is HoldCode.ROUTER_GONE


async def test_request_that_no_model_can_make_is_refused_for_nothing_with_the_reason(tmp_path: Path) -> None:
    async with simulated() as (simulator, clock), routed(simulator, clock, tmp_path) as (rig, cases):
        await send(cases, Request(endpoint="generate_video", model="everyday", values={**RAIN.values, "duration": 59}))
        (task,) = await until(rig, lambda tasks: bool(tasks) and ended(tasks))
        assert simulator.witness.accepted == []
    assert (task.state, task.cost_credits) == (State.FAILED, 0)
    assert [(one.path, one.code) for one in task.refusals] == [((), "no_eligible_model")]
    assert task.failure is not None
    why = "Every model that can do this costs more than this router allows."
    assert why in str(task.failure.words)
    told = (trouble_of(Row(task=task, outputs=()), CATALOG, None), small_print(task))
    assert [why in text for text in told] == [True, False], "once"


async def test_routers_of_the_last_run_are_known_before_runway_is_asked(tmp_path: Path) -> None:
    async with simulated() as (simulator, clock):
        async with routed(simulator, clock, tmp_path):
            forget_learned()
        async with engine(simulator, clock, tmp_path / "a.db") as rig:
            rig.routers.learn(await rig.store.documents(Document.ROUTER))
            labels = [pair.label for pair in CATALOG.pairs() if pair.endpoint == "generate_audio"]
            pair = CATALOG.pair("generate_audio", "everyday")
    assert labels == ["Automatic: Everyday", "Automatic: Final cut"]
    assert pair is not None
    assert build_payload(pair, {"promptText": "Rain", "type": "audio"}) == {
        "configId": "everyday",
        "input": {"promptText": "Rain", "type": "audio"},
    }


async def _create(rig: Rig) -> Any:
    """As another program with the same key."""
    body = {"configId": "everyday", "input": {"promptText": "Snow [stuck]"}}
    try:
        return await rig.runway.create("generate/video", body)
    except Exception as lost:  # noqa: BLE001 - its answer is lost, too
        return lost


def _looked_up(task: Task) -> bool:
    router = task.evidence.router if task.evidence is not None else None
    return router is not None and bool(router.verdict)


def _held_and_made(tasks: list[Task]) -> bool:
    states = {task.request.model: task.state for task in tasks}
    held = [task for task in tasks if task.hold.code is HoldCode.ROUTER_GONE]
    if held:
        tasks.sort(key=lambda task: task not in held)
    return bool(held) and states.get("final-cut") is State.SUCCEEDED
