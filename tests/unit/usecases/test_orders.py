"""An order of the send button, described and stored without a window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.task import Source, State, StepId, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.usecases.orders import Orders
from runway_desktop.usecases.requests.order import Order, button_of
from runway_desktop.usecases.sending.sending import TaskSender
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, request, with_picture
from tests.rigs.engines import engine_of
from tests.rigs.rows import task

BRACES = request("A {fox|hen} at dawn")


@asynccontextmanager
async def a_desk(tmp_path: Path) -> AsyncIterator[tuple[Rig, Engine, Orders]]:
    async with Rig(loops=()) as rig:
        engine = engine_of(rig, tmp_path / "library")
        sending = TaskSender(engine)
        await rig.pricing.learn(BRACES, 25.0)
        yield rig, engine, Orders(engine, lambda: sending)


def order_of(engine: Engine, **more: Any) -> Order:
    pair = engine.catalog.pair(BRACES.endpoint, BRACES.model)
    assert pair is not None
    return Order(pair=pair, request=BRACES, **more)


async def test_prompt_with_braces_becomes_a_named_batch_with_a_stored_sheet(tmp_path: Path):
    async with a_desk(tmp_path) as (rig, engine, orders):
        order = order_of(engine, project="Farm")
        ids = await orders.send(order, await orders.prepare(order))
        assert isinstance(ids, tuple)
        tasks = await rig.store.get_many(ids)
        assert [task.request.prompt for task in tasks] == ["A fox at dawn", "A hen at dawn"]
        assert {task.project for task in tasks} == {"Farm"}
        [kept] = await engine.sheets.recent()
        assert (kept.name, kept.batch_id) == ("A {fox|hen} at dawn", tasks[0].batch_id)


async def test_edit_of_a_queued_task_keeps_braces_literal(tmp_path: Path):
    async with a_desk(tmp_path) as (rig, engine, orders):
        [queued] = await rig.submit(request("before"))
        order = order_of(engine, editing=queued)
        assert (order.amount, button_of(order, engine.pricing.price, None, ()).text) == (1, "Save changes")
        assert await orders.send(order, await orders.prepare(order)) == (queued,)
        assert (await rig.task(queued)).request.prompt == BRACES.prompt
        assert await engine.sheets.recent() == []


async def test_generate_button_shows_the_price_and_what_a_cap_holds(tmp_path: Path):
    async with a_desk(tmp_path) as (rig, engine, orders):
        order = order_of(engine)
        button = button_of(order, engine.pricing.price, orders.kept(order), ())
        assert (button.text, button.price) == ("Generate 2", "50 credits")
        rig.settings.day_cap = 30.0
        assert button_of(order, engine.pricing.price, orders.kept(order), ()).text == "Send 1, queue 1"
        rig.settings.day_cap = 10.0
        assert button_of(order, engine.pricing.price, orders.kept(order), ()).text == "Queue 2"


async def test_tasks_are_stored_though_their_sheet_could_not_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async def refuses(*_: object) -> None:
        raise StoreError("The disk is full.")

    async with a_desk(tmp_path) as (_, engine, orders):
        told: list[object] = []
        engine.bus.listen(told.append)
        monkeypatch.setattr(engine.sheets, "keep", refuses)
        order = order_of(engine)
        ids = await orders.send(order, await orders.prepare(order))
        assert isinstance(ids, tuple)
        assert len(ids) == 2
        [notice] = [one for one in told if isinstance(one, Notice)]
        assert "2 tasks are queued, but their sheet" in str(notice.message)


async def test_edited_request_stays_in_its_shot_and_in_its_step_while_its_files_stay(tmp_path: Path):
    async with a_desk(tmp_path) as (rig, engine, orders):
        source = Source(TaskId("t1"), 0)
        picture = with_picture("https://example.com/a.png", "gen4.5")
        failed = task(2, State.FAILED, project="Farm", shot="010", step=StepId("s2"), made_of=source, request=picture)
        await rig.store.add([failed], (), None, ())
        await rig.pricing.learn(picture, 25.0)
        pair = engine.catalog.pair(picture.endpoint, picture.model)
        assert pair is not None
        for changes, project, found in (
            ({"promptText": "A hen"}, "Farm", ("010", StepId("s2"), source)),
            ({"promptImage": "https://example.com/b.png"}, "Farm", ("010", None, None)),
            ({"promptText": "A cow"}, "Barn", ("", None, None)),
        ):
            edited = replace(picture, values={**picture.values, **changes})
            order = Order(pair=pair, request=edited, parent=failed.id, project=project)
            ids = await orders.send(order, await orders.prepare(order))
            assert isinstance(ids, tuple)
            made = await rig.task(ids[0])
            assert (made.shot, made.step, made.made_of) == found
