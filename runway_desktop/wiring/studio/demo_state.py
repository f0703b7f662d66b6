"""State file of a demo's folder: whether it begins with the studio or an empty list; and deletion of a demo's content.

A new demo has no such file. While the studio is being created, the file has its future library files, so that after a
crash at any time the next start can finish or repeat it. Blocking; raises OSError.
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
    """The studio was completed; it is never created again."""
    EMPTYING = "emptying"
    """The next start deletes everything."""
    EMPTY = "empty"


class DemoState(Struct, frozen=True):
    """While the studio is being created: `task` is the id of one of its tasks, which are stored together; `sheet` that
    of its sheet, which is stored before them; `files` are names in the library."""

    begins: Begins = Begins.NEW
    task: str = ""
    sheet: str = ""
    files: tuple[str, ...] = ()


def read(profile: Profile) -> DemoState:
    """Raises nothing: an invalid file counts as a demo that was in use."""
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
    """Atomic."""
    write_whole(profile.folder / _FILE, (json.dumps(as_json(state)) + "\n").encode())


def staging(profile: Profile) -> Path:
    """The temporary folder where the studio's files are created."""
    return profile.folder / _STAGING


def take_away_half(profile: Profile, state: DemoState) -> None:
    """Removes the files of an incomplete studio from the library, and its temporary folder."""
    for name in state.files:
        path = profile.library / name
        if path.is_relative_to(profile.library):
            path.unlink(missing_ok=True)
    clear_staging(profile)


def clear_staging(profile: Profile) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(staging(profile))


def simulated(profile: Profile) -> Path:
    """The simulator's state file."""
    return profile.folder / "simulated-runway.json"


def empty_if_asked(profile: Profile) -> None:
    """Call before the list is opened: deletes everything of a demo that is to begin empty. After a crash the next start
    continues. Results outside of the demo's folder stay. ValueError for a profile that is not a demo's."""
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
