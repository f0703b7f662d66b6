"""What goes wrong with the person's machine: its disks, the list of tasks on them, its keychain.

`DISKS` are records; `ON_ITS_OWN` what is no fault of one life. NotHere where this machine does not let it be brought
about.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from runway_desktop.domain.errors import DamagedList
from runway_desktop.services.backup import finishing, restores
from runway_desktop.services.backup.packing import LIGHT, pack
from runway_desktop.services.backup.restoring import RestorePreview
from runway_desktop.services.backup.watching import Watch
from runway_desktop.store.snapshots import SqliteSnapshots
from tests.rigs.half_written import log_of, write_half

from . import records
from .records import Bring, NotHere, Record
from .scene import Count, Scene, Slow, a_scene


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
        _mount(folder, "remount,rw,size=256m")

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
        _mount(place, "size=256m")
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


@asynccontextmanager
async def _profile_gone(scene: Scene) -> AsyncIterator[None]:
    """The profile's folder has another name, and nothing can be made in its place; what was open stays open."""
    folder, away = scene.profile.folder, scene.folder / "away"
    if sys.platform == "win32":
        # A folder with open files keeps its name there.
        raise NotHere
    os.rename(folder, away)
    folder.write_text("in the way")
    yield
    folder.unlink()
    os.rename(away, folder)


DISKS = [
    Record(name="library: disk full for a minute", bring=_tmpfs("size=16k", ""), lasts=60.0),
    Record(name="library: read-only for a minute", bring=_tmpfs("size=8m", "ro"), lasts=60.0),
    Record(name="library: gone for a minute", bring=_gone, lasts=60.0),
    Record(name="profile: gone for a minute, tasks under way", bring=_profile_gone, lasts=60.0, sends_first=True),
    Record(name="database: locked by another program for 8 min", bring=_locked, lasts=480.0, sends_first=True),
]


async def slow_disk(folder: Path) -> Count:
    async with a_scene(folder) as scene:
        scene.disk = lambda: Slow(0.2)
        async with scene.life() as engine:
            await scene.send(engine)
            seconds = await scene.until_well(engine)
        return await scene.count(seconds)


@asynccontextmanager
async def _profile_read_only(scene: Scene) -> AsyncIterator[None]:
    """Its file system finds a fault in itself, as one does whose drive fails, and takes nothing more."""
    place = scene.profile.folder
    device = subprocess.run(["findmnt", "-no", "SOURCE", str(place)], check=True, capture_output=True, text=True).stdout
    switch = Path("/sys/fs/ext4", Path(device.strip()).name, "trigger_fs_error")
    if not switch.exists():
        raise NotHere
    switch.write_text("a drive that fails")
    yield
    # Mended by the person, while the program is closed.


async def read_only_profile(folder: Path) -> Count:
    """The profile's disk takes nothing more while tasks are under way; the person mends it, and starts anew."""
    async with a_scene(folder) as scene:
        with _ext4(folder / "disk.img", folder / "profile") as mended:
            async with scene.life() as engine:
                await scene.send(engine)
                while not scene.simulator.witness.accepted:
                    await scene.passes(1.0)
                async with _profile_read_only(scene):
                    await scene.passes(60.0)
            mended()
            async with scene.life() as engine:
                seconds = await scene.until_well(engine)
            return await scene.count(seconds)


@contextmanager
def _ext4(image: Path, place: Path) -> Iterator[Callable[[], None]]:
    """A disk of its own. What is given mends it."""
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(2 << 30)
    _done("mkfs.ext4", "-q", "-F", str(image))
    _done("mount", "-o", "loop,errors=remount-ro", str(image), str(place))

    def mend() -> None:
        _done("umount", str(place))
        # 1: it found something, and mended it.
        subprocess.run(["fsck.ext4", "-p", "-f", str(image)], check=False, capture_output=True)
        _done("mount", "-o", "loop", str(image), str(place))

    try:
        yield mend
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def _done(*command: str) -> None:
    if shutil.which(command[0]) is None or subprocess.run(command, check=False, capture_output=True).returncode:
        raise NotHere


