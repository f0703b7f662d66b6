"""Fixtures for tests of commands: one simulator per module, and the programs of a profile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.profile_programs import Programs
from tests.rigs.runway_process import Runway


@pytest.fixture(scope="module")
def runway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runway]:
    runway = Runway(tmp_path_factory.mktemp("runway"), "--speed", "200")
    runway.start()
    yield runway
    runway.stop()


@pytest.fixture
def programs(tmp_path: Path, runway: Runway) -> Iterator[Programs]:
    programs = Programs(tmp_path / "profile", runway)
    yield programs
    programs.end()
