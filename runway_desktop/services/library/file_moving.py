"""Moves one of our files to another folder, in steps that can be interrupted and repeated.

Within a file system the file is renamed. Else it is copied under a draft name, synced, verified, and renamed; the
caller stores the new path, and then `finish` deletes the old file. The caller records source and target before the
first step, so that a later run can identify files at the target.

Everything here blocks. `bring` raises DiskError, with a sentence, for errors of the target, and `Stopped`; `finish`
raises nothing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.folders import StayedCode
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.disk_steps import (
    forget_cached,
    rename_exclusively,
    sha256_of,
    sync_folder,
    write_whole,
)
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.results import sidecar
from runway_desktop.services.results.part_file import forget_part
from runway_desktop.texts import Text
from runway_desktop.values import Struct

_BLOCK = 1024 * 1024


class MoveStopped(Exception):
    """The person stopped the move. Incomplete files were deleted."""


class SourceUnreadable(Exception):
    """The source file cannot be read. The message is the system's."""


class MoveFate(StrEnum):
    MOVED = "moved"
    """Complete at the target; the source may still exist."""
    CHANGED = "changed"
    """The file is no longer the saved one: it was edited. It stays."""
    MISSING = "missing"
    UNREADABLE = "unreadable"
    TAKEN = "taken"
    """The target's name is taken by another file: choose another name."""


class Errand(Struct, frozen=True, kw_only=True):
    """A file to move. `owner`: its result; None if it is none. `size` and `sha256` as recorded when it was saved; 0 and
    empty: unknown."""

    source: Path
    target: Path
    owner: Owner | None = None
    size: int = 0
    sha256: str = ""
    is_begun: bool = False
    """An earlier run may have created the target."""

    @property
    def draft(self) -> Path:
        return self.target.with_name(self.target.name + ".moving")


class FileStamp(Struct, frozen=True):
    """Size, time and device of a file."""

    size: int
    modified: int
    device: int


class MoveOutcome(Struct, frozen=True):
    """`seen`: the source's stamp when it was copied, to detect later changes."""

    fate: MoveFate
    seen: FileStamp | None = None
    detail: str = ""


class Disk:
    """The disk operations, one per method, so that a test can make any of them fail. `space`: the shared reservation
    of disk space."""

    def __init__(self, space: DiskSpace | None = None) -> None:
        self.space = space or DiskSpace()

    def stamp(self, path: Path) -> FileStamp | None:
        """None for what does not exist or is no file. Raises Unreadable if the disk gives no answer."""
        with _reading(), suppress(FileNotFoundError, NotADirectoryError):
            found = path.stat()
            return FileStamp(found.st_size, found.st_mtime_ns, found.st_dev) if path.is_file() else None
        return None

    def device(self, folder: Path) -> int:
        return folder.stat().st_dev

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def rename(self, source: Path, target: Path) -> None:
        """Never replaces anything: raises FileExistsError."""
        rename_exclusively(source, target)
        sync_folder(target.parent)

    def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
        """Copies and syncs the bytes; returns the SHA-256 of what was read."""
        digest = hashlib.sha256()
        with _reading():
            reading = source.open("rb")
        with reading, target.open("wb") as writing:
            while block := _read(reading.read):
                writing.write(block)
                digest.update(block)
                progress(len(block))
            writing.flush()
            os.fsync(writing.fileno())
            forget_cached(writing.fileno())
        with suppress(OSError):
            shutil.copystat(source, target)
        return digest.hexdigest()

    def hash(self, path: Path) -> str:
        with _reading():
            return sha256_of(path)

    def write(self, path: Path, content: bytes) -> None:
        """Atomic; replaces an existing file."""
        write_whole(path, content)

    def read(self, path: Path) -> bytes | None:
        """None if it cannot be read."""
        try:
            return path.read_bytes()
        except OSError:
            return None

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def remove_folder(self, folder: Path) -> None:
        """Only an empty one."""
        folder.rmdir()


def bring(
    disk: Disk, errand: Errand, progress: Callable[[int], None], is_stopped: Callable[[], bool] = lambda: False
) -> MoveOutcome:
    """Makes the complete file and its sidecar exist at the target. `progress` is called with copied bytes."""
    try:
        source, there = disk.stamp(errand.source), disk.stamp(errand.target)
        if there is not None:
            return _found_there(disk, errand, source, there)
        if source is None:
            return MoveOutcome(MoveFate.MISSING)
        if is_stopped():
            raise MoveStopped
        if errand.size and source.size != errand.size:
            return MoveOutcome(MoveFate.CHANGED)
        with spoken_for(errand.target.parent):
            disk.make_folder(errand.target.parent)
            if source.device == disk.device(errand.target.parent) and _renamed(disk, errand):
                progress(source.size)
                return MoveOutcome(MoveFate.MOVED)
        return _copied(disk, errand, source, progress, is_stopped)
    except FileExistsError:
        return _taken(disk, errand)
    except SourceUnreadable as error:
        return MoveOutcome(MoveFate.UNREADABLE, detail=str(error))


