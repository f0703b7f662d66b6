"""Writes a result that is all here, with its request in it, before any of it was written.

Blocks: call it on a thread. Raises DiskError, in words, and FileExistsError for a name that is not free. What tells
whose the file is, its sidecar or a note, is on the disk before the file: a kill at any moment leaves a name that is
free, or what `part_file.find_finished` finds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from runway_desktop.domain.media import HEAD_LENGTH
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_room import DiskRoom
from runway_desktop.services.disk.disk_steps import is_folder, rename_exclusively, write_new
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.values import replace

from . import sidecar
from .part_file import Finished, Note, forget_note, is_free, part_of, write_note
from .shared_trips import Shared


def save_whole(
    final: Path,
    note: Note,
    room: DiskRoom,
    content: bytes,
    describe: Callable[[Finished], bool],
    shared: Shared,
) -> Finished:
    """Gives a name to a result that is all here, with its request in it. FileExistsError where this
    name is not free; then nothing of it is left. `describe` writes the sidecar, to the disk, before
    there is a file, and says whether it did. Before `shared` is synced, nobody may be told."""
    with spoken_for(final.parent, needed=len(content)):
        # A note of an earlier attempt, without its part, would be believed before the sidecar.
        if not is_free(final, note.owner, forgets_note=True):
            raise FileExistsError(final)
        shared.once(_make, final.parent)
        finished = Finished(final, len(content), hashlib.sha256(content).hexdigest(), content[:HEAD_LENGTH], False)
        with room.share(final.parent, len(content), shared.once(room.look, final.parent)):
            try:
                if not describe(finished):
                    finished = replace(finished, is_noted=True)
                    write_note(final, replace(note, size=finished.size, sha256=finished.sha256))
                write_new(part_of(final), content, private.USUAL_FILE)
            except OSError:
                _take_back(final, note.owner)
                raise
        try:
            # A part that is refused its name stays for `find_finished`.
            rename_exclusively(part_of(final), final)
        except FileExistsError:
            _take_back(final, note.owner)
            raise
        shared.named_in(final.parent)
        return finished


def _make(folder: Path) -> None:
    if not is_folder(folder):
        folder.mkdir(parents=True, exist_ok=True)


def _take_back(final: Path, owner: Owner) -> None:
    """What tells of a file that could not be written, and what there is of it. Raises nothing."""
    with suppress(OSError):
        part_of(final).unlink(missing_ok=True)
    forget_note(final)
    beside = sidecar.path_for(final)
    if sidecar.owner_of(beside) == owner:
        with suppress(OSError):
            beside.unlink()
