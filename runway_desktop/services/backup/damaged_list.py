"""Recovery of a profile whose task list cannot be opened: offers its backups, each verified first.

Runs before the loop, while nothing of the profile is open. Blocking, for a thread. Raises BadBackup, DiskError,
StoreError.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.disk.disk_steps import sync_folder
from runway_desktop.services.ports import Snapshots
from runway_desktop.services.tasks import after_restore
from runway_desktop.texts import Text

from . import finishing
from .backups import kept_in
from .disk import clear, told, unfinished
from .restores import LOOKING
from .restoring import RestorePreview, WhichResults, Wishes, look_at, put_together, refuse_wrong_kind
from .watching import Watch

ASIDE = "damaged-"
"""Prefix of a folder among the backups with the files of a list that was replaced by an empty one."""


def checked_backups(profile: Profile, snapshots: Snapshots, watch: Watch) -> Iterator[RestorePreview | Path]:
    """The profile's own backups, newest first: an outlook, or the path of one that cannot be restored. Raises
    Stopped."""
    for kept in kept_in(profile.backups):
        try:
            refuse_wrong_kind(kept.path, is_demo=profile.is_demo)
            yield look_at(kept.path, snapshots, profile.backups / LOOKING, watch)
        except RunwayDesktopError:
            yield kept.path


def restore(profile: Profile, snapshots: Snapshots, path: Path, now: float, watch: Watch) -> None:
    """Prepares the restore that the next start finishes; the damaged list's files are kept. Raises Stopped."""
    clear(profile.restoring)
    with unfinished(profile.restoring, profile.folder):
        wishes = Wishes(put_back=WhichResults.NONE, library=profile.library)
        put_together(path, snapshots, profile.restoring, profile, wishes, {}, now, watch)
    finishing.say_yes(profile, now)


def begin_empty(profile: Profile, snapshots: Snapshots, now: float) -> None:
    """Moves the list's files to a folder among the backups, with the ids of its tasks if there are any, which the next
    window offers to import; and makes an empty list."""
    with told(profile.folder, Text("Allow writing there, then try again.")):
        aside = profile.backups / f"{ASIDE}{datetime.fromtimestamp(now):%Y-%m-%d-%H%M%S}"
        aside.mkdir(parents=True, exist_ok=True)
        ids = aside / profile.task_ids.name
        if profile.task_ids.exists():
            os.replace(profile.task_ids, ids)
        for path in finishing.list_files(profile):
            os.replace(path, aside / path.name)
        sync_folder(profile.folder)
    snapshots.make_empty(profile.database)
    if ids.exists():
        settings = {after_restore.TOLD: {after_restore.IDS: str(ids)}}
        snapshots.settle(profile.database, settings=settings, results={}, folders=())
