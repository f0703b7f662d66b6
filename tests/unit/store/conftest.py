"""Fixture with the store on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.services.ports import Store
from runway_desktop.store import SqliteStore
from tests.rigs.libraries import KATHMANDU, Opened


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    @asynccontextmanager
    async def store() -> AsyncIterator[Store]:
        made = await SqliteStore.open(tmp_path / "profile.db", zone=KATHMANDU)
        try:
            yield made
        finally:
            await made.close()

    return store
