"""Killed at any moment of a backup or a restore there is the old state or the new one, whole, and never a mixture."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.profiles import Color
from runway_desktop.domain.task import State
from runway_desktop.services.backup import finishing
from runway_desktop.services.backup.packing import PackOptions, pack
from runway_desktop.services.backup.restores import Restores
from runway_desktop.services.backup.restoring import WhichResults, Wishes
from runway_desktop.services.backup.unpacking import opened
from runway_desktop.services.backup.watching import Watch, Workshop
from runway_desktop.services.tasks.after_restore import BEFORE, FRESH
from tests.rigs.dying import EACH, dies_at, needs_fork
from tests.rigs.fakes import FakeClock
from tests.rigs.profiles_on_disk import NOW, Made, a_profile, add_a_task, everything

pytestmark = needs_fork

ALL = PackOptions(results=True)


class World:
    """All folders of a machine, which can be put back to how they were."""

    def __init__(self, root: Path) -> None:
        self.root = root / "world"
        self._kept = root / "kept"

    def keep(self) -> None:
        shutil.copytree(self.root, self._kept)

    def put_back(self) -> None:
        shutil.rmtree(self.root)
        shutil.copytree(self._kept, self.root)


def restores(made: Made) -> Restores:
    return Restores(made.profile, made.folders, made.snapshots, Workshop(None), FakeClock(), random.Random(1))


async def a_backup(world: World) -> tuple[Made, Path, dict[str, Any], dict[str, Any]]:
    """A profile with a backup of it, which has gone on since; what it held then, and what it holds now."""
    made = await a_profile(world.root)
    backup = world.root / "studio.zip"
    then = await everything(made.profile)
    pack(made.profile, made.snapshots, backup, ALL, made.library, NOW, Watch())
    await add_a_task(made.profile)
    return made, backup, then, await everything(made.profile)


def without_mark(found: dict[str, Any]) -> dict[str, Any]:
    """What a restored list holds beside what it held: the mark, no identity, and a draft without a key."""
    known = found["settings"].items()
    settings = {name: value for name, value in known if value is not None and not name.startswith("restore.")}
    settings.pop("composer.draft")
    settings.pop(IDENTITY, None)
    return {**found, "settings": settings}


def is_whole(path: Path) -> bool:
    with opened(path) as backup:
        for member in backup.manifest.members:
            backup.extract(member, path.parent / "looked into" / member.name, Watch())
    shutil.rmtree(path.parent / "looked into")
    return True


async def test_kill_during_a_backup_leaves_the_older_or_the_new_backup(tmp_path: Path):
    world = World(tmp_path)
    made, backup, _, now = await a_backup(world)
    before = backup.read_bytes()
    world.keep()
    moment, done = 0, False
    while not done:
        moment += EACH
        world.put_back()
        done = not dies_at(
            moment, lambda: pack(made.profile, made.snapshots, backup, ALL, made.library, NOW + 1, Watch())
        )
        assert backup.read_bytes() == before or is_whole(backup)
        finishing.sweep(made.profile)
        assert list(made.profile.backups.iterdir()) == []
    assert moment > 20
    assert backup.read_bytes() != before
    assert await everything(made.profile) == now


async def test_kill_while_preparing_a_restore_changes_nothing(tmp_path: Path):
    world = World(tmp_path)
    made, backup, _, _ = await a_backup(world)
    for path in (made.library / "Aurora").glob("*"):
        path.unlink()
    lists = made.profile.database.read_bytes()
    world.keep()
    wishes = Wishes(put_back=WhichResults.MISSING, library=made.library)
    moment, done = 0, False
    while not done:
        moment += EACH
        world.put_back()
        done = not dies_at(moment, lambda: restores(made)._into_this(backup, wishes, NOW, Watch()))
        assert made.profile.database.read_bytes() == lists
        assert not finishing.finish(made.profile, made.snapshots, NOW)
        assert made.profile.database.read_bytes() == lists
        # Results are not the state: they may have come already, but only all of them.
        folders = [path for path in made.library.glob("Restored*") if path.suffix != ".part"]
        assert [len(list(folder.rglob("*.mp4"))) for folder in folders] in ([], [2])
        await restores(made).clean_up()
        assert not made.profile.restoring.exists()
        assert list(made.library.glob("Restored*")) == []
    assert moment > 30


async def test_kill_while_finishing_a_restore_ends_in_the_new_state_and_keeps_the_old_one(tmp_path: Path):
    world = World(tmp_path)
    made, backup, then, _ = await a_backup(world)
    (made.profile.inputs / "0a1b" / "harbour.png").unlink()
    wishes = Wishes(put_back=WhichResults.NONE, library=made.library)
    restores(made)._into_this(backup, wishes, NOW, Watch())
    finishing.say_yes(made.profile, NOW)
    await add_a_task(made.profile, 160, State.RUNNING)
    world.keep()
    moment, done = 0, False
    while not done:
        moment += EACH
        world.put_back()
        done = not dies_at(moment, lambda: finishing.finish(made.profile, made.snapshots, NOW))
        finishing.finish(made.profile, made.snapshots, NOW)
        finishing.sweep(made.profile)
        assert not made.profile.restoring.exists()
        [kept] = made.profile.backups.iterdir()
        with opened(kept) as old:
            assert (old.manifest.contents.tasks, old.manifest.contents.queued) == (8, 2)
        found = made.snapshots.look(made.profile.database)
        assert (found.tasks, found.queued, found.live) == (7, 1, 2), "what is at Runway has come along"
        assert made.snapshots.setting(made.profile.database, FRESH) == {"made_at": NOW, BEFORE: str(kept)}
        assert (made.profile.inputs / "0a1b" / "harbour.png").read_bytes() == b"a scaled copy"
    assert moment > 40
    now = without_mark(await everything(made.profile))
    for part in ("tasks", "results", "inputs", "ledger"):
        del now[part]["t160"]
    assert now == without_mark(then)


async def test_kill_while_finishing_a_restore_keeps_restored_files(tmp_path: Path):
    world = World(tmp_path)
    made, backup, _, _ = await a_backup(world)
    restores(made)._into_this(backup, Wishes(put_back=WhichResults.ALL, library=made.library), NOW, Watch())
    finishing.say_yes(made.profile, NOW)
    world.keep()
    moment, done = 0, False
    while not done:
        moment += EACH
        world.put_back()
        done = not dies_at(moment, lambda: finishing.finish(made.profile, made.snapshots, NOW))
        finishing.finish(made.profile, made.snapshots, NOW)
        assert await restores(made).clean_up() == []
        assert not made.profile.restoring.exists()
        assert len(list(made.library.glob("Restored*/**/*.mp4"))) == 3
    assert moment > 40


async def test_restore_is_finished_after_two_kills(tmp_path: Path):
    world = World(tmp_path)
    made, backup, then, _ = await a_backup(world)
    restores(made)._into_this(backup, Wishes(put_back=WhichResults.NONE, library=made.library), NOW, Watch())
    finishing.say_yes(made.profile, NOW)
    world.keep()
    for first in range(3, 60, 11):
        for second in range(2, 40, 11):
            world.put_back()
            dies_at(first, lambda: finishing.finish(made.profile, made.snapshots, NOW))
            dies_at(second, lambda: finishing.finish(made.profile, made.snapshots, NOW))
            finishing.finish(made.profile, made.snapshots, NOW)
            assert not made.profile.restoring.exists()
    assert without_mark(await everything(made.profile)) == without_mark(then)


async def test_kill_while_creating_a_profile_leaves_it_complete_or_absent(tmp_path: Path):
    world = World(tmp_path)
    made, backup, _, _ = await a_backup(world)
    lists = made.profile.database.read_bytes()
    world.keep()
    wishes = Wishes(put_back=WhichResults.ALL, library=world.root / "Videos Client")
    moment, done = 0, False
    while not done:
        moment += EACH
        world.put_back()

        def work() -> object:
            return restores(made)._into_new(backup, "Client", Color.RED, wishes, "1a2b", NOW, Watch())

        done = not dies_at(moment, work)
        others = [profile for profile in made.folders.all() if not profile.is_main]
        assert made.profile.database.read_bytes() == lists
        if others:
            [found] = others
            assert made.snapshots.look(found.database).tasks == 6
            assert all(Path(output.path).is_file() for output in made.snapshots.results(found.database))
            assert len(list(wishes.library.rglob("*.mp4"))) == 3
        else:
            await restores(made).clean_up()
            assert not list(wishes.library.parent.glob(f"{wishes.library.name}*"))
            assert not list(made.folders.beside.rglob("*.db"))
        assert len(others) == 1 or not done
    assert moment > 40
