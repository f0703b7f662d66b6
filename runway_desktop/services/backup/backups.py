"""Backups of this profile: on request, and a small daily one if something changed.

Daily backups hold the task list without media, in the profile's own folder; the last seven days are kept, and one per
week of the four weeks before. Once a day the whole list is read first: a damaged one is announced and not backed up,
because its backup would in the end replace a good one. A failed backup is announced once per run and retried after an
hour. `run` lives as long as the program, held by the supervisor. Loop's thread only; `back_up` and `survey` raise
DiskError, StoreError.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from runway_desktop.domain.backups import ENDING, days_to_drop
from runway_desktop.domain.errors import DamagedList, RunwayDesktopError, StoreError
from runway_desktop.domain.events import (
    Event,
    Notice,
    OutputChanged,
    SettingsChanged,
    TaskChanged,
    TasksAdded,
    TasksMoved,
)
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.services.ports import Clock, Snapshots
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import keep_going, survived
from runway_desktop.texts import Text, in_turn
from runway_desktop.values import Struct

from .finishing import sweep
from .packing import LIGHT, MadeBackup, Outline, PackOptions, pack, survey
from .unpacking import opened
from .watching import Say, Watch, Workshop

log = logging.getLogger(__name__)

DAILY = "daily-"
FIRST_AFTER = 120.0
"""Seconds after the start: the first minutes belong to the person."""
LOOK_EVERY = 3_600.0
CHECKED = "list.checked"
"""Setting with the day on which the whole list was last verified, or `DAMAGED`: then the next start verifies it before
anything is sent."""
DAMAGED = "damaged"
LAST_FOLDER = "backup.folder"
"""Setting with the folder of the last backup on request."""


def last_folder(settings: Settings) -> Path | None:
    """The folder of the last backup, if it is there: suggested for the next one, and to restore from."""
    kept = settings.get(LAST_FOLDER)
    last = Path(kept) if isinstance(kept, str) else None
    return last if last is not None and QuickLook().ask(Path.is_dir, last, otherwise=False) else None


class KeptBackup(Struct, frozen=True, kw_only=True):
    """A backup in the profile's own folder. `day`: None if it is not a daily one. `made_at` in Unix seconds."""

    path: Path
    size: int
    made_at: float
    day: date | None = None


