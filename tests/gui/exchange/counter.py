"""Fixture: the import and export windows over a main window."""

from __future__ import annotations

from typing import Any

from runway_desktop.rooms.exchange.entry import ExchangeWindows
from runway_desktop.rooms.exchange.export_window import ExportWindow
from runway_desktop.rooms.exchange.import_window import ImportWindow
from runway_desktop.usecases.question import Phase
from tests.rigs.desktop import Desktop, until


class Counter(Desktop):
    """The desktop with import and export; requests for other rooms are noted."""

    def open_room(self, room: str, wish: object = None, /) -> None:
        super().open_room(room, wish)
        if room == "exchange":
            self.rooms.open(room, wish)

    @property
    def host(self) -> Any:
        found = self.window.findChild(ExchangeWindows)
        return found if found is not None else ExchangeWindows(self.rooms.desk)

    async def opened(self, kind: type[Any]) -> Any:
        """The window of this kind, as soon as it is open and has looked."""
        await until(lambda: self.window.findChild(kind), f"a {kind.__name__}")
        window = self.window.findChild(kind)
        await reached(window, Phase.READY)
        return window


async def reached(window: ImportWindow | ExportWindow, phase: Phase) -> None:
    await until(lambda: window.model.phase is phase, f"{window.windowTitle()} is {phase}")
