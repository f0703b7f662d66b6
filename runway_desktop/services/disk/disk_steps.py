"""Atomic file operations: after a kill at any moment each is done completely or not at all.

All of them block. They raise OSError unless they say otherwise.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from runway_desktop.domain.filenames import SHORT_BYTES, shortened

from . import private

WORK = ".runway-work-"
"""How the names of folders begin in which files are made."""
_FORGOTTEN = 86_400.0
"""Seconds. No work goes on for so long without a new file."""
_DEEPEST = 64
"""Levels of JSON: requests have five."""
_LARGEST_NUMBER = 1 << 63
_LONGEST_TAIL = ".part.json.part"
"""The longest that is added to a name while its file is written."""


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_folder(path: Path) -> bool:
    """Raises OSError if the disk gives no answer: newer versions of `Path.is_dir` return False for a failing drive."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def rename_exclusively(old: Path, new: Path) -> None:
    """Renames; raises FileExistsError instead of replacing anything."""
    if sys.platform == "win32":
        old.rename(new)
        return
    try:
        os.link(old, new)
    except FileExistsError:
        raise
    except OSError:
        # FAT and some network drives have no hard links: reserve the name with an empty file, then replace that.
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
        # The old name cannot be removed, so remove the new one.
        with suppress(OSError):
            new.unlink()
        raise


def accepted(path: Path) -> Path:
    """`path`, with shorter names for what does not exist yet where the disk refuses longer ones. Tried with a file, as
    network drives do not tell their limit."""
    if all(len(os.fsencode(part)) <= SHORT_BYTES for part in path.parts):
        return path
    there = next((folder for folder in path.parents if os.path.isdir(folder)), None)
    if there is None:
        return path
    return there.joinpath(*(_accepted_name(there, part) for part in path.relative_to(there).parts))


def _accepted_name(folder: Path, name: str) -> str:
    if len(os.fsencode(name)) <= SHORT_BYTES:
        return name
    trial = folder / f"{name}{_LONGEST_TAIL}"
    try:
        os.close(os.open(trial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, private.FILE))
    except OSError as error:
        return shortened(name) if error.errno in (errno.ENAMETOOLONG, errno.EINVAL) else name
    with suppress(OSError):
        trial.unlink()
    return name


@contextmanager
def draft_of(path: Path, ending: str = ".part") -> Iterator[Path]:
    """Name of a draft next to `path` that replaces it when the block succeeds and is deleted when it raises. The block
    creates the draft and syncs it."""
    draft = path.with_name(path.name + ending)
    with dropped_on_failure(draft):
        yield draft
        os.replace(draft, path)


@contextmanager
def dropped_on_failure(draft: Path) -> Iterator[None]:
    """Deletes a draft when the block raises."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes, mode: int = private.FILE, *, is_lasting: bool = True) -> None:
    """Atomic write: the old file stays until the new one is on disk. A kill in between leaves a ".part" file, which the
    next write replaces; an error of the disk leaves nothing. `is_lasting=False` does not sync: a power cut may lose the
    file, a kill does not."""
    with draft_of(path) as draft:
        write_new(draft, content, mode, is_lasting=is_lasting)


def write_new(path: Path, content: bytes, mode: int, *, is_lasting: bool = True) -> None:
    """Writes a new file. If the name exists, a kill left it: it is deleted and not overwritten, because it may be a
    hard link to another file."""
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
    """Content of a JSON file of at most `largest` bytes, or None. Raises nothing."""
    try:
        return json.loads(path.read_bytes()) if path.stat().st_size <= largest else None
    except (OSError, ValueError, RecursionError):
        return None


def parsed(text: str | bytes, *, without_zeros: bool = False) -> Any:
    """Parses foreign JSON into values that the whole program can store: no lone surrogates, floats finite (else None),
    limited depth; integers beyond 64 bits become text. Pure. Raises ValueError, including JSONDecodeError."""
    try:
        found = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("It is nested too deeply") from None
    return _storable(found, storable_text if without_zeros else whole_text, _DEEPEST)


def typed(text: str) -> Any:
    """A value as a person writes it into a cell or a command: JSON, or else the text itself."""
    try:
        return parsed(text)
    except ValueError:
        return text


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _storable(value: Any, clean: Callable[[str], str], left: int) -> Any:
    """`left`: levels that may still follow."""
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
    """Replaces lone surrogates, which JSON can spell but nothing can store."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def storable_text(text: str) -> str:
    """Without lone surrogates and zero bytes."""
    return whole_text(text).replace("\0", "")


def sync_folder(folder: Path) -> None:
    """Makes renames in the folder survive a power cut, where the system supports it. Raises nothing."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def forget_cached(handle: int) -> None:
    """Drops the file from the page cache where the system supports it, so that the next read is from the disk. Raises
    nothing."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def work_folder(beside: Path) -> Iterator[Path]:
    """An empty folder in `beside` that is removed after the block, and with it those that a killed program left there
    more than a day ago."""
    with tempfile.TemporaryDirectory(prefix=WORK, dir=beside, ignore_cleanup_errors=True) as name:
        made = Path(name)
        for path in beside.glob(f"{WORK}*"):
            with suppress(OSError):
                # By the clock of that disk.
                if made.stat().st_mtime - path.stat().st_mtime > _FORGOTTEN:
                    shutil.rmtree(path)
        yield made
