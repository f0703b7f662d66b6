"""Fixtures of the window over a profile on disk with a second one, and the programs that would be started."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Self, TypeVar

from PySide6.QtWidgets import QWidget

from runway_desktop.app.profile_windows import ProfileWindows
from runway_desktop.domain.profiles import Color, Profile
from runway_desktop.services.backup.backups import Backups
from runway_desktop.services.backup.restores import Restores
from runway_desktop.services.backup.watching import Workshop
from runway_desktop.services.engine import Engine
from runway_desktop.services.profiles.profile_folders import Profiles
from runway_desktop.store.snapshots import SqliteSnapshots
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Desktop, Rig
from tests.rigs.fakes import MemoryBin
from tests.rigs.profiles_on_disk import Made

Kind = TypeVar("Kind", bound=QWidget)


def shown(desktop: Desktop, kind: type[Kind]) -> Kind:
    """The window of that kind that is open."""
    return next(found for found in desktop.window.findChildren(kind) if found.isVisible())


def with_profiles(engine: Engine, made: Made, parts: Any, rig: Any) -> Engine:
    """The engine with the services of profiles; `rig` remembers what they were given."""
    workshop = engine.workshop = Workshop(None)
    rig.in_use, rig.trash = set(), MemoryBin()
    engine.profiles = Profiles(
        made.profile,
        made.folders,
        SqliteSnapshots,
        workshop,
        parts.secrets,
        rig.trash,
        parts.clock,
        random.Random(1),
        lambda folder: folder in rig.in_use,
    )
    engine.backups = Backups(made.profile, SqliteSnapshots(), workshop, parts.settings, parts.bus, parts.clock)
    engine.restores = Restores(made.profile, made.folders, SqliteSnapshots(), workshop, parts.clock, random.Random(2))
    return engine


class ProfilesRig(Rig):
    """View-models only."""

    in_use: set[Path]
    trash: MemoryBin

    def __init__(self, folder: Path, made: Made, **more: Any) -> None:
        super().__init__(folder, **more)
        self.made = made

    def make_engine(self) -> Engine:
        return with_profiles(super().make_engine(), self.made, self.parts, self)


class ProfilesDesktop(Desktop):
    """With the window. `opened` are the profiles that would have got one of their own, `restarts` how often the program
    would have started again."""

    in_use: set[Path]
    trash: MemoryBin

    def __init__(self, folder: Path, theme: Theme, made: Made, **more: Any) -> None:
        super().__init__(folder, theme, **more)
        self.made = made
        self.opened: list[Profile] = []
        self.restarts = 0

    def make_engine(self) -> Engine:
        return with_profiles(super().make_engine(), self.made, self.parts, self)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.windows = ProfileWindows(
            self.cases, self.runner, self.theme, self.window, self._restart, self._open_profile
        )
        return self

    def other(self, name: str = "Client A", color: Color = Color.GREEN) -> Profile:
        """Another profile, made by another window of the program."""
        return self.made.folders.create(name, color, f"{len(name):08x}", 0.0)

    def _open_profile(self, profile: Profile) -> bool:
        self.opened.append(profile)
        return profile.name != "cannot be opened"

    def _restart(self) -> None:
        self.restarts += 1
