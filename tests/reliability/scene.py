"""The stage of one try, and what its journal says in the end. On a plain asyncio loop; both sides live in the same
quick time: a minute of theirs is a second of ours.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from runway_desktop.domain.library import Listing
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import HoldCode, Request, State, Task
from runway_desktop.services.clock import SystemClock
from runway_desktop.services.engine import Engine
from runway_desktop.simulator.app import Simulator
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from runway_desktop.store import SqliteStore
from runway_desktop.wiring import build as wiring
from runway_desktop.wiring.build import Address
from runway_desktop.wiring.environment import folders_of
from runway_desktop.wiring.environment import profile as profile_in
from runway_desktop.wiring.stages import Supervisor, go_down
from tests.rigs import sent
from tests.rigs.engine_rig import CATALOG

RATE = 60.0
PATIENCE = 3_600.0
"""Seconds of the program after which a try counts as one that never got well; with more than 50 tasks, more."""
ROOM: dict[str, Any] = {"seed": 3, "concurrency": 4, "daily_limit": None, "balance": 10_000_000}


class Clock:
    """`rate` times as fast: a minute in a second. `wall` is how far the clock on the wall is off; `slept`, how long the
    machine was asleep. Fits `services.ports.Clock`."""

    def __init__(self, rate: float = RATE) -> None:
        self._rate = rate
        self.wall = 0.0
        self.slept = 0.0

    def now(self) -> float:
        return self.at_runway() + self.wall

    def at_runway(self) -> float:
        """The time there, whatever somebody does to the clock here."""
        return 1_750_000_000.0 + self.monotonic()

    def monotonic(self) -> float:
        return time.monotonic() * self._rate + self.slept

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds / self._rate))

    def call_later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        return asyncio.get_running_loop().call_later(max(0.0, seconds / self._rate), call).cancel


@dataclass(frozen=True, slots=True)
class Count:
    """Of one try, or of many. `uncertain` tasks are said to the person to be so. `leaked` open files, asyncio tasks,
    parts of files, and secrets that came to an origin that must not see one. `seconds` of the program until all
    was well after the fault ended, the longest; infinite where it never was."""

    tried: int = 0
    made: int = 0
    lost: int = 0
    doubled: int = 0
    uncertain: int = 0
    leaked: int = 0
    seconds: float = 0.0
    note: str = ""

    def __add__(self, other: Count) -> Count:
        return Count(
            tried=self.tried + other.tried,
            made=self.made + other.made,
            lost=self.lost + other.lost,
            doubled=self.doubled + other.doubled,
            uncertain=self.uncertain + other.uncertain,
            leaked=self.leaked + other.leaked,
            seconds=max(self.seconds, other.seconds),
            note="; ".join(dict.fromkeys(part for part in (self.note, other.note) if part)),
        )


class Wire:
    """Stands before the API's origin as a network does. `mode`: "open", "refuse", "reset", "hole" (takes all and
    answers nothing), "portal" (a page for everything) or "drip" (a byte a second, on the program's clock)."""

    def __init__(self, target: str) -> None:
        self._port = int(target.rpartition(":")[2])
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.mode = "open"
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def turn(self, mode: str) -> None:
        """From now on; connections that are there end."""
        before, self.mode = self.mode, mode
        if mode == "refuse":
            await self.close()
        elif before == "refuse":
            await self.start()
        for writer in list(self._open):
            writer.transport.abort()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        ahead: asyncio.StreamWriter | None = None
        try:
            match self.mode:
                case "reset":
                    writer.transport.abort()
                case "hole":
                    while await reader.read(65_536):
                        pass
                case "portal":
                    await reader.readuntil(b"\r\n\r\n")
                    page = b"<html><body>Welcome to the hotel. Accept the terms.</body></html>"
                    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n"
                    writer.write(f"{head}Connection: close\r\n\r\n".encode() + page)
                    await writer.drain()
                case _:
                    answers, ahead = await asyncio.open_connection("127.0.0.1", self._port)
                    self._open.add(ahead)
                    await asyncio.gather(self._carry(reader, ahead, 0), self._carry(answers, writer, self.mode))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for one in (writer, ahead):
                if one is not None:
                    self._open.discard(one)
                    one.close()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, mode: str | int) -> None:
        try:
            while block := await source.read(1 if mode == "drip" else 65_536):
                target.write(block)
                await target.drain()
                if mode == "drip":
                    await asyncio.sleep(1 / RATE)
        finally:
            target.close()


