"""The faults, one record each: its name, how it is brought about, and how long it lasts.

A fault is in force from before the tasks are sent until `lasts` seconds of the program later; one with a number of
hits ends by itself. NotHere: this
machine does not let it be brought about.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from copy import copy
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from runway_desktop.domain.errors import DamagedList
from runway_desktop.services.backup import damaged_list, finishing
from runway_desktop.services.backup.packing import LIGHT, pack
from runway_desktop.services.backup.restoring import Outlook
from runway_desktop.services.backup.watching import Watch
from runway_desktop.simulator.faults import Fault, Harm
from runway_desktop.store.snapshots import SqliteSnapshots

from .scene import Count, Scene, Slow, a_scene

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


def _at(scheme_and_host: str) -> Callable[[Path], Any]:
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


# Disks


def _tmpfs(of: str, options: str) -> Bring:
    """A small disk in the place of the library's folder, which has room and may be written to again in the end."""

    @asynccontextmanager
    async def bring(scene: Scene) -> AsyncIterator[None]:
        folder = scene.library
        folder.mkdir(parents=True, exist_ok=True)
        _mount(folder, of)
        # Files that are being written are given up with their disk.
        scene.at_end.append(lambda: subprocess.run(["umount", "-l", str(folder)], check=False))
        if options:
            _mount(folder, f"remount,{options}")
        yield
        _mount(folder, "remount,rw,size=64m")

    return bring


def _mount(folder: Path, options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode:
        raise NotHere


async def full_profile(folder: Path) -> Count:
    """The disk of the profile, its database and its results is filled to the last byte while tasks are under way."""
    async with a_scene(folder) as scene:
        place = folder / "profile"
        place.mkdir()
        _mount(place, "size=64m")
        scene.at_end.append(lambda: subprocess.run(["umount", "-l", str(place)], check=False))
        async with scene.life() as engine:
            await scene.send(engine)
            await scene.passes(8.0)
            filler = place / "filler"
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(bytes(65_536)):
                    pass
            await scene.passes(60.0)
            filler.unlink()
            seconds = await scene.until_well(engine)
        return await scene.count(seconds)


@asynccontextmanager
async def _gone(scene: Scene) -> AsyncIterator[None]:
    """The folder of results is moved away while nothing can be made in its place."""
    library, away = scene.library, scene.folder / "away"
    library.mkdir(parents=True, exist_ok=True)
    os.rename(library, away)
    library.write_text("in the way")
    yield
    library.unlink()
    os.rename(away, library)


@asynccontextmanager
async def _locked(scene: Scene) -> AsyncIterator[None]:
    with closing(sqlite3.connect(scene.profile.database, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield
        other.rollback()


DISKS = [
    Record(name="library: disk full for a minute", bring=_tmpfs("size=16k", ""), lasts=60.0),
    Record(name="library: read-only for a minute", bring=_tmpfs("size=8m", "ro"), lasts=60.0),
    Record(name="library: gone for a minute", bring=_gone, lasts=60.0),
    Record(name="database: locked by another program for 8 min", bring=_locked, lasts=480.0, sends_first=True),
]


async def slow_disk(folder: Path) -> Count:
    async with a_scene(folder) as scene:
        scene.disk = lambda: Slow(0.2)
        async with scene.life() as engine:
            await scene.send(engine)
            seconds = await scene.until_well(engine)
        return await scene.count(seconds)


def damaged(harm: Callable[[Path], None]) -> Callable[[Path], Any]:
    """A day's work and its backup, the list damaged, the refusal, the restore by the person, and the next start."""

    async def run(folder: Path) -> Count:
        async with a_scene(folder) as scene:
            profile, snapshots = scene.profile, SqliteSnapshots()
            async with scene.life() as engine:
                await scene.send(engine)
                await scene.until_well(engine)
            backup = profile.backups / "daily-2026-01-01.zip"
            await asyncio.to_thread(
                pack, profile, snapshots, backup, LIGHT, profile.library, scene.clock.now(), Watch()
            )
            harm(profile.database)
            try:
                async with scene.life():
                    note = "NOT told at the start"
            except DamagedList:
                note = "refused at the start"
                found = [one for one in damaged_list.checked_backups(profile, snapshots, Watch())]
                good = next(one for one in found if isinstance(one, Outlook))
                damaged_list.restore(profile, snapshots, good.path, scene.clock.now(), Watch())
                finishing.finish(profile, snapshots, scene.clock.now())
            async with scene.life() as engine:
                seconds = await scene.until_well(engine)
            return await scene.count(seconds, note)

    return run


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path) -> None:
    """A bit in the head of each tenth page."""
    content = bytearray(path.read_bytes())
    for start in range(8192, len(content), 40_960):
        content[start] ^= 8
    path.write_bytes(content)


def keychain(kind: str) -> Callable[[Path], Any]:
    """A life whose keychain is so: no key comes from it, the person enters one, which it cannot keep."""

    async def run(folder: Path) -> Count:
        import keyring
        from keyring import backend, errors

        class Keychain(backend.KeyringBackend):
            priority = 1

            def get_password(self, service: str, username: str) -> str | None:
                if kind == "none":
                    raise errors.NoKeyringError("none")
                raise errors.KeyringLocked("locked") if kind == "locked" else OSError("the daemon was killed")

            def set_password(self, service: str, username: str, password: str) -> None:
                self.get_password(service, username)

        before = keyring.get_keyring()
        keyring.set_keyring(Keychain())
        try:
            async with a_scene(folder) as scene:
                async with scene.life(secret="") as engine:
                    await scene.send(engine)
                    await scene.passes(20.0)
                    await engine.account.use_key(scene.simulator.secret, remember=True)
                    seconds = await scene.until_well(engine)
                return await scene.count(seconds)
        finally:
            keyring.set_keyring(before)

    return run


ON_ITS_OWN: Mapping[str, Callable[[Path], Any]] = {
    "network: a name that is not known, then the right one": _at("https://nowhere.invalid"),
    "network: TLS that does not come about, then none": _at("https://127.0.0.1"),
    "clock: set an hour back before the next start": set_back_before_a_start,
    "library: a slow disk (0.2 s for each step)": slow_disk,
    "profile and library: disk full for a minute": full_profile,
    "database: cut in half": damaged(cut),
    "database: cut to nothing": damaged(emptied),
    "database: missing": damaged(Path.unlink),
    "database: bits flipped": damaged(flipped),
    "keychain: none": keychain("none"),
    "keychain: locked": keychain("locked"),
    "keychain: killed": keychain("killed"),
}

BASELINE = Record(name="nothing goes wrong", bring=_nothing)
