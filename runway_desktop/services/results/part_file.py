"""Writes one result to disk: a `.part` file next to its final name, and a note that lets a restart resume after a kill.

Everything here blocks and is called in the executor; one thread at a time uses a `PartFile`, except `close`, which may
come from another thread and waits. Raises DiskError, with a sentence for people, for all errors of the disk.

Every result ends in the same way (`give_name`), and the order makes a kill harmless at any moment: the sidecar says
which task the file belongs to, its size and hash; then the bytes are synced; then they get the name, and the folder is
synced. Without a sidecar, the note holds the same. A download written in pieces has a note before its bytes, deleted
once the store has the result; one received whole (`save_whole`) needs none.

A copy with the embedded request is made next to the complete part and gets the name; the part is deleted after that.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.filenames import numbered
from runway_desktop.domain.media import HEAD_LENGTH
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_space import DiskSpace, Share
from runway_desktop.services.disk.disk_steps import (
    accepted,
    read_json,
    rename_exclusively,
    sha256_of,
    sync_folder,
    write_new,
    write_whole,
)
from runway_desktop.services.disk.disk_words import disk_error, spoken_for
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.folder_look import missing_because
from runway_desktop.texts import Text
from runway_desktop.values import Struct, as_json, replace

from . import sidecar

_BLOCK = 1024 * 1024
_PART = ".part"
_NOTE = ".part.json"
_MOST_NAMES = 10_000


class PartNote(Struct, frozen=True, kw_only=True):
    """Content of `.part.json`. `size` and `sha256` describe the final file, if no sidecar does."""

    task_id: str
    index: int
    etag: str = ""
    total: int | None = None
    size: int | None = None
    sha256: str = ""

    @property
    def owner(self) -> Owner:
        return (self.task_id, self.index)


class Finished(Struct, frozen=True):
    """A complete file under its final name."""

    path: Path
    size: int
    sha256: str
    head: bytes
    is_noted: bool = True
    """Whether a note may exist next to it."""


class PartFile:
    def __init__(self, final: Path, note: PartNote, file: BinaryIO, share: Share) -> None:
        self.final = final
        self.note = note
        self.size = 0
        """Bytes on disk."""
        self.head = b""
        self._file = file
        self._share = share
        self._hash = hashlib.sha256()
        self._lock = threading.Lock()

    @classmethod
    def create(cls, final: Path, note: PartNote, space: DiskSpace, begin: bytes = b"") -> PartFile:
        """Creates a part with the bytes received so far, after reserving disk space. Raises FileExistsError if the name
        is taken, DiskError for all else."""
        with spoken_for(final.parent):
            final.parent.mkdir(parents=True, exist_ok=True)
            if _is_ours(final, note.owner):
                part_of(final).unlink(missing_ok=True)
            elif os.path.lexists(note_of(final)) or os.path.lexists(part_of(final)):
                raise FileExistsError(part_of(final))
            share = space.share(final.parent, note.total or 0)
            try:
                # Not synced: if a power cut loses the note, the part is started again. Later notes survive a kill.
                write_note(final, note, is_lasting=False)
                part = cls(final, note, _new_part(final), share)
            except BaseException:
                share.release()
                raise
            try:
                if begin:
                    part._put(begin)
            except BaseException:
                part.close()
                raise
            return part

    @classmethod
    def resume(cls, final: Path, owner: Owner, space: DiskSpace) -> PartFile | None:
        """Reopens and hashes the part of an earlier attempt at the same output; None if there is none of ours."""
        with spoken_for(final.parent):
            note = read_note(final)
            if note is None or note.owner != owner or not part_of(final).is_file():
                return None
            part = cls(final, note, part_of(final).open("r+b"), space.share(final.parent))
            if note.size is None:
                _cut_zeros(part._file, note.total)
            part._file.seek(0)
            while block := part._file.read(_BLOCK):
                part._take(block)
            return part

    @property
    def is_complete(self) -> bool:
        """Whether all bytes are here: as many as the server said, or matching a hash that was written at the end."""
        if self.note.size is not None:
            return self.size == self.note.size and self.sha256 == self.note.sha256
        return self.note.total is not None and self.size == self.note.total

    @property
    def sha256(self) -> str:
        """Hash of the bytes so far."""
        return self._hash.hexdigest()

    def write(self, block: bytes) -> None:
        with self._lock, spoken_for(self.final.parent, needed=self._missing()):
            self._put(block)

    def expect(self, total: int | None) -> None:
        """Reserves disk space for the rest of so many bytes; None: unknown, reserved block by block."""
        if total is not None:
            with self._lock, spoken_for(self.final.parent):
                self._share.expect(max(0, total - self.size))

    def restart(self, *, etag: str, total: int | None) -> None:
        """Deletes all bytes: the server starts again, or has another file now."""
        with self._lock, spoken_for(self.final.parent):
            self._file.seek(0)
            self._file.truncate()
            self.size, self.head, self._hash = 0, b"", hashlib.sha256()
            self.note = PartNote(task_id=self.note.task_id, index=self.note.index, etag=etag, total=total)
            write_note(self.final, self.note)

    def finish(
        self,
        owner_of_names: Callable[[Path], bool],
        look: Callable[[BinaryIO], None] = lambda _file: None,
        embed: Callable[[Path, Path], bool] = lambda _part, _draft: False,
        describe: Callable[[Finished], bool] = lambda _finished: False,
    ) -> Finished:
        """Syncs the file and gives it its final name; never overwrites. `owner_of_names(path)`: whether a path may be
        used instead if the name was taken meanwhile. `look` may reject the complete file by raising, and leaves the
        position at its end. `embed(part, draft)` writes a synced copy with the embedded request and returns whether it
        did. `describe` writes the sidecar and returns whether it did."""
        with self._lock, spoken_for(self.final.parent):
            self._file.flush()
            look(self._file)
            draft = _draft_of(self.final)
            is_draft = embed(part_of(self.final), draft)
            if not is_draft:
                os.fsync(self._file.fileno())
            self._file.close()
            self._share.release()
            ready = draft if is_draft else part_of(self.final)
            size, sha256 = (draft.stat().st_size, sha256_of(draft)) if is_draft else (self.size, self.sha256)
            if is_draft:
                with draft.open("rb") as file:
                    self.head = file.read(HEAD_LENGTH)
            while True:
                try:
                    finished = give_name(ready, Finished(self.final, size, sha256, self.head), self.note, describe)
                    break
                except FileExistsError:
                    self._move_to(free_name(self.final, owner_of_names))
                    ready = draft if is_draft else part_of(self.final)
            if is_draft:
                part_of(self.final).unlink(missing_ok=True)
            return finished

    def copy_into(self, other: PartFile) -> None:
        """Copies all bytes into another, empty part."""
        with self._lock, spoken_for(self.final.parent):
            self._file.flush()
            self._file.seek(0)
            while block := self._file.read(_BLOCK):
                other._put(block)

    def close(self) -> None:
        """Keeps the bytes for the next attempt."""
        with self._lock, suppress(OSError):
            self._share.release()
            self._file.close()

    def discard(self) -> None:
        """Deletes the bytes."""
        self.close()
        for path in (part_of(self.final), note_of(self.final), _draft_of(self.final)):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _put(self, block: bytes) -> None:
        if self._file.closed:
            raise DiskError(Text("The download was stopped."))
        self._share.take(len(block))
        # Raises if the file was deleted: writes would still succeed, and be lost.
        part_of(self.final).lstat()
        self._file.write(block)
        self._take(block)

    def _take(self, block: bytes) -> None:
        if len(self.head) < HEAD_LENGTH:
            self.head += block[: HEAD_LENGTH - len(self.head)]
        self._hash.update(block)
        self.size += len(block)

    def _missing(self) -> int | None:
        return None if self.note.total is None else max(0, self.note.total - self.size)

    def _move_to(self, final: Path) -> None:
        write_note(final, self.note)
        part_of(self.final).rename(part_of(final))
        note_of(self.final).unlink(missing_ok=True)
        self.final = final


def part_of(final: Path) -> Path:
    return final.with_name(final.name + _PART)


def _draft_of(final: Path) -> Path:
    """The copy of the part with the embedded request."""
    return final.with_name(final.name + ".part.embedding")


def note_of(final: Path) -> Path:
    return final.with_name(final.name + _NOTE)


def read_note(final: Path) -> PartNote | None:
    """None if there is none, or if its values are invalid."""
    try:
        note = msgspec.convert(read_json(note_of(final)), PartNote)
    except (msgspec.ValidationError, ValueError, OverflowError):
        return None
    return note if min(note.index, note.total or 0, note.size or 0) >= 0 else None


def _is_lost(final: Path) -> bool:
    """Whether the note is empty, as after a power cut: nothing can resume from it."""
    try:
        return note_of(final).stat().st_size == 0
    except OSError:
        return False


def _is_ours(final: Path, owner: Owner) -> bool:
    """Whether the part at this name may be overwritten: it is an earlier attempt at the same output, or nothing can
    resume it."""
    note = read_note(final)
    if note is not None:
        return note.owner == owner
    return _is_lost(final) or (
        not os.path.lexists(note_of(final)) and sidecar.owner_of(sidecar.path_for(final)) == owner
    )


def forget_note(final: Path) -> None:
    """Deletes the note once the store has the file. Raises nothing."""
    with suppress(OSError):
        note_of(final).unlink(missing_ok=True)


def forget_part(final: Path, owner: Owner) -> None:
    """Deletes the part of an output that will never be complete, unless it belongs to another output or seems complete.
    Raises nothing."""
    note, told = read_note(final), _told_of(final, owner)
    is_whole = told is not None and any(_has_size(path, told[0]) for path in (part_of(final), _draft_of(final)))
    if note is not None and note.owner == owner and not is_whole:
        with suppress(OSError):
            part_of(final).unlink(missing_ok=True)
        forget_note(final)


def save_whole(
    final: Path, note: PartNote, space: DiskSpace, content: bytes, describe: Callable[[Finished], bool]
) -> Finished:
    """Saves a result that was received whole, with its request embedded. FileExistsError if the name is taken; then no
    file is left behind. `describe` as in `PartFile.finish`."""
    with spoken_for(final.parent, needed=len(content)):
        # A note of an earlier attempt without its part would take precedence over the sidecar.
        if not is_free(final, note.owner, forgets_note=True):
            raise FileExistsError(final)
        final.parent.mkdir(parents=True, exist_ok=True)
        sha256 = hashlib.sha256(content).hexdigest()
        finished = Finished(final, len(content), sha256, content[:HEAD_LENGTH], is_noted=False)
        with space.share(final.parent, len(content)):
            return give_name(part_of(final), finished, note, describe, content)


def give_name(
    ready: Path, finished: Finished, note: PartNote, describe: Callable[[Finished], bool], content: bytes | None = None
) -> Finished:
    """The last steps of every result. `content` is written to `ready` in between; None: `ready` is synced already.
    FileExistsError if the name was taken meanwhile; our files next to it are deleted. After any other OSError the file
    stays for `find_finished`."""
    final = finished.path
    if not describe(finished):
        finished = replace(finished, is_noted=True)
        write_note(final, replace(note, size=finished.size, sha256=finished.sha256))
    try:
        if content is not None:
            write_new(ready, content, private.USUAL_FILE)
    except OSError:
        _take_back(final, note.owner, ready)
        raise
    try:
        rename_exclusively(ready, final)
    except FileExistsError:
        _take_back(final, note.owner, None if content is None else ready)
        raise
    sync_folder(final.parent)
    return finished


def _take_back(final: Path, owner: Owner, ready: Path | None) -> None:
    """Deletes the sidecar of a file that did not get its name and, if `ready` is given, that file and its note. Raises
    nothing."""
    beside = sidecar.path_for(final)
    with suppress(OSError):
        if sidecar.owner_of(beside) == owner:
            beside.unlink()
        if ready is not None:
            ready.unlink(missing_ok=True)
            forget_note(final)


def find_finished(final: Path, owner: Owner) -> Finished | None:
    """A complete file of an earlier run, which is given its name if a kill prevented that; None if there is none or its
    bytes differ."""
    told = _told_of(final, owner)
    if told is None:
        return None
    part, draft = part_of(final), _draft_of(final)
    try:
        is_named = os.path.lexists(final)
        ready = final if is_named else draft if draft.is_file() and _matching(draft, final, *told) else part
        finished = _matching(ready, final, *told)
        if finished is None:
            return None
        if not is_named:
            with ready.open("rb+") as file:
                os.fsync(file.fileno())
            rename_exclusively(ready, final)
        # A kill between linking the new name and unlinking the old one leaves both.
        for left in (part, draft):
            left.unlink(missing_ok=True)
        sync_folder(final.parent)
    except OSError:
        return None
    return finished


def _told_of(final: Path, owner: Owner) -> tuple[int, str] | None:
    """Size and hash of the complete file, from its note or else its sidecar; None if neither says that it was
    complete."""
    note = read_note(final)
    if note is not None and note.owner != owner:
        return None
    if note is not None and note.size is not None:
        return (note.size, note.sha256)
    beside = sidecar.read(sidecar.document_in(sidecar.path_for(final)))
    is_ours = beside is not None and (beside.task_id, beside.index) == owner and beside.sha256
    return (beside.size, beside.sha256) if beside is not None and is_ours else None


def _matching(path: Path, final: Path, size: int, sha256: str) -> Finished | None:
    """Raises OSError."""
    if path.stat().st_size != size:
        return None
    with path.open("rb") as file:
        head = file.read(HEAD_LENGTH)
    return Finished(final, size, sha256, head) if sha256_of(path) == sha256 else None


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def holds(path: Path, size: int, sha256: str) -> bool:
    """Whether a file exists with these bytes. Raises nothing."""
    try:
        return path.stat().st_size == size and sha256_of(path) == sha256
    except OSError:
        return False


def free_name(wanted: Path, may_choose: Callable[[Path], bool]) -> Path:
    """`wanted`, or the first of "wanted (2)", "wanted (3)"… that `may_choose` accepts. Shorter if the disk refuses the
    name."""
    wanted = accepted(wanted)
    for number in range(1, _MOST_NAMES):
        path = wanted.with_name(numbered(wanted.name, number))
        if may_choose(path):
            return path
    raise names_taken(wanted)


def claim(path: Path) -> str:
    """Key of a reserved name. On Windows and macOS, names that differ only in case are the same file."""
    return str(path).casefold()


def names_taken(wanted: Path) -> DiskError:
    return DiskError(
        Text("There are too many files named “{file}”.").with_(file=wanted.name),
        advice=Text("Choose another template for names in Preferences."),
    )


def is_free(path: Path, owner: Owner, *, forgets_note: bool = False) -> bool:
    """Whether an output may use this name: there is no file, and no part or sidecar of another output. `forgets_note`
    deletes a leftover note that blocks no other output."""
    name = str(path)
    if os.path.lexists(name):
        return False
    has_note = os.path.lexists(name + _NOTE)
    if (has_note or os.path.lexists(name + _PART)) and not _is_ours(path, owner):
        return False
    if os.path.lexists(name + sidecar.ENDING) and not sidecar.belongs_to(path, owner):
        return False
    if has_note and forgets_note:
        forget_note(path)
    return True


def prepare_folder(library: Path, known_mount: str | None = None) -> None:
    """Creates the library's folder, unless its drive is not mounted. `known_mount` as in `missing_because`."""
    check_folder(library, known_mount)
    with spoken_for(library):
        library.mkdir(parents=True, exist_ok=True)


