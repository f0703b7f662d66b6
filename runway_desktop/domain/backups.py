"""What a backup of a profile is: its members, its manifest, and which of the daily ones are kept. Pure.

A backup is a zip. Its last member, `manifest.json`, says what the others are, with the size and the SHA-256 of each.
`read` raises ValueError for what is no manifest of ours, and `NewerFormat` for one of a newer program. No name in a
manifest is trusted: each must be a plain relative path in the room of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

SCHEMA = "runway-desktop.backup"
FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "profile.db"
ENDING = ".zip"

DAYS_KEPT = 7
WEEKS_KEPT = 4


class Kind(StrEnum):
    """What a member is, and so where it lies in the backup."""

    DATABASE = "database"
    CARD = "card"
    """Name and color of the profile."""
    CATALOG = "catalogue"
    INPUT = "input"
    """A copy that the program made of an input that did not fit."""
    PASTED = "pasted"
    """A picture that was pasted, and is nowhere else."""
    POSTER = "poster"
    RESULT = "result"
    SIDECAR = "sidecar"


_WHOLE = {Kind.DATABASE: DATABASE, Kind.CARD: "profile.json", Kind.CATALOG: "catalog.json"}
ROOMS = {
    Kind.INPUT: "inputs/",
    Kind.PASTED: "pasted/",
    Kind.POSTER: "posters/",
    Kind.RESULT: "results/",
    Kind.SIDECAR: "results/",
}


class NewerFormat(Exception):
    """The backup was made by a program that is newer than this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of a backup. `task_id` and `index` name the output that a result is."""

    name: str
    kind: Kind
    size: int
    sha256: str
    task_id: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a list of tasks holds. `version` is the database's, as "1.4"."""

    version: str
    tasks: int = 0
    results: int = 0
    """Saved ones."""
    held: int = 0
    sending: int = 0
    uncertain: int = 0
    live: int = 0
    sheets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Where something was on the machine that made the backup: its path, and the same as a file:// URI."""

    path: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`made_at` in Unix seconds. `left_out` counts results that were not where they should have been."""

    program: str
    made_at: float
    profile: str
    color: str
    is_demo: bool
    contents: Contents
    library: Folder = field(default_factory=Folder)
    inputs: Folder = field(default_factory=Folder)
    pasted: Folder = field(default_factory=Folder)
    """Pictures that were pasted lie in the library, with or without results."""
    posters: Folder = field(default_factory=Folder)
    left_out: int = 0
    members: tuple[Member, ...] = ()

    def of(self, *kinds: Kind) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.kind in kinds)

    def size_of(self, *kinds: Kind) -> int:
        """Bytes."""
        return sum(member.size for member in self.of(*kinds))

    @property
    def database(self) -> Member:
        return self.of(Kind.DATABASE)[0]


def document(manifest: Manifest) -> dict[str, Any]:
    """The manifest as JSON."""
    return {"schema": SCHEMA, "format": FORMAT, **asdict(manifest)}


def read(found: object) -> Manifest:
    """The manifest that a parsed JSON document is. Raises ValueError, NewerFormat."""
    if not isinstance(found, Mapping) or found.get("schema") != SCHEMA:
        raise ValueError("it is no manifest of a backup")
    form = found.get("format")
    if not isinstance(form, int) or isinstance(form, bool) or form < 1:
        raise ValueError("it has no format")
    if form > FORMAT:
        raise NewerFormat
    members = _of(found, "members", list)
    manifest = Manifest(
        program=_of(found, "program", str),
        made_at=float(_of(found, "made_at", int, float)),
        profile=_of(found, "profile", str),
        color=_of(found, "color", str),
        is_demo=_of(found, "is_demo", bool),
        contents=_contents(_of(found, "contents", dict)),
        library=_folder(_of(found, "library", dict)),
        inputs=_folder(_of(found, "inputs", dict)),
        pasted=_folder(_of(found, "pasted", dict)),
        posters=_folder(_of(found, "posters", dict)),
        left_out=_amount(found, "left_out"),
        members=tuple(_member(one) for one in members),
    )
    names = [member.name.casefold() for member in manifest.members]
    if len(set(names)) != len(names):
        raise ValueError("two members have one name")
    if len(manifest.of(Kind.DATABASE)) != 1:
        raise ValueError("it has no list of tasks")
    return manifest


def is_plain(name: str) -> bool:
    """Whether a name is a relative path of plain parts, on every system."""
    parts = name.split("/")
    return (
        all(part and part not in (".", "..") for part in parts)
        and not any(sign in name for sign in '\\:*?"<>|\0')
        and name.isprintable()
    )


def days_to_drop(days: Iterable[date]) -> set[date]:
    """Of the days that have a daily backup, those whose backup has done its work: the last seven are kept, and before
    them the last one of each of four weeks."""
    newest_first = sorted(set(days), reverse=True)
    kept = set(newest_first[:DAYS_KEPT])
    weeks: dict[date, date] = {}
    for day in newest_first[DAYS_KEPT:]:
        weeks.setdefault(day - timedelta(days=day.weekday()), day)
    kept |= set(list(weeks.values())[:WEEKS_KEPT])
    return set(newest_first) - kept


def _member(found: object) -> Member:
    if not isinstance(found, Mapping):
        raise ValueError("a member is none")  # noqa: TRY004 - whatever is wrong with a file is a ValueError
    kind, name = Kind(_of(found, "kind", str)), _of(found, "name", str)
    in_place = name == _WHOLE[kind] if kind in _WHOLE else name.startswith(ROOMS[kind])
    if not in_place or not is_plain(name):
        raise ValueError(f"{name!r} is no place for a {kind}")
    digest = _of(found, "sha256", str)
    if len(digest) != 64:
        raise ValueError(f"{name!r} has no hash")
    return Member(
        name=name,
        kind=kind,
        size=_amount(found, "size"),
        sha256=digest,
        task_id=_of(found, "task_id", str),
        index=_amount(found, "index"),
    )


def _contents(found: Mapping[str, Any]) -> Contents:
    numbers = {name: _amount(found, name) for name in Contents.__dataclass_fields__ if name != "version"}
    return Contents(version=_of(found, "version", str), **numbers)


def _folder(found: Mapping[str, Any]) -> Folder:
    return Folder(path=_of(found, "path", str), uri=_of(found, "uri", str))


def _amount(found: Mapping[str, Any], name: str) -> int:
    amount: int = _of(found, name, int)
    if amount < 0:
        raise ValueError(f"{name} is less than nothing")
    return amount


def _of(found: Mapping[str, Any], name: str, *kinds: type) -> Any:
    value = found.get(name)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(f"{name} is missing")
    return value
