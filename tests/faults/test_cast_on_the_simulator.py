"""`@Maya` at each entrance, and what left the machine: the bodies and files that the simulated Runway received."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from runway_desktop.api.fetcher import HttpFetcher
from runway_desktop.catalog import starting_values
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.cast import Member
from runway_desktop.domain.film.steps import Chain, ChainId, Step, StepInput
from runway_desktop.domain.permissions import COMMAND_LINE, Permission
from runway_desktop.domain.task import Request, StepId, TaskId
from runway_desktop.remote.answers import answer
from runway_desktop.remote.messages import Hello
from runway_desktop.services.engine import Engine
from runway_desktop.services.library.expansion import Axis
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, TaskSource
from runway_desktop.usecases.commands.approval import APPROVE
from runway_desktop.usecases.commands.task_command import Given
from runway_desktop.usecases.orders import Orders
from runway_desktop.usecases.requests.order import Order
from runway_desktop.usecases.sheets.columns import PROMPT, Columns
from runway_desktop.usecases.sheets.rows import RowChecker, SheetRow
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace
from tests.rigs.cast import with_picture
from tests.rigs.engine_rig import CATALOG, Rig
from tests.rigs.engines import engine_of
from tests.rigs.film import PROJECT, add_take
from tests.rigs.on_the_simulator import ended, engine, received, simulated, until

TAGGED = Request(endpoint="text_to_image", model="gen4_image", values={"ratio": "1280:720"})
VOICE = "An old sailor with a rough, warm voice"
EVERY = frozenset(Ask) - {Ask.REPEAT}


class Desk:
    def __init__(self, rig: Rig, engine: Engine, maya: Member, bodies: list[Any]) -> None:
        self.rig, self.engine, self.maya, self.bodies = rig, engine, maya, bodies
        self.cases = UseCases(engine)

    async def arrived(self, amount: int = 1) -> list[tuple[str, Any]]:
        """What Runway received, with its hash in place of each file."""
        await until(self.rig, lambda tasks: len(tasks) >= amount and ended(tasks))
        return [(endpoint, hashed(body)) for endpoint, body in self.bodies]


def hashed(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("data:"):
        return hashlib.sha256(base64.b64decode(value.partition(",")[2])).hexdigest()
    if isinstance(value, Mapping):
        return {name: hashed(inner) for name, inner in value.items()}
    return list(map(hashed, value)) if isinstance(value, list) else value


@asynccontextmanager
async def a_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    bodies = received(monkeypatch)
    async with simulated() as (simulator, clock), engine(simulator, clock, tmp_path / "a.db") as rig:
        of_rig = engine_of(rig, tmp_path / "library")
        maya = await with_picture(of_rig, tmp_path, words="a woman with red hair")
        yield Desk(rig, of_rig, maya, bodies)


async def by_composer(desk: Desk, prompt: str, composed: Request = TAGGED) -> Sequence[TaskId]:
    pair = CATALOG.pair(composed.endpoint, composed.model)
    assert pair is not None
    values = {**starting_values(pair), **composed.values, "promptText": prompt}
    request = replace(composed, values=values, prompt=prompt)
    order = Order(pair=pair, request=request)
    orders = Orders(desk.engine, lambda: desk.cases.sending)
    found = await orders.send(order, prepared := await orders.prepare(order), is_answered=True)
    assert isinstance(found, tuple), (found, prepared.asks)
    return found


async def by_cell(desk: Desk, prompt: str, axes: tuple[Axis, ...] = ()) -> None:
    checker = RowChecker(CATALOG, Columns(CATALOG), desk.engine.pricing, TAGGED)
    checker.cast, checker.axes = await desk.engine.cast.load(), axes
    row = SheetRow({PROMPT: prompt})
    checker.looks = dict(await desk.engine.intake.look(checker.check(row).unseen))
    check = checker.check(row)
    assert check.is_ready, check
    new = [NewTask(request=one, cast=cast) for one, cast in zip(check.requests, check.casts, strict=True)]
    await desk.cases.sending.send(desk.cases.sending.prepare(new, Origin(TaskSource.SHEET)), EVERY)


async def by_axis(desk: Desk, prompt: str) -> None:
    shot, _, name = prompt.rpartition(", ")
    await by_cell(desk, shot, (Axis(PROMPT, "Prompt", (name,)),))


async def by_client(desk: Desk, client: str, prompt: str) -> dict[str, Any]:
    cases = desk.cases.client_cases(lambda: asyncio.sleep(0))
    given = {"endpoint": TAGGED.endpoint, "model": TAGGED.model, "values": TAGGED.values, "price_up_to": 50.0}
    wish = {**given, "prompt": prompt, "max_credits": 50.0}
    found: Any = await answer(cases, Hello(client=client), "create", wish)
    return dict(found)


async def by_command_line(desk: Desk, prompt: str) -> None:
    await desk.engine.clients.permit(COMMAND_LINE, Permission.ALLOWANCE, 1000.0)
    await by_client(desk, COMMAND_LINE, prompt)


async def by_agent(desk: Desk, prompt: str) -> None:
    await desk.engine.clients.permit("claude", Permission.ASK)
    await desk.engine.clients.allow_cast("claude", allowed=True)
    rows = await desk.engine.library.rows([TaskId((await by_client(desk, "claude", prompt))["id"])])
    question = desk.cases.commands.question(APPROVE, rows)
    prepared = question.prepared if question is not None else None
    await desk.cases.commands.do(APPROVE, rows, Given() if prepared is None else Given(prepared=prepared))


async def by_step(desk: Desk, prompt: str) -> None:
    first = Step(id=StepId("s1"), endpoint=TAGGED.endpoint, model=TAGGED.model, values=TAGGED.values)
    another = replace(first, id=StepId("s2"), input=StepInput.NOTHING, template=prompt)
    await add_take(desk.rig, desk.engine.settings.library.parent, 1)
    chain = Chain(id=ChainId("c1"), name="Pier", steps=(first, another))
    bill = await desk.cases.steps.bill((await desk.cases.steps.board(PROJECT, chain)).ready())
    await desk.cases.steps.send(bill, EVERY)


async def test_voice_designed_by_words_is_asked_once_and_saved(tmp_path: Path):
    async with simulated() as (simulator, clock), engine(simulator, clock, tmp_path / "a.db") as rig:
        fetcher = HttpFetcher("http://127.0.0.1")
        voice = await engine_of(rig, tmp_path / "library", cast(Any, fetcher)).voices.design(VOICE)
        await fetcher.aclose()
        assert simulator.witness.voices == [VOICE]
        assert voice.file is not None
        assert Path(voice.file.path).read_bytes() == (resource("samples") / "speech-6s.mp3").read_bytes()
        assert not simulator.witness.misplaced_secrets


@pytest.mark.parametrize("entrance", [by_composer, by_cell, by_axis, by_command_line, by_agent, by_step])
async def test_every_entrance_sends_the_picture_of_the_member(
    entrance: Callable[[Desk, str], Awaitable[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with a_desk(tmp_path, monkeypatch) as desk:
        await entrance(desk, "On a pier, @Maya")
        [(endpoint, body)] = await desk.arrived()
        assert (endpoint, body["promptText"]) == ("text_to_image", "On a pier, @Maya")
        assert body["referenceImages"] == [{"uri": desk.maya.files[0].sha256, "tag": "Maya"}]


async def test_one_prompt_over_four_models_sends_what_each_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with a_desk(tmp_path, monkeypatch) as desk:
        for composed in (
            TAGGED,
            Request(endpoint="text_to_image", model="seedream5_pro"),
            Request(endpoint="image_to_video", model="gen4_turbo", values={"ratio": "1280:720", "duration": 5}),
            Request(endpoint="text_to_video", model="gen4.5", values={"ratio": "1280:720", "duration": 5}),
        ):
            await by_composer(desk, "@Maya walks", composed)
        digest = desk.maya.files[0].sha256
        found = {body["model"]: body for _, body in await desk.arrived(4)}
        assert found["gen4_image"]["promptText"] == "@Maya walks"
        assert found["gen4_image"]["referenceImages"] == [{"uri": digest, "tag": "Maya"}]
        assert (found["seedream5_pro"]["promptText"], found["seedream5_pro"]["referenceImages"]) == (
            "Maya walks", [{"uri": digest}],
        )  # fmt: skip
        assert (found["gen4_turbo"]["promptText"], found["gen4_turbo"]["promptImage"]) == ("Maya walks", digest)
        assert found["gen4.5"]["promptText"] == "Maya (a woman with red hair) walks"


async def test_task_of_a_member_that_was_deleted_while_it_waits_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with a_desk(tmp_path, monkeypatch) as desk:
        await desk.rig.lane.pause()
        await by_composer(desk, "@Maya walks")
        await desk.engine.cast.remove(desk.maya.id)
        assert desk.bodies == []
        await desk.rig.lane.resume()
        [(_, body)] = await desk.arrived()
        assert body["referenceImages"] == [{"uri": desk.maya.files[0].sha256, "tag": "Maya"}]


async def test_retry_after_the_member_changed_sends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with a_desk(tmp_path, monkeypatch) as desk:
        [first] = await by_composer(desk, "@Maya walks")
        [before] = await desk.arrived()
        other = await with_picture(desk.engine, tmp_path, "Other")
        await desk.engine.cast.save(replace(desk.maya, files=other.files, words="a man"))
        task = await desk.rig.task(first)
        await desk.cases.sending.send(desk.cases.sending.prepare_again([task]), EVERY)
        assert await desk.arrived(2) == [before, before]
        again = next(one for one in (await desk.rig.store.get_many([first])) if one.id == first)
        assert again.cast == (desk.maya.id,)
