"""Finishes a restore at the next start: the restored files replace the present ones, atomically.

Runs after this process has locked the profile and before it opens the task list, so no other code uses the files. The
steps, each idempotent, because the program may die between any two:

    1. the present state is backed up; `kept.json` records that
    2. copies of inputs and posters are added; tasks at Runway and unsaved results of the present list are carried over
    3. the old task list is moved aside, then the new one is renamed into place
    4. `ready.json` is deleted, then the rest of the folder

Before step 3 the old state is complete, after it the new one; a start in between continues here before it opens the
list. Blocking. `finish` raises DiskError and StoreError: in steps 1 and 2 nothing was changed and the restore is
abandoned; in step 3 the next start continues it.
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
from runway_desktop.texts import Text

from . import leftovers
from .disk import clear, told
from .packing import MAKING, PackOptions, pack
from .watching import Watch

log = logging.getLogger(__name__)

READY = "ready.json"
"""The person confirmed: from now on the restore will be finished."""
_KEPT = "kept.json"
_OLD = "replaced"
KEPT_AS = "before-restore-"
"""Prefix of the backup that a restore makes of the present state."""
BEFORE_KEPT = 5
_BESIDE = ("-wal", "-shm", "-journal", "")
"""Suffixes of SQLite's files. The list is moved last, so that its log is never taken for another list's."""


def say_yes(profile: Profile, now: float) -> None:
    """Confirms the prepared restore; the next start finishes it."""
    with told(profile.restoring):
        write_whole(profile.restoring / READY, json.dumps({"said_at": now}).encode())
        sync_folder(profile.restoring)


def is_waiting(profile: Profile) -> bool:
    return (profile.restoring / READY).is_file()


def finish(profile: Profile, snapshots: Snapshots, now: float, watch: Watch | None = None) -> bool:
    """Finishes a confirmed restore, or deletes one that was never confirmed. Returns whether there was one to finish.
    Results put into a library are left to `Restores.clean_up`, which also deletes the folder. `watch` gets progress and
    cannot cancel this."""
    staging = profile.restoring
    if not staging.exists():
        return False
    if not is_waiting(profile):
        _give_up(staging)
        return False
    if not (staging / DATABASE).exists():
        # The list was already renamed into place before the program died.
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
    """Backs up the present state; returns the backup's path or, if the list is damaged, the folder for its files. None
    if there is nothing."""
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
            pack(profile, snapshots, target, PackOptions(posters=False), profile.library, now, watch)
        except StoreError:
            # A damaged list is a main reason to restore. Its files are moved aside unchanged.
            aside = f"{name}.unreadable"
            target = profile.backups / aside
    kept = {"path": str(target) if target is not None else "", "aside": aside}
    with told(staging):
        write_whole(staging / _KEPT, json.dumps(kept).encode())
        sync_folder(staging)
    drop_older(profile.backups, KEPT_AS, BEFORE_KEPT)
    return target


def _add(staging: Path, profile: Profile) -> None:
    """Existing files are equal: copies and posters are named by hash."""
    with told(profile.folder, Text("Allow writing there, then restore again.")):
        for name in ("inputs", "posters"):
            for root, _, files in os.walk(staging / name):
                for file in files:
                    path = Path(root, file)
                    target = profile.folder / path.relative_to(staging)
                    if not target.exists():
                        private.make_folder(target.parent)
                        os.replace(path, target)


def _carry_over(profile: Profile, snapshots: Snapshots, before: Path) -> None:
    """Carries over paid tasks without a saved result; from a damaged list only if it can be read. Records this in the
    new list with the old one's path, because afterwards the old list may be partly moved."""
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
    with told(profile.folder, Text("Close other programs that use the profile's folder, then start this one again.")):
        aside = str(_note(staging).get("aside") or "")
        old = profile.backups / aside if aside else staging / _OLD
        private.make_folder(old)
        for path in list_files(profile):
            os.replace(path, old / path.name)
        sync_folder(profile.folder)
        os.replace(staging / DATABASE, profile.database)
        sync_folder(profile.folder)


def list_files(profile: Profile) -> list[Path]:
    """Paths of the profile's database and of the files beside it that exist (`-wal`, `-shm`), the database last."""
    paths = (profile.database.with_name(profile.database.name + ending) for ending in _BESIDE)
    return [path for path in paths if path.exists()]


def _tidy(staging: Path) -> None:
    """Deletes the restore's folder. First the record of files put elsewhere, since those stay; then the mark, without
    which the folder has no meaning."""
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
    """Deletes all but the newest backups with this prefix; names sort by time. Raises nothing."""
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
    """Deletes unfinished backups of a program that died. Raises nothing."""
    clear(profile.backups / MAKING)
    with suppress(OSError):
        for path in profile.backups.glob("*.part"):
            path.unlink()
