"""Saved files in which an older version wrote where inputs lie on this computer, or links that open them: how many
there are, and taking that out of them.

A file is written anew beside itself and takes its own place; what is not its request stays byte for byte. Loop's
thread; files are touched on the threads of the library's folder. Raises StoreError.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.outputs import KeptFile
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_room import DiskRoom
from runway_desktop.services.disk.disk_steps import sha256_of
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.ports import Store
from runway_desktop.values import Struct

from . import sidecar
from .embedding import NotEmbedded, embed, note_of, read
from .saving import note_rewritten
from .shared_request import is_shared

log = logging.getLogger(__name__)

PAGE = 200


class Cleaned(Struct, frozen=True):
    """`failed` files could not be written anew; they are as they were."""

    cleaned: int = 0
    failed: int = 0


@dataclass(eq=False, repr=False)
class RequestCleaning:
    _store: Store
    _bus: Bus
    _folder: LibraryFolder

    async def count(self) -> int:
        """How many saved files say more than may be handed on. Reads the beginning of each."""
        return len([file async for file in self._files() if await self._folder.do(_says_too_much, Path(file.path))])

    async def clean(self, progress: Callable[[int], None] = lambda _: None) -> Cleaned:
        """Takes it out of all of them. `progress` is called with the number of files that are done."""
        cleaned = failed = 0
        async for file in self._files():
            if not await self._folder.do(_says_too_much, Path(file.path)):
                continue
            try:
                async with self._folder.locks.hold([file.key]):
                    await self._clean(file)
                cleaned += 1
            except (OSError, DiskError, NotEmbedded) as error:
                failed += 1
                log.warning("The request in %s stays as it is: %s", Path(file.path).name, error)
            progress(cleaned + failed)
        return Cleaned(cleaned, failed)

    async def _clean(self, file: KeptFile) -> None:
        path = Path(file.path)
        rewritten = await self._folder.do(_rewrite, path, file, self._folder.room)
        if rewritten is not None:
            size, digest = rewritten
            await note_rewritten(self._store, self._bus, file, size, digest)

    async def _files(self) -> AsyncIterator[KeptFile]:
        after = None
        while page := await self._store.kept_files(after, PAGE):
            for file in page:
                if not file.is_binned:
                    yield file
            after = page[-1].key


def _says_too_much(path: Path) -> bool:
    """In a worker."""
    try:
        document = read(path)
    except OSError:
        return False
    return document is not None and not is_shared(document)


def _rewrite(path: Path, file: KeptFile, room: DiskRoom) -> tuple[int, str] | None:
    """In a worker. The file's new size and hash; None where it was not the file that was saved, which the next look at
    it says as before."""
    document = read(path)
    if document is None or is_shared(document):
        return None
    was_ours = not file.sha256 or sha256_of(path) == file.sha256
    # Whoever finds the file before its new hash is noted knows it as ours by this.
    before = {**sidecar.part_of(document, "output"), "size": file.size, "sha256": file.sha256}
    with room.share(path.parent, path.stat().st_size):
        embed(path, note_of({**document, "output": before} if was_ours else document))
    if not was_ours:
        return None
    size, digest = path.stat().st_size, sha256_of(path)
    beside = sidecar.document_in(sidecar.path_for(path))
    if beside is not None and sidecar.read(beside) is not None:
        known = {**sidecar.part_of(beside, "output"), "size": size, "sha256": digest}
        sidecar.write(path, {**beside, "output": known})
    return size, digest
