"""What a demo's folder begins with, in a small file of it: the studio, or an empty list; and emptying a demo.

A new demo has no such file. One that is put together says so, with the files that it puts into the library, so that a
kill at any moment leaves nothing that the next start does not finish or begin anew. Blocking; raises OSError.
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from runway_desktop.domain.profiles import Profile
from runway_desktop.services.disk.disk_steps import read_json, write_whole
from runway_desktop.values import Struct, as_json

_FILE = "demo.json"
_STAGING = "studio.part"


class Begins(StrEnum):
    NEW = ""
    MAKING = "making"
    STUDIO = "studio"
    """The studio stands, or stood: whatever became of it, it is not made again."""
    EMPTYING = "emptying"
    """The next start takes everything away."""
    EMPTY = "empty"


class DemoState(Struct, frozen=True):
    """While the studio is made: `task` is the id of one of its tasks, which are stored together; `sheet` that of its
    sheet, which is stored before them; `files` are names in the library."""

    begins: Begins = Begins.NEW
    task: str = ""
    sheet: str = ""
    files: tuple[str, ...] = ()


def read(profile: Profile) -> DemoState:
    """Raises nothing: what cannot be understood is a demo that was in use."""
    path = profile.folder / _FILE
    found = read_json(path)
    if found is None and not path.exists():
        return DemoState()
    match found:
        case {"begins": str(word), "task": str(task), "sheet": str(sheet), "files": list(files)} if word in set(Begins):
            return DemoState(Begins(word), task, sheet, tuple(name for name in files if isinstance(name, str)))
        case _:
            return DemoState(Begins.STUDIO)


def note(profile: Profile, state: DemoState) -> None:
    """Whole or not at all."""
    write_whole(profile.folder / _FILE, (json.dumps(as_json(state)) + "\n").encode())


def staging(profile: Profile) -> Path:
    """Where the studio's files are put together."""
    return profile.folder / _STAGING


def take_away_half(profile: Profile, state: DemoState) -> None:
    """What a studio that was killed before it stood has left in the library, and beside it."""
    for name in state.files:
        path = profile.library / name
        if path.is_relative_to(profile.library):
            path.unlink(missing_ok=True)
    clear_staging(profile)


def clear_staging(profile: Profile) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(staging(profile))


def simulated(profile: Profile) -> Path:
    """What the demo's Runway goes on from."""
    return profile.folder / "simulated-runway.json"


def empty_if_asked(profile: Profile) -> None:
    """Before the list is opened: takes everything of a demo away that shall begin empty. Killed meanwhile, the next
    start goes on. Results that the person put outside of the demo's folder stay. ValueError for a profile that is not
    a demo's."""
    if not profile.is_demo:
        raise ValueError("Only a demo is emptied")
    if read(profile).begins is not Begins.EMPTYING:
        return
    clear_staging(profile)
    for folder in (profile.library, profile.posters, profile.inputs, profile.rescued, profile.backups):
        if folder.is_relative_to(profile.folder) and folder.exists():
            shutil.rmtree(folder)
    shutil.rmtree(profile.folder / "state", ignore_errors=True)
    simulated(profile).unlink(missing_ok=True)
    profile.accepted_ids.unlink(missing_ok=True)
    for path in profile.folder.glob(f"{profile.database.name}*"):
        path.unlink(missing_ok=True)
    profile.posters.mkdir(mode=0o700, exist_ok=True)
    note(profile, DemoState(Begins.EMPTY))
