"""Results: as a task's answer names them, as saved files of which the disk says something, and while one is
downloaded. Pure values and decisions.

A saved file is compared by its size and the time of its last change; its bytes are read only where these differ from
what was seen before. Sizes are bytes, the time of a file's last change nanoseconds as the disk tells it, all other
times Unix seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable
from enum import StrEnum
from pathlib import Path

from runway_desktop.values import Struct, replace

from .failures import Reason, ReasonCode
from .library import LedgerEntry
from .media import Media, guess_media
from .presence import NEVER_LOOKED, Look, Presence, Signs
from .task import Output, OutputState, Task, TaskId

AFTERWARDS = 120.0
"""Seconds by which the clock of a disk may differ from this machine's."""
_OF_CHANGED = "-changed.jpg"


def outputs_of(task: Task, urls: Iterable[str], now: float, makes: Media) -> tuple[Output, ...]:
    """The results that an answer names by their links, still to be saved. `makes`: what the task's endpoint makes."""
    return tuple(
        Output(task_id=task.id, index=index, url=url, url_fetched_at=now, media=guess_media(url, makes))
        for index, url in enumerate(urls)
    )


def wanted_again(known: Output | None, link: Output) -> Output:
    """A result that is to be fetched once more by a fresh link. What is known of the saved one stays until there is
    another: where it was, and its bytes, by which it is told if it comes back meanwhile."""
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
    """A result on its way that Runway has no more. One that was saved once is again as it was: in the trash, missing,
    or at its place, which `is_there` says. One that never was is lost."""
    if not output.sha256:
        return replace(output, state=OutputState.EXPIRED, problem=Reason(ReasonCode.KEPT_NO_LONGER))
    back = replace(output, state=OutputState.SAVED, problem=None)
    if output.binned_from:
        return replace(back, path="")
    return back if is_there else replace(back, look=Look(presence=Presence.MISSING, at=now))


class KeptFile(Struct, frozen=True, kw_only=True):
    """A saved result as far as the disk matters. `is_binned`: it was moved to the trash on purpose, and `path` is where
    it was."""

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
    """What a look at a file found; it holds while the result is still what `file` says it is."""

    file: KeptFile
    look: Look
    entry: LedgerEntry | None = None
    """The ledger's line, where what is true of the file is news."""


class Glance(StrEnum):
    """What cheap signs say."""

    SAME = "same"
    ABSENT = "absent"
    DOUBTFUL = "doubtful"
    """Only the bytes can tell."""


def kept_file(output: Output) -> KeptFile | None:
    """None for a result that has no file of which anything could be said."""
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
    """What the signs of a file mean, None being no file at all. SAME: as it was when it was last seen, be that as saved
    or changed."""
    if found is None:
        return Glance.ABSENT
    if file.look.signs is not None:
        return Glance.SAME if found == file.look.signs else Glance.DOUBTFUL
    # Not looked at since it was saved: only a file that was written to long after its saving is worth reading.
    untouched = file.saved_at is None or found.modified / 1e9 <= file.saved_at + AFTERWARDS
    return Glance.SAME if untouched and found.size == file.size else Glance.DOUBTFUL


def seen_again(file: KeptFile, found: Signs, at: float) -> Look:
    """The look at a file whose signs are the SAME."""
    presence = Presence.CHANGED if file.look.presence is Presence.CHANGED else Presence.HERE
    return Look(presence=presence, at=at, signs=found)


def not_seen(file: KeptFile, at: float) -> Look:
    """The look at a file that is ABSENT. The signs of the saved bytes are kept, so that it is known when it comes back;
    those of a change are not."""
    signs = None if file.look.presence is Presence.CHANGED else file.look.signs
    return Look(presence=Presence.MISSING, at=at, signs=signs)


def poster_name(output: Output) -> str:
    """Of the poster of what its file holds now. One that was changed outside has a name of its own, so that the saved
    bytes get their poster back when they return."""
    said = (output.path, output.sha256, *([str(output.look.signs)] if output.is_changed else []))
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]
    return f"{digest}{_OF_CHANGED if output.is_changed else '.jpg'}"


def shows_its_poster(output: Output) -> bool:
    """Whether the poster is of what the file holds now. Those of saved bytes keep their names when their file moves."""
    if output.is_changed:
        return Path(output.poster).name == poster_name(output)
    return bool(output.poster) and not output.poster.endswith(_OF_CHANGED)


class Stream(Struct, frozen=True, kw_only=True):
    """An open download. `offset` is where it really begins (0 when the server ignored the range); `total` is the
    whole file's length, None if unknown. Leaving early closes the connection."""

    chunks: AsyncIterator[bytes]
    offset: int
    total: int | None
    content_type: str = ""
    etag: str = ""
