"""A profile: the folder with everything that belongs to one key, the paths in it, and its card (name and color).

Pure, no disk access. A card is parsed from JSON that may have been edited by hand; invalid fields are ignored.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from enum import Enum, StrEnum, auto
from pathlib import Path
from typing import Any

from runway_desktop.texts import pgettext
from runway_desktop.values import Struct, as_json

from .backups import TASK_IDS
from .moments import known_moment

CARD = "profile.json"
SCHEMA = "runway-desktop.profile"
LONGEST_NAME = 60
DEFAULT = "Default"
DEMO = "Demo"
STRIP = ".strip.jpg"
"""Suffix of a clip's film strip, stored next to its poster and made again when missing."""
OF_APPIMAGE = "RUNWAY_DESKTOP_"
"""Prefix under which this program keeps the variables of its AppImage, for its own children: another program would take
`APPIMAGE` for its own file, and some replace that file when they update themselves."""


class Color(StrEnum):
    """Each is shown with its name too, so that it need not be seen."""

    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    VIOLET = "violet"
    TEAL = "teal"
    PINK = "pink"
    GRAY = "grey"


class Card(Struct, frozen=True, kw_only=True):
    """The contents of the card file. `library` is where results are saved until the user selects another folder; empty:
    in the profile's folder."""

    name: str
    color: Color = Color.BLUE
    library: str = ""
    created_at: float = 0.0


class Profile(Struct, frozen=True, kw_only=True):
    """`name` is for people; `key_name` names the key in the keychain; `library` is where results are saved until the
    user selects another folder. `words` is the command line that opens it."""

    name: str
    folder: Path
    library: Path
    key_name: str
    color: Color = Color.BLUE
    is_demo: bool = False
    is_main: bool = False
    """The profile that opens by default. It cannot be removed."""
    words: tuple[str, ...] = ()

    @property
    def database(self) -> Path:
        return self.folder / "profile.db"

    @property
    def posters(self) -> Path:
        return self.folder / "posters"

    @property
    def inputs(self) -> Path:
        """Converted copies of inputs that Runway would not have accepted."""
        return self.folder / "inputs"

    @property
    def cast(self) -> Path:
        """Files of the cast's members: inputs too, so that backups have them and a restore follows them."""
        return self.inputs / "cast"

    @property
    def rescued(self) -> Path:
        """Results saved here while the library is not usable."""
        return self.folder / "Rescued"

    @property
    def accepted_ids(self) -> Path:
        """Ids from Runway that may not be in the database yet. Never part of a backup, because they belong to sendings
        after it."""
        return self.folder / "accepted-ids.txt"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def crash(self) -> Path:
        """Where a fatal crash of this run would leave its stacks. Empty after a kill; missing after a clean end."""
        return self.folder / "crash.txt"

    @property
    def last_crash(self) -> Path:
        """The stacks of the last crash, after a start has reported it; kept until the next one."""
        return self.folder / "last-crash.txt"

    @property
    def card(self) -> Path:
        return self.folder / CARD

    @property
    def backups(self) -> Path:
        """Daily backups, and those made before a restore."""
        return self.folder / "backups"

    @property
    def task_ids(self) -> Path:
        return self.folder / TASK_IDS

    @property
    def restoring(self) -> Path:
        """Folder of a prepared restore, which the next start puts in place."""
        return self.folder / "restoring"

    @property
    def is_named(self) -> bool:
        """Whether its name is worth showing: not for the default profile."""
        return self.name != DEFAULT

    @property
    def title(self) -> str:
        return title_of(self.name)

    @property
    def initials(self) -> str:
        return initials(self.title)


def title_of(name: str) -> str:
    """A profile's name as people see it: the default name is a text of the program."""
    return pgettext("profile", "Default") if name == DEFAULT else name


def initials(name: str) -> str:
    """One or two letters for a profile: "Client A" is CA, "Studio" is S, "猫 films" is 猫F."""
    words = [word for word in re.split(r"[\s\-_./&+]+", unicodedata.normalize("NFC", name)) if word[:1].isalnum()]
    return "".join(word[0].upper()[:1] for word in (words if len(words) < 2 else (words[0], words[-1]))) or "?"


class NameProblem(Enum):
    """Texts are in `usecases.words.profiles`."""

    EMPTY = auto()
    TOO_LONG = auto()
    IS_DEMO = auto()
    TAKEN = auto()


def name_problem(name: str, taken: Iterable[str] = ()) -> NameProblem | None:
    """What is wrong with a name; None if nothing."""
    clean = cleaned(name)
    if not clean:
        return NameProblem.EMPTY
    if len(clean) > LONGEST_NAME:
        return NameProblem.TOO_LONG
    folded = clean.casefold()
    if folded == DEMO.casefold():
        return NameProblem.IS_DEMO
    if folded in {said.casefold() for other in taken for said in (other, title_of(other))}:
        return NameProblem.TAKEN
    return None


def cleaned(name: str) -> str:
    """The name on one line, without unprintable characters."""
    plain = unicodedata.normalize("NFC", name)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in plain).split())


def folder_name(name: str, tail: str) -> str:
    """Folder name of a new profile: readable ASCII, and never reused, because the key in the keychain is named after
    it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32].strip("-")
    return f"{words or 'profile'}-{tail}"


def document(card: Card) -> dict[str, Any]:
    return {"schema": SCHEMA, **as_json(card), "color": card.color.value}


def read(found: object) -> Card | None:
    """The card in a parsed JSON document; None if it is none."""
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
    """The first color that no other profile has, else the first of all."""
    used = set(taken)
    return next((color for color in Color if color not in used), Color.BLUE)


def own_words() -> list[str]:
    """The command that starts this program again, from a bundle or from Python; a profile's arguments may follow. In an
    AppImage it works only as long as a process of this run lives; see `lasting_words`."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "runway_desktop"]


def lasting_words(variables: Mapping[str, str] = os.environ) -> list[str]:
    """The command to write down for later and for other programs: agents, the start at login. An AppImage is named by
    its own file, since its contents are mounted in a new folder at each start."""
    found = own_words()
    image, mounted = (variables.get(f"{OF_APPIMAGE}{name}", "") for name in ("APPIMAGE", "APPDIR"))
    # A deb that was started from the AppImage's terminal has its variables too.
    return [image] if image and mounted and Path(found[0]).is_relative_to(mounted) else found
