"""The inputs of a request: finds its files and links, and turns files into data URIs or uploads.

A small file becomes a data URI in the request, within a total size; any other is uploaded. An upload of the same bytes
by the same key is reused while Runway certainly still has it. Files are read and hashed in a worker. `prepare` raises
`UnusableInput` for a missing or unreadable file, `OtherKeyInUse`, and the upload's errors. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from runway_desktop.catalog import Catalog, assets_in, build_payload, with_assets
from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.events import UploadProgressed
from runway_desktop.domain.inputs import path_of
from runway_desktop.domain.media import (
    HEAD_LENGTH,
    MEGABYTE,
    Delivery,
    Media,
    format_by_name,
    format_of,
    guess_media,
    largest,
)
from runway_desktop.domain.task import Hold, HoldCode, Input, Task
from runway_desktop.services.bus import Bus
from runway_desktop.services.ports import Clock, Runway, Store
from runway_desktop.values import Struct, replace

from .ledger import Ledger

UPLOAD_GOOD_FOR = 23 * 3_600.0
"""Seconds for which an upload is reused. Runway keeps it for 24 hours; the task may wait there for a while."""

MOST_INLINE = 16 * MEGABYTE
"""Characters of all data URIs of one request. A long POST is more likely to get no answer."""

_BLOCK = 1 << 20


class OtherKeyInUse(Exception):
    """The key was changed while files were prepared; no fault, they are prepared again."""


class UnusableInput(Exception):
    """A file that is missing, unreadable or empty; `hold` says which and why."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(f"{hold.code.name}: {hold.file}")
        self.hold = hold


def same(task: Task) -> Task:
    """A no-op edit, to store only a task's inputs."""
    return task


def inputs_of(task: Task, catalog: Catalog) -> list[Input]:
    """Every file and link in the task's request. If the catalog does not know the pair, only file:// URIs."""
    pair = catalog.pair(task.request.endpoint, task.request.model)
    if pair is None:
        return [_input(task, field_path, uri, None) for field_path, uri in _files_in(task.request.values, ())]
    return [
        _input(task, found.path, found.uri, next(iter(found.media)) if len(found.media) == 1 else None)
        for found in assets_in(pair, task.request.values)
    ]


class _FileRead(Struct, frozen=True):
    sha256: str
    size: int
    data_uri: str
    """Empty if the file is too large for the request."""


