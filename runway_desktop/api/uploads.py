"""Upload of a file as a multipart form, read from disk piece by piece.

The file is read in the executor, never on the loop; `progress` is called on the loop. Raises only DiskError, if the
file cannot be read or changes meanwhile, and RequestRefused, if Runway would not accept it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import threading
import unicodedata
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import httpx

from runway_desktop.domain.errors import DiskError, RequestRefused
from runway_desktop.domain.media import format_by_name
from runway_desktop.texts import Text
from runway_desktop.values import Struct

LARGEST = 200 * 1024 * 1024
"""Bytes that Runway accepts as an upload. Source: the API's page on inputs."""

PIECE = 256 * 1024


class LocalFile(Struct, frozen=True, kw_only=True):
    path: Path
    name: str
    """The file's name at Runway: ASCII, with the ending that tells its kind."""
    size: int
    content_type: str


async def look_at(path: Path, executor: Executor | None) -> LocalFile:
    """Size and content type of a file. DiskError if it cannot be read, RequestRefused if it is empty or too large."""
    found = await asyncio.get_running_loop().run_in_executor(executor, _look_at, path)
    if found.size > LARGEST:
        message = Text("“{file}” is larger than the 200 MB that Runway takes.").with_(file=path.name)
        raise RequestRefused(message, advice=Text("Choose a smaller file."), detail=f"{found.size} bytes", status=0)
    if not found.size:
        message = Text("“{file}” is empty.").with_(file=path.name)
        raise RequestRefused(message, advice=Text("Choose another file."), status=0)
    return found


def name_for_upload(name: str) -> str:
    """A file name in plain ASCII: accents dropped, other special characters replaced by underscores, the ending
    kept."""
    stem, ending = (
        unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode() for part in os.path.splitext(name)
    )
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._")[:80]
    ending = re.sub(r"[^A-Za-z0-9.]", "", ending)[:12]
    return (stem or "file") + ending


class MultipartFile(httpx.AsyncByteStream):
    """Body of the POST to the upload host: the slot's fields, then the file, as the host's policy requires. The caller
    must call `close`, however the POST ends."""

    def __init__(
        self,
        fields: Mapping[str, str],
        file: LocalFile,
        progress: Callable[[int, int], None],
        executor: Executor | None,
        boundary: str,
        sha256: str = "",
    ) -> None:
        """`sha256`: of the bytes that may be sent; empty: any."""
        self._file = file
        self._reader = _Reader(file.path, sha256)
        self._progress = progress
        self._executor = executor
        disposition = 'Content-Disposition: form-data; name="{}"'
        parts = [
            f"--{boundary}\r\n{disposition.format(_quoted(name))}\r\n\r\n{value}\r\n" for name, value in fields.items()
        ]
        parts.append(
            f'--{boundary}\r\n{disposition.format("file")}; filename="{file.name}"\r\n'
            f"Content-Type: {file.content_type}\r\n\r\n"
        )
        self._head = "".join(parts).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + file.size + len(self._tail)),
        }

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._head
        loop = asyncio.get_running_loop()
        sent = 0
        self._progress(0, self._file.size)
        while sent < self._file.size:
            wanted = min(PIECE, self._file.size - sent)
            try:
                piece = await loop.run_in_executor(self._executor, self._reader.read, wanted)
            except (OSError, ValueError) as error:
                raise _cannot_read(self._file.path, error) from error
            if not piece:
                message = Text("“{file}” became shorter while it was being uploaded.").with_(file=self._file.path.name)
                raise DiskError(message, advice=Text("Send it again."))
            if sent + len(piece) == self._file.size:
                # Without the last piece nothing is stored there.
                self._reader.check_sent()
            yield piece
            sent += len(piece)
            self._progress(sent, self._file.size)
        yield self._tail

    def close(self) -> None:
        """Closes the file on a worker thread, after any read under way. Does not wait for it: the drive of a canceled
        upload may hang."""
        try:
            asyncio.get_running_loop().run_in_executor(self._executor, self._reader.close)
        except RuntimeError:
            # The worker threads have ended, so no read is under way.
            self._reader.close()


class _Reader:
    """A file read sequentially by worker threads; opened by the first read. With `sha256` its content is compared
    through the descriptor from which it is sent, and as it was sent: it may be exchanged, or written to, meanwhile."""

    def __init__(self, path: Path, sha256: str) -> None:
        self._path = path
        self._sha256 = sha256
        self._sent = hashlib.sha256()
        self._lock = threading.Lock()
        self._opened: BinaryIO | None = None
        self._is_closed = False

    def read(self, most: int) -> bytes:
        """Blocking. Empty at the end of the file or after `close`. Raises OSError, or ValueError for an invalid
        name."""
        with self._lock:
            if self._is_closed:
                return b""
            if self._opened is None:
                self._opened = self._path.open("rb")
                if self._sha256:
                    self._check(hashlib.file_digest(self._opened, "sha256").hexdigest())
                    self._opened.seek(0)
            piece = self._opened.read(most)
            self._sent.update(piece)
            return piece

    def check_sent(self) -> None:
        """Raises DiskError if what was read so far is not what may be sent."""
        if self._sha256:
            self._check(self._sent.hexdigest())

    def _check(self, found: str) -> None:
        if found != self._sha256:
            message = Text("“{file}” changed before it was uploaded.").with_(file=self._path.name)
            raise DiskError(message, advice=Text("Send it again."))

    def close(self) -> None:
        """Blocking while a read is under way. Raises nothing."""
        with self._lock, suppress(OSError):
            self._is_closed = True
            if self._opened is not None:
                self._opened.close()


def _look_at(path: Path) -> LocalFile:
    try:
        with path.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
    except (OSError, ValueError) as error:
        raise _cannot_read(path, error) from error
    return LocalFile(path=path, name=name_for_upload(path.name), size=size, content_type=_kind_of(path))


def _kind_of(path: Path) -> str:
    known = format_by_name(path.name)
    return known.mimes[0] if known is not None else "application/octet-stream"


def _cannot_read(path: Path, error: OSError | ValueError) -> DiskError:
    """ValueError: a name that no file can have."""
    message = Text("“{file}” cannot be read.").with_(file=path.name)
    advice = Text("Check that it is still there and that you may read it.")
    detail = getattr(error, "strerror", None) or type(error).__name__
    return DiskError(message, advice=advice, detail=detail)


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
