"""Sheets, as a record."""

from runway_desktop.domain.text import Text
from runway_desktop.ui.room import Kind, Room

from .commands import COMMANDS

ROOM = Room(
    id="sheet",
    title=Text("Sheets"),
    kind=Kind.WINDOW,
    icon="mdi6.table",
    entry="runway_desktop.ui.sheet.entry",
    commands=COMMANDS,
)
