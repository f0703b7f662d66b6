"""Writes a profile to one file: a zip of its task list and own files, and of its results if wanted.

It is written as `.part` next to its final name, synced, read back and compared byte by byte, and only then renamed, so
a backup is complete or absent. Results are stored uncompressed, since they do not shrink; text is deflated. Blocking.
Raises DiskError, StoreError, and Stopped when canceled.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path, PurePath
from typing import BinaryIO

from runway_desktop import __version__
from runway_desktop.domain.backups import (
    DATABASE,
    MANIFEST,
    PLACES,
    Contents,
    Folder,
    Manifest,
    Member,
    MemberKind,
    document,
    is_plain,
)
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.profiles import CARD, STRIP, Profile
from runway_desktop.domain.secrecy import without_secrets
from runway_desktop.domain.task import Output
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_space import Share
from runway_desktop.services.disk.disk_steps import draft_of, forget_cached, sync_folder
from runway_desktop.services.library.move_plan import PASTED
from runway_desktop.services.ports import Snapshots
from runway_desktop.services.results import sidecar
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from .disk import check_space, scratch, told
from .watching import Watch

MAKING = ".making"
"""Folder among a profile's backups for the copy of the task list."""
_BLOCK = 1024 * 1024
_LARGE = 1 << 31
_EFFORT = 1
"""Level 1 to 9. Higher levels hardly shrink a task list and take more than twice as long."""
_PLAIN = {MemberKind.RESULT, MemberKind.POSTER, MemberKind.INPUT, MemberKind.PASTED}
"""Compressed already."""


class PackOptions(Struct, frozen=True):
    """What a backup contains in addition to the task list. It never contains the key or other secrets."""

    inputs: bool = True
    posters: bool = True
    results: bool = False


LIGHT = PackOptions(inputs=False, posters=False)
"""The task list only: small enough for daily backups."""


class Outline(Struct, frozen=True, kw_only=True):
    """Bytes and numbers of files of a backup. `missing`: results that are not at their paths."""

    database: int = 0
    inputs: int = 0
    input_bytes: int = 0
    posters: int = 0
    poster_bytes: int = 0
    results: int = 0
    result_bytes: int = 0
    missing: int = 0

    def size(self, choice: PackOptions) -> int:
        """Bytes of a backup with that choice, uncompressed."""
        parts = (
            (choice.inputs, self.input_bytes),
            (choice.posters, self.poster_bytes),
            (choice.results, self.result_bytes),
        )
        return self.database + sum(size for is_chosen, size in parts if is_chosen)


class MadeBackup(Struct, frozen=True):
    """A backup that was written and verified. `size` in bytes."""

    path: Path
    size: int
    manifest: Manifest


class _Source(Struct, frozen=True):
    """A member to be written."""

    name: str
    kind: MemberKind
    path: Path
    size: int
    output: Output | None = None


def survey(profile: Profile, snapshots: Snapshots, library: Path) -> Outline:
    """Sizes of the parts of a backup. `library`: where results are saved now."""
    inputs = [*_files(profile.inputs), *_files(library / PASTED)]
    posters = list(_files(profile.posters))
    there = [size for output in snapshots.results(profile.database) if (size := _size(Path(output.path))) is not None]
    results = snapshots.look(profile.database).results
    return Outline(
        database=_database_bytes(profile),
        inputs=len(inputs),
        input_bytes=sum(size for _, size in inputs),
        posters=len(posters),
        poster_bytes=sum(size for _, size in posters),
        results=len(there),
        result_bytes=sum(there),
        missing=results - len(there),
    )


