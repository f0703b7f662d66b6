"""Fixture: a private session bus with only the test's services."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rigs.session_bus import private_bus


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("FLATPAK_ID", raising=False)
    with private_bus(monkeypatch):
        yield
