"""Opens a backup and extracts it, verifying every byte against its manifest.

The file is untrusted: names are validated in the manifest, sizes are limits, and a member with a wrong hash is never
renamed into place. Blocking. Raises BadBackup with a sentence, DiskError, and Stopped.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from runway_desktop.domain.backups import FORMAT, MANIFEST, SCHEMA, Manifest, Member, MemberKind, problem_of
from runway_desktop.domain.errors import BadBackup
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_space import Share
from runway_desktop.services.disk.disk_steps import draft_of
from runway_desktop.texts import Text

from .disk import told
from .watching import Watch

_BLOCK = 1024 * 1024
_IN_THE_LIBRARY = (MemberKind.RESULT, MemberKind.SIDECAR)
_LARGEST_MANIFEST = 256 * 1024 * 1024
_LEAST = 1024 * 1024
_MOST_PACKED = 50
"""Limit of compression. A manifest is mostly hashes, which shrink to about half."""
ODD = (
    zipfile.BadZipFile,
    ValueError,
    LookupError,
    ArithmeticError,
    EOFError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""Exceptions while reading a damaged or malicious archive. RecursionError is a RuntimeError."""


class Opened:
    """A backup that is open for reading."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._archive = archive

    def extract(self, member: Member, target: Path, watch: Watch) -> None:
        """Extracts one member to a new file, which is renamed into place once it is complete, verified and synced."""
        try:
            with told(target.parent):
                if member.kind in _IN_THE_LIBRARY:
                    target.parent.mkdir(parents=True, exist_ok=True)
                else:
                    private.make_folder(target.parent)
                with draft_of(target) as draft, watch.space.share(target.parent, member.size) as share:
                    if self._write(member, draft, watch, share) != member.sha256:
                        raise damaged(self.path, f"{member.name} is not what the manifest says")
        except ODD as error:
            raise damaged(self.path, f"{member.name}: {error}") from error

    def _write(self, member: Member, target: Path, watch: Watch, share: Share) -> str:
        """Returns the SHA-256 of the written bytes; empty if the length is wrong."""
        digest, left = hashlib.sha256(), member.size
        _check_plain(self._archive.getinfo(member.name))
        mode = private.USUAL_FILE if member.kind is MemberKind.RESULT else private.FILE
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
        with os.fdopen(handle, "wb") as writing, self._archive.open(member.name) as reading:
            # Reads one byte more than expected, to detect a longer member.
            while block := self._block(reading, min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    return ""
                share.take(len(block))
                writing.write(block)
                digest.update(block)
                watch.step(len(block))
            writing.flush()
            os.fsync(writing.fileno())
        return digest.hexdigest() if not left else ""

    def _block(self, reading: IO[bytes], size: int) -> bytes:
        with told(self.path.parent, Text("Check the disk with the backup, or copy it to another one.")):
            return reading.read(size)


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Opens a backup and reads its manifest. Changes nothing."""
    with told(path.parent, Text("Check the file, or choose another one.")):
        try:
            archive = zipfile.ZipFile(path)
        except ODD as error:
            raise _none(path, str(error)) from error
        with archive:
            yield Opened(path, archive, _manifest(path, archive))


class _Head(msgspec.Struct):
    """The fields of a manifest of any format."""

    schema: str
    format: int
    program: object = ""


def _check_plain(info: zipfile.ZipInfo) -> None:
    """Raises BadZipFile for an encrypted member, or a compression method that this program does not use."""
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"{info.filename!r} is sealed, or packed in another way")


def newer(path: Path, program: str) -> BadBackup:
    """The error for a backup of a newer program."""
    said = (
        Text("“{file}” was made by Runway Desktop {version}, which is newer than this one.")
        if program
        else Text("“{file}” was made by a newer version of this program.")
    )
    return BadBackup(
        said.with_(file=path.name, version=program),
        advice=Text("Install the newest version, then restore it. Nothing was changed."),
        detail=str(path),
    )


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        info = archive.getinfo(MANIFEST)
    except KeyError as error:
        raise _none(path, "there is no manifest") from error
    try:
        _check_plain(info)
        if info.file_size > min(_LARGEST_MANIFEST, _LEAST + _MOST_PACKED * info.compress_size):
            raise damaged(path, "its manifest is too large")
        content = archive.read(info)
        head = msgspec.json.decode(content, type=_Head)
        if head.schema != SCHEMA:
            raise damaged(path, "it is no manifest of a backup")
        if head.format < 1:
            raise damaged(path, "it has no format")
        if head.format > FORMAT:
            raise newer(path, head.program if isinstance(head.program, str) and head.program.isprintable() else "")
        # Typed decoding: content of other types is rejected.
        manifest = msgspec.json.decode(content, type=Manifest)
    except (*ODD, msgspec.DecodeError) as error:
        raise damaged(path, str(error)) from error
    if problem := problem_of(manifest):
        raise damaged(path, problem)
    return manifest


def _none(path: Path, detail: str) -> BadBackup:
    return BadBackup(
        Text("“{file}” is not a Runway Desktop backup.").with_(file=path.name),
        advice=Text("Choose a .zip file made with “Back up…”."),
        detail=f"{path}: {detail}",
    )


def damaged(path: Path, detail: str) -> BadBackup:
    """The error for an invalid backup. `detail` is for the log."""
    return BadBackup(
        Text("The backup “{file}” is damaged.").with_(file=path.name),
        advice=Text("Nothing was changed. Try another copy of it, or an older backup."),
        detail=f"{path}: {detail}",
    )
