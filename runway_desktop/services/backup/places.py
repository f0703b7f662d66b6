"""The disk under a backup: room, bytes that stay, and what it says in words.

Blocking. Raises DiskError only.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.folders import size_in_words
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_room import DiskRoom
from runway_desktop.services.disk.disk_words import in_words
from runway_desktop.services.disk.folder_look import nearest_folder

ELSEWHERE = "Choose another folder or disk."


@contextmanager
def told(place: Path, advice: str = ELSEWHERE) -> Iterator[None]:
    """Turns OSError into DiskError, in words for a backup."""
    try:
        yield
    except OSError as error:
        said = in_words(error, place)
        raise DiskError(said.message, advice=advice, detail=said.detail) from error


def check_room(needs: dict[Path, int], what: str, room: DiskRoom) -> None:
    """Raises DiskError where a disk has not the room. `needs` are bytes by folder; folders on one disk share it."""
    disks: dict[int, tuple[Path, int]] = {}
    for folder, amount in needs.items():
        with told(folder):
            near = nearest_folder(folder)
            device = near.stat().st_dev
        place, so_far = disks.get(device, (near, 0))
        disks[device] = (place, so_far + amount)
    for place, amount in disks.values():
        with told(place):
            left = room.left(place)
        if left < amount:
            raise DiskError(
                f"{what} needs {size_in_words(amount)}, and the disk of {place} has room for {size_in_words(left)}.",
                advice="Make room, or choose another disk.",
            )


@contextmanager
def scratch(folder: Path, advice: str = ELSEWHERE) -> Iterator[None]:
    """Has an empty folder of ours as long as the block takes."""
    clear(folder)
    try:
        with told(folder, advice):
            _make(folder)
        yield
    finally:
        clear(folder)


@contextmanager
def unfinished(folder: Path, beside: Path) -> Iterator[None]:
    """Makes a folder of ours, which is removed unless the block ends well. `beside` is what the disk is blamed by."""
    with told(beside):
        _make(folder)
    try:
        yield
    except BaseException:
        clear(folder)
        raise


def _make(folder: Path) -> None:
    private.make_folder(folder.parent)
    folder.mkdir(private.FOLDER)


def clear(folder: Path) -> None:
    """Takes away a folder of ours with all that is in it, as far as the system lets us."""
    shutil.rmtree(folder, ignore_errors=True)
