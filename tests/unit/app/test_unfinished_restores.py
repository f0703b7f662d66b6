"""A restore that was killed is told of, once, at the next start."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from runway_desktop.app.wiring import tell_unfinished
from runway_desktop.domain.events import Notice
from runway_desktop.services.backup.leftovers import TakenAway
from runway_desktop.services.bus import Bus


async def test_what_was_taken_away_is_said_with_where_it_still_is():
    bus, told = Bus(), []
    bus.listen(told.append)

    async def clean_up() -> list[TakenAway]:
        return [TakenAway(Path("/films/Restored 2026-11-24"), 12)]

    engine: Any = SimpleNamespace(restores=SimpleNamespace(clean_up=clean_up), bus=bus)
    await tell_unfinished(engine)
    [notice] = told
    assert isinstance(notice, Notice)
    assert "“Restored 2026-11-24” was taken away" in notice.message
    assert "still in the backup" in notice.detail