@dataclass(eq=False, repr=False)
class Backups:
    profile: Profile
    _snapshots: Snapshots
    _workshop: Workshop
    _settings: Settings
    _bus: Bus
    _clock: Clock

    def __post_init__(self) -> None:
        self._changed = True
        self._told = False
        self._told_damage = False
        self.trouble: Text | str = ""
        """Why the last daily backup failed; empty if it succeeded."""
        self._bus.listen(self._hear)

    @property
    def is_awaited(self) -> bool:
        """Whether a backup that the person requested is running."""
        return self._workshop.is_awaited

    def stop(self) -> None:
        self._workshop.stop()

    async def survey(self) -> Outline:
        """The size that a backup would have."""
        return await self._workshop.look(survey, self.profile, self._snapshots, self._settings.library)

    async def back_up(self, target: Path, choice: PackOptions, say: Say | None = None) -> MadeBackup | None:
        """Writes a backup to `target`, replacing an existing file. None if canceled."""
        # Includes what was typed in the last half second.
        await self._settings.flush()
        profile, library, now = self.profile, self._settings.library, self._clock.now()
        return await self._workshop.make(
            lambda watch: pack(profile, self._snapshots, target, choice, library, now, watch), say
        )

    async def kept(self) -> Sequence[KeptBackup]:
        """The backups in the profile's own folder, newest first."""
        return await self._workshop.look(kept_in, self.profile.backups)

    async def run(self) -> None:
        """Makes the daily backups, until canceled."""
        with survived("tidying up after backups"):
            await self._workshop.make(lambda _: sweep(self.profile))
        await self._clock.sleep(FIRST_AFTER)
        await keep_going("making the daily backup", self._turn, self._clock)

    async def _turn(self) -> None:
        if await self._is_sound() and self._changed and self._settings.daily_backup:
            await self._perhaps()
        await self._clock.sleep(LOOK_EVERY)

    async def _is_sound(self) -> bool:
        """Verifies the whole list, once a day."""
        today = date.fromtimestamp(self._clock.now()).isoformat()
        if self._settings.get(CHECKED) == today:
            return True
        path, snapshots = self.profile.database, self._snapshots
        try:
            await self._workshop.make(lambda watch: snapshots.check(path, watch.copying(0)))
        except DamagedList as error:
            log.warning("The list of tasks is damaged: %s", error.detail)
            self._settings.set(CHECKED, DAMAGED)
            if not self._told_damage:
                self._told_damage = True
                advice = in_turn(error.text, Text("Backups are offered when the program starts again."))
                self._bus.tell(Notice(error.said, advice, is_problem=True))
            return False
        except StoreError as error:
            # The list is locked or its disk hangs; the backup will fail likewise and report it.
            log.warning("The list of tasks could not be checked: %s (%s)", error, error.detail)
            return True
        self._settings.set(CHECKED, today)
        return True

    async def _perhaps(self) -> None:
        """Makes today's backup, unless it exists."""
        self._changed = False
        today = date.fromtimestamp(self._clock.now())
        try:
            if any(kept.day == today for kept in await self.kept()):
                self._changed = True
                return
            await self._settings.flush()
            library, now = self._settings.library, self._clock.now()
            await self._workshop.make(lambda watch: self._daily(today, library, now, watch))
            self.trouble = ""
        except RunwayDesktopError as error:
            self._changed = True
            self.trouble = error.text
            log.warning("The daily backup could not be made: %s (%s)", error, error.detail)
            if not self._told:
                self._told = True
                self._bus.tell(Notice(Text("Today's backup could not be made."), error.text, is_problem=True))

    def _daily(self, today: date, library: Path, now: float, watch: Watch) -> None:
        """In a worker."""
        folder = self.profile.backups
        before = [kept for kept in kept_in(folder) if kept.day is not None]
        made = pack(self.profile, self._snapshots, folder / name_of(today), LIGHT, library, now, watch)
        if before and _same(before[0].path, made):
            # If it cannot be deleted (a virus scanner may hold it), it is just one backup more.
            with suppress(OSError):
                made.path.unlink()
            return
        days = {kept.day: kept.path for kept in before if kept.day is not None} | {today: made.path}
        for day in days_to_drop(days):
            with suppress(OSError):
                days[day].unlink()

    def _hear(self, event: Event) -> None:
        if isinstance(event, TasksAdded | TaskChanged | TasksMoved | OutputChanged | SettingsChanged):
            self._changed = True


def name_of(day: date) -> str:
    return f"{DAILY}{day.isoformat()}{ENDING}"


def kept_in(folder: Path) -> list[KeptBackup]:
    """Blocking. Newest first."""
    found = []
    with suppress(OSError):
        for path in folder.glob(f"*{ENDING}"):
            status = path.stat()
            day = _day(path)
            found.append(KeptBackup(path=path, size=status.st_size, made_at=status.st_mtime, day=day))
    return sorted(found, key=lambda kept: (kept.day or local_time(kept.made_at).date(), kept.made_at), reverse=True)


def _day(path: Path) -> date | None:
    if not path.name.startswith(DAILY):
        return None
    try:
        return date.fromisoformat(path.name.removeprefix(DAILY).removesuffix(ENDING))
    except ValueError:
        return None


def _same(before: Path, made: MadeBackup) -> bool:
    """Whether the list is the same as in an earlier backup."""
    try:
        with opened(before) as backup:
            return backup.manifest.database.sha256 == made.manifest.database.sha256
    except RunwayDesktopError:
        return False
