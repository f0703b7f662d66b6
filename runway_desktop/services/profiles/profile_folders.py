"""The profiles of this person: lists, creates, renames and removes them.

Each has its own folder, key, tasks and window; this service only reads other profiles' lists. Loop's thread only.
Raises NotPossible with a sentence, DiskError, StoreError.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain.backups import Contents
from runway_desktop.domain.errors import NotPossible, SecretStoreError, StoreError
from runway_desktop.domain.profiles import Color, NameProblem, Profile, free_color, name_problem
from runway_desktop.services.backup.disk import told
from runway_desktop.services.backup.watching import Workshop
from runway_desktop.services.disk.profile_folders import ProfileFolders, new_tail
from runway_desktop.texts import Text
from runway_desktop.values import Struct

if TYPE_CHECKING:
    import random

    from runway_desktop.services.ports import Clock, SecretStore, Snapshots, SystemTrash


class Inside(Struct, frozen=True, kw_only=True):
    """Content of a profile, shown before it is removed. `contents`: None if the list is missing (never opened) or
    unreadable. `size`: bytes of its folder, including `results_inside` results."""

    contents: Contents | None
    was_opened: bool = True
    size: int
    results_inside: int = 0


@dataclass(eq=False, repr=False)
class Profiles:
    """`current`: the profile of this run. `is_in_use`: whether a program has a profile's folder now."""

    current: Profile
    _folders: ProfileFolders
    _snapshots: Callable[[], Snapshots]
    _workshop: Workshop
    _secrets: SecretStore
    _trash: SystemTrash
    _clock: Clock
    _rng: random.Random
    _is_in_use: Callable[[Path], bool]

    def __post_init__(self) -> None:
        self._changing = asyncio.Lock()

    @property
    def demo(self) -> Profile | None:
        """The demo, if it is separate from this person's profiles."""
        return self._folders.demo

    async def all(self) -> tuple[Profile, ...]:
        """The first profile, then the others by name, without the demo."""
        return await self._workshop.look(self._folders.all)

    async def free_color(self) -> Color:
        return free_color(profile.color for profile in await self.all())

    async def create(self, name: str, color: Color, secret: str = "") -> tuple[Profile, SecretStoreError | None]:
        """A new, empty profile, and why its key was not stored, if so. The key is stored only in the keychain; without
        one the profile asks for it when it is opened."""
        await self._check_name(name)
        tail, now = new_tail(self._rng), self._clock.now()

        def make() -> Profile:
            with told(self._folders.beside):
                return self._folders.create(name, color, tail, now)

        made = await self._workshop.look(make)
        if not secret:
            return made, None
        try:
            await self._secrets.set(made.key_name, secret)
        except SecretStoreError as error:
            return made, error
        return made, None

    async def change(self, profile: Profile, *, name: str | None = None, color: Color | None = None) -> Profile:
        """Changes name or color. Folder, key and results stay."""

        def change() -> Profile:
            with told(profile.folder):
                return self._folders.change(profile, name=name, color=color)

        async with self._changing:
            # Serialized, so that concurrent changes of name and color are both kept.
            if name is not None:
                await self._check_name(name, profile)
            changed = await self._workshop.look(change)
        if changed.folder == self.current.folder:
            self.current = changed
        return changed

    async def look_into(self, profile: Profile) -> Inside:
        """Contents of a profile, which removing it would delete."""
        return await self._workshop.look(_look_into, profile, self._snapshots())

    async def remove(self, profile: Profile) -> SecretStoreError | None:
        """Moves a profile's folder to the trash, then deletes its key. Returns why the key could not be deleted, if so.
        Results in other folders stay."""
        await self.check_removal(profile)
        await self._trash.throw(profile.folder)
        try:
            await self._secrets.delete(profile.key_name)
        except SecretStoreError as error:
            return error
        return None

    async def check_removal(self, profile: Profile) -> None:
        """Raises NotPossible, with the reason, if a profile cannot be removed now."""
        if profile.is_demo:
            raise NotPossible(Text("The demo cannot be removed."))
        if profile.folder == self.current.folder:
            raise NotPossible(Text("This profile is open in this window. Open another one to remove it."))
        if profile.is_main:
            raise NotPossible(Text("The first profile cannot be removed: it opens when no other is chosen."))
        if await self._workshop.look(self._is_in_use, profile.folder):
            raise NotPossible(
                Text("“{profile}” is open in another window. Close it first.").with_(profile=profile.title)
            )

    async def _check_name(self, name: str, but: Profile | None = None) -> None:
        """`but`: a profile that may keep its name. Another window may have taken the name since the form was checked;
        anything else wrong with it is the caller's mistake, and raises ValueError."""
        problem = name_problem(name, await self._workshop.look(self._folders.taken, but))
        if problem is NameProblem.TAKEN:
            raise NotPossible(Text("Another profile has this name."))
        if problem is not None:
            raise ValueError(problem)


def _look_into(profile: Profile, snapshots: Snapshots) -> Inside:
    """In a worker."""
    contents, results = None, 0
    # Never opened, or damaged: still count its files.
    with suppress(StoreError):
        contents = snapshots.look(profile.database)
        results = sum(Path(found.path).is_relative_to(profile.folder) for found in snapshots.results(profile.database))
    size = 0
    for root, _, names in os.walk(profile.folder):
        for name in names:
            with suppress(OSError):
                size += Path(root, name).stat().st_size
    return Inside(
        contents=contents,
        was_opened=profile.database.exists(),
        size=size,
        results_inside=results,
    )
