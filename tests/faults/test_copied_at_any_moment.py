"""A copy of a profile's folder may be made at any moment of a run, and the program may be killed at any. Put back
later, the copy sends nothing that was sent meanwhile; started again after a kill, the list asks nothing and goes on.

A moment is before and after each write of the database, each file outside of the profile, and each POST.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, cast

from runway_desktop.domain.task import HoldCode, State
from runway_desktop.services.ports import Snapshots
from runway_desktop.services.settings import PAUSED
from runway_desktop.services.tasks import after_restore
from tests.rigs import sent
from tests.rigs.engine_rig import AtOnce, Place, Rig, request
from tests.rigs.fake_runway import FakeRunway
from tests.rigs.fakes import FakeClock, MemoryStore, settle

PROMPTS = ("one", "two", "three", "four")
LONG = 90.0
"""Seconds in which everything is sent and done."""


class Moments:
    """Counts moments as they pass; at one of them, a copy of the list is made or the program dies."""

    def __init__(self, at: int, store: MemoryStore, *, dies: bool) -> None:
        self.at = at
        self.passed = 0
        self.copy: MemoryStore | None = None
        self.died = asyncio.Event()
        self._store = store
        self._dies = dies

    def passes(self) -> bool:
        """Whether the program lives on."""
        self.passed += 1
        if self.passed == self.at and not self._dies:
            self.copy = self._store.copy()
        if self.passed >= self.at and self._dies:
            self.died.set()
        return not self.died.is_set()


class WatchedRunway(FakeRunway):
    """A task is done as soon as somebody asks, and counted."""

    moments: Moments | None = None

    async def create(self, endpoint, body):
        await moment(self.moments)
        created = await super().create(endpoint, body)
        self.count(body["model"])
        self.finish(created.remote_id, f"https://x.example/{body['promptText']}.mp4")
        await moment(self.moments)
        return created


class WatchedWorkers(AtOnce):
    """What the program keeps outside of the profile is read and written here."""

    moments: Moments | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.moments is not None and not self.moments.passes():
            return Future()
        done = super().submit(fn, *args, **kwargs)
        return Future() if self.moments is not None and not self.moments.passes() else done


async def moment(moments: Moments | None) -> None:
    if moments is not None and not moments.passes():
        await asyncio.Event().wait()


class World:
    """A computer with one profile, which was used before."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "profile"
        self.folder.mkdir()
        self.state = root / "state"
        self.runway = WatchedRunway()
        self.clock = FakeClock()
        self.store = MemoryStore()
        self.workers = WatchedWorkers()

    def rig(self) -> Rig:
        snapshots = cast(Callable[[], Snapshots], None)
        place = Place(folder=self.folder, state=self.state, snapshots=snapshots, workers=self.workers)
        return Rig(store=self.store, runway=self.runway, clock=self.clock, place=place)

    async def run(self, *prompts: str) -> None:
        async with self.rig() as rig:
            if prompts:
                await sent.submit(rig, [request(prompt) for prompt in prompts])
            await rig.clock.advance(LONG)

    async def kept_before_it_was_sent(self) -> MemoryStore:
        """A copy of the list, made in the middle of the run that sent all of it."""
        async with self.rig() as rig:
            await rig.lane.pause()
            await rig.submit(*(request(prompt) for prompt in PROMPTS))
            rig.settings.set(PAUSED, False)
            await rig.settings.flush()
            kept = self.store.copy()
            await rig.lane.resume()
            await rig.clock.advance(LONG)
            assert rig.ledger.all_queued() == ()
        return kept

    async def watched_run(self, at: int, *, dies: bool, prompts: tuple[str, ...] = PROMPTS) -> Moments:
        """A run that sends everything, unless it dies."""
        moments = Moments(at, self.store, dies=dies)
        self.runway.moments = self.workers.moments = moments
        self.store.before = self.store.after = partial(moment, moments)
        job, death = asyncio.create_task(self.run(*prompts)), asyncio.create_task(moments.died.wait())
        await asyncio.wait((job, death), return_when=asyncio.FIRST_COMPLETED)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            if moments.died.is_set() or task is death:
                task.cancel()
        ended = await asyncio.gather(job, death, return_exceptions=True)
        assert moments.died.is_set() or ended[0] is None
        await settle()
        self.store.before = self.store.after = self.runway.moments = self.workers.moments = None
        return moments

    @property
    def paid(self) -> Counter[str]:
        return Counter(body["promptText"] for _, body in self.runway.requests.values())


async def a_world(root: Path) -> World:
    root.mkdir()
    world = World(root)
    await world.run("before")
    return world


async def test_restored_copy_of_the_profile_from_any_moment_sends_nothing_twice(tmp_path: Path):
    asked_at = []
    for at in itertools.count(1):
        world = await a_world(tmp_path / str(at))
        moments = await world.watched_run(at, dies=False)
        if moments.copy is None:
            break
        world.store = moments.copy
        async with world.rig() as rig:
            asked = after_restore.to_tell(rig.settings)
            await rig.lane.resume()
            await rig.clock.advance(LONG)
            assert all(times == 1 for times in world.paid.values()), f"{at}: a paid request was sent twice"
            waiting = [task.request.prompt for task in rig.ledger.all_queued()]
            assert len(waiting) == (0 if asked is None else asked.held)
            assert set(waiting) <= set(world.paid), f"{at}: what was never sent waits for no reason"
        if asked is not None:
            asked_at.append(at)
    assert at > 40
    # From the moment at which they are stored to the one at which the last is being sent.
    assert len(asked_at) > 10
    assert asked_at == list(range(asked_at[0], asked_at[-1] + 1))


async def test_next_start_after_a_kill_at_any_moment_continues_without_a_question(tmp_path: Path):
    for at in itertools.count(1):
        world = await a_world(tmp_path / str(at))
        moments = await world.watched_run(at, dies=True)
        if not moments.died.is_set():
            break
        async with world.rig() as rig:
            assert after_restore.to_tell(rig.settings) is None
            assert not rig.lane.paused
            await rig.clock.advance(LONG)
            assert all(times == 1 for times in world.paid.values())
            assert rig.ledger.all_queued() == ()
            stored = {task.request.prompt: task.state for task in world.store.tasks.values()}
            unpaid = {state for prompt, state in stored.items() if prompt not in world.paid}
            assert unpaid <= {State.UNCERTAIN}
    assert at > 40


async def test_copied_profile_still_waits_after_a_kill_during_its_first_start(tmp_path: Path):
    for at in itertools.count(1):
        world = await a_world(tmp_path / str(at))
        kept = await world.kept_before_it_was_sent()
        world.store = kept
        moments = await world.watched_run(at, dies=True, prompts=())
        if not moments.died.is_set():
            break
        async with world.rig() as rig:
            assert after_restore.to_tell(rig.settings) is not None
            await rig.lane.resume()
            await rig.clock.advance(LONG)
            assert [task.hold.code for task in rig.ledger.all_queued()] == [HoldCode.COPIED] * len(PROMPTS)
            assert all(times == 1 for times in world.paid.values())
    assert at > 10
