"""The demo: its Runway is the simulator, started as a child process at first use, and its list begins with a studio at
work unless it is to be empty.

Loop's thread, except for functions marked as blocking. Never touches other profiles than a demo's.
"""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from concurrent.futures import Executor
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Event, TasksAdded
from runway_desktop.domain.library import Filter
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import Task, TaskId
from runway_desktop.services.disk.disk_steps import read_json, write_whole
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import worded
from runway_desktop.simulator.child import DEMO_SECRET, SimulatorProcess
from runway_desktop.texts import Text
from runway_desktop.values import Struct

if TYPE_CHECKING:
    from runway_desktop.services.engine import Engine
    from runway_desktop.services.ports import Store

log = logging.getLogger(__name__)

SECRET = DEMO_SECRET
"""The invented key that the simulator accepts."""
start_simulator = SimulatorProcess.start
"""Starts a simulator as a child process, which ends with this process at the latest. Blocks until it is ready."""


class Begins(StrEnum):
    """Stage of the demo's list, stored in `demo.json` in the demo's folder. A new demo has no such file."""

    NEW = ""
    MAKING = "making"
    """The studio is being made; after a crash the next start makes it anew."""
    STUDIO = "studio"
    """The studio was completed; it is never made again."""
    EMPTYING = "emptying"
    """The next start deletes everything."""
    EMPTY = "empty"


def begins(profile: Profile) -> Begins:
    """Blocking. Raises nothing: an invalid file counts as a demo that was in use."""
    path = profile.folder / "demo.json"
    match read_json(path):
        case {"begins": str(word)} if word in set(Begins):
            return Begins(word)
        case _:
            return Begins.STUDIO if path.exists() else Begins.NEW


def note(profile: Profile, state: Begins) -> None:
    """Atomic, blocking; raises OSError."""
    write_whole(profile.folder / "demo.json", (json.dumps({"begins": state}) + "\n").encode())


def simulated(profile: Profile) -> Path:
    """The simulator's state file."""
    return profile.folder / "simulated-runway.json"


def empty_if_asked(profile: Profile) -> None:
    """Call before the list is opened: deletes everything of a demo that is to begin empty. After a crash the next start
    continues. Results outside of the demo's folder stay. Blocking; raises OSError, and ValueError for a profile that is
    not a demo's."""
    if not profile.is_demo:
        raise ValueError("Only a demo is emptied")
    if begins(profile) is not Begins.EMPTYING:
        return
    for folder in (profile.library, profile.posters, profile.inputs, profile.rescued, profile.backups):
        if folder.is_relative_to(profile.folder) and folder.exists():
            shutil.rmtree(folder)
    shutil.rmtree(profile.folder / "state", ignore_errors=True)
    for path in (simulated(profile), profile.accepted_ids, *profile.folder.glob(f"{profile.database.name}*")):
        path.unlink(missing_ok=True)
    profile.posters.mkdir(mode=0o700, exist_ok=True)
    note(profile, Begins.EMPTY)


class DemoWishes(Struct, frozen=True, kw_only=True):
    """`speed` is the simulator's; 1 is realistic. `is_empty`: a new demo begins with an empty list."""

    speed: float = 1.0
    is_empty: bool = False


class Demo:
    """The demo of this run. `workers` are for blocking work."""

    def __init__(self, profile: Profile, wishes: DemoWishes, workers: Executor) -> None:
        self.secret = SECRET
        self.is_making = False
        """Whether the studio is created in this run."""
        self.first: TaskId | None = None
        """The task to show first, if the studio was created in this run."""
        self.stands = asyncio.Event()
        """Set once the list is complete. Before that no request is made: the simulator loads a file that is created
        with the studio."""
        self._profile = profile
        self._wishes = wishes
        self._workers = workers
        self._lock = asyncio.Lock()
        self._process: SimulatorProcess | None = None

    def begin(self) -> None:
        """Call before the list is opened. Blocking; raises OSError."""
        empty_if_asked(self._profile)
        state = begins(self._profile)
        if self._wishes.is_empty and state is Begins.NEW:
            note(self._profile, Begins.EMPTY)
        else:
            self.is_making = state in (Begins.NEW, Begins.MAKING)

    async def furnish(self, engine: Engine, store: Store) -> None:
        """Creates the studio if this demo begins with one. After an error the list is empty, and the next start
        retries."""
        try:
            if self.is_making:
                self.first = await self._make(engine, store)
        except (OSError, RunwayDesktopError) as error:
            log.warning("The demo's studio could not be made: %s", error)
        finally:
            self.stands.set()

    async def _make(self, engine: Engine, store: Store) -> TaskId | None:
        first = None
        # A demo of an older version that was in use keeps its list.
        if not engine.ledger.open() and await store.amount(Filter()) == 0:
            # Imports the simulator, which takes a while.
            await in_worker(self._workers, __import__, "runway_desktop.wiring.studio")
            from .studio import furnish

            await in_worker(self._workers, self._start_over)
            kept = simulated(self._profile)
            first = await furnish(engine, store, self._workers, kept, speed=self._wishes.speed)
        await in_worker(self._workers, note, self._profile, Begins.STUDIO)
        return first

    def _start_over(self) -> None:
        """Removes the results of a studio that was not completed."""
        profile = self._profile
        if begins(profile) is Begins.MAKING and profile.library.is_relative_to(profile.folder):
            shutil.rmtree(profile.library, ignore_errors=True)
        note(profile, Begins.MAKING)

    async def let_own_task_lead(self, engine: Engine) -> None:
        """A loop: puts the person's first task before what the studio has queued."""
        await self.stands.wait()
        studio = [task.id for task in engine.ledger.all_queued()] if self.is_making else []
        added: asyncio.Future[tuple[Task, ...]] = asyncio.get_running_loop().create_future()

        def hear(event: Event) -> None:
            if isinstance(event, TasksAdded) and not added.done():
                added.set_result(event.tasks)

        stop = engine.bus.listen(hear)
        try:
            own = await added
        finally:
            stop()
        queued = [task for task in engine.ledger.queued() if task.id in studio]
        if queued:
            await engine.queue_acts.move([task.id for task in own], queued[0].id)

    async def begin_empty_next_time(self) -> None:
        """Makes the next start delete everything in this demo. Raises DiskError."""
        with worded(Text("The demo's folder cannot be written to.")):
            await in_worker(self._workers, note, self._profile, Begins.EMPTYING)

    async def base_url(self) -> str:
        await self.stands.wait()
        async with self._lock:
            if self._process is None or not self._process.is_running():
                self._process = await in_worker(self._workers, self._start)
            return self._process.base_url

    def stop(self) -> None:
        """Blocking."""
        if self._process is not None:
            self._process.stop()

    def _start(self) -> SimulatorProcess:
        kept = simulated(self._profile)
        return start_simulator(("--speed", f"{self._wishes.speed:g}", "--keep", str(kept)))
