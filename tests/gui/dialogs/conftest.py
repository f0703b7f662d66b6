"""A theme, and services in memory that are put away after each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from runway_desktop.domain.account import Organization
from tests.rigs.dialogs_rig import Rig


@pytest.fixture
def rig(qapp: QApplication, tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path / "usual")
    rig.runway.account = rig.tested.account = Organization(balance=8412.0)
    rig.start()
    yield rig
    rig.close()
