"""The engine on the program's own loop, in a child process that is killed at a random moment and started again.

`killed` is the parent's side, on a plain loop beside the simulator. The child has Qt's loop without a screen; it is
split off a process that has imported all, so that most of its short life is work.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import partial
from pathlib import Path

from runway_desktop.domain.events import EngineNotice, EngineNoticeCode, Event
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import RemoteId, State
from runway_desktop.services.engine import Engine
from runway_desktop.simulator.faults import Fault, Harm
from tests.rigs import sent
from tests.rigs.half_written import is_half_written
from tests.rigs.killed_lives import lives_until

from .scene import Clock, Count, a_scene, all_tasks, engine_in, is_well, profile_in, requests

TASKS = 6
UNANSWERED = Fault(Harm.HOLD, "create", accepted=True)
ENDS_AFTER = 60.0
"""Seconds after which a life that was not killed counts as one that does not get well."""

_context = multiprocessing.get_context(
    "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else None
)
_context.set_forkserver_preload(["tests.reliability.preload"])


def start() -> None:
    """Starts the processes that lives are split off, which hold files as long as this one lives."""
    child = _context.Process(target=int)
    child.start()
    child.join()
    child.close()


def live(folder: str, address: str, secret: str, tasks: int) -> None:
    """In the child: sends what the list does not have yet of so many tasks, and ends once all is well."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    import logging

    from PySide6.QtWidgets import QApplication

    from runway_desktop.app.event_loop import EventLoop

    logging.disable(logging.CRITICAL)
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    loop = EventLoop(application)
    asyncio.set_event_loop(loop)
    with ThreadPoolExecutor(4) as workers:
        loop.set_default_executor(workers)
        loop.run_until_complete(_work(Path(folder), address, secret, tasks))


async def _work(folder: Path, address: str, secret: str, tasks: int) -> None:
    profile = profile_in(demo=False, folder=folder)
    async with engine_in(profile, address, secret, Clock(), lambda: ThreadPoolExecutor(4)) as engine:
        told: list[RemoteId] = []
        engine.bus.listen(partial(_hear_ids, told))
        there = {task.request.prompt for task in await all_tasks(engine.ledger._store)}
        new = [request for request in requests(tasks) if request.prompt not in there]
        if new:
            await sent.submit(engine, new)
        ends = time.monotonic() + ENDS_AFTER
        while not (await is_well(engine, tasks) and await _has_every_id(engine, profile, told)):
            if engine.lane.paused:
                # As a person would, once several requests got no answer.
                await engine.lane.resume()
            if time.monotonic() > ends:
                states = [(task.state.value, task.hold.code.name) for task in await all_tasks(engine.ledger._store)]
                raise AssertionError(f"never well: {states}, {engine.lane.reason!r}, {engine.account.connection}")
            await asyncio.sleep(0.03)


def _hear_ids(told: list[RemoteId], event: Event) -> None:
    if isinstance(event, EngineNotice) and event.code is EngineNoticeCode.UNKNOWN_IDS:
        told.extend(map(RemoteId, event.names))


async def _has_every_id(engine: Engine, profile: Profile, told: list[RemoteId]) -> bool:
    """Whether the list has every id that was accepted. Pastes those that the person is told to paste."""
    if told:
        await engine.adoption.adopt(told)
        told.clear()
    return not profile.accepted_ids.exists() or not profile.accepted_ids.read_bytes().strip()


async def killed(folder: Path, dice: random.Random, kills: int) -> Count:
    """One profile, whose program is killed that often, each time at a random moment, and then lives until all is
    well. A task that no life had stored is not missed by anybody: it is sent by the next one."""
    async with a_scene(folder, TASKS) as scene:
        died = 0
        # A life without a kill takes two to three seconds.
        for _ in range(kills):
            died += await _life(scene.profile.folder, scene.simulator.base_url, scene.simulator.secret,
                                after=dice.uniform(0.05, 2.5))  # fmt: skip
        begun = scene.clock.monotonic()
        await _life(scene.profile.folder, scene.simulator.base_url, scene.simulator.secret, after=None)
        seconds = scene.clock.monotonic() - begun
        count = await scene.count(seconds)
        return Count(
            tried=died, made=count.made, lost=count.lost, doubled=count.doubled, uncertain=count.uncertain,
            leaked=count.leaked, seconds=count.seconds,
        )  # fmt: skip


