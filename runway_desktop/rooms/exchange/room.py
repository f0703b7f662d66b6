"""Room record of the import and export windows, with the commands for import."""

from __future__ import annotations

from functools import partial
from typing import Any

from runway_desktop.texts import Text
from runway_desktop.ui.room import ExchangeWish, Room, RoomKind
from runway_desktop.usecases.commands.command import EXCHANGE, RecordsOf, Scope


def _want(wanted: ExchangeWish, window: Any) -> None:
    window.open_room("exchange", wanted)


_exchange = RecordsOf[Any](EXCHANGE, Scope.WINDOW)
_FROM_FILE, _FROM_CLIPBOARD = (
    partial(_want, ExchangeWish.IDS_FROM_FILE),
    partial(_want, ExchangeWish.IDS_FROM_CLIPBOARD),
)

COMMANDS = (
    _exchange("exchange.ids.file", Text("Import task IDs from a file…"), _FROM_FILE, "Ctrl+Shift+I", begins=True),
    _exchange("exchange.ids.paste", Text("Import task IDs from the clipboard…"), _FROM_CLIPBOARD, "Ctrl+Shift+V"),
    _exchange(
        "exchange.folder", Text("Import a folder of results…"), partial(_want, ExchangeWish.FOLDER), "Ctrl+Shift+F"
    ),
)

ROOM = Room(
    id="exchange",
    title=Text("Import and export"),
    kind=RoomKind.WINDOW,
    icon="mdi6.tray-arrow-down",
    entry="runway_desktop.rooms.exchange.entry",
    commands=COMMANDS,
    guide="handing-on",
)
