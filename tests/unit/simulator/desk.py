"""A running simulator with two clients before it: what the tests over HTTP share. Time is skipped by its clock."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

from runway_desktop.catalog import Catalog
from runway_desktop.simulator.app import API_VERSION, Simulator
from runway_desktop.simulator.child import DEMO_SECRET
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs

CATALOG = Catalog.load()
CLIP = {"model": "gen4.5", "promptText": "A lighthouse", "ratio": "1280:720", "duration": 5}
HEADERS = {"Authorization": f"Bearer {DEMO_SECRET}", "X-Runway-Version": API_VERSION}


@dataclass
class Bench:
    """A running simulator with a client that has a key, and one that has none."""

    simulator: Simulator
    api: httpx.AsyncClient
    anyone: httpx.AsyncClient

    async def create(self, **changes: object) -> str:
        answer = await self.api.post("/v1/text_to_video", json={**CLIP, **changes})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def task(self, task_id: str) -> dict[str, Any]:
        answer = await self.api.get(f"/v1/tasks/{task_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def finished(self, **changes: object) -> dict[str, Any]:
        task_id = await self.create(**changes)
        self.simulator.clock.forward(100)
        return await self.task(task_id)


@contextlib.asynccontextmanager
async def desk(**knobs: object) -> AsyncIterator[Bench]:
    chosen = Knobs(seed=5).turned(knobs)
    async with (
        running_simulator(chosen, catalog=CATALOG) as simulator,
        httpx.AsyncClient(base_url=simulator.base_url, headers=HEADERS) as api,
        httpx.AsyncClient() as anyone,
    ):
        yield Bench(simulator, api, anyone)
