"""The store on disk and the store in memory, for all that both must promise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.services.ports import Store
from runway_desktop.store import SqliteStore
from tests.fakes import MemoryStore
from tests.unit.store.libraries import KATHMANDU, Opened


@pytest.fixture(params=["on disk", "in memory"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    @asynccontextmanager
    async def store() -> AsyncIterator[Store]:
        on_disk = request.param == "on disk"
        made: Store = (
            await SqliteStore.open(tmp_path / "profile.db", zone=KATHMANDU) if on_disk else MemoryStore(zone=KATHMANDU)
        )
        try:
            yield made
        finally:
            await made.close()

    return store
