"""The simulated Runway of a benchmark, in its own process, with high limits.

`simulated_runway()` starts and stops it; `make_tasks` fills it. Blocking, except where it says async.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from runway_desktop.domain.task import RemoteId, Request
from runway_desktop.simulator.child import DEMO_SECRET, SimulatorProcess

_ROOM = ("--concurrency", "100000", "--daily-limit", "1000000", "--balance", "1000000000")
_VERSION = "2024-11-06"


@contextlib.contextmanager
def simulated_runway(*words: str) -> Iterator[SimulatorProcess]:
    """A simulator that throttles nothing and runs out of nothing, with these further words of its command line."""
    process = SimulatorProcess.start([*_ROOM, *words])
    try:
        yield process
    finally:
        process.stop()


def state_of(runway: SimulatorProcess) -> dict[str, Any]:
    """What the simulator saw: `gets` by task, when each `ended`, `downloads`, `open`."""
    with urllib.request.urlopen(f"{runway.base_url}/_control/state") as answer:
        state: dict[str, Any] = json.load(answer)
    return state


async def make_tasks(runway: SimulatorProcess, requests: Sequence[Request]) -> list[RemoteId]:
    """Creates a task for each request, and gives their ids in the same order."""
    async with _client(runway) as client:
        turns = asyncio.Semaphore(8)

        async def make(request: Request) -> RemoteId:
            async with turns:
                body = {"model": request.model, **request.values}
                answer = (await client.post(f"/v1/{request.endpoint}", json=body)).raise_for_status()
                return RemoteId(answer.json()["id"])

        return list(await asyncio.gather(*map(make, requests)))


async def links_of(runway: SimulatorProcess, remote_ids: Sequence[RemoteId]) -> list[tuple[str, ...]]:
    """The links to the results of tasks that have succeeded."""
    async with _client(runway) as client:
        answers = [(await client.get(f"/v1/tasks/{remote_id}")).raise_for_status() for remote_id in remote_ids]
    return [tuple(answer.json()["output"]) for answer in answers]


def _client(runway: SimulatorProcess) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {DEMO_SECRET}", "X-Runway-Version": _VERSION}
    return httpx.AsyncClient(base_url=runway.base_url, headers=headers, timeout=30.0)
