"""Where profiles lie on the disk, and which there are: the folders themselves are the list.

    main            the profile that opens when none is named
    beside/NAME     every other, each with a card that says its name and color
    demo            the demo's, which never meets a real one

Blocking. Reading raises nothing: a folder that cannot be read is no profile. Making and writing raise OSError.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
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
"""How the folder of a profile begins that is still being put together."""


def has_been_used(profile: Profile) -> bool:
    """Whether a list of tasks was in use in a profile's folder, whatever is left of it: the file of accepted ids is
    made once it stands, and backups are of it. Raises OSError."""
    return profile.accepted_ids.exists() or any(profile.backups.glob(f"*{ENDING}"))


class NoSuchProfile(LookupError):
    """The message is a sentence."""


class Folders(Struct, frozen=True, kw_only=True):
    """`main` is the first profile as it is without a card. `libraries` says where results of a new profile go, by its
    name; None: into its own folder. `demo` is None where the demo is not offered. `words` lead a program to these
    folders."""

    main: Profile
    beside: Path
    words: tuple[str, ...] = ()
    demo: Profile | None = None
    libraries: Callable[[str], Path] | None = None

    def all(self) -> tuple[Profile, ...]:
        """The first profile, then the others by name."""
        others = []
        try:
            entries = sorted(self.beside.iterdir())
        except OSError:
            entries = []
        for folder in entries:
            if not folder.name.startswith(".") and (card := read_card(folder)) is not None:
                others.append(self._of(folder, card))
        return (self._main(), *sorted(others, key=lambda found: found.name.casefold()))

    def named(self, name: str) -> Profile:
        """The profile of this name, or of the folder of this name. Raises NoSuchProfile, which says which there are."""
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
        """The profile as its card says now."""
        if profile.is_demo:
            return profile
        if profile.is_main:
            return self._main()
        card = read_card(profile.folder)
        return self._of(profile.folder, card) if card is not None else profile

    def plan(self, name: str, color: Color, tail: str, now: float) -> tuple[Path, Card]:
        """The folder and the card of a new profile; nothing is made yet. `tail` makes the folder's name its own."""
        folder = self.beside / folder_name(name, tail)
        library = str(self.libraries(cleaned(name))) if self.libraries is not None else ""
        return folder, Card(name=cleaned(name), color=color, library=library, created_at=now)

    def create(self, name: str, color: Color, tail: str, now: float) -> Profile:
        """Makes an empty profile. Its folder is there whole or not at all."""
        folder, card = self.plan(name, color, tail, now)
        staging = self.staging(folder)
        private.make_folder(staging.parent)
        staging.mkdir(private.FOLDER)
        write_card(staging, card)
        return self.take_in(staging, folder)

    def staging(self, folder: Path) -> Path:
        """Where a profile is put together before it is one."""
        return self.beside / f"{UNFINISHED}{folder.name}"

    def has_unfinished(self, profile: Profile) -> bool:
        """Whether a restore, of this profile or into a new one, may have left something. Blocking; False where the disk
        does not say."""
        try:
            return profile.restoring.exists() or any(self.beside.glob(f"{UNFINISHED}*"))
        except OSError:
            return False

    def take_in(self, staging: Path, folder: Path) -> Profile:
        """A folder that was put together becomes the profile that it is meant to be, in one step."""
        staging.rename(folder)
        sync_folder(self.beside)
        card = read_card(folder)
        if card is None:
            raise OSError(f"{folder / CARD} cannot be read")
        return self._of(folder, card)

    def change(self, profile: Profile, *, name: str | None = None, color: Color | None = None) -> Profile:
        """Gives a profile another name or color. Its folder, and with it its key, stay what they are."""
        kept = read_card(profile.folder)
        if kept is None:
            # Results go where they went: a first profile without a card has the folder that it always had.
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
            # By its folder, which no later profile has: a key must never be found by another client's profile.
            key_name=str(folder),
            color=card.color,
            words=(*self.words, "--profile", folder.name),
        )


def new_tail(rng: random.Random) -> str:
    """What makes a new profile's folder its own."""
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
    """Whole or not at all."""
    write_whole(folder / CARD, (json.dumps(document(card), ensure_ascii=False, indent=2) + "\n").encode())
    sync_folder(folder)
