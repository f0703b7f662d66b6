"""The next start: what a restore has put together takes the place of what was there, whole.

Runs after this program has become the one of its profile and before it opens the list of tasks, so nothing else is in
use. In this order, each step harmless to do again, because the program may die between any two of them:

    1. the present state is backed up; `kept.json` says so
    2. what only adds (copies of inputs, posters) is put where it belongs; what the present list has at Runway, or has
       not saved yet, comes along
    3. the renewed catalog and the old list of tasks are moved aside, then the new ones take their names
    4. `ready.json` goes, and then the rest of the folder

Before step 3 the old state is whole, after it the new one; in the middle of it the list is opened by nobody, and the
next start goes on. Blocking. `finish` raises DiskError and StoreError: from steps 1 and 2 with everything as it was and
the restore given up, from step 3 with the restore still to be finished.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from runway_desktop.domain.backups import DATABASE, ENDING
from runway_desktop.domain.errors import RunwayDesktopError, StoreError
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import read_json, sync_folder, write_whole
from runway_desktop.services.ports import Snapshots
from runway_desktop.services.tasks.after_restore import BEFORE, FRESH

from . import leftovers
from .packing import MAKING, Choice, pack
from .places import clear, told
from .watching import Watch

log = logging.getLogger(__name__)

READY = "ready.json"
"""The person said yes: from here on the restore is finished, whatever happens."""
_KEPT = "kept.json"
_OLD = "replaced"
KEPT_AS = "before-restore-"
"""How a backup's name begins that a restore made of what it replaced."""
BEFORE_KEPT = 5
_BESIDE = ("-wal", "-shm", "-journal", "")
"""What SQLite keeps beside a list. The list goes last: what belongs to it must never be taken for another's."""


def say_yes(profile: Profile, now: float) -> None:
    """From now on the next start finishes the restore that waits in the profile's folder."""
    with told(profile.restoring):
        write_whole(profile.restoring / READY, json.dumps({"said_at": now}).encode())
        sync_folder(profile.restoring)


def is_waiting(profile: Profile) -> bool:
    return (profile.restoring / READY).is_file()


def finish(profile: Profile, snapshots: Snapshots, now: float, watch: Watch | None = None) -> bool:
    """Finishes what waits, or takes away what was never said yes to. Whether there was something to finish. Where
    results were put into a library, `Restores.clean_up` takes those away, and the folder with them. `watch` is told how
    far it is, and may not stop it."""
    staging = profile.restoring
    if not staging.exists():
        return False
    if not is_waiting(profile):
        _give_up(staging)
        return False
    if not (staging / DATABASE).exists():
        # It took its name before the program died.
        _tidy(staging)
        return True
    try:
        before = _keep_present(profile, snapshots, now, watch or Watch())
        _add(staging, profile)
        if before is not None:
            _carry_over(profile, snapshots, before)
    except RunwayDesktopError:
        _give_up(staging)
        raise
    _swap(staging, profile)
    _tidy(staging)
    return True


def _keep_present(profile: Profile, snapshots: Snapshots, now: float, watch: Watch) -> Path | None:
    """Backs up what is there, or says where its files are to be put as they are, if it is damaged. None when there is
    nothing."""
    staging = profile.restoring
    if (staging / _KEPT).exists():
        return _kept(staging)
    target: Path | None = None
    aside = ""
    if list_files(profile):
        name = f"{KEPT_AS}{datetime.fromtimestamp(now):%Y-%m-%d-%H%M%S}"
        target = profile.backups / f"{name}{ENDING}"
        try:
            snapshots.check(profile.database, watch.copying(0))
            pack(profile, snapshots, target, Choice(posters=False), profile.library, now, watch)
        except StoreError:
            # A damaged list is just what a restore is for. It is moved aside then, and kept as it is.
            aside = f"{name}.unreadable"
            target = profile.backups / aside
    kept = {"path": str(target) if target is not None else "", "aside": aside}
    with told(staging):
        write_whole(staging / _KEPT, json.dumps(kept).encode())
        sync_folder(staging)
    drop_older(profile.backups, KEPT_AS, BEFORE_KEPT)
    return target


