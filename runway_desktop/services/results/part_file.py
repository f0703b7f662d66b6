"""One result on its way to the disk: a `.part` beside its final name, and a note that lets a restart go on where a
kill stopped it.

Everything here blocks and is called in the executor; one thread at a time uses a `PartFile`, apart from `close`, which
may come from
another and waits. Raises DiskError, in words, for all that the disk refuses.

Every result ends alike (`give_name`), and the order is what makes a kill harmless at any moment: the sidecar says whose
the file is, how long, and with which hash; then the bytes are on the disk; then they get the name, and the folder is
synced. Where there is no sidecar, the note says it. What comes bit by bit has a note before its bytes, which goes once
the store knows; what is here whole (`save_whole`) needs none.

A copy with the request in it is made beside the whole part, and gets the name; the part goes when the name is there.
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
from runway_desktop.services.disk.disk_room import DiskRoom, Share
from runway_desktop.services.disk.disk_steps import (
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
from runway_desktop.values import Struct, as_json, replace

from . import sidecar

_BLOCK = 1024 * 1024
_PART = ".part"
_NOTE = ".part.json"
_MOST_NAMES = 10_000


class Note(Struct, frozen=True, kw_only=True):
    """What stands in `.part.json`. `size` and `sha256` are of what gets the name, where no sidecar says them."""

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
    """Whether a note may lie beside it."""


class PartFile:
    def __init__(self, final: Path, note: Note, file: BinaryIO, share: Share) -> None:
        self.final = final
        self.note = note
        self.size = 0
        """Bytes on the disk."""
        self.head = b""
        self._file = file
        self._share = share
        self._hash = hashlib.sha256()
        self._lock = threading.Lock()

    @classmethod
    def create(cls, final: Path, note: Note, room: DiskRoom, begin: bytes = b"") -> PartFile:
        """Begins a new one, for which there is room, with what has come so far. Raises FileExistsError when another got
        there first, DiskError for all else."""
        with spoken_for(final.parent):
            final.parent.mkdir(parents=True, exist_ok=True)
            if _is_ours(final, note.owner):
                part_of(final).unlink(missing_ok=True)
            elif os.path.lexists(note_of(final)) or os.path.lexists(part_of(final)):
                raise FileExistsError(part_of(final))
            share = room.share(final.parent, note.total or 0)
            try:
                # A power cut may lose it: then the part is begun anew. What comes later is not lost by a kill.
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
    def resume(cls, final: Path, owner: Owner, room: DiskRoom) -> PartFile | None:
        """What an earlier attempt at the same output left, read and hashed; None if it left nothing that is ours."""
        with spoken_for(final.parent):
            note = read_note(final)
            if note is None or note.owner != owner or not part_of(final).is_file():
                return None
            part = cls(final, note, part_of(final).open("r+b"), room.share(final.parent))
            if note.size is None:
                _cut_zeros(part._file, note.total)
            part._file.seek(0)
            while block := part._file.read(_BLOCK):
                part._take(block)
            return part

    @property
    def is_complete(self) -> bool:
        """Every byte is here: as many as the server said, or a hash that was written when all had arrived."""
        if self.note.size is not None:
            return self.size == self.note.size and self.sha256 == self.note.sha256
        return self.note.total is not None and self.size == self.note.total

    @property
    def sha256(self) -> str:
        """Of what has arrived."""
        return self._hash.hexdigest()

    def write(self, block: bytes) -> None:
        """What comes next."""
        with self._lock, spoken_for(self.final.parent, needed=self._missing()):
            self._put(block)

    def expect(self, total: int | None) -> None:
        """Takes the room for the rest of that many bytes; None: nobody knows, and it is taken bit by bit."""
        if total is not None:
            with self._lock, spoken_for(self.final.parent):
                self._share.expect(max(0, total - self.size))

    def restart(self, *, etag: str, total: int | None) -> None:
        """Forgets all bytes: the server begins anew, or has another file now."""
        with self._lock, spoken_for(self.final.parent):
            self._file.seek(0)
            self._file.truncate()
            self.size, self.head, self._hash = 0, b"", hashlib.sha256()
            self.note = Note(task_id=self.note.task_id, index=self.note.index, etag=etag, total=total)
            write_note(self.final, self.note)

    def finish(
        self,
        owner_of_names: Callable[[Path], bool],
        look: Callable[[BinaryIO], None] = lambda _file: None,
        embed: Callable[[Path, Path], bool] = lambda _part, _draft: False,
        describe: Callable[[Finished], bool] = lambda _finished: False,
    ) -> Finished:
        """Flushes to the disk and gives the file its name; never takes one that is in use. `owner_of_names` says of a
        path whether it may be chosen instead, where somebody took the name meanwhile. `look` may refuse the whole file
        by raising, and leaves it at its end. `embed` makes the second path a copy of the first with the request in it,
        synced, and says whether it did. `describe` writes the sidecar, and says whether it did."""
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
        """Writes all that has arrived into another part that is still empty."""
        with self._lock, spoken_for(self.final.parent):
            self._file.flush()
            self._file.seek(0)
            while block := self._file.read(_BLOCK):
                other._put(block)

    def close(self) -> None:
        """Keeps what has arrived for the next attempt."""
        with self._lock, suppress(OSError):
            self._share.release()
            self._file.close()

    def discard(self) -> None:
        """Throws away what has arrived."""
        self.close()
        for path in (part_of(self.final), note_of(self.final), _draft_of(self.final)):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _put(self, block: bytes) -> None:
        if self._file.closed:
            raise DiskError("The download was stopped.")
        self._share.take(len(block))
        # A file whose name was deleted takes bytes all the same, and they are lost with it.
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
    """The copy of the part with the request in it."""
    return final.with_name(final.name + ".part.embedding")


def note_of(final: Path) -> Path:
    return final.with_name(final.name + _NOTE)


def read_note(final: Path) -> Note | None:
    """None where there is none, and for one that says what cannot be."""
    try:
        note = msgspec.convert(read_json(note_of(final)), Note)
    except (msgspec.ValidationError, ValueError, OverflowError):
        return None
    return note if min(note.index, note.total or 0, note.size or 0) >= 0 else None


def _is_lost(final: Path) -> bool:
    """Whether a power cut left a note without its words: nobody goes on with that."""
    try:
        return note_of(final).stat().st_size == 0
    except OSError:
        return False


def _is_ours(final: Path, owner: Owner) -> bool:
    """Whether what lies there of a result under way may be written over: an earlier attempt at the same left it, or
    nobody can go on with it."""
    note = read_note(final)
    if note is not None:
        return note.owner == owner
    return _is_lost(final) or (
        not os.path.lexists(note_of(final)) and sidecar.owner_of(sidecar.path_for(final)) == owner
    )


def forget_note(final: Path) -> None:
    """The store knows the file: the note has done its work. Raises nothing."""
    with suppress(OSError):
        note_of(final).unlink(missing_ok=True)


def forget_part(final: Path, owner: Owner) -> None:
    """What arrived of an output that will never be complete. Leaves what is somebody else's, and what seems to be
    complete; raises nothing."""
    note, told = read_note(final), _told_of(final, owner)
    is_whole = told is not None and any(_has_size(path, told[0]) for path in (part_of(final), _draft_of(final)))
    if note is not None and note.owner == owner and not is_whole:
        with suppress(OSError):
            part_of(final).unlink(missing_ok=True)
        forget_note(final)


def save_whole(
    final: Path, note: Note, room: DiskRoom, content: bytes, describe: Callable[[Finished], bool]
) -> Finished:
    """Gives a name to a result that is all here, with its request in it. FileExistsError where this name is not free;
    then nothing of it is left. `describe` as in `PartFile.finish`."""
    with spoken_for(final.parent, needed=len(content)):
        # A note of an earlier attempt, without its part, would be believed before the sidecar.
        if not is_free(final, note.owner, forgets_note=True):
            raise FileExistsError(final)
        final.parent.mkdir(parents=True, exist_ok=True)
        sha256 = hashlib.sha256(content).hexdigest()
        finished = Finished(final, len(content), sha256, content[:HEAD_LENGTH], is_noted=False)
        with room.share(final.parent, len(content)):
            return give_name(part_of(final), finished, note, describe, content)


def give_name(
    ready: Path, finished: Finished, note: Note, describe: Callable[[Finished], bool], content: bytes | None = None
) -> Finished:
    """The last steps of every result. `content` is written to `ready` between them; without it, that is on the disk
    already. FileExistsError where another took the name meanwhile: nothing of ours stays beside it. One that cannot be
    named for another reason stays for `find_finished`. Raises OSError."""
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
    """What tells of a file that did not get its name and, of one that was just written, what there is of it. Raises
    nothing."""
    beside = sidecar.path_for(final)
    with suppress(OSError):
        if sidecar.owner_of(beside) == owner:
            beside.unlink()
        if ready is not None:
            ready.unlink(missing_ok=True)
            forget_note(final)


def find_finished(final: Path, owner: Owner) -> Finished | None:
    """A file that an earlier run completed before it was killed, and named, or names now; None if there is none, or if
    it is not the same bytes."""
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
        # A kill between giving the new name and taking the old one away leaves both.
        for left in (part, draft):
            left.unlink(missing_ok=True)
        sync_folder(final.parent)
    except OSError:
        return None
    return finished


def _told_of(final: Path, owner: Owner) -> tuple[int, str] | None:
    """Size and hash of what is to have this name, by its note or, where that does not say them, its sidecar; None
    where neither says that all of it was there."""
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
    """Whether a file is there, with these bytes. Raises nothing."""
    try:
        return path.stat().st_size == size and sha256_of(path) == sha256
    except OSError:
        return False


def free_name(wanted: Path, may_choose: Callable[[Path], bool]) -> Path:
    """`wanted`, or the first of "wanted (2)", "wanted (3)"… that may be chosen."""
    for number in range(1, _MOST_NAMES):
        path = wanted.with_name(numbered(wanted.name, number))
        if may_choose(path):
            return path
    raise names_taken(wanted)


def claim(path: Path) -> str:
    """Two names that differ in case only are one file on Windows and macOS."""
    return str(path).casefold()


def names_taken(wanted: Path) -> DiskError:
    return DiskError(
        f"There are too many files named {wanted.name}.", advice="Choose another template for names in the preferences."
    )


def is_free(path: Path, owner: Owner, *, forgets_note: bool = False) -> bool:
    """Whether an output may take this name: nobody's file, nobody's download, nobody's sidecar stands there. With
    `forgets_note` a note that stands in nobody's way is taken away."""
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
    """Makes the library's folder where that is surely meant. `known_mount` as in `missing_because`."""
    check_folder(library, known_mount)
    with spoken_for(library):
        library.mkdir(parents=True, exist_ok=True)


def check_folder(library: Path, known_mount: str | None = None) -> None:
    """Raises DiskError where the library's folder may not be made, and is not there."""
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
    """Some file systems give a file its length before its bytes, and after a power cut its end is zeros: they are
    fetched again. Not of one that has all its bytes, which could perhaps not be fetched again. Leaves it at its
    beginning."""
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


def write_note(final: Path, note: Note, *, is_lasting: bool = True) -> None:
    """Whole or not at all: half a note after a kill would look like somebody else's."""
    write_whole(note_of(final), json.dumps(as_json(note)).encode(), is_lasting=is_lasting)
