"""What went wrong with a sending that got no answer, or with the saving of a result: a code with its few details.

Immutable values. The sentence is made where it is shown, by `usecases.words.reasons`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ReasonCode(Enum):
    """The values are stored and must not change. A plain `Enum`, so that the type check refuses to compare one with
    text."""

    UNKNOWN = "unknown"
    """Written by another version: `Reason.words` is shown as it was written."""
    OUR_MISTAKE = "mistake of the program"

    # A sending that was cut off.
    PROGRAM_ENDED = "program ended"
    BACKED_UP = "being sent while backed up"

    # An error of `domain.errors`, which says how in `Reason.words`.
    NOT_REACHED = "not reached"
    NO_REPLY = "no reply"
    BAD_REPLY = "bad reply"
    KEY_REFUSED = "key refused"
    NOT_THERE = "not there"
    NOT_SEEN = "not seen"
    REFUSED = "refused"
    SLOW_DOWN = "slow down"
    SERVER_TROUBLE = "server trouble"
    OTHER_ERROR = "other error"
    DISK_ERROR = "disk error"

    # A result that cannot be asked for, or is lost.
    WAITS_FOR_KEY = "waits for a key"
    WAITS_FOR_ITS_KEY = "waits for its own key"
    NOT_FOUND_YET = "not found yet"
    LINK_EXPIRED = "link expired"
    KEPT_NO_LONGER = "kept no longer"
    IMPORT_UNDONE = "import undone"

    # What came is not the result.
    EMPTY_FILE = "empty file"
    PAGE_OF_TEXT = "page of text"
    OTHER_KIND = "other kind of file"
    CUT_SHORT = "cut short"

    # A disk, or the folder that is `Reason.name`.
    DISK_FULL = "disk full"
    FOLDER_MISSING = "folder missing"
    FOLDER_READ_ONLY = "folder read-only"
    FOLDER_SILENT = "folder does not answer"
    DISK_BROKEN = "disk broken"
    FILE_TOO_LARGE = "file too large"
    NAME_REFUSED = "name refused"
    FILE_NOT_WRITTEN = "file not written"


@dataclass(frozen=True, slots=True)
class Reason:
    """`name` is a folder, or the kind of a file; `needed` bytes. Nothing is ever decided by `words`, what an error
    said."""

    code: ReasonCode
    name: str = ""
    needed: int = 0
    words: str = ""
