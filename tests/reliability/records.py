"""The faults, one record each: its name, how it is caused, and how long it lasts.

A fault is active from before the tasks are sent until `lasts` seconds of program time later; one with a number of hits
ends after these. NotHere: it cannot be caused on this machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import copy
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from runway_desktop.simulator.faults import Fault, Harm

from .scene import Count, Scene, a_scene

Bring = Callable[[Scene], AbstractAsyncContextManager[None]]


class NotHere(Exception):
    """This machine does not let it be brought about."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """`knobs` are the simulator's; `sends_first`: the tasks are under way when it begins."""

    name: str
    bring: Bring
    lasts: float = 0.0
    knobs: Mapping[str, Any] = field(default_factory=dict)
    sends_first: bool = False


async def tried(record: Record, folder: Path, tasks: int = 4) -> Count:
    """One try of a record in an empty folder. Raises NotHere."""
    async with a_scene(folder, tasks, **record.knobs) as scene:
        async with scene.life() as engine:
            if record.sends_first:
                await scene.send(engine)
                await scene.passes(8.0)
            async with record.bring(scene):
                if not record.sends_first:
                    await scene.send(engine)
                await scene.passes(record.lasts)
            seconds = await scene.until_well(engine)
        return await scene.count(seconds)


# What the simulator does wrong


def _faults(*faults: Fault) -> Bring:
    @asynccontextmanager
    async def bring(scene: Scene) -> AsyncIterator[None]:
        # Copies: a fault counts its hits.
        scene.simulator.faults.add(*map(copy, faults))
        yield

    return bring


HARMS: Mapping[str, Fault] = {
    "create: 429 with Retry-After": Fault(Harm.STATUS, "create", status=429, retry_after=20.0, times=2),
    "create: 503 before it was made": Fault(Harm.STATUS, "create", status=503, times=1),
    "create: 503 after it was made": Fault(Harm.STATUS, "create", status=503, accepted=True, times=1),
    "create: 502 page of a gateway after it was made": Fault(Harm.HTML, "create", status=502, accepted=True, times=1),
    "create: 400": Fault(Harm.STATUS, "create", status=400, times=1),
    "create: connection cut before it was made": Fault(Harm.CUT, "create", times=1),
    "create: connection cut after it was made": Fault(Harm.CUT, "create", accepted=True, times=1),
    "create: answer is broken JSON": Fault(Harm.BROKEN_JSON, "create", accepted=True, times=1),
    "create: answer ends in the middle": Fault(Harm.CUT_BODY, "create", accepted=True, times=1),
    "create: answer has unknown members": Fault(Harm.MEMBERS, "create", times=2),
    "create: answer a second late": Fault(Harm.LATENCY, "create", seconds=1.0, times=2),
    "create: no answer, then cut": Fault(Harm.HOLD, "create", accepted=True, seconds=0.5, times=1),
    "question: 429 with Retry-After": Fault(Harm.STATUS, "get", status=429, retry_after=10.0, times=3),
    "question: 502 page of a gateway": Fault(Harm.HTML, "get", status=502, times=4),
    "question: connection cut": Fault(Harm.CUT, "get", times=4),
    "question: answer is broken JSON": Fault(Harm.BROKEN_JSON, "get", times=3),
    "question: an unknown status": Fault(Harm.WORD, "get", word="DREAMING", times=4),
    "question: one 404": Fault(Harm.GONE, "get", times=1),
    "question: 404 page of a gateway": Fault(Harm.HTML, "get", status=404, times=12),
    "organization: 500": Fault(Harm.STATUS, "organization", status=500, times=5),
    "download: cut in the middle": Fault(Harm.CUT_BODY, "output", times=3),
    "download: half of it, said to be all": Fault(Harm.SHORT_BODY, "output", times=2),
    "download: shorter than said": Fault(Harm.WRONG_LENGTH, "output", times=2),
    "download: link expired": Fault(Harm.EXPIRED, "output", times=2),
    "download: 503": Fault(Harm.STATUS, "output", status=503, times=3),
}

KNOBS: Mapping[str, Mapping[str, Any]] = {
    "one task of a model at once": {"concurrency": 1},
    "half of the tasks fail": {"failure_rate": 0.5},
    "links that last 30 s": {"link_seconds": 30.0},
    "new tasks that are unknown for 20 s": {"unknown_seconds": 20.0},
    "ten times as slow": {"speed": 0.1},
}