def check_folder(library: Path, known_mount: str | None = None) -> None:
    """Raises DiskError if the library's folder is missing and must not be created."""
    with spoken_for(library):
        missing = missing_because(library, known_mount)
    if not missing:
        return
    raise disk_error(Reason(ReasonCode.FOLDER_MISSING, str(library)), missing)


def _new_part(final: Path) -> BinaryIO:
    try:
        return part_of(final).open("x+b")
    except FileExistsError:
        raise
    except OSError:
        note_of(final).unlink(missing_ok=True)
        raise


def _cut_zeros(file: BinaryIO, total: int | None) -> None:
    """Some file systems set a file's length before its bytes, so after a power cut its end is zeros: cuts them off, to
    be fetched again. Not from a complete file, which perhaps could not be fetched again. Leaves the position at the
    start."""
    end = file.seek(0, os.SEEK_END)
    wanted = end
    while wanted and end != total:
        start = max(0, wanted - _BLOCK)
        file.seek(start)
        block = file.read(wanted - start).rstrip(b"\0")
        wanted = start + len(block)
        if block:
            break
    if wanted < end:
        file.truncate(wanted)
    file.seek(0)


def write_note(final: Path, note: PartNote, *, is_lasting: bool = True) -> None:
    """Atomic: half a note after a kill would look like another output's."""
    write_whole(note_of(final), json.dumps(as_json(note)).encode(), is_lasting=is_lasting)
