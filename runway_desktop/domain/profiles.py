"""A profile: a folder with everything of one key, the card that says its name and color, and where its parts lie.

Pure; nothing here looks at the disk. A card is read from JSON that anybody may have edited: what makes no sense in it
is as if it were not there.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from runway_desktop.values import Struct, as_json

from .moments import known_moment

CARD = "profile.json"
SCHEMA = "runway-desktop.profile"
LONGEST_NAME = 60
DEFAULT = "Default"
DEMO = "Demo"
STRIP = ".strip.jpg"
"""How the name of a clip's small frames ends, which are kept beside its poster and made again when they are missing."""


class Color(StrEnum):
    """Each is its own word, so that nobody has to see it to know it."""

    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    VIOLET = "violet"
    TEAL = "teal"
    PINK = "pink"
    GRAY = "grey"


class Card(Struct, frozen=True, kw_only=True):
    """`library` is where the results of a profile are saved until it chooses another folder; empty: in the profile's
    own folder."""

    name: str
    color: Color = Color.BLUE
    library: str = ""
    created_at: float = 0.0


class Profile(Struct, frozen=True, kw_only=True):
    """`name` is for people; `key_name` names its key in the keychain; `library` is where results go until the person
    chooses another folder. `words` are the command line that opens it."""

    name: str
    folder: Path
    library: Path
    key_name: str
    color: Color = Color.BLUE
    is_demo: bool = False
    is_main: bool = False
    """The one that opens when none is named. It cannot be removed."""
    words: tuple[str, ...] = ()

    @property
    def database(self) -> Path:
        return self.folder / "profile.db"

    @property
    def posters(self) -> Path:
        return self.folder / "posters"

    @property
    def inputs(self) -> Path:
        """Copies that the program made of inputs that did not fit."""
        return self.folder / "inputs"

    @property
    def rescued(self) -> Path:
        """Results that are kept here while the library cannot be used."""
        return self.folder / "Rescued"

    @property
    def accepted_ids(self) -> Path:
        """Ids that Runway gave and that the database may not hold yet. Never part of a backup: they belong to what was
        sent from here since."""
        return self.folder / "accepted-ids.txt"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def card(self) -> Path:
        return self.folder / CARD

    @property
    def catalog(self) -> Path:
        """The renewed one; often not there."""
        return self.folder / "catalog.json"

    @property
    def backups(self) -> Path:
        """The daily ones, and those that a restore made first."""
        return self.folder / "backups"

    @property
    def restoring(self) -> Path:
        """What a restore has put together and the next start puts in its place."""
        return self.folder / "restoring"

    @property
    def is_named(self) -> bool:
        """Whether its name tells the person something: there is no need to speak of the only one."""
        return self.name != DEFAULT

    @property
    def color_words(self) -> str:
        """Its color in words, or that it is the demo."""
        return "simulated" if self.is_demo else self.color.value

    @property
    def initials(self) -> str:
        return initials(self.name)


def initials(name: str) -> str:
    """One or two letters that stand for a name: "Client A" is CA, "Studio" is S, "猫 films" is 猫F."""
    words = [word for word in re.split(r"[\s\-_./&+]+", unicodedata.normalize("NFC", name)) if word[:1].isalnum()]
    return "".join(word[0].upper()[:1] for word in (words if len(words) < 2 else (words[0], words[-1]))) or "?"


def name_problem(name: str, taken: Iterable[str] = ()) -> str:
    """What is wrong with a name, in a sentence; empty when nothing is."""
    clean = cleaned(name)
    if not clean:
        return "Give the profile a name."
    if len(clean) > LONGEST_NAME:
        return f"A name has at most {LONGEST_NAME} letters."
    folded = clean.casefold()
    if folded == DEMO.casefold():
        return "The demo has this name."
    if folded in {other.casefold() for other in taken}:
        return "Another profile has this name."
    return ""


def cleaned(name: str) -> str:
    """The name without what cannot be seen, on one line."""
    plain = unicodedata.normalize("NFC", name)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in plain).split())


def folder_name(name: str, tail: str) -> str:
    """What a new profile's folder is called: readable, plain, and never used twice, because the key goes by it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32].strip("-")
    return f"{words or 'profile'}-{tail}"


def document(card: Card) -> dict[str, Any]:
    return {"schema": SCHEMA, **as_json(card), "color": card.color.value}


def read(found: object) -> Card | None:
    """The card that a parsed JSON document is; None for anything else."""
    if not isinstance(found, Mapping) or found.get("schema") != SCHEMA:
        return None
    name = found.get("name")
    if not isinstance(name, str) or name_problem(name):
        return None
    color, library, created = found.get("color"), found.get("library"), found.get("created_at")
    return Card(
        name=cleaned(name),
        color=Color(color) if isinstance(color, str) and color in set(Color) else Color.BLUE,
        library=library if isinstance(library, str) else "",
        created_at=known_moment(created) or 0.0,
    )


def free_color(taken: Iterable[Color]) -> Color:
    """The first that no other profile has, else the first."""
    used = set(taken)
    return next((color for color in Color if color not in used), Color.BLUE)


def own_words() -> list[str]:
    """The words that start this program again, from a bundle or from Python; those of a profile may follow."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "runway_desktop"]
