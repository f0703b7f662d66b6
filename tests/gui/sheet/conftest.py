"""Fixture: a sheet's window with fake services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import shiboken6

from runway_desktop.rooms.sheet.model.sheet import Sheet
from runway_desktop.rooms.sheet.window import SheetWindow
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.theme import Theme
from tests.gui.sheet.opened import COMPOSED, Opened
from tests.rigs.desktop import Rig, rest, until


@pytest.fixture
def opened(tmp_path: Path, theme: Theme) -> Opened:
    """A window over the rows of a table; "" is a blank sheet."""

    @asynccontextmanager
    async def window(text: str) -> AsyncIterator[tuple[Rig, SheetWindow]]:
        async with Rig(tmp_path) as rig:
            await rig.engine.account.start()
            if text:
                path = tmp_path / "shots.csv"
                path.write_text(text, encoding="utf-8")
                gathered = await rig.engine.intake.gather(Dropped(paths=(path,)))
                sheet = Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, gathered, COMPOSED)
            else:
                sheet = Sheet.of_gathered(rig.cases, rig.bridge, rig.runner, None, COMPOSED)
            made = SheetWindow(sheet, theme, Keys())
            made.resize(1200, 640)
            made.show()
            made.activateWindow()
            await until(made.isActiveWindow, "the window is active")
            await until(lambda: sheet.model.is_checked and not sheet.model.checker.unseen)
            try:
                yield rig, made
            finally:
                if shiboken6.isValid(made):
                    made.close()
                await rest()

    return window