class Slow(Executor):
    """Workers of a disk that takes its time."""

    def __init__(self, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(4)
        self._seconds = seconds

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Any:
        def late() -> Any:
            time.sleep(self._seconds)
            return fn(*args, **more)

        return self._pool.submit(late)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)


@dataclass(eq=False, repr=False)
class Scene:
    """`address` is where the engine believes Runway to be; `disk` makes its workers for files; `ends` is set when a
    fault has begun to be lifted."""

    simulator: Simulator
    clock: Clock
    wire: Wire
    folder: Path
    tasks: int
    secret: str = ""
    disk: Callable[[], Executor] = lambda: ThreadPoolExecutor(4)
    notes: list[str] = field(default_factory=list)
    at_end: list[Callable[[], object]] = field(default_factory=list)

    @property
    def profile(self) -> Profile:
        return profile_in(demo=False, folder=self.folder / "profile")

    @property
    def library(self) -> Path:
        return self.profile.library

    def requests(self) -> list[Request]:
        return requests(self.tasks)

    @asynccontextmanager
    async def life(self, *, address: str = "", secret: str | None = None) -> AsyncIterator[Engine]:
        """The program from its start to its end, without its window."""
        given = self.simulator.secret if secret is None else secret
        async with engine_in(self.profile, address or self.wire.url, given, self.clock, self.disk) as engine:
            yield engine

    async def send(self, engine: Engine) -> None:
        await sent.submit(engine, self.requests())

    async def passes(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    async def until_well(self, engine: Engine) -> float:
        """Seconds of the program until every task has ended and is saved, or is said to be uncertain; infinite where
        that never comes. Sending that paused itself, since several got no answer, is resumed as a person would."""
        begun, patience = time.monotonic(), PATIENCE * max(1.0, self.tasks / 50)
        while (time.monotonic() - begun) * RATE < patience:
            if await is_well(engine, self.tasks):
                return (time.monotonic() - begun) * RATE
            if engine.lane.paused:
                self.notes.append("sending paused itself after 3 without an answer, and was resumed by hand")
                await engine.lane.resume()
            await asyncio.sleep(0.03)
        return float("inf")

    async def count(self, seconds: float, note: str = "") -> Count:
        """Once no life is left."""
        return await counted(
            journal_of(self.simulator),
            self.profile,
            seconds,
            "; ".join(dict.fromkeys(filter(None, [note, *self.notes]))),
        )


def requests(amount: int) -> list[Request]:
    """Short clips, each with a prompt of its own."""
    return [
        Request(
            endpoint="text_to_image",
            model="gen4_image",
            values={"promptText": f"task {number} [seconds:2]", "ratio": "1280:720"},
            prompt=f"task {number} [seconds:2]",
        )
        for number in range(amount)
    ]


@asynccontextmanager
async def engine_in(
    profile: Profile, address: str, secret: str, clock: Clock, disk: Callable[[], Executor]
) -> AsyncIterator[Engine]:
    """The engine as the wiring builds it, with its loops, on the running loop."""
    vars(wiring)["SystemClock"] = lambda: clock
    workers, file_workers = ThreadPoolExecutor(4), disk()
    mistakes: list[str] = []
    supervisor = Supervisor(lambda where, error: mistakes.append(f"{where}: {error!r}"))
    try:
        assembly = await wiring.build(
            profile, folders_of(profile), Address(base_url=address, secret=secret or None), workers, file_workers,
            state=profile.folder / "state",
        )  # fmt: skip
        try:
            checking = asyncio.ensure_future(assembly.check())
            for name, work in await assembly.prepare():
                supervisor.spawn(work(), name)
            await assembly.engine.account.start()
            await checking
            yield assembly.engine
        finally:
            await go_down(list(assembly.settling))
            await supervisor.close(5)
            await go_down(list(assembly.closing))
    finally:
        vars(wiring)["SystemClock"] = SystemClock
        workers.shutdown(wait=False, cancel_futures=True)
        file_workers.shutdown(wait=True)
    if mistakes:
        raise AssertionError(f"a mistake of the program: {mistakes[0]}")


async def all_tasks(store: Any) -> list[Task]:
    return list(await store.get_many((await store.list(Listing())).ids))


async def is_well(engine: Engine, tasks: int) -> bool:
    """What is uncertain, or held since the list is older than what was done with it, is the person's to decide."""
    if any(not is_for_the_person(task) for task in engine.ledger.open()):
        return False
    store = engine.ledger._store
    return len((await store.list(Listing())).ids) >= tasks and not await store.unsaved()


class Made(NamedTuple):
    """A task in the simulator's journal. `results`: how many files it came to, none where it failed or still runs."""

    id: str
    prompt: str
    results: int


class Journal(NamedTuple):
    """What the simulator accepted, and how often a secret came to an origin that must not see one."""

    tasks: tuple[Made, ...]
    accepted: int
    misplaced: int


def journal_of(simulator: Simulator) -> Journal:
    simulator.organizations.advance(simulator.clock())
    return Journal(
        tasks=tuple(
            Made(task.id, task.recipe.prompt, task.recipe.count if task.failure is None and task.settled else 0)
            for task in simulator.organizations.first.tasks()
        ),
        accepted=len(simulator.witness.accepted),
        misplaced=simulator.witness.misplaced_secrets.total(),
    )


def is_for_the_person(task: Task) -> bool:
    return task.state is State.UNCERTAIN or (task.state is State.QUEUED and task.hold.code is HoldCode.COPIED)


async def counted(journal: Journal, profile: Profile, seconds: float, note: str = "") -> Count:
    """Compares the journal with the list of tasks and the files that it names."""
    prompts = Counter(task.prompt for task in journal.tasks)
    store = await SqliteStore.open(profile.database)
    lost = 0
    try:
        ours = await all_tasks(store)
        by_id: dict[str, Task] = {task.remote_id: task for task in ours if task.remote_id}
        said = {task.request.prompt.partition(" [")[0] for task in ours if task.state is State.UNCERTAIN}
        for task in journal.tasks:
            mine = by_id.get(task.id)
            if mine is None:
                lost += task.prompt not in said
            elif task.results:
                outputs = await store.outputs(mine.id)
                kept = [output for output in outputs if output.path and Path(output.path).is_file()]
                lost += len(kept) < task.results
    finally:
        await store.close()
    parts = sum(1 for _ in profile.library.rglob("*.part")) if profile.library.is_dir() else 0
    return Count(
        tried=1,
        made=journal.accepted,
        lost=lost,
        doubled=sum(times - 1 for times in prompts.values()),
        uncertain=len(said),
        leaked=journal.misplaced + parts,
        seconds=seconds,
        note=note,
    )


@asynccontextmanager
async def a_scene(folder: Path, tasks: int = 4, **knobs: Any) -> AsyncIterator[Scene]:
    clock = Clock()
    async with running_simulator(Knobs(**{**ROOM, **knobs}), clock=clock.at_runway, catalog=CATALOG) as simulator:
        wire = Wire(simulator.base_url)
        await wire.start()
        try:
            scene = Scene(simulator, clock, wire, folder, tasks)
            try:
                yield scene
            finally:
                for undo in scene.at_end:
                    undo()
        finally:
            await wire.close()


def handles() -> tuple[int, int]:
    """Open files, where the system tells of them, and asyncio tasks of this process."""
    gc.collect()
    files = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0
    return files, len(asyncio.all_tasks())


async def leaked_since(before: tuple[int, int]) -> int:
    """How many more there are, once what is closing has had time for it."""
    for turn in range(20):
        more = sum(max(0, now - then) for now, then in zip(handles(), before, strict=True))
        if not more or turn == 19:
            return more
        await asyncio.sleep(0.1)
    return 0