def pack(
    profile: Profile, snapshots: Snapshots, target: Path, choice: PackOptions, library: Path, now: float, watch: Watch
) -> MadeBackup:
    """Writes a backup of a profile, in use or not, to `target`. `library`: where it saves its results now."""
    making = profile.backups / MAKING
    with scratch(making, Text("Free up space on the profile's disk.")):
        size = _database_bytes(profile)
        check_space({making: 2 * size}, watch.space)
        watch.begin(size * 4)
        watch.doing(Text("Copying the list of tasks"))
        copy = making / DATABASE
        with told(making), watch.space.share(making, size):
            contents = snapshots.take(profile.database, copy, watch.copying(size))
        sources, left_out = _sources(profile, snapshots, copy, choice, library)
        amount = sum(source.size for source in sources)
        check_space({target.parent: amount}, watch.space)
        watch.begin(2 * amount)
        manifest = _manifest(profile, contents, library, left_out, now)
        with told(target.parent):
            private.make_folder(target.parent)
            with draft_of(target) as draft, watch.space.share(target.parent, amount) as share:
                with open(draft, "w+b", opener=private.opener) as file:
                    manifest = _write(file, sources, manifest, watch, share)
                    file.flush()
                    os.fsync(file.fileno())
                    forget_cached(file.fileno())
                _read_back(draft, manifest, watch)
                watch.look()
            sync_folder(target.parent)
            return MadeBackup(target, target.stat().st_size, manifest)


def _manifest(profile: Profile, contents: Contents, library: Path, left_out: int, now: float) -> Manifest:
    return Manifest(
        program=__version__,
        made_at=now,
        profile=profile.name,
        color=profile.color.value,
        is_demo=profile.is_demo,
        contents=contents,
        library=_folder(library),
        inputs=_folder(profile.inputs),
        pasted=_folder(library / PASTED),
        posters=_folder(profile.posters),
        left_out=left_out,
        members=(),
    )


def _write(file: BinaryIO, sources: Sequence[_Source], manifest: Manifest, watch: Watch, share: Share) -> Manifest:
    members = []
    gone = 0
    results = sum(source.kind is MemberKind.RESULT for source in sources)
    packed = 0
    with zipfile.ZipFile(file, "w", allowZip64=True, compresslevel=_EFFORT) as archive:
        for source in sources:
            if source.kind is MemberKind.RESULT:
                packed += 1
                watch.doing(
                    Text("Packing the result", "Packing {packed} of {n} results").with_(packed=packed).of(results)
                )
            elif source.kind is not MemberKind.SIDECAR:
                watch.doing(Text("Packing the list of tasks"))
            member = _add(archive, source, watch, share)
            if member is not None:
                members.append(member)
            elif source.kind is MemberKind.RESULT:
                gone += 1
        manifest = replace(manifest, members=tuple(members), left_out=manifest.left_out + gone)
        text = json.dumps(document(manifest), ensure_ascii=True, separators=(",", ":"))
        archive.writestr(zipfile.ZipInfo(MANIFEST), text.encode(), zipfile.ZIP_DEFLATED)
    return manifest


def _add(archive: zipfile.ZipFile, source: _Source, watch: Watch, share: Share) -> Member | None:
    """None for a file that was moved or deleted since it was listed."""
    archive.compression = zipfile.ZIP_STORED if source.kind in _PLAIN else zipfile.ZIP_DEFLATED
    digest, size = hashlib.sha256(), 0
    reading = _opened(source)
    if reading is None:
        return None
    with reading, archive.open(source.name, "w", force_zip64=source.size >= _LARGE) as writing:
        while block := _block(source, reading):
            share.take(len(block))
            writing.write(block)
            digest.update(block)
            size += len(block)
            watch.step(len(block))
    task_id, index = (source.output.task_id, source.output.index) if source.output is not None else ("", 0)
    sha256 = digest.hexdigest()
    return Member(name=source.name, kind=source.kind, size=size, sha256=sha256, task_id=task_id, index=index)


def _read_back(path: Path, manifest: Manifest, watch: Watch) -> None:
    """Compares every byte with what was written."""
    watch.doing(Text("Verifying the backup"))
    damaged = DiskError(
        Text("The backup could not be read back, so it was discarded."),
        advice=Text("The disk may be failing. Choose another one."),
    )
    try:
        with told(path.parent), zipfile.ZipFile(path) as archive:
            for member in manifest.members:
                digest = hashlib.sha256()
                with archive.open(member.name) as reading:
                    while block := reading.read(_BLOCK):
                        digest.update(block)
                        watch.step(len(block))
                if digest.hexdigest() != member.sha256:
                    raise damaged
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        damaged.detail = f"{path}: {error}"
        raise damaged from error


