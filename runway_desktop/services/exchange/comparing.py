"""Whether what a folder holds is, byte for byte, what is here already: told before anything is imported.

Only what may be the same is read: a known result of the same size, and results without an id at Runway, which nothing
but their bytes tells. Loop's thread; files are read in the executor, one after the other. StoreError passes through; a
file that cannot be read stays as it was judged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from runway_desktop.domain.task import parse_remote_id
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.ports import Store

from .progress import Progress
from .standing import Candidate, Standing

_BLOCK = 1024 * 1024


async def compared(
    store: Store, executor: Executor, candidates: Sequence[Candidate], progress: Progress
) -> tuple[list[Candidate], int]:
    """The same, those that were read judged by their bytes; and how many were left unread because it was stopped.
    `progress` counts the files that are read."""
    judged = [_by_size(one) for one in candidates]
    wanted = [place for place, one in enumerate(judged) if _is_doubtful(one)]
    seen: set[str] = set()
    for count, place in enumerate(wanted):
        progress.report(count, len(wanted))
        if not progress.is_stopped:
            digest = await in_worker(executor, _digest, judged[place].found.path, progress)
        if progress.is_stopped:
            return judged, len(wanted) - count
        if digest is not None:
            judged[place] = await _by_bytes(store, judged[place], digest, seen)
    return judged, 0


async def _by_bytes(store: Store, one: Candidate, digest: str, seen: set[str]) -> Candidate:
    if one.here is not None:
        return replace(one, differs=digest != one.here.sha256)
    if any(output.is_here for output in await store.outputs_with([digest])):
        return replace(one, standing=Standing.KNOWN)
    if digest in seen:
        return replace(one, standing=Standing.DOUBLE)
    seen.add(digest)
    return one


def _by_size(one: Candidate) -> Candidate:
    other = one.here is not None and one.here.size != one.found.size
    return replace(one, differs=True) if other else one


def _is_doubtful(one: Candidate) -> bool:
    if one.here is not None:
        return bool(one.here.sha256) and not one.differs
    return one.standing is Standing.NEW and parse_remote_id(one.found.told.remote_id) is None


def _digest(path: Path, progress: Progress) -> str | None:
    """In a worker. None for a file that cannot be read, and once it is stopped."""
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
