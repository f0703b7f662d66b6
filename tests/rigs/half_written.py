"""A list as a checkpoint leaves it that was killed half-way: some pages of its log are in its file already.

SQLite writes the newest form of each page, in the order of the pages, and syncs the file before it empties the log
(https://www.sqlite.org/walformat.html). Blocking.
"""

from __future__ import annotations

import struct
from pathlib import Path

HEADER, FRAME = 32, 24
"""Bytes of the log's header, and of that of each of its pages."""


def log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


def logged_pages(database: Path) -> list[tuple[int, bytes]]:
    """Numbers, from 1, and contents of the committed pages of its log."""
    content = log_of(database).read_bytes()
    size, _, salts = *struct.unpack_from(">II", content, 8), content[16:24]
    found: dict[int, bytes] = {}
    committed: dict[int, bytes] = {}
    for start in range(HEADER, len(content) - FRAME - size + 1, FRAME + size):
        number, commits = struct.unpack_from(">II", content, start)
        if content[start + 8 : start + 16] != salts:
            # Left by an earlier use of the log.
            break
        found[number] = content[start + FRAME : start + FRAME + size]
        if commits:
            committed = dict(found)
    return sorted(committed.items())


def write_half(database: Path, amount: int | None = None) -> None:
    """Writes the first pages of its log into the file, so many or half of them. No program may have it open."""
    pages = logged_pages(database)
    with database.open("r+b") as file:
        for number, content in pages[: len(pages) // 2 if amount is None else amount]:
            file.seek((number - 1) * len(content))
            file.write(content)


def is_half_written(database: Path) -> bool:
    """Whether the program that used it last was killed during a checkpoint, by the index of the log: more pages were
    begun to be written than were synced."""
    index = database.with_name(f"{database.name}-shm").read_bytes()
    (synced,), (begun,) = struct.unpack_from("=I", index, 96), struct.unpack_from("=I", index, 128)
    return bool(begun > synced)