def _sources(
    profile: Profile, snapshots: Snapshots, copy: Path, choice: PackOptions, library: Path
) -> tuple[list[_Source], int]:
    """The members to write, and the number of results that are not at their paths."""
    found = [_Source(DATABASE, MemberKind.DATABASE, copy, copy.stat().st_size)]
    if (card := _size(profile.card)) is not None:
        found.append(_Source(CARD, MemberKind.CARD, profile.card, card))
    for wanted, kind, folder in (
        (choice.inputs, MemberKind.INPUT, profile.inputs),
        (choice.inputs, MemberKind.PASTED, library / PASTED),
        (choice.posters, MemberKind.POSTER, profile.posters),
    ):
        if wanted:
            names = ((PLACES[kind] + path.relative_to(folder).as_posix(), path, size) for path, size in _files(folder))
            found += [_Source(name, kind, path, size) for name, path, size in names if is_plain(name)]
    if not choice.results:
        return found, 0
    left_out = 0
    taken: set[str] = set()
    for output in snapshots.results(copy):
        path = Path(output.path)
        size = _size(path)
        if size is None:
            left_out += 1
            continue
        name = _result_name(output, library, taken)
        found.append(_Source(name, MemberKind.RESULT, path, size, output))
        beside = sidecar.path_for(path)
        side_size = _size(beside)
        if side_size is not None and side_size <= sidecar.LARGEST:
            found.append(_Source(f"{name}.json", MemberKind.SIDECAR, beside, side_size, output))
    return found, left_out


def _result_name(output: Output, library: Path, taken: set[str]) -> str:
    """Path within the library, else based on the task's id. Unique, also for its sidecar."""
    path = PurePath(output.path)
    name = path.relative_to(library).as_posix() if path.is_relative_to(library) else f"elsewhere/{path.name}"
    if not is_plain(name):
        name = f"elsewhere/{output.task_id}-{output.index}{path.suffix if is_plain(path.suffix or '.x') else ''}"
    wanted = PurePath(name)
    number = 2
    while {f"{name}".casefold(), f"{name}.json".casefold()} & taken:
        name = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}").as_posix()
        number += 1
    taken |= {name.casefold(), f"{name}.json".casefold()}
    return PLACES[MemberKind.RESULT] + name


def _opened(source: _Source) -> BinaryIO | None:
    try:
        if source.kind is MemberKind.SIDECAR:
            text = source.path.read_text(encoding="utf-8", errors="replace")
            return BytesIO(without_secrets(text).encode())
        return source.path.open("rb")
    except FileNotFoundError as error:
        if source.kind is MemberKind.DATABASE:
            raise _unreadable(source, error) from error
        return None
    except OSError as error:
        raise _unreadable(source, error) from error


def _block(source: _Source, reading: BinaryIO) -> bytes:
    try:
        return reading.read(_BLOCK)
    except OSError as error:
        raise _unreadable(source, error) from error


def _unreadable(source: _Source, error: OSError) -> DiskError:
    return DiskError(
        Text("“{file}” cannot be read, so no backup was made.").with_(file=source.path.name),
        advice=(
            Text("Check the file, or back up without the results.")
            if source.kind is MemberKind.RESULT
            else Text("Check the profile's disk.")
        ),
        detail=f"{source.path}: {error}",
    )


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every complete file of a folder of ours that cannot be regenerated, with its size."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            size = _size(path)
            is_passing = path.suffix in (".part", ".new", ".tmp") or name.endswith(STRIP)
            if size is not None and not is_passing and not path.is_symlink():
                yield path, size


def _size(path: Path) -> int | None:
    """In bytes; None if there is no such file."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _database_bytes(profile: Profile) -> int:
    beside = profile.database.with_name(f"{profile.database.name}-wal")
    return (_size(profile.database) or 0) + (_size(beside) or 0)


def _folder(path: Path) -> Folder:
    return Folder(path=str(path), uri=path.as_uri())
