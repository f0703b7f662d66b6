"""Room record of backup and restore, with the main window's commands that open them."""

from typing import Any

from runway_desktop.texts import Text
from runway_desktop.ui.room import Room, RoomKind
from runway_desktop.usecases.commands.command import EXCHANGE, RecordsOf, Scope

_window = RecordsOf[Any](EXCHANGE, Scope.WINDOW)

ROOM = Room(
    id="backup",
    title=Text("Backups"),
    kind=RoomKind.WINDOW,
    icon="mdi6.archive-outline",
    entry="runway_desktop.rooms.backup.entry",
    commands=(
        _window(
            "profile.backup",
            Text("Back up this profile…"),
            lambda window: window.open_room("backup"),
            "Ctrl+Shift+B",
            begins=True,
            synonyms=Text("backup, archive"),
        ),
        _window("profile.restore", Text("Restore a backup…"), lambda window: window.open_room("backup", "restore")),
    ),
    guide="moving-and-backup",
)
