"""A restore that was killed is reported once, at the next start."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from runway_desktop.app import program, waits
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.services.backup.leftovers import TakenAway
from runway_desktop.services.bus import Bus
from runway_desktop.ui.theme import Theme
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import clear_unfinished_restores
from tests.rigs.mistakes import Mistakes


async def test_discarded_restore_is_reported_with_its_remaining_place():
    bus, told = Bus(), []
    bus.listen(told.append)

    async def clean_up() -> list[TakenAway]:
        return [TakenAway(Path("/films/Restored 2026-11-24"), 12)]

    engine: Any = SimpleNamespace(restores=SimpleNamespace(clean_up=clean_up), bus=bus)
    await clear_unfinished_restores(engine)
    [notice] = told
    assert isinstance(notice, Notice)
    assert "“Restored 2026-11-24” was removed again" in str(notice.message)
    assert "still in the backup" in str(notice.detail)


async def test_program_error_while_finishing_a_restore_opens_nothing_and_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistakes: Mistakes
):
    async def stumble(*_: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(waits, "finish_in_sight", stumble)
    profile = environment.profile(demo=False, folder=tmp_path)
    profile.restoring.mkdir()
    with pytest.raises(RunwayDesktopError, match="Something went wrong") as told:
        await program.finish_restore_first(cast(Theme, None), profile)
    assert told.value.detail == str(profile.log)
    assert "ZeroDivisionError: ours" in mistakes.take("could not be finished")