def _add(staging: Path, profile: Profile) -> None:
    """What is there already is the same: copies and posters are named after their bytes."""
    with told(profile.folder, "Allow writing there, then restore again."):
        for name in ("inputs", "posters"):
            for root, _, files in os.walk(staging / name):
                for file in files:
                    path = Path(root, file)
                    target = profile.folder / path.relative_to(staging)
                    if not target.exists():
                        private.make_folder(target.parent)
                        os.replace(path, target)


def _carry_over(profile: Profile, snapshots: Snapshots, before: Path) -> None:
    """What was paid and is not here yet comes along; of a damaged list, if it can be read. The new list says that this
    was done, and where the old one is kept: after it the old one may be moved aside in part."""
    new = profile.restoring / DATABASE
    mark = snapshots.setting(new, FRESH)
    known = mark if isinstance(mark, Mapping) else {}
    if BEFORE in known:
        return
    try:
        snapshots.carry_over(profile.database, new)
    except StoreError as error:
        if before.suffix == ENDING:
            raise
        log.warning("Nothing of the damaged list came along: %s (%s)", error, error.detail)
    snapshots.settle(new, settings={FRESH: {**known, BEFORE: str(before)}}, results={}, folders=())


def _swap(staging: Path, profile: Profile) -> None:
    with told(profile.folder, "Close what else has the profile's folder open, then start the program again."):
        aside = str(_note(staging).get("aside") or "")
        old = profile.backups / aside if aside else staging / _OLD
        private.make_folder(old)
        catalog = staging / profile.catalog.name
        if catalog.exists():
            if profile.catalog.exists():
                os.replace(profile.catalog, old / catalog.name)
            os.replace(catalog, profile.catalog)
        for path in list_files(profile):
            os.replace(path, old / path.name)
        sync_folder(profile.folder)
        os.replace(staging / DATABASE, profile.database)
        sync_folder(profile.folder)


def list_files(profile: Profile) -> list[Path]:
    """The list of tasks and what SQLite keeps beside it, as far as they are there; the list goes last."""
    paths = (profile.database.with_name(profile.database.name + ending) for ending in _BESIDE)
    return [path for path in paths if path.exists()]


def _tidy(staging: Path) -> None:
    """It is done. The note of what was put elsewhere goes first, since that is to stay; then the mark: a folder without
    it is nothing any more."""
    leftovers.forget(staging)
    _unmark(staging)
    clear(staging)


def _give_up(staging: Path) -> None:
    _unmark(staging)
    if leftovers.read(staging) is None:
        clear(staging)


def _unmark(staging: Path) -> None:
    with suppress(OSError):
        (staging / READY).unlink(missing_ok=True)
        sync_folder(staging)


def drop_older(folder: Path, beginning: str, kept: int) -> None:
    """Takes away all but the newest backups whose names begin like that; names sort by their time. Raises nothing."""
    with suppress(OSError):
        found = sorted(path for path in folder.glob(f"{beginning}*{ENDING}") if path.is_file())
        for path in found[: max(0, len(found) - kept)]:
            path.unlink()


def _kept(staging: Path) -> Path | None:
    path = _note(staging).get("path")
    return Path(path) if isinstance(path, str) and path else None


def _note(staging: Path) -> Mapping[str, Any]:
    found = read_json(staging / _KEPT)
    return found if isinstance(found, Mapping) else {}


def sweep(profile: Profile) -> None:
    """Takes away what a program that died left of backups it was making. Raises nothing."""
    clear(profile.backups / MAKING)
    with suppress(OSError):
        for path in profile.backups.glob("*.part"):
            path.unlink()
