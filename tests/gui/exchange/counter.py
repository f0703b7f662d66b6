"""The windows for import and export, opened over the main window as the program opens them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runway_desktop.app.exchange_windows import ExchangeWindows
from runway_desktop.ui.exchange.export_window import ExportWindow
from runway_desktop.ui.exchange.import_window import ImportWindow
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.phase import Phase
from tests.gui.rig import Desktop, until


class Counter(Desktop):
    """The desktop with import and export."""

    def __init__(self, folder: Path, theme: Theme, **more: Any) -> None:
        super().__init__(folder, theme, **more)
        self._look = theme

    async def __aenter__(self) -> Any:
        await super().__aenter__()
        self.exchange = ExchangeWindows(self.cases, self.runner, self._look, self.window)
        return self

    @property
    def host(self) -> Any:
        return self.exchange.host

    async def opened(self, kind: type[Any]) -> Any:
        """The window of this kind, as soon as it is open and has looked."""
        await until(lambda: self.window.findChild(kind), f"a {kind.__name__}")
        window = self.window.findChild(kind)
        await reached(window, Phase.READY)
        return window


async def reached(window: ImportWindow | ExportWindow, phase: Phase) -> None:
    await until(lambda: window.model.phase is phase, f"{window.windowTitle()} is {phase}")
