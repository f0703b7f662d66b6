"""Calls of client programs on fake services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.permissions import COMMAND_LINE, Permission
from runway_desktop.domain.prices import PublishedPrice
from runway_desktop.domain.task import TaskId
from runway_desktop.remote.answers import answer
from runway_desktop.remote.messages import Hello
from runway_desktop.services.engine import Engine
from runway_desktop.usecases.clients.client_cases import ClientCases
from runway_desktop.usecases.clients.refusals import CallRefused
from runway_desktop.usecases.clients.verbs import TaskWished
from runway_desktop.usecases.commands.approval import APPROVE, REFUSE
from runway_desktop.usecases.commands.task_command import Given, Report
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import as_json
from tests.rigs.engine_rig import Rig, request
from tests.rigs.engines import engine_of

AGENT = "claude"


class Desk:
    """The cases of a client on an engine's rig."""

    def __init__(self, rig: Rig, engine: Engine, folder: Path) -> None:
        self.rig = rig
        self.engine = engine
        self.folder = folder
        self.use_cases = UseCases(engine)
        self.cases: ClientCases = self.use_cases.client_cases(lambda: asyncio.sleep(0))

    async def create(self, client: str = COMMAND_LINE, prompt: str = "A fox", **more: Any) -> dict[str, Any]:
        return await self.call(client, "create", **as_json(wish(prompt, **more)))

    async def call(self, client: str, name: str, **arguments: Any) -> dict[str, Any]:
        """As another program calls it: permission is checked first, and the answer is JSON."""
        found: Any = await answer(self.cases, Hello(client=client), name, arguments)
        return dict(found)

    async def refused(self, client: str = COMMAND_LINE, prompt: str = "A fox", **more: Any) -> CallRefused:
        with pytest.raises(CallRefused) as refused:
            await self.create(client, prompt, **more)
        assert not self.rig.ledger.all_queued()
        assert not self.rig.runway.requests
        return refused.value


def wish(prompt: str = "A fox", **more: Any) -> TaskWished:
    values = {"ratio": "1280:720", "duration": 5, **more.pop("values", {})}
    given: dict[str, Any] = {"endpoint": "text_to_video", "model": "gen4.5", "request_id": "one", **more}
    return TaskWished(values=values, prompt=prompt, **given)


@asynccontextmanager
async def a_desk(
    folder: Path, *, granted: float = 1000.0, loops: tuple[str, ...] = (), prices: tuple[PublishedPrice, ...] = ()
) -> AsyncIterator[Desk]:
    async with Rig(loops=loops, prices=prices) as rig:
        await rig.account.start()
        for model, endpoint in (("gen4.5", "text_to_video"), ("gen4_turbo", "image_to_video")):
            given = {"promptImage": "https://example.com/a.png"} if endpoint == "image_to_video" else {}
            await rig.pricing.learn(request("A fox", model=model, endpoint=endpoint, **given), 25.0)
        rig.settings.confirm_above = 20.0
        desk = Desk(rig, engine_of(rig, folder / "profile" / "library"), folder)
        if granted:
            await desk.call(COMMAND_LINE, "grant", credits=granted)
        await desk.engine.clients.permit(AGENT, Permission.ASK)
        yield desk


class Person:
    """Answers requests, as the window does."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.sending = desk.use_cases.sending
        self.commands = desk.use_cases.commands

    async def approve(self, *ids: str) -> Report:
        rows = await self.desk.engine.library.rows([TaskId(one) for one in ids])
        question = self.commands.question(APPROVE, rows)
        prepared = question.prepared if question is not None else None
        given = Given(prepared=prepared) if prepared is not None else Given()
        return await self.commands.do(APPROVE, rows, given)

    async def refuse(self, reason: str, *ids: str) -> None:
        rows = await self.desk.engine.library.rows([TaskId(one) for one in ids])
        await self.commands.do(REFUSE, rows, Given(text=reason))
