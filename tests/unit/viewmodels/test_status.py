"""Status texts update at once, but throttled for frequent events."""

from __future__ import annotations

from runway_desktop.domain.events import DownloadsCounted
from tests.rigs.desktop import Rig, until


async def test_frequent_status_changes_are_signaled_at_once_and_once_more(tmp_path):
    async with Rig(tmp_path) as rig:
        status, told = rig.models.status, []
        status.changed.connect(lambda: told.append(status.going().text))
        for count in range(1, 40):
            rig.engine.bus.tell(DownloadsCounted(count, 0, 0.0))
        assert len(told) <= 1
        await until(lambda: told and "39" in told[-1])
        assert len(told) < 10
