"""What comes back over the wire beside a task's own answer: a fresh task's id, an open download. Pure values; the
sockets are elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from .task import RemoteId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedTask:
    remote_id: RemoteId
    estimated_credits: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """An open download. `offset` is where it really begins (0 when the server ignored the range); `total` is the
    whole file's length, None if unknown. Leaving early closes the connection."""

    chunks: AsyncIterator[bytes]
    offset: int
    total: int | None
    content_type: str = ""
    etag: str = ""
