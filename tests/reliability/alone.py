"""Measurements outside of the fault records: the SDK for comparison, many ids adopted at once, many ends at once, a
soak."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from runway_desktop.domain.task import Request, new_task_id
from runway_desktop.simulator.faults import Fault, Harm
from tests.rigs import sent
from tests.rigs.saved import Saved

from . import elsewhere
from .scene import Clock, Count, Scene, a_scene, all_tasks, counted, engine_in, handles, is_well, profile_in

AT_ONCE = 100
UNDER_WAY = 400
SOAK_RATE = 10.0
"""How many times as fast the program's clock runs in a soak: what it does by the clock must not be most of its work."""
PORTION = 100
WARM = 1_000
"""Tasks after which the program has all that it ever imports and keeps."""
IDLE = 6.0
"""Seconds after which connections that nobody uses are closed."""


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
    """So many tasks in one life, up to `UNDER_WAY` at once. The simulator has a process of its own, so that what is
    said of memory and open files is the program's. What it holds is looked at after `WARM` of them, at the half and in
    the end; open files and asyncio tasks that are more in the end than then count as leaked."""
    profile, clock = profile_in(demo=False, folder=folder / "profile"), Clock(SOAK_RATE)
    looks = {min(WARM, amount // 2 // PORTION * PORTION), amount // 2 // PORTION * PORTION, amount}
    held: list[Held] = []
    with elsewhere.Simulated(SOAK_RATE) as runway:
        async with engine_in(profile, runway.address, runway.secret, clock, lambda: ThreadPoolExecutor(4)) as engine:
            saved = Saved(engine.bus)
            wanted = [_sound(number) for number in range(amount)]
            for start in range(0, amount, PORTION):
                some = wanted[start : start + PORTION]
                ids = [new_task_id() for _ in some]
                saved.expect(ids)
                await sent.submit(engine, some, ids=ids)
                stored = start + len(some)
                # What it holds is looked at while it has nothing to do.
                await saved.until(0 if stored in looks else UNDER_WAY - PORTION)
                if stored in looks:
                    await asyncio.sleep(IDLE)
                    held.append(Held(stored, _resident(), handles()))
            begun = clock.monotonic()
            while not await is_well(engine, amount):
                await asyncio.sleep(0.05)
            seconds = clock.monotonic() - begun
        journal = await asyncio.to_thread(runway.journal)
    count = await counted(journal, profile, seconds, "; ".join(map(str, held)))
    more = [max(0, now - then) for now, then in zip(held[-1].handles, held[0].handles, strict=True)]
    return replace(count, tried=amount, leaked=count.leaked + sum(more))


class Held(NamedTuple):
    """What the process holds after so many tasks."""

    passed: int
    megabytes: float
    handles: tuple[int, int]

    def __str__(self) -> str:
        files, tasks = self.handles
        return f"after {self.passed:,}: {self.megabytes:.0f} MB, {files} files, {tasks} asyncio tasks"


def _sound(number: int) -> Request:
    """A picture takes the simulator 150 ms to draw, which would be all that a soak measures."""
    text = f"task {number} [seconds:2]"
    return Request(
        endpoint="sound_effect",
        model="eleven_text_to_sound_v2",
        values={"promptText": text, "duration": 1},
        prompt=text,
    )


def _resident() -> float:
    """Megabytes of this process."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0
