"""Results that wait too long for a library that cannot be used are saved in the profile, before they cannot be had.

A link works for a day or two (`domain.expiry`). A result that has waited for `RESCUE_AFTER` while the library is full,
absent, read-only or silent is saved into the folder "Rescued" of the profile; so is all that waits, at once, when the
person says so. Whoever moves the library moves it home later: where a result lies is in the store, so a kill loses
nothing.
Loop's thread only; raises nothing.
"""

from __future__ import annotations

from pathlib import Path

from runway_desktop.domain.events import Event, LibraryFolderChanged, Notice
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.ports import Clock
from runway_desktop.services.settings import Settings

RESCUE_AFTER = 3_600.0
"""Seconds since its task ended after which a result is rescued by itself."""
GRACE = 120.0
"""Seconds that the library may be missing before anything is rescued: a drive that comes up with the machine, or with
the network, is given its time."""


class FallbackSaving:
    """`place` is made when the first result is rescued."""

    def __init__(self, place: Path, folder: LibraryFolder, settings: Settings, bus: Bus, clock: Clock) -> None:
        self.place = place
        self._folder = folder
        self._settings = settings
        self._bus = bus
        self._clock = clock
        self._asked = False
        self._told = False
        bus.listen(self._hear)

    def start_now(self) -> None:
        """The person does not want to wait: whatever cannot be saved in the library is rescued, until it can."""
        self._asked = True

    def seconds_until(self, ended_at: float) -> float | None:
        """Until a result whose task ended then is to be rescued; 0 or less: now. None: not at all."""
        health = self._folder.health
        if health.state.can_write:
            return None
        if self._asked:
            return 0.0
        if not self._settings.rescue:
            return None
        now = self._clock.now()
        return max(ended_at + RESCUE_AFTER, health.since + GRACE) - now

    def began(self) -> None:
        """A result is saved there. Told once for each time that the library cannot be used."""
        if not self._told:
            self._told = True
            self._bus.tell(
                Notice(
                    "The library's folder cannot be used, so results are kept in the profile's folder for now.",
                    f"They move home by themselves. Until then they are in {self.place}.",
                )
            )

    def _hear(self, event: Event) -> None:
        if isinstance(event, LibraryFolderChanged) and event.health.state.can_write:
            self._asked = self._told = False