def alone() -> list[Record]:
    """Each harm, and each knob, by itself."""
    harms = [Record(name=name, bring=_faults(fault)) for name, fault in HARMS.items()]
    return [*harms, *(Record(name=name, bring=_faults(), knobs=knobs) for name, knobs in KNOBS.items())]


def pairs() -> list[Record]:
    """Each two of them together."""
    parts: list[tuple[str, tuple[Fault, ...], Mapping[str, Any]]] = [
        *((name, (fault,), {}) for name, fault in HARMS.items()),
        *((name, (), knobs) for name, knobs in KNOBS.items() if "speed" not in knobs),
    ]
    return [
        Record(name=f"{a} + {b}", bring=_faults(*first, *second), knobs={**knobs_a, **knobs_b})
        for (a, first, knobs_a), (b, second, knobs_b) in combinations(parts, 2)
    ]


# The network


def _wire(mode: str) -> Bring:
    @asynccontextmanager
    async def bring(scene: Scene) -> AsyncIterator[None]:
        await scene.wire.turn(mode)
        yield
        await scene.wire.turn("open")

    return bring


@asynccontextmanager
async def _nothing(_: Scene) -> AsyncIterator[None]:
    yield


def _clock(change: Callable[[Scene], None]) -> Bring:
    @asynccontextmanager
    async def bring(scene: Scene) -> AsyncIterator[None]:
        change(scene)
        yield

    return bring


def _turn(seconds: float) -> Callable[[Scene], None]:
    def turn(scene: Scene) -> None:
        scene.clock.wall += seconds

    return turn


def _sleeps(scene: Scene) -> None:
    scene.clock.slept += 8 * 3600.0


NETWORK = [
    Record(name="network: refused for a minute", bring=_wire("refuse"), lasts=60.0),
    Record(name="network: refused for a minute, tasks under way", bring=_wire("refuse"), lasts=60.0, sends_first=True),
    Record(name="network: every connection reset for a minute", bring=_wire("reset"), lasts=60.0),
    Record(name="network: a black hole for a minute", bring=_wire("hole"), lasts=60.0),
    Record(name="network: a black hole for a minute, tasks under way", bring=_wire("hole"), lasts=60.0,
           sends_first=True),
    Record(name="network: a captive portal for a minute", bring=_wire("portal"), lasts=60.0),
    Record(name="network: a captive portal, tasks under way", bring=_wire("portal"), lasts=60.0, sends_first=True),
    Record(name="network: one byte a second for a minute", bring=_wire("drip"), lasts=60.0, sends_first=True),
    Record(name="clock: set a day forward", bring=_clock(_turn(86_400.0)), sends_first=True),
    Record(name="clock: set an hour back", bring=_clock(_turn(-3_600.0)), sends_first=True),
    Record(name="clock: the machine sleeps for 8 hours", bring=_clock(_sleeps), sends_first=True),
]  # fmt: skip


def at(scheme_and_host: str) -> Callable[[Path], Any]:
    """A life at an address that does not work, then one at the right one."""

    async def run(folder: Path) -> Count:
        async with a_scene(folder) as scene:
            wrong = f"{scheme_and_host}:{scene.wire.port}"
            async with scene.life(address=wrong) as engine:
                await scene.send(engine)
                await scene.passes(60.0)
            async with scene.life() as engine:
                seconds = await scene.until_well(engine)
            return await scene.count(seconds)

    return run


async def set_back_before_a_start(folder: Path) -> Count:
    """Tasks are under way when the program ends; the clock is an hour earlier when it starts again."""
    async with a_scene(folder) as scene:
        async with scene.life() as engine:
            await scene.send(engine)
            await scene.passes(8.0)
        scene.clock.wall -= 3_600.0
        async with scene.life() as engine:
            seconds = await scene.until_well(engine)
        return await scene.count(seconds)


async def canceled_while_unknown(folder: Path) -> Count:
    """Tasks are canceled before Runway knows them, and the program ends. What runs on unseen is lost."""
    async with a_scene(folder, unknown_seconds=40.0) as scene:
        async with scene.life() as engine:
            await scene.send(engine)
            while not all(task.state.is_live for task in engine.ledger.open()):
                await scene.passes(1.0)
            canceling = asyncio.ensure_future(engine.actions.cancel([task.id for task in engine.ledger.open()]))
            await scene.passes(12.0)
            canceling.cancel()
            await asyncio.wait((canceling,))
        async with scene.life() as engine:
            seconds = await scene.until_well(engine)
        return await scene.count(seconds)


BASELINE = Record(name="nothing goes wrong", bring=_nothing)