@dataclass(eq=False, repr=False)
class Inputs:
    """Builds request bodies. `executor` reads and hashes; `None` uses the loop's own."""

    _ledger: Ledger
    _runway: Runway
    _store: Store
    _catalog: Catalog
    _bus: Bus
    _clock: Clock
    _executor: Executor | None = None

    def __post_init__(self) -> None:
        self._uploading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Locks by hash, during uploads."""

    async def prepare(self, task: Task, key: Fingerprint) -> Mapping[str, Any]:
        """The body to send, valid for this key only: its files were uploaded with it. Raises `UnusableInput` for a file
        that cannot be read, or a request whose form is not known, `OtherKeyInUse` if the key changes meanwhile."""
        values: Mapping[str, Any] = task.request.values
        inputs: list[Input] = []
        replacements: dict[tuple[str | int, ...], str] = {}
        pair = self._catalog.pair(task.request.endpoint, task.request.model)
        if pair is None and not self._catalog.names_model(task.request.endpoint):
            # Runway would take any body for a run of a workflow, and make and charge it with its defaults.
            raise UnusableInput(Hold(HoldCode.NOT_PREPARED))
        assets = assets_in(pair, values) if pair is not None else ()
        most = {asset.path: asset.field.data_uri_megabytes for asset in assets}
        space = MOST_INLINE
        for found in inputs_of(task, self._catalog):
            if not found.path:
                inputs.append(found)
                continue
            limit = min(space, largest(found.media, Delivery.DATA, most.get(found.field_path)))
            ready, uri = await self._ready(task, found, limit, key)
            if uri.startswith("data:"):
                space -= len(uri)
            inputs.append(ready)
            replacements[found.field_path] = uri
        if replacements:
            values = with_assets(values, replacements)
            await self._ledger.change(task.id, same, "read", inputs=inputs)
        return build_payload(pair, values) if pair is not None else {"model": task.request.model, **values}

    async def _ready(self, task: Task, found: Input, limit: int, key: Fingerprint) -> tuple[Input, str]:
        """The input with hash and upload, and the URI for the body. `limit`: most characters of a data URI."""
        try:
            read = await asyncio.get_running_loop().run_in_executor(self._executor, _read, found.path, limit)
        except UnusableInput:
            kept = await self._still_there(task, found, key)
            if kept is None:
                raise
            return kept, kept.upload_uri
        if await self._was_changed(task, found, read):
            raise UnusableInput(Hold(HoldCode.FILE_CHANGED, file=Path(found.path).name))
        known = replace(found, sha256=read.sha256, size=read.size)
        if read.data_uri:
            return known, read.data_uri
        # Serialized by hash: a second task with the same file finds the first one's upload.
        lock = self._uploading.setdefault(read.sha256, asyncio.Lock())
        async with lock:
            uri, at = await self._upload(task, known, key)
        return replace(known, upload_uri=uri, uploaded_at=at, upload_key=key), uri

    async def _was_changed(self, task: Task, found: Input, read: _FileRead) -> bool:
        """Whether a client's request had other bytes. A person may edit their own file until it is sent."""
        asked = next((one for one in await self._store.inputs(task.id) if one.field_path == found.field_path), None)
        if asked is None or asked.path != found.path or asked.sha256 in ("", read.sha256):
            return False
        return bool(await self._store.client_requests([task.id]))

    async def _still_there(self, task: Task, found: Input, key: Fingerprint) -> Input | None:
        """Reuses an upload of a file that can no longer be read."""
        known = next((one for one in await self._store.inputs(task.id) if one.field_path == found.field_path), None)
        if known is None or known.path != found.path or not known.sha256:
            return None
        earlier = await self._earlier(known.sha256, key)
        if earlier is None:
            return None
        return replace(known, upload_uri=earlier[0], uploaded_at=earlier[1], upload_key=key)

    async def _earlier(self, sha256: str, key: Fingerprint) -> tuple[str, float] | None:
        """An upload of these bytes that this key can still use, and its time. Uploads dated in the future are ignored:
        the clock was set back, so their age is unknown."""
        now = self._clock.now()
        return await self._store.upload_of(sha256, key, now - UPLOAD_GOOD_FOR, now)

    async def _upload(self, task: Task, found: Input, key: Fingerprint) -> tuple[str, float]:
        earlier = await self._earlier(found.sha256, key)
        if earlier is not None:
            return earlier
        if self._runway.key != key:
            raise OtherKeyInUse
        now = self._clock.now()

        def progress(sent: int, total: int) -> None:
            self._bus.tell(UploadProgressed(task.id, sent, total))

        uri = await self._runway.upload(Path(found.path), progress, found.sha256)
        # Stored at once, so that neither a refused request nor a restart uploads the same bytes again.
        known = replace(found, upload_uri=uri, uploaded_at=now, upload_key=key)
        await self._ledger.change(task.id, same, "uploaded", inputs=(known,), file=Path(found.path).name)
        return uri, now


def _input(task: Task, field_path: tuple[str | int, ...], uri: str, kind: Media | None) -> Input:
    path = path_of(uri)
    media = kind or guess_media(uri)
    # A data URI can be megabytes long and is in the request already.
    return Input(
        task_id=task.id, field_path=field_path, uri="" if uri.startswith("data:") else uri, media=media, path=path
    )


def _files_in(value: object, field_path: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], str]]:
    match value:
        case str():
            return [(field_path, value)] if value.startswith("file://") else []
        case Mapping():
            return [found for name, inner in value.items() for found in _files_in(inner, (*field_path, name))]
        case Sequence():
            return [found for index, inner in enumerate(value) for found in _files_in(inner, (*field_path, index))]
        case _:
            return []


def _read(path: str, limit: int) -> _FileRead:
    """In a worker. Keeps the whole file in memory only if it goes into the request."""
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            head = file.read(HEAD_LENGTH)
            mime = _mime(name, head)
            prefix = f"data:{mime};base64,"
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.sha256(head)
            # The limit counts base64 text: four characters for three bytes.
            inline = len(prefix) + 4 * ((size + 2) // 3) <= limit
            kept = bytearray(head) if inline else None
            read = len(head)
            while block := file.read(_BLOCK):
                digest.update(block)
                read += len(block)
                if kept is not None:
                    kept += block
    except FileNotFoundError:
        raise UnusableInput(Hold(HoldCode.FILE_MISSING, file=name, small_print=path)) from None
    except OSError as error:
        raise UnusableInput(Hold(HoldCode.FILE_UNREADABLE, file=name, small_print=str(error))) from error
    if read == 0:
        raise UnusableInput(Hold(HoldCode.FILE_EMPTY, file=name, small_print=path))
    data_uri = prefix + base64.b64encode(kept).decode("ascii") if kept is not None and len(kept) <= size else ""
    return _FileRead(digest.hexdigest(), read, data_uri)


def _mime(name: str, head: bytes) -> str:
    known = format_of(head) or format_by_name(name)
    return known.mimes[0] if known is not None else "application/octet-stream"