async def slow_profile(folder: Path) -> Count:
    """Each transaction of the list takes 0.2 s."""

    class Late(sqlite3.Connection):
        def execute(self, statement: str, *more: Any) -> sqlite3.Cursor:
            if statement == "COMMIT":
                time.sleep(0.2)
            return super().execute(statement, *more)

    connect = sqlite3.connect
    async with a_scene(folder) as scene:
        vars(sqlite3)["connect"] = partial(connect, factory=Late)
        scene.at_end.append(lambda: vars(sqlite3).update(connect=connect))
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
                found = [one for one in restores.checked_backups(profile, snapshots, Watch())]
                good = next(one for one in found if isinstance(one, RestorePreview))
                restores.restore_damaged(profile, snapshots, good.path, scene.clock.now(), Watch())
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


def half_written(path: Path) -> None:
    """Killed while the log was being written into the file; then the log is lost."""
    copy = path.with_name("used.db")
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as used:
        used.execute("PRAGMA wal_autocheckpoint = 0")
        used.execute("UPDATE tasks SET note = hex(randomblob(3000))")
        for name in (copy.name, log_of(copy).name):
            shutil.copy(path.with_name(name), path.with_name(name.replace(copy.name, path.name)))
    write_half(path)
    emptied(log_of(path))


@contextmanager
def _keychain(kind: str, secret: str = "") -> Iterator[Callable[[str], None]]:
    """A keychain that is so, "good" among others, until it is told to be otherwise."""
    import keyring
    from keyring import backend, errors

    now = kind

    class Keychain(backend.KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            match now:
                case "good":
                    return secret
                case "none":
                    raise errors.NoKeyringError("none")
                case "locked":
                    raise errors.KeyringLocked("locked")
                case _:
                    raise OSError("the daemon was killed")

        def set_password(self, service: str, username: str, password: str) -> None:
            self.get_password(service, username)

    def turn(kind: str) -> None:
        nonlocal now
        now = kind

    before = keyring.get_keyring()
    keyring.set_keyring(Keychain())
    try:
        yield turn
    finally:
        keyring.set_keyring(before)


def keychain(kind: str) -> Callable[[Path], Any]:
    """A life whose keychain is so: no key comes from it, the person enters one, which it cannot keep."""

    async def run(folder: Path) -> Count:
        with _keychain(kind):
            async with a_scene(folder) as scene:
                async with scene.life(secret="") as engine:
                    await scene.send(engine)
                    await scene.passes(20.0)
                    await engine.account.use_key(scene.simulator.secret, remember=True)
                    seconds = await scene.until_well(engine)
                return await scene.count(seconds)

    return run


def keychain_turned(kind: str) -> Callable[[Path], Any]:
    """The key comes from the keychain, which becomes so while tasks are under way: the person enters the key once more,
    which cannot be kept. At the next start it is still so, and the key is entered again."""

    async def run(folder: Path) -> Count:
        async with a_scene(folder) as scene:
            with _keychain("good", scene.simulator.secret) as turn:
                async with scene.life(secret="") as engine:
                    await scene.send(engine)
                    await scene.passes(8.0)
                    turn(kind)
                    await engine.account.use_key(scene.simulator.secret, remember=True)
                    await scene.passes(8.0)
                async with scene.life(secret="") as engine:
                    await scene.passes(20.0)
                    await engine.account.use_key(scene.simulator.secret, remember=True)
                    seconds = await scene.until_well(engine)
            return await scene.count(seconds)

    return run


ON_ITS_OWN: Mapping[str, Callable[[Path], Any]] = {
    "network: a name that is not known, then the right one": records.at("https://nowhere.invalid"),
    "network: TLS that does not come about, then none": records.at("https://127.0.0.1"),
    "clock: set an hour back before the next start": records.set_back_before_a_start,
    "canceled while new tasks are unknown, then closed": records.canceled_while_unknown,
    "library: a slow disk (0.2 s for each step)": slow_disk,
    "profile and library: disk full for a minute": full_profile,
    "profile: read-only while tasks are under way, then mended": read_only_profile,
    "profile: a slow disk (0.2 s for each write of the list)": slow_profile,
    "database: cut in half": damaged(cut),
    "database: cut to nothing": damaged(emptied),
    "database: missing": damaged(Path.unlink),
    "database: bits flipped": damaged(flipped),
    "database: killed while its log is written into it, and the log lost": damaged(half_written),
    "keychain: none": keychain("none"),
    "keychain: locked": keychain("locked"),
    "keychain: killed": keychain("killed"),
    "keychain: locked while tasks are under way": keychain_turned("locked"),
    "keychain: killed while tasks are under way": keychain_turned("killed"),
}
