"""Single file operations that are atomic: after a kill at any moment each is done completely, or not at all.

All of them block. They raise OSError unless they say otherwise.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from . import private

_DEEPEST = 64
"""Levels of JSON: requests have five."""
_LARGEST_NUMBER = 1 << 63


def sha256_of(path: Path) -> str:
    """Of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_folder(path: Path) -> bool:
    """Raises OSError for what is not an answer: newer versions of `Path.is_dir` say no to a drive that fails."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def rename_exclusively(old: Path, new: Path) -> None:
    """Renames; raises FileExistsError rather than replace anything."""
    if sys.platform == "win32":
        old.rename(new)
        return
    try:
        os.link(old, new)
    except FileExistsError:
        raise
    except OSError:
        # FAT, and some network drives, know no second name for a file: take the name with an empty file, then replace
        # that.
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            os.replace(old, new)
        except OSError:
            new.unlink()
            raise
        return
    try:
        old.unlink()
    except OSError:
        # It may not leave its folder: then it has no second name either.
        with suppress(OSError):
            new.unlink()
        raise


@contextmanager
def draft_of(path: Path, ending: str = ".part") -> Iterator[Path]:
    """The name of a draft beside `path`, which takes its place when the block ends well, and is removed when it does
    not. The block makes the draft and flushes it to the disk."""
    draft = path.with_name(path.name + ending)
    try:
        yield draft
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes, mode: int = private.FILE, *, is_lasting: bool = True) -> None:
    """What was there under the name is there until all of the new is on the disk. A kill in between leaves a ".part",
    which the next writing takes the place of; a refusal of the disk leaves nothing. `is_lasting=False` does not wait
    for the disk: a power cut may lose it, a kill does not."""
    with draft_of(path) as draft:
        write_new(draft, content, mode, is_lasting=is_lasting)


def write_new(path: Path, content: bytes, mode: int, *, is_lasting: bool = True) -> None:
    """A new file, of a name that only what a kill has left can have. That is not written over: it may be a second name
    of another file."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags, mode)
    except FileExistsError:
        path.unlink()
        handle = os.open(path, flags, mode)
    try:
        written = 0
        while written < len(content):
            written += os.write(handle, memoryview(content)[written:])
        if is_lasting:
            os.fsync(handle)
    finally:
        os.close(handle)


def read_json(path: Path, largest: int = 65_536) -> Any:
    """What a JSON file of at most `largest` bytes holds; None where there is none. Raises nothing."""
    try:
        return json.loads(path.read_bytes()) if path.stat().st_size <= largest else None
    except (OSError, ValueError, RecursionError):
        return None


def parsed(text: str | bytes, *, without_zeros: bool = False) -> Any:
    """A JSON document that somebody else may have written, as every part of the program can hold it: strings without
    halves of characters, numbers that have 64 bits, nothing that is not a number, no more than some levels. A larger
    whole number is its digits, as text. Pure. Raises ValueError, of which JSONDecodeError is one."""
    try:
        found = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("It is nested too deeply") from None
    return _storable(found, storable_text if without_zeros else whole_text, _DEEPEST)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _storable(value: Any, clean: Callable[[str], str], left: int) -> Any:
    """`left` levels may still follow."""
    match value:
        case str():
            return clean(value)
        case bool() | None:
            return value
        case int():
            return value if -_LARGEST_NUMBER <= value < _LARGEST_NUMBER else str(value)
        case float():
            return value if math.isfinite(value) else None
        case list() | dict() if not left:
            raise ValueError("It is nested too deeply")
        case list():
            return [_storable(part, clean, left - 1) for part in value]
        case _:
            return {clean(name): _storable(part, clean, left - 1) for name, part in value.items()}


def whole_text(text: str) -> str:
    """Without halves of characters, which JSON can spell but nothing can store."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def storable_text(text: str) -> str:
    """Without halves of characters and without zero bytes."""
    return whole_text(text).replace("\0", "")


def sync_folder(folder: Path) -> None:
    """Makes the names in it survive a power cut. Not every system or file system can; raises nothing."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def forget_cached(handle: int) -> None:
    """What is read next of an open file comes from the disk and not from memory, where the system can be asked for
    that. Raises nothing."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
