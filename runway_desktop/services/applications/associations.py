"""Which of the system's programs take a kind of file, and which of them it prefers. Blocks: it reads the desktop files;
call it in a worker. Raises nothing: a file that cannot be read says nothing.

Source: Association between MIME types and applications 1.0.1; XDG Base Directory Specification 0.8.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from runway_desktop.values import Struct, field

from .desktop_entry import DesktopEntry, groups_of, read_entry, split

DEFAULT, ADDED, REMOVED = "Default Applications", "Added Associations", "Removed Associations"
_LARGEST = 1_000_000
"""Bytes of a file of the system's that are read; more is none."""


class Folders(Struct, frozen=True):
    """Where the desktop's files are, the first to be looked at first. `desktops` are the names of the one that runs."""

    configuration: tuple[Path, ...]
    data: tuple[Path, ...]
    desktops: tuple[str, ...]

    @classmethod
    def of(cls, variables: Mapping[str, str], home: Path) -> Folders:
        """As the environment says, else by the specification's defaults. Relative paths count for nothing."""
        return cls(
            configuration=(
                *_paths(variables.get("XDG_CONFIG_HOME", ""), [home / ".config"]),
                *_paths(variables.get("XDG_CONFIG_DIRS", ""), [Path("/etc/xdg")]),
            ),
            data=(
                *_paths(variables.get("XDG_DATA_HOME", ""), [home / ".local" / "share"]),
                *_paths(variables.get("XDG_DATA_DIRS", ""), [Path("/usr/local/share"), Path("/usr/share")]),
            ),
            desktops=tuple(name for name in variables.get("XDG_CURRENT_DESKTOP", "").split(":") if name),
        )

    def lists(self) -> Iterator[tuple[Path, Path | None]]:
        """Each `mimeapps.list`, by rank, with the applications folder of its own level."""
        names = [f"{desktop.lower()}-mimeapps.list" for desktop in self.desktops] + ["mimeapps.list"]
        for folder in self.configuration:
            yield from ((folder / name, None) for name in names)
        for folder in self.data:
            home = folder / "applications"
            yield from ((home / name, home if name == "mimeapps.list" else None) for name in names)


class Installed(Struct):
    """All desktop entries, read once. An id belongs to the first folder that has it."""

    entries: dict[str, DesktopEntry] = field(default_factory=dict)
    homes: dict[str, Path] = field(default_factory=dict)
    """The applications folder that each id comes from."""

    @classmethod
    def read(cls, folders: Folders) -> Installed:
        found = cls()
        for folder in folders.data:
            home = folder / "applications"
            for path in _desktop_files(home):
                id_ = path.relative_to(home).as_posix().replace("/", "-")
                if id_ not in found.entries:
                    found.entries[id_] = read_entry(id_, path, _text(path))
                    found.homes[id_] = home
        return found


def applications_for(names: Sequence[str], installed: Installed, folders: Folders) -> list[DesktopEntry]:
    """The programs for a kind of file, the system's own choice first. `names` are the kind's own names and those of the
    kinds that it is one of, the most special first."""
    lists = [(groups_of(_text(path)), home) for path, home in folders.lists()]
    found: dict[str, DesktopEntry] = {}
    for name in names:
        ids = [*_defaults(name, lists), *_associated(name, lists, installed)]
        for id_ in ids:
            entry = installed.entries.get(id_)
            if entry is not None and _is_usable(entry, folders.desktops):
                found.setdefault(id_, entry)
    return list(found.values())


def _defaults(name: str, lists: Iterable[tuple[dict[str, dict[str, str]], Path | None]]) -> Iterator[str]:
    for groups, _ in lists:
        yield from split(groups.get(DEFAULT, {}).get(name, ""))


def _associated(
    name: str, lists: Iterable[tuple[dict[str, dict[str, str]], Path | None]], installed: Installed
) -> Iterator[str]:
    """What each level adds, and what its desktop files say themselves; a level may take away what is below it."""
    refused: set[str] = set()
    for groups, home in lists:
        added = split(groups.get(ADDED, {}).get(name, ""))
        yield from (id_ for id_ in added if id_ not in refused)
        refused |= set(split(groups.get(REMOVED, {}).get(name, ""))) - set(added)
        for id_, entry in installed.entries.items() if home is not None else ():
            if installed.homes[id_] == home and name in entry.mime_types and id_ not in refused:
                yield id_


def _is_usable(entry: DesktopEntry, desktops: Sequence[str]) -> bool:
    if entry.is_hidden or not entry.is_shown or not entry.is_for(desktops):
        return False
    try:
        wanted = [entry.command()[0], *([entry.try_exec] if entry.try_exec else ())]
        return all(shutil.which(program) is not None for program in wanted)
    except ValueError:
        # No command, or a name that no system takes.
        return False


def _desktop_files(home: Path) -> list[Path]:
    try:
        return sorted(path for path in home.rglob("*.desktop") if path.is_file())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _paths(words: str, otherwise: Sequence[Path]) -> list[Path]:
    found = [Path(word) for word in words.split(":") if word and Path(word).is_absolute()]
    return found or list(otherwise)
