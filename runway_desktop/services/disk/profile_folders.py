"""The profiles on disk: their folders are the list of profiles.

    main            the default profile
    beside/NAME     every other, each with a card (JSON file) with name and color
    demo            the demo's, separate from real ones

Blocking. Reading raises nothing: an unreadable folder is no profile. Creating and writing raise OSError.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from runway_desktop.domain.backups import ENDING
from runway_desktop.domain.profiles import (
    CARD,
    DEFAULT,
    DEMO,
    Card,
    Color,
    Profile,
    cleaned,
    document,
    folder_name,
    read,
)
from runway_desktop.values import Struct, replace

from . import private
from .disk_steps import read_json, sync_folder, write_whole

UNFINISHED = ".new-"
"""Prefix of the folder of a profile that is being created."""


def has_been_used(profile: Profile) -> bool:
    """Whether a task list was ever in use in a profile's folder, even if deleted: accepted ids or backups exist. Raises
    OSError."""
    return profile.accepted_ids.exists() or any(profile.backups.glob(f"*{ENDING}"))


class NoSuchProfile(LookupError):
    """The message is a sentence for people."""


class ProfileFolders(Struct, frozen=True, kw_only=True):
    """`main`: the first profile, as it is without a card. `libraries`: folder for results of a new profile, by its
    name; None: in its own folder. `demo`: None where the demo is not offered. `words`: command-line arguments that
    select these folders."""

    main: Profile
    beside: Path
    words: tuple[str, ...] = ()
    demo: Profile | None = None
    libraries: Callable[[str], Path] | None = None

    def all(self) -> tuple[Profile, ...]:
        """The first profile, then the others by name."""
        others = []
        with suppress(OSError):
            for folder in sorted(self.beside.iterdir()):
                if not folder.name.startswith(".") and (card := read_card(folder)) is not None:
                    others.append(self._of(folder, card))
        return (self._main(), *sorted(others, key=lambda found: found.name.casefold()))

    def named(self, name: str) -> Profile:
        """The profile with this name or folder name. Raises NoSuchProfile with the existing names."""
        wanted, found = cleaned(name).casefold(), self.all()
        for profile in found:
            if profile.name.casefold() == wanted:
                return profile
        for profile in found:
            if profile.folder.name.casefold() == wanted or (profile.is_main and wanted == DEFAULT.casefold()):
                return profile
        names = ", ".join(f"“{profile.name}”" for profile in found)
        raise NoSuchProfile(f"There is no profile called “{name}”. There are: {names}.")

    def again(self, profile: Profile) -> Profile:
        """The profile with its card read again."""
        if profile.is_demo:
            return profile
        if profile.is_main:
            return self._main()
        card = read_card(profile.folder)
        return self._of(profile.folder, card) if card is not None else profile

    def plan(self, name: str, color: Color, tail: str, now: float) -> tuple[Path, Card]:
        """Folder and card of a new profile, without creating it. `tail` makes the folder's name unique."""
        folder = self.beside / folder_name(name, tail)
        library = str(self.libraries(cleaned(name))) if self.libraries is not None else ""
        return folder, Card(name=cleaned(name), color=color, library=library, created_at=now)

    def create(self, name: str, color: Color, tail: str, now: float) -> Profile:
        """Creates an empty profile, atomically."""
        folder, card = self.plan(name, color, tail, now)
        staging = self.staging(folder)
        private.make_folder(staging.parent)
        staging.mkdir(private.FOLDER)
        write_card(staging, card)
        return self.take_in(staging, folder)

    def staging(self, folder: Path) -> Path:
        """Temporary folder in which a profile is built."""
        return self.beside / f"{UNFINISHED}{folder.name}"

    def has_unfinished(self, profile: Profile) -> bool:
        """Whether a restore, of this profile or into a new one, may have left files. Blocking; False if the disk gives
        no answer."""
        try:
            return profile.restoring.exists() or any(self.beside.glob(f"{UNFINISHED}*"))
        except OSError:
            return False

    def take_in(self, staging: Path, folder: Path) -> Profile:
        """Renames a complete temporary folder to the profile's folder, atomically."""
        staging.rename(folder)
        sync_folder(self.beside)
        card = read_card(folder)
        if card is None:
            raise OSError(f"{folder / CARD} cannot be read")
        return self._of(folder, card)

    def change(self, profile: Profile, *, name: str | None = None, color: Color | None = None) -> Profile:
        """Changes a profile's name or color. Folder and key stay."""
        kept = read_card(profile.folder)
        if kept is None:
            # Keep the library of a first profile without a card.
            library = "" if profile.library.is_relative_to(profile.folder) else str(profile.library)
            kept = Card(name=profile.name, color=profile.color, library=library)
        card = replace(kept, name=cleaned(name) if name is not None else kept.name, color=color or kept.color)
        write_card(profile.folder, card)
        return self.again(profile)

    def taken(self, but: Profile | None = None) -> tuple[str, ...]:
        """Names that are in use."""
        return tuple(found.name for found in self.all() if but is None or found.folder != but.folder)

    def _main(self) -> Profile:
        card = read_card(self.main.folder)
        if card is None:
            return self.main
        library = Path(card.library) if card.library else self.main.library
        return replace(self.main, name=card.name, color=card.color, library=library)

    def _of(self, folder: Path, card: Card) -> Profile:
        return Profile(
            name=card.name,
            folder=folder,
            library=Path(card.library) if card.library else folder / "results",
            # The folder is never reused, so that no later profile finds another client's key.
            key_name=str(folder),
            color=card.color,
            words=(*self.words, "--profile", folder.name),
        )


def new_tail(rng: random.Random) -> str:
    """A random suffix that makes a folder's name unique."""
    return f"{rng.getrandbits(32):08x}"


def demo_profile(folder: Path, words: tuple[str, ...]) -> Profile:
    return Profile(
        name=DEMO,
        folder=folder,
        library=folder / "results",
        key_name=DEMO,
        color=Color.AMBER,
        is_demo=True,
        is_main=True,
        words=words,
    )


def read_card(folder: Path) -> Card | None:
    return read(read_json(folder / CARD))


def write_card(folder: Path, card: Card) -> None:
    """Atomic."""
    write_whole(folder / CARD, (json.dumps(document(card), ensure_ascii=False, indent=2) + "\n").encode())
    sync_folder(folder)
