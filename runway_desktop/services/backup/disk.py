"""Disk helpers of backups: space checks, temporary folders, and error messages.

Blocking. Raises DiskError only.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_space import DiskSpace, no_space
from runway_desktop.services.disk.disk_words import in_words
from runway_desktop.services.disk.folder_look import nearest_folder
from runway_desktop.texts import Text


@contextmanager
def told(folder: Path, advice: Text | None = None) -> Iterator[None]:
    """Turns OSError into DiskError, with a message for backups."""
    try:
        yield
    except OSError as error:
        said = in_words(error, folder)
        advice = advice or Text("Choose another folder or disk.")
        raise DiskError(said.said, advice=advice, detail=said.detail) from error


def check_space(needs: dict[Path, int], space: DiskSpace) -> None:
    """Raises DiskError if a disk has too little space. `needs`: bytes by folder; folders on the same disk are added
    up."""
    disks: dict[int, tuple[Path, int]] = {}
    for folder, amount in needs.items():
        with told(folder):
            near = nearest_folder(folder)
            device = near.stat().st_dev
        first, so_far = disks.get(device, (near, 0))
        disks[device] = (first, so_far + amount)
    for folder, amount in disks.values():
        with told(folder):
            left = space.left(folder)
        if left < amount:
            raise no_space(folder, amount, left, Text("Free up space, or choose another disk."))


@contextmanager
def scratch(folder: Path, advice: Text | None = None) -> Iterator[None]:
    """An empty temporary folder for the duration of the block."""
    clear(folder)
    try:
        with told(folder, advice):
            _make(folder)
        yield
    finally:
        clear(folder)


@contextmanager
def unfinished(folder: Path, beside: Path) -> Iterator[None]:
    """Creates a folder that is deleted if the block raises. `beside`: folder named in errors."""
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
    """Deletes a folder of ours with its content, ignoring errors."""
    shutil.rmtree(folder, ignore_errors=True)
