"""Results of a task: from the answer's links, through download, to the saved file and checks of it. Pure values and
decisions.

A saved file is compared by size and modification time; its bytes are read only if these differ from the last check.
Sizes are bytes, modification times nanoseconds as the disk reports them, all other times Unix seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path

from runway_desktop.values import Struct, replace

from .failures import Reason, ReasonCode
from .library import LedgerEntry
from .task import NEVER_LOOKED, Look, Output, OutputState, Presence, Signs, TaskId

AFTERWARDS = 120.0
"""Seconds by which a disk's clock may differ from this machine's."""
_OF_CHANGED = "-changed.jpg"


def wanted_again(known: Output | None, link: Output) -> Output:
    """A result to download again from a fresh link. What is known of the saved file stays until it is replaced: its
    path, and its hash, which identifies the file if it reappears meanwhile."""
    if known is None:
        return link
    return replace(
        known,
        url=link.url,
        url_fetched_at=link.url_fetched_at,
        state=OutputState.WAITING,
        problem=None,
        path=known.path or known.binned_from,
        look=NEVER_LOOKED,
    )


def kept_no_longer(output: Output, now: float, *, is_there: bool) -> Output:
    """A result in download that Runway no longer has. One that was saved before goes back to that state: in the trash,
    missing, or in place if `is_there`. One that was never saved is lost."""
    if not output.sha256:
        return replace(output, state=OutputState.EXPIRED, problem=Reason(ReasonCode.KEPT_NO_LONGER))
    back = replace(output, state=OutputState.SAVED, problem=None)
    if output.binned_from:
        return replace(back, path="")
    return back if is_there else replace(back, look=Look(presence=Presence.MISSING, at=now))


class KeptFile(Struct, frozen=True, kw_only=True):
    """What checks need to know of a saved result. `is_binned`: the user moved it to the trash, and `path` is where it
    was."""

    task_id: TaskId
    index: int
    path: str
    size: int
    sha256: str
    saved_at: float | None = None
    look: Look = NEVER_LOOKED
    is_binned: bool = False

    @property
    def key(self) -> tuple[TaskId, int]:
        return (self.task_id, self.index)


class Looked(Struct, frozen=True, kw_only=True):
    """Result of a check of a file. Valid only while the result is still as in `file`."""

    file: KeptFile
    look: Look
    entry: LedgerEntry | None = None
    """The line for the ledger, if the finding is new."""


class Glance(StrEnum):
    """Result of a check without reading the file."""

    SAME = "same"
    ABSENT = "absent"
    DOUBTFUL = "doubtful"
    """Only its bytes can tell."""


def kept_file(output: Output) -> KeptFile | None:
    """None for a result without a file to check."""
    if not output.is_kept and not (output.is_binned and output.binned_from):
        return None
    return KeptFile(
        task_id=output.task_id,
        index=output.index,
        path=output.path or output.binned_from,
        size=output.size,
        sha256=output.sha256,
        saved_at=output.saved_at,
        look=output.look,
        is_binned=output.is_binned,
    )


def glance(file: KeptFile, found: Signs | None) -> Glance:
    """Compares a file's signs with the last check; `found` None: no file. SAME: unchanged since, be that as saved or as
    changed by another program."""
    if found is None:
        return Glance.ABSENT
    if file.look.signs is not None:
        return Glance.SAME if found == file.look.signs else Glance.DOUBTFUL
    # Not checked since it was saved: read the file only if it was modified long after that.
    untouched = file.saved_at is None or found.modified / 1e9 <= file.saved_at + AFTERWARDS
    return Glance.SAME if untouched and found.size == file.size else Glance.DOUBTFUL


def seen_again(file: KeptFile, found: Signs, at: float) -> Look:
    """The check's result for a file that is SAME."""
    presence = Presence.CHANGED if file.look.presence is Presence.CHANGED else Presence.HERE
    return Look(presence=presence, at=at, signs=found)


def not_seen(file: KeptFile, at: float) -> Look:
    """The check's result for a file that is ABSENT. Keeps the signs of the saved bytes, so that the file is recognized
    if it reappears; drops the signs of changed ones."""
    signs = None if file.look.presence is Presence.CHANGED else file.look.signs
    return Look(presence=Presence.MISSING, at=at, signs=signs)


def poster_name(output: Output) -> str:
    """File name of the poster for the file's present content. A changed file has a name of its own, so that the saved
    content gets its poster back when it returns."""
    said = (output.path, output.sha256, *([str(output.look.signs)] if output.is_changed else []))
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]
    return f"{digest}{_OF_CHANGED if output.is_changed else '.jpg'}"


def shows_its_poster(output: Output) -> bool:
    """Whether the poster shows the file's present content. Posters of saved content keep their name when the file
    moves."""
    if output.is_changed:
        return Path(output.poster).name == poster_name(output)
    return bool(output.poster) and not output.poster.endswith(_OF_CHANGED)


class Stream(Struct, frozen=True, kw_only=True):
    """An open download. `offset` is where it actually begins (0 if the server ignored the range); `total` is the whole
    file's length, None if unknown. Closing `chunks` early closes the connection."""

    chunks: AsyncIterator[bytes]
    offset: int
    total: int | None
    content_type: str = ""
    etag: str = ""
