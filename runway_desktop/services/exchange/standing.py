"""Compares results found in a folder with the list: new, known, or known without a file; and whether their bytes equal
the list's file.

Reads only files that may be equal: known results of the same size, and results without a Runway id, which can be
compared only by hash. Loop's thread; files are read in the executor, one by one. StoreError passes; an unreadable file
keeps its first result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Executor
from enum import StrEnum
from pathlib import Path

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, OutputState, State, TaskId, parse_remote_id
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.ports import Store
from runway_desktop.values import Struct, replace

from .folder_reading import FoundResult, local_id
from .progress import Progress

PAGE = 500
_BLOCK = 1024 * 1024


class ImportStatus(StrEnum):
    """Relation of a result in the folder to this list."""

    NEW = "new"
    MISSING_HERE = "missing here"
    """Its task is known, but without this result or its file."""
    REMOVED = "removed"
    """Its task is known, but was removed from the list: it will be restored."""
    KNOWN = "known"
    DOUBLE = "double"
    """A second copy of another result in the folder."""

    @property
    def is_worth_taking(self) -> bool:
        return self in (ImportStatus.NEW, ImportStatus.MISSING_HERE, ImportStatus.REMOVED)


class Candidate(Struct, frozen=True):
    found: FoundResult
    standing: ImportStatus
    changed: bool = False
    """Its size differs from the recorded one."""
    here: Output | None = None
    """The list's output with its file, if KNOWN."""
    differs: bool = False
    """Its bytes differ from the list's file."""


async def standings_of(store: Store, executor: Executor, found: Sequence[FoundResult]) -> list[Candidate]:
    """Each result's relation to the list, in the order given."""
    classed: list[Candidate] = []
    seen: set[tuple[str, int]] = set()
    for start in range(0, len(found), PAGE):
        page = found[start : start + PAGE]
        rows = await rows_of(store, page)
        here = [output for row in rows.values() for output in row.outputs if output.is_kept]
        gone = await in_worker(executor, _without_file, here)
        for one in page:
            standing = _standing(one, rows.get(one.task_key), gone)
            if standing.is_worth_taking and one.key in seen:
                standing = ImportStatus.DOUBLE
            seen.add(one.key)
            is_other = one.is_beside and one.told.size not in (0, one.size)
            known = _here(one, rows.get(one.task_key)) if standing is ImportStatus.KNOWN else None
            classed.append(Candidate(one, standing, is_other, known))
    return classed


async def rows_of(store: Store, found: Sequence[FoundResult]) -> dict[str, Row]:
    """The known tasks, by the results' keys."""
    words = {one.task_key: parse_remote_id(one.told.remote_id) for one in found}
    by_remote = await store.find_remote([word for word in words.values() if word is not None])
    ids: dict[str, TaskId] = {}
    for one in found:
        word, own = words[one.task_key], local_id(one.told.task_id)
        if word is not None and word in by_remote:
            ids[one.task_key] = by_remote[word]
        elif own is not None:
            ids[one.task_key] = own
    rows = {row.task.id: row for row in await store.rows(list(dict.fromkeys(ids.values())))}
    return {
        key: row
        for key, task_id in ids.items()
        # Different Runway ids are different tasks, even if their files say otherwise.
        if (row := rows.get(task_id)) is not None and (words[key] is None or row.task.remote_id in (None, words[key]))
    }


async def compared(
    store: Store, executor: Executor, candidates: Sequence[Candidate], progress: Progress
) -> tuple[list[Candidate], int]:
    """The candidates, compared by hash where needed, and how many were left because of a stop. `progress` counts files
    read."""
    classed = [_by_size(one) for one in candidates]
    wanted = [position for position, one in enumerate(classed) if _is_doubtful(one)]
    seen: set[str] = set()
    for count, index in enumerate(wanted):
        progress.report(count, len(wanted))
        if not progress.is_stopped:
            digest = await in_worker(executor, _digest, classed[index].found.path, progress)
        if progress.is_stopped:
            return classed, len(wanted) - count
        if digest is not None:
            classed[index] = await _by_bytes(store, classed[index], digest, seen)
    return classed, 0


def _standing(found: FoundResult, row: Row | None, gone: frozenset[str]) -> ImportStatus:
    if row is None:
        return ImportStatus.NEW
    if row.task.removed_at is not None:
        return ImportStatus.REMOVED
    if row.task.state is State.GONE:
        # Runway dropped it; its result is found here.
        return ImportStatus.MISSING_HERE
    if row.task.state is not State.SUCCEEDED:
        # It is still running and will be saved when it ends.
        return ImportStatus.KNOWN
    output = _output(found, row)
    if output is None or output.state is OutputState.EXPIRED:
        return ImportStatus.MISSING_HERE
    if output.is_binned or (output.is_kept and output.path in gone):
        return ImportStatus.MISSING_HERE
    return ImportStatus.KNOWN


def _output(found: FoundResult, row: Row) -> Output | None:
    return next((one for one in row.outputs if one.index == found.told.index), None)


def _here(found: FoundResult, row: Row | None) -> Output | None:
    output = None if row is None else _output(found, row)
    return output if output is not None and output.is_kept else None


def _without_file(outputs: Sequence[Output]) -> frozenset[str]:
    """In a worker."""
    return frozenset(output.path for output in outputs if not _is_file(Path(output.path)))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # An unreadable drive may come back with the file on it.
        return True


async def _by_bytes(store: Store, one: Candidate, digest: str, seen: set[str]) -> Candidate:
    if one.here is not None:
        return replace(one, differs=digest != one.here.sha256)
    if any(output.is_here for output in await store.outputs_with([digest])):
        return replace(one, standing=ImportStatus.KNOWN)
    if digest in seen:
        return replace(one, standing=ImportStatus.DOUBLE)
    seen.add(digest)
    return one


def _by_size(one: Candidate) -> Candidate:
    other = one.here is not None and one.here.size != one.found.size
    return replace(one, differs=True) if other else one


def _is_doubtful(one: Candidate) -> bool:
    if one.here is not None:
        return bool(one.here.sha256) and not one.differs
    return one.standing is ImportStatus.NEW and parse_remote_id(one.found.told.remote_id) is None


def _digest(path: Path, progress: Progress) -> str | None:
    """In a worker. None for an unreadable file, and after a stop."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                if progress.is_stopped:
                    return None
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