def finish(disk: Disk, errand: Errand, seen: FileStamp | None, root: Path) -> StayedCode | None:
    """Deletes the source after the target's path was stored: file, sidecar, and folders below `root` that are empty
    then. Returns why the source was kept, if so."""
    try:
        source = disk.stamp(errand.source)
        if source is not None and not _is_surely_the_same(disk, errand, source, seen):
            return StayedCode.CHANGED_MEANWHILE
        disk.remove(errand.source)
        _remove_sidecar(disk, errand)
    except (OSError, SourceUnreadable):
        # Windows locks a file that is open in another program.
        return StayedCode.IN_USE
    with suppress(OSError):
        for folder in errand.source.parents:
            if folder == root or not folder.is_relative_to(root):
                break
            disk.remove_folder(folder)
    if errand.owner is not None:
        # Deletes the part of a download that was abandoned for a rescue.
        forget_part(errand.target, errand.owner)
    return None


def give_up(disk: Disk, errand: Errand) -> None:
    """Deletes the copy at the target and its sidecar. Raises nothing."""
    with suppress(OSError):
        disk.remove(errand.target)
    _taken(disk, errand)


def _found_there(disk: Disk, errand: Errand, source: FileStamp | None, there: FileStamp) -> MoveOutcome:
    """The target exists. It is ours if an earlier run completed it."""
    if source is None:
        is_ours = not errand.size or there.size == errand.size
        is_ours = is_ours and (not errand.sha256 or disk.hash(errand.target) == errand.sha256)
        return MoveOutcome(MoveFate.MOVED if is_ours else MoveFate.MISSING)
    if there.size == source.size and disk.hash(errand.source) == disk.hash(errand.target):
        return MoveOutcome(MoveFate.MOVED, source)
    if errand.is_begun and there.size == 0:
        # A name reserved by an empty file, on a file system without hard links.
        disk.remove(errand.target)
    return _taken(disk, errand)


def _taken(disk: Disk, errand: Errand) -> MoveOutcome:
    """Gives up the name, and deletes the sidecar that was written first."""
    beside = sidecar.path_for(errand.target)
    if errand.owner is not None and sidecar.owner_of(beside) == errand.owner:
        with suppress(OSError):
            disk.remove(beside)
    return MoveOutcome(MoveFate.TAKEN)


def _renamed(disk: Disk, errand: Errand) -> bool:
    try:
        _bring_sidecar(disk, errand)
        disk.rename(errand.source, errand.target)
    except OSError as error:
        # Two mounts of one device, or a file that is open on Windows: copy it instead.
        if error.errno in (errno.EXDEV, errno.EACCES, errno.EPERM, errno.EBUSY):
            return False
        raise
    return True


def _copied(
    disk: Disk, errand: Errand, source: FileStamp, progress: Callable[[int], None], is_stopped: Callable[[], bool]
) -> MoveOutcome:
    try:
        with (
            spoken_for(errand.target.parent, needed=source.size),
            disk.space.share(errand.target.parent, source.size) as share,
        ):

            def told(count: int) -> None:
                if is_stopped():
                    raise MoveStopped
                share.take(count)
                progress(count)

            digest = disk.copy(errand.source, errand.draft, told)
            if errand.sha256 and digest != errand.sha256:
                _forget(disk, errand)
                return MoveOutcome(MoveFate.CHANGED)
            if not _is(disk, errand.draft, digest):
                raise DiskError(
                    Text("“{file}” was not copied completely to “{folder}”.").with_(
                        file=errand.target.name, folder=errand.target.parent
                    ),
                    advice=Text("Check that disk. The original is still where it was."),
                )
            _bring_sidecar(disk, errand)
            disk.rename(errand.draft, errand.target)
    except BaseException:
        _forget(disk, errand)
        raise
    return MoveOutcome(MoveFate.MOVED, source)


def _is(disk: Disk, path: Path, digest: str) -> bool:
    try:
        return disk.hash(path) == digest
    except SourceUnreadable:
        return False


def _forget(disk: Disk, errand: Errand) -> None:
    with suppress(OSError):
        disk.remove(errand.draft)


def _is_surely_the_same(disk: Disk, errand: Errand, source: FileStamp, seen: FileStamp | None) -> bool:
    if source == seen:
        return True
    there = disk.stamp(errand.target)
    return there is not None and there.size == source.size and disk.hash(errand.source) == disk.hash(errand.target)


def _bring_sidecar(disk: Disk, errand: Errand) -> None:
    content = _sidecar_of(disk, errand)
    if content is not None:
        disk.write(sidecar.path_for(errand.target), _renamed_in(content, errand))


def _remove_sidecar(disk: Disk, errand: Errand) -> None:
    content = _sidecar_of(disk, errand)
    if content is None:
        return
    old, new = sidecar.path_for(errand.source), sidecar.path_for(errand.target)
    left, arrived = disk.stamp(old), disk.stamp(new)
    if left is not None and (arrived is None or left.modified > arrived.modified):
        # The sidecar changed after it was copied.
        disk.write(new, _renamed_in(content, errand))
    disk.remove(old)


def _sidecar_of(disk: Disk, errand: Errand) -> bytes | None:
    """The sidecar of the source, if it belongs to this result."""
    beside = sidecar.path_for(errand.source)
    if errand.owner is None or sidecar.owner_of(beside) != errand.owner:
        return None
    return disk.read(beside)


def _renamed_in(content: bytes, errand: Errand) -> bytes:
    """The sidecar's content with the target's file name, which may have a number."""
    if errand.source.name == errand.target.name:
        return content
    document = json.loads(content)
    document["output"]["file"] = errand.target.name
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceUnreadable(error.strerror or type(error).__name__) from error


def _read(read: Callable[[int], bytes]) -> bytes:
    with _reading():
        return read(_BLOCK)
