"""Programs that ask, and the room in which their requests are answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runway_desktop.domain.permissions import Permission
from runway_desktop.domain.task import TaskId
from runway_desktop.rooms.approvals.entry import ApprovalsPage
from runway_desktop.rooms.approvals.side import ApprovalSide
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.clients.client_cases import ClientCases
from runway_desktop.usecases.clients.verbs import TaskWished
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.engine_rig import request

AGENT = "claude-code"


class Agents:
    """Programs that ask."""

    def __init__(self, rig: Desktop) -> None:
        self.rig = rig
        self.cases: ClientCases = rig.cases.client_cases(lambda: rest(1))

    async def ask(self, prompt: str = "A fox", client: str = AGENT, **more: Any) -> TaskId:
        values = more.pop("values", {"ratio": "1280:720", "duration": 5})
        given = {"endpoint": "text_to_video", "model": "gen4.5", "request_id": prompt[:60], **more}
        made = await self.cases.create(client, TaskWished(values=values, prompt=prompt, **given))
        return TaskId(made.id)

    async def task(self, task_id: TaskId) -> Any:
        return await self.rig.engine.ledger.task(task_id)


@asynccontextmanager
async def an_office(folder: Path, theme: Theme, *prompts: str, **more: Any) -> AsyncIterator[tuple[Desktop, Agents]]:
    async with Desktop(folder, theme, **more) as rig:
        like = request("A fox", model="gen4.5", endpoint="text_to_video", ratio="1280:720", duration=5)
        await rig.engine.pricing.learn(like, 60.0)
        await rig.engine.clients.permit(AGENT, Permission.ASK)
        agents = Agents(rig)
        for prompt in prompts:
            await agents.ask(prompt)
        yield rig, agents


async def opened(rig: Desktop, rows: int = 1) -> tuple[ApprovalsPage, ApprovalSide]:
    rig.open_room("requests")
    await until(lambda: rig.window.workspace.page is not None)
    center, side = rig.window.findChild(ApprovalsPage), rig.window.findChild(ApprovalSide)
    await until(lambda: len(center.view.rows.ids) == rows)
    return center, side
