"""A store on disk and a task for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runway_desktop.domain.task import Request, Task, TaskId
from runway_desktop.store import SqliteStore


@asynccontextmanager
async def on_disk(path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path)
    try:
        yield store
    finally:
        await store.close()


def a_task(name: str, prompt: str = "A lighthouse") -> Task:
    return Task(
        id=TaskId(name), request=Request(endpoint="text_to_image", model="gen4_image", prompt=prompt), created_at=1.0
    )
