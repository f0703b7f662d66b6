"""What a profile's backup consists of: members, manifest, and the rule for which daily backups are kept. Pure.

A backup is a zip file. Its last member, `manifest.json`, lists the others with size and SHA-256. Names in a manifest
are not trusted: each must be a plain relative path inside the folder of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from runway_desktop.values import Struct, as_json, field

SCHEMA = "runway-desktop.backup"
FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "profile.db"
ENDING = ".zip"

MOST_BYTES = 1 << 50
MOST_NUMBER = 1 << 31
LATEST = 4_102_444_800.0
"""The year 2100, in Unix seconds."""

DAYS_KEPT = 7
WEEKS_KEPT = 4


class MemberKind(StrEnum):
    """The kind of a member, which decides its folder inside the backup."""

    DATABASE = "database"
    CARD = "card"
    """Name and color of the profile."""
    CATALOG = "catalogue"
    """In backups of older builds; not restored."""
    INPUT = "input"
    """A converted copy of an input that Runway would not have accepted."""
    PASTED = "pasted"
    """A picture pasted from the clipboard, which exists nowhere else."""
    POSTER = "poster"
    RESULT = "result"
    SIDECAR = "sidecar"


_WHOLE = {MemberKind.DATABASE: DATABASE, MemberKind.CARD: "profile.json", MemberKind.CATALOG: "catalog.json"}
PLACES = {
    MemberKind.INPUT: "inputs/",
    MemberKind.PASTED: "pasted/",
    MemberKind.POSTER: "posters/",
    MemberKind.RESULT: "results/",
    MemberKind.SIDECAR: "results/",
}


class NewerFormat(Exception):
    """The backup was made by a newer version of this program."""


class Member(Struct, frozen=True, kw_only=True):
    """One file of a backup. For a result, `task_id` and `index` name the output."""

    name: str
    kind: MemberKind
    size: int
    sha256: str
    task_id: str = ""
    index: int = 0


TASK_IDS = "task ids.txt"
"""File in the folder of a profile whose list is too old to be read: the Runway ids of its tasks, one per line, and what
is known of those that are uncertain."""


class Contents(Struct, frozen=True, kw_only=True):
    """Counts of a list of tasks. `version` is that of the database schema, such as "1.4"."""

    version: str
    tasks: int
    results: int
    """Only saved results."""
    queued: int = field(name="held")
    sending: int
    uncertain: int
    live: int
    sheets: int


class Folder(Struct, frozen=True, kw_only=True):
    """Location of a folder on the machine that made the backup: its path, and the same as a file:// URI."""

    path: str
    uri: str


class Manifest(Struct, frozen=True, kw_only=True):
    """`made_at` in Unix seconds. `left_out` counts results that were not found where the list says they are."""

    program: str
    made_at: float
    profile: str
    color: str
    is_demo: bool
    contents: Contents
    library: Folder
    inputs: Folder
    pasted: Folder
    """Folder of pasted pictures. It is inside the library, and is backed up with or without results."""
    posters: Folder
    left_out: int
    members: tuple[Member, ...]

    def of(self, *kinds: MemberKind) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.kind in kinds)

    def size_of(self, *kinds: MemberKind) -> int:
        """Bytes."""
        return sum(member.size for member in self.of(*kinds))

    @property
    def database(self) -> Member:
        return self.of(MemberKind.DATABASE)[0]


def document(manifest: Manifest) -> dict[str, Any]:
    """The manifest as JSON."""
    return {"schema": SCHEMA, "format": FORMAT, **as_json(manifest)}


def problem_of(manifest: Manifest) -> str:
    """Why a manifest is invalid although its types are right; empty if it is valid."""
    for member in manifest.members:
        name, kind = member.name, member.kind
        in_place = name == _WHOLE[kind] if kind in _WHOLE else name.startswith(PLACES[kind])
        if not in_place or not is_plain(name):
            return f"{name!r} is no place for a {kind}"
        if len(member.sha256) != 64:
            return f"{name!r} has no hash"
        if not (0 <= member.size <= MOST_BYTES and 0 <= member.index <= MOST_NUMBER):
            return f"{name!r} is less than nothing, or more than there can be"
    counts = (manifest.left_out, *(count for count in as_json(manifest.contents).values() if isinstance(count, int)))
    if not all(0 <= count <= MOST_NUMBER for count in counts):
        return "a number is less than nothing, or more than there can be"
    if not 0 <= manifest.made_at < LATEST:
        return "it was made at no time"
    if len({member.name.casefold() for member in manifest.members}) != len(manifest.members):
        return "two members have one name"
    return "" if len(manifest.of(MemberKind.DATABASE)) == 1 else "it has no list of tasks"


def is_plain(name: str) -> bool:
    """Whether a name is a relative path of plain parts on every operating system."""
    parts = name.split("/")
    return (
        all(part and part not in (".", "..") for part in parts)
        and not any(sign in name for sign in '\\:*?"<>|\0')
        and name.isprintable()
    )


def days_to_drop(days: Iterable[date]) -> set[date]:
    """Which of the days with a daily backup are pruned. Kept are the last seven, and before them the last one of each
    of four weeks."""
    newest_first = sorted(set(days), reverse=True)
    kept = set(newest_first[:DAYS_KEPT])
    weeks: dict[date, date] = {}
    for day in newest_first[DAYS_KEPT:]:
        weeks.setdefault(day - timedelta(days=day.weekday()), day)
    kept |= set(list(weeks.values())[:WEEKS_KEPT])
    return set(newest_first) - kept
