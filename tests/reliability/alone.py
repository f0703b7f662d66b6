"""What is no try of a record: the SDK beside it, many ids adopted at once, many ends at once, a soak."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from copy import copy
from dataclasses import replace
from pathlib import Path

from runway_desktop.simulator.faults import Fault, Harm
from tests import sent

from .scene import Count, Scene, a_scene, all_tasks, handles, is_well

AT_ONCE = 100


async def sdk(fault: Fault, timeout: float, folder: Path) -> Count:
    """The official SDK with its own settings at the same fault: how often one create is made."""
    from runwayml import APIError, AsyncRunwayML

    async with a_scene(folder, 1) as scene:
        scene.simulator.faults.add(copy(fault))
        client = AsyncRunwayML(api_key=scene.simulator.secret, base_url=scene.simulator.base_url, timeout=timeout)
        known: set[str] = set()
        async with client:
            with suppress(APIError):
                made = await client.text_to_image.create(model="gen4_image", prompt_text="one", ratio="1280:720")
                known.add(made.id)
        accepted = scene.simulator.witness.accepted
        return Count(tried=1, made=len(accepted), doubled=len(accepted) - 1, lost=len(set(accepted) - known))


async def ours(fault: Fault, folder: Path) -> Count:
    """The program at the same fault."""
    async with a_scene(folder, 1) as scene:
        scene.simulator.faults.add(copy(fault))
        async with scene.life() as engine:
            await scene.send(engine)
            seconds = await scene.until_well(engine)
        return await scene.count(seconds)


COMPARED: dict[str, tuple[Fault, float]] = {
    "no answer in time, though it was made": (
        Fault(Harm.HOLD, "create", accepted=True, seconds=1.5, times=3), 0.5,
    ),
    "503 after it was made": (Fault(Harm.STATUS, "create", status=503, accepted=True, times=2), 60.0),
    "429 twice": (Fault(Harm.STATUS, "create", status=429, times=2), 60.0),
}  # fmt: skip


async def many_ids(folder: Path, amount: int) -> Count:
    """So many ids of tasks at Runway, of which nothing is known here, adopted at once. They fail there, so that it is
    about asking, not about saving."""
    async with a_scene(folder, amount, concurrency=None, failure_rate=1.0) as scene:
        made = [_made(scene, number) for number in range(amount)]
        async with scene.life() as engine:
            for start in range(0, amount, AT_ONCE):
                await engine.adoption.adopt(made[start : start + AT_ONCE])
            seconds = await scene.until_well(engine)
            known = {task.remote_id for task in await all_tasks(engine.ledger._store) if task.state.is_final}
        return Count(tried=amount, made=amount, lost=len(set(made) - known), seconds=seconds)


def _made(scene: Scene, number: int) -> str:
    values = {"model": "gen4_image", "promptText": f"task {number} [seconds:5]", "ratio": "1280:720"}
    return scene.simulator.organizations.first.create("text_to_image", values, scene.simulator.clock()).id


async def many_ends(folder: Path, amount: int) -> Count:
    """So many tasks that end within 10 s of the program, all of them saved."""
    async with a_scene(folder, amount, concurrency=None) as scene:
        async with scene.life() as engine:
            await scene.send(engine)
            seconds = await scene.until_well(engine)
        return replace(await scene.count(seconds), tried=amount)


async def soak(folder: Path, amount: int) -> Count:
    """So many tasks, a hundred at a time, in one life; what the process holds after a tenth of them and at the end, the
    simulator's own memory of them among it."""
    async with a_scene(folder, amount, concurrency=None) as scene:
        figures: list[str] = []
        looks = {max(1, amount // 10 // AT_ONCE) * AT_ONCE, amount // 2 // AT_ONCE * AT_ONCE, amount}
        async with scene.life() as engine:
            wanted = scene.requests()
            for start in range(0, amount, AT_ONCE):
                some = wanted[start : start + AT_ONCE]
                await sent.submit(engine, some)
                done = start + len(some)
                while not await is_well(engine, done):
                    await asyncio.sleep(0.05)
                if done in looks:
                    files, tasks = handles()
                    figures.append(f"after {done:,}: {_resident():.0f} MB, {files} files, {tasks} asyncio tasks")
            seconds = await scene.until_well(engine)
        return replace(await scene.count(seconds, "; ".join(figures)), tried=amount)


def _resident() -> float:
    """Megabytes of this process."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0
