"""Each recipe at each entrance: what Runway receives, once, and what is saved and sent again from its sidecar."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.catalog import Pair, prompt_of
from runway_desktop.domain.film.steps import Chain, ChainId, Step
from runway_desktop.domain.library import Filter, Listing
from runway_desktop.domain.permissions import COMMAND_LINE, Permission
from runway_desktop.domain.task import Request, State, StepId, TaskId
from runway_desktop.remote.answers import answer
from runway_desktop.remote.messages import Hello
from runway_desktop.services.engine import Engine
from runway_desktop.services.money.pricing import Pricing, read_published
from runway_desktop.services.results import sidecar
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, TaskSource
from runway_desktop.usecases.commands.approval import APPROVE
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.sheets.cells import cells_of
from runway_desktop.usecases.sheets.columns import Columns
from runway_desktop.usecases.sheets.rows import RowChecker, SheetRow
from runway_desktop.usecases.use_cases import UseCases
from tests.rigs.engine_rig import CATALOG
from tests.rigs.engines import engine_of
from tests.rigs.fakes import FakeClock, MemoryStore
from tests.rigs.film import PROJECT, add_take
from tests.rigs.on_the_simulator import ended, engine, everything_saved, received, saving, simulated, until
from tests.rigs.samples_of_requests import smallest

RECIPES = [pair for pair in CATALOG.pairs() if "version" in pair.fixed]
PRICING = Pricing(MemoryStore(), FakeClock(), read_published())
EVERY = frozenset(Ask) - {Ask.REPEAT}
each_recipe = pytest.mark.parametrize("pair", RECIPES, ids=lambda pair: pair.model)


def request_of(pair: Pair) -> Request:
    values = smallest(pair)
    return Request(endpoint=pair.endpoint, model=pair.model, values=values, prompt=prompt_of(pair, values))


async def by_order(engine: Engine, cases: UseCases, request: Request) -> None:
    sending = cases.sending
    await sending.send(sending.prepare([NewTask(request=request)], Origin(TaskSource.COMPOSER)), EVERY)


async def by_row(engine: Engine, cases: UseCases, request: Request) -> None:
    checker = RowChecker(CATALOG, Columns(CATALOG), engine.pricing, request)
    check = checker.check(SheetRow(cells_of(request, CATALOG.pair(request.endpoint, request.model))))
    assert check.is_ready, check
    sending = cases.sending
    new = [NewTask(request=one) for one in check.requests]
    await sending.send(sending.prepare(new, Origin(TaskSource.SHEET)), EVERY)


async def by_client(cases: UseCases, request: Request, client: str = COMMAND_LINE) -> str:
    clients = cases.client_cases(lambda: asyncio.sleep(0))
    wish: dict[str, Any] = {"endpoint": request.endpoint, "model": request.model, "values": request.values}
    wish |= {"max_credits": 1_000.0, "price_up_to": 1_000.0}
    found: Any = await answer(clients, Hello(client=client), "create", wish)
    return str(found["id"])


async def by_command_line(engine: Engine, cases: UseCases, request: Request) -> None:
    await engine.clients.permit(COMMAND_LINE, Permission.ALLOWANCE, 1_000.0)
    await by_client(cases, request)


async def by_agent(engine: Engine, cases: UseCases, request: Request) -> None:
    await engine.clients.permit("claude", Permission.ASK)
    rows = await engine.library.rows([TaskId(await by_client(cases, request, "claude"))])
    question = cases.commands.question(APPROVE, rows)
    prepared = question.prepared if question is not None else None
    await cases.commands.do(APPROVE, rows, Given() if prepared is None else Given(prepared=prepared))


@each_recipe
@pytest.mark.parametrize("entrance", [by_order, by_row, by_command_line, by_agent])
async def test_every_entrance_sends_a_recipe_once_with_its_version_and_no_model(
    entrance: Callable[[Engine, UseCases, Request], Awaitable[object]],
    pair: Pair,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    bodies, request = received(monkeypatch), request_of(pair)
    async with simulated() as (simulator, clock), engine(simulator, clock, tmp_path / "a.db") as rig:
        of_rig = engine_of(rig, tmp_path / "library")
        await entrance(of_rig, UseCases(of_rig), request)
        (task,) = await until(rig, lambda tasks: bool(tasks) and ended(tasks))
    assert task.state is State.SUCCEEDED
    price = PRICING.price(request)
    assert price is None or price.credits == task.estimated_credits
    assert bodies == [(pair.endpoint, {"version": "2026-06", **request.values})]


@each_recipe
async def test_recipe_is_saved_and_sent_again_from_its_sidecar(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bodies = received(monkeypatch)
    async with simulated() as (simulator, clock), engine(simulator, clock, tmp_path / "a.db") as rig:
        of_rig = engine_of(rig, tmp_path / "library")
        cases = UseCases(of_rig)
        await by_order(of_rig, cases, request_of(pair))
        async with saving(rig, clock, tmp_path / "library"):
            files = await everything_saved(rig, 1)
        found = await rig.store.list(Listing(filter=Filter(text=pair.model)))
        assert len(found) == 1
        kept = sidecar.read(sidecar.document_in(sidecar.path_for(files[0])))
        assert kept is not None
        await by_order(of_rig, cases, kept.request)
        await until(rig, lambda tasks: len(tasks) == 2 and ended(tasks))
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


async def test_recipe_is_a_step_that_takes_the_pick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bodies = received(monkeypatch)
    async with simulated() as (simulator, clock), engine(simulator, clock, tmp_path / "a.db") as rig:
        of_rig = engine_of(rig, tmp_path / "library")
        await add_take(rig, tmp_path, 1)
        first = Step(id=StepId("s1"), endpoint="text_to_image", model="gen4_image", values={"ratio": "1280:720"})
        german = {"targetLanguage": "de"}
        second = Step(id=StepId("s2"), endpoint="ad_localization", model="ad_localization", values=german)
        cases = UseCases(of_rig).steps
        chain = Chain(id=ChainId("c1"), name="Ad", steps=(first, second))
        await cases.send(await cases.bill((await cases.board(PROJECT, chain)).ready()), EVERY)
        await until(rig, lambda tasks: len(tasks) == 2 and ended(tasks))
    [(endpoint, body)] = bodies
    assert endpoint == "ad_localization"
    assert body.pop("referenceImage")["uri"].startswith("data:image/png")
    assert body == {"version": "2026-06", "targetLanguage": "de"}
