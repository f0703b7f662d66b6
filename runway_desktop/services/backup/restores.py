"""Restoring a backup: into a new profile, or into this one at the next start.

Loop's thread only. Raises BadBackup, DiskError, StoreError; each method gives None when it was called off, and then
nothing of it is left.
"""

from __future__ import annotations

import random
from pathlib import Path

from runway_desktop.domain.backups import Manifest
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.profiles import Color, Profile
from runway_desktop.services.library_folder import SEEN
from runway_desktop.services.ports import Clock, Snapshots
from runway_desktop.services.profile_folders import UNFINISHED, Folders, new_tail, write_card

from . import finishing
from .places import clear, told
from .restoring import Outlook, Wishes, look_at, put_together
from .unpacking import opened
from .watching import Watch
from .workshop import Say, Workshop

LOOKING = ".looking"
"""The folder, among a profile's backups, where a list is looked at before it is restored."""
STALE_AFTER = 86_400.0
"""Seconds after which a profile that was never put together to its end is taken away."""


class Restores:
    def __init__(
        self,
        profile: Profile,
        folders: Folders,
        snapshots: Snapshots,
        workshop: Workshop,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self.profile = profile
        self._folders = folders
        self._snapshots = snapshots
        self._workshop = workshop
        self._clock = clock
        self._rng = rng
        self._tail = new_tail(rng)
        """Of the folder of the next new profile."""

    def stop(self) -> None:
        self._workshop.stop()

    async def look_at(self, path: Path, say: Say | None = None) -> Outlook | None:
        """What a backup would bring. Its list of tasks is checked; nothing is changed."""
        scratch = self.profile.backups / LOOKING
        return await self._workshop.make(lambda watch: look_at(path, self._snapshots, scratch, watch), say)

    def library_for(self, name: str) -> Path:
        """Where a new profile of that name would save its results."""
        folder, card = self._folders.plan(name, Color.BLUE, self._tail, 0.0)
        return Path(card.library) if card.library else folder / "results"

    async def into_new(
        self, path: Path, name: str, color: Color, wishes: Wishes, say: Say | None = None
    ) -> Profile | None:
        """Makes a new profile of a backup; it is there whole, or not at all. It has no key."""
        tail, now = self._tail, self._clock.now()
        made = await self._workshop.make(lambda watch: self._into_new(path, name, color, wishes, tail, now, watch), say)
        if made is not None:
            self._tail = new_tail(self._rng)
        return made

    async def into_this(self, path: Path, wishes: Wishes, say: Say | None = None) -> Manifest | None:
        """Puts together what this profile will be, beside what it is. `say_yes` makes it so at the next start."""
        now = self._clock.now()
        return await self._workshop.make(lambda watch: self._into_this(path, wishes, now, watch), say)

    async def say_yes(self) -> None:
        now = self._clock.now()
        await self._workshop.make(lambda _: finishing.say_yes(self.profile, now))

    async def give_up(self) -> None:
        """Takes away what `into_this` put together."""
        await self._workshop.make(lambda _: clear(self.profile.restoring))

    def _into_new(
        self, path: Path, name: str, color: Color, wishes: Wishes, tail: str, now: float, watch: Watch
    ) -> Profile:
        """In a worker."""
        self._sweep(now)
        _refuse(path, is_demo=False)
        folder, card = self._folders.plan(name, color, tail, now)
        staging = self._folders.staging(folder)
        with told(self._folders.beside):
            staging.mkdir(parents=True)
        try:
            with told(staging):
                write_card(staging, card)
            usual = Path(card.library) if card.library else folder / "results"
            # Neither the old machine's folder nor that of the profile which goes on beside this one.
            settings = {"library_folder": str(wishes.library) if wishes.library != usual else None, SEEN: None}
            will_be = Profile(name=card.name, folder=folder, library=usual, key_name="")
            put_together(path, self._snapshots, staging, will_be, wishes, settings, now, watch)
            with told(self._folders.beside):
                return self._folders.take_in(staging, folder)
        except BaseException:
            clear(staging)
            raise

    def _into_this(self, path: Path, wishes: Wishes, now: float, watch: Watch) -> Manifest:
        """In a worker."""
        _refuse(path, is_demo=self.profile.is_demo)
        staging = self.profile.restoring
        clear(staging)
        with told(self.profile.folder):
            staging.mkdir(parents=True)
        try:
            return put_together(path, self._snapshots, staging, self.profile, wishes, {}, now, watch)
        except BaseException:
            clear(staging)
            raise

    def _sweep(self, now: float) -> None:
        """Takes away what a program that died had begun to put together long ago."""
        try:
            for folder in self._folders.beside.glob(f"{UNFINISHED}*"):
                if folder.stat().st_mtime < now - STALE_AFTER:
                    clear(folder)
        except OSError:
            return


def _refuse(path: Path, *, is_demo: bool) -> None:
    """The demo's tasks are not at Runway, and nobody's real ones are in the demo."""
    with opened(path) as backup:
        if backup.manifest.is_demo and not is_demo:
            raise NotPossible(
                "This is a backup of the demo: its tasks are not at Runway.",
                advice="It can be restored in the demo only.",
            )
        if is_demo and not backup.manifest.is_demo:
            raise NotPossible(
                "This is a backup of a real profile.", advice="Restore it into a new profile, or into a real one."
            )