async def log_cut(folder: Path, dice: random.Random, *faults: Fault) -> Count:
    """A list that was in use, whose program is killed while more tasks are under way, and the log beside it then cut at
    a random place. What was held there and never sent is gone with it, and nobody paid for that; what is in the list
    is older than what was done with it, which the program notices: it sends none of it again by itself. `faults` harm
    the life that is killed. A kill during a checkpoint is another row: a log that is cut then leaves a damaged list."""
    async with a_scene(folder, TASKS) as scene:
        place, address, secret = scene.profile.folder, scene.simulator.base_url, scene.simulator.secret
        log = scene.profile.database.with_name(f"{scene.profile.database.name}-wal")
        await _life(place, address, secret, after=None, tasks=TASKS // 2)
        before = len(scene.simulator.witness.accepted)

        def is_reached() -> bool:
            return log.exists() and log.stat().st_size > 0 and len(scene.simulator.witness.accepted) > before

        scene.simulator.faults.add(*map(copy, faults))
        tasks = TASKS
        while not await _life(place, address, secret, after=dice.uniform(0.5, 2.5), until=is_reached, tasks=tasks) or (
            not is_reached() or is_half_written(scene.profile.database)
        ):
            tasks += TASKS // 2
        scene.simulator.faults.clear()
        os.truncate(log, dice.randrange(log.stat().st_size))
        begun = scene.clock.monotonic()
        await _life(place, address, secret, after=None, tasks=0)
        return await scene.count(scene.clock.monotonic() - begun)


async def seams(folder: Path, moments: range) -> Count:
    """The main job on fakes, killed before and after every write to the database and every create. On a loop of its
    own, since all that is on it dies."""
    return await asyncio.to_thread(asyncio.run, _seams(folder, moments))


async def _seams(folder: Path, moments: range) -> Count:
    total = Count()
    for moment in moments:
        place = folder / str(moment)
        place.mkdir()
        died, rig, told = await lives_until(moment, place / "accepted-ids.txt")
        async with rig:
            await rig.clock.advance(200)
            stored = list(rig.store.tasks.values())
            made = Counter(body["promptText"] for _, body in rig.runway.requests.values())
            known = {task.remote_id for task in stored}
            said = {task.request.prompt for task in stored if task.state is State.UNCERTAIN}
            lost = {body["promptText"] for remote, (_, body) in rig.runway.requests.items() if remote not in known}
        total += Count(
            tried=int(died), made=made.total(), lost=len((lost - said) | (told & said)),
            doubled=sum(times - 1 for times in made.values()), uncertain=len(said),
        )  # fmt: skip
    return total


async def _life(folder: Path, address: str, secret: str, *, after: float | None, tasks: int = TASKS,
                until: Callable[[], bool] = lambda: True) -> bool:  # fmt: skip
    """Whether it was killed: so many seconds after its start and as soon as `until` holds, unless it had come to its
    end. None: it is not."""
    child = _context.Process(target=live, args=(str(folder), address, secret, tasks))
    child.start()
    await asyncio.to_thread(child.join, ENDS_AFTER + 30 if after is None else after)
    while child.exitcode is None and not until():
        await asyncio.sleep(0.002)
    was_alive = child.exitcode is None
    if was_alive:
        child.kill()
        await asyncio.to_thread(child.join)
    code = child.exitcode
    child.close()
    if after is None and code:
        raise AssertionError(f"the last life ended with {code}")
    return was_alive
