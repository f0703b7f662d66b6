"""Restores a backup: into a new profile, or into this one at the next start.

Loop's thread only. Raises BadBackup, DiskError, StoreError; a canceled method returns None and leaves nothing behind.

The functions below it recover a profile whose list cannot be opened. They run before the loop, while nothing of the
profile is open, and block.
"""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from runway_desktop.domain.backups import Manifest
from runway_desktop.domain.errors import RunwayDesktopError, StoreError
from runway_desktop.domain.profiles import Color, Profile
from runway_desktop.domain.task import Output
from runway_desktop.services.disk.disk_steps import sync_folder
from runway_desktop.services.disk.library_folder import SEEN
from runway_desktop.services.disk.profile_folders import UNFINISHED, ProfileFolders, new_tail, write_card
from runway_desktop.services.ports import Clock, Snapshots
from runway_desktop.services.results.own_folders import OWN
from runway_desktop.services.tasks import after_restore
from runway_desktop.texts import Text

from . import finishing, leftovers
from .backups import kept_in
from .disk import clear, told, unfinished
from .leftovers import Begun, TakenAway
from .restoring import RestorePreview, WhichResults, Wishes, look_at, put_together, refuse_wrong_kind
from .watching import Say, Watch, Workshop

LOOKING = ".looking"
"""Folder among a profile's backups in which a backup's list is checked."""
STALE_AFTER = 86_400.0
"""Seconds after which the folder of an unfinished new profile is deleted."""

ResultsIn = Callable[[str], Awaitable[Sequence[Output]]]


async def _nobody(_: str) -> Sequence[Output]:
    return ()


@dataclass(eq=False, repr=False)
class Restores:
    """`results_in`: results of the list whose files are in a folder."""

    profile: Profile
    _folders: ProfileFolders
    _snapshots: Snapshots
    _workshop: Workshop
    _clock: Clock
    _rng: random.Random
    _results_in: ResultsIn = _nobody

    def __post_init__(self) -> None:
        self._tail = new_tail(self._rng)
        """Folder suffix of the next new profile."""

    def stop(self) -> None:
        self._workshop.stop()

    async def look_at(self, path: Path, say: Say | None = None) -> RestorePreview | None:
        """Content of a backup. Verifies its task list; changes nothing."""
        scratch = self.profile.backups / LOOKING
        return await self._workshop.make(lambda watch: look_at(path, self._snapshots, scratch, watch), say)

    def library_for(self, name: str) -> Path:
        """Where a new profile of that name would save its results."""
        folder, card = self._folders.plan(name, Color.BLUE, self._tail, 0.0)
        return Path(card.library) if card.library else folder / "results"

    async def into_new(
        self, path: Path, name: str, color: Color, wishes: Wishes, say: Say | None = None
    ) -> Profile | None:
        """Makes a new profile from a backup, atomically. It has no key."""
        tail, now = self._tail, self._clock.now()
        made = await self._workshop.make(lambda watch: self._into_new(path, name, color, wishes, tail, now, watch), say)
        if made is not None:
            self._tail = new_tail(self._rng)
        return made

    async def into_this(self, path: Path, wishes: Wishes, say: Say | None = None) -> Manifest | None:
        """Builds this profile's restored state in its `restoring` folder. After `say_yes` the next start uses it."""
        await self.clean_up()
        now = self._clock.now()
        return await self._workshop.make(lambda watch: self._into_this(path, wishes, now, watch), say)

    async def say_yes(self) -> None:
        now = self._clock.now()
        await self._workshop.make(lambda _: finishing.say_yes(self.profile, now))

    async def clean_up(self) -> list[TakenAway]:
        """Deletes the files of killed restores of this profile's program. Returns what was deleted from results
        folders; unreachable files are left for the next time."""
        taken: list[TakenAway] = []
        for staging, begun in await self._workshop.make(lambda _: self._unfinished()) or ():
            used = await self._results_in(begun.final) if begun is not None and begun.final else ()
            paths = {output.path for output in used}
            found = await self._workshop.make(partial(_take_away, staging, begun, paths))
            if found is not None and found.files:
                taken.append(found)
        return taken

    def _into_new(
        self, path: Path, name: str, color: Color, wishes: Wishes, tail: str, now: float, watch: Watch
    ) -> Profile:
        """In a worker."""
        self._sweep(now)
        refuse_wrong_kind(path, is_demo=False)
        folder, card = self._folders.plan(name, color, tail, now)
        staging = self._folders.staging(folder)
        with unfinished(staging, self._folders.beside):
            with told(staging):
                leftovers.note(staging, Begun(by=str(self.profile.folder)))
                write_card(staging, card)
            usual = Path(card.library) if card.library else folder / "results"
            # Excludes the old computer's library and the live profile's.
            own = [str(wishes.library)]
            settings = {
                "library_folder": str(wishes.library) if wishes.library != usual else None,
                SEEN: None,
                OWN: own,
            }
            will_be = Profile(name=card.name, folder=folder, library=usual, key_name="")
            put_together(path, self._snapshots, staging, will_be, wishes, settings, now, watch)
            with told(self._folders.beside):
                made = self._folders.take_in(staging, folder)
            leftovers.forget(folder)
            return made

    def _into_this(self, path: Path, wishes: Wishes, now: float, watch: Watch) -> Manifest:
        """In a worker."""
        refuse_wrong_kind(path, is_demo=self.profile.is_demo)
        staging = self.profile.restoring
        clear(staging)
        with unfinished(staging, self.profile.folder):
            settings = {**self._library_now(wishes), OWN: [str(wishes.library)]}
            return put_together(path, self._snapshots, staging, self.profile, wishes, settings, now, watch)

    def _library_now(self, wishes: Wishes) -> dict[str, Any]:
        """Keeps the present library as the place for results, instead of the backup's."""
        try:
            return {name: self._snapshots.setting(self.profile.database, name) for name in ("library_folder", SEEN)}
        except StoreError:
            # The list is damaged or missing, which may be the reason for the restore.
            usual = wishes.library == self.profile.library
            return {"library_folder": None if usual else str(wishes.library), SEEN: None}

    def _unfinished(self) -> list[tuple[Path, Begun | None]]:
        """In a worker. Folders of restores that were killed. None of them is running: this is the profile's only
        program, and it does one at a time."""
        found: list[tuple[Path, Begun | None]] = []
        restoring = self.profile.restoring
        if restoring.exists() and not finishing.is_waiting(self.profile):
            found.append((restoring, leftovers.read(restoring)))
        with suppress(OSError):
            for folder in self._folders.beside.glob(f"{UNFINISHED}*"):
                begun = leftovers.read(folder)
                if begun is not None and begun.by == str(self.profile.folder):
                    found.append((folder, begun))
        return found

    def _sweep(self, now: float) -> None:
        """Deletes old unfinished profiles of programs that died."""
        with suppress(OSError):
            for folder in self._folders.beside.glob(f"{UNFINISHED}*"):
                if folder.stat().st_mtime < now - STALE_AFTER:
                    clear(folder)


def _take_away(staging: Path, begun: Begun | None, in_use: Collection[str], _: Watch) -> TakenAway | None:
    """In a worker. Skips a folder that another restore has started to use."""
    if leftovers.read(staging) != begun or (staging / finishing.READY).exists():
        return None
    if begun is None or not begun.final:
        clear(staging)
        return None
    taken = leftovers.take_away(begun, in_use)
    if taken is not None:
        clear(staging)
    return taken


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


def restore_damaged(profile: Profile, snapshots: Snapshots, path: Path, now: float, watch: Watch) -> None:
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
