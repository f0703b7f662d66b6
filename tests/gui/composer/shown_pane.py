"""Fixture: the composer alone, visible and focused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.composer.composer_pane import ComposerPane
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import Rig, until


class Shown(Rig):
    keys: Keys
    pane: ComposerPane


@asynccontextmanager
async def shown(folder: Path, theme: Theme) -> AsyncIterator[Shown]:
    async with Shown(folder) as rig:
        posters = PosterCache()
        rig.keys = Keys(rig.models.keys, rig.owner)
        rig.pane = ComposerPane(rig.composer, rig.task_commands, theme, rig.keys, posters)
        rig.pane.resize(760, 400)
        rig.pane.show()
        rig.pane.activateWindow()
        await until(rig.pane.isActiveWindow)
        try:
            yield rig
        finally:
            posters.shutdown()
            posters.deleteLater()
            rig.pane.close()
            rig.pane.deleteLater()
